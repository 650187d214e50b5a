"""Filters by query parameters: each list names its own, and refuses what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any, Literal

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

from synthesis import asking
from synthesis.asking import Asked
from synthesis.errors import Refusal

RESERVED = frozenset({"page_size", "cursor", "ordering"})
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class By:
    """A filter: the column that it looks into, and how its values are written. Given twice, either value will do."""

    path: str
    kind: Literal["text", "id", "flag", "time"] = "text"


@dataclass(frozen=True)
class Words:
    """The filter ``q``: every word must stand in one of the columns."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class Search(Words):
    """The filter ``search`` of lists of samples: what one types into a search field, see ``asked_of``."""

    paths: tuple[str, ...] = ()


class ListFilters(BaseFilterBackend):
    """Reads the view's ``filters``: name -> By or Words."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filters: Mapping[str, By | Words] = getattr(view, "filters", {})
        for name in request.query_params:
            if name in RESERVED:
                continue
            if name not in filters:
                raise _unknown(name, filters)
            values = request.query_params.getlist(name)
            found = filters[name]
            if not isinstance(found, Search):
                queryset = queryset.filter(_condition(name, found, values))
        return queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        filters: Mapping[str, By | Words] = getattr(view, "filters", {})
        return [
            {"name": name, "in": "query", "required": False, "schema": _schema(found)}
            for name, found in filters.items()
        ]


def _unknown(name: str, filters: Mapping[str, By | Words]) -> Refusal:
    known = ", ".join(sorted({*filters, *RESERVED}))
    return Refusal(
        _("‘%(name)s’ is no filter of this list. Known: %(known)s.") % {"name": name, "known": known},
        field=name,
        code="unknown_filter",
    )


def asked_of(request: Request, view: APIView | None) -> Asked | None:
    """What is searched for, where a list is; its pages are found by it, see ``paging``.

    Unlike on a page, what is not understood is refused: a script would take the wrong rows for the right ones.
    """
    filters: Mapping[str, By | Words] = getattr(view, "filters", {})
    names = [name for name in request.query_params if isinstance(filters.get(name), Search)]
    if not names:
        return None
    text = " ".join(value for name in names for value in request.query_params.getlist(name))
    read = asking.read(text, request.user)
    if read.problems:
        raise Refusal(" ".join(read.problems), field=names[0], code="not_understood")
    return read


def _condition(name: str, found: By | Words, values: list[str]) -> Q:
    if isinstance(found, Words):
        words = " ".join(values).split()[:10]
        each = [reduce(or_, (Q(**{f"{path}__icontains": word}) for path in found.paths)) for word in words]
        return reduce(and_, each, Q())
    read = [_read(name, found, value) for value in values]
    return (
        Q(**{found.path: read[0]})
        if found.kind == "time"
        else reduce(or_, (Q(**{found.path: one}) for one in read))
    )


def _read(name: str, found: By, value: str) -> Any:
    value = value.replace("\x00", "")
    if found.kind == "id" and value.isdecimal() and int(value) <= LARGEST_ID:
        return int(value)
    if found.kind == "flag" and value.lower() in _FLAGS:
        return _FLAGS[value.lower()]
    if found.kind == "time" and (moment := _moment(value)) is not None:
        return moment
    if found.kind == "text":
        return value
    raise Refusal(
        _("%(name)s is ‘%(value)s’; write it as %(form)s.")
        % {"name": name, "value": value, "form": _FORMS[found.kind]},
        field=name,
    )


def _moment(value: str) -> datetime | None:
    """A moment; without a zone it is the laboratory's."""
    try:
        moment = parse_datetime(value)
    except ValueError:
        return None
    return timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment


def _schema(found: By | Words) -> dict[str, Any]:
    if isinstance(found, Words):
        return {"type": "string"}
    return {
        "text": {"type": "string"},
        "id": {"type": "integer"},
        "flag": {"type": "boolean"},
        "time": {"type": "string", "format": "date-time"},
    }[found.kind]


_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_FORMS = {"id": "a number", "flag": "true or false", "time": "2026-03-14T09:30:00Z", "text": "text"}
