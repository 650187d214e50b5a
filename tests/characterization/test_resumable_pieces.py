"""Uploads in pieces, below the protocol: what is kept, what is refused, what a crash leaves."""

from __future__ import annotations

import errno
import hashlib
import os

import pytest

from characterization import parts, pieces, resumable
from characterization.models import Upload
from characterization.pieces import Checksum
from characterization.resumable import Owner
from synthesis.errors import Refusal
from tests import factories
from tests.characterization.bodies import begun, body, kept

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_blobs(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"


@pytest.fixture
def bob():
    return Owner(user=factories.UserFactory(username="bob"))


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
