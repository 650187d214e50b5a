"""Bruker DIFFRAC.SUITE, ``.brml``: a zip container of XML, ``Experiment0/RawData0.xml``, ``RawData1.xml`` … per range.

Each range says of itself which number of a point is what; angles in degrees, wavelengths in Å, times in s. The sample's
name stands in the range and in ``DataContainer.xml``. Instruments: D2 Phaser, D6, D8.

Oddities: positions are written beside the counts and need not be equally spaced; ``MeasuredSteps`` may be fewer than
``Steps``; ranges over θ, ϕ or a slit have the same form; whether counts hold the factor of an absorber is not said;
templates and methods in the container are ten times as large as the data and are not read.
"""

from __future__ import annotations

import contextlib
import re
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.diffraction import brml_scan
from characterization.instruments.diffraction.scans import Numbers, gathered, kept, pattern
from characterization.instruments.diffraction.zipped import Members
from characterization.instruments.textual import to_number
from characterization.instruments.xmlsafe import child, local_name, text

_RANGE = r"Experiment\d+/RawData\d+\.xml"
_INSIDE = re.compile(rb"Experiment\d+/\w+\.xml|experimentCollection\.xml")
_TUBE = {
    "WaveLengthAlpha1": "wavelength_angstrom",
    "WaveLengthAlpha2": "wavelength_kalpha2_angstrom",
    "WaveLengthBeta": "wavelength_kbeta_angstrom",
    "WaveLengthRatio": "kalpha_ratio",
    "Voltage": "tube_tension_kV",
    "Current": "tube_current_mA",
}
_INFO = {"SampleName": "sample_name", "Comment": "comment", "User": "operator"}


def _tube(root: Element) -> dict[str, object]:
    """What stands below the first ``Tube``: wavelengths, anode, tension and current."""
    tube = next((item for item in root.iter() if local_name(item.tag) == "Tube"), None)
    found: dict[str, object] = {}
    for item in tube.iter() if tube is not None else ():
        key, value = local_name(item.tag), to_number(item.get("Value", ""))
        if key in _TUBE and value is not None and _TUBE[key] not in found:
            found[_TUBE[key]] = value
        elif key == "TubeMaterial":
            found["anode"] = (item.text or item.get("Value") or "").strip()
    return found


def _optics(root: Element) -> dict[str, object]:
    mounted = [item for item in root.iter() if local_name(item.tag) == "InfoData"]
    named = [item.get("VisibleName", "") for item in mounted if item.get("baseType") == "OpticInfoData"]
    detectors = [
        item.get("VisibleName", "") for item in mounted if item.get("baseType") == "DetectorInfoData"
    ]
    return {"optics": named, "detector": detectors[0] if detectors else ""} if named or detectors else {}


def _texts(root: Element) -> dict[str, object]:
    items = (item for item in root.iter() if local_name(item.tag) == "InfoItem")
    said = {item.get("Name", ""): item.get("Value", "") for item in items}
    return {ours: said[theirs].strip() for theirs, ours in _INFO.items() if said.get(theirs)}


def _counting_time(values: Numbers, layout: brml_scan.Layout, route: Element) -> dict[str, object]:
    if layout.time is None:
        stated = to_number(text(route, "ScanInformation", "TimePerStep"))
        return {"counting_time_s": stated} if stated else {}
    times = values[:, layout.time]
    said: dict[str, object] = {"counting_time_s": float(np.median(times))}
    return said | ({"counting_time_varies": True} if np.ptp(times) > 1e-3 * np.median(times) else {})


def _started(root: Element) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(text(root, "TimeStampStarted"))
    return None


def _flag_absorber(recording: Recording, factors: Numbers) -> None:
    behind = int((factors != 1).sum())
    if behind:
        recording.flag(
            "absorber",
            f"An absorber of factor up to {factors.max():.4g} stood in the beam at {behind:,} of {factors.size:,} "
            "points; the file does not say whether the counts hold it, they are given as stored.",
        )


def _range(root: Element, meta: dict[str, object], name: str, what: str) -> Recording:
    route = brml_scan.route_of(root, name)
    values = brml_scan.points_of(route, name, what)
    layout = brml_scan.layout_of(route, list(brml_scan.axes_of(route)), values.shape[1], name)
    here = values[:, layout.counts] != brml_scan.NOT_MEASURED
    measured = values[here]
    information = child(route, "ScanInformation")
    named = {} if information is None else {"scan_axis": information.get("VisibleName", "")}
    said = meta | _tube(root) | _optics(root) | _texts(root) | named | _counting_time(values, layout, route)
    angles = brml_scan.angles(route, layout, values, name)[here]
    recording = pattern(name, angles, measured[:, layout.counts], said)
    recording.started_at = _started(root)
    if layout.factor is not None:
        _flag_absorber(recording, measured[:, layout.factor])
    if len(measured) < len(values):
        recording.flag(
            "points_left_out", f"{len(values) - len(measured):,} points without a count are left out."
        )
    done, planned = brml_scan.measured_of_planned(route)
    if 0 < done < planned:
        recording.flag("not_completed", f"The scan ended after {done:,} of {planned:,} points.")
    return recording


def _sample(members: Members) -> dict[str, object]:
    """The sample's name where the container states it for all its ranges."""
    found = members.like(r"Experiment\d+/DataContainer\.xml")
    info = child(members.xml(found[0]), "MeasurementInfo") if found else None
    if info is None:
        return {}
    return {
        ours: info.get(theirs, "").strip() for theirs, ours in _INFO.items() if info.get(theirs, "").strip()
    }


def read(path: Path) -> list[Recording]:
    """One recording per range over 2θ. Raises UnreadableFile for cut, damaged or hostile containers."""
    with Members(path) as members:
        ranges = members.like(_RANGE)
        if not ranges:
            code = "empty" if members.like(r"Experiment\d+/.*") else "not_this_format"
            raise UnreadableFile(
                code,
                f"{path.name} holds no measured range.",
                "Save it in DIFFRAC.SUITE after the measurement.",
            )
        meta = _sample(members)
        scans = [kept(_range, members.xml(member), meta, path.name, member) for member in ranges]
        return gathered(path.name, "range", scans)


def sniff(head: bytes, name: str) -> int:
    if not head.startswith(b"PK"):
        return 1 if ending(name, ".brml") else 0
    if _INSIDE.search(head):
        return 3
    return 2 if ending(name, ".brml") else 0


READER = Reader(
    name="bruker_brml",
    version="1.0",
    label="Bruker BRML",
    techniques=(Technique.XRD,),
    sniff=sniff,
    read=read,
    extensions=(".brml",),
)
