"""The units that the laboratory writes, with their dimension and their size."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Unit:
    """A value in the dimension's base is ``value * factor + zero``; only temperatures have a zero of their own."""

    dimension: str
    factor: Decimal
    zero: Decimal = Decimal(0)


def _scale(dimension: str, sizes: dict[str, str]) -> dict[str, Unit]:
    return {name: Unit(dimension, Decimal(size)) for name, size in sizes.items()}


TABLE: dict[str, Unit] = {
    **_scale("mass", {"kg": "1000", "g": "1", "mg": "0.001", "µg": "0.000001"}),
    **_scale("volume", {"L": "1000", "mL": "1", "µL": "0.001"}),
    **_scale("amount of substance", {"mol": "1", "mmol": "0.001"}),
    **_scale("count", {"piece": "1"}),
    **_scale("area", {"cm²": "1", "mm²": "0.01"}),
    "°C": Unit("temperature", Decimal(1)),
    "K": Unit("temperature", Decimal(1), Decimal("-273.15")),
    **_scale("time", {"s": "1", "min": "60", "h": "3600", "d": "86400"}),
    **_scale(
        "heating rate", {"°C/min": "60", "K/min": "60", "°C/h": "1", "K/h": "1", "°C/s": "3600", "K/s": "3600"}
    ),
    **_scale(
        "flow", {"mL/min": "60", "mL/h": "1", "L/min": "60000", "L/h": "1000", "sccm": "60", "µL/min": "0.06"}
    ),
    **_scale("speed of rotation", {"r/min": "1", "r/s": "60"}),
    **_scale(
        "pressure",
        {"Pa": "1", "hPa": "100", "kPa": "1000", "MPa": "1000000", "GPa": "1000000000", "mbar": "100",
         "bar": "100000", "Torr": "133.322368421", "atm": "101325"},
    ),
    **_scale("length", {"µm": "1", "nm": "0.001", "mm": "1000", "cm": "10000", "m": "1000000"}),
    **_scale("conductivity", {"mS/cm": "1000", "S/cm": "1000000", "µS/cm": "1", "S/m": "10000"}),
    **_scale("voltage", {"V": "1", "mV": "0.001", "kV": "1000"}),
    **_scale("current", {"mA": "1", "A": "1000", "µA": "0.001"}),
    **_scale("charge", {"mAh": "1", "Ah": "1000", "µAh": "0.001"}),
    **_scale("density", {"g/mL": "1", "g/cm³": "1", "kg/L": "1", "kg/m³": "0.001"}),
    **_scale("molar mass", {"g/mol": "1", "kg/mol": "1000"}),
    **_scale("areal mass", {"mg/cm²": "1", "g/m²": "0.1"}),
}  # fmt: skip

# Letters that look alike and mean the same in a unit.
ALIKE = {"μ": "µ", "℃": "°C", "º": "°", "⁄": "/", "∕": "/"}

# Written in small letters -> as the table has it. Left out on purpose: "mpa", which may be millipascal.
SPELLINGS = {
    "ug": "µg", "ul": "µL", "µl": "µL", "ml": "mL", "l": "L", "cc": "mL", "pieces": "piece", "pcs": "piece",
    "cm2": "cm²", "cm^2": "cm²", "mm2": "mm²", "mm^2": "mm²",
    "c": "°C", "°c": "°C", "degc": "°C", "k": "K",
    "sec": "s", "second": "s", "seconds": "s", "mins": "min", "minute": "min", "minutes": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d",
    "c/min": "°C/min", "°c/min": "°C/min", "degc/min": "°C/min", "k/min": "K/min", "c/h": "°C/h", "°c/h": "°C/h",
    "k/h": "K/h", "ml/min": "mL/min", "mlmin-1": "mL/min", "ml/h": "mL/h", "l/h": "L/h", "l/min": "L/min",
    "ul/min": "µL/min", "µl/min": "µL/min",
    "rpm": "r/min", "r.p.m.": "r/min", "u/min": "r/min", "rev/min": "r/min", "min-1": "r/min",
    "pa": "Pa", "hpa": "hPa", "kpa": "kPa", "torr": "Torr", "mmhg": "Torr",
    "um": "µm", "micron": "µm", "ms/cm": "mS/cm", "s/cm": "S/cm", "us/cm": "µS/cm", "µs/cm": "µS/cm",
    "v": "V", "a": "A", "ua": "µA", "mah": "mAh", "ah": "Ah", "g/ml": "g/mL", "g/cm3": "g/cm³", "kg/m3": "kg/m³",
    "mg/cm2": "mg/cm²", "g/m2": "g/m²",
}  # fmt: skip

_SAID: dict[str, Promise | str] = {
    "mass": _("a mass"),
    "volume": _("a volume"),
    "amount of substance": _("an amount of substance"),
    "count": _("a number of pieces"),
    "area": _("an area"),
    "temperature": _("a temperature"),
    "time": _("a time"),
    "heating rate": _("a heating rate"),
    "flow": _("a flow"),
    "speed of rotation": _("a speed of rotation"),
    "pressure": _("a pressure"),
    "length": _("a length"),
    "conductivity": _("a conductivity"),
    "voltage": _("a voltage"),
    "current": _("a current"),
    "charge": _("a charge"),
    "density": _("a density"),
    "molar mass": _("a molar mass"),
    "areal mass": _("a mass per area"),
}


def said_dimension(dimension: str) -> str:
    """The dimension with its article, as it stands in a sentence: "a volume"."""
    return str(_SAID[dimension])
