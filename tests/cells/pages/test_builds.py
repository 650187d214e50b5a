"""Cathode batches and cells through their forms, and their lists."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cells.models import CathodeBatch, Cell
from synthesis.models import Sample
from tests.factories import additive, cell, lot, recipe
from tests.synthesis.pages.conftest import Lab
from tests.synthesis.pages.test_log_forms import rows


@pytest.fixture
def powders(lab: Lab) -> dict[str, Any]:
    return {
        "recipe": recipe(lab.project),
        "lco": lot(lab.project, "5"),
        "lpsc": lot(lab.project, "2"),
        "cca": additive(lab.project, "7.31", group="Mo-Ni@NPCs"),
    }


def cathode_form(lab: Lab, powders: dict[str, Any], cca: str = "20.3 mg") -> dict[str, Any]:
    return {
        "project": lab.project.pk,
        "recipe": powders["recipe"].pk,
        "target_mass_mg": "1 g",
        "amount_made": "980 mg",
        **rows(
            "takes",
            {"role": "LCO", "sample": powders["lco"].code, "amount": "700.5"},
            {"role": "LPSC", "sample": powders["lpsc"].code, "amount": "0.28 g"},
            {"role": "CCA", "sample": powders["cca"].code, "amount": cca},
        ),
    }


def test_the_recipe_names_the_rows_of_a_cathode(lab: Lab, powders: dict[str, Any]) -> None:
    client = lab.as_(lab.bob)
    assert "By which recipe was it mixed?" in client.get("/log/cathode/").content.decode()
    page = client.get(
        f"/log/cathode/?recipe={powders['recipe'].pk}&from={powders['cca'].code}"
    ).content.decode()
    assert "28 wt %" in page
    assert f'value="{powders["cca"].code}"' in page.split('name="takes-2-sample"')[1][:60]


def test_a_cathode_draws_down_its_components_and_takes_the_group_of_its_additive(
    lab: Lab, powders: dict[str, Any]
) -> None:
    assert lab.as_(lab.bob).post("/log/cathode/", cathode_form(lab, powders)).status_code == 302
    batch = CathodeBatch.objects.get()
    assert (batch.group, batch.amount_left, batch.unit) == ("Mo-Ni@NPCs", Decimal(980), "mg")
    assert batch.planned["LPSC"] == "280 mg"
    assert Sample.objects.get(pk=powders["lco"].pk).amount_left == Decimal("4.2995")
    assert Sample.objects.get(pk=powders["cca"].pk).amount_left == Decimal("7.2897")


def test_more_additive_than_is_left_is_refused_and_nothing_is_mixed(
    lab: Lab, powders: dict[str, Any]
) -> None:
    answer = lab.as_(lab.bob).post("/log/cathode/", cathode_form(lab, powders, cca="8 g"))
    assert answer.status_code == 409
    assert "has 7.31 g left, 0.69 g too little." in answer.content.decode()
    assert Sample.objects.get(pk=powders["lco"].pk).amount_left == 5


def cell_form(lab: Lab, cathode: str, **values: str) -> dict[str, Any]:
    taken = {"role": "cathode", "sample": cathode, "amount": "14.3"}
    return {
        "project": lab.project.pk,
        "format": "die",
        "voltage_reference": "In-InLi",
        "area_cm2": "0.785",
        "lower_voltage_V": "1.4",
        "upper_voltage_V": "3.7",
        **values,
        **rows("takes", taken),
    }


def test_a_cells_masses_follow_from_what_was_weighed_into_its_cathode(
    lab: Lab, powders: dict[str, Any]
) -> None:
    client = lab.as_(lab.bob)
    client.post("/log/cathode/", cathode_form(lab, powders))
    batch = CathodeBatch.objects.get()
    assert client.post("/log/cell/", cell_form(lab, batch.code)).status_code == 302
    built = Cell.objects.get()
    assert built.composite_mass_mg == 14.3
    assert built.active_mass_mg == pytest.approx(14.3 * 700.5 / 1000.8, abs=1e-6)
    assert (built.group, built.amount_left) == ("Mo-Ni@NPCs", Decimal(1))
    assert Sample.objects.get(pk=batch.pk).amount_left == Decimal("965.7")
    page = client.get(f"/samples/{built.code}/").content.decode()
    assert "0.785" in page
    assert f"by what was weighed into {batch.code}" in page
    again = client.get(f"/log/cell/?like={built.code}").content.decode()
    assert f'value="{batch.code}"' in again
    assert 'value="14.3 mg"' in again


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"upper_voltage_V": "1.2"}, "The window ends at 1.2 V, below its start at 1.4 V."),
        (
            {"composite_mass_mg": "10", "active_mass_mg": "12"},
            "12 mg of active material in 10 mg of composite cannot be.",
        ),
        ({"area_cm2": "-1"}, "below the lowest possible, 0\u00a0cm²"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_beside_its_field(
    lab: Lab, powders: dict[str, Any], values: dict[str, str], sentence: str
) -> None:
    answer = lab.as_(lab.bob).post("/log/cell/", cell_form(lab, powders["cca"].code, **values))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Cell.objects.exists()


@pytest.mark.parametrize("kind", ["recipe", "cathode", "cell", "channel"])
def test_a_viewer_may_log_none_of_them(lab: Lab, kind: str) -> None:
    assert lab.as_(lab.vera).get(f"/log/{kind}/").status_code == 403


def test_lists_show_cells_and_cathodes_in_few_questions(
    lab: Lab, powders: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    lab.as_(lab.bob).post("/log/cathode/", cathode_form(lab, powders))
    built = [cell(lab.project, group="SP", format="pouch") for _ in range(60)]
    client = lab.as_(lab.vera)
    with django_assert_max_num_queries(9):
        page = client.get("/cells/?format=pouch").content.decode()
    assert page.count("<tr data-href") == 50
    assert built[-1].code in page
    assert "50 of 60" in page
    with django_assert_max_num_queries(9):
        assert "LCO standard, version 1" in client.get("/cathodes/").content.decode()
    assert "Nothing here yet" in lab.as_(lab.charlie).get("/cells/").content.decode()
