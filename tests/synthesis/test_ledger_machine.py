"""Whatever people do in whatever order: nothing below zero, and every ledger adds up to what is left."""

from __future__ import annotations

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

from synthesis import ledger
from synthesis.errors import Refusal
from synthesis.models import LedgerEntry, NanospongeBatch, Sample
from synthesis.units import Quantity
from tests import factories

amounts = st.decimals(min_value="0.001", max_value="30", places=3)


class Bench(RuleBasedStateMachine):
    """One run of it is one transaction, rolled back at its end."""

    samples = Bundle("samples")

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

    @rule(sample=samples, amount=amounts)
    def discard(self, sample: Sample, amount: Decimal) -> None:
        self._change(sample, -amount, lambda: ledger.discard(sample, grams(amount), by=None, reason="spilt"))

    @rule(sample=samples, amount=st.decimals(min_value="-30", max_value="30", places=3).filter(bool))
    def correct(self, sample: Sample, amount: Decimal) -> None:
        self._change(
            sample, amount, lambda: ledger.correct(sample, grams(amount), by=None, reason="stock-take")
        )

    def _change(self, sample: Sample, by: Decimal, act) -> None:
        try:
            act()
        except Refusal:
            assert self.expected[sample.pk] + by < 0
        else:
            self.expected[sample.pk] += by

    @invariant()
    def the_ledger_adds_up(self) -> None:
        for sample in Sample.objects.all():
            booked = ledger.balance(LedgerEntry.objects.filter(sample=sample))
            assert sample.amount_left == booked == self.expected[sample.pk]
            assert sample.amount_left >= 0


def grams(value: Decimal) -> Quantity:
    return Quantity(value, "g")


@pytest.mark.django_db
def test_whatever_people_do_the_ledger_adds_up():
    run_state_machine_as_test(
        Bench, settings=settings(max_examples=25, stateful_step_count=20, deadline=None)
    )
