"""The study is logged through the services, once, and its files are read like any other."""

from __future__ import annotations

import io
import time
from decimal import Decimal

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.utils import timezone

from cells.models import Cell, Occupation, Study
from characterization import ingest
from characterization.models import Finding, Job, JobState, Measurement, RawFile, WorkerPulse
from labsys.management.commands import demo
from synthesis import ledger
from synthesis.models import Boat, CarbonAdditive, CarbonizationRun, LedgerEntry, MaterialLot, Project, Sample
from tests.labsys.demo import loading

pytestmark = [pytest.mark.django_db, pytest.mark.takes(18)]


@pytest.fixture
def loaded(monkeypatch):
    return loading.load(monkeypatch)


def test_all_four_additives_have_two_cells_in_the_study(loaded):
    study = Study.objects.get()
    groups = sorted(study.cells.values_list("group", flat=True))
    assert groups == sorted(["SP", "NPCs", "Mo@NPCs", "Mo-Ni@NPCs"] * 2)
    assert Cell.objects.filter(group="").count() == 1


def test_the_salts_stand_in_the_ledger_as_they_were_typed_and_in_grams(loaded):
    """0.005 mol of 1235.86 g/mol at 99 % purity are 6.2417 g."""
    entry = LedgerEntry.objects.filter(role="Mo salt").earliest("pk")
    assert entry.entered == "0.005\u00a0mol"
    assert entry.delta == Decimal("-6.241717172")


def test_every_amount_left_is_what_the_ledger_adds_up_to(loaded):
    for sample in Sample.objects.prefetch_related("entries"):
        assert ledger.balance(sample.entries.all()) == sample.amount_left


def test_one_furnace_run_drifted_and_says_why(loaded):
    run = CarbonizationRun.objects.get(highest_temperature_degC__gt=710)
    assert "Thermocouple" in run.note
    assert set(run.boats.values_list("additive__group", flat=True)) == {"Mo@NPCs", "Mo-Ni@NPCs"}


def test_everything_is_marked_as_simulated(loaded):
    assert not Sample.objects.filter(simulated=False).exists()
    assert not RawFile.objects.filter(simulated=False).exists()
    assert not CarbonizationRun.objects.filter(simulated=False).exists()


def test_files_wait_for_the_worker_and_name_their_sample(loaded):
    assert Job.objects.filter(state=JobState.RECEIVED).count() == 9 + 8
    assert all(
        name.split("_")[0].startswith(("CELL-", "CCA-"))
        for name in RawFile.objects.values_list("name", flat=True)
    )


def test_second_replicates_still_run(loaded):
    running = Occupation.objects.filter(to_at=None)
    assert running.count() == 4
    assert set(running.values_list("cell__group", flat=True)) == {"SP", "NPCs", "Mo@NPCs", "Mo-Ni@NPCs"}


def test_an_uploaded_cell_is_read_and_found_to_be_its_cells(loaded):
    cell = Cell.objects.filter(group="Mo-Ni@NPCs").earliest("pk")
    job = Job.objects.get(file__name__startswith=cell.code)
    ingest.ingest(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error_message) == (JobState.DONE, "")
    measurement = Measurement.objects.get(file=job.file)
    assert measurement.sample_id == cell.pk and measurement.simulated
    retention = Finding.objects.get(analysis__measurement=measurement, name="capacity_retention_100")
    assert retention.value == pytest.approx(93.26 + 0.35, abs=0.01)


def test_the_command_loads_once_and_names_the_same_login_twice(monkeypatch):
    loading.quietly(monkeypatch)
    said = []
    for _ in range(2):
        out = io.StringIO()
        call_command("demo", stdout=out)
        said.append(out.getvalue())
    assert said[0] == said[1]
    assert Project.objects.count() == 1
    word = said[0].strip().rpartition("password ")[2]
    assert said[0].startswith("labsys demo: login demo, password ")
    assert authenticate(username="demo", password=word) is not None


def test_the_chain_leads_from_a_lot_to_a_boat(loaded):
    additive = CarbonAdditive.objects.get(group="Mo-Ni@NPCs")
    boat = Boat.objects.get(additive=additive)
    assert boat.yield_percent == pytest.approx(36.55)
    assert boat.source.kind == "freeze_dried"
    assert MaterialLot.objects.get(material__name="Nickel chloride hexahydrate").amount_left < 100


def test_the_command_waits_for_a_worker_that_is_alive_and_for_no_other(loaded, monkeypatch):
    slept = []

    def read_all_while_it_sleeps(seconds):
        slept.append(seconds)
        Job.objects.update(state=JobState.DONE)

    monkeypatch.setattr(time, "sleep", read_all_while_it_sleeps)
    demo.wait_for_the_worker()
    assert slept == []
    WorkerPulse.objects.create(name="worker", at=timezone.now())
    demo.wait_for_the_worker()
    assert slept == [0.2]
