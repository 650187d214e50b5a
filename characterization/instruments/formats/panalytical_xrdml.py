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
from xml.etree.ElementTree import Element, ParseError

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.xmlsafe import child, children, parse_xml, text
from characterization.instruments.xrdml_cut import complain_of_cut
from characterization.instruments.xrdml_points import AGAIN, counting_time, damaged, points_table

_NUMBERS = {
    "wavelength_angstrom": ("usedWavelength", "kAlpha1"),
    "wavelength_kalpha2_angstrom": ("usedWavelength", "kAlpha2"),
    "wavelength_kbeta_angstrom": ("usedWavelength", "kBeta"),
    "kalpha_ratio": ("usedWavelength", "ratioKAlpha2KAlpha1"),
    "tube_tension_kV": ("incidentBeamPath", "xRayTube", "tension"),
    "tube_current_mA": ("incidentBeamPath", "xRayTube", "current"),
    "goniometer_radius_mm": ("incidentBeamPath", "radius"),
}


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


def _recording(scan: Element, meta: dict[str, object], version: str, name: str) -> Recording:
    points = child(scan, "dataPoints")
    if points is None:
        raise damaged(name, "a scan has no data points")
    meta = meta | _scan_meta(scan, version) | counting_time(points, name)
    recording = Recording(
        Technique.XRD,
        points_table(points, scan.get("scanAxis", ""), name),
        meta=meta,
        started_at=_started(scan),
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
        raise UnreadableFile("empty", f"{path.name} holds no scan.", AGAIN)
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
