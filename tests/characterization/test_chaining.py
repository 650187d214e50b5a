"""Several files of one cell become its history: made once, made anew when a file comes or goes, never of the file."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from django.core.management import call_command
from django.db import DataError
from django.db.models.functions import Now

from cells.models import Cell
from characterization import blobs, chaining, ingest, intake, queries, recording, rereading, sandbox, tasks
from characterization.models import Chain, Cycle, Measurement, Piece
from tests import factories
from tests.characterization import files
from tests.characterization.analysis.test_chain import START, cell_test, cycles, restarted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path, monkeypatch):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"
    monkeypatch.setattr(tasks, "ring", lambda job_id: None)
    monkeypatch.setattr(tasks, "ring_history", lambda sample_id: None)
    yield
    assert not list(settings.LABSYS_SCRATCH.glob("*"))


@pytest.fixture(scope="module", autouse=True)
def end_the_reader():
    yield
    sandbox.shared.close()


@pytest.fixture
def cell() -> Cell:
    return factories.cell(factories.ProjectFactory())


def exported(table: pl.DataFrame, start_s: float | None = START) -> bytes:
    """A table as Battery Data Format, with the moment of each row unless the export leaves it out."""
    columns = {
        "Test Time / s": table["time_s"],
        "Voltage / V": table["voltage_V"],
        "Current / A": table["current_mA"] / 1000,
    }
    if start_s is not None:
        columns["Unix Time / s"] = table["time_s"] + start_s
    return pl.DataFrame(columns).write_csv().encode()


def send(cell: Cell, name: str, content: bytes):
    file = files.deliver(cell.project, name=f"{cell.code}_{name}.bdf.csv", content=content)
    ingest.ingest(file.job.pk)
    return file


def two_halves(cell: Cell, whole: pl.DataFrame):
    """A test cut in the middle of its second charge, handed in with the later half first."""
    second, later = restarted(whole[100:])
    return send(cell, "b", exported(second, START + later)), send(cell, "a", exported(whole.head(100)))


def history(cell: Cell) -> Measurement:
    found = chaining.history_of(cell.pk)
    assert found is not None
    return found


def told(cell: Cell) -> list[tuple[str, str]]:
    pieces = history(cell).pieces.select_related("measurement__file").order_by("number")
    return [(str(piece.measurement.file).split("_")[1][0], piece.state) for piece in pieces]


def test_a_test_in_two_files_is_one_history_whose_cycles_run_on(cell):
    whole = cell_test(3)
    two_halves(cell, whole)
    assert not chaining.make(cell.pk)
    found = history(cell)
    assert (found.rows, found.file) == (whole.height, None)
    assert found.started_at == datetime.fromtimestamp(START, UTC)
    assert told(cell) == [("a", "taken"), ("b", "taken")]
    rows = Cycle.objects.filter(analysis__measurement=found, analysis__current=True).order_by("cycle")
    expected = cycles(whole)
    assert [row.cycle for row in rows] == [1, 2, 3]
    for name in ("charge_capacity_mAh", "discharge_capacity_mAh"):
        assert [getattr(row, name) for row in rows] == pytest.approx(expected[name].to_list(), rel=1e-6)


def test_the_history_speaks_for_the_cell_and_is_no_measurement_of_a_file(cell, client):
    one, other = two_halves(cell, cell_test(3))
    chaining.make(cell.pk)
    assert queries.main_measurements([cell])[cell.pk].measurement == history(cell)
    client.force_login(factories.UserFactory(is_superuser=True))
    for file in (one, other):
        shown = client.get(f"/api/v1/files/{file.pk}/").json()
        assert shown["measurements"] == [file.measurements.get().pk]
    shown = client.get(f"/api/v1/measurements/{history(cell).pk}/").json()
    assert (shown["file"], shown["sample"], len(shown["pieces"])) == (None, cell.code, 2)


def test_making_it_twice_makes_it_once(cell):
    two_halves(cell, cell_test(2))
    chaining.make(cell.pk)
    first = history(cell)
    chaining.make(cell.pk)
    assert chaining.want(cell)
    chaining.make(cell.pk)
    assert list(Measurement.objects.filter(reader_name="chain")) == [first]
    assert first.analyses.count() == len(first.analyses.filter(current=True))


def test_a_history_that_an_older_version_joined_is_joined_again_by_reread(cell, monkeypatch):
    two_halves(cell, cell_test(2))
    chaining.make(cell.pk)
    assert rereading.outdated_histories() == []
    monkeypatch.setattr(chaining, "VERSION", "1.1-new")
    said = io.StringIO()
    call_command("reread", "--dry-run", stdout=said)
    assert f"{cell.code}  chain 1.0 → 1.1-new" in said.getvalue()
    assert not Chain.objects.filter(wanted__isnull=False).exists()
    call_command("reread", stdout=said)
    chaining.make(cell.pk)
    assert history(cell).reader_version == "1.1-new"
    assert rereading.outdated_histories() == []


def test_one_file_needs_no_history(cell):
    send(cell, "a", exported(cell_test(1)))
    assert not Chain.objects.exists()


def test_a_growing_file_is_counted_once_however_often_it_comes(cell):
    whole = cell_test(3)
    for rows in (70, 150, 240):
        send(cell, f"{rows}", exported(whole.head(rows)))
        chaining.make(cell.pk)
    assert told(cell) == [("7", "replaced"), ("1", "replaced"), ("2", "taken")]
    assert history(cell).rows == 240
    past = Measurement.objects.filter(reader_name="chain").order_by("pk").values_list("current", flat=True)
    assert list(past) == [False, True]


def test_trap_10_the_same_records_in_other_bytes_have_one_content_hash(cell):
    content = exported(cell_test(2))
    one, other = send(cell, "a", content), send(cell, "b", content.replace(b"\n", b"\r\n"))
    assert one.sha256 != other.sha256
    assert one.measurements.get().content_sha256 == other.measurements.get().content_sha256
    chaining.make(cell.pk)
    assert told(cell) == [("a", "taken"), ("b", "same")]


def test_trap_07_naive_starts_are_put_in_order_by_the_instruments_zone(cell):
    """09:30 in Oslo is half an hour before 09:00 in London: only with their zones do the two tests stand in order."""
    oslo, london = (factories.InstrumentFactory(time_zone=zone) for zone in ("Europe/Oslo", "Europe/London"))
    whole = cell_test(2)
    for name, instrument, table in (("l", london, whole[80:]), ("o", oslo, whole[:80])):
        send_naive(cell, name, instrument, restarted(table)[0])
    chaining.make(cell.pk)
    assert told(cell) == [("o", "taken"), ("l", "taken")]


def send_naive(cell: Cell, name: str, instrument, table: pl.DataFrame) -> None:
    """A file that says its start without a zone, as ingest stores it."""
    file = files.deliver(
        cell.project,
        name=f"{cell.code}_{name}.bdf.csv",
        content=exported(table, None),
        instrument=instrument,
        sample=cell,
    )
    ingest.ingest(file.job.pk)
    clock = {"o": "2026-03-02T09:30:00", "l": "2026-03-02T09:00:00"}[name]
    file.measurements.update(started_at=recording._moment(clock, instrument))


def test_a_file_taken_off_the_cell_leaves_its_history(cell):
    one, _ = two_halves(cell, cell_test(3))
    chaining.make(cell.pk)
    intake.attach(one, None)
    chaining.make(cell.pk)
    assert chaining.history_of(cell.pk) is None
    assert not Chain.objects.get(pk=cell.pk).wanted


def test_a_lost_message_loses_nothing(cell, monkeypatch):
    two_halves(cell, cell_test(2))
    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring_history", rung.append)
    tasks.sweep()
    assert rung == [cell.pk]


def test_it_waits_for_files_that_are_on_their_way(cell):
    two_halves(cell, cell_test(2))
    files.deliver(cell.project, name="c.bdf.csv", content=exported(cell_test(1)), sample=cell)
    chaining.make(cell.pk)
    assert chaining.history_of(cell.pk) is None
    assert Chain.objects.get(pk=cell.pk).wanted


def test_it_waits_no_longer_than_a_minute_however_many_files_come(cell):
    two_halves(cell, cell_test(2))
    Chain.objects.update(wanted_at=Now() - timedelta(seconds=61))
    send(cell, "c", exported(cell_test(1), START + 86400))  # wanted once more, and still since a minute ago
    files.deliver(cell.project, name="d.bdf.csv", content=exported(cell_test(3)), sample=cell)
    chaining.make(cell.pk)
    assert told(cell) == [("a", "taken"), ("b", "taken"), ("c", "taken")]


def test_what_comes_while_it_is_made_makes_it_once_more(cell, monkeypatch):
    two_halves(cell, cell_test(2))
    ask = sandbox.shared.ask

    def slowly(request, on_tick=None):
        chaining.want(cell)
        return ask(request, on_tick)

    monkeypatch.setattr(sandbox.shared, "ask", slowly)
    assert chaining.make(cell.pk)


def test_a_worker_that_lost_its_lease_writes_nothing(cell, monkeypatch):
    two_halves(cell, cell_test(2))
    ask = sandbox.shared.ask

    def taken_over(request, on_tick=None):
        Chain.objects.update(holder="00000000-0000-0000-0000-000000000001")
        return ask(request, on_tick)

    monkeypatch.setattr(sandbox.shared, "ask", taken_over)
    assert not chaining.make(cell.pk)
    assert chaining.history_of(cell.pk) is None


def test_a_reader_that_dies_is_tried_three_times_and_then_no_more(cell, monkeypatch):
    two_halves(cell, cell_test(2))

    def dies(request, on_tick=None):
        raise sandbox.ReaderDied("signal 9 (SIGKILL)")

    monkeypatch.setattr(sandbox.shared, "ask", dies)
    assert [chaining.make(cell.pk) for _ in range(4)] == [True, True, False, False]
    assert Chain.objects.get(pk=cell.pk).error == "signal 9 (SIGKILL)"


def test_where_it_is_given_up_no_older_history_stays_and_the_page_says_why(cell, client, monkeypatch):
    two_halves(cell, cell_test(2))
    chaining.make(cell.pk)
    send(cell, "c", exported(cell_test(1), START + 86400))

    def dies(request, on_tick=None):
        raise sandbox.ReaderDied("signal 9 (SIGKILL)")

    monkeypatch.setattr(sandbox.shared, "ask", dies)
    assert [chaining.make(cell.pk) for _ in range(3)] == [True, True, False]
    assert chaining.history_of(cell.pk) is None
    client.force_login(factories.UserFactory(is_superuser=True))
    page = client.get(f"/samples/{cell.code}/dashboards/").content.decode()
    assert "could not be joined into one history: signal 9 (SIGKILL)" in page


def test_what_the_database_refuses_is_not_tried_for_ever(cell, monkeypatch):
    two_halves(cell, cell_test(2))

    def refused(*_):
        raise DataError("value too long\nDETAIL")

    monkeypatch.setattr(chaining, "_rows", refused)
    assert not chaining.make(cell.pk)
    row = Chain.objects.get(pk=cell.pk)
    assert (row.wanted, row.holder, row.error) == (
        None,
        None,
        "What was found cannot be stored: value too long",
    )


def test_a_worker_that_dies_with_it_again_and_again_leaves_it(cell):
    two_halves(cell, cell_test(2))
    Chain.objects.update(attempts=chaining.MOST_ATTEMPTS)
    assert not chaining.make(cell.pk)
    assert "begun 20 times" in Chain.objects.get(pk=cell.pk).error


def test_a_file_that_says_an_impossible_time_stands_in_the_history_without_a_date(cell):
    whole = cell_test(2)
    far = whole.with_columns(pl.col("time_s") + 1e12)
    send(cell, "a", exported(whole))
    send_naive(cell, "l", None, far)
    chaining.make(cell.pk)
    last = history(cell).pieces.last()
    assert last is not None
    assert (last.state, last.begins_at) == ("taken", None)


def test_files_without_any_time_are_no_history_and_a_sentence_says_so(cell):
    two_halves(cell, cell_test(2))
    Measurement.objects.update(table_sha256=blobs.put([timeless()]).sha256)
    assert not chaining.make(cell.pk)
    said = f"The history of {cell.code} has no row: none of 2 files says a time."
    assert Chain.objects.get(pk=cell.pk).error == said


def timeless() -> bytes:
    written = io.BytesIO()
    cell_test(1).with_columns(time_s=pl.lit(None, pl.Float64)).write_parquet(written)
    return written.getvalue()


def test_a_changed_cell_has_its_history_analysed_again(cell):
    two_halves(cell, cell_test(3))
    chaining.make(cell.pk)
    first = history(cell)
    Cell.objects.filter(pk=cell.pk).update(first_direction="discharge")
    assert chaining.want(cell)
    chaining.make(cell.pk)
    assert history(cell) == first
    told_of = first.analyses.get(current=True, method="cycling").conditions
    assert told_of["first_direction"] == "discharge"


def test_the_pages_say_what_the_history_is_made_of(cell, client):
    whole = cell_test(3)
    two_halves(cell, whole)
    send(cell, "c", exported(whole.head(50)))
    chaining.make(cell.pk)
    client.force_login(factories.UserFactory(is_superuser=True))
    for address in (f"/samples/{cell.code}/dashboards/", history(cell).get_absolute_url()):
        page = client.get(address).content.decode()
        for file in ("_a.bdf.csv", "_b.bdf.csv", "_c.bdf.csv"):
            assert f"{cell.code}{file}" in page
        assert "replaced by" in page


def test_a_piece_knows_which_one_stands_for_it(cell):
    whole = cell_test(3)
    short, long = send(cell, "s", exported(whole.head(60))), send(cell, "l", exported(whole))
    chaining.make(cell.pk)
    piece = Piece.objects.get(measurement__file=short)
    assert piece.by is not None and piece.by.file == long
