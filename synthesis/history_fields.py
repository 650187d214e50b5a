"""The fields of a recorded change in words: label, before and after with units, long texts word by word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Model

from synthesis import access
from synthesis.access import Actor
from synthesis.event_log import Event
from synthesis.models import Project, Sample
from synthesis.value_words import NOTHING, Column, Piece, flat, is_long, label_of, pieces, said

UNSAID = {"id", "sample_ptr", "kind", "created_at", "created_by", "location", "signed_at", "digest"}
"""Columns that say nothing to a person: numbers of rows, and what another line of the history tells."""


@dataclass(frozen=True)
class Change:
    """``pieces`` for a long text: its words that stayed, went and came. ``back`` names the version before it."""

    label: str
    before: str
    after: str
    pieces: list[Piece] = field(default_factory=list)
    name: str = ""
    back: str = ""


class Names:
    """What the rows that versions refer to are called, asked once per table; what one may not see stays a number."""

    def __init__(self, events: Iterable[Event], reader: Actor) -> None:
        self._names: dict[type[Model], dict[Any, str]] = {}
        wanted: dict[type[Model], set[Any]] = {}
        for event in events:
            for column in _columns(event):
                if isinstance(column, models.ForeignKey) and column.name not in UNSAID:
                    told = wanted.setdefault(_target(column), set())
                    told |= {event.doc.get(column.attname), event.before.get(column.attname)} - {None}
        for model, keys in wanted.items():
            self._names[model] = {row.pk: _called(row) for row in _visible(model, keys, reader)}

    def of(self, column: Column) -> dict[Any, str]:
        return self._names.get(_target(column), {}) if isinstance(column, models.ForeignKey) else {}


def changes_of(event: Event, names: Names) -> list[Change]:
    """What this version changed, one line per field; of nested values one line per entry."""
    found: list[Change] = []
    for column in _columns(event):
        old, new = event.before.get(column.attname), event.doc.get(column.attname)
        if event.what == "update" and old != new and column.name not in UNSAID:
            found += _lines(column, old, new, names, f"{event.model.__name__.lower()}.{event.previous}")
    return found


def columns_of(event: Event, names: Names, but: set[str], *, gone: bool) -> list[Change]:
    """All that a row held when it came or went."""
    found = []
    for column in _columns(event):
        value = event.doc.get(column.attname)
        if value in (None, "", [], {}) or column.name in UNSAID or column.attname in but:
            continue
        text = said(column, value, names.of(column))
        found.append(Change(label_of(column), *((text, NOTHING) if gone else (NOTHING, text))))
    return found


def _lines(column: Column, old: Any, new: Any, names: Names, back: str) -> list[Change]:
    label = label_of(column)
    if isinstance(column, models.JSONField):
        before, after = flat(old), flat(new)
        paths = [path for path in {**before, **after} if before.get(path) != after.get(path)]
        return [
            Change(
                f"{label} · {path}" if path else label, before.get(path, NOTHING), after.get(path, NOTHING)
            )
            for path in paths
        ]
    was, now = said(column, old, names.of(column)), said(column, new, names.of(column))
    parts = pieces(was, now) if is_long(was, now) else []
    return [Change(label, was, now, parts, column.name, back)]


def _columns(event: Event) -> list[Column]:
    return [column for column in event.model._meta.local_concrete_fields if column.attname in event.doc]


def _target(column: models.ForeignKey[Any, Any]) -> type[Model]:
    model = column.related_model
    assert isinstance(model, type)  # noqa: S101  # resolved by the time anything runs
    return model


def _visible(model: type[Model], keys: set[Any], reader: Actor) -> Iterable[Model]:
    if not keys:
        return ()
    rows = model._default_manager.filter(pk__in=keys)
    if issubclass(model, Project):
        return access.visible_projects(reader).filter(pk__in=keys)
    if "project" in {column.name for column in model._meta.fields}:
        seen = access.visible_projects(reader).values("pk")
        return rows.filter(models.Q(project__in=seen) | models.Q(project__isnull=True))
    return rows


def _called(row: Model) -> str:
    if isinstance(row, Sample):
        return row.code
    if isinstance(row, AbstractBaseUser):
        return str(getattr(row, "get_full_name", str)() or row.get_username())
    return str(row)
