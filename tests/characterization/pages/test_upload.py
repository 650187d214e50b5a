"""Uploads from a page: one file per request, checked against what the browser says of it."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from characterization.models import RawFile
from tests import factories
from tests.characterization import files

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def send(client, content: bytes = b"", name: str = "scan.xy", **values):
    content = content or files.xy()
    sent = {"file": SimpleUploadedFile(name, content), "size": len(content)} | values
    return client.post("/files/upload/", sent, headers=JSON)


def test_an_upload_is_answered_with_its_id_and_state(lab):
    answer = send(lab.client(lab.bob), sha256=hashlib.sha256(files.xy()).hexdigest())
    body = answer.json()
    file = RawFile.objects.get()
    assert (answer.status_code, body["state"], body["duplicate"]) == (202, "received", False)
    assert (body["id"], body["url"], file.created_by) == (file.pk, f"/files/{file.pk}/", lab.bob)


def test_the_same_bytes_again_are_the_same_file(lab):
    client = lab.client(lab.bob)
    first, second = send(client).json(), send(client, name="copy.xy")
    assert (second.status_code, second.json()["id"], second.json()["duplicate"]) == (200, first["id"], True)


def test_an_upload_from_the_page_of_a_sample_is_attached_to_it(lab):
    sample = factories.additive(lab.project)
    send(lab.client(lab.bob), sample=sample.code)
    assert RawFile.objects.get().sample_id == sample.pk


def test_a_cut_upload_is_refused_and_nothing_is_kept(lab):
    answer = send(lab.client(lab.bob), size=10_000_000)
    assert answer.status_code == 400
    assert "was cut on the way" in answer.json()["error"]
    assert not RawFile.objects.exists()


def test_an_altered_upload_is_refused(lab):
    answer = send(lab.client(lab.bob), sha256="0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (400, "altered")


def test_a_viewer_and_a_stranger_upload_nothing(lab):
    sample = factories.additive(lab.project)
    assert send(lab.client(lab.vera)).status_code == 403
    assert send(lab.client(lab.vera), sample=sample.code).status_code == 403
    assert send(lab.client(lab.charlie), sample=sample.code).json()["error"].startswith("There is no sample")
    assert send(lab.client(lab.charlie), project=lab.project.pk).status_code == 404
    assert not RawFile.objects.exists()


def test_a_request_without_a_file_says_so(lab):
    answer = lab.client(lab.bob).post("/files/upload/", {}, headers=JSON)
    assert answer.json()["error"] == "No file arrived. Choose a file and send it again."
