"""Eight people at once, on the same samples, doing whatever comes to their minds."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection

from synthesis import ledger, moving, place_tree, splitting, stock
from synthesis.errors import Refusal
from synthesis.models import CarbonAdditive, LedgerEntry, NanospongeBatch, Place, Project, Sample
from synthesis.units import Quantity
from tests import factories
from tests.synthesis.test_ledger_machine import all_adds_up

WRITERS, ACTS = 8, 25


class Writer(threading.Thread):
    """One person with a connection of their own. Whatever but a refusal reaches them is kept in ``broken``."""

    def __init__(self, project: Project, seed: int, start: threading.Barrier) -> None:
        super().__init__()
        self.project, self.dice, self.begin = project, random.Random(seed), start
        self.broken: list[BaseException] = []
        self.done = self.refused = 0

    def run(self) -> None:
        self.begin.wait()
        acts = (self.make_of, self.make_of, self.use, self.discard, self.correct, self.count, self.split, self.pool,
                self.undo, self.move)  # fmt: skip
        try:
            for _number in range(ACTS):
                self._try(self.dice.choice(acts))
        finally:
            connection.close()

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
            self.done += 1
        except Refusal:
            self.refused += 1
        except BaseException as error:  # whatever else reaches a person is what this test looks for
            self.broken.append(error)

    def some(self, number: int = 1) -> list[Sample]:
        """Out of a handful, so that they meet; in any order."""
        few = list(Sample.objects.filter(kind="nanosponge").order_by("pk")[:12])
        return self.dice.sample(few, number)

    def grams(self, most: float = 6) -> Quantity:
        return Quantity(Decimal(str(round(self.dice.uniform(0.001, most), 3))), "g")

    def make_of(self) -> None:
        kind = self.dice.choice((NanospongeBatch, CarbonAdditive))
        takes = [ledger.Take(one, self.grams()) for one in self.some(self.dice.randint(1, 4))]
        ledger.record(kind(project=self.project), self.grams(), takes, by=None)

    def use(self) -> None:
        (one,) = self.some()
        ledger.use(ledger.Take(one, self.grams()), by=None)

    def discard(self) -> None:
        (one,) = self.some()
        ledger.discard(one, self.grams(2), by=None, reason="spilt")

    def correct(self) -> None:
        amount = self.grams(3)
        signed = Quantity(amount.value * self.dice.choice((1, -1)), "g")
        (one,) = self.some()
        ledger.correct(one, signed, by=None, reason="weighed again")

    def count(self) -> None:
        stock.take([stock.Counted(one, self.grams(30)) for one in self.some(3)], by=None)

    def split(self) -> None:
        (one,) = self.some()
        names = [self.dice.choice(("Slot 1", "Slot 2", "Shelf", "")) for _part in range(2)]
        splitting.split(one, [splitting.Part(self.grams(2), place=name) for name in names], by=None)

    def pool(self) -> None:
        splitting.pool([ledger.Take(one, self.grams(3)) for one in self.some(3)], by=None)

    def undo(self) -> None:
        alone = LedgerEntry.objects.filter(product=None, undoes=None).exclude(kind="make")
        entries = list(alone.select_related("sample").order_by("-pk")[:10])
        if entries:
            ledger.undo(self.dice.choice(entries), by=None)

    def move(self) -> None:
        moving.move(
            self.some(2), Place.objects.get(name=self.dice.choice(("Slot 1", "Slot 2", "Shelf"))), None
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, 2])
def test_with_8_writers_at_once_every_ledger_adds_up_and_nobody_meets_a_deadlock(seed):
    project = factories.ProjectFactory()
    for name, room in (("Slot 1", 1), ("Slot 2", 1), ("Shelf", None)):
        place_tree.add(Place(name=name, capacity=room), None)
    for _number in range(6):
        factories.sponge(project, "25")
    start = threading.Barrier(WRITERS)
    writers = [Writer(project, 100 * seed + number, start) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [error for writer in writers for error in writer.broken] == []
    assert sum(writer.done + writer.refused for writer in writers) == WRITERS * ACTS
    assert sum(writer.done for writer in writers) > WRITERS * ACTS / 4
    all_adds_up()
    for slot in Place.objects.filter(capacity=1):
        assert Sample.objects.filter(location=slot, amount_left__gt=0).count() <= 1
