"""What an ``.mpr`` file says about its cell, its test and its instrument: modules of settings, log, loop and
analog inputs.

Paths, computers, addresses and users are personal and are not handed on, but for the bare name of the file.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from characterization.instruments.biologic_modules import Fields, Module

TECHNIQUES = {
    4: "Galvanostatic Cycling with Potential Limitation", 6: "Cyclic Voltammetry", 11: "Open Circuit Voltage",
    22: "Modular Potentio", 24: "Chronoamperometry / Chronocoulometry", 25: "Chronopotentiometry", 28: "Wait",
    29: "Potentio Electrochemical Impedance Spectroscopy", 30: "Galvano Electrochemical Impedance Spectroscopy",
    48: "Cyclic Voltammetry", 50: "IR compensation (PEIS)", 51: "Cyclic Voltammetry Advanced",
    108: "Linear Sweep Voltammetry", 117: "Constant Voltage", 118: "Constant Current",
    119: "Galvanostatic Cycling with Potential Limitation", 127: "Modulo Bat",
    136: "Battery Capacity Determination",
}  # fmt: skip
UNTOUCHED_MASS_MG = (0.001, 7000.0)
"""Masses that EC-Lab writes where nobody entered one."""
UNTOUCHED = 0.001
_AREA_CM2 = {2: 1.0, 3: 0.01}
_MASS_MG = {1: 1000.0, 2: 1.0}
_ZERO_DAY = datetime(1899, 12, 30)
_STARTS = (585, 993, 465, 469, 473)
_EARLIEST_DAY, _LATEST_DAY = 30000.0, 60000.0


def rounded(value: float | int | None) -> float | None:
    """A single-precision number without the digits that it does not have; None where there is none or it is no
    size."""
    if value is None or not 0 < value < 1e12:
        return None
    return float(f"{value:.6g}")


def cell_settings(raw: bytes, module: Module | None) -> dict[str, Any]:
    """Technique, comments and what was entered about the cell; untouched defaults are left out."""
    if module is None:
        return {}
    fields = Fields(raw, module)
    number = int(fields.number(0, "B") or 0)
    mass = rounded(fields.number(0x107, "f"))
    capacity = rounded(fields.number(0x25C, "f"))
    known = {
        "technique": TECHNIQUES.get(number, ""),
        "technique_id": number,
        "comments": fields.text(7),
        "electrode_material": fields.text(0x11E),
        "electrolyte": fields.text(0x1C0),
        "active_mass_mg": None if mass in UNTOUCHED_MASS_MG else mass,
        "electrode_area_cm2": _entered(fields, 0x211, 0x250, _AREA_CM2),
        "characteristic_mass_mg": _entered(fields, 0x24C, 0x251, _MASS_MG),
        "battery_capacity_mAh": capacity,
    }
    reference = fields.text(0x215)
    if reference and reference != "(unspecified)":
        known |= {"reference_electrode": reference, "reference_V_vs_NHE": rounded(fields.number(0x248, "f"))}
    return {key: value for key, value in known.items() if value not in (None, "")}


def _entered(fields: Fields, place: int, unit_place: int, units: dict[int, float]) -> float | None:
    """A size in our unit; None for an unknown unit and for the value that nobody changed."""
    value, factor = rounded(fields.number(place, "f")), units.get(int(fields.number(unit_place, "B") or 0))
    if value is None or factor is None or value == UNTOUCHED:
        return None
    return rounded(value * factor)


def log_settings(raw: bytes, module: Module | None) -> dict[str, Any]:
    """Channel, serial numbers, versions and the bare name under which EC-Lab kept the file."""
    if module is None:
        return {}
    fields = Fields(raw, module)
    path = re.split(r"[\\/]", fields.text(0x251))[-1]
    place = int(fields.number(9, "B") or 0)
    named = re.search(r"_C([A-Z]\d)\.mpr$", path)
    known = {
        "channel": named[1] if named else str(place + 1),
        "channel_serial": str(fields.number(0xAB, "I") or ""),
        "device_serial": fields.text(0x3CF),
        "software": fields.text(0x3B7),
        "original_name": path if path.lower().endswith(".mpr") else "",
    }
    return {key: value for key, value in known.items() if value}


def started_at(raw: bytes, module: Module | None) -> datetime | None:
    """When the acquisition began, by the clock of the laboratory's computer; the file does not say its zone."""
    if module is None:
        return None
    fields = Fields(raw, module)
    for place in _STARTS:
        days = fields.number(place, "d")
        if days is not None and _EARLIEST_DAY < days < _LATEST_DAY:
            return _ZERO_DAY + timedelta(milliseconds=round(days * 86_400_000))
    return None


def loop_starts(raw: bytes, module: Module | None, rows: int) -> list[int]:
    """First rows of the passes of a loop; empty where there is none or its numbers do not count up to the file's
    rows."""
    if module is None:
        return []
    fields = Fields(raw, module)
    count = int(fields.number(0, "I") or 0)
    if count * 4 + 4 > module.length:
        return []
    starts = [int(fields.number(4 + 4 * place, "I") or 0) for place in range(count)]
    whole = starts == sorted(starts) and starts and starts[-1] == rows
    return starts[:-1] if whole else []


def analog_titles(raw: bytes, module: Module | None) -> dict[str, str]:
    """What the analog inputs measure, as the user named them with their unit (``Force/N``): EC-Lab calls their
    columns volts."""
    if module is None:
        return {}
    fields = Fields(raw, module)
    shift = 1 if module.version else 0
    named = {f"Analog IN {n}/V": fields.text(place + shift) for n, place in ((1, 0x36), (2, 0x63))}
    return {theirs: title for theirs, title in named.items() if title and len(title) < 40}
