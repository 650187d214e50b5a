"""`ingest`, `token` and `reread`, as somebody at the machine uses them."""

from __future__ import annotations

import io
import threading
from contextlib import nullcontext

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from characterization import ingest, rereading, tasks
from characterization.instruments import registry
from characterization.models import Job, JobState, Measurement, RawFile
from labsys import handing_in, local
from synthesis import access
from synthesis.models import Instrument
from tests import factories, rest
from tests.characterization import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_blobs(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"


@pytest.fixture
def read_at_once(monkeypatch):
    """In the place of a worker: each look for the answer first reads what waits."""
    look = handing_in._looked_up

    def read_and_look(ids):
        for job in Job.objects.filter(file__in=ids, state=JobState.RECEIVED):
            ingest.ingest(job.pk)
        return look(ids)

    monkeypatch.setattr(local, "everything_running", nullcontext)
    monkeypatch.setattr(handing_in, "_looked_up", read_and_look)


def said(*arguments: str) -> list[dict]:
    out = io.StringIO()
    try:
        call_command("ingest", *arguments, "--json", stdout=out)
    finally:
        lines = [orjson.loads(line) for line in out.getvalue().splitlines()]
    return lines


def test_every_file_gets_its_line_with_what_became_of_it(tmp_path, read_at_once):
    good, copy = tmp_path / "scan.xy", tmp_path / "copy.xy"
    good.write_bytes(files.xy())
    copy.write_bytes(files.xy())
    lines = said(str(good), str(copy), "--wait")
    assert [(line["path"], line["state"], line["duplicate"]) for line in lines] == [
        (str(good), "unmatched", False),
        (str(copy), "unmatched", True),
    ]
    assert lines[0]["measurements"] == lines[1]["measurements"] == [Measurement.objects.get().pk]
    assert lines[0]["sha256"] == RawFile.objects.get().sha256


def test_failures_have_their_sentence_and_the_command_exits_1(tmp_path, read_at_once, capsys):
    empty, missing = tmp_path / "empty.ndax", tmp_path / "nowhere.ndax"
    empty.write_bytes(b"")
    with pytest.raises(CommandError, match="2 of 2 files failed"):
        call_command("ingest", str(empty), str(missing), "--wait", "--json")
    lines = {line["path"]: line for line in map(orjson.loads, capsys.readouterr().out.splitlines())}
    assert "0 bytes" in lines[str(empty)]["error"]["message"]
    assert lines[str(missing)]["error"]["code"] == "unreadable"
    assert lines[str(missing)]["id"] is None


def test_folders_are_taken_in_however_deep_without_what_is_hidden(tmp_path):
    for name in ("a.xy", "deep/er/b.xy", ".git/config", "deep/.hidden.xy"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(files.xy() + name.encode())
    lines = said(str(tmp_path))
    assert [line["path"] for line in lines] == [str(tmp_path / "a.xy"), str(tmp_path / "deep/er/b.xy")]
    assert {line["state"] for line in lines} == {"received"}


def test_files_go_to_the_sample_and_project_that_are_named(tmp_path):
    cell = factories.cell(factories.ProjectFactory(slug="additives"))
    factories.InstrumentFactory(name="Neware")
    path = tmp_path / "run.csv"
    path.write_bytes(files.bdf())
    said(str(path), "--sample", cell.code, "--instrument", "Neware")
    file = RawFile.objects.get()
    assert (str(file.sample), file.project.slug, str(file.instrument)) == (cell.code, "additives", "Neware")
    assert file.source_path == str(path)


def test_a_file_that_names_a_sample_goes_to_it_and_another_to_unsorted(tmp_path):
    cell = factories.cell(factories.ProjectFactory(slug="additives"))
    for name in (f"{cell.code}_run.csv", "run.csv"):
        (tmp_path / name).write_bytes(files.bdf() + b"\n" * len(name))
    said(str(tmp_path))
    assert set(RawFile.objects.values_list("project__slug", "sample__code")) == {
        ("additives", cell.code),
        ("unsorted", None),
    }


@pytest.mark.parametrize(
    "wrong", [("--sample", "CELL-9999"), ("--instrument", "Nobody"), ("--project", "nowhere")]
)
def test_an_unknown_name_is_said_before_any_file_is_taken(tmp_path, wrong):
    (tmp_path / "scan.xy").write_bytes(files.xy())
    with pytest.raises(CommandError, match="There is no"):
        call_command("ingest", str(tmp_path), *wrong)
    assert RawFile.objects.count() == 0


def test_it_waits_for_a_database_that_comes_back(monkeypatch):
    monkeypatch.setattr(handing_in, "FIRST_PAUSE_S", 0.001)
    failures = iter([OperationalError("server closed the connection"), OperationalError("starting up")])

    def act():
        for failure in failures:
            raise failure
        return "served"

    assert handing_in.patiently(act) == "served"


def test_it_gives_up_on_a_database_that_stays_away(monkeypatch):
    monkeypatch.setattr(handing_in, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(handing_in, "PATIENCE_S", 0.02)

    def act():
        raise OperationalError("gone")

    with pytest.raises(OperationalError, match="gone"):
        handing_in.patiently(act)


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_after_its_connection_was_cut(tmp_path, monkeypatch, owner_of_tables):
    """The server ends every session of the application while files are handed in."""
    monkeypatch.setattr(handing_in, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(tasks.read, "delay", lambda job: None)
    for number in range(12):
        (tmp_path / f"{number:02}.xy").write_bytes(files.xy(100 + number))
    stop, cuts = threading.Event(), []

    def cut():
        while not stop.wait(0.1):
            cut_now = owner_of_tables.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND datname = current_database() AND usename <> current_user"
            )
            cuts.append(cut_now.rowcount)

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        handed = [
            handing_in.hand_in(path, handing_in.Label()) for path in handing_in.files_in([str(tmp_path)])
        ]
    finally:
        stop.set()
        thread.join()
    connection.close()  # the last cut may have come after the last file
    assert len({one.id for one in handed}) == 12
    assert RawFile.objects.count() == Job.objects.count() == 12


def test_an_instruments_token_stands_alone_on_the_last_line_and_works():
    out = io.StringIO()
    call_command("token", "XRD 1", "--instrument", stdout=out)
    secret = out.getvalue().strip().splitlines()[-1]
    token = access.token_for(secret)
    assert token is not None
    assert token.instrument == Instrument.objects.get(name="XRD 1")
    assert rest.Rest(secret).get("files/").status_code == 200
    call_command("token", "second", "--instrument", "XRD 1", stdout=out)
    assert Instrument.objects.count() == 1


def test_a_persons_token_is_that_persons():
    alice = factories.UserFactory(username="alice")
    out = io.StringIO()
    call_command("token", "notebook", "--user", "alice", stdout=out)
    token = access.token_for(out.getvalue().splitlines()[-1])
    assert token is not None
    assert token.user == alice
    with pytest.raises(CommandError, match="bob"):
        call_command("token", "notebook", "--user", "bob")


def test_a_token_is_of_a_person_or_of_an_instrument():
    with pytest.raises(CommandError):
        call_command("token", "nobody's")


@pytest.fixture
def read_file():
    file = files.deliver(factories.ProjectFactory(), "run.bdf.csv", files.bdf())
    ingest.ingest(file.job.pk)
    return file


def test_nothing_is_read_again_while_everything_is_up_to_date(read_file):
    assert rereading.outdated() == []


def test_what_an_older_reader_read_is_shown_first_and_then_queued(read_file, capsys):
    reader = read_file.measurements.get().reader_name
    Measurement.objects.update(reader_version="0.old")
    call_command("reread", "--dry-run")
    shown = capsys.readouterr().out
    assert f"{read_file.pk}  run.bdf.csv  {reader} 0.old → " in shown
    assert "1 files would be read again" in shown
    assert Job.objects.get().state == JobState.UNMATCHED
    other = next(one.name for one in registry.readers() if one.name != reader)
    call_command("reread", "--reader", other)
    assert Job.objects.get().state == JobState.UNMATCHED
    call_command("reread", "--reader", reader)
    assert Job.objects.get().state == JobState.RECEIVED


def test_what_an_older_method_computed_is_computed_again_and_the_old_stays(read_file):
    analyses = read_file.measurements.get().analyses.filter(method="cycling")
    analysis = analyses.get(current=True)
    analyses.update(method_version="0.old")
    (found,) = rereading.outdated()
    assert found.reasons == (f"{analysis.method} 0.old → {analysis.method_version}",)
    call_command("reread", stdout=io.StringIO())
    ingest.ingest(Job.objects.get().pk)
    versions = analyses.order_by("pk").values_list("method_version", "current")
    assert list(versions) == [("0.old", False), (analysis.method_version, True)]


def test_what_a_new_method_never_saw_is_found(read_file):
    analysis = read_file.measurements.get().analyses.get(method="cycling")
    analysis.findings.all().delete()
    analysis.cycles.all().delete()
    analysis.delete()
    (found,) = rereading.outdated()
    assert found.reasons == (f"{analysis.method} {analysis.method_version}",)


def test_a_reader_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(CommandError, match="Known: "):
        call_command("reread", "--reader", "abacus")
