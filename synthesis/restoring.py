"""Going back to a recorded version of a record: what would change, and doing it as a change like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext as _

from synthesis import changes, event_log
from synthesis.access import Actor
from synthesis.changes import Outcome
from synthesis.errors import Refusal
from synthesis.record_kinds import RecordKind
from synthesis.value_words import label_of, said


@dataclass(frozen=True)
class Line:
    """A field that would change, what it is now and what it was then."""

    name: str
    label: str
    now: str
    then: str


@dataclass(frozen=True)
class Version:
    """The fields of a record as they were once."""

    at: Any
    values: dict[str, Any]


def version_of(record: Model, kind: RecordKind, name: str, field: str = "") -> Version:
    """The version that ``name`` (table.number) names, of one field or of all; 404 for another record's."""
    table, _dot, number = name.partition(".")
    tables = {model.__name__.lower(): model for model in event_log.tables_of(kind.model)}
    if table not in tables or not number.isdigit():
        raise Http404(name)
    row = _row(tables[table], record.pk, pgh_id=int(number))
    if row is None:
        raise Http404(name)
    wanted = [field] if field else list(kind.fields)
    if field and field not in kind.fields:
        raise Refusal(_("This field is not changed by hand, so it is not restored either."), field=field)
    values: dict[str, Any] = {}
    for model in tables.values():
        own = (
            row if model is tables[table] else _row(model, record.pk, pgh_created_at__lte=row.pgh_created_at)
        )
        values |= _values(model, own, wanted)
    return Version(row.pgh_created_at, values)


def preview(record: Model, version: Version) -> list[Line]:
    """What going back would change."""
    found = []
    outcome = changes.merge(record, {}, version.values)
    for one in outcome.written:
        column: Any = record._meta.get_field(one.name)
        names = _called(column, [one.mine])
        found.append(
            Line(one.name, label_of(column), said(column, one.theirs), said(column, one.mine, names))
        )
    return found


def restore(record: Model, version: Version, base: changes.Base, by: Actor) -> Outcome:
    """Writes the version over what ``base`` was. What somebody changed since the preview is a conflict."""
    wanted = {name: value for name, value in version.values.items() if name in base}
    return changes.apply(record, base, wanted, by)


def _row(model: type[Model], pk: int, **of: Any) -> Any:
    rows: Any = event_log.history_of(model)._default_manager
    return rows.filter(pgh_obj_id=pk, **of).order_by("-pgh_id").first()


def _values(model: type[Model], row: Any, wanted: Sequence[str]) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        column.name: getattr(row, column.attname)
        for column in model._meta.local_concrete_fields
        if column.name in wanted and hasattr(row, column.attname)
    }


def _called(column: Any, keys: Sequence[Any]) -> dict[Any, str]:
    if not column.is_relation:
        return {}
    return {row.pk: str(row) for row in column.related_model._default_manager.filter(pk__in=keys)}
