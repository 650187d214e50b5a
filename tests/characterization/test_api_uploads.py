"""tus 1.0 as a client meets it: every MUST of the protocol that applies, and the file at the end."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.http import parse_http_date

from characterization import ingest, intake, parts
from characterization.models import RawFile, Upload
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


@pytest.fixture
def charlie(project):
    """A colleague of the same project: uploads are their sender's alone."""
    return tus.Tus(rest.of(factories.member(project, Role.MANAGER, username="charlie")))


def test_options_tell_what_is_spoken_here_without_being_told_a_version(api, settings):
    settings.LABSYS_MAX_UPLOAD_BYTES = 5000
    answer = api.client.options(UPLOADS)
    assert (answer.status_code, answer["Tus-Resumable"], answer["Tus-Version"]) == (204, "1.0.0", "1.0.0")
    assert (answer["Tus-Max-Size"], answer["Tus-Checksum-Algorithm"]) == ("5000", "sha256,sha1")
    assert answer["Tus-Extension"] == "creation,checksum,termination,expiration"


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


def test_head_tells_how_far_it_is_and_is_kept_by_no_cache(bob):
    said = {"filename": "scan.xy", "note": "", "where": "Bühne"}
    place = bob.place(10, **said)
    assert (bob.offset(place), bob.send(place, 0, b"abc").status_code) == (0, 204)
    head = bob.ask("HEAD", place)
    assert (head.status_code, head["Upload-Offset"], head["Upload-Length"]) == (200, "3", "10")
    assert (head["Cache-Control"], head["Upload-Metadata"]) == ("no-store", tus.words(**said))
    assert head.content == b""


def test_get_tells_the_same_and_in_the_end_the_file(bob, api):
    place = bob.place(6)
    bob.send(place, 0, b"1 2\n")
    seen = api.get(place).json()
    assert (seen["offset"], seen["length"], seen["file"]) == (4, 6, None)
    bob.send(place, 4, b"3\n")
    file = RawFile.objects.get()
    assert (api.get(place).json()["file"], bob.ask("HEAD", place)["Labsys-File"]) == (file.pk, str(file.pk))
    assert bob.offset(place) == 6


@pytest.mark.parametrize("version", [{}, {"Tus-Resumable": "0.2.2"}])
def test_another_version_is_refused_with_those_that_are_spoken_and_nothing_is_done(api, bob, version):
    place = bob.place(3)
    for method in ("POST", "HEAD", "PATCH", "DELETE"):
        where = UPLOADS if method == "POST" else place
        sent = {**version, "Upload-Length": "3", "Upload-Offset": "0"}
        answer = api.client.generic(method, where, b"abc", tus.CONTENT_TYPE, headers=sent)
        assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")
    assert (Upload.objects.count(), bob.offset(place)) == (1, 0)


def test_every_answer_names_the_version(bob, charlie):
    place = bob.place(3)
    answers = [bob.begin("no"), bob.ask("HEAD", place), charlie.ask("HEAD", place), bob.send(place, 7, b"x"),
               bob.ask("PUT", place), bob.ask("DELETE", place)]  # fmt: skip
    assert [answer.status_code for answer in answers] == [400, 200, 404, 409, 405, 204]
    assert {answer["Tus-Resumable"] for answer in answers} == {"1.0.0"}


@pytest.mark.parametrize("length", ["", "-1", "1.5", "ten", "٣", "9" * 30])
def test_a_length_that_is_no_number_of_bytes_is_refused(bob, length):
    answer = bob.begin(length)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert Upload.objects.count() == 0


def test_a_file_over_the_limit_is_refused_before_it_begins(bob, settings):
    settings.LABSYS_MAX_UPLOAD_BYTES = 100
    assert (bob.begin(101).status_code, bob.begin(100).status_code) == (413, 201)


@pytest.mark.parametrize(
    "words", ["filename a b", "filename !", "a YQ==,a YQ==", " ,", "b\u00fc YQ==", "a /w=="]
)
def test_metadata_that_cannot_be_read_is_refused(bob, words):
    answer = bob.ask("POST", UPLOADS, headers={"Upload-Length": "3", "Upload-Metadata": words})
    assert (answer.status_code, Upload.objects.count()) == (400, 0)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"sample": "CELL-9999"}, "sample"),
        ({"instrument": "Nobody"}, "instrument"),
        ({"project": "nowhere"}, "project"),
        ({"technique": "alchemy"}, "technique"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"sha256": "short"}, "sha256"),
    ],
)
def test_words_that_do_not_hold_are_refused_before_the_first_byte(bob, said, field):
    answer = bob.begin(3, **said)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_an_empty_file_is_whole_when_it_begins(bob):
    answer = bob.begin(0, filename="empty.ndax")
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "0")
    assert RawFile.objects.get(pk=answer["Labsys-File"]).size == 0


def test_beginning_again_with_the_same_key_leads_to_the_same_place(bob, charlie):
    first = bob.begin(3, key="ch12/7")
    second = bob.begin(3, key="ch12/7")
    assert (second.status_code, second["Location"]) == (201, first["Location"])
    assert bob.begin(4, key="ch12/7").status_code == 409
    assert charlie.begin(3, key="ch12/7")["Location"] != first["Location"]


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


def test_a_deleted_upload_is_gone_with_its_bytes_and_a_file_stays(bob):
    place = bob.place(10)
    bob.send(place, 0, b"abc")
    part = parts.path_of(Upload.objects.get().pk)
    assert part.exists()
    assert bob.ask("DELETE", place).status_code == 204
    assert (part.exists(), bob.ask("HEAD", place).status_code) == (False, 404)
    assert [bob.send(place, 3, b"x").status_code, bob.ask("DELETE", place).status_code] == [404, 404]
    ended = bob.place(3)
    bob.send(ended, 0, b"abc")
    bob.ask("DELETE", ended)
    assert RawFile.objects.count() == 1


def test_an_upload_says_when_it_expires_and_is_absent_afterwards(bob):
    place = bob.place(10)
    answer = bob.send(place, 0, b"abc")
    left_s = parse_http_date(answer["Upload-Expires"]) - timezone.now().timestamp()
    assert left_s == pytest.approx(7 * 86400, abs=60)
    Upload.objects.update(updated_at=Now() - timedelta(days=7, seconds=1))
    assert (bob.ask("HEAD", place).status_code, bob.send(place, 3, b"x").status_code) == (404, 404)


def test_to_others_an_upload_does_not_exist(bob, charlie):
    place = bob.place(10)
    answers = [charlie.ask("HEAD", place), charlie.ask("GET", place), charlie.send(place, 0, b"abc"),
               charlie.ask("DELETE", place), bob.ask("HEAD", f"{UPLOADS}7/")]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404] * 5
    assert bob.offset(place) == 0


def test_nobody_and_a_viewer_begin_nothing(project):
    viewer = tus.Tus(rest.of(factories.member(project, Role.VIEWER)))
    assert viewer.begin(3, project="additives").status_code == 403
    assert tus.Tus(rest.Rest()).begin(3).status_code == 401


def test_who_lost_the_right_to_write_meanwhile_makes_no_file(bob, project):
    place = bob.place(3, project="additives")
    project.memberships.update(role=Role.VIEWER)
    assert (bob.send(place, 0, b"abc").status_code, RawFile.objects.count()) == (403, 0)


def test_an_instrument_sends_in_pieces_what_is_its_own(bob, project):
    instrument = factories.InstrumentFactory(name="XRD 1", project=project)
    xrd = tus.Tus(rest.of_instrument(instrument))
    other = tus.Tus(rest.of_instrument(factories.InstrumentFactory(project=project)))
    place = xrd.place(3, filename="scan.xy")
    assert [one.ask("HEAD", place).status_code for one in (xrd, other, bob)] == [200, 404, 404]
    xrd.send(place, 0, b"abc")
    file = RawFile.objects.get()
    assert (file.instrument, file.project, file.name) == (instrument, project, "scan.xy")


def test_the_method_may_stand_in_a_header(bob):
    place = bob.place(6)
    sent = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
    assert bob.ask("POST", place, b"abc", headers=sent).status_code == 204
    assert bob.ask("POST", place, headers={"X-HTTP-Method-Override": "HEAD"})["Upload-Offset"] == "3"
    assert bob.ask("POST", place, headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert bob.ask("HEAD", place).status_code == 404
    assert bob.ask("POST", UPLOADS, headers={"X-HTTP-Method-Override": "DISPATCH"}).status_code == 405


def test_uploads_are_not_joined(bob):
    answer = bob.ask("POST", UPLOADS, headers={"Upload-Length": "3", "Upload-Concat": "partial"})
    assert (answer.status_code, Upload.objects.count()) == (400, 0)


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
