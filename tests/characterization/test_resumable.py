"""Uploads in pieces, below the protocol: begun once, ended once, contested, forgotten."""

from __future__ import annotations

import os
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from characterization import blobs, intake, parts, resumable, tasks
from characterization.models import RawFile, Upload
from characterization.pieces import Body
from characterization.resumable import Owner
from synthesis.errors import Refusal
from tests import factories
from tests.characterization.bodies import begun, body

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_blobs(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"


@pytest.fixture
def bob():
    return Owner(user=factories.UserFactory(username="bob"))


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
