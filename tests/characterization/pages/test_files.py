"""The inbox, the page of a file, attaching, undoing, reading again, the raw bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from characterization import blobs
from characterization.models import Job, JobState, Measurement, RawFile
from tests import factories
from tests.characterization import files

pytestmark = pytest.mark.django_db

NONE_SUCH = "There is no sample and no furnace run {}. Type its code as on the label."


def test_the_inbox_opens_with_what_waits_for_somebody(lab):
    lab.file("scan.xy")
    lab.file("ch12.ndax", b"")
    page = lab.client(lab.alice).get("/files/").content.decode()
    assert "scan.xy" in page and "ch12.ndax is empty: 0 bytes arrived." in page
    assert 'aria-current="page">Need you <span>2</span>' in page


def test_the_inbox_tells_when_each_instrument_was_last_heard(lab):
    cycler: Any = factories.InstrumentFactory(name="Neware 1", project=lab.project)
    foreign: Any = factories.InstrumentFactory(name="Neware 9", project=lab.elsewhere)
    for instrument in (cycler, foreign):
        files.deliver(instrument.project, instrument=instrument)
    heard = lab.client(lab.vera).get("/files/").context["heard"]
    assert [instrument.name for instrument in heard] == ["Neware 1"]


def test_filters_show_only_their_state(lab):
    lab.file("scan.xy")
    lab.file("ch12.ndax", b"")
    page = lab.client(lab.alice).get("/files/?show=failed")
    assert [file.name for file in page.context["files"]] == ["ch12.ndax"]


def test_the_inbox_asks_the_database_equally_often_for_one_file_and_for_ten(
    lab, django_assert_max_num_queries
):
    client = lab.client(lab.alice)
    for number in range(10):
        files.deliver(lab.project, name=f"scan{number}.xy", content=files.xy(100 + number))
    with django_assert_max_num_queries(14):
        assert len(client.get("/files/?show=all").context["files"]) == 10


def test_a_long_inbox_is_paged_by_key(lab):
    for number in range(53):
        files.deliver(lab.project, name=f"scan{number}.xy", content=b"%d" % number)
    client = lab.client(lab.alice)
    first = client.get("/files/?show=all").context
    second = client.get(f"/files/?show=all&before={first['more']}").context
    assert (len(first["files"]), len(second["files"]), second["more"]) == (50, 3, None)


def test_a_stranger_sees_no_file(lab):
    file = lab.file()
    client = lab.client(lab.charlie)
    for part in ("", "pane/", "row/", "guess/", "choices/", "raw/"):
        assert client.get(f"/files/{file.pk}/{part}").status_code == 404
    assert client.get(f"/files/states/?ids={file.pk}").json() == {"states": {}}
    assert client.get("/files/?show=all").context["files"] == []
    assert client.post(f"/files/{file.pk}/attach/", {"code": ""}).status_code == 404


def test_a_viewer_looks_but_changes_nothing(lab):
    file = lab.file()
    sample = factories.additive(lab.project)
    client = lab.client(lab.vera)
    page = client.get(f"/files/{file.pk}/").content.decode()
    assert "Whose is it?" not in page and "Read again" not in page
    assert client.post(f"/files/{file.pk}/attach/", {"code": sample.code}).status_code == 403
    assert client.post(f"/files/{file.pk}/again/").status_code == 403
    assert RawFile.objects.get().sample is None


def test_a_failed_file_says_what_is_wrong_and_what_to_do(lab):
    file = lab.file("ch12.ndax", b"")
    page = lab.client(lab.bob).get(f"/files/{file.pk}/").content.decode()
    assert file.job.error_message in page and file.job.error_hint in page
    assert "Read again" in page


def test_a_code_in_the_name_is_the_first_suggestion_with_its_reason(lab):
    one, other = factories.additive(lab.project), factories.additive(lab.project)
    file = lab.file(f"{one.code}_{other.code}_mixed.xy")
    page = lab.client(lab.alice).get(f"/files/{file.pk}/")
    assert page.context["suggestions"][0].reason == "named in the file's name"
    assert {s.owner.code for s in page.context["suggestions"][:2]} == {one.code, other.code}


def test_the_sample_of_the_file_before_on_that_instrument_is_suggested(lab):
    sample = factories.additive(lab.project)
    diffractometer = factories.InstrumentFactory(name="D8")
    lab.file(f"{sample.code}.xy", files.xy(300), instrument=diffractometer)
    file = lab.file("scan0071.xy", files.xy(301), instrument=diffractometer)
    found = lab.client(lab.alice).get(f"/files/{file.pk}/").context["suggestions"][0]
    assert found.owner.code == sample.code
    assert found.reason.startswith("the file before it on D8")


def test_samples_of_projects_that_one_may_not_see_are_never_suggested(lab):
    foreign = factories.additive(lab.elsewhere)
    file = lab.file(f"{foreign.code}.xy")
    assert lab.client(lab.alice).get(f"/files/{file.pk}/").context["suggestions"] == []


def test_attaching_moves_file_and_measurements_and_can_be_undone(lab):
    file, sample = lab.file(), factories.additive(lab.project)
    client = lab.client(lab.bob)
    answer = client.post(f"/files/{file.pk}/attach/", {"code": sample.code}, headers={"HX-Request": "true"})
    said = json.loads(answer["HX-Trigger"])["labsys:attached"]
    assert said["text"] == f"scan.xy attached to {sample.code}"
    assert Measurement.objects.get().sample_id == sample.pk
    client.post(said["undo"], {"code": said["code"]})
    assert Measurement.objects.get().sample is None
    assert Job.objects.get().state == JobState.UNMATCHED


def test_attaching_to_a_code_that_is_not_there_says_so(lab):
    file = lab.file()
    answer = lab.client(lab.bob).post(f"/files/{file.pk}/attach/", {"code": "CCA-9999"})
    assert answer.status_code == 400
    assert NONE_SUCH.format("CCA-9999") in answer.content.decode()


def test_attaching_to_a_sample_of_a_stranger_is_as_if_it_did_not_exist(lab):
    file, foreign = lab.file(), factories.additive(lab.elsewhere)
    answer = lab.client(lab.bob).post(f"/files/{file.pk}/attach/", {"code": foreign.code})
    assert NONE_SUCH.format(foreign.code) in answer.content.decode()
    assert Measurement.objects.get().sample is None


def test_a_failed_file_goes_back_into_the_queue(lab):
    file = lab.file("ch12.ndax", b"")
    lab.client(lab.bob).post(f"/files/{file.pk}/again/")
    assert Job.objects.get().state == JobState.RECEIVED


def test_the_raw_file_is_handed_out_to_keep_and_never_to_run(lab):
    file = lab.file("<script>.xy")
    answer = lab.client(lab.vera).get(f"/files/{file.pk}/raw/")
    assert b"".join(answer.streaming_content) == files.xy()
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_states_are_told_for_many_files_in_one_answer(lab):
    read, waiting = lab.file(), files.deliver(lab.project, name="late.xy", content=files.xy(90))
    answer = lab.client(lab.vera).get(f"/files/states/?ids={read.pk},{waiting.pk},x,999999")
    assert answer.json() == {"states": {str(read.pk): "unmatched", str(waiting.pk): "received"}}


def test_no_page_reads_a_raw_file(lab, monkeypatch):
    sample = factories.additive(lab.project)
    file = lab.file(f"{sample.code}.xy")
    blobs.path_of(file.sha256).unlink()
    client = lab.client(lab.alice)
    measurement = Measurement.objects.get()
    for address in (
        f"/files/{file.pk}/", f"/measurements/{measurement.pk}/", f"/samples/{sample.code}/dashboards/",
        f"/measurements/{measurement.pk}/charts/pattern.json", f"/measurements/{measurement.pk}/table.csv",
    ):  # fmt: skip
        assert client.get(address).status_code == 200, address
