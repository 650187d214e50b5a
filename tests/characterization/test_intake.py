from __future__ import annotations

import errno
import hashlib
import os
import time
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from characterization import blobs, intake, tasks
from characterization.models import Job, JobState, RawFile
from synthesis.errors import Refusal
from tests import factories
from tests.characterization import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_blobs(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"


@pytest.fixture
def project():
    return factories.ProjectFactory()


@pytest.fixture
def rung(monkeypatch):
    """The jobs that a worker was told of."""
    heard: list[int] = []
    monkeypatch.setattr(tasks.read, "delay", heard.append)
    return heard


def test_a_file_is_safe_on_disk_under_its_hash_before_it_is_a_row(project):
    content = files.xy()
    file = files.deliver(project, content=content)
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert blobs.is_whole(file.sha256)
    assert file.job.state == JobState.RECEIVED
    assert [event.state for event in file.job.timeline.all()] == ["received"]


def test_the_worker_is_told_only_after_the_commit(project, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        file = files.deliver(project)
        assert rung == []
    assert rung == [file.job.pk]


def test_the_same_bytes_twice_are_one_file(project):
    first = intake.submit([b"abc"], intake.Delivery("a.xy", project))
    second = intake.submit([b"a", b"bc"], intake.Delivery("copy of a.xy", project))
    assert (first.duplicate, second.duplicate) == (False, True)
    assert first.file.pk == second.file.pk


def test_the_same_bytes_in_another_project_are_another_file(project):
    elsewhere = factories.ProjectFactory()
    assert files.deliver(project).pk != files.deliver(elsewhere).pk


def stored(settings) -> list[str]:
    """The names of all files in the store."""
    return [path.name for path in settings.LABSYS_BLOBS.rglob("*") if path.is_file()]


def test_a_cut_upload_is_refused_and_leaves_nothing(project, settings):
    with pytest.raises(Refusal, match="3 of 10 bytes arrived"):
        intake.submit([b"abc"], intake.Delivery("a.xy", project, size=10))
    assert not RawFile.objects.exists()
    assert stored(settings) == []


def test_an_altered_upload_is_refused_and_leaves_nothing(project, settings):
    with pytest.raises(Refusal, match="altered on the way"):
        intake.submit([b"abc"], intake.Delivery("a.xy", project, sha256="0" * 64))
    assert stored(settings) == []


def test_a_full_disk_is_said_and_leaves_nothing(project, settings, monkeypatch):
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match="no room left") as refused:
        intake.submit([b"abc"], intake.Delivery("a.xy", project))
    assert (refused.value.status, refused.value.code) == (507, "no_room")
    assert (stored(settings), RawFile.objects.exists()) == ([], False)


def test_the_same_bytes_again_heal_a_damaged_copy(project):
    file = files.deliver(project)
    path = blobs.path_of(file.sha256)
    path.chmod(0o600)
    path.write_bytes(b"?" * file.size)
    assert not blobs.is_whole(file.sha256)
    assert files.deliver(project).pk == file.pk
    assert blobs.is_whole(file.sha256)


def test_the_same_bytes_twice_are_brought_to_disk_twice(project, monkeypatch):
    """The first sender's process may not have reached its fsync yet when the second is answered."""
    file = files.deliver(project)
    folders: list[str] = []
    monkeypatch.setattr(blobs, "fsync_folder", lambda folder: folders.append(folder.name))
    files.deliver(project)
    assert file.sha256[:2] in folders


def test_a_table_from_another_disk_is_copied_and_its_traces_removed(settings, tmp_path, monkeypatch):
    table = tmp_path / "table.parquet"
    table.write_bytes(b"PAR1")
    monkeypatch.setattr(blobs, "_same_disk", lambda one, other: False)
    blob = blobs.put_path(table)
    assert table.exists()  # copied, not moved
    assert stored(settings) == [blob.sha256]


def test_a_path_with_what_no_database_takes_is_kept_without_it(project):
    file = files.deliver(project, source_path="C:\\data\0\udc80\\run.nda")
    file.refresh_from_db()
    assert file.source_path == "C:\\data\\run.nda"


def test_what_a_dead_upload_left_is_deleted_after_a_day(settings, tmp_path):
    settings.LABSYS_SCRATCH = tmp_path / "scratch"
    parts = settings.LABSYS_BLOBS / "parts"
    old, young = parts / "old", parts / "young"
    folder = settings.LABSYS_SCRATCH / "tmpdead"
    for made in (parts, folder):
        made.mkdir(parents=True)
    for file in (old, young, folder / "0.parquet"):
        file.write_bytes(b"half")
    two_days_ago = time.time() - 2 * 86400
    for path in (old, folder):
        os.utime(path, (two_days_ago, two_days_ago))
    assert tasks.tidy() == 2
    assert (old.exists(), young.exists(), folder.exists()) == (False, True, False)


def test_a_file_over_the_limit_is_refused_while_it_arrives(project, settings):
    settings.LABSYS_MAX_UPLOAD_BYTES = 1000
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield b"x" * 400

    with pytest.raises(Refusal) as refusal:
        intake.submit(endless(), intake.Delivery("big.nda", project))
    assert refusal.value.status == 413
    assert len(taken) == 3
    assert list((settings.LABSYS_BLOBS / "parts").iterdir()) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\data\\CELL-0001.ndax", "CELL-0001.ndax"),
        ("../../etc/passwd", "passwd"),
        ("a\0b\r\n.xy", "ab.xy"),
        ("", "unnamed"),
        ("x" * 300 + ".xy", "x" * 252 + ".xy"),
    ],
)
def test_a_name_is_a_name_and_never_a_path(sent, kept):
    assert intake.safe_name(sent) == kept


def test_a_blob_has_no_other_path_than_its_hash():
    with pytest.raises(ValueError, match="not a sha256"):
        blobs.path_of("../../etc/passwd")


def test_a_flipped_byte_is_noticed(project):
    file = files.deliver(project)
    path = blobs.path_of(file.sha256)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    assert not blobs.is_whole(file.sha256)


def test_the_sweep_rings_again_for_what_nobody_heard(project, rung):
    file = files.deliver(project)
    assert tasks.sweep() == 1
    assert rung == [file.job.pk]
    assert tasks.sweep() == 0  # just rung: the worker gets its time


def test_a_silent_broker_loses_nothing(project, monkeypatch):
    def unreachable(job_id: int) -> None:
        raise OSError("connection refused")

    monkeypatch.setattr(tasks.read, "delay", unreachable)
    file = files.deliver(project)
    tasks.ring(file.job.pk)
    file.job.refresh_from_db()
    assert (file.job.state, file.job.rung_at) == (JobState.RECEIVED, None)


def test_a_file_moves_to_the_project_of_the_sample_it_is_attached_to(project):
    sample = factories.sponge(factories.ProjectFactory())
    file = files.deliver(project)
    intake.attach(file, sample)
    file.refresh_from_db()
    assert (file.sample_id, file.project_id) == (sample.pk, sample.project_id)


def test_two_who_attach_one_file_leave_it_in_the_project_of_its_sample(project):
    """The second one still believes that the file is where it was when the page was loaded."""
    here, there = factories.additive(project), factories.additive(factories.ProjectFactory())
    first = files.deliver(project)
    second = RawFile.objects.select_related("project").get(pk=first.pk)
    intake.attach(first, there)
    intake.attach(second, here)
    file = RawFile.objects.get()
    assert (file.sample_id, file.project_id) == (here.pk, here.project_id)


def test_the_sweep_rings_first_for_whom_nobody_rang_longest(project, rung, monkeypatch):
    first, second = files.deliver(project, name="a.xy"), files.deliver(project, content=b"1 2")
    Job.objects.filter(file=first).update(rung_at=Now() - timedelta(minutes=1))
    Job.objects.filter(file=second).update(rung_at=Now() - timedelta(minutes=5))
    monkeypatch.setattr(tasks, "MOST_RINGS", 1)
    tasks.sweep()
    assert rung == [second.job.pk]
