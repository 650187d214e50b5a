"""Lists as files: all rows that the filters leave, exact, harmless in a spreadsheet, and nothing of other projects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from synthesis import sheets
from tests import factories
from tests.factories import MaterialFactory, additive, lot, sponge
from tests.synthesis.pages.conftest import Lab


def exported(lab: Lab, address: str, form: str = "csv", person: Any = None) -> list[dict[str, str]]:
    answer: Any = lab.as_(person or lab.vera).get(f"{address}{'&' if '?' in address else '?'}export={form}")
    assert answer.status_code == 200, answer.content
    assert f'.{form}"' in answer["Content-Disposition"]
    content = b"".join(answer.streaming_content)
    head, *rows = sheets.read(content).rows
    return [dict(zip(head.cells, [*row.cells, *[""] * 99], strict=False)) for row in rows]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_list_is_exported_with_units_exact_decimals_and_links(lab: Lab, form: str) -> None:
    made = lot(
        lab.project, "0.123456789", material=MaterialFactory(name="melamine"), purity_percent=Decimal("99.5")
    )
    (row,) = exported(lab, "/materials/", form)
    assert row["Code"] == made.code
    assert (row["Amount made"], row["Amount left"], row["Unit"]) == ("0.123456789", "0.123456789", "g")
    assert (row["Purity (%)"], row["Material"]) == ("99.5", "melamine")
    assert row["Made"][:10] == f"{made.made_at:%Y-%m-%d}"
    assert row["Link"] == f"http://testserver/samples/{made.code}/"


def test_all_rows_are_exported_and_not_only_the_page_that_is_shown(lab: Lab) -> None:
    for _number in range(53):
        sponge(lab.project)
    assert len(exported(lab, "/batches/")) == 53


def test_what_the_filters_leave_is_exported_in_the_order_that_is_shown(lab: Lab) -> None:
    for grams in ("3", "1", "2"):
        sponge(lab.project, grams, name="kept")
    sponge(lab.project, "9", name="other")
    rows = exported(lab, "/batches/?q=kept&sort=amount_left")
    assert [row["Amount left"] for row in rows] == ["1", "2", "3"]
    assert "Wet yield (g)" in rows[0]


def test_an_export_holds_nothing_of_another_project(lab: Lab) -> None:
    hidden, own = sponge(lab.project, name="secret"), None
    assert exported(lab, "/batches/", person=lab.charlie) == []
    assert own is None and hidden.code not in str(exported(lab, "/additives/", person=lab.vera))


def test_a_name_like_a_formula_does_no_harm_and_comes_back(lab: Lab) -> None:
    additive(lab.project, name='=HYPERLINK("http://x","y")', place="-5")
    answer: Any = lab.as_(lab.vera).get("/additives/?export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "\"'=HYPERLINK(" in text
    assert ",'-5," in text
    (row,) = exported(lab, "/additives/", "xlsx")
    assert row["Name"] == '=HYPERLINK("http://x","y")'


@pytest.mark.parametrize(
    "address",
    ["/batches/", "/additives/", "/electrolytes/", "/materials/", "/materials/?show=materials", "/furnace-runs/",
     "/recipes/", "/cathodes/", "/cells/"],
)  # fmt: skip
def test_every_list_has_its_export(lab: Lab, address: str) -> None:
    exported(lab, address)
    exported(lab, address, "xlsx")


def test_an_export_asks_the_database_as_often_for_many_rows_as_for_few(lab: Lab) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            exported(lab, "/cells/")
        return len(asked)

    factories.cell(lab.project)
    few = queries()
    for _number in range(12):
        factories.cell(lab.project)
    assert queries() == few


def test_a_list_that_is_too_long_for_a_workbook_is_refused_with_the_number(
    lab: Lab, monkeypatch: Any
) -> None:
    monkeypatch.setattr("synthesis.exporting.MOST_IN_A_WORKBOOK", 1)
    sponge(lab.project)
    sponge(lab.project)
    answer = lab.as_(lab.vera).get("/batches/?export=xlsx")
    assert answer.status_code == 400
    assert "A workbook takes 1 rows and this list has more" in answer.content.decode()
