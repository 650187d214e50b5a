"""Documents of things: who may add and see them, what replaces what, and that no browser runs one."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from characterization import documents, intake
from characterization.models import Document, JobState, RawFile
from synthesis.models import Role
from tests import factories, rest
from tests.characterization import files, furnace_logs

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture
def material():
    return factories.MaterialFactory(name="Melamine")


def sent(content: bytes = PDF, name: str = "melamine.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def address(material) -> str:
    return f"/materials/{material.pk}/documents/"


def keep(lab, material, person=None, htmx: bool = True, **values):
    values.setdefault("file", sent())
    values.setdefault("kind", "sds")
    headers = {"HX-Request": "true"} if htmx else {}
    return lab.client(person or lab.bob).post(address(material), values, headers=headers)


def test_a_safety_data_sheet_is_kept_without_being_read(lab, material):
    page = keep(lab, material, title="SDS 2026").content.decode()
    document = Document.objects.get()
    assert (document.title, document.kind, document.material, document.created_by) == (
        "SDS 2026", "sds", material, lab.bob,
    )  # fmt: skip
    assert document.file.job.state == JobState.DONE
    assert [event.note for event in document.file.job.timeline.all()] == ["kept as a document"]
    assert "SDS 2026" in page and "melamine.pdf" in page


def test_a_document_stands_in_no_inbox(lab, material):
    keep(lab, material)
    run = furnace_logs.run(lab.project)
    documents.add(run, [b"photo"], name="boat.jpg", size=5, actor=lab.bob, kind="photo")
    assert lab.client(lab.alice).get("/files/?show=all").context["files"] == []


def test_the_documents_of_a_material_are_seen_by_everybody_who_has_a_project(lab, material):
    keep(lab, material)
    document = Document.objects.get()
    assert "melamine.pdf" in lab.client(lab.charlie).get(address(material)).content.decode()
    assert lab.client(lab.charlie).get(f"/documents/{document.pk}/").status_code == 200
    nobody = factories.UserFactory()
    assert lab.client(nobody).get(address(material)).status_code == 403
    assert lab.client(nobody).get(f"/documents/{document.pk}/").status_code == 404


def test_a_viewer_looks_and_adds_nothing(lab, material):
    assert 'type="file"' not in lab.client(lab.vera).get(address(material)).content.decode()
    assert keep(lab, material, person=lab.vera).status_code == 403
    assert Document.objects.count() == 0


def test_a_document_of_a_sample_a_run_or_an_instrument_is_a_strangers_404(lab):
    things: list[documents.Thing] = [
        factories.additive(lab.project),
        furnace_logs.run(lab.project),
        factories.InstrumentFactory(project=lab.project),
    ]
    for number, thing in enumerate(things):
        made = documents.add(thing, [b"%d" % number], name="a.txt", size=1, actor=lab.bob)
        assert lab.client(lab.charlie).get(f"/documents/{made.pk}/").status_code == 404
        assert lab.client(lab.vera).get(f"/documents/{made.pk}/").status_code == 200


def test_a_newer_edition_takes_the_place_of_the_older_which_stays(lab, material):
    keep(lab, material, title="SDS")
    first = Document.objects.get()
    keep(lab, material, file=sent(PDF + b"2", "melamine-2026.pdf"), replaces=first.pk)
    (edition,) = documents.editions(material, lab.vera)
    assert (edition.document.title, [one.pk for one in edition.older]) == ("SDS", [first.pk])
    assert lab.client(lab.vera).get(f"/documents/{first.pk}/").status_code == 200
    again = keep(lab, material, file=sent(PDF + b"3"), replaces=first.pk)
    assert "has a newer edition already" in again.content.decode()


def test_a_document_of_something_else_cannot_be_replaced(lab, material):
    keep(lab, material)
    other = factories.MaterialFactory()
    answer = keep(lab, other, file=sent(PDF + b"2"), replaces=Document.objects.get().pk)
    assert (answer.status_code, Document.objects.count()) == (422, 1)


def test_the_same_bytes_for_the_same_thing_are_the_same_document(lab, material):
    keep(lab, material)
    keep(lab, material)
    assert Document.objects.count() == 1
    keep(lab, factories.MaterialFactory())
    assert (Document.objects.count(), RawFile.objects.count()) == (2, 1)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"file": ""}, "No file arrived."),
        ({"file": sent(b"", "empty.pdf")}, "No file arrived."),
        ({"kind": "poem"}, "is no kind of document"),
    ],
)
def test_what_is_refused_is_said_beside_the_form_which_keeps_what_was_typed(lab, material, values, sentence):
    answer = keep(lab, material, title="My words", **values)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="My words"' in page
    assert sentence in page or "0 bytes arrived" in page


def test_a_document_that_is_too_large_is_refused(lab, material, settings):
    settings.LABSYS_MAX_UPLOAD_BYTES = 10
    assert "larger than" in keep(lab, material).content.decode()
    assert RawFile.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PDF, "a.html", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "a.svg", "image/png"),
        (b"<script>alert(1)</script>", "a.pdf", ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.png", ""),
        (b"<html>", "a.jpg", ""),
    ],
)
def test_only_what_is_safe_by_its_bytes_is_shown(lab, material, content, name, kind):
    keep(lab, material, file=sent(content, name))
    client = lab.client(lab.vera)
    pk = Document.objects.get().pk
    shown, taken = client.get(f"/documents/{pk}/?show"), client.get(f"/documents/{pk}/")
    assert shown["Content-Type"] == (kind or "application/octet-stream")
    assert shown["Content-Disposition"].startswith("inline" if kind else "attachment")
    assert taken["Content-Type"] == "application/octet-stream"
    assert taken["Content-Disposition"].startswith("attachment")
    for answer in (shown, taken):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "script-src" not in answer["Content-Security-Policy"]


def test_a_document_that_arrives_again_as_data_is_read(lab):
    carbon = factories.additive(lab.project)
    made = documents.add(carbon, [files.xy()], name="scan.xy", size=len(files.xy()), actor=lab.bob)
    assert made.file.job.state == JobState.DONE
    receipt = intake.submit([files.xy()], intake.Delivery(name="scan.xy", project=lab.project))
    receipt.file.refresh_from_db()
    assert (receipt.duplicate, receipt.file.purpose, receipt.file.job.state) == (True, "data", "received")


def test_documents_are_sent_and_listed_over_rest(lab, material):
    bob = rest.of(lab.bob)
    answer = bob.client.post(
        rest.address("documents/"), {"file": sent(), "material": "Melamine", "kind": "sds"}
    )
    assert answer.status_code == 201, answer.content
    listed = rest.of(lab.charlie).get("documents/?material=Melamine").json()["results"]
    assert [(one["kind"], one["material"], one["name"]) for one in listed] == [
        ("sds", "Melamine", "melamine.pdf")
    ]
    both = bob.client.post(
        rest.address("documents/"), {"file": sent(), "material": "Melamine", "sample": "CCA-0001"}
    )
    assert (both.status_code, both.json()["detail"]) == (
        400, "Say of what it is: one of material, instrument, sample and run.",
    )  # fmt: skip


def test_who_may_add_nothing_is_told_so_before_anything_sent_is_looked_at(lab, material):
    things = (material, factories.additive(lab.project), furnace_logs.run(lab.project),
              factories.InstrumentFactory(project=lab.project))  # fmt: skip
    for thing, start in zip(things, ("materials", "samples", "furnace-runs", "equipment"), strict=True):
        key = getattr(thing, "code", thing.pk)
        assert lab.client(lab.vera).post(f"/{start}/{key}/documents/").status_code == 403, start
        assert lab.client(lab.bob).post(f"/{start}/{key}/documents/").status_code == 400, start
    assert rest.of(lab.vera).post("documents/", {"material": "Melamine"}).status_code == 403
    assert rest.of(lab.bob).post("documents/", {"material": "Melamine"}).status_code == 415


def test_a_list_of_documents_costs_the_same_however_long_it_is(lab, material, django_assert_max_num_queries):
    for number in range(6):
        documents.add(material, [b"%d" % number], name=f"{number}.txt", size=1, actor=lab.bob)
    member = factories.member(factories.ProjectFactory(), Role.VIEWER)
    client = lab.client(member)
    with django_assert_max_num_queries(9):
        client.get(address(material))
