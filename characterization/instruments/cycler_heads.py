"""Heads of a cycler's export, ``Charge_Capacity(Ah)`` or ``电流(mA)``: what they name, in which unit, and what that
becomes here.

A vendor's words stand in a vocabulary: the head without its unit, blanks, case and marks, to the name here and a
dimension. A head that has no unit is in the unit the vendor uses then.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import polars as pl


class Kind(StrEnum):
    NUMBER = "number"
    COUNT = "count"
    CLOCK = "clock"
    DURATION = "duration"
    WORD = "word"


@dataclass(frozen=True)
class Head:
    """A column of the file that is known: its place and title there, its name here, and the factor between.

    ``unit`` is only filled where the name cannot hold it.
    """

    place: int
    title: str
    ours: str
    kind: Kind
    factor: float = 1.0
    unit: str = ""


@dataclass(frozen=True)
class Word:
    """What a vendor's word stands for: a name without unit, and what kind of quantity it is."""

    name: str
    dimension: str


_FACTORS: dict[str, dict[str, float]] = {
    "s": {"s": 1, "sec": 1, "second": 1, "seconds": 1, "ms": 1e-3, "min": 60, "h": 3600, "hr": 3600, "hour": 3600},
    "V": {"V": 1, "mV": 1e-3, "uV": 1e-6},
    "mA": {"A": 1e3, "mA": 1, "uA": 1e-3, "nA": 1e-6},
    "mAh": {"Ah": 1e3, "mAh": 1, "uAh": 1e-3, "As": 1 / 3.6, "mAs": 1 / 3600, "uAs": 1 / 3.6e6},
    "mWh": {"Wh": 1e3, "mWh": 1, "uWh": 1e-3, "Ws": 1 / 3.6, "mWs": 1 / 3600, "J": 1 / 3.6, "kWh": 1e6},
    "mW": {"W": 1e3, "mW": 1, "uW": 1e-3, "kW": 1e6},
    "ohm": {"ohm": 1, "ohms": 1, "Ω": 1, "mohm": 1e-3, "mΩ": 1e-3, "mO": 1e-3, "O": 1, "m?": 1e-3},
    "degC": {"C": 1, "°C": 1, "degC": 1, "celsius": 1, "?": 1, "oC": 1, "¡æ": 1, "¡ãC": 1, "": 1},
    "V/s": {"V/s": 1, "mV/s": 1e-3},
    "°C/s": {"C/s": 1, "°C/s": 1, "?/s": 1},
}  # fmt: skip
"""Per unit here the units that are met, and what to multiply by. ``mO`` and ``?`` are what code pages left over."""

_COUNT, _CLOCK, _DURATION, _WORD = "count", "clock", "duration", "word"
_KINDS = {_COUNT: Kind.COUNT, _CLOCK: Kind.CLOCK, _DURATION: Kind.DURATION, _WORD: Kind.WORD}
_SPELT_OUT = {"V/s": "V_per_s", "°C/s": "degC_per_s"}
_UNIT_BEFORE_NUMBER = re.compile(r"^(.*?)\s*\(([^()]*)\)_(\d+)$")
_UNIT = re.compile(r"^(.*?)\s*[/_]?\s*[(\[]([^()\[\]]*)[)\]]?\s*$")


@lru_cache(maxsize=4096)
def split_unit(title: str) -> tuple[str, str | None]:
    """``Test_Time(s)`` is ``testtime`` in ``s``; without a unit the second is None."""
    text = unicodedata.normalize("NFKC", title).replace("μ", "u").replace("µ", "u").strip().strip('"\ufeff')
    text = _UNIT_BEFORE_NUMBER.sub(r"\1_\3(\2)", text)
    text = text.replace("�A", "uA").replace("℃", "°C").replace("²", "2")
    found = _UNIT.match(text)
    words, unit = (found[1], found[2].strip()) if found else (text, None)
    return re.sub(r"[\W_]+", "", words).lower(), unit


def factor(unit: str, dimension: str) -> float | None:
    """What makes a value in this unit one in the unit here, None where the unit is of something else."""
    known = _FACTORS.get(dimension, {})
    if unit in known:
        return known[unit]
    folded = {name.lower(): value for name, value in known.items()}
    return folded.get(unit.lower().replace("·", "").replace(".", "").replace("*", ""))


def head_of(place: int, title: str, word: Word, unit: str | None, bare: Mapping[str, str]) -> Head | None:
    """The head of a known word, None where its unit is that of another quantity."""
    kind = _KINDS.get(word.dimension)
    if kind is not None:
        return Head(place, title, word.name, kind)
    written = unit if unit is not None else bare.get(word.dimension, word.dimension)
    if word.dimension == "s" and unit is not None and re.search(r"h+:m+|^hms$", unit, re.IGNORECASE):
        return Head(place, title, f"{word.name}_s", Kind.DURATION)
    times = factor(written, word.dimension)
    if times is None:
        return None
    suffix = _SPELT_OUT.get(word.dimension, word.dimension)
    return Head(
        place,
        title,
        f"{word.name}_{suffix}",
        Kind.NUMBER,
        times,
        word.dimension if suffix != word.dimension else "",
    )


def heads_of(titles: Sequence[str], words: Mapping[str, Word], bare: Mapping[str, str]) -> list[Head]:
    """The columns that are known, in the file's order; of two of one name the first counts."""
    found: dict[str, Head] = {}
    for place, title in enumerate(titles):
        bare_title, unit = split_unit(title)
        word = words.get(bare_title)
        head = head_of(place, title, word, unit, bare) if word else None
        if head is not None and head.ours not in found:
            found[head.ours] = head
    return list(found.values())


def in_our_unit(column: pl.Expr, head: Head) -> pl.Expr:
    """A column of the file under our name: numbers in our unit, counts as whole numbers (else missing), words,
    clocks and durations as they are."""
    if head.kind is Kind.NUMBER:
        return (column.cast(pl.Float64, strict=False) * head.factor).alias(head.ours)
    if head.kind is Kind.COUNT:
        number = column.cast(pl.Float64, strict=False).fill_nan(None).round()
        return number.cast(pl.Int32, strict=False).alias(head.ours)
    return column.alias(head.ours)
