"""``ETag`` and ``If-Match``: a script that read a record changes it only where nobody else did meanwhile.

A version is the number of the newest recorded change in each table that the record stands in. Bookings move amounts
and count up too; they change nothing that a PATCH writes, so they stop none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from synthesis import changes, event_log
from synthesis.errors import Refusal
from synthesis.event_log import Event
from synthesis.history import people
from synthesis.models import Sample
from synthesis.value_words import label_of, moment, said

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the version that the change is meant for. Where somebody changed it since: 412.",
)


class ChangedMeanwhile(Refusal):
    """Somebody changed the record since the version that was named; each differing field says who, when and how."""

    status = 412
    code = "changed_meanwhile"

    def __init__(self, message: str, fields: Mapping[str, list[str]]) -> None:
        super().__init__(message)
        self.fields = fields

    @property
    def errors(self) -> Mapping[str, list[str]]:
        return self.fields


def etag(record: Model) -> str:
    """The version of a record, as it stands in the header."""
    row = record.own if isinstance(record, Sample) else record
    numbers = event_log.latest(type(row), row.pk)
    return '"' + "-".join(str(number) for number in numbers.values()) + '"'


def require_match(request: Request, record: Model) -> None:
    """Raises ChangedMeanwhile where ``If-Match`` names an older version. Holds the row, so that none comes between."""
    asked = request.headers.get("If-Match", "").strip()
    if not asked or asked == "*":
        return
    row = record.own if isinstance(record, Sample) else record
    changes.locked(row)
    if etag(row) in (one.strip() for one in asked.split(",")):
        return
    since = _since(row, asked)
    if since is None:
        raise ChangedMeanwhile(
            _("If-Match names no version of %(record)s. Read it again and send its ETag.") % {"record": row},
            {},
        )
    fields = _said(since)
    if fields:
        raise ChangedMeanwhile(
            _("%(record)s was changed since you read it. Read it again, then send what is still wanted.")
            % {"record": row},
            fields,
        )


def _since(row: Model, asked: str) -> list[Event] | None:
    """What changed since the version named; None for what names no version."""
    numbers = asked.strip('"').split("-")
    tables = event_log.tables_of(type(row))
    if len(numbers) != len(tables) or not all(number.isdigit() for number in numbers):
        return None
    known = {table: int(number) for table, number in zip(tables, numbers, strict=True)}
    newest = event_log.latest(type(row), row.pk)
    if any(known[table] > newest[table.__name__] for table in tables):
        return None
    return [event for event in event_log.of_row(type(row), row.pk) if event.pk > known[event.model]]


def _said(events: list[Event]) -> dict[str, list[str]]:
    names = people({event.user for event in events})
    fields: dict[str, list[str]] = {}
    for event in events:
        for column in event.model._meta.local_concrete_fields:
            if column.attname in event.columns:
                fields.setdefault(column.name, []).append(_sentence(event, column, names))
    return fields


def _sentence(event: Event, column: Any, names: Mapping[int | None, str]) -> str:
    return _("%(who)s changed %(label)s at %(at)s (%(before)s → %(after)s).") % {
        "who": names.get(event.user, _("Somebody")),
        "label": label_of(column),
        "at": moment(event.at),
        "before": said(column, event.before.get(column.attname)),
        "after": said(column, event.doc.get(column.attname)),
    }
