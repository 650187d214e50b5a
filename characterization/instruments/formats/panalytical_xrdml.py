"""PANalytical / Malvern diffractometers, ``.xrdml``: XML with one or more scans.

Versions 1.x write ``intensities`` (already corrected for the beam attenuator), versions 2.x ``counts``
(raw: the true count is counts x attenuation factor). Positions in degrees stand as start and end with equal
steps between, both included, or as a list; wavelengths in Å; counting time in s per point. The number of
points is not stored: a file cut inside the counts is told by its broken XML. Instruments: X'Pert, Empyrean,
Aeris.

Oddities: the namespace changes with the version, so only local names count; ``intended`` "K-Alpha 1" does
not say that the second line was removed; a scan may be aborted and then has fewer points than planned; the
XML is untrusted.
"""

from __future__ import annotations

import contextlib
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import polars as pl

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.xmlsafe import child, children, parse_xml, text
from characterization.instruments.xrdml_cut import complain_of_cut

Numbers = np.ndarray[Any, np.dtype[np.float64]]

_AGAIN = "Copy it again from the instrument; the file is kept."
_NUMBERS = {
    "wavelength_angstrom": ("usedWavelength", "kAlpha1"),
    "wavelength_kalpha2_angstrom": ("usedWavelength", "kAlpha2"),
    "wavelength_kbeta_angstrom": ("usedWavelength", "kBeta"),
    "kalpha_ratio": ("usedWavelength", "ratioKAlpha2KAlpha1"),
    "tube_tension_kV": ("incidentBeamPath", "xRayTube", "tension"),
    "tube_current_mA": ("incidentBeamPath", "xRayTube", "current"),
    "goniometer_radius_mm": ("incidentBeamPath", "radius"),
}


def _damaged(name: str, why: str) -> UnreadableFile:
    return UnreadableFile("damaged", f"{name}: {why}.", _AGAIN)


def _numbers(element: Element | None, name: str) -> Numbers | None:
    """The blank-separated numbers of an element, None without the element."""
    if element is None:
        return None
    try:
        return np.array((element.text or "").split(), dtype=np.float64)
    except ValueError as error:
        raise _damaged(name, f"a list of numbers holds something else ({error})") from error


def _axis(points: Element, axis: str, count: int, name: str) -> Numbers | None:
    """The positions of one axis at every point, None where it is not there or does not move."""
    for positions in children(points, "positions"):
        if positions.get("axis") != axis:
            continue
        listed = _numbers(child(positions, "listPositions"), name)
        if listed is not None:
            if listed.size != count:
                raise _damaged(name, f"{listed.size:,} positions of {axis} for {count:,} counts")
            return listed
        start = _numbers(child(positions, "startPosition"), name)
        end = _numbers(child(positions, "endPosition"), name)
        if start is not None and end is not None and start.size == end.size == 1 and start[0] != end[0]:
            return np.linspace(start[0], end[0], count)
    return None


def _counts(points: Element, name: str) -> Numbers:
    """Counts with the attenuator's factor put on: only raw ``counts`` still lack it."""
    raw = _numbers(child(points, "counts"), name)
    if raw is None:
        corrected = _numbers(child(points, "intensities"), name)
        if corrected is None:
            raise _damaged(name, "a scan holds neither counts nor intensities")
        return corrected
    factors = _numbers(child(points, "beamAttenuationFactors"), name)
    if factors is None:
        return raw
    if factors.size not in (1, raw.size):
        raise _damaged(name, f"{factors.size:,} attenuation factors for {raw.size:,} counts")
    return np.asarray(raw * factors, dtype=np.float64)


def _counting_time(points: Element, name: str) -> dict[str, object]:
    common = _numbers(child(points, "commonCountingTime"), name)
    listed = _numbers(child(points, "countingTimes"), name)
    if common is not None and common.size:
        return {"counting_time_s": float(common[0])}
    if listed is not None and listed.size:
        return {"counting_time_s": float(np.median(listed)), "counting_time_varies": bool(np.ptp(listed) > 0)}
    return {}


def _measurement_meta(root: Element, measurement: Element) -> dict[str, object]:
    meta: dict[str, object] = {}
    for key, path in _NUMBERS.items():
        with contextlib.suppress(ValueError):
            meta[key] = float(text(measurement, *path))
    anode = text(measurement, "incidentBeamPath", "xRayTube", "anodeMaterial")
    detector = child(measurement, "diffractedBeamPath", "detector")
    comments = [(entry.text or "").strip() for entry in children(child(measurement, "comment"), "entry")]
    named = {
        "anode": anode,
        "detector": detector.get("name", "") if detector is not None else "",
        "sample_id": text(root, "sample", "id"),
        "sample_name": text(root, "sample", "name"),
        "prepared_by": text(root, "sample", "preparedBy"),
        "comment": "; ".join(filter(None, comments)),
        "status": measurement.get("status", ""),
    }
    return meta | {key: value for key, value in named.items() if value}


def _scan_meta(scan: Element, version: str) -> dict[str, object]:
    said = {
        "scan_axis": scan.get("scanAxis", ""),
        "scan_mode": scan.get("mode", ""),
        "scan_status": scan.get("status", ""),
        "operator": text(scan, "header", "author", "name"),
        "xrdml_version": version,
    }
    return {key: value for key, value in said.items() if value}


def _started(scan: Element) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(text(scan, "header", "startTimeStamp"))
    return None


def _table(points: Element, axis_name: str, name: str) -> pl.DataFrame:
    counts = _counts(points, name)
    if not counts.size:
        raise UnreadableFile("empty", f"{name} holds a scan without a single count.", _AGAIN)
    two_theta = _axis(points, "2Theta", counts.size, name)
    if two_theta is None:
        raise UnreadableFile(
            "unsupported",
            f"{name} holds a scan along {axis_name or 'an unknown axis'} in which 2θ stands still.",
            "Only scans over 2θ can be read.",
        )
    columns: dict[str, Numbers] = {"two_theta_deg": two_theta, "intensity_counts": counts}
    omega = _axis(points, "Omega", counts.size, name)
    if omega is not None:
        columns["omega_deg"] = omega
    return pl.DataFrame(columns)


def _recording(scan: Element, meta: dict[str, object], version: str, name: str) -> Recording:
    points = child(scan, "dataPoints")
    if points is None:
        raise _damaged(name, "a scan has no data points")
    meta = meta | _scan_meta(scan, version) | _counting_time(points, name)
    recording = Recording(
        Technique.XRD, _table(points, scan.get("scanAxis", ""), name), meta=meta, started_at=_started(scan)
    )
    hints = [str(meta[key]) for key in ("sample_id", "sample_name", "comment") if meta.get(key)]
    recording.title, recording.sample_hints = (hints[0] if hints else ""), tuple(dict.fromkeys(hints))
    if scan.get("status", "Completed") != "Completed":
        points_read = recording.table.height
        recording.flag("not_completed", f"The scan was {scan.get('status')} after {points_read:,} points.")
    return recording


def read(path: Path) -> list[Recording]:
    """One recording per scan. Raises UnreadableFile for cut, damaged, hostile or scanless files."""
    raw = path.read_bytes()
    try:
        root = parse_xml(raw, path.name)
    except ParseError as error:
        raise complain_of_cut(raw, path.name, str(error)) from error
    version = re.sub(r".*/([\d.]+)}.*", r"\1", root.tag) if "}" in root.tag else ""
    recordings = [
        _recording(scan, _measurement_meta(root, measurement), version, path.name)
        for measurement in children(root, "xrdMeasurement")
        for scan in children(measurement, "scan")
    ]
    if not recordings:
        raise UnreadableFile("empty", f"{path.name} holds no scan.", _AGAIN)
    for number, recording in enumerate(recordings, 1):
        recording.part = f"scan {number}" if len(recordings) > 1 else ""
    return recordings


def sniff(head: bytes, name: str) -> int:
    if b"xrdMeasurement" in head or "xrdMeasurement".encode("utf-16-le") in head:
        return 3
    return 1 if ending(name, ".xrdml") else 0


READER = Reader(
    name="panalytical_xrdml",
    version="1.0",
    label="PANalytical XRDML",
    techniques=(Technique.XRD,),
    sniff=sniff,
    read=read,
    extensions=(".xrdml",),
)
