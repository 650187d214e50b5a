"""What is on hold is used nowhere; a manager allows one use, which the next use spends."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from cells.models import CathodeBatch, Cell
from synthesis import allowances, furnace, ledger
from synthesis.allowances import OnHold
from synthesis.errors import Refusal
from synthesis.models import CarbonizationRun, LedgerEntry, Project, Role, Sample, UseAllowance
from synthesis.units import Quantity, parse
from tests import factories


@pytest.fixture
def project(db) -> Project:
    return factories.ProjectFactory()


@pytest.fixture
def alice(project: Project) -> Any:
    return factories.member(project, Role.MANAGER, username="alice")


def mix(project: Project, source: Sample) -> CathodeBatch:
    batch = CathodeBatch(
        project=project,
        recipe=factories.recipe(project, name=f"of {source.code} {CathodeBatch.objects.count()}"),
    )
    return ledger.record(batch, parse("500 mg", "mg"), [factories.take(source, "10", "mg", "CCA")], None)


def test_the_refusal_says_why_it_is_held_what_can_be_done_and_where(project):
    lot = factories.held(factories.additive(project))
    with pytest.raises(OnHold) as refused:
        mix(project, lot)
    assert refused.value.message == (
        f"{lot.code} is on hold (I_D/I_G 1.09, limit 1.00). "
        "A manager can allow this use; the reason is recorded."
    )
    assert refused.value.link is not None
    assert refused.value.link[0] == f"/samples/{lot.code}/allow/"
    assert f'<a href="/samples/{lot.code}/allow/">' in refused.value.sentence
    assert not CathodeBatch.objects.exists()


def test_a_boat_a_cathode_and_a_cell_are_all_refused(project):
    dried = factories.held(factories.sponge(project, "40"), "smells", "reject")
    load = furnace.BoatLoad(dried, parse("20 g", "g"), parse("7 g", "g"), "NPCs")
    with pytest.raises(OnHold, match="is rejected \\(smells\\)"):
        furnace.record_run(CarbonizationRun(project=project), [], [load], None)
    lot = factories.held(factories.additive(project))
    with pytest.raises(OnHold):
        mix(project, lot)
    cathode = factories.held(mix(project, factories.additive(project)))
    with pytest.raises(OnHold):
        factories.cell(project, [factories.take(cathode, "14.3", "mg")])
    assert not CarbonizationRun.objects.exists()
    assert not Cell.objects.exists()


def test_one_allowance_is_one_use_and_knows_which(project, alice):
    lot = factories.held(factories.additive(project))
    allowances.allow(lot, alice, "only for blank cells")
    cathode = mix(project, lot)
    allowance = UseAllowance.objects.get()
    assert allowance.spent_on is not None
    assert allowance.spent_on.product_id == cathode.pk
    with pytest.raises(OnHold):
        mix(project, lot)


def test_a_use_that_fails_leaves_the_allowance_open(project, alice):
    lot = factories.held(factories.additive(project, "1"))
    allowances.allow(lot, alice, "only for blank cells")
    with pytest.raises(Refusal, match="too little"):
        ledger.use(factories.take(lot, "20"), by=None)
    assert UseAllowance.objects.get().spent_on is None


def test_an_allowance_needs_a_held_sample_a_reason_and_is_given_once(project, alice):
    free, lot = factories.additive(project), factories.held(factories.additive(project))
    with pytest.raises(Refusal, match="is not on hold"):
        allowances.allow(free, alice, "why not")
    with pytest.raises(Refusal, match="Say why") as refused:
        allowances.allow(lot, alice, "  ")
    assert refused.value.field == "reason"
    allowances.allow(lot, alice, "only for blank cells")
    with pytest.raises(Refusal, match="allowed already"):
        allowances.allow(lot, alice, "once more")


def test_an_allowance_is_not_spent_once_the_sample_is_free_again(project, alice):
    lot = factories.held(factories.additive(project))
    allowances.allow(lot, alice, "only for blank cells")
    factories.held(lot, "measured again", "pass")
    mix(project, lot)
    assert UseAllowance.objects.get().spent_on is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_race_for_one_allowance_one_is_refused(transactional_db):
    project = factories.ProjectFactory()
    lot = factories.held(factories.additive(project, "5"))
    allowances.allow(lot, factories.member(project, Role.MANAGER), "only for blank cells")
    start, outcomes = threading.Barrier(2), []

    def take() -> None:
        try:
            start.wait()
            ledger.use(ledger.Take(lot, Quantity(Decimal(1), "g")), by=None)
            outcomes.append("used")
        except OnHold:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "used"]
    assert LedgerEntry.objects.filter(kind="use").count() == 1
    assert Sample.objects.get(pk=lot.pk).amount_left == 4
