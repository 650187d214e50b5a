"""Powder CIF, ``.cif``: crystallographic text in which a diffraction pattern stands as a loop of ``_pd_…`` items.

2θ in degrees is an item of the loop (``_pd_meas_2theta_scan``, ``_pd_proc_2theta_corrected``) or follows from
``_pd_meas_2theta_range_min`` and ``_inc``. ``…counts_total`` are counts; ``…intensity_…`` are in an arbitrary unit,
with their standard uncertainty in brackets (``5540(160)``). Calculated profile and background stand beside them.
Wavelengths in Å: one, or a loop of Kα1, Kα2 with weights. Grammar: IUCr CIF 1.1 and the powder dictionary cif_pd 1.0.

Oddities: measured and processed ranges differ where the zero was corrected: a measured intensity goes with the measured
range; ``.`` and ``?`` are no value; a file may hold only a calculated pattern, several patterns, patterns over time of
flight, or a structure and no pattern at all; radiation may be neutrons.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.diffraction.scans import (
    Numbers,
    angles_of,
    damaged,
    gathered,
    kept,
    pattern,
    truncated,
)
from characterization.instruments.textual import read_text, to_number

_ANGLES = {
    "meas": ("_pd_meas_2theta_scan", "_pd_meas_2theta_corrected", "_pd_proc_2theta_corrected"),
    "proc": ("_pd_proc_2theta_corrected", "_pd_meas_2theta_corrected", "_pd_meas_2theta_scan"),
}
_MEASURED = (
    "_pd_meas_counts_total",
    "_pd_meas_intensity_total",
    "_pd_meas_intensity_net",
    "_pd_proc_intensity_total",
    "_pd_proc_intensity_net",
)
_CALCULATED = ("_pd_calc_intensity_total", "_pd_calc_intensity_net")
_BACKGROUND = ("_pd_proc_intensity_bkg_calc", "_pd_proc_intensity_bkg_fix")
_ELSEWHERE = ("_pd_meas_time_of_flight", "_pd_proc_energy_incident", "_pd_proc_d_spacing")
_TEXTS = {
    "sample_name": ("_chemical_name_common", "_chemical_formula_sum"),
    "comment": ("_pd_block_id",),
    "anode": ("_diffrn_source_target",),
    "radiation": ("_diffrn_radiation_probe", "_diffrn_radiation_type"),
    "instrument": ("_diffrn_measurement_device_type", "_pd_instr_location"),
}
_VALUE = re.compile(r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)(?:\((\d+)\))?")
_STRUCTURE = "A structure for phase identification is added in the phase library, not as a measurement."


def _figure(cell: str) -> tuple[float, float]:
    """A value and its standard uncertainty; ``5540(160)`` is 5540 ± 160, ``1.54(2)`` is 1.54 ± 0.02, ``.`` is NaN."""
    if "(" not in cell:
        plain = to_number(cell)
        return (float("nan") if plain is None else plain), float("nan")
    found = _VALUE.fullmatch(cell.strip())
    number = to_number(found[1]) if found else None
    if found is None or number is None:
        return float("nan"), float("nan")
    if not found[2]:
        return number, float("nan")
    decimals = len(found[1].partition(".")[2].split("e")[0].split("E")[0])
    exponent = re.search(r"[eE]([-+]?\d+)", found[1])
    return number, int(found[2]) * 10.0 ** ((int(exponent[1]) if exponent else 0) - decimals)


def _text(block: Any, *tags: str) -> str:
    for tag in tags:
        value = block.find_value(tag)
        if value and value not in ("?", "."):
            return str(value).strip("'\"; \n")
    return ""


def _wavelengths(block: Any) -> dict[str, object]:
    tag = "_diffrn_radiation_wavelength"
    values = [_figure(value)[0] for value in block.find_values(tag)]
    weights = [_figure(value)[0] for value in block.find_values(f"{tag}_wt")]
    meta: dict[str, object] = {}
    known = [value for value in values if 0.05 < value < 10]
    if known:
        meta["wavelength_angstrom"] = known[0]
    if len(known) > 1:
        meta["wavelength_kalpha2_angstrom"] = known[1]
    if len(known) == len(weights) == 2 and weights[0] > 0 and np.isfinite(weights[1]):
        meta["kalpha_ratio"] = weights[1] / weights[0]
    return meta


def _column(loop: Any, tags: tuple[str, ...]) -> tuple[str, list[str]]:
    """The first of the items that the loop has, and its values."""
    names = [tag.lower() for tag in loop.tags]
    tag = next((tag for tag in tags if tag in names), "")
    if not tag:
        return "", []
    return tag, list(loop.values)[names.index(tag) :: len(names)]


def _from_range(block: Any, kind: str, points: int, name: str) -> Numbers:
    least, step, most = (
        _figure(_text(block, f"_pd_{kind}_2theta_range_{key}"))[0] for key in ("min", "inc", "max")
    )
    if not (np.isfinite(least) and np.isfinite(step)):
        raise damaged(name, "a pattern states neither the angle of each point nor their first and step")
    expected = round((most - least) / step) + 1 if np.isfinite(most) and step else points
    if points < expected:
        raise truncated(name, f"ends after {points:,} of {expected:,} points")
    if points > expected:
        raise damaged(name, f"{points:,} points stand for a range of {expected:,}")
    return angles_of(least, step, points)


def _angles(block: Any, loop: Any, kind: str, points: int, name: str) -> Numbers:
    tag, cells = _column(loop, _ANGLES[kind])
    if tag:
        return np.array([_figure(cell)[0] for cell in cells])
    elsewhere, _ = _column(loop, _ELSEWHERE)
    if elsewhere:
        raise UnreadableFile(
            "unsupported",
            f"{name} holds a pattern over {elsewhere} and not over 2θ.",
            "Patterns over 2θ are read.",
        )
    return _from_range(block, kind, points, name)


def _scan(block: Any, loop: Any, name: str) -> Recording:
    tag, cells = _column(loop, _MEASURED)
    calculated_tag, calculated = _column(loop, _CALCULATED)
    only_calculated = not tag
    tag, cells = (tag, cells) if tag else (calculated_tag, calculated)
    kind = "meas" if tag.startswith("_pd_meas") else "proc"
    figures = np.array([_figure(cell) for cell in cells], dtype=np.float64).reshape(-1, 2)
    angles = _angles(block, loop, kind, len(figures), name)
    here = np.isfinite(figures[:, 0]) & np.isfinite(angles)
    more = {} if np.isnan(figures[here, 1]).any() else {"sigma_counts": figures[here, 1]}
    for column, (_, values) in {
        "calculated_counts": (calculated_tag, [] if only_calculated else calculated),
        "background_counts": _column(loop, _BACKGROUND),
    }.items():
        beside = np.array([_figure(cell)[0] for cell in values])[here] if values else np.zeros(0)
        more |= {column: beside} if np.isfinite(beside).any() else {}
    meta = {key: _text(block, *tags) for key, tags in _TEXTS.items()} | _wavelengths(block)
    recording = pattern(name, angles[here], figures[here, 0], meta | {"intensity_item": tag}, more=more)
    _flag(recording, only_calculated, int((~here).sum()), tag)
    return recording


def _flag(recording: Recording, only_calculated: bool, left_out: int, tag: str) -> None:
    if only_calculated:
        recording.flag("calculated", "The pattern is a calculated one: the file holds no measured intensity.")
    elif "counts" not in tag:
        recording.flag("arbitrary_intensity", f"The intensity ({tag}) is in an arbitrary unit and no count.")
    if left_out:
        recording.flag("points_left_out", f"{left_out:,} points without a value are left out.")
    radiation = str(recording.meta.get("radiation", ""))
    if "neutron" in radiation:
        recording.flag(
            "neutrons", "The pattern was measured with neutrons: its intensities are not those of X-rays."
        )


def _loops(document: Any) -> Iterator[tuple[Any, Any]]:
    """Blocks and their loops that hold an intensity for each point."""
    for block in document:
        for item in block:
            loop = item.loop
            if loop is not None and (_column(loop, _MEASURED)[0] or _column(loop, _CALCULATED)[0]):
                yield block, loop


def read(path: Path) -> list[Recording]:
    """One recording per pattern. Raises UnreadableFile for files without one, cut and damaged files."""
    text = read_text(path)
    cif = importlib.import_module("gemmi.cif")  # 20 ms that a file of another kind need not pay
    try:
        document = cif.read_string(text)
    except (ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0][:160]
        raise damaged(path.name, f"it is no whole CIF ({reason})") from error
    scans = [kept(_scan, block, loop, path.name) for block, loop in _loops(document)]
    if not scans:
        raise UnreadableFile(
            "unsupported", f"{path.name} is a CIF without a diffraction pattern.", _STRUCTURE
        )
    return gathered(path.name, "pattern", scans)


def sniff(head: bytes, name: str) -> int:
    plain = head.replace(b"\0", b"")
    block = re.search(rb"^\s*data_\S", plain, re.MULTILINE | re.IGNORECASE)
    if block and re.search(rb"^\s*_pd_(meas|proc|calc)_", plain, re.MULTILINE):
        return 3
    if ending(name, ".cif"):
        return 2 if block else 1
    return 0


READER = Reader(
    name="pd_cif",
    version="1.0",
    label="Powder CIF",
    techniques=(Technique.XRD,),
    sniff=sniff,
    read=read,
    extensions=(".cif",),
)
