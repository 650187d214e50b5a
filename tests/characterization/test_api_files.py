"""Files over REST: sent once, answered at once, followed to their end."""

from __future__ import annotations

import hashlib

import pytest
from django.utils import timezone

from characterization import ingest
from characterization.models import RawFile
from synthesis import access
from synthesis.models import ApiToken, Project, Role
from tests import factories, rest
from tests.characterization import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_blobs(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"


@pytest.fixture
def project():
    return factories.ProjectFactory(slug="additives")


@pytest.fixture
def bob(project):
    return rest.of(factories.member(project, Role.EDITOR, username="bob"))


@pytest.fixture
def charlie():
    return rest.of(factories.member(factories.ProjectFactory(), Role.EDITOR))


def test_a_file_is_received_and_answered_at_once(bob):
    content = files.xy()
    answer = bob.send(content, "scan.xy")
    said = answer.json()
    assert answer.status_code == 202, said
    assert (said["sha256"], said["size"], said["name"]) == (
        hashlib.sha256(content).hexdigest(),
        len(content),
        "scan.xy",
    )
    assert (said["state"], said["duplicate"], said["measurements"], said["error"]) == (
        "received",
        False,
        [],
        None,
    )
    assert (said["project"], said["created_by"]) == ("additives", "bob")


def test_the_same_bytes_again_are_the_same_file(bob):
    first = bob.send(files.xy()).json()
    second = bob.send(files.xy(), "copy.xy")
    assert (second.status_code, second.json()["id"], second.json()["duplicate"]) == (200, first["id"], True)
    assert len(bob.get("files/").json()["results"]) == 1


def test_a_read_file_tells_its_whole_way(bob, project):
    cell = factories.cell(project)
    sent = bob.send(files.bdf(), "run.bdf.csv", sample=cell.code).json()
    ingest.ingest(RawFile.objects.get(pk=sent["id"]).job.pk)
    found = bob.get(f"files/{sent['id']}/").json()
    assert (found["state"], found["sample"], found["error"]) == ("done", cell.code, None)
    assert [event["state"] for event in found["timeline"]] == ["received", "reading", "done"]
    assert len(found["measurements"]) == 1
    assert set(found["reader"]) == {"name", "version"}
    assert [row["id"] for row in bob.get("files/", state="done").json()["results"]] == [sent["id"]]


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(bob):
    sent = bob.send(b"", "empty.ndax").json()
    ingest.ingest(RawFile.objects.get(pk=sent["id"]).job.pk)
    found = bob.get(f"files/{sent['id']}/").json()
    assert (found["state"], found["error"]["code"]) == ("failed", "empty")
    assert "0 bytes" in found["error"]["message"]
    assert found["error"]["hint"]
    assert bob.post(f"files/{sent['id']}/reread/").json()["state"] == "received"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"sample": "CELL-9999"}, "sample"),
        ({"instrument": "Nobody"}, "instrument"),
        ({"project": "nowhere"}, "project"),
        ({"technique": "alchemy"}, "technique"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"size": "7"}, "file"),
        ({"sha256": "0" * 64}, "file"),
        ({"sha256": "short"}, "sha256"),
    ],
)
def test_what_does_not_hold_is_refused_and_nothing_is_kept(bob, fields, field):
    answer = bob.send(files.xy(), **fields)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert RawFile.objects.count() == 0


def test_the_senders_own_sums_are_checked_and_may_agree(bob):
    content = files.xy()
    answer = bob.send(content, sha256=hashlib.sha256(content).hexdigest().upper(), size=str(len(content)))
    assert answer.status_code == 202


def test_a_request_without_a_file_is_refused(bob):
    answer = bob.client.post("/api/v1/files/", {"sample": ""})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["file"])


def test_too_large_a_file_is_refused_by_its_announced_length_and_by_its_bytes(bob, settings):
    settings.LABSYS_MAX_UPLOAD_BYTES = 1000
    counted = bob.send(b"x" * 1001)
    announced = bob.client.generic("POST", "/api/v1/files/", b"", content_type="multipart/form-data; boundary=b",
                                   headers={"Content-Length": "2000000"})  # fmt: skip
    for answer in (counted, announced):
        assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
        assert "Nothing was kept" in answer.json()["detail"]
    assert RawFile.objects.count() == 0


def test_a_viewer_sends_nothing_and_a_stranger_sees_nothing(bob, charlie, project):
    viewer = rest.of(factories.member(project, Role.VIEWER))
    sent = bob.send(files.xy()).json()
    assert viewer.send(b"1 2\n").status_code == 403
    assert viewer.get(f"files/{sent['id']}/").status_code == 200
    assert viewer.patch(f"files/{sent['id']}/", {"sample": None}).status_code == 403
    assert charlie.get(f"files/{sent['id']}/").status_code == 404
    assert charlie.get(f"files/{sent['id']}/raw/").status_code == 404
    assert charlie.get("files/").json()["results"] == []


def test_a_file_goes_to_the_project_of_its_sample(project):
    person = factories.member(project, Role.EDITOR)
    other = factories.ProjectFactory(slug="electrolytes")
    other.memberships.create(user=person, role=Role.EDITOR)
    sponge = factories.sponge(other)
    both = rest.of(person)
    assert both.send(files.xy(), sample=sponge.code).json()["project"] == "electrolytes"
    unclear = both.send(files.xy(500))
    assert (unclear.status_code, list(unclear.json()["errors"])) == (400, ["project"])
    assert both.send(files.xy(500), project="additives").json()["project"] == "additives"
    assert both.send(files.xy(600), project="additives", sample=sponge.code).status_code == 400


def test_an_administrators_file_without_a_word_goes_to_unsorted_or_to_the_sample_it_names(project):
    root = rest.of(factories.UserFactory(is_superuser=True))
    assert root.send(files.xy(), "scan.xy").json()["project"] == "unsorted"
    sponge = factories.sponge(project)
    named = root.send(files.xy(500), f"{sponge.code}_scan.xy").json()
    assert (named["project"], named["sample"]) == ("additives", sponge.code)
    assert Project.objects.filter(slug="unsorted").count() == 1


def test_an_instrument_sends_files_and_sees_its_own(bob, project):
    instrument = factories.InstrumentFactory(name="XRD 1", project=project)
    other = rest.of_instrument(factories.InstrumentFactory(name="XRD 2", project=project))
    xrd = rest.of_instrument(instrument)
    bob.send(files.xy(300))
    sent = xrd.send(files.xy(), sample=factories.sponge(project).code)
    assert (sent.status_code, sent.json()["instrument"], sent.json()["project"]) == (
        202,
        "XRD 1",
        "additives",
    )
    assert [row["id"] for row in xrd.get("files/").json()["results"]] == [sent.json()["id"]]
    assert other.get(f"files/{sent.json()['id']}/").status_code == 404
    assert xrd.send(files.xy(400), instrument="XRD 2").status_code == 400
    assert xrd.send(files.xy(400), project="elsewhere").status_code == 400
    instrument.refresh_from_db()
    assert instrument.last_heard_at is not None


def test_an_instrument_of_a_project_cannot_name_samples_of_others(project):
    foreign = factories.sponge(factories.ProjectFactory())
    answer = rest.of_instrument(factories.InstrumentFactory(project=project)).send(
        files.xy(), sample=foreign.code
    )
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["sample"])


def test_an_instrument_may_do_nothing_else(project):
    xrd = rest.of_instrument(factories.InstrumentFactory(project=project))
    sponge = factories.sponge(project)
    sent = xrd.send(files.xy()).json()
    refused = [xrd.get("samples/"), xrd.get(f"samples/{sponge.code}/"), xrd.get("measurements/"), xrd.get("schema/"),
               xrd.patch(f"files/{sent['id']}/", {"sample": sponge.code}), xrd.get(f"files/{sent['id']}/raw/"),
               xrd.post(f"samples/{sponge.code}/ledger/", {"kind": "use", "amount": 1})]  # fmt: skip
    assert [answer.status_code for answer in refused] == [403] * len(refused)


def test_a_file_is_attached_by_an_editor_of_both_projects(bob, project):
    sent = bob.send(files.xy()).json()
    ingest.ingest(RawFile.objects.get(pk=sent["id"]).job.pk)
    assert bob.get(f"files/{sent['id']}/").json()["state"] == "unmatched"
    sponge = factories.sponge(project)
    attached = bob.patch(f"files/{sent['id']}/", {"sample": sponge.code}).json()
    assert (attached["state"], attached["sample"]) == ("done", sponge.code)
    foreign = factories.sponge(factories.ProjectFactory())
    assert bob.patch(f"files/{sent['id']}/", {"sample": foreign.code}).status_code == 400


def test_the_raw_bytes_come_back_as_they_arrived_and_are_never_rendered(bob):
    content = b"<script>alert(1)</script>"
    sent = bob.send(content, "trick.html").json()
    answer = bob.get(f"files/{sent['id']}/raw/")
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("header", ["Bearer", "Bearer wrong", "Bearer a b", "Bearer lab_\u00e9"])
def test_a_wrong_token_is_refused_with_how_to_show_one(header):
    answer = rest.Rest().client.get("/api/v1/files/", headers={"Authorization": header})
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_revoked_expired_and_closed_accounts_tokens_open_nothing(project):
    person = factories.member(project, Role.EDITOR)
    secret = access.new_token("script", user=person)
    assert rest.Rest(secret).get("files/").status_code == 200
    assert ApiToken.objects.get().last_used_at is not None
    ApiToken.objects.update(expires_at=timezone.now())
    assert rest.Rest(secret).get("files/").status_code == 401
    ApiToken.objects.update(expires_at=None, revoked_at=timezone.now())
    assert rest.Rest(secret).get("files/").status_code == 401
    ApiToken.objects.update(revoked_at=None)
    person.is_active = False
    person.save()
    assert rest.Rest(secret).get("files/").status_code == 401


def test_a_page_of_files_costs_the_same_however_long_it_is(bob, project, django_assert_num_queries):
    bob.send(files.xy())
    bob.get("files/")
    with django_assert_num_queries(4):  # the token, whose projects, the files, their measurements
        assert len(bob.get("files/").json()["results"]) == 1
    for points in range(10, 18):
        bob.send(files.xy(points))
    with django_assert_num_queries(4):
        assert len(bob.get("files/").json()["results"]) == 9


def test_an_instrument_that_sends_what_a_person_sent_before_is_told_so(bob, project):
    first = bob.send(files.xy()).json()
    again = rest.of_instrument(factories.InstrumentFactory(project=project)).send(files.xy())
    assert (again.status_code, again.json()["id"], again.json()["duplicate"]) == (200, first["id"], True)
