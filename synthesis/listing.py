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

from synthesis import access, asking, keyset, searching
from synthesis.access import Actor
from synthesis.asking import Asked
from synthesis.models import Sample

PER_PAGE = 50
MOST_COUNTED = 10_000
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
    bare: QuerySet[M] | None = (
        None  # the same records without what is counted for each: a page is chosen from these
    )

    def page(self, query: QueryDict) -> Listed[M]:
        order = self._order(query.get("sort", ""))
        search = query.get("q", "").strip()
        asked = self._asked(search)
        rows, later = self._rows(query, search, asked, order)
        more = len(rows) > PER_PAGE
        rows = rows[:PER_PAGE]
        total, many = self._total(query, search, asked, len(rows), more or later)
        return Listed(
            rows=rows,
            total=total,
            many=many,
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
        return self._narrowed(self.records, query, search, asked)

    def _narrowed(
        self, records: QuerySet[Any], query: QueryDict, search: str, asked: Asked | None
    ) -> QuerySet[Any]:
        found = records.filter(kind__in=self.kinds) if self.kinds else records
        for item in self._active(query):
            found = found.filter(**{item.path: query[item.name]})
        if asked is not None:
            return found.none() if self._impossible(asked) else found.filter(asked.samples)
        for word in search.split():
            found = found.filter(
                reduce(or_, (Q(**{f"{path}__icontains": word}) for path in self.search), Q())
            )
        return found

    def _impossible(self, asked: Asked) -> bool:
        """Whether what is asked can be said of other kinds of sample only."""
        return bool(self.kinds) and asked.kinds is not None and not asked.kinds & set(self.kinds)

    def _active(self, query: QueryDict) -> list[Filter]:
        return [
            item
            for item in self.filters
            if query.get(item.name) and query[item.name] in {choice.value for choice in item.choices}
        ]

    def _rows(self, query: QueryDict, search: str, asked: Asked | None, order: str) -> tuple[list[M], bool]:
        """One page and a row, and whether it is a later page.

        Of samples the numbers are read first, from the table that all kinds share and along one of its indexes, and
        then their rows: to join all kinds' columns to what is only passed by would cost more than all else.
        """
        column, falling = order.removeprefix("-"), order.startswith("-")
        after = _read_cursor(self.records.model, column, falling, query.get("after", ""))
        if self.reader is None or not issubclass(self.records.model, Sample):
            found = self._narrowed(self.records if self.bare is None else self.bare, query, search, asked)
            found = found if after is None else found.filter(after[0])
            page = found.order_by(*self._ordered(order))[: PER_PAGE + 1]
            if self.bare is None:
                return list(page), after is not None
            return self._in_order(list(page.values_list("pk", flat=True))), after is not None
        if asked is not None and asked.is_words and column == "id" and not self._active(query):
            ids = searching.ids(
                asked, self.reader, self.kinds, after[1] if after else None, falling, PER_PAGE + 1
            )
        else:
            ids = self._ids(query, search, asked, order, after)
        return self._in_order(ids), after is not None

    def _in_order(self, ids: list[int]) -> list[M]:
        place = {pk: at for at, pk in enumerate(ids)}
        return sorted(self.records.filter(pk__in=ids), key=lambda row: place[row.pk]) if ids else []

    def _ids(
        self, query: QueryDict, search: str, asked: Asked | None, order: str, after: tuple[Any, int] | None
    ) -> list[int]:
        """Of several kinds each gives its first ones: so each is read along its own part of the index."""
        column = order.removeprefix("-")
        if column == "id" and asked is not None:
            return self._nearest(query, asked, order.startswith("-"), after)
        found = self._narrowed(self._base(query, column), query, search, asked)
        found = (found if after is None else found.filter(after[0])).order_by(*self._ordered(order))
        if len(self.kinds) < 2 or column == "id":
            return list(found.values_list("pk", flat=True)[: PER_PAGE + 1])
        near: list[int] = []
        for kind in self.kinds:
            near += found.filter(kind=kind).values_list("pk", flat=True)[: PER_PAGE + 1]
        nearest = Sample.objects.filter(pk__in=near).order_by(*self._ordered(order))
        return list(nearest.values_list("pk", flat=True)[: PER_PAGE + 1])

    def _nearest(
        self, query: QueryDict, asked: Asked, falling: bool, after: tuple[Any, int] | None
    ) -> list[int]:
        if self._impossible(asked):
            return []
        rows = self._narrowed(self._base(query, "id"), query, "", None)
        rows = rows if after is None else rows.filter(after[0])
        parts = [rows.filter(part) for part in asked.parts]
        return searching.nearest(parts, falling, PER_PAGE + 1, after[1] if after else None)

    def _base(self, query: QueryDict, column: str) -> QuerySet[Any]:
        """The table of all samples where it has all that is asked for, else the kind's own."""
        paths = {column, *(item.path for item in self._active(query))}
        shared = {field.name for field in Sample._meta.get_fields()}
        if self.kinds and self.reader is not None and paths <= shared:
            return access.visible(Sample.objects.all(), self.reader)
        return self.records.select_related(None).prefetch_related(None) if self.bare is None else self.bare

    def _total(
        self, query: QueryDict, search: str, asked: Asked | None, shown: int, more: bool
    ) -> tuple[int, bool]:
        """How many there are, counted up to a limit; of a search only what is shown, and whether there are more."""
        if not more:
            return shown, False
        if search:
            return PER_PAGE, True
        found = self._narrowed(self._base(query, "id"), query, search, asked)
        total = int(found.order_by()[: MOST_COUNTED + 1].count())
        return min(total, MOST_COUNTED), total > MOST_COUNTED


def _read_cursor(model: type[Model], column: str, falling: bool, text: str) -> tuple[Any, int] | None:
    """What is behind the cursor, and its id; None for one that nobody gave out: from the start again."""
    if not text:
        return None
    try:
        value, pk = keyset.read(text)
        return keyset.after(model, column, falling, value, pk), pk
    except (keyset.NoCursor, ValueError, ValidationError):
        return None


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
