"""Lists: filter, search, sort and keyset paging, 50 rows per page, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise

PER_PAGE = 50
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Column:
    """``order`` is the model field that a click on the head sorts by; "" where the column cannot be sorted."""

    label: str | Promise
    order: str = ""
    numeric: bool = False
    unit: str = ""
    sort: str = ""  # "ascending", "descending" or "" of the page that is shown
    turn: str = ""  # the value of ?sort= that a click asks for


@dataclass(frozen=True)
class Choice:
    value: str
    label: str | Promise
    mark: str = ""


@dataclass(frozen=True)
class Filter:
    """A row of chips; ``path`` is the field that they look at."""

    name: str
    label: str | Promise
    path: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Listed(Generic[M]):
    rows: list[M]
    total: int
    columns: list[Column]
    filters: Sequence[Filter]
    following: str  # cursor of the next page, "" on the last
    later: bool  # whether this is not the first page
    search: str
    narrowed: bool

    @property
    def simulated(self) -> bool:
        return any(getattr(row, "simulated", False) for row in self.rows)


@dataclass(frozen=True)
class Listing(Generic[M]):
    records: QuerySet[M]
    columns: Sequence[Column]
    search: Sequence[str] = ()
    filters: Sequence[Filter] = field(default_factory=tuple)
    order: str = "-id"

    def page(self, query: QueryDict) -> Listed[M]:
        order = self._order(query.get("sort", ""))
        search = query.get("q", "").strip()
        found = self._filtered(query, search)
        total = found.count()
        after = _cursor(query.get("after", ""))
        rows = list(self._after(found, order, after).order_by(*_with_id(order))[: PER_PAGE + 1])
        more = len(rows) > PER_PAGE
        rows = rows[:PER_PAGE]
        return Listed(
            rows=rows,
            total=total,
            columns=[_headed(column, order) for column in self.columns],
            filters=self.filters,
            following=_cursor_of(rows[-1], order) if more else "",
            later=after is not None,
            search=search,
            narrowed=bool(search) or any(query.get(item.name) for item in self.filters),
        )

    def found(self, query: QueryDict) -> QuerySet[M]:
        """All rows that the filters leave, in the order that is shown."""
        order = self._order(query.get("sort", ""))
        return self._filtered(query, query.get("q", "").strip()).order_by(*_with_id(order))

    def _order(self, wanted: str) -> str:
        known = {column.order for column in self.columns if column.order}
        return wanted if wanted.removeprefix("-") in known else self.order

    def _filtered(self, query: QueryDict, search: str) -> QuerySet[M]:
        found = self.records
        for item in self.filters:
            value = query.get(item.name, "")
            if value in {choice.value for choice in item.choices}:
                found = found.filter(**{item.path: value}) if value else found
        if search:
            wanted = Q()
            for path in self.search:
                wanted |= Q(**{f"{path}__icontains": search})
            found = found.filter(wanted)
        return found

    def _after(self, found: QuerySet[M], order: str, after: tuple[str, str] | None) -> QuerySet[M]:
        if after is None:
            return found
        name, value, key = order.removeprefix("-"), *after
        than = "lt" if order.startswith("-") else "gt"
        try:
            if name == "id":
                return found.filter(**{f"id__{than}": key})
            return found.filter(Q(**{f"{name}__{than}": value}) | Q(**{name: value, f"id__{than}": key}))
        except (ValueError, ValidationError):  # a cursor that nobody gave out: from the start again
            return found


def _with_id(order: str) -> tuple[str, ...]:
    sign = "-" if order.startswith("-") else ""
    return (order,) if order.removeprefix("-") == "id" else (order, f"{sign}id")


def _headed(column: Column, order: str) -> Column:
    if not column.order or order.removeprefix("-") != column.order:
        return Column(column.label, column.order, column.numeric, column.unit, "", column.order)
    falling = order.startswith("-")
    turned = column.order if falling else f"-{column.order}"
    return Column(
        column.label,
        column.order,
        column.numeric,
        column.unit,
        "descending" if falling else "ascending",
        turned,
    )


def _cursor(text: str) -> tuple[str, str] | None:
    value, bar, key = text.rpartition("|")
    return (value, key) if bar and key.isdigit() else None


def _cursor_of(row: Model, order: str) -> str:
    value: Any = row
    for step in order.removeprefix("-").split("__"):
        value = getattr(value, step)
    return f"{value.isoformat() if hasattr(value, 'isoformat') else value}|{row.pk}"
