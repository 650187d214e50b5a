"""What the header of an EC-Lab or BT-Lab text export says, and its table of settings.

Lines are ``key : value``; the settings are a table of fixed width, 20 characters for the name and for each
sequence. Words may be of another language: the start is the first value that is a date and a time, the technique
stands alone on the first line of words. Users, computers, addresses and folders are personal and are not handed
on.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

_STARTED = re.compile(r"\s:\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4})\s+(\d{1,2}:\d\d:\d\d)(?:[.,](\d{1,6}))?\s*$")
_PASS = re.compile(r"^\S+\s+\d+\s.*?(\d+)\D+(\d+)\s*$")
_LOOPS = re.compile(r"^[^:\t]{4,40}\s:\s*(\d{1,7})\s*$")
_SIZE = re.compile(r"\s*([+-]?\d[\d.,]*(?:E[+-]?\d+)?)\s*(\S+)\s*$", re.IGNORECASE)
_WIDTH = 20
_MONTHS = 12
_FACTORS = {
    "kg": 1e6, "g": 1e3, "mg": 1.0, "µg": 1e-3, "A.h": 1e3, "mA.h": 1.0, "µA.h": 1e-3, "cm²": 1.0, "mm²": 0.01,
    "m²": 1e4, "cm\ufffd": 1.0, "mm\ufffd": 0.01, "cm2": 1.0, "mm2": 0.01, "µm²": 1e-8,
}  # fmt: skip
_TEXTS = {
    "Electrode material": "electrode_material", "Initial state": "initial_state", "Electrolyte": "electrolyte",
    "Electrode connection": "electrode_connection", 
    "Potential control": "potential_control", "Cycle Definition": "cycle_definition",
}  # fmt: skip
_SIZES = {
    "Mass of active material": "active_mass_mg", "Battery capacity": "battery_capacity_mAh",
    "Electrode surface area": "electrode_area_cm2", "Characteristic mass": "characteristic_mass_mg",
}  # fmt: skip
_UNTOUCHED = re.compile(r"0[.,]00[01]0*\s")
"""What EC-Lab writes where nobody entered a size: 0.001 or 0.000 of whatever unit."""


def lines_of(header: list[str]) -> dict[str, list[str]]:
    """The values of each key, as often as it comes."""
    found: dict[str, list[str]] = {}
    for line in header:
        key, colon, value = line.partition(" :")
        if colon and not line.startswith("   "):
            found.setdefault(key.strip(), []).append(value.strip())
    return found


def technique(header: list[str]) -> str:
    """The first line of words behind the two that every export has, where it stands alone."""
    for line in header[2:6]:
        if line.strip():
            return "" if " : " in line or line.startswith("\t") else line.strip()
    return ""


def moment(words: str) -> datetime | None:
    """The date and time behind a colon, month first unless that is no month; no zone is known."""
    found = _STARTED.search(words)
    if not found:
        return None
    first, second = int(found[1]), int(found[3])
    month, day = (second, first) if first > _MONTHS else (first, second)
    fraction = (found[6] or "0").ljust(6, "0")
    try:
        return datetime.strptime(f"{found[4]}-{month}-{day} {found[5]}.{fraction}", "%Y-%m-%d %H:%M:%S.%f")
    except ValueError:
        return None


def day_is_doubtful(header: list[str]) -> bool:
    """Whether the start is parted as no American date is, and its day could be its month too."""
    line = next((line for line in header if line.startswith("Acquisition started on")), "")
    found = _STARTED.search(line)
    return bool(found and found[2] != "/" and int(found[1]) != int(found[3]) <= _MONTHS >= int(found[1]))


def absolute_form(header: list[str]) -> str:
    """How times were exported as dates: the header may say ``Time format : Absolute DDMMYYYY``, else month first."""
    said = next((line for line in header if line.strip().startswith("Time format :")), "")
    return "%d/%m/%Y" if "DDMMYYYY" in said else "%Y/%m/%d" if "YYYYMMDD" in said else "%m/%d/%Y"


def started_at(header: list[str]) -> datetime | None:
    """When the acquisition began: so the line says, or it is the first with a moment."""
    moments = {line: moment(line) for line in header if moment(line)}
    said = next((line for line in moments if line.startswith("Acquisition started on")), None)
    return moments[said] if said else next(iter(moments.values()), None)


def size(value: str) -> float | None:
    """A number with its unit, in our unit (mg, mAh, cm²); None where there is none or its unit is another."""
    found = _SIZE.fullmatch(value.replace("\u03bc", "µ"))
    if not found or found[2] not in _FACTORS:
        return None
    try:
        return float(f"{float(found[1].replace(',', '.')) * _FACTORS[found[2]]:.10g}")
    except ValueError:
        return None


def meta_of(header: list[str]) -> dict[str, Any]:
    """What the header says of cell, test and instrument, under the keys that the ``.mpr`` reader uses too."""
    keys = lines_of(header)
    meta: dict[str, Any] = {"technique": technique(header), "comments": "\n".join(keys.get("Comments", []))}
    meta |= {ours: keys[theirs][0] for theirs, ours in _TEXTS.items() if theirs in keys}
    entered = {ours: keys[theirs][0] for theirs, ours in _SIZES.items() if theirs in keys}
    meta |= {ours: size(value) for ours, value in entered.items() if not _UNTOUCHED.match(value)}
    meta |= _instrument(header, keys) | _reference((keys.get("Reference electrode") or [""])[0])
    second = next((moment(line) for line in header if line.startswith("Technique started on")), None)
    if second:
        meta["technique_started_at"] = second.isoformat()
    return {key: value for key, value in meta.items() if value not in ("", None)}


def _reference(words: str) -> dict[str, Any]:
    """``SCE Saturated Calomel Electrode (0.241 V)``: its name, and its potential against the normal hydrogen
    electrode where it is written."""
    said = re.match(r"(.+?)\s*\((-?\d+[.,]\d+) V\)$", words)
    if not said:
        return {"reference_electrode": "" if words == "(unspecified)" else words}
    return {"reference_electrode": said[1], "reference_V_vs_NHE": float(said[2].replace(",", "."))}


def _instrument(header: list[str], keys: dict[str, list[str]]) -> dict[str, Any]:
    channel = re.match(r"(\S+)(?:\s+\(SN (\S+)\))?", (keys.get("Run on channel") or [""])[0])
    device = re.match(r"(.*?)(?:\s+\(SN (\S+)\))?$", (keys.get("Device") or [""])[0])
    versions = (re.match(r"(?:EC|BT)-?Lab .*\bv(\d[\w.]*)", line, re.IGNORECASE) for line in header)
    software = next((version for version in versions if version), None)
    name = (keys.get("File") or [""])[0]
    return {
        "channel": channel[1] if channel else "",
        "channel_serial": channel[2] if channel else "",
        "device": device[1] if device else "",
        "device_serial": device[2] if device else "",
        "software": software[1] if software else "",
        "original_name": re.split(r"[\\/]", name)[-1],
    }


def settings(header: list[str]) -> list[list[str]]:
    """The rows of the table of settings: name, then the value in each sequence. Cut by width, because cells may
    be empty; an editor may have taken the blanks off their ends."""
    rows: list[list[str]] = []
    for line in header[4:]:
        if " : " in line or line.startswith(("\t", " ")) or len(line) <= _WIDTH or not line[:_WIDTH].strip():
            continue
        trimmed = line[_WIDTH - 2 : _WIDTH] == "  " and line == line.rstrip()
        if trimmed or (len(line) % _WIDTH == 0 and line.endswith(" ")):
            rows.append([line[at : at + _WIDTH].strip() for at in range(0, len(line), _WIDTH)])
    return rows


def scan_rate(rows: list[list[str]]) -> float | None:
    """The stated scan rate in mV/s, None where none or several are stated."""
    said = {row[0]: row[1:] for row in rows}
    values, units = set(said.get("dE/dt", [])) - {""}, set(said.get("dE/dt unit", [])) - {""}
    factor = {"V/s": 1e3, "mV/s": 1.0, "mV/mn": 1 / 60, "mV/min": 1 / 60, "V/mn": 1e3 / 60, "mV/h": 1 / 3600}
    unit = next(iter(units), "")
    if len(values) != 1 or len(units) != 1 or unit not in factor:
        return None
    try:
        return float(f"{float(values.pop().replace(',', '.')) * factor[unit]:.10g}")
    except ValueError:
        return None


def loops(header: list[str]) -> tuple[list[int], int | None]:
    """First rows of the passes of a loop, and how many rows there are; ``([], None)`` where the header speaks of
    no loop.

    Such a header ends in ``Number of loops : k`` and k lines ``Loop i from point number a to b``, in whatever
    language.
    """
    lines = [line for line in header if line.strip()]
    passes: list[tuple[int, int]] = []
    while lines and (found := _PASS.match(lines[-1])):
        passes.append((int(found[1]), int(found[2])))
        lines.pop()
    declared = _LOOPS.match(lines[-1]) if lines else None
    if not passes or not declared or int(declared[1]) != len(passes):
        return [], None
    passes.reverse()
    return [first for first, _ in passes], passes[-1][1] + 1
