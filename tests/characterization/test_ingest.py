"""The life of a file from received to done, with a real reader process; and what happens when things die."""

from __future__ import annotations

import copy
import os
import signal
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from characterization import blobs, ingest, intake, lease, recording, sandbox, store, tasks
from characterization.models import Analysis, Cycle, Job, JobState, Measurement
from tests import factories
from tests.characterization import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"
    yield
    assert not list(settings.LABSYS_SCRATCH.glob("*"))  # no half-written table stays behind


@pytest.fixture(scope="module", autouse=True)
def end_the_reader():
    yield
    sandbox.shared.close()


@pytest.fixture
def project():
    return factories.ProjectFactory()


def read(file) -> Job:
    ingest.ingest(file.job.pk)
    return Job.objects.get(file=file)


def test_a_file_that_names_its_sample_is_done(project):
    carbon = factories.additive(project)
    job = read(files.deliver(project, name=f"{carbon.code}_xrd.xy"))
    assert job.state == JobState.DONE
    assert (job.reader_name, job.reader_version) != ("", "")
    measurement = Measurement.objects.get()
    assert measurement.sample is not None
    assert (measurement.sample.code, measurement.technique, measurement.rows) == (carbon.code, "xrd", 400)
    assert [event.state for event in job.timeline.all()] == ["received", "reading", "done"]


def test_a_file_that_names_nobody_is_unmatched_and_readable(project):
    job = read(files.deliver(project, name="scan.xy"))
    assert job.state == JobState.UNMATCHED
    assert Measurement.objects.get().sample is None


def test_a_sample_of_another_project_is_not_matched(project):
    foreign = factories.additive(factories.ProjectFactory())
    job = read(files.deliver(project, name=f"{foreign.code}_xrd.xy"))
    assert job.state == JobState.UNMATCHED


def test_an_empty_file_fails_with_a_sentence_that_names_its_fault(project):
    job = read(files.deliver(project, name="ch12.ndax", content=b""))
    assert (job.state, job.error_code) == (JobState.FAILED, "empty")
    assert job.error_message == "ch12.ndax is empty: 0 bytes arrived."
    assert job.error_hint


def test_a_file_that_nobody_knows_fails_and_is_kept(project):
    job = read(files.deliver(project, name="notes.xyz", content=b"\x00\x01\x02garbage" * 50))
    assert (job.state, job.error_code) == (JobState.FAILED, "unsupported")


def test_reading_twice_changes_nothing(project):
    file = files.deliver(project)
    read(file)
    before = (Measurement.objects.get(), Analysis.objects.count())
    ingest.ingest(file.job.pk)
    assert (Measurement.objects.get(), Analysis.objects.count()) == before


def test_reading_again_with_the_same_reader_makes_no_second_measurement(project):
    file = files.deliver(project)
    read(file)
    before = (Measurement.objects.get().pk, Analysis.objects.count())
    intake.read_again(file)
    read(file)
    assert (Measurement.objects.get().pk, Analysis.objects.count()) == before


def test_a_newer_reader_leaves_the_older_table_beside_its_own(project):
    file = files.deliver(project)
    read(file)
    Measurement.objects.update(reader_version="0.1")
    intake.read_again(file)
    read(file)
    assert list(Measurement.objects.order_by("pk").values_list("current", flat=True)) == [False, True]


def test_a_newer_method_leaves_the_older_findings_beside_its_own(project):
    file = files.deliver(project)
    read(file)
    Analysis.objects.update(method_version="0.1")
    intake.read_again(file)
    read(file)
    assert Measurement.objects.count() == 1
    assert list(Analysis.objects.order_by("pk").values_list("current", flat=True)) == [False, True]


def test_a_cell_test_leaves_its_cycles(project):
    cell = factories.cell(project)
    job = read(files.deliver(project, name=f"{cell.code}.bdf.csv", content=files.bdf(cycles=3)))
    assert job.state == JobState.DONE
    capacities = Cycle.objects.values_list("cycle", "charge_capacity_mAh", "discharge_capacity_mAh")
    assert [number for number, _, _ in capacities] == [1, 2, 3]
    for _, charge, discharge in capacities:
        assert charge == pytest.approx(1.5, rel=1e-3)
        assert discharge == pytest.approx(1.5, rel=1e-3)


def test_a_cell_declared_to_start_with_a_discharge_is_analysed_so_when_it_is_attached(project):
    file = files.deliver(project, name="run.bdf.csv", content=files.bdf(cycles=2))
    read(file)
    cell = factories.cell(project, first_direction="discharge")
    intake.attach(file, cell)
    read(file)
    current = Analysis.objects.get(current=True, method="cycling")
    assert current.conditions["first_direction"] == "discharge"
    assert Analysis.objects.filter(current=False, method="cycling").count() == 1
    assert current.measurement.sample_id == cell.pk


def test_attaching_and_taking_off_moves_between_done_and_unmatched(project):
    file = files.deliver(project)
    read(file)
    sample = factories.additive(project)
    intake.attach(file, sample)
    assert Job.objects.get(file=file).state == JobState.DONE
    intake.attach(file, None)
    assert Job.objects.get(file=file).state == JobState.UNMATCHED
    assert Measurement.objects.get().sample is None


def test_a_job_that_another_worker_holds_is_left_alone(project):
    file = files.deliver(project)
    assert lease.claim(file.job.pk) is not None
    assert lease.claim(file.job.pk) is None


def test_a_job_whose_lease_ran_out_is_taken_over_and_the_first_worker_writes_nothing(project):
    file = files.deliver(project)
    lost = lease.claim(file.job.pk)
    assert lost is not None
    Job.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert read(file).state == JobState.UNMATCHED
    with pytest.raises(lease.LeaseLost):
        lease.renew(lost)
    assert Measurement.objects.count() == 1


def test_the_third_death_of_the_reader_is_a_failure_that_says_so(project, monkeypatch):
    def dies(request, on_tick=None):
        raise sandbox.ReaderDied("signal 9 (SIGKILL)")

    monkeypatch.setattr(sandbox.shared, "ask", dies)
    file = files.deliver(project)
    assert [read(file).state for _ in range(3)] == ["received", "received", "failed"]
    job = Job.objects.get(file=file)
    assert "died 3 times on this file: signal 9 (SIGKILL)" in job.error_message


def test_a_reader_that_is_killed_costs_an_attempt_and_the_next_one_reads(project):
    file = files.deliver(project)
    sandbox.shared.warm()
    process = sandbox.shared._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    states = [read(file).state]
    if states[0] == JobState.RECEIVED:
        states.append(read(file).state)
    assert states[-1] == JobState.UNMATCHED


def test_a_reader_that_takes_too_long_is_stopped(project, settings):
    settings.LABSYS_READER_SECONDS = 0
    sandbox.shared.close()
    job = read(files.deliver(project))
    assert (job.state, job.reader_deaths) == (JobState.RECEIVED, 1)


def test_a_job_begun_too_often_is_given_up_with_a_sentence(project):
    file = files.deliver(project)
    Job.objects.update(attempts=ingest.MOST_ATTEMPTS)
    job = read(file)
    assert (job.state, job.error_code) == (JobState.FAILED, "worker_died")


def test_a_series_keeps_the_extremes_and_the_ceiling(project):
    read(files.deliver(project, content=files.xy(points=20_000, line_deg=44.4)))
    series = store.series(Measurement.objects.get(), "two_theta_deg", "intensity_counts", points=500)
    assert len(series.x) <= 500
    assert series.x[series.y.argmax()] == pytest.approx(44.4, abs=0.01)
    assert (series.x_unit, series.y_unit, series.rows) == ("°", "counts", 20_000)
    assert (series.x[0], series.x[-1]) == (10.0, 80.0)


def test_a_zoom_reads_the_full_table(project):
    read(files.deliver(project, content=files.xy(points=20_000)))
    series = store.series(
        Measurement.objects.get(), "two_theta_deg", "intensity_counts", start=26.0, end=27.0
    )
    assert series.rows == len(series.x) == pytest.approx(286, abs=2)
    assert (series.x.min() >= 26.0, series.x.max() <= 27.0) == (True, True)


def test_an_unknown_column_is_said_to_be_unknown(project):
    read(files.deliver(project))
    with pytest.raises(store.UnknownColumn):
        store.series(Measurement.objects.get(), "two_theta_deg", "voltage_V")


def meanwhile(monkeypatch, act):
    """Lets somebody act once, while the reader process is at work."""
    ask = sandbox.shared.ask
    acted: list[bool] = []

    def asked(request, on_tick=None):
        answer = ask(request, on_tick)
        if not acted:
            acted.append(True)
            act()
        return answer

    monkeypatch.setattr(sandbox.shared, "ask", asked)


def test_a_file_attached_while_it_is_read_stays_where_it_was_put(project, monkeypatch):
    named, chosen = factories.additive(project), factories.additive(project)
    file = files.deliver(project, name=f"{named.code}_xrd.xy")
    meanwhile(monkeypatch, lambda: intake.attach(file, chosen))
    assert read(file).state == JobState.DONE
    file.refresh_from_db()
    assert file.sample_id == Measurement.objects.get().sample_id == chosen.pk


def test_a_file_taken_off_while_it_is_read_stays_off(project, monkeypatch):
    carbon = factories.additive(project)
    file = files.deliver(project, sample=carbon)
    meanwhile(monkeypatch, lambda: intake.attach(file, None))
    assert read(file).state == JobState.UNMATCHED
    file.refresh_from_db()
    assert (file.sample_id, Measurement.objects.get().sample_id) == (None, None)


def test_a_file_moved_while_it_is_read_leaves_nothing_in_its_old_project(project, monkeypatch):
    elsewhere = factories.additive(factories.ProjectFactory())
    file = files.deliver(project)
    meanwhile(monkeypatch, lambda: intake.attach(file, elsewhere))
    assert read(file).state == JobState.DONE
    assert Measurement.objects.get().project_id == elsewhere.project_id


def test_a_cell_attached_while_its_file_is_read_has_its_say_in_the_analysis(project, monkeypatch):
    cell = factories.cell(project, first_direction="discharge")
    file = files.deliver(project, name="run.bdf.csv", content=files.bdf(cycles=2))
    meanwhile(monkeypatch, lambda: intake.attach(file, cell))
    assert read(file).state == JobState.DONE
    current = Analysis.objects.get(current=True, method="cycling")
    assert current.conditions["first_direction"] == "discharge"


def test_a_file_taken_off_the_cell_that_its_name_names_stays_off(project):
    cell = factories.cell(project, first_direction="discharge")
    file = files.deliver(project, name=f"{cell.code}.bdf.csv", content=files.bdf(cycles=2))
    read(file)
    intake.attach(file, None)
    assert read(file).state == JobState.UNMATCHED
    assert Measurement.objects.get().sample is None


def test_a_newer_reader_that_names_parts_otherwise_leaves_one_current_table(project):
    file = files.deliver(project)
    read(file)
    Measurement.objects.update(reader_version="0.1", part="as it was called before")
    intake.read_again(file)
    read(file)
    assert list(Measurement.objects.order_by("pk").values_list("current", flat=True)) == [False, True]


def test_going_back_to_an_older_reader_makes_its_table_current_again(project):
    file = files.deliver(project)
    read(file)
    first = Measurement.objects.get()
    newer = Measurement.objects.get()
    newer.pk, newer._state.adding, newer.reader_version = None, True, "99"
    Measurement.objects.update(current=False)
    newer.save()
    intake.read_again(file)
    read(file)
    assert Measurement.objects.get(current=True).pk == first.pk


def answered(monkeypatch, change):
    """Lets the reader's answer be another one."""
    ask = sandbox.shared.ask

    def asked(request, on_tick=None):
        answer = ask(request, on_tick)
        change(answer["ok"])
        return answer

    monkeypatch.setattr(sandbox.shared, "ask", asked)


def test_figures_that_no_database_takes_are_a_failure_and_not_tried_again(project, monkeypatch):
    def twice(read):
        for found in read["recordings"][0]["analyses"]:
            found["findings"] *= 2

    answered(monkeypatch, twice)
    job = read(files.deliver(project))
    assert (job.state, job.error_code, job.attempts) == (JobState.FAILED, "not_storable", 1)
    assert "a_finding_once" in job.error_message
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("tables", [1, 20])
def test_a_reading_takes_few_statements_however_many_tables_it_has(project, monkeypatch, tables):
    def more_of_them(read):
        read["recordings"] = [{**copy.deepcopy(read["recordings"][0]), "part": f"{n}"} for n in range(tables)]

    def kept_nowhere(kept):
        kept |= {"table_sha256": "0" * 64, "overview_sha256": "0" * 64}

    monkeypatch.setattr(recording, "keep_tables", kept_nowhere)
    answered(monkeypatch, more_of_them)
    file = files.deliver(project, "test.bdf.csv", files.bdf())
    with CaptureQueriesContext(connection) as seen:
        ingest.ingest(file.job.pk)
    with_both = Cycle.objects.filter(analysis__measurement__file=file, analysis__findings__isnull=False)
    assert with_both.values("analysis").distinct().count() == tables
    assert sum("SAVEPOINT" not in query["sql"] for query in seen) <= 17


def test_two_tables_of_one_name_are_told_apart_and_long_names_cut(project, monkeypatch):
    def name_them(read):
        first = read["recordings"][0]
        first["part"] = "C 1s " * 40
        read["recordings"].append({**first, "analyses": []})

    monkeypatch.setattr(recording, "keep_tables", kept_as_they_are)
    answered(monkeypatch, name_them)
    assert read(files.deliver(project)).state == JobState.UNMATCHED
    parts = set(Measurement.objects.values_list("part", flat=True))
    assert len(parts) == 2
    assert max(len(part) for part in parts) == 120


def kept_as_they_are(kept):
    kept |= {"table_sha256": "0" * 64, "overview_sha256": "0" * 64, "analyses": []}


def test_bytes_that_are_gone_are_said_to_be_gone(project):
    file = files.deliver(project)
    blobs.path_of(file.sha256).unlink()
    job = read(file)
    assert (job.state, job.error_code) == (JobState.FAILED, "bytes_missing")
    assert "Send the same file once more" in job.error_hint


def test_a_nul_in_a_file_does_not_keep_it_from_being_stored(project):
    content = b"# Sample: C\x00CA \xed\xa0\x80\n" + files.xy()
    job = read(files.deliver(project, content=content))
    assert job.state in (JobState.UNMATCHED, JobState.FAILED)
    assert job.error_code not in ("not_storable", "reader_defect")


@pytest.mark.parametrize(
    ("written", "zone", "kept"),
    [
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30:00+00:00"),
        ("2026-01-05T09:00:00", "", "2026-01-05T09:00:00+00:00"),
        ("2026-01-05T09:00:00+09:00", "Europe/Berlin", "2026-01-05T00:00:00+00:00"),
        ("2026-01-05T09:00:00", "CET+one", "2026-01-05T09:00:00+00:00"),
        ("0001-01-01T00:00:00+09:00", "", None),
    ],
)
def test_a_start_is_put_on_the_zone_of_its_instrument(project, monkeypatch, written, zone, kept):
    answered(monkeypatch, lambda read: read["recordings"][0].update(started_at=written))
    instrument = factories.InstrumentFactory(project=project, time_zone=zone)
    read(files.deliver(project, instrument=instrument))
    started = Measurement.objects.get().started_at
    assert (started and started.astimezone(UTC).isoformat()) == kept


def test_the_reader_process_reaches_no_network():
    sandbox.shared.warm()
    sandbox.shared.ask({"do": "read", "path": "/nowhere", "name": "x", "scratch": "/nowhere"})
    process = sandbox.shared._process
    assert process is not None
    if Path(f"/proc/{process.pid}/ns/net").readlink() == Path("/proc/self/ns/net").readlink():
        pytest.skip("this system does not let a process leave the network")
    interfaces = Path(f"/proc/{process.pid}/net/dev").read_text().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]


def test_what_a_worker_changed_is_recorded_as_the_workers_doing(project):
    carbon = factories.additive(project)
    file = files.deliver(project, name=f"{carbon.code}_xrd.xy")
    tasks.read(file.job.pk)
    event = apps.get_model("characterization", "MeasurementEvent").objects.get()
    assert event.pgh_context["job"] == file.job.pk
    assert event.pgh_context["worker"]
