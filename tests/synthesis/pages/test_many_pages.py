"""The page of many at once and the same over REST: what is typed stays, what is recorded is shown together."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from synthesis import sheets
from synthesis.many import kinds
from synthesis.models import JointEntry, MaterialLot, NanospongeBatch
from tests import factories, rest
from tests.factories import MaterialFactory
from tests.synthesis.pages.conftest import Lab, no_project

GOOD = "Material;Amount (g)\nmelamine;5\nmelamine;6\n"


def table(columns: list[str], *rows: list[str]) -> str:
    return json.dumps({"columns": columns, "rows": rows})


def file(text: str, name: str = "lots.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


@pytest.fixture
def melamine(lab: Lab) -> Any:
    return MaterialFactory(name="melamine")


def test_every_kind_has_its_grid_in_few_queries(lab: Lab) -> None:
    recipe = factories.recipe(lab.project)
    client = lab.as_(lab.bob)
    assert "It decides which columns the rows have." in client.get("/many/cathode/").content.decode()
    for kind in kinds.kinds():
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(f"/many/{kind.slug}/?recipe={recipe.pk}")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert page.count("<tr data-row>") == 12
        assert len(asked) <= 18, (kind.slug, len(asked))


def test_who_may_log_nowhere_gets_no_grid_and_an_unknown_kind_is_not_there(lab: Lab) -> None:
    assert lab.as_(lab.vera).get("/many/lot/").status_code == 403
    assert lab.as_(no_project()).get("/many/lot/").status_code == 403
    assert lab.as_(lab.bob).get("/many/channel/").status_code == 404


def test_the_grid_is_recorded_and_what_was_made_stands_together(lab: Lab, melamine: Any) -> None:
    client = lab.as_(lab.bob)
    rows = table(["material", "amount_made"], ["melamine", "5 g"], ["melamine", "1 L"])
    answer = client.post("/many/lot/", {"project": lab.project.pk, "supplier": "Sigma", "table": rows})
    entry = JointEntry.objects.get()
    assert answer["Location"] == f"/many/made/{entry.pk}/"
    page = client.get(answer["Location"]).content.decode()
    codes = list(MaterialLot.objects.order_by("pk").values_list("code", flat=True))
    assert all(code in page for code in codes)
    assert f"codes={','.join(codes)}" in page
    assert set(MaterialLot.objects.values_list("supplier", flat=True)) == {"Sigma"}
    assert lab.as_(lab.charlie).get(answer["Location"]).status_code == 404


def test_a_fault_keeps_what_was_typed_and_stands_beside_its_cell(lab: Lab, melamine: Any) -> None:
    rows = table(["material", "amount_made"], ["melamine", "5 g"], ["melamine", "5 stone"])
    answer = lab.as_(lab.bob).post(
        "/many/lot/", {"project": lab.project.pk, "note": "kept so", "table": rows}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "1 of 2 rows has a fault. Nothing was recorded." in page
    assert 'value="5 stone"' in page
    assert 'aria-describedby="fault-2-amount_made"' in page
    assert "‘stone’ is not a known unit" in page
    assert "kept so" in page
    assert not MaterialLot.objects.exists()


def test_the_grid_works_without_a_script_too(lab: Lab, melamine: Any) -> None:
    sent = {
        "project": lab.project.pk,
        "r1.material": "melamine",
        "r1.amount_made": "5",
        "r2.material": "",
        "r2.amount_made": "",
    }
    assert lab.as_(lab.bob).post("/many/lot/", sent).status_code == 302
    assert MaterialLot.objects.count() == 1


@pytest.mark.parametrize(
    "broken", ["{", "[]", '{"columns": ["name"], "rows": [["a", "b"]]}', '{"columns": 1, "rows": 2}']
)
def test_rows_that_did_not_arrive_whole_are_refused(lab: Lab, broken: str) -> None:
    answer = lab.as_(lab.bob).post("/many/nanosponge/", {"project": lab.project.pk, "table": broken})
    assert answer.status_code == 400
    assert "The rows did not arrive whole." in answer.content.decode()


def test_an_empty_grid_records_nothing_and_says_so(lab: Lab) -> None:
    answer = lab.as_(lab.bob).post(
        "/many/nanosponge/", {"project": lab.project.pk, "table": table(["name"], [""])}
    )
    assert answer.status_code == 422
    assert "No row holds anything." in answer.content.decode()


def test_a_file_is_checked_without_booking_and_then_recorded(lab: Lab, melamine: Any) -> None:
    client = lab.as_(lab.bob)
    sent = {"project": lab.project.pk, "go": "check"}
    checked = client.post("/many/lot/file/", sent | {"file": file(GOOD)}, headers={"HX-Request": "true"})
    page = checked.content.decode()
    assert "Read as UTF-8, separated by semicolons." in page
    assert "Every row is sound." in page
    assert "Record 2 rows" in page
    assert "<html" not in page
    assert not MaterialLot.objects.exists()
    answer = client.post("/many/lot/file/", sent | {"go": "record", "file": file(GOOD)})
    assert answer["Location"].startswith("/many/made/")
    assert MaterialLot.objects.count() == 2
    assert JointEntry.objects.get().source == "lots.csv"


def test_a_file_with_faults_is_not_recorded_and_shows_bad_rows_first(lab: Lab, melamine: Any) -> None:
    text = "Material;Amount (g);Colour\n" + "melamine;5;white\n" * 60 + "melamine;-1;white\n"
    answer = lab.as_(lab.bob).post(
        "/many/lot/file/", {"project": lab.project.pk, "go": "record", "file": file(text)}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    checked = page[page.index("many-check") :]
    assert checked.index("is nothing: an amount made is above zero") < checked.index(">2</th>")
    assert "Left out, because no column here is called so: ‘Colour’" in page
    assert "Page 1 of 2, rows with a fault first" in page
    assert not MaterialLot.objects.exists()


def test_columns_can_be_taken_for_something_else(lab: Lab, melamine: Any) -> None:

    text = "Stuff;How much (g)\nmelamine;5\n"
    named = {"of": hashlib.sha256(text.encode()).hexdigest(), "map-0": "material", "map-1": "amount_made"}
    sent = {"project": lab.project.pk, "go": "record", "file": file(text)}
    assert lab.as_(lab.bob).post("/many/lot/file/", sent | named).status_code == 302
    other = {"project": lab.project.pk, "go": "record", "file": file(text), **named, "of": "another file"}
    assert lab.as_(lab.bob).post("/many/lot/file/", other).status_code == 422


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"a;b\x00\n1;2", "holds NUL bytes"),
        (b"PK\x03\x04rubbish", "damaged or cut short"),
        (b"Material;Amount\n", "has a head but no rows below it"),
        (b"Material;Amount (g)\n" + b"melamine;5\n" * (sheets.MAX_ROWS + 1), "more than 5,000 rows"),
    ],
)
def test_what_is_no_table_is_answered_with_its_sentence(lab: Lab, content: bytes, sentence: str) -> None:
    sent = {"project": lab.project.pk, "file": SimpleUploadedFile("x.csv", content)}
    answer = lab.as_(lab.bob).post("/many/lot/file/", sent, headers={"HX-Request": "true"})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_a_list_leads_to_many_of_its_kind(lab: Lab) -> None:
    assert 'href="/many/nanosponge/"' in lab.as_(lab.bob).get("/batches/").content.decode()
    assert 'href="/many/nanosponge/"' not in lab.as_(lab.vera).get("/batches/").content.decode()


def test_rows_over_rest_are_recorded_all_or_none(lab: Lab, melamine: Any) -> None:
    api = rest.of(lab.bob)
    good = {"material": "melamine", "amount_made": 5}
    bad = {"common": {"project": "asslb"}, "rows": [good, {"material": "melamine", "amount_made": "-5"}]}
    refused = api.post("imports/lot/", bad)
    assert refused.status_code == 422
    said = refused.json()["errors"]
    assert list(said) == ["rows.2.amount_made"]
    assert "above zero" in said["rows.2.amount_made"][0]
    assert not MaterialLot.objects.exists()
    sound = {"common": {"project": "asslb"}, "rows": [good, good]}
    dry = api.post("imports/lot/?dry_run=1", sound)
    assert (dry.status_code, dry.json()["rows"], dry.json()["codes"]) == (200, 2, [])
    assert not MaterialLot.objects.exists()
    made = api.post("imports/lot/", sound)
    assert made.status_code == 201
    assert made.json()["codes"] == list(MaterialLot.objects.order_by("pk").values_list("code", flat=True))


def test_a_file_over_rest_is_read_as_on_the_page(lab: Lab, melamine: Any) -> None:
    api = rest.of(lab.bob)
    answer = api.client.post("/api/v1/imports/lot/", {"file": file(GOOD), "project": "asslb"})
    assert (answer.status_code, answer.json()["notes"]) == (201, ["Read as UTF-8, separated by semicolons."])
    assert rest.of(lab.vera).post("imports/lot/", {"rows": []}).status_code == 403
    assert api.post("imports/channel/", {"rows": []}).status_code == 404
    faulty: list[dict[str, Any]] = [
        {"rows": 5},
        {"rows": ["x"]},
        {"rows": []},
        {"rows": [{"a": 1}], "common": {"what": "x"}},
    ]
    for body in faulty:
        assert api.post("imports/nanosponge/", body).status_code in (400, 422), body
    assert not NanospongeBatch.objects.exists()


def test_an_unknown_key_over_rest_is_a_fault_of_the_row_and_not_dropped(lab: Lab, melamine: Any) -> None:
    row = {"material": "melamine", "amount_made": "5 g", "colour": "white"}
    answer = rest.of(lab.bob).post("imports/lot/", {"common": {"project": "asslb"}, "rows": [row]})
    assert answer.json()["errors"] == {"rows.1": ["Unknown here: colour."]}
