"""EC-Lab's column titles (``(Q-Qo)/mA.h``, ``<Ewe>/V``, ``-Im(Z)/Ohm``) and what they are called here.

A title is a quantity and, after its last slash, a unit; but slashes also stand inside names (``ox/red``, ``Q
charge/discharge/mA.h``) and inside units (``mS/cm``), so the longest ending that is a unit is taken. Symbols keep
their spelling (``Ewe``, ``Q``), words become lower case; ``<X>`` is a mean, ``|X|`` a magnitude.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

_MICRO = ("\u03bc", "\ufffd")
_UNITS: dict[str, tuple[str, float, str]] = {
    "s": ("s", 1.0, ""), "ms": ("s", 1e-3, ""), "mn": ("s", 60.0, ""), "min": ("s", 60.0, ""),
    "h": ("s", 3600.0, ""), "V": ("V", 1.0, ""), "mV": ("V", 1e-3, ""), "µV": ("V", 1e-6, ""),
    "A": ("mA", 1e3, ""), "mA": ("mA", 1.0, ""), "µA": ("mA", 1e-3, ""), "nA": ("mA", 1e-6, ""),
    "pA": ("mA", 1e-9, ""), "A.h": ("mAh", 1e3, ""), "mA.h": ("mAh", 1.0, ""), "µA.h": ("mAh", 1e-3, ""),
    "nA.h": ("mAh", 1e-6, ""), "A.s": ("mAh", 1 / 3.6, ""), "C": ("mAh", 1 / 3.6, ""),
    "mC": ("mAh", 1e-3 / 3.6, ""), "µC": ("mAh", 1e-6 / 3.6, ""), "kC": ("mAh", 1e3 / 3.6, ""),
    "kW.h": ("mWh", 1e6, ""), "W.h": ("mWh", 1e3, ""), "mW.h": ("mWh", 1.0, ""), "µW.h": ("mWh", 1e-3, ""),
    "J": ("mWh", 1 / 3.6, ""), "W": ("mW", 1e3, ""), "mW": ("mW", 1.0, ""), "µW": ("mW", 1e-3, ""),
    "kW": ("mW", 1e6, ""), "Hz": ("Hz", 1.0, ""), "kHz": ("Hz", 1e3, ""), "MHz": ("Hz", 1e6, ""),
    "mHz": ("Hz", 1e-3, ""), "Ohm": ("ohm", 1.0, ""), "mOhm": ("ohm", 1e-3, ""), "kOhm": ("ohm", 1e3, ""),
    "MOhm": ("ohm", 1e6, ""), "Ω": ("ohm", 1.0, ""), "deg": ("deg", 1.0, ""), "°": ("deg", 1.0, ""),
    "°C": ("degC", 1.0, ""), "degC": ("degC", 1.0, ""), "%": ("percent", 1.0, ""), "Pa": ("Pa", 1.0, ""),
    "kPa": ("kPa", 1.0, ""), "µF": ("uF", 1.0, "µF"), "nF": ("nF", 1.0, "nF"), "F": ("F", 1.0, "F"),
    "mF": ("mF", 1.0, "mF"), "pF": ("pF", 1.0, "pF"), "µF-2": ("per_uF2", 1.0, "µF⁻²"),
    "Ohm-1": ("per_ohm", 1.0, "1/Ω"), "S": ("per_ohm", 1.0, "1/Ω"), "Ohm.cm": ("ohm_cm", 1.0, "Ω·cm"),
    "mS/cm": ("mS_per_cm", 1.0, "mS/cm"), "S/cm": ("S_per_cm", 1.0, "S/cm"), "N": ("N", 1.0, "N"),
}  # fmt: skip
"""Unit as EC-Lab writes it: the ending of our name, the factor, and the unit in words where the ending does not
say it."""

_NAMES = {
    "time/s": "time_s", "time/mn": "time_s", "time/h": "time_s",
    "ox/red": "ox_red", "control/v/ma": "control", "freq/hz": "frequency_Hz", "ns": "Ns",
    "i range": "I_range", "(q-qo)/ma.h": "charge_mAh", "(q-qo)/a.h": "charge_mAh", "(q-qo)/µa.h": "charge_mAh",
    "(q-qo)/c": "charge_mAh", "energy we charge/w.h": "energy_charge_mWh",
    "energy we discharge/w.h": "energy_discharge_mWh",
}  # fmt: skip
"""Titles in lower case that have names of their own here."""
_OWN_UNITS = {"control": "V or mA", "I_range": "vendor's code"}
_SYMBOLS = {"Ecell", "Estack"}
COUNTS: dict[str, pl.DataType] = {
    "mode": pl.UInt8(), "ox_red": pl.UInt8(), "error": pl.UInt8(), "control_changes": pl.UInt8(),
    "Ns_changes": pl.UInt8(), "counter_inc": pl.UInt8(), "Ns": pl.UInt16(), "I_range": pl.UInt16(),
    "half_cycle": pl.UInt32(), "z_cycle": pl.UInt32(),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column here: its name, the factor from the file's unit, and the unit where the name cannot hold it."""

    name: str
    factor: float
    unit: str


def tidy(title: str) -> str:
    """The title without blanks around it, with one kind of micro and degree, and ``<Ewe/V>`` as ``<Ewe>/V``."""
    title = re.sub(r"\s+", " ", title.strip().strip('"').strip())
    title = re.sub(r"^<([^<>/]+)/([^<>/]+)>$", r"<\1>/\2", title)
    if re.match(r"temp", title, re.IGNORECASE):
        return re.sub(r"/[^/]{0,3}C$", "/°C", title)
    for mark in _MICRO:
        title = title.replace(mark, "µ")
    return re.sub(r"/u(?=(A|F|V|W|C)\b)", "/µ", title)


@lru_cache(1000)
def parse_title(title: str) -> Column:
    """What a column of this title is called here."""
    title = tidy(title)
    words, (ending, factor, unit) = _parted(title)
    quantity = _quantity(words)
    name = _NAMES.get(title.lower()) or (f"{quantity}_{ending}" if ending else quantity)
    return Column(name, factor, unit or _OWN_UNITS.get(name, ""))


def _parted(title: str) -> tuple[str, tuple[str, float, str]]:
    """Quantity and unit; an unknown unit stays as it is written, with the factor 1."""
    if title in ("control/V/mA", "ox/red"):
        return title, ("", 1.0, "")
    for place in (place.start() for place in re.finditer("/", title)):
        if title[place + 1 :] in _UNITS:
            return title[:place], _UNITS[title[place + 1 :]]
    words, _, written = title.rpartition("/")
    return words or title, ("", 1.0, written if words else "")


def _quantity(words: str) -> str:
    words = re.sub(r"<([^<>]*)>", r"mean \1", words)
    words = re.sub(r"\|([^|]*)\|", r"abs \1", words)
    words = re.sub(r"^-(?=\w)", "minus ", words)
    words = re.sub(r"(Ewe|Q)\s*-\s*(Ece|Qo)", r"\1 minus \2", words)
    parts = [part for part in re.split(r"\W+", words) if part]
    lowered = [part if len(part) < 5 or part in _SYMBOLS else part.lower() for part in parts]
    return "_".join(lowered) or "column"


def rename(table: pl.DataFrame, titles: Sequence[str]) -> tuple[pl.DataFrame, dict[str, str]]:
    """The table with our names and units, and the units that its names cannot hold. A name that comes twice gets
    a number.

    ``titles`` are the file's, one for each column of the table, in its order.
    """
    units: dict[str, str] = {}
    taken: dict[str, pl.Series] = {}
    for series, title in zip(table.get_columns(), titles, strict=True):
        column = parse_title(title)
        name, number = column.name, 1
        while name in taken:
            number += 1
            name = f"{column.name}_{number}"
        taken[name] = _converted(series, column).alias(name)
        if column.unit:
            units[name] = column.unit
    return pl.DataFrame(list(taken.values())), units


def _converted(series: pl.Series, column: Column) -> pl.Series:
    if column.name in COUNTS and series.dtype != COUNTS[column.name]:
        return series.cast(COUNTS[column.name], strict=False)
    return series * column.factor if column.factor != 1 else series
