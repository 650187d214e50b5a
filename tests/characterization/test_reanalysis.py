"""A cell that is changed has its measurements analysed again; what was found before stays beside."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cells.models import Cell
from characterization import ingest, reanalysis, rereading, sandbox, tasks
from characterization.models import Analysis, Job, JobState, Measurement, Piece
from tests import factories
from tests.characterization import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path, monkeypatch):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"
    monkeypatch.setattr(tasks, "ring", lambda job_id: None)


@pytest.fixture(scope="module", autouse=True)
def end_the_reader():
    yield
    sandbox.shared.close()


@pytest.fixture
def cell():
    return factories.cell(factories.ProjectFactory())


@pytest.fixture
def file(cell):
    file = files.deliver(cell.project, name=f"{cell.code}.bdf.csv", content=files.bdf(cycles=2))
    ingest.ingest(file.job.pk)
    tasks.catch_up()  # from here on changes are followed
    return file


def change(cell: Cell, **values) -> None:
    Cell.objects.filter(pk=cell.pk).update(**values)


def state(file) -> str:
    return Job.objects.get(file=file).state


def test_a_cell_that_now_begins_with_a_discharge_is_analysed_again(cell, file):
    change(cell, first_direction="discharge")
    assert tasks.catch_up() == 1
    assert state(file) == JobState.RECEIVED
    ingest.ingest(file.job.pk)
    rows = Analysis.objects.filter(method="cycling").order_by("pk")
    assert [(row.current, row.conditions.get("first_direction")) for row in rows] == [
        (False, None),
        (True, "discharge"),
    ]
    assert tasks.catch_up() == 0


def test_what_no_analysis_uses_makes_no_second_one_and_is_told_all_the_same(cell, file):
    change(cell, area_cm2=0.7)
    assert tasks.catch_up() == 1
    ingest.ingest(file.job.pk)
    row = Analysis.objects.get(method="cycling")
    assert (row.current, row.conditions["cell"]["area_cm2"]) == (True, 0.7)
    assert tasks.catch_up() == 0


def test_a_change_that_concerns_no_analysis_reads_nothing_again(cell, file):
    change(cell, left_out=True, left_out_reason="shorted")
    assert tasks.catch_up() == 0
    assert state(file) == JobState.DONE


def test_the_page_of_a_changed_cell_begins_it_at_once(cell, file, client):
    change(cell, active_mass_mg=5.5)
    client.force_login(factories.UserFactory(is_superuser=True))
    assert client.get(f"/samples/{cell.code}/dashboards/").status_code == 200
    assert state(file) == JobState.RECEIVED


def test_a_file_that_failed_is_not_tried_again_for_a_change(cell, file):
    Job.objects.filter(file=file).update(state=JobState.FAILED, error_message="It is cut.")
    change(cell, active_mass_mg=5.5)
    assert tasks.catch_up() == 0


def test_reread_says_that_the_cell_was_changed(cell, file):
    assert rereading.outdated() == []
    change(cell, active_mass_mg=5.5)
    assert [one.reasons for one in rereading.outdated()] == [(f"{cell.code} was changed",)]


def test_a_file_that_stands_in_the_history_under_another_is_not_read_again(cell, file):
    longer = files.deliver(cell.project, name=f"{cell.code}-b.bdf.csv", content=files.bdf(cycles=3))
    ingest.ingest(longer.job.pk)
    first, second = (Measurement.objects.get(file=one) for one in (file, longer))
    history = Measurement.objects.get(pk=second.pk)
    history.pk, history.file, history.reader_name = None, None, Measurement.CHAIN
    history.save()
    values = {"chain": history, "rows": first.rows}
    Piece.objects.create(number=1, measurement=first, state=Piece.State.REPLACED, by=second, **values)
    Piece.objects.create(number=2, measurement=second, state=Piece.State.TAKEN, **values)
    change(cell, active_mass_mg=5.5)
    assert tasks.catch_up() == 1
    assert (state(file), state(longer)) == (JobState.DONE, JobState.RECEIVED)


def test_of_many_files_some_are_read_again_at_once_and_the_others_later(cell, file, monkeypatch):
    other = files.deliver(cell.project, name=f"{cell.code}-b.bdf.csv", content=files.bdf(cycles=3))
    ingest.ingest(other.job.pk)
    monkeypatch.setattr(tasks, "MOST_READ_AGAIN", 1)
    monkeypatch.setattr(reanalysis, "LONGEST_TRANSACTION", timedelta(0))
    change(cell, active_mass_mg=5.5)
    assert tasks.catch_up() == 1
    assert (state(file), state(other)) == (JobState.DONE, JobState.RECEIVED)
    assert tasks.catch_up() == 1
    assert state(file) == JobState.RECEIVED
    assert tasks.catch_up() == 0
