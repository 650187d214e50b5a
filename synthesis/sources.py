"""From which sample a step takes: the usual lot, or another of its like where that has not enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from synthesis import access, units, words
from synthesis.access import Actor
from synthesis.conversion import in_unit_of
from synthesis.errors import Refusal
from synthesis.models import MaterialLot, Sample
from synthesis.models.samples import State
from synthesis.units import Quantity


def usable(actor: Actor) -> Any:
    """Samples that may be taken from: available, with something left, in a project in which one may change things."""
    projects = access.editable_projects(actor).values("pk")
    return Sample.objects.filter(state=State.AVAILABLE, amount_left__gt=0, project__in=projects)


def lots_in_order(lots: Any) -> Any:
    """Lots in the order in which they are used up: opened first, then soonest to expire, then oldest."""
    fresh = Q(expires_on__isnull=True) | Q(expires_on__gte=timezone.localdate())
    return lots.filter(fresh).order_by(
        F("opened_on").asc(nulls_last=True), F("expires_on").asc(nulls_last=True), "pk"
    )


def fill(rows: Iterable[dict[str, Any]], actor: Actor, *, all_of_it: bool = False) -> list[dict[str, Any]]:
    """Rows with a usual sample, each with one that has enough, and a hint where that is another.

    ``all_of_it`` fits a row whose amount was all there was of its sample: it takes all that is left of the new one.
    """
    filled = [dict(row) for row in rows]
    known = _by_code([str(row["sample"]) for row in filled if row.get("sample")], actor)
    spoken_for: dict[int, Decimal] = {}
    for row in filled:
        sample = known.get(str(row.get("sample", "")))
        if row.get("sample") and sample is None:
            row["sample"] = ""
        if sample is not None:
            _settle(row, sample, actor, spoken_for, all_of_it=all_of_it)
    return filled


def _by_code(codes: Sequence[str], actor: Actor) -> dict[str, Sample]:
    if not codes:
        return {}
    lots = MaterialLot.objects.select_related("material", "project").filter(code__in=codes)
    others = Sample.objects.select_related("project").filter(code__in=codes).exclude(kind=MaterialLot.KIND)
    found = [*access.visible(lots, actor), *access.visible(others, actor)]
    return {sample.code: sample for sample in found}


def _settle(
    row: dict[str, Any], sample: Sample, actor: Actor, spoken_for: dict[int, Decimal], *, all_of_it: bool
) -> None:
    wanted = str(row.get("amount") or row.get("planned") or "")
    whole = all_of_it and bool(row.get("whole"))
    needed = None if whole else _needed(sample, wanted)
    left = sample.amount_left - spoken_for.get(sample.pk, Decimal(0))
    if sample.state == State.AVAILABLE and left > 0 and (needed is None or left >= needed):
        chosen: Sample | None = sample
    else:
        chosen = _another(sample, needed, actor, spoken_for)
        if chosen is None and not isinstance(sample, MaterialLot):
            chosen = _another(sample, None, actor, spoken_for)  # less than last time, but all of it
            whole = chosen is not None
        row["hint"] = _instead(sample) if chosen else _too_little(sample)
    if chosen is None:
        return
    row["sample"], row["source"] = chosen.code, chosen
    row["left"] = words.amount(chosen.amount_left, chosen.unit)
    if whole:
        row["amount"] = shown_amount(chosen.amount_left - spoken_for.get(chosen.pk, Decimal(0)), chosen.unit)
        needed = chosen.amount_left
    spoken_for[chosen.pk] = spoken_for.get(chosen.pk, Decimal(0)) + (needed or Decimal(0))


def _needed(sample: Sample, wanted: str) -> Decimal | None:
    try:
        return in_unit_of(sample, units.parse(wanted, sample.unit)).value if wanted else None
    except Refusal:
        return None


def _another(
    sample: Sample, needed: Decimal | None, actor: Actor, spoken_for: dict[int, Decimal]
) -> Sample | None:
    """One of the same material, or the newest of the same kind and additive, that has enough."""
    if isinstance(sample, MaterialLot):
        lots = MaterialLot.objects.select_related("material").filter(
            pk__in=usable(actor).values("pk"), material=sample.material, unit=sample.unit
        )
        found: Iterable[Sample] = lots_in_order(lots)[:20]
    else:
        alike = usable(actor).filter(kind=sample.kind, group=sample.group, unit=sample.unit)
        found = alike.order_by("-pk")[:20]
    return next(
        (
            one
            for one in found
            if one.pk != sample.pk
            and (left := one.amount_left - spoken_for.get(one.pk, Decimal(0))) > 0
            and left >= (needed or 0)
        ),
        None,
    )


def shown_amount(value: Decimal, unit: str) -> str:
    """An amount as one would type it."""
    return str(Quantity(value, unit)).replace("\u00a0", " ").replace("−", "-")


def _instead(sample: Sample) -> str:
    return _("Instead of %(sample)s, of which %(left)s is left.") % {
        "sample": sample.code,
        "left": words.amount(sample.amount_left, sample.unit),
    }


def _too_little(sample: Sample) -> str:
    return _("%(left)s is left, and no other has enough.") % {
        "left": words.amount(sample.amount_left, sample.unit)
    }
