"""Any list as a table for spreadsheets: all rows that its filters leave, with units in the heads.

Rows are read in pieces and written as they come, so that the length of a list costs time and not memory.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Field, ForeignKey, JSONField, Model, QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis.errors import Refusal
from synthesis.forms.fields import split_label
from synthesis.models import Place, ProtocolVersion, Sample
from synthesis.sheets import HeadCell, write_csv, write_xlsx

FORMS = ("csv", "xlsx")
MOST_IN_A_WORKBOOK = 100_000
PIECE = 1000
_ASIDE = ("id", "kind", "opened_by")
_FIRST, _LAST = ("code", "name"), ("created_at", "created_by")
_NAMED = {
    "amount_made": gettext_lazy("Amount made"),
    "amount_left": gettext_lazy("Amount left"),
    "made_at": gettext_lazy("Made"),
    "created_at": gettext_lazy("Logged"),
    "created_by": gettext_lazy("Logged by"),
}


@dataclass(frozen=True)
class Exported:
    """A column: its head, and how its value is read from a record."""

    name: str
    head: HeadCell
    value: Callable[[Any], Any]


def answer(records: QuerySet[Any], form: str, title: str, address: Callable[[str], str]) -> HttpResponseBase:
    """The file. ``address`` makes the full address of a record's page, for the links in it."""
    records = as_their_kind(records)
    columns = columns_of(records.model)
    related = [column.name for column in columns if records.model._meta.get_field(column.name).is_relation]
    records = records.prefetch_related(None).select_related(*related)
    linked = hasattr(records.model, "get_absolute_url")
    heads = [*(column.head for column in columns), *([HeadCell(_("Link"), width=30)] if linked else [])]
    if form != "csv":
        _require_few(records)
    return sheet(heads, _rows(records, columns, address if linked else None), form, title)


def sheet(
    heads: Sequence[HeadCell], rows: Iterable[Sequence[Any]], form: str, title: str
) -> HttpResponseBase:
    """Rows under heads as a file to take away, named after its title and the day."""
    name = f"{slugify(title) or 'list'}-{timezone.localdate():%Y-%m-%d}.{form}"
    if form == "csv":
        return _text(heads, rows, name)
    return FileResponse(write_xlsx(heads, rows, title=title), as_attachment=True, filename=name)


def as_their_kind(records: QuerySet[Any]) -> QuerySet[Any]:
    """Samples of one kind only, with that kind's own columns; others as they are."""
    if records.model is not Sample:
        return records
    kinds = list(records.order_by().values_list("kind", flat=True).distinct()[:2])
    own = next((model for model in Sample.__subclasses__() if kinds == [model.KIND]), None)
    if own is None:
        return records
    found: QuerySet[Any] = own._default_manager.filter(pk__in=records.order_by().values("pk"))
    return found.order_by(*records.query.order_by)


def columns_of(model: type[Model]) -> list[Exported]:
    """The columns of a record that say something outside this house."""
    fields = [field for field in model._meta.concrete_fields if _worth(field, model)]
    fields.sort(key=_rank)
    return [Exported(field.name, _head(field), _reader(field)) for field in fields]


def _worth(field: Field[Any, Any], model: type[Model]) -> bool:
    aside = field.name in _ASIDE and not (field.name == "kind" and model is Sample)
    if aside or field.name.endswith("_ptr") or isinstance(field, JSONField):
        return False
    return not (isinstance(field, ForeignKey) and field.related_model in (Place, ProtocolVersion))


def _rank(field: Field[Any, Any]) -> int:
    if field.name in _FIRST:
        return _FIRST.index(field.name)
    return 99 if field.name in _LAST else 50


def _head(field: Field[Any, Any]) -> HeadCell:
    label, unit = split_label(str(_NAMED.get(field.name, field.verbose_name)))
    return HeadCell(capfirst(label), unit, width=max(10, min(len(label) + len(unit) + 4, 28)))


def _reader(field: Field[Any, Any]) -> Callable[[Any], Any]:
    if field.name == "created_by":
        return lambda record: _person(record.created_by)
    if field.choices:
        said = {value: str(label) for value, label in field.flatchoices}
        return lambda record: said.get(getattr(record, field.name), getattr(record, field.name))
    if field.is_relation:
        return lambda record: str(getattr(record, field.name) or "")
    return operator.attrgetter(field.attname)


def _rows(
    records: QuerySet[Any], columns: Sequence[Exported], address: Callable[[str], str] | None
) -> Iterator[list[Any]]:
    for record in records.iterator(chunk_size=PIECE):
        row = [column.value(record) for column in columns]
        yield [*row, address(record.get_absolute_url())] if address else row


def _text(heads: Sequence[HeadCell], rows: Iterable[Sequence[Any]], name: str) -> HttpResponseBase:
    answer = StreamingHttpResponse(write_csv(heads, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return answer


def _require_few(records: QuerySet[Any]) -> None:
    if records[MOST_IN_A_WORKBOOK : MOST_IN_A_WORKBOOK + 1].exists():
        raise Refusal(
            _("A workbook takes %(most)s rows and this list has more. Narrow the list, or take it as CSV.")
            % {"most": f"{MOST_IN_A_WORKBOOK:,}"}
        )


def _person(user: Any) -> str:
    return str(user.get_full_name() or user.get_username()) if user else ""
