"""Recipes: shares that add to 100 wt %, and versions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cells.models import CathodeRecipe, RecipeComponent
from tests.factories import recipe
from tests.synthesis.pages.conftest import Lab
from tests.synthesis.pages.test_log_forms import rows


def form(lab: Lab, *shares: str, name: str = "LCO standard") -> dict[str, Any]:
    parts = zip(("active", "electrolyte", "additive"), ("LCO", "LPSC", "CCA"), shares, strict=False)
    given = [{"role": role, "material": material, "share": share} for role, material, share in parts]
    return {"project": lab.project.pk, "name": name, **rows("components", *given)}


def test_a_recipe_of_70_28_2_is_recorded_and_its_page_shows_the_sum(lab: Lab) -> None:
    answer = lab.as_(lab.bob).post("/log/recipe/", form(lab, "70", "28 wt %", "2,0"))
    made = CathodeRecipe.objects.get()
    assert answer["Location"] == f"/recipes/{made.pk}/"
    assert [part.share_wt_percent for part in made.components.all()] == [70, 28, 2]
    assert "Sum 100 wt %" in lab.as_(lab.vera).get(f"/recipes/{made.pk}/").content.decode()


def test_shares_that_add_to_99_9_are_refused_with_what_is_missing(lab: Lab) -> None:
    answer = lab.as_(lab.bob).post("/log/recipe/", form(lab, "70", "27.9", "2"))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Shares add to 99.9 wt %. Add 0.1 wt % or let one component take the rest." in page
    assert 'value="27.9"' in page
    assert not CathodeRecipe.objects.exists()


def test_shares_that_add_to_more_than_100_are_refused(lab: Lab) -> None:
    page = lab.as_(lab.bob).post("/log/recipe/", form(lab, "70", "28", "2.5")).content.decode()
    assert "Shares add to 100.5 wt %, 0.5 wt % too much." in page


@pytest.mark.parametrize("share", ["0", "-2", "101", "two"])
def test_a_share_is_a_share(lab: Lab, share: str) -> None:
    assert lab.as_(lab.bob).post("/log/recipe/", form(lab, "70", "28", share)).status_code == 422


def test_the_database_refuses_99_9_too(lab: Lab) -> None:
    made = recipe(lab.project)
    with pytest.raises(IntegrityError, match=r"99\.9"), transaction.atomic():
        RecipeComponent.objects.filter(recipe=made, number=3).update(share_wt_percent=Decimal("1.9"))
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_same_name_makes_the_next_version(lab: Lab) -> None:
    client = lab.as_(lab.bob)
    client.post("/log/recipe/", form(lab, "70", "28", "2"))
    first = CathodeRecipe.objects.get()
    page = client.get(f"/log/recipe/?like={first.pk}").content.decode()
    assert 'value="28"' in page
    client.post("/log/recipe/", form(lab, "70", "27", "3"))
    assert list(CathodeRecipe.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_a_viewer_gets_403_and_a_stranger_404(lab: Lab) -> None:
    made = recipe(lab.project)
    assert lab.as_(lab.vera).post("/log/recipe/", form(lab, "70", "28", "2")).status_code == 403
    assert lab.as_(lab.charlie).get(f"/recipes/{made.pk}/").status_code == 404
    assert lab.as_(lab.charlie).get(f"/log/recipe/?like={made.pk}").status_code == 404
    assert made.name not in lab.as_(lab.charlie).get("/recipes/").content.decode()


def test_a_number_that_is_none_names_no_recipe(lab: Lab) -> None:
    client = lab.as_(lab.bob)
    assert client.get("/log/recipe/?like=²").status_code == 200
    assert client.get("/log/cathode/?recipe=²").status_code == 200
