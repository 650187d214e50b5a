"""tus 1.0 as a client meets it: how uploads begin, what is told of them, whose they are, how they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.http import parse_http_date

from characterization import parts
from characterization.models import RawFile, Upload
from synthesis.models import Role
from tests import factories, rest
from tests.characterization import tus

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
