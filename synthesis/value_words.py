"""Stored values as people read them, with their units; and where two long texts differ, word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from synthesis import words
from synthesis.forms.fields import split_label

NOTHING = "–"
LONG = 60
_WORDS = re.compile(r"\s+|[^\s]+")
Column = models.Field[Any, Any]


@dataclass(frozen=True)
class Piece:
    """A run of words. ``kind`` is same, gone or new."""

    kind: str
    text: str


def label_of(column: Column) -> str:
    """ "stirring (r/min)" is called stirring; the unit stands behind its values."""
    return split_label(str(column.verbose_name))[0]


def said(column: Column, value: Any, names: Mapping[Any, str] | None = None) -> str:
    """A value of a column, as it came from Python or from recorded JSON. ``names`` are those of what it refers to."""
    if value in (None, "", [], {}):
        return NOTHING
    if column.is_relation:
        key = value.pk if isinstance(value, models.Model) else value
        return (names or {}).get(key) or (str(value) if isinstance(value, models.Model) else f"#{key}")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    write = next((write for kinds, write in _WRITERS if isinstance(column, kinds)), None)
    text = write(value) if write else str(value)
    unit = split_label(str(column.verbose_name))[1]
    return f"{text}{words.NO_BREAK}{unit}" if unit else text


def pieces(before: str, after: str) -> list[Piece]:
    """The words of two texts, in order: which stayed, which are gone, which are new."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Piece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[a:b])))
            continue
        found += [Piece("gone", "".join(old[a:b]))] if b > a else []
        found += [Piece("new", "".join(new[c:d]))] if d > c else []
    return found


def is_long(before: str, after: str) -> bool:
    return max(len(before), len(after)) > LONG and NOTHING not in (before, after)


def flat(value: Any, path: str = "") -> dict[str, str]:
    """A nested mapping as path -> text, so that two can be compared line by line."""
    items: Iterable[tuple[Any, Any]]
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value, start=1)
    else:
        return {path: str(value)} if value not in (None, "") else {}
    found: dict[str, str] = {}
    for key, inner in items:
        found |= flat(inner, f"{path} · {key}" if path else str(key))
    return found


def moment(value: Any) -> str:
    """A time of the laboratory's clock: "12 Nov 2026, 14:32"."""
    at = parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(at, datetime):
        return str(value)
    return date_format(timezone.localtime(at) if timezone.is_aware(at) else at, "j M Y, H:i")


def _day(value: Any) -> str:
    day = parse_date(value) if isinstance(value, str) else value
    return date_format(day, "j M Y") if isinstance(day, date) else str(value)


def _number(value: Any) -> str:
    return words.digits(value) if isinstance(value, int | float | Decimal) else str(value)


def _nested(value: Any) -> str:
    return "; ".join(f"{path}: {text}" if path else text for path, text in flat(value).items()) or NOTHING


_WRITERS: tuple[tuple[tuple[type[Column], ...], Callable[[Any], str]], ...] = (
    ((models.BooleanField,), lambda value: _("yes") if value else _("no")),
    ((models.DateTimeField,), moment),
    ((models.DateField,), _day),
    ((models.DecimalField, models.FloatField, models.IntegerField), _number),
    ((models.JSONField,), _nested),
)
