"""What somebody typed into a search, as pieces: words, phrases, comparisons, numbers with their units, days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from synthesis import quantities, units
from synthesis.errors import Refusal

OPERATORS = {"≥": ">=", "=>": ">=", "≤": "<=", "=<": "<=", "==": "="}
_PIECES = re.compile(
    r'"(?P<phrase>[^"]*)"?|(?P<op>>=|<=|=>|=<|==|[<>=≥≤])|(?P<key>[^\W\d]+):|(?P<word>[^\s"<>=≥≤]+)'
)
_NUMBER = re.compile(r"([+\-−]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][+\-−]?\d+)?)(.*)", re.DOTALL)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_PLAIN = str.maketrans("²³⁻¹₂₃µμ−", "23-123uu-")


@dataclass(frozen=True)
class Piece:
    """``kind`` is phrase, op, key or word."""

    kind: str
    text: str


@dataclass(frozen=True)
class Value:
    """A number as typed, with the unit as typed ("" where there is none)."""

    text: str
    number: Decimal
    unit: str


def pieces(text: str) -> list[Piece]:
    """A key is a word that ends in a colon; what follows the colon is the next piece."""
    found = []
    for match in _PIECES.finditer(text.replace("\x00", "")):
        kind = str(match.lastgroup)
        said = match[kind].strip()
        if said:
            found.append(Piece(kind, OPERATORS.get(said, said) if kind == "op" else said))
    return found


def value_of(written: list[Piece]) -> tuple[Value, int] | None:
    """The value at the beginning of these pieces and how many it takes, or None. Raises Refusal for an odd number."""
    if not written or written[0].kind == "op":
        return None
    match = _NUMBER.fullmatch(written[0].text)
    if match is None:
        return None
    typed, unit, taken = match[1], match[2].strip(), 1
    if not unit and len(written) > 1 and written[1].kind == "word" and is_unit(written[1].text):
        unit, taken = written[1].text, 2
    said = f"{typed} {unit}".strip()
    return Value(said, units.number(typed), unit), taken


def is_unit(text: str) -> bool:
    """Whether a word can be read as a unit: of the table, or of a figure."""
    try:
        units.known_unit(text)
    except Refusal:
        return spelt(text) in {spelt(figure.unit) for figure in quantities.all_figures() if figure.unit}
    return True


def spelt(unit: str) -> str:
    """Units that are the same however they are written: "m2/g", "m² g⁻¹"."""
    plain = re.sub(r"[\s·^*]", "", unit.translate(_PLAIN)).casefold()
    return re.sub(r"([a-z]+\d?)([a-z]+)-1$", r"\1/\2", plain)


def in_unit(value: Value, unit: str) -> float | None:
    """The value in a figure's unit, or None where it is of another dimension or of an unknown unit."""
    if not value.unit or spelt(value.unit) == spelt(unit):
        return float(value.number)
    try:
        return float(units.Quantity(value.number, units.known_unit(value.unit)).to(unit).value)
    except Refusal:
        return None


def span(text: str) -> tuple[datetime, datetime] | None:
    """The day, month or year that is written there: from its first moment to the first moment after it."""
    today = timezone.localdate()
    near = {"today": today, "yesterday": today - timedelta(days=1)}.get(text.casefold())
    german = _GERMAN_DAY.fullmatch(text)
    match = _DAY.fullmatch(
        near.isoformat() if near else "-".join(reversed(german.groups())) if german else text
    )
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        first = datetime(year, month or 1, day or 1)
        if day:
            after = first + timedelta(days=1)
        else:
            after = datetime(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1)
        return timezone.make_aware(first), timezone.make_aware(after)
    except (ValueError, OverflowError):
        return None
