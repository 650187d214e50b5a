"""Nothing is ever below zero, and the sum of a ledger always equals what is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from decimal import Decimal

import psycopg
import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.utils import timezone

from labsys.databases import conninfo
from synthesis import furnace, ledger
from synthesis.errors import NotEnough, Refusal
from synthesis.furnace import BoatLoad
from synthesis.models import CarbonizationRun, LedgerEntry, Material, NanospongeBatch, Sample
from synthesis.units import Quantity
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return factories.ProjectFactory()


def grams(value: str) -> Quantity:
    return Quantity(Decimal(value), "g")


def test_what_was_made_is_there_to_be_used(project):
    batch = factories.sponge(project, "38.6")
    assert (batch.amount_made, batch.amount_left) == (Decimal("38.6"), Decimal("38.6"))


def test_a_use_leaves_the_rest(project):
    batch = factories.sponge(project, "20")
    ledger.use(factories.take(batch, "15"), by=None)
    batch.refresh_from_db()
    assert batch.amount_left == Decimal("5")


def test_it_refuses_to_use_more_than_is_left_and_says_what_is_left(project):
    batch = factories.sponge(project, "18.2")
    with pytest.raises(NotEnough) as refusal:
        ledger.use(factories.take(batch, "21"), by=None)
    assert "has 18.2 g left, 2.8 g too little" in refusal.value.message
    batch.refresh_from_db()
    assert batch.amount_left == Decimal("18.2")


def test_a_step_that_lacks_one_input_books_none(project):
    enough, short = factories.sponge(project, "20"), factories.sponge(project, "1")
    with pytest.raises(NotEnough):
        factories.additive(project, takes=[factories.take(enough, "5"), factories.take(short, "5")])
    enough.refresh_from_db()
    assert enough.amount_left == Decimal("20")
    assert not Sample.objects.filter(kind="additive").exists()


def test_a_salt_given_in_mol_is_taken_in_grams_by_molar_mass_and_purity(project):
    salt = Material.objects.create(
        name="ammonium molybdate tetrahydrate", molar_mass_g_per_mol=Decimal("1235.86")
    )
    lot = factories.lot(project, "50", material=salt, purity_percent=Decimal("99"))
    entry = ledger.use(factories.take(lot, "0.005", "mol"), by=None)
    assert entry.delta == Decimal("-6.241717172")  # 0.005 mol × 1235.86 g/mol / 0.99
    assert entry.entered == "0.005\u00a0mol"


def test_a_volume_is_taken_as_a_mass_by_density(project):
    oil = Material.objects.create(name="kerosene", density_g_per_mL=Decimal("0.79"))
    lot = factories.lot(project, "500", material=oil)
    assert ledger.use(factories.take(lot, "200", "mL"), by=None).delta == Decimal("-158")


def test_a_volume_of_something_without_density_is_refused_with_the_units_wanted(project):
    lot = factories.lot(project, "500")
    with pytest.raises(Refusal, match="is a volume; this field is a mass"):
        ledger.use(factories.take(lot, "200", "mL"), by=None)


@pytest.mark.parametrize("amount", ["0", "-3"])
def test_nothing_and_less_cannot_be_taken(project, amount):
    batch = factories.sponge(project)
    with pytest.raises(Refusal, match="an amount is above zero"):
        ledger.use(factories.take(batch, amount), by=None)


def test_a_batch_on_hold_is_not_used(project):
    batch = factories.held(factories.sponge(project))
    with pytest.raises(Refusal, match="is on hold"):
        ledger.use(factories.take(batch, "1"), by=None)


def test_a_sample_cannot_be_made_of_its_own_product(project):
    first = factories.sponge(project)
    second = factories.additive(project, takes=[factories.take(first, "1")])
    with pytest.raises(Refusal, match="was itself made of"):
        ledger.use(factories.take(second, "1"), product=first, by=None)


def test_a_correction_and_a_discard_keep_their_reason(project):
    batch = factories.sponge(project, "20")
    ledger.correct(batch, grams("-0.4"), by=None, reason="weighed again")
    ledger.discard(batch, grams("1"), by=None, reason="fell on the floor")
    batch.refresh_from_db()
    assert batch.amount_left == Decimal("18.6")
    with pytest.raises(Refusal, match="Say why"):
        ledger.discard(batch, grams("1"), by=None, reason=" ")


def test_the_database_itself_refuses_what_the_code_would_let_through(project):
    batch = factories.sponge(project, "20")
    with pytest.raises(IntegrityError, match="nothing_below_zero"), transaction.atomic():
        LedgerEntry.objects.create(sample=batch, kind="use", delta=Decimal("-20.000000001"))


def test_amounts_cannot_be_written_past_the_ledger(project):
    batch = factories.sponge(project, "20")
    Sample.objects.filter(pk=batch.pk).update(amount_left=Decimal("1000"), amount_made=Decimal("1000"))
    batch.amount_left = Decimal("999")
    batch.save()
    batch.refresh_from_db()
    assert (batch.amount_made, batch.amount_left) == (Decimal("20"), Decimal("20"))


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE synthesis_ledgerentry SET delta = delta * 2",
        "DELETE FROM synthesis_ledgerentry",
        "TRUNCATE synthesis_ledgerentry CASCADE",
    ],
)
def test_an_entry_is_never_changed_or_removed(project, attack):
    factories.sponge(project)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_who_take_15_g_of_20_g_at_once_one_succeeds_and_one_is_told_what_is_left():
    batch = factories.sponge(factories.ProjectFactory(), "20")
    answers = at_once(2, lambda: ledger.use(factories.take(batch, "15"), by=None))
    refused = [answer for answer in answers if isinstance(answer, NotEnough)]
    assert len(refused) == 1
    assert "has 5 g left" in refused[0].message
    batch.refresh_from_db()
    assert batch.amount_left == Decimal("5")


@pytest.mark.django_db(transaction=True)
def test_with_8_concurrent_writers_the_ledger_adds_up():
    batch = factories.sponge(factories.ProjectFactory(), "10")
    answers = at_once(8, lambda: [ledger.use(factories.take(batch, "0.37"), by=None) for _ in range(4)])
    batch.refresh_from_db()
    booked = LedgerEntry.objects.filter(sample=batch)
    assert ledger.balance(booked) == batch.amount_left >= 0
    assert batch.amount_left == Decimal("10") - Decimal("0.37") * booked.filter(kind="use").count()
    assert any(isinstance(answer, NotEnough) for answer in answers)  # 32 × 0.37 g is more than 10 g


def at_once(writers: int, act):
    """Runs the same act in so many threads that start together; answers what each returned or raised."""
    barrier, answers = threading.Barrier(writers), []

    def run() -> None:
        barrier.wait()
        try:
            answers.append(act())
        except Refusal as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_every_kind_draws_its_own_codes(project):
    assert factories.sponge(project).code == "NS-0001"
    assert factories.sponge(project).code == "NS-0002"
    assert factories.additive(project).code == "CCA-0001"


def test_a_sample_knows_itself_as_its_own_kind(project):
    batch = factories.sponge(project, reaction_time_h=3.0)
    own = Sample.objects.get(code=batch.code).own
    assert isinstance(own, NanospongeBatch)
    assert own.reaction_time_h == 3.0


def test_an_amount_beyond_what_a_sample_can_have_is_refused_in_words(project):
    batch = factories.sponge(project, "90000000000")
    for book in (ledger.make, ledger.correct):
        with pytest.raises(Refusal, match="too large"):
            book(batch, grams("90000000000"), by=None, reason="typed twice")


def test_a_salt_of_impossible_molar_amount_is_refused_in_words(project):
    salt = Material.objects.create(name="heavy", molar_mass_g_per_mol=Decimal("9999999"))
    bag = factories.lot(project, material=salt, purity_percent=Decimal("0.0001"))
    with pytest.raises(Refusal, match="too large"):
        ledger.use(factories.take(bag, "90000000000", "mol"), by=None)


@pytest.fixture
def another_writer(settings) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Somebody else, in a transaction of their own."""
    with psycopg.connect(conninfo(connection.settings_dict)) as other:
        yield other
        other.rollback()


def hold(writer: psycopg.Connection[tuple[object, ...]], sample: Sample) -> None:
    writer.execute("SELECT 1 FROM synthesis_sample WHERE id = %s FOR NO KEY UPDATE NOWAIT", [sample.pk])


def put_in_furnace(*sources: Sample) -> Callable[[], object]:
    run = CarbonizationRun(project=sources[0].project, started_at=timezone.now())
    loads = [BoatLoad(source, grams("2"), grams("1"), "NPCs") for source in sources]
    return lambda: furnace.record_run(run, [], loads, None)


def mix(*sources: Sample) -> Callable[[], object]:
    takes = [factories.take(source, "1") for source in sources]
    return lambda: factories.additive(sources[0].project, takes=takes)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", [put_in_furnace, mix])
def test_whatever_the_order_of_its_rows_a_step_takes_the_older_sample_first(project, another_writer, step):
    """Two who took the same two samples in opposite orders would wait for each other until one is thrown out."""
    older, newer = factories.sponge(project), factories.sponge(project)
    factories.additive(project)  # from now on its kind has a counter
    hold(another_writer, older)
    act = step(newer, older)
    done: list[object] = []

    def run() -> None:
        done.append(act())
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        thread.join(1.0)
        assert thread.is_alive()
        hold(another_writer, newer)  # free, because the step waits for the older one first
        another_writer.execute(
            "SELECT 1 FROM synthesis_codecounter WHERE prefix = 'CCA' FOR UPDATE NOWAIT"
        )  # and no code is drawn
    finally:
        another_writer.rollback()
        thread.join(10.0)
    assert len(done) == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_can_be_attached_to_a_sample_that_is_being_weighed(project, another_writer):
    batch = factories.sponge(project)
    with transaction.atomic():
        ledger.lock([batch])
        another_writer.execute(
            "SELECT 1 FROM synthesis_sample WHERE id = %s FOR KEY SHARE NOWAIT", [batch.pk]
        )
