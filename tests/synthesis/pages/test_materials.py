"""The catalogue: logged, shown and changed by hand; formulas, hazards, stock and dates said where one needs them."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from synthesis import ledger
from synthesis.models import Material, Role
from tests.factories import MaterialFactory, additive, lot, member, take
from tests.synthesis.pages.conftest import Lab

TODAY = timezone.localdate()


def html(answer: Any) -> str:
    return str(answer.content.decode())


def form(**values: Any) -> dict[str, Any]:
    return {"name": "nickel chloride", "phase": "solid", **values}


def opened(client: Any, material: Material) -> str:
    page = html(client.get(f"/materials/{material.pk}/change/"))
    return re.search(r'name="opened" value="([^"]+)"', page)[1]  # type: ignore[index]  # it is there


def test_the_molar_mass_follows_from_the_formula_and_phrases_are_kept_in_one_spelling(lab: Lab) -> None:
    sent = form(
        formula="NiCl2.6H2O", cas_number="7791-20-0", hazard_statements="h301, H350i; H410", signal_word="danger",
        precautionary_statements="P201 p280", pictograms=["GHS09", "GHS06", "GHS08"], low_stock_amount="0,05 kg",
        supplier="Aladdin",
    )  # fmt: skip
    answer = lab.as_(lab.bob).post("/log/material/", sent, follow=True)
    made = Material.objects.get()
    assert (made.formula, made.molar_mass_g_per_mol) == ("NiCl2·6H2O", Decimal("237.683"))
    assert (made.hazard_statements, made.precautionary_statements) == ("H301 H350i H410", "P201 P280")
    assert made.pictograms == ["GHS06", "GHS08", "GHS09"]
    assert (made.low_stock_amount, made.low_stock_unit) == (Decimal("50"), "g")
    page = html(answer)
    for word in (
        "NiCl₂·6H₂O",
        "acutely toxic",
        "Toxic if swallowed",
        "Danger",
        "237.683\u00a0g/mol",
        "7791-20-0",
    ):
        assert word in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("formula", "Mo7O24X", "‘Mo7O24X’: X is no element. Write it as (NH4)6Mo7O24·4H2O."),
        ("cas_number", "7732-18-4", "would be 5"),
        ("cas_number", "water", "is no CAS number"),
        ("hazard_statements", "H999", "‘H999’ is no such phrase"),
        ("precautionary_statements", "P9", "is no such phrase"),
        ("molar_mass_g_per_mol", "0", "A molar mass is above zero."),
        ("molar_mass_g_per_mol", "-3", "above zero"),
        ("molar_mass_g_per_mol", "NaN", "‘NaN’ is not a quantity"),
        ("density_g_per_mL", "0", "A density is above zero."),
        ("low_stock_amount", "5 mol", "write a mass or a volume"),
        ("low_stock_amount", "-5 g", "above zero"),
        ("pictograms", "skull", "Select a valid choice"),
        ("name", "", "This field is required"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_stays_as_it_was_typed(
    lab: Lab, field: str, value: str, said: str
) -> None:
    answer = lab.as_(lab.bob).post("/log/material/", form(**{field: value}))
    assert answer.status_code == 422
    page = html(answer)
    assert said in page.replace("\u00a0", " ")
    if field not in ("pictograms", "name"):
        assert f'value="{value}"' in page
    assert f'id="id_{field}_error"' in page
    assert not Material.objects.exists()


def test_a_molar_mass_that_the_formula_does_not_give_is_refused_with_both_numbers(lab: Lab) -> None:
    answer = lab.as_(lab.bob).post("/log/material/", form(formula="NiCl2·6H2O", molar_mass_g_per_mol="240"))
    assert "NiCl2·6H2O gives 237.683 g/mol; 240 g/mol differs by +0.97 %" in html(answer)


def test_a_label_that_rounds_is_taken_as_it_is(lab: Lab) -> None:
    lab.as_(lab.bob).post("/log/material/", form(formula="NiCl2·6H2O", molar_mass_g_per_mol="237.69"))
    assert Material.objects.get().molar_mass_g_per_mol == Decimal("237.69")


def test_a_molar_mass_with_water_that_the_formula_lacks_is_taken_and_doubted(lab: Lab) -> None:
    sent = form(formula="NiCl2", molar_mass_g_per_mol="237.69")
    page = html(lab.as_(lab.bob).post("/log/material/", sent, follow=True))
    assert "NiCl2 gives 129.593 g/mol; 237.69 g/mol is entered, as with 6 H2O more" in page


def test_two_who_change_two_fields_both_get_their_way(lab: Lab) -> None:
    material = MaterialFactory(name="kerosene", density_g_per_mL=Decimal("0.79"))
    bob, alice = lab.as_(lab.bob), lab.as_(lab.alice)
    seal = opened(bob, material)
    alice.post(f"/materials/{material.pk}/change/", {"name": "kerosene", "phase": "liquid",
               "density_g_per_mL": "0.79", "opened": opened(alice, material)})  # fmt: skip
    bob.post(f"/materials/{material.pk}/change/", {"name": "kerosene", "phase": "solid", "supplier": "Aladdin",
             "density_g_per_mL": "0.79", "opened": seal})  # fmt: skip
    material.refresh_from_db()
    assert (material.phase, material.supplier) == ("liquid", "Aladdin")


def test_two_who_change_one_field_are_asked(lab: Lab) -> None:
    material = MaterialFactory(name="kerosene", density_g_per_mL=Decimal("0.79"))
    bob, alice = lab.as_(lab.bob), lab.as_(lab.alice)
    address, sent = f"/materials/{material.pk}/change/", {"name": "kerosene", "phase": "solid"}
    seal = opened(bob, material)
    alice.post(address, sent | {"density_g_per_mL": "0.80", "opened": opened(alice, material)})
    answer = bob.post(address, sent | {"density_g_per_mL": "0.81", "opened": seal})
    assert answer.status_code == 409
    assert "alice changed" in html(answer)
    assert 'value="0.81"' in html(answer)
    material.refresh_from_db()
    assert material.density_g_per_mL == Decimal("0.8")
    again = re.search(r'name="opened" value="([^"]+)"', html(answer))
    assert again
    bob.post(address, sent | {"density_g_per_mL": "0.81", "opened": again[1]})
    material.refresh_from_db()
    assert material.density_g_per_mL == Decimal("0.81")


def test_whoever_may_log_somewhere_may_change_the_catalogue_and_others_only_read_it(lab: Lab) -> None:
    material = MaterialFactory()
    assert lab.as_(lab.charlie).get(f"/materials/{material.pk}/change/").status_code == 200
    assert lab.as_(lab.vera).get(f"/materials/{material.pk}/change/").status_code == 403
    page = lab.as_(lab.vera).get(f"/materials/{material.pk}/")
    assert page.status_code == 200
    assert "/change/" not in html(page)


def test_lots_and_stock_of_another_project_are_not_shown(lab: Lab) -> None:
    material = MaterialFactory()
    one = lot(lab.project, "20", material=material)
    page = html(lab.as_(lab.charlie).get(f"/materials/{material.pk}/"))
    assert one.code not in page
    assert "20\u00a0g" not in page
    assert one.code in html(lab.as_(lab.vera).get(f"/materials/{material.pk}/"))


def test_the_hint_under_the_formula_weighs_it_or_says_what_is_wrong(lab: Lab) -> None:
    bob = lab.as_(lab.bob)
    assert "NiCl₂·6H₂O weighs 237.683\u00a0g/mol." in html(bob.get("/materials/formula/?formula=NiCl2*6H2O"))
    assert "X is no element" in html(bob.get("/materials/formula/?formula=Mo7O24X"))
    assert "without a standard atomic weight" in html(bob.get("/materials/formula/?formula=NaTcO4"))
    assert html(bob.get("/materials/formula/")).strip() == ""


def test_a_material_that_runs_low_is_said_at_home_on_its_page_and_on_its_lots(lab: Lab) -> None:
    material = MaterialFactory(name="melamine", low_stock_amount=Decimal("50"))
    first = lot(lab.project, "30", material=material)
    lot(lab.project, "10", material=material)
    bob = lab.as_(lab.bob)
    assert "melamine: 40\u00a0g left" in html(bob.get("/"))
    assert "melamine" not in html(lab.as_(lab.charlie).get("/"))
    assert "order again below 50\u00a0g" in html(bob.get(f"/materials/{material.pk}/"))
    assert "melamine runs low: 40\u00a0g left in all lots" in html(bob.get(f"/samples/{first.code}/"))
    lot(lab.project, "10", material=material)
    assert "melamine: " not in html(bob.get("/"))


def test_grams_and_millilitres_of_one_material_are_added_by_its_density(lab: Lab) -> None:
    material = MaterialFactory(
        name="kerosene",
        density_g_per_mL=Decimal("0.8"),
        low_stock_amount=Decimal("1000"),
        low_stock_unit="mL",
    )
    lot(lab.project, "400", material=material)
    ledger.record(type(lot(lab.project))(project=lab.project, material=material, unit="mL"),
                  take(lot(lab.project), "300", "mL").amount, [], None)  # fmt: skip
    assert "kerosene: 800\u00a0mL left" in html(lab.as_(lab.bob).get("/"))


@pytest.mark.parametrize(
    ("days", "home", "page"),
    [
        (-3, "has expired", "3 days ago"),
        (0, "expires soon", "It expires today."),
        (12, "expires soon", "in 12 days"),
    ],
)
def test_a_lot_past_its_date_or_near_it_is_said_at_home_and_on_its_page(
    lab: Lab, days: int, home: str, page: str
) -> None:
    one = lot(lab.project, expires_on=TODAY + timedelta(days=days))
    bob = lab.as_(lab.bob)
    assert f"{one.code} {home}" in html(bob.get("/"))
    assert page in html(bob.get(f"/samples/{one.code}/"))


def test_a_lot_that_lasts_or_is_used_up_needs_nobody(lab: Lab) -> None:
    lot(lab.project, expires_on=TODAY + timedelta(days=90))
    gone = lot(lab.project, expires_on=TODAY - timedelta(days=9))
    ledger.discard(gone, None, by=None, reason="old")
    assert "expire" not in html(lab.as_(lab.bob).get("/")).split('id="needs"')[1].split("No lot")[0]


def test_a_lot_that_stands_open_for_more_than_a_year_is_said(lab: Lab) -> None:
    one = lot(lab.project, opened_on=TODAY - timedelta(days=400))
    bob = lab.as_(lab.bob)
    assert f"{one.code} stands open since" in html(bob.get("/"))
    assert "It was opened on" in html(bob.get(f"/samples/{one.code}/"))


def test_a_picker_says_that_a_lot_is_expired_and_still_offers_it(lab: Lab) -> None:
    material = MaterialFactory(pictograms=["GHS06"])
    one = lot(lab.project, material=material, expires_on=TODAY - timedelta(days=3))
    found = html(lab.as_(lab.bob).get(f"/samples/options/?q={one.code}"))
    assert "expired" in found
    assert "disabled" not in found
    assert "acutely toxic" in found


def test_what_took_of_an_expired_lot_says_so(lab: Lab) -> None:
    one = lot(lab.project, expires_on=TODAY - timedelta(days=3))
    made = additive(lab.project, takes=[take(one, "2")])
    page = html(lab.as_(lab.bob).get(f"/samples/{made.code}/"))
    assert f"{one.code} had expired 3 days before it was used." in page


def test_an_expired_lot_of_a_project_that_one_may_not_see_is_not_named(lab: Lab) -> None:
    one = lot(lab.project, expires_on=TODAY - timedelta(days=3))
    other = lab.charlie.memberships.get().project
    made = additive(other, takes=[take(one, "2")])
    assert one.code not in html(lab.as_(lab.charlie).get(f"/samples/{made.code}/"))


def test_a_lot_is_noted_as_opened_today_by_one_click(lab: Lab) -> None:
    one = lot(lab.project)
    assert "Opened today" in html(lab.as_(lab.bob).get(f"/samples/{one.code}/"))
    lab.as_(lab.bob).post(f"/lots/{one.code}/opened/")
    one.refresh_from_db()
    assert one.opened_on == TODAY
    assert "Opened today" not in html(lab.as_(lab.bob).get(f"/samples/{one.code}/"))
    assert lab.as_(lab.charlie).post(f"/lots/{one.code}/opened/").status_code == 404


def test_a_lot_says_what_is_left_in_mol_as_well(lab: Lab) -> None:
    material = MaterialFactory(formula="NiCl2·6H2O", molar_mass_g_per_mol=Decimal("237.683"))
    one = lot(lab.project, "23.7683", material=material)
    assert "0.1\u00a0mol" in html(lab.as_(lab.vera).get(f"/samples/{one.code}/"))


def test_a_page_of_a_material_needs_the_same_few_queries_for_one_lot_and_for_thirty(
    lab: Lab, django_assert_max_num_queries: Any
) -> None:
    material = MaterialFactory(low_stock_amount=Decimal("5000"))
    for _number in range(30):
        lot(lab.project, material=material)
    editor = lab.as_(member(lab.project, Role.EDITOR))
    with django_assert_max_num_queries(15):
        editor.get(f"/materials/{material.pk}/")
    with django_assert_max_num_queries(15):
        editor.get(f"/materials/{material.pk}/count/")
