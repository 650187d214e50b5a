"""Figures: every number of a sample that can be asked for by name, compared with a value and held against a limit.

Each floor registers its own when it starts: this one its columns, amounts and yields, those above what they measure.
Search, quality gates and comparisons read them from here, so a new figure is one registration in its own room.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import DecimalField, FloatField, Q
from django.utils import translation
from django.utils.functional import Promise, lazystr

from synthesis.models import Sample

LOOKUPS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_SAME = 1e-9  # what a float may be off and still be called equal


@dataclass(frozen=True)
class Figure:
    """``name`` is stable and kept in the database, ``words`` are other names that people type.

    ``samples(op, value)`` finds the samples whose figure is > >= < <= or = the value in ``unit``;
    ``values(ids)`` answers the newest value of each of these samples that has one, ``spreads(ids)`` its standard
    deviation where that is known.
    """

    name: str
    label: str | Promise
    unit: str
    kinds: tuple[str, ...]
    words: tuple[str, ...]
    samples: Callable[[str, float], Q]
    values: Callable[[Collection[int]], dict[int, float]]
    spreads: Callable[[Collection[int]], dict[int, float]] | None = None


_FIGURES: dict[str, Figure] = {}


def register(figure: Figure) -> None:
    _FIGURES[figure.name] = figure
    _names.cache_clear()


def all_figures() -> list[Figure]:
    return list(_FIGURES.values())


def by_name(name: str) -> Figure | None:
    return _FIGURES.get(name)


def find(words: str) -> list[Figure]:
    """What somebody means by these words: the figures that are called so, else those whose name holds every word."""
    wanted = folded(words)
    if not wanted:
        return []
    language = translation.get_language() or ""
    named = {figure.name: _names(figure.name, language) for figure in all_figures()}
    exact = [figure for figure in all_figures() if wanted in named[figure.name]]
    if exact:
        return exact
    parts = wanted.split()
    return [
        figure
        for figure in all_figures()
        if any(all(part in name.split() for part in parts) for name in named[figure.name])
    ]


def folded(text: str) -> str:
    """Words without case, accents and signs between them: "BET–Oberfläche" is "bet oberflache"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", plain.replace("_", " ")))


@lru_cache(maxsize=2048)
def _names(name: str, language: str) -> set[str]:
    figure = _FIGURES[name]
    return {folded(name) for name in (figure.name, str(figure.label), *figure.words)}


def compared(path: str, op: str, value: float) -> Q:
    """The condition on one column; "=" allows for what a float cannot hold."""
    if op in LOOKUPS:
        return Q(**{f"{path}__{LOOKUPS[op]}": value})
    slack = abs(value) * _SAME
    return Q(**{f"{path}__gte": value - slack, f"{path}__lte": value + slack})


def register_columns(
    model: type[Sample],
    *,
    names: Mapping[str, str] | None = None,
    words: Mapping[str, tuple[str, ...]] | None = None,
) -> None:
    """Makes a figure of every number that a kind of sample has; the unit is the one in its label.

    ``names`` are for columns whose own name says too little beside those of other kinds.
    """
    for column in model._meta.local_fields:
        if isinstance(column, FloatField | DecimalField):
            name = (names or {}).get(column.name, column.name)
            register(_of_column(model, column, name, (words or {}).get(column.name, ())))


def _of_column(model: type[Sample], column: Any, name: str, words: tuple[str, ...]) -> Figure:
    def samples(op: str, value: float) -> Q:
        return Q(pk__in=model._default_manager.filter(compared(column.name, op, value)).values("pk"))

    def values(ids: Collection[int]) -> dict[int, float]:
        rows = model._default_manager.filter(pk__in=ids, **{f"{column.name}__isnull": False})
        return {pk: float(value) for pk, value in rows.values_list("pk", column.name)}

    with translation.override(None):
        unit = _split(str(column.verbose_name))[1]
    return Figure(name, _label(column.verbose_name), unit, (str(model.KIND),), words, samples, values)


def _label(written: Any) -> Promise:
    """The label without its unit, in the language of whoever reads it."""
    label: Promise = lazystr(_Label(written))
    return label


class _Label:
    def __init__(self, written: Any) -> None:
        self.written = written

    def __str__(self) -> str:
        return _split(str(self.written))[0]


def _split(label: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.*?)\s*\(([^()]*)\)", label)
    return (match[1], match[2]) if match else (label, "")
