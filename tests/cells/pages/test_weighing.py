"""From a recipe to the balance, and from the balance to real shares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cells.models import CathodeBatch, Cell, RecipeComponent
from synthesis import ledger
from synthesis.units import Quantity
from tests import factories
from tests.cells.pages.test_builds import cell_form, powders
from tests.synthesis.pages.conftest import Lab
from tests.synthesis.pages.test_log_forms import rows

__all__ = ["powders"]


@pytest.fixture
def tolerances(powders: dict[str, Any]) -> dict[str, Any]:
    """LCO and LPSC within 1 %, the additive within 5 %."""
    for material, percent in (("LCO", "1"), ("LPSC", "1"), ("CCA", "5")):
        RecipeComponent.objects.filter(material=material).update(tolerance_percent=Decimal(percent))
    return powders


def form(lab: Lab, powders: dict[str, Any], *, cca: str = "4.00", **more: str) -> dict[str, Any]:
    return {
        "project": lab.project.pk,
        "recipe": powders["recipe"].pk,
        "target_mass_mg": "200",
        "amount_made": "196",
        **rows(
            "takes",
            {"role": "LCO", "sample": powders["lco"].code, "amount": "140.7"},
            {"role": "LPSC", "sample": powders["lpsc"].code, "amount": "56.3"},
            {"role": "CCA", "sample": powders["cca"].code, "amount": cca, "why": more.get("why", "")},
        ),
    }


def test_the_sheet_scales_shares_to_the_target_and_names_lots_with_what_is_left(
    lab: Lab, tolerances: dict[str, Any]
) -> None:
    client = lab.as_(lab.bob)
    context = client.get(f"/recipes/{tolerances['recipe'].pk}/weighing/?target=0.25 g").context
    lines = {line.component.material: line for line in context["lines"]}
    assert {name: line.planned for name, line in lines.items()} == {"LCO": 175.0, "LPSC": 70.0, "CCA": 5.0}
    assert (lines["LPSC"].least, lines["LPSC"].most) == (pytest.approx(69.3), pytest.approx(70.7))
    assert (str(lines["CCA"].lot), lines["CCA"].enough) == (tolerances["cca"].code, True)
    assert context["total"] == 250
    assert f"target=250+mg&lot-2={tolerances['cca'].code}" in context["log_url"]


def test_a_target_is_handed_on_as_it_was_typed(lab: Lab, tolerances: dict[str, Any]) -> None:
    client = lab.as_(lab.bob)
    context = client.get(f"/recipes/{tolerances['recipe'].pk}/weighing/?target=12345.678").context
    assert "target=12345.678+mg" in context["log_url"]


def test_lots_taken_of_before_come_first_and_too_little_is_said(lab: Lab, tolerances: dict[str, Any]) -> None:
    client = lab.as_(lab.bob)
    client.post("/log/cathode/", form(lab, tolerances))
    factories.additive(lab.project, "1", group="SP")
    page = client.get(f"/recipes/{tolerances['recipe'].pk}/weighing/?target=1 kg")
    lines = {line.component.material: line for line in page.context["lines"]}
    assert str(lines["LCO"].lot) == tolerances["lco"].code
    assert [one.group for one in lines["CCA"].offered] == ["Mo-Ni@NPCs", "SP"]
    assert not lines["LCO"].enough
    assert "too little" in page.content.decode()


@pytest.mark.parametrize(("typed", "said"), [("20 mL", "is a volume"), ("0", "above zero"), ("much", "much")])
def test_a_target_that_cannot_be_weighed_is_refused_beside_its_field(
    lab: Lab, powders: dict[str, Any], typed: str, said: str
) -> None:
    page = lab.as_(lab.vera).get(f"/recipes/{powders['recipe'].pk}/weighing/", {"target": typed})
    assert page.status_code == 422
    assert said in page.content.decode()
    assert "target-error" in page.content.decode()


def test_the_sheet_leads_to_the_form_with_target_and_lots_in_it(lab: Lab, tolerances: dict[str, Any]) -> None:
    client = lab.as_(lab.bob)
    address = client.get(f"/recipes/{tolerances['recipe'].pk}/weighing/?target=200 mg").context["log_url"]
    page = client.get(address)
    assert page.context["form"]["target_mass_mg"].value() == "200"
    filled = [row["sample"].value() for row in page.context["rows"]]
    assert filled[2] == tolerances["cca"].code
    assert "±\u00a05\u00a0%" in page.content.decode()


def test_past_its_tolerance_a_weighing_asks_for_a_reason_and_keeps_it(
    lab: Lab, tolerances: dict[str, Any]
) -> None:
    client = lab.as_(lab.bob)
    refused = client.post("/log/cathode/", form(lab, tolerances, cca="4.3"))
    assert refused.status_code == 422
    assert "CCA is +7.5\u00a0% off, past the limit of ±\u00a05\u00a0%" in refused.content.decode()
    assert not CathodeBatch.objects.exists()
    answer = client.post("/log/cathode/", form(lab, tolerances, cca="4.3", why="static on the spatula"))
    assert answer.status_code == 302
    batch = CathodeBatch.objects.get()
    part = batch.makeup.parts[2]
    assert part.apart is not None
    assert (batch.reasons, part.apart.text, part.apart.over) == (
        {"CCA": "static on the spatula"}, "+7.5\u00a0%", True,
    )  # fmt: skip
    page = client.get(f"/samples/{batch.code}/").content.decode()
    assert "real shares, by what was weighed" in page
    assert "static on the spatula" in page


def test_real_shares_are_those_of_what_was_weighed(lab: Lab, tolerances: dict[str, Any]) -> None:
    lab.as_(lab.bob).post("/log/cathode/", form(lab, tolerances))
    made = CathodeBatch.objects.get().makeup
    shares = {part.component.material: float(part.real_share or 0) for part in made.parts}
    assert made.complete
    assert made.total_mg == Decimal("201.0")
    assert shares == {
        "LCO": pytest.approx(70.0), "LPSC": pytest.approx(28.00995), "CCA": pytest.approx(1.99005, abs=1e-5),
    }  # fmt: skip


def test_without_a_components_mass_the_recipe_speaks_and_the_cell_says_so(
    lab: Lab, powders: dict[str, Any]
) -> None:
    made = ledger.record(
        CathodeBatch(project=lab.project, recipe=powders["recipe"], target_mass_mg=200),
        Quantity(Decimal(196), "mg"), [factories.take(powders["lco"], "142", "mg", "LCO")], by=None,
    )  # fmt: skip
    assert (made.makeup.complete, made.makeup.active_share()) == (False, (0.7, "recipe"))
    client = lab.as_(lab.bob)
    client.post("/log/cell/", cell_form(lab, made.code))
    built = Cell.objects.get()
    assert built.active_mass_mg == pytest.approx(10.01)
    page = client.get(f"/samples/{built.code}/").content.decode()
    assert f"by the recipe of {made.code}" in page


def test_what_is_no_component_stays_out_of_the_sum(lab: Lab, powders: dict[str, Any]) -> None:
    takes = [
        factories.take(powders["lco"], "70", "mg", "LCO"),
        factories.take(powders["lpsc"], "28", "mg", "lpsc"),
        factories.take(powders["cca"], "2", "mg", "CCA"),
        factories.take(factories.lot(lab.project, "50"), "5", "g", "toluene"),
    ]
    made = ledger.record(CathodeBatch(project=lab.project, recipe=powders["recipe"]), None, takes, by=None)
    assert (made.makeup.total_mg, made.makeup.complete) == (Decimal(100), True)


def test_a_recipe_names_each_material_once(lab: Lab) -> None:
    components = (
        ("active", "LCO", "70"),
        ("electrolyte", "LPSC", "28"),
        ("electrolyte", "lpsc", "2"),
    )
    sent = {"project": lab.project.pk, "name": "twice"} | rows(
        "components",
        *({"role": role, "material": material, "share": share} for role, material, share in components),
    )
    answer = lab.as_(lab.bob).post("/log/recipe/", sent)
    assert answer.status_code >= 400
    assert "lpsc stands there twice" in answer.content.decode()
