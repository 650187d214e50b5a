"""Column names of the Battery Data Format, and what they become here.

A column is named by label, ``Charging Capacity / Ah``, or for machines, ``charging_capacity_ah``; older
files have other quantities' names and units (``date_time_millisecond``, ``cycle_dimensionless``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS: dict[str, tuple[str, float]] = {
    "s": ("s", 1.0), "ms": ("s", 1e-3), "us": ("s", 1e-6), "min": ("s", 60.0), "h": ("s", 3600.0),
    "second": ("s", 1.0), "millisecond": ("s", 1e-3), "microsecond": ("s", 1e-6),
    "minute": ("s", 60.0), "hour": ("s", 3600.0),
    "V": ("V", 1.0), "mV": ("V", 1e-3), "volt": ("V", 1.0), "millivolt": ("V", 1e-3),
    "A": ("mA", 1e3), "mA": ("mA", 1.0), "uA": ("mA", 1e-3), "µA": ("mA", 1e-3),
    "ampere": ("mA", 1e3), "milliampere": ("mA", 1.0), "microampere": ("mA", 1e-3),
    "Ah": ("mAh", 1e3), "mAh": ("mAh", 1.0), "ah": ("mAh", 1e3), "mah": ("mAh", 1.0),
    "A.h": ("mAh", 1e3), "ampere_hour": ("mAh", 1e3), "milliampere_hour": ("mAh", 1.0),
    "Wh": ("mWh", 1e3), "mWh": ("mWh", 1.0), "wh": ("mWh", 1e3), "mwh": ("mWh", 1.0),
    "W.h": ("mWh", 1e3), "watt_hour": ("mWh", 1e3), "milliwatt_hour": ("mWh", 1.0),
    "W": ("mW", 1e3), "mW": ("mW", 1.0), "watt": ("mW", 1e3), "milliwatt": ("mW", 1.0),
    "degC": ("degC", 1.0), "°C": ("degC", 1.0), "celsius": ("degC", 1.0), "degree_celsius": ("degC", 1.0),
    "ohm": ("ohm", 1.0), "Ω": ("ohm", 1.0), "mohm": ("ohm", 1e-3), "milliohm": ("ohm", 1e-3),
    "Pa": ("Pa", 1.0), "pascal": ("Pa", 1.0), "kPa": ("kPa", 1.0), "kilopascal": ("kPa", 1.0),
    "1": ("", 1.0), "dimensionless": ("", 1.0),
}  # fmt: skip
"""Unit as written, by label or for machines: the unit here, and what to multiply by."""

_QUANTITIES: dict[tuple[str, str], str] = {
    ("test_time", "s"): "time_s",
    ("unix_time", "s"): "unix_time_s",
    ("date_time", "s"): "unix_time_s",
    ("voltage", "V"): "voltage_V",
    ("current", "mA"): "current_mA",
    ("cycle_count", ""): "vendor_cycle",
    ("cycle_index", ""): "vendor_cycle",
    ("cycle", ""): "vendor_cycle",
    ("step_id", ""): "step_index",
    ("charging_capacity", "mAh"): "charge_capacity_mAh",
    ("discharging_capacity", "mAh"): "discharge_capacity_mAh",
    ("charge_capacity", "mAh"): "charge_capacity_mAh",
    ("discharge_capacity", "mAh"): "discharge_capacity_mAh",
    ("charging_energy", "mWh"): "charge_energy_mWh",
    ("discharging_energy", "mWh"): "discharge_energy_mWh",
    ("charge_energy", "mWh"): "charge_energy_mWh",
    ("discharge_energy", "mWh"): "discharge_energy_mWh",
}
_COUNTS = ("cycle_count", "cycle_index", "cycle", "step_count", "step_index", "step_id")
NEEDED = ("time_s", "voltage_V", "current_mA")


@dataclass(frozen=True)
class Column:
    """A column of the file: its name there, its name here, the factor between, and its unit if names cannot
    hold it."""

    theirs: str
    ours: str
    factor: float
    unit: str = ""


def _slug(text: str) -> str:
    return re.sub(r"[^0-9a-z]+", "_", text.lower()).strip("_")


def _split_machine(name: str) -> tuple[str, str]:
    """Quantity and unit of ``charging_capacity_ah``; the longest unit that fits wins."""
    words = name.split("_")
    for start in range(1, len(words)):
        unit = "_".join(words[start:])
        if unit in _UNITS and not unit.isdigit():
            return "_".join(words[:start]), unit
    return name, ""


def _column(name: str) -> Column | None:
    """What a column is, None where its name is not of this format."""
    label = re.fullmatch(r"\s*(.+?)\s+/\s+(\S+)\s*", name)
    if label:
        quantity, written = _slug(label[1]), label[2]
    elif re.fullmatch(r"[a-z][a-z0-9_]*", name):
        quantity, written = _split_machine(name)
    else:
        return None
    unit, factor = _UNITS.get(written, (written, 1.0))
    if not written and quantity not in _COUNTS:
        return None
    known = _QUANTITIES.get((quantity, unit))
    if known:
        return Column(name, known, factor)
    if written not in _UNITS and written:
        return Column(name, f"{quantity}_{_slug(written)}", 1.0, unit=written)
    return Column(name, f"{quantity}_{unit}" if unit else quantity, factor)


def map_columns(names: list[str]) -> tuple[list[Column], list[str]]:
    """The columns that are understood, labels before machine names where both hold one quantity, and the
    rest."""
    found: dict[str, Column] = {}
    for name in sorted(names, key=lambda name: " / " not in name):
        column = _column(name)
        if column and column.ours not in found:
            found[column.ours] = column
    taken = {column.theirs for column in found.values()}
    ordered = sorted(found.values(), key=lambda column: names.index(column.theirs))
    return ordered, [name for name in names if name not in taken]


def is_bdf(names: list[str]) -> bool:
    """Whether time, voltage and current are there: without one of them it is no cycling table."""
    columns, _ = map_columns(names)
    return {column.ours for column in columns}.issuperset(NEEDED)
