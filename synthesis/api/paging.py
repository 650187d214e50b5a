"""Pages by key: the next page starts after the last row seen, however many rows came in between.

A list costs the same on its first and on its thousandth page; nothing is counted.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from synthesis import keyset, searching
from synthesis.api.filters import asked_of
from synthesis.asking import Asked
from synthesis.errors import Refusal
from synthesis.models import Sample
from synthesis.models.samples import Kind

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
        ordered = queryset.order_by(*keyset.order(queryset.model, column, falling))
        cursor = request.query_params.get("cursor")
        if cursor:
            ordered = ordered.filter(_after(queryset.model, column, falling, cursor))
        asked = asked_of(request, view)
        if asked is not None:
            ordered = _searched(ordered, asked, column, falling, size + 1, cursor)
        rows = _fetched(_of_each_kind(ordered, column, size + 1), size + 1)
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
        return replace_query_param(request.build_absolute_uri(), "cursor", keyset.cursor_of(last, column))


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


def _after(model: type[Model], column: str, falling: bool, cursor: str) -> Any:
    try:
        return keyset.after(model, column, falling, *keyset.read(cursor))
    except keyset.NoCursor:
        raise _bad_cursor() from None


def _searched(
    ordered: QuerySet[Any], asked: Asked, column: str, falling: bool, count: int, cursor: str | None
) -> QuerySet[Any]:
    """Samples that somebody asks for; by number, the first of them are found as on a page."""
    if column != "id":
        return ordered.filter(asked.samples)
    beyond = keyset.read(cursor)[1] if cursor else None
    parts = [ordered.filter(part) for part in asked.parts]
    return ordered.filter(pk__in=searching.nearest(parts, falling, count, beyond))


def _of_each_kind(ordered: QuerySet[Any], column: str, count: int) -> QuerySet[Any]:
    """Samples by a column whose index is sorted within each kind: the first of each kind, then the first of all."""
    if ordered.model is not Sample or column not in Sample.SORTED_BY_KIND:
        return ordered
    parts = [ordered.filter(kind=kind).values_list("pk", flat=True)[:count] for kind in Kind.values]
    try:
        ids = list(parts[0].union(*parts[1:], all=True))
    except (ValueError, TypeError, ValidationError):  # a cursor of another ordering
        raise _bad_cursor() from None
    return ordered.filter(pk__in=ids)


def _fetched(rows: QuerySet[Any], count: int) -> list[Any]:
    try:
        return list(rows[:count])
    except (ValueError, TypeError, ValidationError):  # a cursor of another ordering
        raise _bad_cursor() from None


def _bad_cursor() -> Refusal:
    return Refusal(_("This cursor is not of this list. Start again without it."), field="cursor")


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
