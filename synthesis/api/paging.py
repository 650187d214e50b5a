"""Pages by key: the next page starts after the last row seen, however many rows came in between.

A list costs the same on its first and on its thousandth page; nothing is counted.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from synthesis.errors import Refusal

LARGEST_PAGE = 200
USUAL_PAGE = 50


class KeyPages(BasePagination):
    """``page_size`` up to 200, ``ordering`` from the view's ``orderings`` (name -> column), ``cursor`` from ``next``.

    Rows are ordered by one column and then by id; rows without a value in the column come last.
    """

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        orderings: dict[str, str] = getattr(view, "orderings", {"id": "id"})
        written = str(request.query_params.get("ordering") or getattr(view, "usual_ordering", "-id"))
        column, falling = _column(written, orderings), written.startswith("-")
        size = _size(request.query_params.get("page_size"))
        ordered = queryset.order_by(*_order(column, falling))
        cursor = request.query_params.get("cursor")
        if cursor:
            ordered = ordered.filter(_after(column, falling, *_decoded(cursor)))
        rows = _fetched(ordered, size + 1)
        self.next = self._next(request, rows[size - 1], column) if len(rows) > size else None
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        following = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": following},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        names = sorted(getattr(view, "orderings", {"id": "id"}))
        choices = [*names, *(f"-{name}" for name in names)]
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE}
        return [
            _parameter("page_size", size, "Rows on a page."),
            _parameter("cursor", {"type": "string"}, "Where to go on; stands in `next`."),
            _parameter(
                "ordering",
                {"type": "string", "enum": choices},
                "Column to sort by; a minus before it: falling.",
            ),
        ]

    @staticmethod
    def _next(request: Request, last: Model, column: str) -> str:
        key = orjson.dumps([_json(_value(last, column)), last.pk])
        cursor = base64.urlsafe_b64encode(key).decode().rstrip("=")
        return replace_query_param(request.build_absolute_uri(), "cursor", cursor)


def _column(written: str, orderings: dict[str, str]) -> str:
    name = written.removeprefix("-")
    if name not in orderings:
        raise Refusal(
            _("‘%(name)s’ is no column to sort by. Known: %(known)s; a minus before it sorts falling.")
            % {"name": name, "known": ", ".join(sorted(orderings))},
            field="ordering",
        )
    return orderings[name]


def _size(written: str | None) -> int:
    if written is None:
        return USUAL_PAGE
    if not written.isdecimal() or not 1 <= int(written) <= LARGEST_PAGE:
        raise Refusal(
            _("page_size is %(written)s; a page holds 1 to %(most)s rows.")
            % {"written": written, "most": LARGEST_PAGE},
            field="page_size",
        )
    return int(written)


def _order(column: str, falling: bool) -> Sequence[Any]:
    if column == "id":
        return ("-pk",) if falling else ("pk",)
    if falling:
        return (F(column).desc(nulls_last=True), "-pk")
    return (F(column).asc(nulls_last=True), "pk")


def _after(column: str, falling: bool, value: Any, pk: int) -> Q:
    """Rows that come after (value, pk) in the order."""
    beyond = Q(pk__lt=pk) if falling else Q(pk__gt=pk)
    if column == "id":
        return beyond
    if value is None:
        return Q(**{f"{column}__isnull": True}) & beyond
    further = Q(**{f"{column}__lt" if falling else f"{column}__gt": value})
    return further | (Q(**{column: value}) & beyond) | Q(**{f"{column}__isnull": True})


def _decoded(cursor: str) -> tuple[Any, int]:
    try:
        value, pk = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(pk, bool) or not isinstance(pk, int) or isinstance(value, dict | list):
            raise ValueError
    except (ValueError, TypeError, binascii.Error):
        raise _bad_cursor() from None
    return value, pk


def _fetched(rows: QuerySet[Any], count: int) -> list[Any]:
    try:
        return list(rows[:count])
    except (ValueError, TypeError, ValidationError):  # a cursor of another ordering
        raise _bad_cursor() from None


def _bad_cursor() -> Refusal:
    return Refusal(_("This cursor is not of this list. Start again without it."), field="cursor")


def _value(row: Any, column: str) -> Any:
    for name in column.split("__"):
        row = getattr(row, name, None)
    return row


def _json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
