"""Bruker / Siemens ``.uxd``: text, one or more ranges, written by XCH, EVA and Diffrac-Plus.

Lines ``_KEY=value`` (texts in apostrophes), comments behind ``;``. A range begins with ``_DRIVE`` and its data with
``_COUNTS``, ``_CPS`` (values only, several in a line; positions follow from ``_START`` and ``_STEPSIZE``) or
``_2THETACOUNTS``, ``_2THETACPS`` (position and value in each line; a third column where ``TIME`` follows). Angles
in degrees, ``_STEPTIME`` in s, wavelengths ``_WL1`` (Kα1), ``_WL2`` (Kα2), ``_WL3`` (Kβ) in Å.

Oddities: the first column is the position of whatever ``_DRIVE`` names, also under ``_2THETA…``; positions are
rounded to 0.001°; few programs state the number of points, so that a file cut at a line end cannot be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.diffraction.axes import moves_two_theta, other_axis
from characterization.instruments.diffraction.binary import moment
from characterization.instruments.diffraction.scans import (
    Numbers,
    angles_of,
    damaged,
    gathered,
    kept,
    pattern,
    truncated,
)
from characterization.instruments.textual import flag_open_end, read_text, to_number

_OWN = re.compile(rb"^\s*_(FILEVERSION|DRIVE|STEPSIZE|2THETACOUNTS)\b", re.MULTILINE)
_STATED = re.compile(r"_(\w+)\s*=\s*(.*)")
_MARKER = re.compile(r"_(2THETA)?(COUNTS|CPS)(TIME)?\s*(=.*)?$", re.IGNORECASE)
_FIGURES = {
    "wavelength_angstrom": "WL1",
    "wavelength_kalpha2_angstrom": "WL2",
    "wavelength_kbeta_angstrom": "WL3",
    "kalpha_ratio": "WLRATIO",
    "counting_time_s": "STEPTIME",
    "tube_tension_kV": "KV",
    "tube_current_mA": "MA",
    "goniometer_radius_mm": "GONIOMETER_RADIUS",
}
_TEXTS = {
    "sample_name": "SAMPLE",
    "operator": "USER",
    "anode": "ANODE",
    "comment": "COMMENT",
    "scan_axis": "DRIVE",
}
_AGAIN = "Export it again; the file that arrived is kept."


@dataclass
class _Range:
    said: dict[str, str]
    marker: re.Match[str]
    lines: list[str] = field(default_factory=list)


def _ranges(text: str) -> list[_Range]:
    """The ranges with their own statements; what stands before the first ``_DRIVE`` counts for all."""
    common: dict[str, str] = {}
    ranges: list[_Range] = []
    own: dict[str, str] | None = None
    for line in map(str.strip, text.split("\n")):
        if not line or line.startswith(";"):
            continue
        marker = _MARKER.match(line)
        if marker:
            own = own or {}
            ranges.append(_Range(common | own, marker))
        elif line.startswith("_"):
            stated = _STATED.match(line)
            if stated and stated[1].upper() == "DRIVE":
                own = {}
            if stated:
                (common if own is None else own)[stated[1].upper()] = stated[2].strip().strip("'")
        elif ranges:
            ranges[-1].lines.append(line)
    return ranges


def _values(found: _Range, width: int, name: str, what: str, ended: bool) -> Numbers:
    """Shape (points, width)."""
    rows = [line.replace(",", ".").split() for line in found.lines]
    odd = next((place for place, row in enumerate(rows) if width > 1 and len(row) != width), None)
    if odd is not None and odd == len(rows) - 1 and not ended:
        raise truncated(name, f"ends in the middle of row {len(rows):,} of {what}")
    if odd is not None:
        raise damaged(name, f"row {odd + 1:,} of {what} does not have {width} numbers")
    try:
        return np.array([cell for row in rows for cell in row], dtype=np.float64).reshape(-1, width)
    except ValueError as error:
        raise damaged(name, f"a row of {what} holds something else than numbers ({error})") from error


def _meta(said: dict[str, str]) -> dict[str, object]:
    meta: dict[str, object] = {key: said.get(theirs, "") for key, theirs in _TEXTS.items()}
    for key, theirs in _FIGURES.items():
        value = to_number(said.get(theirs, ""))
        if value is not None and value > 0:
            meta[key] = value
    return meta


def _scan(found: _Range, name: str, what: str, ended: bool) -> Recording:
    marker, said = found.marker, found.said
    positions = bool(marker[1])
    values = _values(found, 1 + positions + bool(marker[3]), name, what, ended)
    stated = to_number(said.get("STEPCOUNT", ""))
    if stated is not None and len(values) < stated:
        raise truncated(name, f"ends in {what} after {len(values):,} of {int(stated):,} points")
    axis = said.get("DRIVE", "")
    if axis and not moves_two_theta(axis):
        raise other_axis(name, axis, len(values))
    if positions:
        angles = values[:, 0]
    else:
        start, step = (to_number(said.get(key, "")) for key in ("START", "STEPSIZE"))
        start = start if start is not None else to_number(said.get("2THETA", ""))
        if start is None or not step:
            raise damaged(name, f"{what} has neither positions nor start and step")
        angles = angles_of(start, step, len(values))
    counts, rate = values[:, int(positions)], marker[2].upper() == "CPS"
    recording = pattern(name, angles, counts, _meta(said), rate=rate)
    recording.started_at = moment(said.get("DATEMEASURED", ""), "%d-%b-%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S")
    if not axis:
        recording.flag(
            "axis_not_stated", "The file does not say along which axis it goes; it is taken as 2θ."
        )
    return recording


def read(path: Path) -> list[Recording]:
    """One recording per range over 2θ. Raises UnreadableFile for cut and damaged files."""
    text = read_text(path)
    ranges = _ranges(text)
    if not ranges:
        fault = "truncated" if _STATED.search(text) else "not_this_format"
        raise UnreadableFile(fault, f"{path.name} ends without a range of data.", _AGAIN)
    ended = text.endswith("\n")
    scans = [
        kept(_scan, found, path.name, f"range {number}", ended or number < len(ranges))
        for number, found in enumerate(ranges, 1)
    ]
    recordings = gathered(path.name, "range", scans)
    flag_open_end(recordings[-1], text)
    return recordings


def sniff(head: bytes, name: str) -> int:
    return 3 if _OWN.search(head.replace(b"\0", b"").replace(b"\r", b"\n")) else 0


READER = Reader(
    name="bruker_uxd",
    version="1.0",
    label="Bruker UXD",
    techniques=(Technique.XRD,),
    sniff=sniff,
    read=read,
    extensions=(".uxd",),
)
