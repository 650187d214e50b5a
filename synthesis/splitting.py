"""Splitting a sample into parts and pooling several into one. Not a gram is won or lost; the chain shows both.

A part is a new sample of the same kind with the same columns, whose ledger begins with exactly what was taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from synthesis import codes, ledger, places
from synthesis.conversion import in_unit_of
from synthesis.errors import NotEnough, Refusal
from synthesis.models import MaterialLot, Place, Sample
from synthesis.models.samples import Kind, State
from synthesis.pooled import columns_of, pooled_values
from synthesis.units import PLACES, Quantity, plain

Person = AbstractBaseUser | None
MOST_PARTS = 60
SPLIT, POOL = "split", "pool"


@dataclass(frozen=True)
class Part:
    """So much for a new sample; without a name it keeps that of what it is taken from."""

    amount: Quantity
    name: str = ""
    place: str = ""
    field: str = "amount"


@transaction.atomic
def split(sample: Sample, parts: Sequence[Part], by: Person) -> list[Sample]:
    """New samples of the same kind out of one; what is not given to a part stays where it was."""
    if not 1 <= len(parts) <= MOST_PARTS:
        raise Refusal(
            _("%(count)s parts: a sample is split into 1 to %(most)s.")
            % {"count": len(parts), "most": MOST_PARTS},
            field="parts",
        )
    ledger.lock([sample])
    own = Sample.objects.get(pk=sample.pk).own
    _refuse_cells_and_held([own])
    amounts = [_value(own, part) for part in parts]
    if sum(amounts) > own.amount_left:
        raise NotEnough(_parts_exceed(own, amounts), field=parts[-1].field)
    made = [_like(own, part) for part in parts]
    _hold_places(made, parts, by)
    for part, new, value in zip(parts, made, amounts, strict=True):
        exact = Quantity(value, own.unit)
        ledger.record(new, exact, [ledger.Take(own, exact, SPLIT, part.field)], by)
    return made


def evenly(sample: Sample, count: int, whole: Quantity | None = None) -> list[Quantity]:
    """All that is left, or ``whole``, in so many parts alike; the last one takes what rounding leaves."""
    if not 1 <= count <= MOST_PARTS:
        raise Refusal(
            _("%(count)s parts: a sample is split into 1 to %(most)s.")
            % {"count": count, "most": MOST_PARTS},
            field="parts",
        )
    total = in_unit_of(sample, whole).value if whole is not None else sample.amount_left
    each = (total / count).quantize(PLACES, rounding=ROUND_DOWN)
    if each <= 0:
        raise NotEnough(_("%(sample)s has nothing left to split.") % {"sample": sample}, field="parts")
    return [Quantity(each, sample.unit)] * (count - 1) + [Quantity(total - each * (count - 1), sample.unit)]


@transaction.atomic
def pool(takes: Sequence[ledger.Take], by: Person, *, name: str = "", place: str = "") -> Sample:
    """One new sample out of several of one kind, unit, project and additive; all that was taken is in it."""
    _refuse_what_does_not_pool(takes)
    ledger.lock(take.sample for take in takes)
    owns = [found.own for found in Sample.objects.filter(pk__in=[take.sample.pk for take in takes])]
    by_id = {own.pk: own for own in owns}
    ordered = [by_id[take.sample.pk] for take in takes]
    _refuse_cells_and_held(ordered, [take.field for take in takes])
    amounts = [_amount(take) for take in takes]
    values = pooled_values(ordered, [amount.value for amount in amounts])
    product = type(ordered[0])(**values)
    product.name, product.place = name.strip() or product.name, place
    exact = [
        ledger.Take(own, amount, POOL, take.field)
        for own, amount, take in zip(ordered, amounts, takes, strict=True)
    ]
    total = Quantity(sum((amount.value for amount in amounts), Decimal(0)), ordered[0].unit)
    return ledger.record(product, total, exact, by)


def may_be_split(sample: Sample) -> bool:
    return (
        sample.kind != Kind.CELL
        and sample.amount_left > 0
        and sample.state not in (State.HOLD, State.REJECTED)
    )


def _like(own: Sample, part: Part) -> Sample:
    """An unsaved sample with the same columns, its code drawn."""
    values: dict[str, Any] = {column.attname: getattr(own, column.attname) for column in columns_of(own)}
    new = type(own)(
        **values,
        project_id=own.project_id,
        name=part.name.strip() or own.name,
        group=own.group,
        unit=own.unit,
        simulated=own.simulated,
        place=part.place,
    )
    new.code = codes.next_code(new.PREFIX)
    return new


def _hold_places(made: Sequence[Sample], parts: Sequence[Part], by: Person) -> None:
    """Locks the places of all parts in one order, so that two who fill the same two shelves do not block each other."""
    coming: dict[Place, Part] = {}
    for new, part in zip(made, parts, strict=True):
        places.assign(new, part.place)
        if new.location is not None:
            coming[new.location] = part
    places.hold(*coming)
    for place, part in coming.items():
        count = sum(new.location == place for new in made)
        try:
            places.require_room(place, by=by, coming=count)
        except Refusal as refusal:
            field = f"{part.field.removesuffix('amount')}place"
            raise Refusal(refusal.message, field=field, code=refusal.code, status=refusal.status) from refusal


def _value(own: Sample, part: Part) -> Decimal:
    return _amount(ledger.Take(own, part.amount, SPLIT, part.field)).value


def _amount(take: ledger.Take) -> Quantity:
    try:
        found = in_unit_of(take.sample, take.amount)
    except Refusal as refusal:
        raise Refusal(refusal.message, field=take.field, code=refusal.code) from refusal
    if found.value <= 0:
        raise Refusal(
            _("%(amount)s of %(sample)s: an amount is above zero.")
            % {"amount": take.amount, "sample": take.sample},
            field=take.field,
        )
    return found


def _parts_exceed(own: Sample, amounts: Sequence[Decimal]) -> str:
    total = sum(amounts, Decimal(0))
    return _(
        "The parts add to %(total)s %(unit)s; %(sample)s has %(left)s %(unit)s left, %(missing)s %(unit)s too little."
    ) % {
        "total": plain(total),
        "unit": own.unit,
        "sample": own,
        "left": plain(own.amount_left),
        "missing": plain(total - own.amount_left),
    }


def _refuse_cells_and_held(samples: Sequence[Sample], fields: Sequence[str] = ()) -> None:
    for number, sample in enumerate(samples):
        field = fields[number] if fields else ""
        if sample.kind == Kind.CELL:
            raise Refusal(
                _("%(sample)s is a cell: it stays whole and is not pooled.") % {"sample": sample}, field=field
            )
        if sample.state in (State.HOLD, State.REJECTED):
            raise Refusal(
                _("%(sample)s is on %(state)s: it is neither split nor pooled before a manager releases it.")
                % {"sample": sample, "state": sample.get_state_display()},
                field=field,
                status=409,
            )


def _refuse_what_does_not_pool(takes: Sequence[ledger.Take]) -> None:
    if len(takes) < 2:
        raise Refusal(_("One sample is no pool. Name at least two."), field="inputs")
    first = takes[0].sample
    seen: set[int] = set()
    for take in takes:
        if take.sample.pk in seen:
            raise Refusal(
                _("%(sample)s stands here twice. Add its amounts up in one row.") % {"sample": take.sample},
                field=take.field,
            )
        seen.add(take.sample.pk)
        for label, one, other in _must_agree(first, take.sample):
            if one != other:
                raise Refusal(
                    _("%(first)s and %(sample)s differ in %(what)s (%(one)s, %(other)s). Only like is pooled.")
                    % {"first": first, "sample": take.sample, "what": label, "one": one or "–", "other": other or "–"},
                    field=take.field,
                )  # fmt: skip


def _must_agree(first: Sample, other: Sample) -> list[tuple[str, Any, Any]]:
    found: list[tuple[str, Any, Any]] = [
        (_("kind"), first.get_kind_display(), other.get_kind_display()),
        (_("project"), first.project, other.project),
        (_("unit"), first.unit, other.unit),
        (_("additive"), first.group, other.group),
    ]
    one, two = first.own, other.own
    if isinstance(one, MaterialLot) and isinstance(two, MaterialLot):
        found.append((_("material"), one.material, two.material))
    return found
