"""Pieces of a tus upload: where they belong, what a cut or a wrong sum does, and the file that they make."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest

from characterization import ingest, intake
from characterization.models import RawFile
from synthesis.models import Role
from tests import factories, rest
from tests.characterization import files, tus

pytestmark = pytest.mark.django_db
UPLOADS = "/api/v1/uploads/"


@pytest.fixture(autouse=True)
def own_blobs(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"


@pytest.fixture
def project():
    return factories.ProjectFactory(slug="additives")


@pytest.fixture
def api(project):
    return rest.of(factories.member(project, Role.EDITOR, username="bob"))


@pytest.fixture
def bob(api):
    return tus.Tus(api)


def test_many_pieces_make_the_file_with_the_right_sha256(bob, api, project):
    content, cell = files.bdf(cycles=12), factories.cell(project)
    digest = hashlib.sha256(content).hexdigest()
    place = bob.place(len(content), filename="run.bdf.csv", sample=cell.code, technique="cycling", sha256=digest,
                      source_path="C:\\data\\run.bdf.csv", started_at="2026-03-14T09:30:00Z")  # fmt: skip
    pieces = [content[start : start + 1999] for start in range(0, len(content), 1999)]
    assert len(pieces) > 10
    for number, piece in enumerate(pieces):
        answer = bob.send(place, number * 1999, piece, tus.checksum(piece) if number % 2 else None)
        assert (answer.status_code, answer.content) == (204, b"")
        assert int(answer["Upload-Offset"]) == number * 1999 + len(piece)
        assert ("Labsys-File" in answer) == (number == len(pieces) - 1)
    found = api.get(f"files/{answer['Labsys-File']}/").json()
    assert (found["sha256"], found["size"], found["state"]) == (digest, len(content), "received")
    assert (found["name"], found["sample"], found["technique"]) == ("run.bdf.csv", cell.code, "cycling")
    assert (found["source_path"], found["created_by"]) == ("C:\\data\\run.bdf.csv", "bob")
    assert found["started_at"].startswith("2026-03-14T09:30:00")
    ingest.ingest(RawFile.objects.get(pk=found["id"]).job.pk)
    assert api.get(f"files/{found['id']}/").json()["state"] == "done"


def test_a_piece_for_another_place_changes_nothing(bob):
    place = bob.place(10)
    bob.send(place, 0, b"abc")
    for offset in (0, 2, 4, 10):
        assert bob.send(place, offset, b"x").status_code == 409
    for unreadable in ("", "-3", "three"):
        assert bob.send(place, unreadable, b"x").status_code == 400
    assert bob.offset(place) == 3


def test_a_piece_of_another_content_type_is_refused(bob):
    place = bob.place(3)
    answer = bob.ask("PATCH", place, b"abc", content_type="text/plain", headers={"Upload-Offset": "0"})
    assert (answer.status_code, bob.offset(place)) == (415, 0)


def test_a_piece_of_unknown_length_or_longer_than_what_is_missing_is_refused(bob):
    place = bob.place(3)
    unknown = bob.ask("PATCH", place, headers={"Upload-Offset": "0", "Transfer-Encoding": "chunked"},
                      CONTENT_TYPE=tus.CONTENT_TYPE)  # fmt: skip
    assert (unknown.status_code, bob.send(place, 0, b"abcd").status_code) == (411, 413)
    assert bob.offset(place) == 0


def test_a_cut_piece_counts_as_far_as_it_came(bob):
    place = bob.place(10)
    cut = bob.ask("PATCH", place, b"abcd", headers={"Upload-Offset": "0"}, CONTENT_LENGTH="10",
                  **{"wsgi.input": io.BytesIO(b"abcd")})  # fmt: skip
    assert (cut.status_code, cut["Upload-Offset"], bob.offset(place)) == (204, "4", 4)
    assert bob.send(place, 4, b"efghij")["Upload-Offset"] == "10"
    assert RawFile.objects.get().sha256 == hashlib.sha256(b"abcdefghij").hexdigest()


def test_a_sum_that_does_not_fit_is_answered_460_and_nothing_is_kept(bob):
    place = bob.place(6)
    bob.send(place, 0, b"abc")
    for algorithm in ("sha256", "sha1"):
        wrong = bob.send(place, 3, b"dXf", tus.checksum(b"def", algorithm))
        assert (wrong.status_code, wrong.reason_phrase, bob.offset(place)) == (460, "Checksum Mismatch", 3)
    assert bob.send(place, 3, b"def", tus.checksum(b"def", "sha1"))["Upload-Offset"] == "6"


@pytest.mark.parametrize("written", ["md5 MTIz", "sha256", "sha256 !", ""])
def test_a_sum_that_cannot_be_understood_is_refused(bob, written):
    place = bob.place(3)
    answer = bob.send(place, 0, b"abc", {"Upload-Checksum": written})
    assert (answer.status_code, bob.offset(place)) == (400, 0)


def test_a_file_that_is_not_what_its_sha256_says_is_refused_and_dropped(bob):
    place = bob.place(3, sha256=hashlib.sha256(b"abc").hexdigest())
    answer = bob.send(place, 0, b"abX")
    assert (answer.status_code, "altered on the way" in answer.json()["detail"]) == (400, True)
    assert (RawFile.objects.count(), bob.ask("HEAD", place).status_code) == (0, 404)


def test_bytes_that_are_here_already_are_said_to_be_a_duplicate(bob, api):
    known = api.send(files.xy()).json()["id"]
    place = bob.place(len(files.xy()))
    answer = bob.send(place, 0, files.xy())
    assert (answer["Labsys-File"], answer["Labsys-Duplicate"]) == (str(known), "true")


def test_an_instrument_sends_in_pieces_what_is_its_own(bob, project):
    instrument = factories.InstrumentFactory(name="XRD 1", project=project)
    xrd = tus.Tus(rest.of_instrument(instrument))
    other = tus.Tus(rest.of_instrument(factories.InstrumentFactory(project=project)))
    place = xrd.place(3, filename="scan.xy")
    assert [one.ask("HEAD", place).status_code for one in (xrd, other, bob)] == [200, 404, 404]
    xrd.send(place, 0, b"abc")
    file = RawFile.objects.get()
    assert (file.instrument, file.project, file.name) == (instrument, project, "scan.xy")


def test_whoever_asks_next_ends_what_a_process_left_whole_that_died(bob, monkeypatch):
    place = bob.place(3)

    def dies(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as death:
        death.setattr(intake, "submit", dies)
        with pytest.raises(KeyboardInterrupt):
            bob.send(place, 0, b"abc")
    assert RawFile.objects.count() == 0
    head = bob.ask("HEAD", place)
    assert (head["Upload-Offset"], head["Labsys-File"]) == ("3", str(RawFile.objects.get().pk))


def test_a_checksum_is_of_the_piece_as_base64(bob):
    """The example of the protocol: sha1 of "hello world"."""
    place = bob.place(11)
    assert base64.b64decode("Kq5sNclPz7QV2+lfQIuc6R7oRu0=") == hashlib.sha1(b"hello world").digest()  # noqa: S324
    answer = bob.send(place, 0, b"hello world", {"Upload-Checksum": "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="})
    assert answer.status_code == 204
