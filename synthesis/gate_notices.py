"""What the page of a sample says about holds: its own, those it was made in spite of, those of what it is made of."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from synthesis import allowances, history, sample_parts, upstream
from synthesis.access import Actor
from synthesis.gates import HELD
from synthesis.models import Sample, UseAllowance
from synthesis.models.samples import State
from synthesis.sample_parts import Notice

MOST = 3


def register_all() -> None:
    for find in (own_hold, made_in_spite, held_ancestors):
        sample_parts.notice(find)


def own_hold(sample: Sample, actor: Actor) -> Iterator[Notice]:
    if sample.state not in HELD:
        return
    level = "warn" if sample.state == State.HOLD else "bad"
    gate = reverse("sample-gate", args=[sample.code])
    yield Notice(level, f"{allowances.said(sample)}.", gate, _("Gate"))
    for one in UseAllowance.objects.filter(sample=sample.pk, spent_on__isnull=True).select_related(
        "created_by"
    ):
        yield Notice(
            "info",
            _("One use is allowed: %(reason)s (%(who)s)")
            % {"reason": one.reason, "who": history.name_of(one.created_by)},
        )


def made_in_spite(sample: Sample, actor: Actor) -> Iterator[Notice]:
    """Whose use for this sample a manager had to allow."""
    rows = upstream.of(sample, "allowance")[:MOST]
    seen = {row.id for row in upstream.visible_among(rows, actor)}
    allowed = UseAllowance.objects.select_related("sample", "created_by").in_bulk(seen) if seen else {}
    for row in rows:
        one = allowed.get(row.id)
        if one is None:
            yield Notice("warn", _("Made with a sample of another project while it was on hold."))
            continue
        sentence = _("Made with %(code)s while it was %(state)s: %(reason)s (%(who)s)") % {
            "code": one.sample.code,
            "state": _state_in_words(one.sample),
            "reason": one.reason,
            "who": history.name_of(one.created_by),
        }
        yield Notice("warn", sentence, one.sample.get_absolute_url(), one.sample.code)


def held_ancestors(sample: Sample, actor: Actor) -> Iterator[Notice]:
    """What went into it and is held now; of many the first, and whether there are more."""
    seen = sorted(upstream.visible_among(upstream.of(sample, "held"), actor), key=lambda row: -row.id)
    if not seen:
        return
    ids = [row.id for row in seen[:MOST]]
    reasons = allowances.reasons_of(ids)
    for one in Sample.objects.filter(pk__in=ids).order_by("-pk"):
        level = "bad" if one.state == State.REJECTED else "warn"
        yield Notice(level, _held_in_words(one, reasons.get(one.pk, "")), one.get_absolute_url(), one.code)
    if len(seen) > MOST:
        yield Notice("warn", _("More of what it is made of is on hold or rejected; the chain shows all."))


def _held_in_words(one: Sample, why: str) -> str:
    words = (
        _("Made of %(code)s, which is %(state)s: %(why)s")
        if why
        else _("Made of %(code)s, which is %(state)s.")
    )
    return words % {"code": one.code, "state": _state_in_words(one), "why": why}


def _state_in_words(sample: Sample) -> str:
    return _("rejected") if sample.state == State.REJECTED else _("on hold")
