"""Who changed what of a record, when and from where, before and after, as PostgreSQL recorded it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from synthesis import event_log, ledger, record_kinds, words
from synthesis.access import Actor
from synthesis.event_log import MOST, Event
from synthesis.history_fields import Change, Names, changes_of, columns_of
from synthesis.models import CarbonizationRun, GateDecision, LedgerEntry, Sample, Signature
from synthesis.record_kinds import Part, RecordKind


@dataclass
class Happening:
    """``version`` names the recorded version that this made, where one can go back to it."""

    at: datetime
    who: str
    what: str
    changes: list[Change] = field(default_factory=list)
    order: int = 0
    where: str = ""
    version: str = ""


def of_record(kind: RecordKind, pk: int, reader: Actor) -> list[Happening]:
    """Everything recorded of a record and its parts, newest first, at most 200; also of one that is gone."""
    own = event_log.of_row(kind.model, pk)
    parts = [(part, event_log.events(part.model, [pk], part.column)) for part in kind.parts]
    everything = own + [event for _part, found in parts for event in found]
    names = Names(everything, reader)
    who = people({pk for event in everything for pk in (event.user, event.doc.get("created_by_id"))})
    found = [_happening(events, who, names, kind) for events in _together(own)]
    found += [_part(part, event, who, names) for part, events in parts for event in events]
    return _newest(item for item in found if item is not None)


def of_sample(sample: Sample, reader: Actor) -> list[Happening]:
    """The same of a sample, with its bookings, signatures and verdicts, as far as the reader may know them."""
    entries = ledger.entries_of(sample, reader, latest=MOST)
    kind = record_kinds.of(sample.own)
    found = of_record(kind, sample.pk, reader) + [_booked(entry) for entry in entries]
    found += signed(sample)
    decisions = GateDecision.objects.filter(sample=sample.pk).select_related("created_by")[:MOST]
    found += [
        Happening(
            decision.created_at,
            name_of(decision.created_by),
            _("decided: %(verdict)s") % {"verdict": decision.get_verdict_display()}
            + (f" · {decision.reason}" if decision.reason else ""),
            order=2,
        )
        for decision in decisions
    ]
    return _newest(found)


def signed(subject: Sample | CarbonizationRun) -> list[Happening]:
    """The signatures on a record as happenings."""
    mine = {"run": subject.pk} if isinstance(subject, CarbonizationRun) else {"sample": subject.pk}
    rows = Signature.objects.filter(**mine).select_related("created_by").order_by("-pk")[:MOST]
    return [
        Happening(
            row.created_at,
            name_of(row.created_by),
            _("signed: %(statement)s") % {"statement": row.statement}
            + (f" · {row.reason}" if row.reason else ""),
            order=3,
        )
        for row in rows
    ]


def people(ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {pk for pk in ids if pk is not None}
    users = get_user_model().objects.filter(pk__in=wanted) if wanted else ()
    return {user.pk: name_of(user) for user in users}


def name_of(person: Any) -> str:
    return (person.get_full_name() or person.get_username()) if person else _("the system")


def _newest(found: Iterable[Happening]) -> list[Happening]:
    return sorted(found, key=lambda item: (item.at, item.order), reverse=True)[:MOST]


def _together(events: Sequence[Event]) -> list[list[Event]]:
    """What one transaction wrote into the tables of a row is one happening."""
    groups: dict[tuple[datetime, str, int | None], list[Event]] = {}
    for event in events:
        groups.setdefault((event.at, event.what, event.user), []).append(event)
    return list(groups.values())


def _happening(
    events: list[Event], who: dict[int | None, str], names: Names, kind: RecordKind
) -> Happening | None:
    first = events[-1]
    base = next((event for event in events if event.model is event_log.tables_of(kind.model)[0]), None)
    about: dict[str, Any] = {
        "at": first.at,
        "who": who.get(first.user, _("the system")),
        "where": where(first),
    }
    version = f"{first.model.__name__.lower()}.{first.pk}"
    if first.what == "insert":
        logged = (base or first).doc.get("created_by_id")
        about["who"] = who.get(first.user) or who.get(logged, about["who"])
        return Happening(what=_("logged it"), order=0, version=version, **about) if base else None
    if first.what == "delete":
        return Happening(what=_("deleted it"), order=4, **about) if base else None
    found = [change for event in events for change in changes_of(event, names)]
    if not found:
        return None
    return Happening(what=_("changed"), changes=found, order=2, version=version, **about)


def _part(part: Part, event: Event, who: dict[int | None, str], names: Names) -> Happening | None:
    about: dict[str, Any] = {
        "at": event.at,
        "who": who.get(event.user, _("the system")),
        "where": where(event),
    }
    said = {"part": part.label}
    if event.what == "insert":
        added = columns_of(event, names, {part.column}, gone=False)
        return Happening(what=_("added: %(part)s") % said, changes=added, order=1, **about)
    if event.what == "delete":
        removed = columns_of(event, names, {part.column}, gone=True)
        return Happening(what=_("removed: %(part)s") % said, changes=removed, order=1, **about)
    found = changes_of(event, names)
    return Happening(what=_("changed: %(part)s") % said, changes=found, order=1, **about) if found else None


def where(event: Event) -> str:
    """By which door a change came in, and from which address, as far as it was recorded."""
    context = event.context
    url = str(context.get("url") or "")
    if context.get("worker"):
        door = _("worker %(name)s") % {"name": context["worker"]}
    elif context.get("token"):
        door = _("API token %(name)s") % {"name": context["token"]}
    elif url.startswith("/api/"):
        door = "API"
    elif url.startswith("/admin/"):
        door = _("administration")
    else:
        door = _("tablet") if context.get("glove") else ("" if url.startswith("/") else url)
    return ", ".join(part for part in (door, str(context.get("address") or "")) if part)


def _booked(entry: LedgerEntry) -> Happening:
    amount = words.amount(abs(entry.delta), entry.sample.unit if entry.sample_id else "")
    said = {
        "make": _("booked %(amount)s made"),
        "use": _("took %(amount)s"),
        "discard": _("discarded %(amount)s"),
        "correct": _("corrected by %(amount)s"),
    }[entry.kind] % {"amount": amount if entry.kind != "correct" or entry.delta > 0 else f"−{amount}"}
    if entry.product:
        said += " " + _("for %(product)s") % {"product": entry.product}
    if entry.reason:
        said += f": {entry.reason}"
    return Happening(entry.created_at, name_of(entry.created_by), said, order=1)
