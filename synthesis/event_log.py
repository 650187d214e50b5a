"""What PostgreSQL recorded of a row, read back: each version beside the one before it.

Bookings move a sample's amounts all day long; such versions, in which nothing else is different, are passed over
where they are read, so that the newest changes are found among any number of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.apps import apps
from django.db import connection
from django.db.models import Model

MOST = 200
NOISE = ("amount_left", "amount_made", "last_heard_at", "last_used_at")
_OWN = ("pgh_id", "pgh_label", "pgh_created_at", "pgh_context", "pgh_context_id", "pgh_obj_id")
_READ = """
SELECT pgh_id, pgh_obj_id, pgh_label, pgh_created_at, pgh_context::text, doc::text, before::text, previous FROM (
  SELECT pgh_id, pgh_obj_id, pgh_label, pgh_created_at, pgh_context,
         to_jsonb(e) - %(noise)s::text[] AS doc,
         lag(to_jsonb(e) - %(noise)s::text[]) OVER w AS before,
         lag(pgh_id) OVER w AS previous
    FROM {table} e WHERE {column} = ANY(%(keys)s)
  WINDOW w AS (PARTITION BY pgh_obj_id ORDER BY pgh_id)
) recorded
WHERE before IS NULL OR doc IS DISTINCT FROM before OR pgh_label = 'delete'
ORDER BY pgh_id DESC LIMIT %(most)s
"""


@dataclass(frozen=True)
class Event:
    """One recorded version. ``doc`` and ``before`` hold the columns; ``previous`` is the version before it."""

    model: type[Model]
    pk: int
    of: int
    what: str
    at: datetime
    context: dict[str, Any]
    doc: dict[str, Any]
    before: dict[str, Any]
    previous: int | None

    @property
    def user(self) -> int | None:
        found = self.context.get("user")
        return int(found) if found is not None else None

    @property
    def columns(self) -> list[str]:
        """The columns that this version changed."""
        if self.what != "update":
            return []
        return [name for name, value in self.doc.items() if value != self.before.get(name)]


def history_of(model: type[Model]) -> type[Model]:
    """The table of a model's versions, by its name: kinds that inherit share the attribute that names it."""
    found: type[Model] = apps.get_model(model._meta.app_label, f"{model.__name__}Event")
    return found


def tables_of(model: type[Model]) -> list[type[Model]]:
    """The tracked tables that one row of a model stands in: its own, and its parents'."""
    return [*model._meta.parents, model]


def events(
    model: type[Model], keys: Iterable[int], column: str = "pgh_obj_id", most: int = MOST
) -> list[Event]:
    """The newest versions of the rows whose ``column`` is one of ``keys``, newest first."""
    table = history_of(model)._meta.db_table
    names = {field.column for field in history_of(model)._meta.local_fields}
    if column not in names:
        raise ValueError(column)
    quote = connection.ops.quote_name
    statement = _READ.format(table=quote(table), column=quote(column))
    given: dict[str, Any] = {"noise": [*_OWN, *NOISE], "keys": list(keys), "most": most}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [_event(model, row) for row in cursor.fetchall()]


def of_row(model: type[Model], pk: int, most: int = MOST) -> list[Event]:
    """The versions of one row in all the tables it stands in, newest first."""
    found = [event for table in tables_of(model) for event in events(table, [pk], most=most)]
    return sorted(found, key=lambda event: (event.at, event.pk), reverse=True)[:most]


def latest(model: type[Model], pk: int) -> dict[str, int]:
    """The newest recorded version of a row in each of its tables, as table name -> number."""
    return {table.__name__: _newest(table, pk) for table in tables_of(model)}


def last_change(found: Sequence[Event], column: str) -> Event | None:
    """The newest of these versions that changed a column."""
    return next((event for event in found if column in event.columns), None)


def _newest(model: type[Model], pk: int) -> int:
    rows: Any = history_of(model)._default_manager.filter(pgh_obj_id=pk).order_by("-pgh_id")
    return rows.values_list("pgh_id", flat=True).first() or 0


def _event(model: type[Model], row: Sequence[Any]) -> Event:
    pk, of, what, at, context, doc, before, previous = row
    return Event(
        model,
        pk,
        of,
        what,
        at,
        orjson.loads(context) if context else {},
        orjson.loads(doc),
        orjson.loads(before) if before else {},
        previous,
    )
