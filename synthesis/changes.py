"""Changing a record that others may be changing too: merged field by field, under the lock of its row.

A field that only one of two people touched keeps what that one wrote. A field that both touched is a conflict: it is
said who changed it to what and when, nothing is written, and the person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.db.models import Model

from synthesis import event_log, places, record_kinds, reviews
from synthesis.access import Actor
from synthesis.constraint_words import broken_rules
from synthesis.models import Boat, CarbonizationRun, ProgrammeSegment, Sample
from synthesis.signed_content import MOVES, plain

M = TypeVar("M", bound=Model)
Base = Mapping[str, str]
_RUN_PARTS = (Boat, ProgrammeSegment)


@dataclass(frozen=True)
class Difference:
    """One field: what it was when the form was opened, what is wanted, what it is now, and who made it so."""

    name: str
    base: Any
    mine: Any
    theirs: Any
    by: int | None = None
    at: datetime | None = None


@dataclass
class Outcome:
    """``written`` is what was changed. With ``conflicts`` or ``errors`` nothing was."""

    written: list[Difference] = field(default_factory=list)
    kept: list[Difference] = field(default_factory=list)
    conflicts: list[Difference] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return not self.conflicts and not self.errors


def base_of(record: Model, names: Iterable[str]) -> dict[str, str]:
    """How the fields stand now, as texts that travel with a form."""
    return {name: text(record, name) for name in names}


def text(record: Model, name: str) -> str:
    """A field's value in the one way in which values are compared."""
    return _written(getattr(record, _column(record, name).attname))


@transaction.atomic
def apply(record: Model, base: Base, wanted: Mapping[str, Any], by: Actor) -> Outcome:
    """Writes what is wanted over what ``base`` was. Raises NotAllowed, and Signed where the record is locked.

    ``base`` may name more fields than are wanted: what others changed among them is said, and kept.
    """
    kind = record_kinds.of(record)
    kind.require_change(by, record)
    now = locked(record)
    outcome = merge(now, base, wanted)
    if outcome.conflicts or not outcome.written:
        return outcome
    require_open(now, [one.name for one in outcome.written])
    for one in outcome.written:
        setattr(now, one.name if isinstance(one.mine, Model) else _column(now, one.name).attname, one.mine)
    outcome.errors = _errors(now, [one.name for one in outcome.written])
    if not outcome.errors:
        _save(now, [one.name for one in outcome.written], by)
    return outcome


def merge(now: Model, base: Base, wanted: Mapping[str, Any]) -> Outcome:
    """What would be written, kept and asked, without writing it."""
    outcome = Outcome()
    blame = _Blame(now)
    for name in {**base, **wanted}:
        theirs = text(now, name)
        then = base.get(name, theirs)
        mine = _written(_raw(wanted[name])) if name in wanted else then
        one = Difference(name, then, wanted.get(name), getattr(now, name))
        if theirs not in (then, mine) and mine != then:
            outcome.conflicts.append(blame.of(one))
        elif theirs not in (then, mine):
            outcome.kept.append(blame.of(one))
        elif mine not in (then, theirs):
            outcome.written.append(one)
    return outcome


def locked(record: M) -> M:
    """The row as it is now, held until the transaction ends."""
    model = type(record)
    if isinstance(record, Sample):
        list(Sample.objects.select_for_update(no_key=True).filter(pk=record.pk).values_list("pk"))
        return model._default_manager.select_related("project").get(pk=record.pk)
    return model._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=record.pk)


def require_open(record: Model, names: Iterable[str]) -> None:
    """Raises Signed where one of these fields is part of what was signed."""
    if isinstance(record, Sample | CarbonizationRun) and not set(names) <= MOVES:
        reviews.require_open(record)
    if isinstance(record, _RUN_PARTS):
        reviews.require_open(record.run)


class _Blame:
    """Who changed a field last; asked of the history only when somebody did."""

    def __init__(self, record: Model) -> None:
        self.record = record
        self.events: list[event_log.Event] | None = None

    def of(self, one: Difference) -> Difference:
        if self.events is None:
            self.events = event_log.of_row(type(self.record), self.record.pk)
        column = _column(self.record, one.name).attname
        found = event_log.last_change(self.events, column)
        if found is None:
            return one
        return Difference(one.name, one.base, one.mine, one.theirs, found.user, found.at)


def _column(record: Model, name: str) -> models.Field[Any, Any]:
    found = record._meta.get_field(name)
    assert isinstance(found, models.Field)  # noqa: S101  # only columns are edited
    return found


def _raw(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value


def _written(value: Any) -> str:
    """Equal for equal values: a time to the minute, as forms carry it, and lists and mappings by their content."""
    if isinstance(value, datetime):
        value = value.replace(second=0, microsecond=0)
    return str(plain(value))


def _errors(record: Model, names: list[str]) -> dict[str, list[str]]:
    others = {column.name for column in record._meta.fields if column.name not in names}
    errors: dict[str, list[str]] = {}
    try:
        record.full_clean(exclude=others, validate_constraints=False)
    except ValidationError as error:
        errors = {name: list(sentences) for name, sentences in error.message_dict.items()}
    return errors or {name or NON_FIELD_ERRORS: found for name, found in broken_rules(record, names).items()}


def _save(record: Model, names: list[str], by: Actor) -> None:
    slot: AbstractContextManager[None] = nullcontext()
    if isinstance(record, Sample) and "place" in names:
        places.assign(record, record.place)
        names = [*names, "location"]
        slot = places.in_its_slot(record, by)
    with slot:
        record.save(update_fields=names)
