"""What the XML members of a Neware ``.ndax`` say about the test: TestInfo.xml, Step.xml, VersionInfo.xml.

They call themselves GB2312; some hold UTF-8 all the same. A member that cannot be read costs its texts,
never the records.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from characterization.instruments.archive import UNPACKING_FAULTS
from characterization.instruments.xmlsafe import child, parse_xml

_UNREADABLE: tuple[type[Exception], ...] = (ParseError, *UNPACKING_FAULTS)
_MOST_XML_BYTES = 16 * 1024**2

_TEST_INFO = {
    "DevID": "device",
    "UnitID": "unit",
    "ChlID": "channel",
    "TestID": "test_id",
    "CurrRange": "current_range_mA",
    "VoltRange": "voltage_range_V",
    "SN": "part_number",
    "StepName": "test_name",
    "StartTime": "start_stated",
    "EndTime": "end_stated",
    "Barcode": "barcode",
    "Remark": "remark",
}
_STEP_HEAD = {"Creator": "operator", "PN": "part_number", "Remark": "remark"}
_NUMBERS = ("current_range_mA", "voltage_range_V")


def _text_of(raw: bytes) -> str:
    """The member's text without its XML declaration, whose encoding is not to be relied on."""
    try:
        decoded = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        decoded = raw.decode("gb18030", errors="replace")
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", decoded)


def _config(archive: zipfile.ZipFile, member: str, name: str) -> Element | None:
    if member not in archive.namelist():
        return None
    with archive.open(member) as file:
        raw = file.read(_MOST_XML_BYTES)
    return child(parse_xml(_text_of(raw), f"{name}/{member}"), "config")


def _from_test_info(config: Element | None) -> dict[str, object]:
    info = child(config, "TestInfo")
    if info is None:
        return {}
    said: dict[str, object] = {
        ours: info.get(theirs) for theirs, ours in _TEST_INFO.items() if info.get(theirs)
    }
    for key in _NUMBERS:
        value = str(said.get(key, ""))
        if re.fullmatch(r"\d+(\.\d+)?", value):
            said[key] = float(value)
    return said


def _from_step(config: Element | None) -> dict[str, object]:
    """Active mass from SCQ, which is in µg."""
    head = child(config, "Head_Info")
    said: dict[str, object] = {}
    for theirs, ours in _STEP_HEAD.items():
        entry = child(head, theirs)
        if entry is not None and entry.get("Value"):
            said[ours] = entry.get("Value")
    mass = child(head, "SCQ")
    value = mass.get("Value", "") if mass is not None else ""
    if re.fullmatch(r"\d+(\.\d+)?", value) and float(value) > 0:
        said["active_mass_mg"] = float(value) / 1000
    return said


def _from_version(config: Element | None) -> dict[str, object]:
    version = child(config, "ZwjVersion")
    software = version.get("SvrVer") if version is not None else None
    if software is None:
        entry = child(version, "SvrVer")
        software = entry.get("Value") if entry is not None else None
    return {"software": software} if software else {}


_MEMBERS = {"Step.xml": _from_step, "TestInfo.xml": _from_test_info, "VersionInfo.xml": _from_version}


def metadata(path: Path) -> tuple[dict[str, object], list[str]]:
    """The texts of the container, and the members that could not be read.

    Raises UnreadableFile ``hostile`` for entities or a document type.
    """
    said: dict[str, object] = {}
    unreadable: list[str] = []
    with zipfile.ZipFile(path) as archive:
        for member, extract in _MEMBERS.items():
            try:
                said.update(extract(_config(archive, member, path.name)))
            except _UNREADABLE:
                unreadable.append(member)
    return said, unreadable
