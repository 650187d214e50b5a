"""What the page of a sample says about holds: its own, those it was made in spite of, those of what it is made of."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from synthesis import access, allowances, history, sample_parts, upstream
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
    spent = UseAllowance.objects.filter(spent_on__product=sample.pk)
    found = list(spent.select_related("sample__project", "created_by")[: MOST + 1])
    seen = set(_visible_among([one.sample_id for one in found], actor))
    for one in found[:MOST]:
        if one.sample_id not in seen:
            yield Notice("warn", _("Made with a sample of another project while it was on hold."))
            continue
        state = _("rejected") if one.sample.state == State.REJECTED else _("on hold")
        sentence = _("Made with %(code)s while it was %(state)s: %(reason)s (%(who)s)") % {
            "code": one.sample.code,
            "state": state,
            "reason": one.reason,
            "who": history.name_of(one.created_by),
        }
        yield Notice("warn", sentence, one.sample.get_absolute_url(), one.sample.code)


def held_ancestors(sample: Sample, actor: Actor) -> Iterator[Notice]:
    """What went into it and is held now; of many the first, and how many more there are."""
    held = Sample.objects.filter(pk__in=upstream.ancestors(sample.pk), state__in=HELD).exclude(pk=sample.pk)
    found = list(access.visible(held, actor).order_by("-pk")[: MOST + 1])
    reasons = allowances.reasons_of([one.pk for one in found]) if found else {}
    for one in found[:MOST]:
        why = reasons.get(one.pk, "")
        state = _("rejected") if one.state == State.REJECTED else _("on hold")
        words = (
            _("Made of %(code)s, which is %(state)s: %(why)s")
            if why
            else _("Made of %(code)s, which is %(state)s.")
        )
        sentence = words % {"code": one.code, "state": state, "why": why}
        level = "bad" if one.state == State.REJECTED else "warn"
        yield Notice(level, sentence, one.get_absolute_url(), one.code)
    if len(found) > MOST:
        yield Notice("warn", _("More of what it is made of is on hold or rejected; the chain shows all."))


def _visible_among(ids: list[int], actor: Actor) -> list[int]:
    if not ids:
        return []
    return list(access.visible(Sample.objects.filter(pk__in=ids), actor).values_list("pk", flat=True))
