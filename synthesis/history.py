"""Who changed what of a sample, before and after, as PostgreSQL recorded it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils.translation import gettext as _

from synthesis import ledger, words
from synthesis.access import Actor
from synthesis.models import LedgerEntry, Sample

# Moved by the ledger, whose entries stand in this list themselves.
_NOISE = {"amount_left", "amount_made", "id", "sample_ptr", "kind", "created_at", "created_by", "planned"}
MOST = 200


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass
class Happening:
    at: datetime
    who: str
    what: str
    changes: list[Change] = field(default_factory=list)
    order: int = 0


def of_sample(sample: Sample, reader: Actor) -> list[Happening]:
    """Everything that happened to a sample, newest first, at most 200, as far as the reader may know it."""
    own = sample.own
    models: list[type[Model]] = [Sample] if type(own) is Sample else [Sample, type(own)]
    raw = [event for model in models for event in _events(model, sample.pk)]
    entries = ledger.entries_of(sample, reader)[-MOST:]
    people = _people({*(_actor(event) for event, _ in raw), *(entry.created_by_id for entry in entries)})
    found = [_happening(event, changes, people, sample) for event, changes in raw]
    found += [_booked(entry, people) for entry in entries]
    kept = [item for item in found if item is not None]
    return sorted(kept, key=lambda item: (item.at, item.order), reverse=True)[:MOST]


def _events(model: type[Model], pk: int) -> Iterable[tuple[Any, list[Change]]]:
    # By name: with sub-tables, the attribute that pghistory sets is overwritten by the last of the kinds.
    recorded = apps.get_model(model._meta.app_label, f"{model.__name__}Event")
    events = list(recorded._default_manager.filter(pgh_obj_id=pk).order_by("pgh_id"))
    before = None
    for event in events:
        yield event, _changes(model, before, event) if before is not None else []
        before = event


def _changes(model: type[Model], before: Any, after: Any) -> list[Change]:
    found = []
    for column in model._meta.local_fields:
        if column.name in _NOISE or not hasattr(after, column.attname):
            continue
        old, new = getattr(before, column.attname), getattr(after, column.attname)
        if old != new:
            found.append(
                Change(str(column.verbose_name), _said(before, column, old), _said(after, column, new))
            )
    return found


def _said(event: Any, column: Any, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return words.digits(value) if isinstance(value, float | int) else str(value)


def _actor(event: Any) -> int | None:
    found = (event.pgh_context or {}).get("user")
    return int(found) if found is not None else None


def _people(ids: set[int | None]) -> dict[int | None, str]:
    users = get_user_model().objects.filter(pk__in=[pk for pk in ids if pk is not None])
    return {user.pk: user.get_full_name() or user.get_username() for user in users}


def _happening(
    event: Any, changes: list[Change], people: dict[int | None, str], sample: Sample
) -> Happening | None:
    who = people.get(_actor(event), _("the system"))
    base = hasattr(event, "code")
    if event.pgh_label == "insert":
        logged = people.get(sample.created_by_id, who)
        return Happening(event.pgh_created_at, logged, _("logged it"), order=0) if base else None
    return Happening(event.pgh_created_at, who, _("changed"), changes, order=2) if changes else None


def _booked(entry: LedgerEntry, people: dict[int | None, str]) -> Happening:
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
    return Happening(entry.created_at, people.get(entry.created_by_id, _("the system")), said, order=1)
