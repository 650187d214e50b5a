"""Taking stock: what was counted stands in the ledger as a correction with its reason, and is kept as a count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from synthesis import ledger
from synthesis.conversion import in_unit_of
from synthesis.errors import Refusal
from synthesis.models import LedgerEntry, Sample, StockCount
from synthesis.units import Quantity

Person = AbstractBaseUser | None


@dataclass(frozen=True)
class Counted:
    """What somebody found of a sample. ``expected`` is what the list said when it was made; None does not compare."""

    sample: Sample
    found: Quantity
    expected: Decimal | None = None
    field: str = "amount"


@transaction.atomic
def take(counts: Sequence[Counted], *, by: Person, reason: str = "") -> list[StockCount]:
    """Books all counts, or none. Where the amount is as expected, only the count is kept."""
    ledger.lock(count.sample for count in counts)
    fresh = Sample.objects.in_bulk([count.sample.pk for count in counts])
    return [_booked(count, fresh[count.sample.pk], by, reason.strip()) for count in counts]


def _booked(count: Counted, sample: Sample, by: Person, reason: str) -> StockCount:
    found = _found(sample, count)
    _refuse_an_old_list(sample, count)
    apart = found.value - sample.amount_left
    entry: LedgerEntry | None = None
    if apart:
        said = _("counted %(found)s, expected %(expected)s") % {
            "found": count.found,
            "expected": Quantity(sample.amount_left, sample.unit),
        }
        whole = f"{said}: {reason}" if reason else said
        try:
            entry = ledger.correct(sample, Quantity(apart, sample.unit), by=by, reason=whole)
        except Refusal as refusal:
            raise Refusal(
                refusal.message, field=count.field, code=refusal.code, status=refusal.status
            ) from refusal
    return StockCount.objects.create(
        sample=sample,
        expected=sample.amount_left,
        counted=found.value,
        entry=entry,
        created_by_id=by.pk if by else None,
    )


def _found(sample: Sample, count: Counted) -> Quantity:
    try:
        found = in_unit_of(sample, count.found)
    except Refusal as refusal:
        raise Refusal(refusal.message, field=count.field, code=refusal.code) from refusal
    if found.value < 0:
        raise Refusal(
            _("%(found)s of %(sample)s: less than nothing cannot be there. Write 0 where it is empty.")
            % {"found": count.found, "sample": sample},
            field=count.field,
        )
    return found


def _refuse_an_old_list(sample: Sample, count: Counted) -> None:
    if count.expected is None or count.expected == sample.amount_left:
        return
    raise Refusal(
        _("%(sample)s had %(then)s when this list was made and has %(now)s now. Count it again.")
        % {
            "sample": sample,
            "then": Quantity(count.expected, sample.unit),
            "now": Quantity(sample.amount_left, sample.unit),
        },
        field=count.field,
        code="moved_meanwhile",
        status=409,
    )


def last_counts(samples: Sequence[Sample]) -> dict[int, StockCount]:
    """The newest count of each, by sample."""
    newest = (
        StockCount.objects.filter(sample__in=[sample.pk for sample in samples])
        .order_by("sample_id", "-id")
        .distinct("sample_id")
    )
    return {count.sample_id: count for count in newest}
