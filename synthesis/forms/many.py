"""The page of many at once: what is common to all rows as fields, what differs as the columns of a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.forms import BoundField, Form
from django.utils.translation import gettext as _

from synthesis.access import Actor
from synthesis.errors import Refusal
from synthesis.forms.fields import QuantityField
from synthesis.forms.rows import SampleField
from synthesis.many.columns import Column, columns_of
from synthesis.many.kinds import ManyKind
from synthesis.many.mapping import Entry

MOST_IN_THE_GRID = 500
ROWS_AT_FIRST = 12
FIRST = ("project", "made_at", "place", "note")
"""Of what is common, always in sight; what a step takes and what decides its rows is too."""


@dataclass
class CommonField:
    """A field of what is common to all rows; ``faults`` are shown beside it."""

    column: Column
    bound: BoundField
    faults: Sequence[str] = ()

    @property
    def id(self) -> str:
        return self.bound.id_for_label

    def widget(self) -> str:
        said = {"aria-invalid": "true", "aria-describedby": f"{self.id}_error"} if self.faults else {}
        return self.bound.as_widget(attrs={"data-common-field": self.column.name, **said})


@dataclass
class Asked:
    """What a request says: the common values, which columns the rows have, and the rows."""

    common: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def common_fields(
    kind: ManyKind,
    columns: Sequence[Column],
    common: Mapping[str, str],
    faults: Mapping[str, list[str]],
    actor: Actor,
) -> list[CommonField]:
    """The fields of all columns that can be common, filled with what was typed."""
    form: Any = kind.new_form(None, actor)
    form.initial = {**form.initial, **common}
    takes = Form(initial=dict(common))
    for column in columns:
        if column.shape == "sample":
            takes.fields[column.name] = SampleField(column.role, label=column.label, required=False)
        elif column.take is not None:
            takes.fields[column.name] = QuantityField(column.unit, label=column.label, required=False)
    made = []
    for column in columns:
        source = takes if column.take is not None else form
        if column.name in source.fields and column.name != "code":
            made.append(CommonField(column, source[column.name], faults.get(column.name, ())))
    return made


def asked_of(data: Mapping[str, Any], kind: ManyKind, actor: Actor) -> tuple[Asked, list[Column]]:
    """Reads what was sent: the rows as one JSON table, or as single inputs where no script ran."""
    leading = {kind.leading: str(data.get(kind.leading, ""))} if kind.leading else {}
    columns = columns_of(kind, leading, actor)
    common = {
        column.name: str(data.get(column.name, "")).strip() for column in columns if data.get(column.name)
    }
    text = str(data.get("table", ""))
    shown, rows = _table(text) if text else _inputs(data, columns)
    known = {column.name for column in columns}
    shown = [name for name in shown if name in known]
    entries = [
        Entry(number, {name: row.get(name, "").strip() for name in shown})
        for number, row in enumerate(rows, 1)
    ]
    return Asked(
        {name: value for name, value in common.items() if name not in shown}, shown, entries
    ), columns


def _table(text: str) -> tuple[list[str], list[dict[str, str]]]:
    try:
        table = orjson.loads(text)
        names = [str(name) for name in table["columns"]]
        rows = [dict(zip(names, map(str, row), strict=True)) for row in table["rows"]]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Refusal(
            _("The rows did not arrive whole. Load the page again; what was typed is kept here.")
        ) from error
    if len(rows) > MOST_IN_THE_GRID:
        raise Refusal(
            _("The grid holds %(most)s rows; these are %(count)s. Put them into a file and import it below.")
            % {"most": MOST_IN_THE_GRID, "count": len(rows)}
        )
    return names, rows


def _inputs(data: Mapping[str, Any], columns: Sequence[Column]) -> tuple[list[str], list[dict[str, str]]]:
    shown = [column.name for column in columns if f"r1.{column.name}" in data]
    rows: list[dict[str, str]] = []
    while any(f"r{len(rows) + 1}.{name}" in data for name in shown):
        rows.append({name: str(data.get(f"r{len(rows) + 1}.{name}", "")) for name in shown})
    return shown, rows


def in_the_grid(kind: ManyKind, columns: Sequence[Column], shown: Sequence[str]) -> list[Column]:
    """The columns of the grid: those that were asked for, else those that usually differ."""
    named = {column.name: column for column in columns}
    wanted = [name for name in (shown or kind.varying) if name in named]
    return [named[name] for name in wanted]


def always_seen(column: Column, kind: ManyKind) -> bool:
    return column.name in FIRST or column.name == kind.leading or column.take is not None or column.required
