"""Lists: filter, search, sort and keyset paging, 50 rows per page, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise

from synthesis import asking, keyset
from synthesis.access import Actor
from synthesis.asking import Asked
from synthesis.models import Sample

PER_PAGE = 50
MOST_COUNTED, MOST_SEARCHED = 10_000, 1_000
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
    total: int  # counted up to a limit: see ``many``
    many: bool  # whether there are more than that
    columns: list[Column]
    filters: Sequence[Filter]
    following: str  # cursor of the next page, "" on the last
    later: bool  # whether this is not the first page
    search: str
    narrowed: bool
    asked: Asked | None  # how the search was understood, of a list of samples

    @property
    def simulated(self) -> bool:
        return any(getattr(row, "simulated", False) for row in self.rows)


@dataclass(frozen=True)
class Listing(Generic[M]):
    """``kinds`` are those of a list of samples; each has its own place in the indexes that lists are sorted by.

    A list of samples is searched in the language of ``synthesis.asking``, any other in its ``search`` columns.
    """

    records: QuerySet[M]
    columns: Sequence[Column]
    search: Sequence[str] = ()
    filters: Sequence[Filter] = field(default_factory=tuple)
    order: str = "-id"
    kinds: Sequence[str] = ()
    reader: Actor | None = None

    def page(self, query: QueryDict) -> Listed[M]:
        order = self._order(query.get("sort", ""))
        search = query.get("q", "").strip()
        asked = self._asked(search)
        found = self._filtered(query, search, asked)
        most = MOST_SEARCHED if search else MOST_COUNTED
        total = _counted(found, most)
        following, later = self._after(found, order, query.get("after", ""))
        rows = self._rows(following, order)
        more = len(rows) > PER_PAGE
        rows = rows[:PER_PAGE]
        return Listed(
            rows=rows,
            total=min(total, most),
            many=total > most,
            columns=[_headed(column, order) for column in self.columns],
            filters=self.filters,
            following=keyset.cursor_of(rows[-1], order.removeprefix("-")) if more else "",
            later=later,
            search=search,
            narrowed=bool(search) or any(query.get(item.name) for item in self.filters),
            asked=asked,
        )

    def found(self, query: QueryDict) -> QuerySet[M]:
        """All rows that the filters leave, in the order that is shown."""
        order = self._order(query.get("sort", ""))
        search = query.get("q", "").strip()
        return self._filtered(query, search, self._asked(search)).order_by(*self._ordered(order))

    def _order(self, wanted: str) -> str:
        known = {column.order for column in self.columns if column.order}
        return wanted if wanted.removeprefix("-") in known else self.order

    def _ordered(self, order: str) -> Sequence[Any]:
        return keyset.order(self.records.model, order.removeprefix("-"), order.startswith("-"))

    def _asked(self, search: str) -> Asked | None:
        is_sample = issubclass(self.records.model, Sample)
        return asking.read(search, self.reader) if search and is_sample and self.reader is not None else None

    def _filtered(self, query: QueryDict, search: str, asked: Asked | None) -> QuerySet[M]:
        found = self.records.filter(kind__in=self.kinds) if self.kinds else self.records
        for item in self.filters:
            value = query.get(item.name, "")
            if value in {choice.value for choice in item.choices}:
                found = found.filter(**{item.path: value}) if value else found
        if asked is not None:
            return found.filter(asked.samples)
        for word in search.split():
            found = found.filter(
                reduce(or_, (Q(**{f"{path}__icontains": word}) for path in self.search), Q())
            )
        return found

    def _after(self, found: QuerySet[M], order: str, cursor: str) -> tuple[QuerySet[M], bool]:
        """Rows behind the cursor; for one that nobody gave out, from the start again."""
        if not cursor:
            return found, False
        try:
            column, falling = order.removeprefix("-"), order.startswith("-")
            return found.filter(keyset.after(found.model, column, falling, *keyset.read(cursor))), True
        except (keyset.NoCursor, ValueError, ValidationError):
            return found, False

    def _rows(self, found: QuerySet[M], order: str) -> list[M]:
        """One page and a row. Of several kinds each gives its first rows: so each is read along its own index."""
        ordered = found.order_by(*self._ordered(order))
        if len(self.kinds) < 2 or order.removeprefix("-") in ("id", "kind"):
            return list(ordered[: PER_PAGE + 1])
        ids: set[int] = set()
        for kind in self.kinds:
            one = found.filter(kind=kind).order_by(*self._ordered(order))
            ids.update(one.values_list("pk", flat=True)[: PER_PAGE + 1])
        return list(self.records.filter(pk__in=ids).order_by(*self._ordered(order))[: PER_PAGE + 1])


def _counted(found: QuerySet[Any], most: int) -> int:
    """How many there are, counted no further than one more than ``most``."""
    return int(found.order_by()[: most + 1].count())


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
