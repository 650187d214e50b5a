"""Pages by key: in what order rows stand, which come after the last one seen, and the cursor that says so.

Rows are ordered by one column and then by id. Where the column is never empty, "after" is a comparison of rows, which
PostgreSQL reads from an index of both; a column that may be empty has its empty ones last.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.db.models import BooleanField, F, Func, Model, Q, Value
from django.db.models.constants import LOOKUP_SEP


class NoCursor(Exception):
    """What was sent as a cursor was given out by nobody, or by another list."""


class _After(Func):
    """``(column, id) > (value, pk)``, as one comparison of rows."""

    output_field = BooleanField()
    arity = 4

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        column, key, value, pk = (sql for sql, _params in parts)
        params = [param for _sql, given in parts for param in given]
        return f"({column}, {key}) {self.extra['than']} ({value}, {pk})", params


def column_of(model: type[Model], path: str) -> Any:
    """The field behind ``material__name``; None for something computed."""
    field: Any = None
    for name in path.split(LOOKUP_SEP):
        try:
            field = model._meta.get_field(name)
        except Exception:  # an annotation
            return None
        model = field.related_model or model
    return field


def may_be_empty(model: type[Model], path: str) -> bool:
    field = column_of(model, path)
    return field is None or field.null or LOOKUP_SEP in path


def order(model: type[Model], path: str, falling: bool) -> Sequence[Any]:
    if path == "id":
        return ("-id",) if falling else ("id",)
    sign = "-" if falling else ""
    if not may_be_empty(model, path):
        return (f"{sign}{path}", f"{sign}id")
    column = F(path).desc(nulls_last=True) if falling else F(path).asc(nulls_last=True)
    return (column, f"{sign}id")


def after(model: type[Model], path: str, falling: bool, value: Any, pk: int) -> Any:
    """The condition on rows behind (value, pk). Raises NoCursor where the value cannot be one of this column."""
    than = "lt" if falling else "gt"
    beyond = Q(**{f"id__{than}": pk})
    if path == "id":
        return beyond
    if not may_be_empty(model, path):
        field = column_of(model, path)
        try:
            read = field.to_python(value)
        except Exception as error:
            raise NoCursor from error
        if read is None:
            raise NoCursor
        return _After(
            F(path), F("id"), Value(read, output_field=field), Value(pk), than="<" if falling else ">"
        )
    if value is None:
        return Q(**{f"{path}__isnull": True}) & beyond
    further = Q(**{f"{path}__{than}": value}) | (Q(**{path: value}) & beyond)
    return further | Q(**{f"{path}__isnull": True})


def cursor_of(row: Model, path: str) -> str:
    value: Any = row
    for name in path.split(LOOKUP_SEP):
        value = getattr(value, name, None)
    key = orjson.dumps([_json(value), row.pk])
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def read(cursor: str) -> tuple[Any, int]:
    """Raises NoCursor for what is none."""
    try:
        value, pk = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error) as error:
        raise NoCursor from error
    if isinstance(pk, bool) or not isinstance(pk, int) or isinstance(value, dict | list) or abs(pk) >= 2**63:
        raise NoCursor
    return value, pk


def _json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
