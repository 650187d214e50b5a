"""Rigaku SmartLab Studio, ``.rasx``: a zip container with a folder per scan.

``Data0/Profile0.txt`` has rows of position in degrees, intensity, attenuator factor (tabs, no titles, UTF-8 with mark);
``Data0/MesurementConditions0.xml`` (spelled so) states axis, unit, number of points, start with zone, tube and texts,
and repeats the keys of a ``.ras`` header. The intensity is multiplied by the factor.

Oddities: ``Position`` of an axis may be a word; an axis name may come several times; intensities need not be whole
numbers; containers of detector images hold no profile. ``root.xml`` with its hashes and signature is not needed: the
container's own checksums are held against every member.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode, ending
from characterization.instruments.diffraction.rigaku import rows, scan_of
from characterization.instruments.diffraction.scans import damaged, gathered, kept
from characterization.instruments.diffraction.zipped import Members
from characterization.instruments.xmlsafe import child, children, text

_PROFILE = r"Data\d+/Profile\d+\.txt"
_INSIDE = re.compile(
    rb"Data\d+/(Profile|Mesurement|Measurement|Image)|PK\x03\x04.{22}\x08\0..root\.xml", re.DOTALL
)
_SCAN = {
    "*MEAS_DATA_COUNT": "DataCount",
    "*MEAS_SCAN_STEP": "Step",
    "*MEAS_SCAN_SPEED": "Speed",
    "*MEAS_SCAN_SPEED_UNIT": "SpeedUnit",
    "*MEAS_SCAN_UNIT_Y": "IntensityUnit",
    "*MEAS_SCAN_START_TIME": "StartTime",
    "*MEAS_SCAN_MODE": "Mode",
}
_TUBE = {
    "*HW_XG_WAVE_LENGTH_ALPHA1": "WavelengthKalpha1",
    "*HW_XG_WAVE_LENGTH_ALPHA2": "WavelengthKalpha2",
    "*HW_XG_WAVE_LENGTH_BETA": "WavelengthKbeta",
    "*HW_XG_TARGET_NAME": "TargetName",
    "*MEAS_COND_XG_WAVE_TYPE": "WaveType",
    "*MEAS_COND_XG_VOLTAGE": "Voltage",
    "*MEAS_COND_XG_CURRENT": "Current",
}
_GENERAL = {"*FILE_SAMPLE": "SampleName", "*FILE_COMMENT": "Comment", "*FILE_OPERATOR": "Operator"}


def _stated(conditions: Element) -> dict[str, str]:
    """The conditions under the keys of a ``.ras`` header; the scan's own elements count more than the repeated keys."""
    pairs = (children(pair, "string") for pair in children(child(conditions, "RASHeader"), "Pair"))
    said = {(pair[0].text or "").strip(): (pair[1].text or "").strip() for pair in pairs if len(pair) == 2}
    for path, keys in (
        (("ScanInformation",), _SCAN),
        (("HWConfigurations", "XrayGenerator"), _TUBE),
        (("GeneralInformation",), _GENERAL),
    ):
        own = {theirs: text(conditions, *path, element) for theirs, element in keys.items()}
        said |= {key: value for key, value in own.items() if value}
    return said


def _optics(conditions: Element) -> dict[str, str]:
    units = children(child(conditions, "HWConfigurations", "Categories"), "Category")
    chosen = {unit.get("Name", ""): unit.get("SelectedUnit", "") for unit in units}
    return {name: unit for name, unit in chosen.items() if name and unit not in ("", "None", "No_unit")}


def _scan(members: Members, profile: str) -> Recording:
    folder = profile.partition("/")[0]
    found = members.like(re.escape(folder) + r"/Mea?surementConditions\d*\.xml")
    if not found:
        raise damaged(members.name, f"{profile} comes without its measurement conditions")
    conditions = members.xml(found[0])
    table = rows(decode(members.bytes_of(profile)), members.name, profile)
    axis = text(conditions, "ScanInformation", "AxisName")
    recording = scan_of(table, _stated(conditions), members.name, profile, axis)
    optics = _optics(conditions)
    if optics:
        recording.meta["optics"] = optics
        recording.meta["detector"] = optics.get("Detector", recording.meta.get("detector", ""))
    return recording


def read(path: Path) -> list[Recording]:
    """One recording per profile over 2θ. Raises UnreadableFile for cut, damaged or hostile containers."""
    with Members(path) as members:
        profiles = members.like(_PROFILE)
        if not profiles:
            images = members.like(r"Data\d+/Image.*")
            code = "unsupported" if images else "not_this_format"
            what = f"{len(images)} detector images" if images else f"{len(members.names)} members"
            raise UnreadableFile(
                code,
                f"{path.name} holds {what} and no profile.",
                "Integrate the images in SmartLab Studio and export the profile.",
            )
        return gathered(path.name, "scan", [kept(_scan, members, profile) for profile in profiles])


def sniff(head: bytes, name: str) -> int:
    if not head.startswith(b"PK"):
        return 1 if ending(name, ".rasx") else 0
    if _INSIDE.search(head):
        return 3
    return 2 if ending(name, ".rasx") else 0


READER = Reader(
    name="rigaku_rasx",
    version="1.0",
    label="Rigaku RASX",
    techniques=(Technique.XRD,),
    sniff=sniff,
    read=read,
    extensions=(".rasx",),
)
