"""PANalytical / Malvern diffractometers, ``.xrdml``: XML with one or more scans.

Versions 1.x write ``intensities`` (already corrected for the beam attenuator), versions 2.x ``counts``
(raw: the true count is counts x attenuation factor); what the values mean is told by the element, not by the
version. Positions in degrees stand as start and end with equal steps between, both included, or as a list;
wavelengths in Å; counting time in s per point. The number of points is not stored: a file cut inside the counts is
told by its broken XML. Instruments: X'Pert, Empyrean, Aeris.

Oddities: the namespace changes with the version, so only local names count; ``intended`` "K-Alpha 1" does
not say that the second line was removed; a scan may be aborted and then has fewer points than planned; a
scan over ω, ϕ or a stage has the same form and is refused, or left out beside others; the XML is untrusted.
"""

from __future__ import annotations

import contextlib
import re
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from characterization.instruments.base import Reader, Recording, Technique, ending
from characterization.instruments.diffraction.scans import damaged, gathered, kept, pattern
from characterization.instruments.diffraction.xrdml_cut import complain_of_cut
from characterization.instruments.diffraction.xrdml_optics import optics
from characterization.instruments.diffraction.xrdml_points import (
    counting_time,
    points_of,
    uncorrected_divergence,
)
from characterization.instruments.xmlsafe import child, children, parse_xml, text

_DIVERGENCE = (
    "The counts are raw and the file holds corrections for a divergence slit that moved; they are not put on: "
    "intensities at different angles cannot be compared as with a fixed slit."
)
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
    found = points_of(points, scan.get("scanAxis", ""), name)
    more = {"omega_deg": found.omega} if found.omega is not None else {}
    said = meta | _scan_meta(scan, version) | counting_time(points, name)
    recording = pattern(name, found.two_theta, found.counts, said, factors=found.factors, more=more)
    recording.started_at = _started(scan)
    if scan.get("status", "Completed") != "Completed":
        points_read = recording.table.height
        recording.flag("not_completed", f"The scan was {scan.get('status')} after {points_read:,} points.")
    if uncorrected_divergence(points, name):
        recording.flag("divergence_not_corrected", _DIVERGENCE)
    return recording


def read(path: Path) -> list[Recording]:
    """One recording per scan over 2θ. Raises UnreadableFile for cut, damaged, hostile or scanless files."""
    raw = path.read_bytes()
    try:
        root = parse_xml(raw, path.name)
    except ParseError as error:
        raise complain_of_cut(raw, path.name, str(error)) from error
    version = re.sub(r".*/([\d.]+)}.*", r"\1", root.tag) if "}" in root.tag else ""
    measured = [
        (scan, _measurement_meta(root, measurement) | optics(measurement))
        for measurement in children(root, "xrdMeasurement")
        for scan in children(measurement, "scan")
    ]
    scans = (kept(_recording, scan, meta, version, path.name) for scan, meta in measured)
    return gathered(path.name, "scan", scans)


def sniff(head: bytes, name: str) -> int:
    if b"xrdMeasurement" in head or "xrdMeasurement".encode("utf-16-le") in head:
        return 3
    return 1 if ending(name, ".xrdml") else 0


READER = Reader(
    name="panalytical_xrdml",
    version="2.0",
    label="PANalytical XRDML",
    techniques=(Technique.XRD,),
    sniff=sniff,
    read=read,
    extensions=(".xrdml",),
)
