"""Whatever people do in whatever order: nothing below zero, every ledger adds up, splits and pools lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from synthesis import ledger, splitting, stock
from synthesis.errors import Refusal
from synthesis.models import LedgerEntry, NanospongeBatch, Sample, StockCount
from synthesis.units import Quantity
from tests import factories

amounts = st.decimals(min_value="0.001", max_value="30", places=3)


class Bench(RuleBasedStateMachine):
    """One run of it is one transaction, rolled back at its end."""

    samples = Bundle("samples")
    entries = Bundle("entries")

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize()
    def open_a_project(self) -> None:
        self.project = factories.ProjectFactory()
        self.expected: dict[int, Decimal] = {}
        self.undone: set[int] = set()

    @rule(target=samples, amount=amounts)
    def make(self, amount: Decimal) -> Sample:
        made = ledger.record(NanospongeBatch(project=self.project), grams(amount), [], by=None)
        self.expected[made.pk] = amount
        return made

    @rule(target=samples, source=samples, taken=amounts, made=amounts)
    def make_of(self, source: Sample, taken: Decimal, made: Decimal) -> Sample:
        take = ledger.Take(source, grams(taken))
        try:
            product = ledger.record(NanospongeBatch(project=self.project), grams(made), [take], by=None)
        except Refusal:
            assert taken > self.expected[source.pk]
            return source
        self.expected[source.pk] -= taken
        self.expected[product.pk] = made
        return product

    @rule(target=entries, sample=samples, amount=amounts)
    def use(self, sample: Sample, amount: Decimal) -> LedgerEntry | None:
        return self._change(sample, -amount, lambda: ledger.use(ledger.Take(sample, grams(amount)), by=None))

    @rule(target=entries, sample=samples, amount=amounts)
    def discard(self, sample: Sample, amount: Decimal) -> LedgerEntry | None:
        return self._change(
            sample, -amount, lambda: ledger.discard(sample, grams(amount), by=None, reason="spilt")
        )

    @rule(target=entries, sample=samples)
    def discard_the_rest(self, sample: Sample) -> LedgerEntry | None:
        rest = self.expected[sample.pk]
        if not rest:
            with pytest.raises(Refusal, match="Nothing is left"):
                ledger.discard(sample, None, by=None, reason="spilt")
            return None
        return self._change(sample, -rest, lambda: ledger.discard(sample, None, by=None, reason="spilt"))

    @rule(
        target=entries,
        sample=samples,
        amount=st.decimals(min_value="-30", max_value="30", places=3).filter(bool),
    )
    def correct(self, sample: Sample, amount: Decimal) -> LedgerEntry | None:
        return self._change(
            sample, amount, lambda: ledger.correct(sample, grams(amount), by=None, reason="stock-take")
        )

    @rule(entry=entries)
    def undo(self, entry: LedgerEntry | None) -> None:
        if entry is None:
            return
        left = self.expected[entry.sample_id]
        try:
            ledger.undo(entry, by=None)
        except Refusal:
            assert entry.pk in self.undone or left - entry.delta < 0
        else:
            assert entry.pk not in self.undone
            self.undone.add(entry.pk)
            self.expected[entry.sample_id] = left - entry.delta

    @rule(sample=samples, found=st.decimals(min_value="0", max_value="30", places=3))
    def count(self, sample: Sample, found: Decimal) -> None:
        (count,) = stock.take([stock.Counted(sample, grams(found))], by=None)
        assert (count.entry is None) == (found == self.expected[sample.pk])
        self.expected[sample.pk] = found

    @rule(target=samples, sample=samples, parts=st.lists(amounts, min_size=1, max_size=3))
    def split(self, sample: Sample, parts: list[Decimal]) -> Sample:
        try:
            made = splitting.split(sample, [splitting.Part(grams(part)) for part in parts], by=None)
        except Refusal:
            assert sum(parts) > self.expected[sample.pk]
            return sample
        self.expected[sample.pk] -= sum(parts)
        self.expected |= {part.pk: amount for part, amount in zip(made, parts, strict=True)}
        return made[-1]

    @rule(sample=samples, into=st.integers(1, 7))
    def split_evenly(self, sample: Sample, into: int) -> None:
        sample.refresh_from_db()
        if not self.expected[sample.pk]:
            return
        made = splitting.split(
            sample, [splitting.Part(each) for each in splitting.evenly(sample, into)], by=None
        )
        assert sum(part.amount_left for part in made) == self.expected[sample.pk]
        self.expected[sample.pk] = Decimal(0)
        self.expected |= {part.pk: part.amount_left for part in made}

    @rule(target=samples, first=samples, second=samples, one=amounts, other=amounts)
    def pool(self, first: Sample, second: Sample, one: Decimal, other: Decimal) -> Sample:
        takes = [ledger.Take(first, grams(one)), ledger.Take(second, grams(other))]
        try:
            made = splitting.pool(takes, by=None)
        except Refusal:
            short = one > self.expected[first.pk] or other > self.expected[second.pk]
            assert first.pk == second.pk or short
            return first
        self.expected[first.pk] -= one
        self.expected[second.pk] -= other
        self.expected[made.pk] = one + other
        return made

    def _change(self, sample: Sample, by: Decimal, act: Callable[[], LedgerEntry]) -> LedgerEntry | None:
        try:
            entry = act()
        except Refusal:
            assert self.expected[sample.pk] + by < 0
            return None
        self.expected[sample.pk] += by
        return entry

    @invariant()
    def the_ledger_adds_up(self) -> None:
        all_adds_up(self.expected)


def all_adds_up(expected: dict[int, Decimal] | None = None) -> None:
    """What is left is what the entries add to, and not below zero; parts and pools hold what was taken for them."""
    for sample in Sample.objects.all():
        booked = LedgerEntry.objects.filter(sample=sample)
        assert sample.amount_left == ledger.balance(booked) >= 0
        if expected is not None:
            assert sample.amount_left == expected[sample.pk]
        moved = LedgerEntry.objects.filter(product=sample, role__in=(splitting.SPLIT, splitting.POOL))
        if moved.exists():
            made = ledger.balance(booked.filter(kind=LedgerEntry.Kind.MAKE))
            assert made == -ledger.balance(moved)
    for count in StockCount.objects.select_related("entry"):
        assert count.counted == count.expected + (count.entry.delta if count.entry else 0)


def grams(value: Decimal) -> Quantity:
    return Quantity(value, "g")


@pytest.mark.django_db
def test_whatever_people_do_the_ledger_adds_up():
    run_state_machine_as_test(
        Bench, settings=settings(max_examples=25, stateful_step_count=25, deadline=None)
    )
