"""Column titles of cyclers' exports: which quantity, in which unit, and what to multiply by.

A title is a name and perhaps a unit: ``Voltage (mV)``, ``U[V]``, ``Current/mA``, ``AhCha#Ah``, ``test_time_s``. Readers
describe their columns as a table of ``Column``; the first line of it that fits a title takes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from characterization.instruments.base import unit_of


class Kind(StrEnum):
    NUMBER = "number"
    DURATION = "duration"
    COUNT = "count"
    TEXT = "text"
    CLOCK = "clock"


_H = 1000 / 3600
_FACTORS: dict[str, dict[str, float]] = {
    "s": {"s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "秒": 1, "ms": 1e-3, "min": 60,
          "mins": 60,
          "minute": 60, "minutes": 60, "分": 60, "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, 
          "小时": 3600, "d": 86400, "day": 86400, "days": 86400},
    "V": {"v": 1, "volt": 1, "volts": 1, "mv": 1e-3, "uv": 1e-6, "伏": 1},
    "mA": {"a": 1e3, "amp": 1e3, "amps": 1e3, "ampere": 1e3, "ma": 1, "mamp": 1, "mamps": 1, "ua": 1e-3, "uamps": 1e-3,
           "na": 1e-6, "安": 1e3, "毫安": 1},
    "mAh": {"ah": 1e3, "amphr": 1e3, "mah": 1, "mamphr": 1, "uah": 1e-3, "as": _H, "c": _H, "mas": _H / 1e3},
    "mWh": {"wh": 1e3, "watthr": 1e3, "mwh": 1, "mwatthr": 1, "uwh": 1e-3, "ws": _H, "j": _H, "mws": _H / 1e3},
    "degC": {"c": 1, "°c": 1, "ºc": 1, "â°c": 1, "\ufffdc": 1, "\ufffd\ufffdc": 1, "?c": 1, "℃": 1, "degc": 1, "dc": 1,
             "¡ãc": 1, "¡æ": 1, "celsius": 1},
    "ohm": {"ohm": 1, "ohms": 1, "ω": 1, "o": 1, "mohm": 1e-3, "mω": 1e-3, "mo": 1e-3},
    "mW": {"w": 1e3, "mw": 1, "uw": 1e-3},
}  # fmt: skip
"""By unit here: the units that are written, in lower case and without dots and blanks, and the factor."""

_AFTER_A_BLANK = {
    "s", "sec", "min", "h", "hr", "v", "mv", "a", "ma", "ua", "ah", "mah", "uah", "wh", "mwh", "ohm", "mohm", "w", "mw",
    "degc",
}  # fmt: skip
_ITS_OWN_UNIT = {
    "v", "a", "ah", "wh", "ma", "mah", "mwh", "volt", "volts", "amp", "amps", "mamp", "mamps", "uamps", "amphr",
    "mamphr", "watthr", "mwatthr",
}  # fmt: skip
"""Names that are units: ``Volts``, ``mAmp-hr``."""

_BRACKETED = re.compile(r"^(.*?)\s*[(\[（【]\s*([^()\[\]（）]*)\s*[)\]）】]?\s*$")
_SPOKEN_CELSIUS = re.compile(r"\btemp(erature)? c$")
_TIMELY = re.compile(r"time|zeit|时间|duration|dauer|^t$")
_PATTERN_BEHIND = re.compile(r"^(.*?)[\s_]h[_:]mi?n?[_:]s([._]ms)?_?$", re.IGNORECASE)
"""A clock's pattern without its brackets, as software writes it that allows no others in a name."""
_CLOCKED = re.compile(r"h{1,2}:m|h:min", re.IGNORECASE)


@dataclass(frozen=True)
class Title:
    """``name`` in lower case with single blanks, ``unit`` as ``written_unit`` makes it, empty where none is named."""

    text: str
    name: str
    unit: str


@dataclass(frozen=True)
class Column:
    """``theirs`` is a pattern for the whole name; ``unit`` is meant where the title names none (empty: it must)."""

    ours: str
    theirs: str
    kind: Kind = Kind.NUMBER
    unit: str = ""


@dataclass(frozen=True)
class Mapped:
    """A column of the file: ``place`` counts from 0. ``factor`` is None for a duration whose unit nobody names."""

    ours: str
    place: int
    kind: Kind
    factor: float | None


def written_unit(text: str) -> str:
    """A unit as it is looked up: ``mA·h`` is ``mah``; a clock's pattern is ``h`` (``Hours in hh:mm:ss``)."""
    if _CLOCKED.search(text):
        return "h"
    return re.sub(r"[\s.·*\-]", "", text.replace("µ", "u").replace("μ", "u")).lower()


def _is_unit(text: str) -> bool:
    return any(text in units for units in _FACTORS.values())


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-./#<>:|]+", " ", name).strip().lower()


def parse_title(text: str) -> Title:
    bare = text.strip().strip("\ufeff~\"'").strip()
    if (found := _BRACKETED.match(bare)) and _is_unit(unit := written_unit(found[2])):
        return Title(text, _plain(found[1]), unit)
    if found := _PATTERN_BEHIND.match(bare):
        return Title(text, _plain(found[1]), "h")
    for mark in ("/", "#", ","):
        name, _, unit = bare.rpartition(mark)
        if name and _is_unit(written_unit(unit)) and mark not in name:
            return Title(text, _plain(name), written_unit(unit))
    if (unit := written_unit(bare)) in _ITS_OWN_UNIT:
        return Title(text, _plain(bare), unit)
    words = _plain(bare).split(" ")
    if len(words) > 1 and (words[-1] in _AFTER_A_BLANK or _SPOKEN_CELSIUS.search(" ".join(words))):
        return Title(text, " ".join(words[:-1]), words[-1])
    return Title(text, " ".join(words), "")


def factor_to(ours: str, unit: str) -> float | None:
    """What a number in ``unit`` is multiplied by to stand in the column ``ours``; None where it cannot."""
    return _FACTORS.get(ours.rpartition("_")[2], {}).get(unit)


def _fits(column: Column, title: Title) -> Mapped | None:
    """The column as this title writes it, with its place still 0."""
    if not re.fullmatch(column.theirs, title.name):
        return None
    if column.kind in (Kind.NUMBER, Kind.DURATION):
        unit = title.unit or written_unit(column.unit)
        factor = factor_to(column.ours, unit)
        if factor is None and (unit or column.kind is Kind.NUMBER or not _TIMELY.search(title.name)):
            return None
        return Mapped(column.ours, 0, column.kind, factor)
    return None if title.unit else Mapped(column.ours, 0, column.kind, 1.0)


def map_titles(titles: Sequence[str], columns: Iterable[Column]) -> list[Mapped]:
    """The columns that are understood; of several titles for one quantity the first by the table's order."""
    parsed = [parse_title(title) for title in titles]
    found: dict[str, Mapped] = {}
    taken: set[int] = set()
    for column in columns:
        if column.ours in found:
            continue
        for place, title in enumerate(parsed):
            if place not in taken and (fit := _fits(column, title)):
                found[column.ours] = Mapped(fit.ours, place, fit.kind, fit.factor)
                taken.add(place)
                break
    return sorted(found.values(), key=lambda mapped: mapped.place)


_LONE_TEMPERATURE = re.compile(r"(temp(erature)?|t)( ?\d+)?")


def further(titles: Sequence[str], mapped: Sequence[Mapped]) -> list[Mapped]:
    """What is left over and has a unit that is known, under its own name: ``ambient_temperature_degC``.

    A temperature without a unit is in °C.
    """
    taken = {column.place for column in mapped}
    names = {column.ours for column in mapped}
    found: list[Mapped] = []
    for place, text in enumerate(titles):
        title = parse_title(text)
        unit = title.unit or ("c" if _LONE_TEMPERATURE.fullmatch(title.name) else "")
        ours = _own_name(title.name, unit)
        if place in taken or not ours:
            continue
        while ours in names:
            ours = re.sub(r"_([^_]+)$", r"_2_\1", ours)
        names.add(ours)
        kind = Kind.DURATION if unit_of(ours) == "s" else Kind.NUMBER
        found.append(Mapped(ours, place, kind, factor_to(ours, unit)))
    return found


def _own_name(name: str, unit: str) -> str:
    target = "degC" if unit == "c" else next((ours for ours, units in _FACTORS.items() if unit in units), "")
    slug = re.sub(r"[^0-9a-z]+", "_", name).strip("_")
    return f"{slug}_{target}" if slug and target else ""


def places_of(titles: Sequence[str], columns: Sequence[Column], also: str = "") -> list[int]:
    """The columns that are understood or have a unit, and those whose titles fit the pattern ``also``: no other needs
    to be taken out of the text."""
    mapped = map_titles(titles, columns)
    known = {column.place for column in [*mapped, *further(titles, mapped)]}
    named = {
        place for place, title in enumerate(titles) if also and re.fullmatch(also, title.strip().lower())
    }
    return sorted(known | named)
