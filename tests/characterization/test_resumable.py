"""Uploads in pieces, below the protocol: what is kept, what is refused, what a crash leaves."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.http import UnreadablePostError

from characterization import blobs, intake, parts, pieces, resumable, tasks
from characterization.models import RawFile, Upload
from characterization.pieces import Body, Checksum
from characterization.resumable import Owner
from synthesis.errors import Refusal
from tests import factories

pytestmark = pytest.mark.django_db
ALREADY = 10


@pytest.fixture(autouse=True)
def own_blobs(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"


@pytest.fixture
def bob():
    return Owner(user=factories.UserFactory(username="bob"))


def body(content: bytes, announced: int | None = None, breaks: bool = False) -> Body:
    """A request's body; it may announce more than it holds, and break where it ends."""
    rest = [content]

    def read(most: int) -> bytes:
        chunk, rest[0] = rest[0][:most], rest[0][most:]
        if breaks and not chunk:
            raise UnreadablePostError("connection reset")
        return chunk

    return Body(read, len(content) if announced is None else announced)


def kept(upload: Upload) -> bytes:
    return b"".join(parts.chunks(upload.pk, upload.length))


def begun(owner: Owner, length: int) -> Upload:
    return resumable.begin(owner, length, "", "")


def test_pieces_follow_each_other_and_the_offset_is_what_is_on_disk(bob):
    upload = begun(bob, 9)
    for offset, piece in ((0, b"abc"), (3, b"defg"), (7, b"hi")):
        resumable.receive(upload, offset, body(piece))
        assert upload.offset == parts.path_of(upload.pk).stat().st_size == offset + len(piece)
    assert (kept(upload), upload.is_whole) == (b"abcdefghi", True)


def test_bytes_and_folder_are_on_disk_before_the_row_says_so(bob, monkeypatch):
    upload, synced = begun(bob, 3), []
    really = os.fsync

    def fsync(handle: int) -> None:
        really(handle)
        synced.append((os.fstat(handle).st_size, Upload.objects.get().offset))

    monkeypatch.setattr(os, "fsync", fsync)
    resumable.receive(upload, 0, body(b"abc"))
    assert len(synced) == 2  # the folder with the new name, then the bytes
    assert synced[-1] == (3, 0)
    assert Upload.objects.get().offset == 3


@pytest.mark.parametrize("breaks", [False, True])
def test_a_cut_body_is_kept_as_far_as_it_came(bob, breaks):
    upload = begun(bob, 10)
    resumable.receive(upload, 0, body(b"abcd", announced=10, breaks=breaks))
    assert (upload.offset, upload.is_whole) == (4, False)
    resumable.receive(upload, 4, body(b"efghij"))
    assert kept(upload) == b"abcdefghij"


def test_a_long_piece_is_kept_in_slices_so_that_a_cut_or_a_kill_loses_little(bob, monkeypatch):
    monkeypatch.setattr(pieces, "SLICE", 4)
    upload, offsets = begun(bob, 10), []
    really = parts.append

    def append(*args) -> int:
        offsets.append(really(*args))
        return offsets[-1]

    monkeypatch.setattr(parts, "append", append)
    resumable.receive(upload, 0, body(b"abcdefghij"))
    assert (offsets, kept(upload)) == ([4, 8, 10], b"abcdefghij")


@pytest.mark.parametrize(("offset", "sent"), [(0, b"x"), (2, b"x"), (9, b"x"), (10, b"")])
def test_elsewhere_than_behind_what_is_here_nothing_is_taken(bob, offset, sent):
    upload = begun(bob, 10)
    resumable.receive(upload, 0, body(b"abc"))
    with pytest.raises(Refusal) as refused:
        resumable.receive(upload, offset, body(sent))
    assert (refused.value.status, "3 bytes are here" in refused.value.message) == (409, True)
    assert (parts.path_of(upload.pk).read_bytes(), Upload.objects.get().offset) == (b"abc", 3)


def test_more_than_was_announced_is_refused_whole(bob):
    upload = begun(bob, 5)
    resumable.receive(upload, 0, body(b"abc"))
    with pytest.raises(Refusal) as refused:
        resumable.receive(upload, 3, body(b"def"))
    assert (refused.value.status, parts.path_of(upload.pk).read_bytes()) == (413, b"abc")


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_a_piece_with_its_sum_is_kept_whole_or_not_at_all(bob, algorithm, monkeypatch):
    monkeypatch.setattr(pieces, "SLICE", 2)
    upload = begun(bob, 10)
    right = Checksum(algorithm, hashlib.new(algorithm, b"abcde").digest())
    for wrong in (body(b"abcdX"), body(b"abc", announced=5)):  # altered; cut
        with pytest.raises(Refusal) as refused:
            resumable.receive(upload, 0, wrong, right)
        assert (refused.value.status, upload.offset, parts.path_of(upload.pk).exists()) == (460, 0, False)
    resumable.receive(upload, 0, body(b"abcde"), right)
    assert parts.path_of(upload.pk).read_bytes() == b"abcde"


def test_what_a_process_left_that_died_before_its_commit_gives_way(bob):
    upload = begun(bob, 6)
    resumable.receive(upload, 0, body(b"abc"))
    with parts.path_of(upload.pk).open("ab") as part:
        part.write(b"?????")
    resumable.receive(upload, 3, body(b"def"))
    assert kept(upload) == b"abcdef"


def test_a_part_that_vanished_is_said_to_be_gone(bob):
    upload = begun(bob, 6)
    resumable.receive(upload, 0, body(b"abc"))
    parts.path_of(upload.pk).unlink()
    with pytest.raises(Refusal) as refused:
        resumable.receive(upload, 3, body(b"def"))
    assert (refused.value.status, refused.value.code) == (410, "upload_gone")


def test_a_full_disk_is_said_and_what_was_here_stays(bob, monkeypatch):
    upload = begun(bob, 6)
    resumable.receive(upload, 0, body(b"abc"))

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("shutil.copyfileobj", full)
        with pytest.raises(Refusal) as refused:
            resumable.receive(upload, 3, body(b"def"))
    assert (refused.value.status, Upload.objects.get().offset) == (507, 3)
    resumable.receive(upload, 3, body(b"def"))
    assert kept(upload) == b"abcdef"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_of_two_pieces_for_one_place_one_is_kept_and_one_refused(bob, attempt):
    upload = begun(bob, 100)
    contents, outcomes = [b"a" * 60, b"b" * 60], []
    together = threading.Barrier(2)

    def send(content: bytes) -> None:
        def read(most: int) -> bytes:
            together.wait(20)  # both have passed the first look at the offset
            return content

        try:
            resumable.receive(Upload.objects.get(pk=upload.pk), 0, Body(read, 60))
            outcomes.append((204, content))
        except Refusal as refusal:
            outcomes.append((refusal.status, content))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _content in outcomes) == [204, 409]
    winner = next(content for status, content in outcomes if status == 204)
    assert parts.path_of(upload.pk).read_bytes() == winner


def test_beginning_twice_with_one_key_is_beginning_once(bob):
    first = resumable.begin(bob, 9, "filename YQ==", "ch12/run7")
    resumable.receive(first, 0, body(b"abc"))
    again = resumable.begin(bob, 9, "filename YQ==", "ch12/run7")
    assert (again.pk, again.offset) == (first.pk, 3)
    with pytest.raises(Refusal) as refused:
        resumable.begin(bob, 10, "filename YQ==", "ch12/run7")
    assert refused.value.status == 409
    alice = Owner(user=factories.UserFactory())
    assert resumable.begin(alice, 10, "", "ch12/run7").pk != first.pk


def test_an_owner_may_leave_only_so_many_uploads_open(bob):
    Upload.objects.bulk_create(
        Upload(user_id=bob.values()["user_id"], length=1) for _ in range(resumable.MOST_OPEN)
    )
    with pytest.raises(Refusal) as refused:
        begun(bob, 1)
    assert (refused.value.status, "100 uploads" in refused.value.message) == (429, True)


def test_ending_twice_is_ending_once(bob):
    upload, project = begun(bob, 3), factories.ProjectFactory()
    resumable.receive(upload, 0, body(b"abc"))
    slow = Upload.objects.get()
    for one in (upload, slow):
        resumable.end(one, intake.Delivery("a.xy", project, size=3))
        assert one.file == RawFile.objects.get()
    assert not parts.path_of(upload.pk).exists()


def test_a_whole_upload_whose_bytes_vanished_makes_no_file(bob):
    upload = begun(bob, 3)
    resumable.receive(upload, 0, body(b"abc"))
    parts.forget(upload.pk)
    with pytest.raises(Refusal) as refused:
        resumable.end(upload, intake.Delivery("a.xy", factories.ProjectFactory(), size=3))
    assert (refused.value.status, RawFile.objects.count()) == (410, 0)


def test_uploads_are_forgotten_after_seven_days_and_not_before(bob):
    old, young = begun(bob, 9), begun(bob, 9)
    for upload in (old, young):
        resumable.receive(upload, 0, body(b"abc"))
    eight_days_ago = time.time() - 8 * 86400
    os.utime(parts.path_of(old.pk), (eight_days_ago, eight_days_ago))
    Upload.objects.filter(pk=old.pk).update(updated_at=Now() - timedelta(days=8))
    assert resumable.find(bob, str(old.pk)) is None
    assert tasks.tidy() == 2  # the row and its part
    assert list(Upload.objects.all()) == [young]
    assert list((blobs.path_of("0" * 64).parent.parent / parts.FOLDER).iterdir()) == [parts.path_of(young.pk)]
