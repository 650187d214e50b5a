"""What was used past its due date: for a sample, for all that it is made of, and for the runs that lie between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from synthesis import equipment, sample_parts, upstream
from synthesis.access import Actor
from synthesis.alerts import Alert
from synthesis.equipment import Standing
from synthesis.models import Instrument, Sample
from synthesis.sample_parts import Notice

MOST = 4


@dataclass(frozen=True)
class Use:
    """One instrument at one moment, for the step ``code``."""

    code: str
    instrument_id: int
    at: datetime


@dataclass(frozen=True)
class FlaggedUse:
    use: Use
    instrument: Instrument
    standing: Standing


def flagged(sample: Sample, actor: Actor) -> list[FlaggedUse]:
    """Each use of equipment that was not in order then, in the sample's own step or before it; in at most 4 queries."""
    return _flagged(_uses(sample, actor))


def alerts(actor: Actor) -> list[Alert]:
    """What the actor looks after and should see to: overdue, out of order, or due within 14 days."""
    return [
        Alert(
            level="bad" if how.state == "failed" else "warn",
            icon="wrench",
            sentence=how.sentence,
            more="",
            url=reverse("equipment-page", args=[one.pk]),
            link=_("Open"),
        )
        for one, how in equipment.due_soon(actor)
    ]


def register_all() -> None:
    sample_parts.notice(notices)


def notices(sample: Sample, actor: Actor) -> Iterator[Notice]:
    found = flagged(sample, actor)
    for one in found[:MOST]:
        own = one.use.code == sample.code
        words = (
            _("%(standing)s It was used to make this.")
            if own
            else _("%(standing)s It was used for %(code)s.")
        )
        sentence = words % {"standing": one.standing.sentence, "code": one.use.code}
        yield Notice(
            "warn", sentence, reverse("equipment-page", args=[one.instrument.pk]), one.instrument.name
        )
    if len(found) > MOST:
        count = len(found) - MOST
        yield Notice("warn", _("%(count)s more uses of equipment that was not in order.") % {"count": count})


def _uses(sample: Sample, actor: Actor) -> list[Use]:
    """Its own step first, then what is nearest in time."""
    seen = upstream.visible_among(upstream.of(sample, "sample", "run"), actor)
    uses = [Use(row.code, row.instrument_id, row.at) for row in seen if row.instrument_id and row.at]
    return sorted(uses, key=lambda use: (use.code == sample.code, use.at, use.code), reverse=True)


def _flagged(uses: Sequence[Use]) -> list[FlaggedUse]:
    if not uses:
        return []
    known = equipment.with_checks(Instrument.objects.all()).in_bulk({use.instrument_id for use in uses})
    each = [(use, known[use.instrument_id]) for use in uses]
    found = [FlaggedUse(use, one, equipment.standing(one, use.at)) for use, one in each]
    return [one for one in found if one.standing.is_flagged]
