"""Who used how much of what. The only way in which an amount moves.

PostgreSQL is the last guard (a check constraint on what is left, taken under the row's lock); this module says the
same in a sentence before that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from synthesis import allowances, gates, genealogy, places, reviews
from synthesis.access import Actor, visible_projects
from synthesis.conversion import in_unit_of
from synthesis.errors import NotEnough, Refusal
from synthesis.models import LedgerEntry, Sample
from synthesis.units import Quantity, plain, require_possible

S = TypeVar("S", bound=Sample)
Person = AbstractBaseUser | None


@dataclass(frozen=True)
class Take:
    """So much of a sample, as what. ``field`` is the input that errors belong to."""

    sample: Sample
    amount: Quantity
    role: str = ""
    field: str = "amount"


@transaction.atomic
def record(product: S, made: Quantity | None, takes: Sequence[Take], by: Person) -> S:
    """Saves a new sample, books what was made of it and what it took. All or nothing."""
    lock(take.sample for take in takes)
    product.created_by_id = by.pk if by else None
    places.assign(product, product.place)
    with places.in_its_slot(product, by):
        product.save()
    if made is not None and made.value > 0:
        _made(product, made, by=by)
    for take in takes:
        use(take, product=product, by=by)
    product.refresh_from_db(fields=["amount_made", "amount_left"])
    gates.judge(product)
    return product


def lock(samples: Iterable[Sample]) -> None:
    """Holds all samples that a step takes from until it is through.

    Every writer does so in the order of their ids and before it draws a code, so that two can wait for each other
    in no order of events. What only refers to a sample (a file, a measurement) need not wait.
    """
    wanted = {sample.pk for sample in samples}
    list(Sample.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk").values_list("pk"))


def make(sample: Sample, amount: Quantity, *, by: Person, reason: str = "") -> LedgerEntry:
    """Books what a step yielded or a delivery brought."""
    entry = _made(sample, amount, by=by, reason=reason)
    gates.judge(sample)
    return entry


def _made(sample: Sample, amount: Quantity, *, by: Person, reason: str = "") -> LedgerEntry:
    value = amount.to(sample.unit).value
    if value <= 0:
        raise Refusal(
            _("%(amount)s is nothing: an amount made is above zero.") % {"amount": amount},
            field="amount_made",
        )
    reviews.require_open(sample, "amount_made")
    _fits(sample, value, "amount_made")
    return _book(sample, LedgerEntry.Kind.MAKE, value, by=by, entered=str(amount), reason=reason)


@transaction.atomic
def use(take: Take, *, by: Person, product: Sample | None = None, reason: str = "") -> LedgerEntry:
    """Takes some of a sample, for a product or for something outside the chain (a measurement)."""
    sample = _locked(take.sample)
    value = asked_of(sample, take)
    if product is not None:
        reviews.require_open(product, take.field)
    if product is not None and genealogy.is_descendant(sample.pk, of=product.pk):
        raise Refusal(
            _("%(sample)s was itself made of %(product)s.") % {"sample": sample, "product": product},
            field=take.field,
        )
    if value > sample.amount_left:
        raise NotEnough(_too_little(sample, value), field=take.field)
    entry = _book(
        sample,
        LedgerEntry.Kind.USE,
        -value,
        by=by,
        product=product,
        role=take.role,
        entered=str(take.amount),
        reason=reason,
    )
    return allowances.spend(sample, entry)


def asked_of(sample: Sample, take: Take) -> Decimal:
    """How much a take is in the sample's own unit. Raises Refusal for what may not be taken at all.

    Whether so much is left is not asked here: who takes for many products at once adds up first.
    """
    value = _positive(sample, take)
    allowances.require_usable(sample, take.field)
    return value


@transaction.atomic
def discard(sample: Sample, amount: Quantity | None, *, by: Person, reason: str) -> LedgerEntry:
    """Throws some of a sample away, or with None all that is left."""
    sample = _locked(sample)
    if amount is None:
        amount = Quantity(sample.amount_left, sample.unit)
        if not amount.value:
            raise Refusal(_("Nothing is left of %(sample)s.") % {"sample": sample}, field="amount")
    value = _positive(sample, Take(sample, amount))
    _need_reason(reason)
    if value > sample.amount_left:
        raise NotEnough(_too_little(sample, value), field="amount")
    return _book(sample, LedgerEntry.Kind.DISCARD, -value, by=by, entered=str(amount), reason=reason)


@transaction.atomic
def correct(
    sample: Sample, amount: Quantity, *, by: Person, reason: str, undoes: LedgerEntry | None = None
) -> LedgerEntry:
    """Adds a signed amount, with a reason: what was weighed again, what was spilt, what was booked in error."""
    sample = _locked(sample)
    try:
        value = in_unit_of(sample, amount).value
    except Refusal as refusal:
        raise Refusal(refusal.message, field="amount", code=refusal.code) from refusal
    _need_reason(reason)
    if value == 0:
        raise Refusal(_("A correction of zero changes nothing."), field="amount")
    if sample.amount_left + value < 0:
        raise NotEnough(_too_little(sample, -value), field="amount")
    _fits(sample, value, "amount")
    _still_has_its_slot(sample, by)
    kind = LedgerEntry.Kind.CORRECT
    return _book(sample, kind, value, by=by, entered=str(amount), reason=reason, undoes=undoes)


@transaction.atomic
def undo(entry: LedgerEntry, *, by: Person) -> LedgerEntry:
    """Takes an entry back by a counter-entry that names it. Both stay; an entry is undone once."""
    sample = _locked(entry.sample)
    if not undoable(entry):
        raise Refusal(
            _("This entry of %(sample)s belongs to a step. Correct the amount with a reason instead.")
            % {"sample": sample},
            code="not_undoable",
        )
    if LedgerEntry.objects.filter(undoes=entry).exists():
        raise Refusal(
            _("This entry of %(sample)s was undone already.") % {"sample": sample}, code="undone", status=409
        )
    reason = _("Undo of entry %(number)s: %(what)s") % {
        "number": entry.pk,
        "what": f"{entry.get_kind_display()} {plain(entry.delta)}\u00a0{sample.unit}",
    }
    return correct(sample, Quantity(-entry.delta, sample.unit), by=by, reason=reason, undoes=entry)


def undoable(entry: LedgerEntry) -> bool:
    """Whether it was booked by itself, outside any step, and undoes nothing itself."""
    return entry.kind != LedgerEntry.Kind.MAKE and entry.product_id is None and entry.undoes_id is None


def entries_of(
    sample: Sample, actor: Actor, *, latest: int | None = None, before: int | None = None
) -> list[LedgerEntry]:
    """The entries of a sample, oldest first, each with what it went into and who wrote it.

    ``latest`` limits them to so many of the newest, ``before`` to those written before the entry of that number.

    What went into a project that the reader may not see is an entry like the others; into what it went, and as
    what, is left out, because codes and roles are that project's own.
    """
    found = sample.entries.select_related("sample", "product", "created_by", "undone_by").order_by("-pk")
    found = found if before is None else found.filter(pk__lt=before)
    entries = list(found if latest is None else found[:latest])[::-1]
    seen = set(visible_projects(actor).values_list("pk", flat=True))
    for entry in entries:
        entry.may_be_undone = undoable(entry) and getattr(entry, "undone_by", None) is None
        if entry.product is not None and entry.product.project_id not in seen:
            entry.product, entry.role = None, ""
    return entries


def balance(entries: Iterable[LedgerEntry]) -> Decimal:
    """What a ledger adds up to; equals ``amount_left`` of its sample."""
    return sum((entry.delta for entry in entries), Decimal(0))


def _locked(sample: Sample) -> Sample:
    return Sample.objects.select_for_update(no_key=True).get(pk=sample.pk)


def _fits(sample: Sample, added: Decimal, field: str) -> None:
    try:
        require_possible(max(sample.amount_made, sample.amount_left) + added)
    except Refusal as refusal:
        raise Refusal(refusal.message, field=field, code=refusal.code) from refusal


def _still_has_its_slot(sample: Sample, by: Person) -> None:
    """What was used up made room; when it comes back, something else may stand there."""
    if sample.location is not None and sample.amount_made and not sample.amount_left:
        places.hold(sample.location)
        places.require_room(sample.location, by=by, but=sample)


def _positive(sample: Sample, take: Take) -> Decimal:
    try:
        value = in_unit_of(sample, take.amount).value
    except Refusal as refusal:
        raise Refusal(refusal.message, field=take.field, code=refusal.code) from refusal
    if value <= 0:
        raise Refusal(
            _("%(amount)s of %(sample)s: an amount is above zero.")
            % {"amount": take.amount, "sample": sample},
            field=take.field,
        )
    return value


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal(_("Say why: a correction or discard keeps its reason."), field="reason")


def _too_little(sample: Sample, asked: Decimal) -> str:
    return _(
        "%(sample)s has %(left)s %(unit)s left, %(missing)s %(unit)s too little. "
        "Take %(left)s %(unit)s, or choose another."
    ) % {
        "sample": sample,
        "left": plain(sample.amount_left),
        "missing": plain(asked - sample.amount_left),
        "unit": sample.unit,
    }


def _book(
    sample: Sample,
    kind: LedgerEntry.Kind,
    delta: Decimal,
    *,
    by: Person,
    product: Sample | None = None,
    role: str = "",
    entered: str = "",
    reason: str = "",
    undoes: LedgerEntry | None = None,
) -> LedgerEntry:
    return LedgerEntry.objects.create(
        sample=sample,
        kind=kind,
        delta=delta,
        product=product,
        role=role,
        entered=entered,
        reason=reason,
        undoes=undoes,
        created_by_id=by.pk if by else None,
    )
