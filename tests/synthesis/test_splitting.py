"""Split and pooled: not a gram is won or lost, and the chain says what came from where."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from synthesis import furnace, genealogy, ledger, splitting, yields
from synthesis.errors import NotEnough, Refusal
from synthesis.models import CarbonizationRun, LedgerEntry, MaterialLot, NanospongeBatch, Sample
from synthesis.models.samples import State
from synthesis.splitting import Part, evenly, pool, split
from synthesis.units import Quantity
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return factories.ProjectFactory()


def grams(value: str) -> Quantity:
    return Quantity(Decimal(value), "g")


def test_parts_are_of_the_same_kind_with_the_same_columns_and_exactly_what_was_taken(project):
    lot = factories.lot(
        project, "20", purity_percent=Decimal("99"), expires_on=date(2027, 1, 31), supplier="Aladdin"
    )
    parts = split(lot, [Part(grams("5"), name="vial 1"), Part(Quantity(Decimal("2500"), "mg"))], by=None)
    lot.refresh_from_db()
    assert lot.amount_left == Decimal("12.5")
    assert [part.amount_left for part in parts] == [Decimal("5"), Decimal("2.5")]
    assert [part.name for part in parts] == ["vial 1", lot.name]
    again = MaterialLot.objects.get(code=parts[0].code)
    assert (again.material, again.purity_percent, again.expires_on, again.supplier) == (
        lot.material, Decimal("99"), date(2027, 1, 31), "Aladdin",
    )  # fmt: skip
    uses = LedgerEntry.objects.filter(sample=lot, kind="use").values_list("role", "delta", "product__code")
    assert list(uses) == [("split", Decimal("-5"), parts[0].code), ("split", Decimal("-2.5"), parts[1].code)]


def test_the_chain_leads_from_a_part_to_what_it_was_taken_from(project):
    batch = factories.sponge(project, "20")
    (part,) = split(batch, [Part(grams("5"))], by=None)
    assert genealogy.relatives(part.pk, "ancestors") == [batch.pk]


def test_an_additive_keeps_its_group_and_a_simulated_sample_stays_one(project):
    carbon = factories.additive(project, group="Mo@NPCs", simulated=True)
    (part,) = split(carbon, [Part(grams("1"))], by=None)
    assert (part.group, part.simulated, part.kind) == ("Mo@NPCs", True, "additive")
    assert part.code.startswith("CCA-")


def test_seven_grams_in_three_parts_lose_nothing_to_rounding(project):
    batch = factories.sponge(project, "7")
    amounts = evenly(batch, 3)
    assert sum(amount.value for amount in amounts) == Decimal("7")
    split(batch, [Part(amount) for amount in amounts], by=None)
    batch.refresh_from_db()
    assert batch.amount_left == 0


def test_parts_that_add_to_more_than_is_left_are_refused_together(project):
    batch = factories.sponge(project, "20")
    with pytest.raises(NotEnough, match=r"The parts add to 24 g; .* has 20 g left, 4 g too little"):
        split(batch, [Part(grams("12")), Part(grams("12"))], by=None)
    assert Sample.objects.count() == 1


@pytest.mark.parametrize("state", [State.HOLD, State.REJECTED])
def test_a_held_or_rejected_sample_is_neither_split_nor_pooled(project, state):
    held, fine = factories.sponge(project, state=state), factories.sponge(project)
    with pytest.raises(Refusal, match="neither split nor pooled before a manager releases it"):
        split(held, [Part(grams("1"))], by=None)
    with pytest.raises(Refusal, match="neither split nor pooled") as refusal:
        pool([factories.take(fine, "1"), ledger.Take(held, grams("1"), field="b")], by=None)
    assert refusal.value.field == "b"


def test_a_cell_stays_whole(project):
    cell = factories.cell(project)
    with pytest.raises(Refusal, match="is a cell: it stays whole"):
        split(cell, [Part(Quantity(Decimal(1), "piece"))], by=None)


@pytest.mark.parametrize("amount", ["0", "-2"])
def test_a_part_is_more_than_nothing(project, amount):
    with pytest.raises(Refusal, match="an amount is above zero"):
        split(factories.sponge(project), [Part(grams(amount))], by=None)


def test_more_parts_than_a_rack_holds_are_refused(project):
    with pytest.raises(Refusal, match="61 parts: a sample is split into 1 to 60"):
        split(factories.sponge(project), [Part(grams("0.1"))] * 61, by=None)


def test_a_signed_sample_may_be_split_because_its_stock_lives_on(project):
    batch = factories.sponge(project, "20")
    Sample.objects.filter(pk=batch.pk).update(signed_at=timezone.now())
    (part,) = split(batch, [Part(grams("5"))], by=None)
    assert part.signed_at is None
    batch.refresh_from_db()
    assert batch.amount_left == Decimal("15")


def test_a_pool_holds_all_that_was_taken_and_is_good_only_as_long_as_the_first_of_its_lots(project):
    material = factories.MaterialFactory(name="LPSC")
    first = factories.lot(
        project,
        "10",
        material=material,
        expires_on=date(2027, 5, 1),
        purity_percent=Decimal("99"),
        supplier="A",
    )
    second = factories.lot(
        project, "30", material=material, expires_on=date(2027, 2, 1), purity_percent=Decimal("97"),
        supplier="B", simulated=True,
    )  # fmt: skip
    made = pool([factories.take(first, "10"), factories.take(second, "30")], by=None, name="pooled")
    assert isinstance(made, MaterialLot)
    assert made.amount_left == Decimal("40")
    assert (made.expires_on, made.purity_percent, made.supplier) == (date(2027, 2, 1), Decimal("97.5"), "")
    assert (made.name, made.material, made.simulated) == ("pooled", material, True)
    assert set(genealogy.relatives(made.pk, "ancestors")) == {first.pk, second.pk}


def test_two_materials_are_not_pooled(project):
    takes = [factories.take(factories.lot(project), "1"), factories.take(factories.lot(project), "1")]
    with pytest.raises(Refusal, match="differ in material"):
        pool(takes, by=None)


def test_two_groups_are_not_pooled(project):
    takes = [
        factories.take(factories.additive(project, group="NPCs"), "1"),
        factories.take(factories.additive(project, group="Mo@NPCs"), "1"),
    ]
    with pytest.raises(Refusal, match=r"differ in additive \(NPCs, Mo@NPCs\)"):
        pool(takes, by=None)


def test_things_of_two_kinds_or_two_units_or_two_projects_are_not_pooled(project):
    sponge = factories.sponge(project)
    others = {
        "kind": factories.additive(project, group=""),
        "project": factories.sponge(factories.ProjectFactory()),
        "unit": ledger.record(
            NanospongeBatch(project=project, unit="mL"), Quantity(Decimal(5), "mL"), [], by=None
        ),
    }
    for what, other in others.items():
        with pytest.raises(Refusal, match=f"differ in {what}"):
            pool([factories.take(sponge, "1"), ledger.Take(other, Quantity(Decimal(1), other.unit))], by=None)


def test_one_sample_is_no_pool_and_none_counts_twice(project):
    batch = factories.sponge(project)
    with pytest.raises(Refusal, match="Name at least two"):
        pool([factories.take(batch, "1")], by=None)
    with pytest.raises(Refusal, match="stands here twice"):
        pool([factories.take(batch, "1"), factories.take(batch, "2")], by=None)


def test_a_pool_that_lacks_one_of_its_parts_is_not_made(project):
    enough, short = factories.sponge(project, "20"), factories.sponge(project, "1")
    with pytest.raises(NotEnough):
        pool([factories.take(enough, "5"), factories.take(short, "5")], by=None)
    enough.refresh_from_db()
    assert enough.amount_left == Decimal("20")


def test_differing_conditions_are_left_empty_in_the_pool(project):
    first = factories.sponge(project, reaction_time_h=3.0, reaction_temperature_degC=70.0)
    second = factories.sponge(project, reaction_time_h=4.0, reaction_temperature_degC=70.0)
    made = pool([factories.take(first, "1"), factories.take(second, "1")], by=None)
    assert isinstance(made, NanospongeBatch)
    assert (made.reaction_time_h, made.reaction_temperature_degC) == (None, 70.0)


def test_only_what_has_something_left_and_is_not_held_offers_a_split(project):
    assert splitting.may_be_split(factories.sponge(project))
    assert not splitting.may_be_split(factories.sponge(project, state=State.HOLD))
    assert not splitting.may_be_split(factories.cell(project))


def test_a_part_has_no_yield_of_its_own_and_the_chain_counts_its_reagents_once(project):
    reagent = factories.lot(project, "100")
    batch = ledger.record(
        NanospongeBatch(project=project), grams("40"), [ledger.Take(reagent, grams("80"), "melamine")], None
    )
    (part,) = split(batch, [Part(grams("20"))], by=None)
    load = furnace.BoatLoad(part, grams("10"), grams("4"), "NPCs")
    run = furnace.record_run(CarbonizationRun(project=project), [], [load], None)
    assert yields.of_samples([part.pk]) == {}
    assert yields.of_samples([batch.pk]) == {batch.pk: 50.0}
    along = {round(one.percent, 6) for one in yields.of_sample(run.boats.get().additive)}
    assert along == {40.0, 20.0}  # 4 g of 10 g in the boat and of 10 g of sponge; of 20 g of reagents
