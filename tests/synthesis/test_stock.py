"""Stock-takes, discards of what is left, and bookings taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import Error, transaction

from synthesis import ledger, stock
from synthesis.conversion import also
from synthesis.errors import NotEnough, Refusal
from synthesis.models import LedgerEntry, Material, Sample, StockCount
from synthesis.units import Quantity
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return factories.ProjectFactory()


def grams(value: str) -> Quantity:
    return Quantity(Decimal(value), "g")


def left(sample: Sample) -> Decimal:
    sample.refresh_from_db()
    return sample.amount_left


def test_a_count_is_booked_as_a_correction_that_says_what_was_counted_and_expected(project):
    batch = factories.sponge(project, "20")
    (count,) = stock.take([stock.Counted(batch, grams("18.2"))], by=None, reason="yearly")
    assert left(batch) == Decimal("18.2")
    assert count.entry is not None
    assert count.entry.delta == Decimal("-1.8")
    assert count.entry.reason == "counted 18.2\u00a0g, expected 20\u00a0g: yearly"
    assert (count.expected, count.counted) == (Decimal("20"), Decimal("18.2"))


def test_a_count_as_expected_is_kept_without_an_entry(project):
    batch = factories.sponge(project, "20")
    (count,) = stock.take([stock.Counted(batch, Quantity(Decimal("20000"), "mg"))], by=None)
    assert count.entry is None
    assert batch.entries.count() == 1
    assert stock.last_counts([batch])[batch.pk] == count


def test_a_volume_counted_of_a_lot_kept_in_grams_is_turned_by_its_density(project):
    oil = Material.objects.create(name="kerosene", density_g_per_mL=Decimal("0.79"))
    lot = factories.lot(project, "500", material=oil)
    stock.take([stock.Counted(lot, Quantity(Decimal("600"), "mL"))], by=None)
    assert left(lot) == Decimal("474")


def test_an_empty_bottle_is_counted_as_zero_and_less_than_nothing_is_refused(project):
    batch = factories.sponge(project, "20")
    with pytest.raises(Refusal, match="less than nothing cannot be there"):
        stock.take([stock.Counted(batch, grams("-1"))], by=None)
    stock.take([stock.Counted(batch, grams("0"))], by=None)
    assert left(batch) == 0


def test_a_list_that_was_overtaken_by_a_use_is_refused_as_a_whole(project):
    first, second = factories.sponge(project, "20"), factories.sponge(project, "20")
    ledger.use(factories.take(second, "5"), by=None)
    counts = [
        stock.Counted(first, grams("19"), expected=Decimal("20")),
        stock.Counted(second, grams("19"), expected=Decimal("20"), field="row-2"),
    ]
    with pytest.raises(Refusal, match=r"had 20\sg when this list was made and has 15\sg now") as refusal:
        stock.take(counts, by=None)
    assert refusal.value.field == "row-2"
    assert left(first) == Decimal("20")
    assert not StockCount.objects.exists()


def test_a_count_is_never_changed(project):
    batch = factories.sponge(project, "20")
    stock.take([stock.Counted(batch, grams("18"))], by=None)
    with pytest.raises(Error), transaction.atomic():
        StockCount.objects.update(counted=Decimal("19"))


def test_all_that_is_left_can_be_discarded_once(project):
    batch = factories.sponge(project, "20")
    ledger.use(factories.take(batch, "3.5"), by=None)
    entry = ledger.discard(batch, None, by=None, reason="wet")
    assert entry.delta == Decimal("-16.5")
    assert left(batch) == 0
    with pytest.raises(Refusal, match="Nothing is left"):
        ledger.discard(batch, None, by=None, reason="wet")


def test_a_use_is_undone_by_a_counter_entry_that_names_it(project):
    batch = factories.sponge(project, "20")
    used = ledger.use(factories.take(batch, "20"), by=None)
    back = ledger.undo(used, by=None)
    assert left(batch) == Decimal("20")
    assert (back.kind, back.delta, back.undoes) == ("correct", Decimal("20"), used)
    assert f"entry {used.pk}" in back.reason
    assert "used −20\u00a0g" in back.reason


def test_an_entry_is_undone_once(project):
    batch = factories.sponge(project, "20")
    used = ledger.use(factories.take(batch, "5"), by=None)
    back = ledger.undo(used, by=None)
    with pytest.raises(Refusal, match="was undone already"):
        ledger.undo(used, by=None)
    with pytest.raises(Refusal, match="belongs to a step"):
        ledger.undo(back, by=None)
    assert left(batch) == Decimal("20")


def test_what_a_step_took_or_made_is_not_undone_behind_its_back(project):
    batch = factories.sponge(project, "20")
    factories.additive(project, takes=[factories.take(batch, "5")])
    for entry in LedgerEntry.objects.filter(sample=batch):
        with pytest.raises(Refusal, match="belongs to a step"):
            ledger.undo(entry, by=None)


def test_a_correction_upwards_is_not_undone_once_the_rest_is_gone(project):
    batch = factories.sponge(project, "20")
    more = ledger.correct(batch, grams("5"), by=None, reason="found more")
    ledger.use(factories.take(batch, "24"), by=None)
    with pytest.raises(NotEnough, match="has 1 g left, 4 g too little"):
        ledger.undo(more, by=None)


def test_mol_of_a_lot_kept_in_millilitres_goes_by_molar_mass_and_density(project):
    acid = Material.objects.create(
        name="formic acid", molar_mass_g_per_mol=Decimal("46.025"), density_g_per_mL=Decimal("1.22")
    )
    lot = factories.lot(project, "100", material=acid, unit="mL", purity_percent=Decimal("98"))
    entry = ledger.use(factories.take(lot, "0.5", "mol"), by=None)
    assert float(-entry.delta) == pytest.approx(0.5 * 46.025 / 0.98 / 1.22, abs=1e-8)


def test_mol_of_a_material_without_molar_mass_says_where_to_enter_it(project):
    lot = factories.lot(project, "100", material=factories.MaterialFactory(name="span 60"))
    with pytest.raises(Refusal, match=r"span 60 has no molar mass yet, so 0\.5\smol cannot become g"):
        ledger.use(factories.take(lot, "0.5", "mol"), by=None)


def test_what_is_left_is_also_said_in_mol_and_millilitres(project):
    salt = Material.objects.create(name="molybdate", molar_mass_g_per_mol=Decimal("1235.86"))
    oil = Material.objects.create(name="kerosene", density_g_per_mL=Decimal("0.79"))
    of_salt = factories.lot(project, "50", material=salt, purity_percent=Decimal("99"))
    of_oil = factories.lot(project, "79", material=oil)
    assert also(of_salt, of_salt.amount_left) == [Quantity(Decimal("0.040053080"), "mol")]
    assert also(of_oil, of_oil.amount_left) == [Quantity(Decimal("100.000000000"), "mL")]
    assert also(factories.sponge(project), Decimal(1)) == []


def test_counting_needs_nothing_of_expiry(project):
    lot = factories.lot(project, "20", expires_on=date(2020, 1, 1))
    assert stock.take([stock.Counted(lot, grams("19"))], by=None)[0].counted == Decimal("19")
