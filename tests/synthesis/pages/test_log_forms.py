"""Logging samples and steps through their forms: what is recorded, and how each fault is answered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from synthesis.models import (
    CarbonAdditive,
    CarbonizationRun,
    ElectrolyteBatch,
    FreezeDriedBatch,
    ImpregnatedBatch,
    LedgerEntry,
    Material,
    MaterialLot,
    NanospongeBatch,
    Sample,
)
from tests.factories import MaterialFactory, additive, lot, sponge
from tests.synthesis.pages.conftest import Lab, no_project


def rows(prefix: str, *given: dict[str, str]) -> dict[str, str]:
    """Form rows as a browser sends them."""
    sent = {f"{prefix}-TOTAL_FORMS": str(len(given)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, row in enumerate(given):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


def sponge_form(lab: Lab, *takes: dict[str, str], **values: Any) -> dict[str, Any]:
    return {"project": lab.project.pk, "amount_made": "38.6 g", **values, **rows("takes", *takes)}


def test_a_material_is_logged_with_its_molar_mass(lab: Lab) -> None:
    sent = {"name": "nickel chloride hexahydrate", "phase": "solid", "molar_mass_g_per_mol": "237,69"}
    answer = lab.as_(lab.bob).post("/log/material/", sent)
    assert answer.status_code == 302
    material = Material.objects.get()
    assert material.molar_mass_g_per_mol == Decimal("237.69")
    assert material.created_by == lab.bob


def test_a_delivery_of_one_litre_becomes_a_lot_of_1000_mL(lab: Lab) -> None:
    material: Any = MaterialFactory(name="kerosene")
    sent = {"project": lab.project.pk, "material": material.pk, "amount_made": "1 L", "lot_number": "BX-77"}
    answer = lab.as_(lab.bob).post("/log/lot/", sent)
    delivered = MaterialLot.objects.get()
    assert answer["Location"] == f"/samples/{delivered.code}/"
    assert (delivered.amount_left, delivered.unit, delivered.name) == (Decimal(1000), "mL", "kerosene")


def test_a_delivery_without_its_amount_is_not_logged(lab: Lab) -> None:
    material: Any = MaterialFactory()
    sent = {"project": lab.project.pk, "material": material.pk, "amount_made": ""}
    answer = lab.as_(lab.bob).post("/log/lot/", sent)
    assert answer.status_code == 422
    assert not MaterialLot.objects.exists()


def test_a_nanosponge_batch_draws_down_its_lots_and_keeps_planned_beside_actual(lab: Lab) -> None:
    dextrin, melamine = lot(lab.project, "212"), lot(lab.project, "140")
    answer = lab.as_(lab.bob).post(
        "/log/nanosponge/",
        sponge_form(
            lab,
            {"role": "β-cyclodextrin", "sample": dextrin.code, "amount": "20.04 g"},
            {"role": "melamine", "sample": melamine.code.lower(), "amount": "0,00302 kg"},
            {"role": "", "sample": "", "amount": ""},
            stirring_temperature_degC="34 °C",
        ),
    )
    batch = NanospongeBatch.objects.get()
    assert answer["Location"] == f"/samples/{batch.code}/"
    assert batch.stirring_temperature_degC == 34
    assert batch.planned["stirring_temperature_degC"] == 30
    assert batch.amount_left == Decimal("38.6")
    assert Sample.objects.get(pk=dextrin.pk).amount_left == Decimal("191.96")
    assert Sample.objects.get(pk=melamine.pk).amount_left == Decimal("136.98")
    assert LedgerEntry.objects.get(product=batch, sample=melamine).entered == "0.00302\u00a0kg"


def test_a_step_without_a_yield_stays_in_progress_until_the_yield_is_booked(lab: Lab) -> None:
    client = lab.as_(lab.bob)
    client.post("/log/nanosponge/", sponge_form(lab, amount_made=""))
    batch = NanospongeBatch.objects.get()
    assert batch.state == "in_progress"
    client.post(f"/samples/{batch.code}/book/", {"kind": "make", "amount": "38.6", "reason": ""})
    batch.refresh_from_db()
    assert (batch.state, batch.amount_left) == ("available", Decimal("38.6"))


def test_too_much_taken_is_said_beside_its_field_and_nothing_is_booked(lab: Lab) -> None:
    spare, short = lot(lab.project, "100"), lot(lab.project, "18.2")
    answer = lab.as_(lab.bob).post(
        "/log/nanosponge/",
        sponge_form(
            lab,
            {"role": "melamine", "sample": spare.code, "amount": "3 g"},
            {"role": "epichlorohydrin", "sample": short.code, "amount": "21 g"},
        ),
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    said = f"{short.code} has 18.2 g left, 2.8 g too little. Take 18.2 g, or choose another."
    assert said in page
    assert 'id="id_takes-1-amount_error"' in page
    assert 'aria-invalid="true"' in page.split('name="takes-1-amount"')[1][:300]
    assert 'value="21 g"' in page
    assert not NanospongeBatch.objects.exists()
    assert Sample.objects.get(pk=spare.pk).amount_left == Decimal(100)


def test_a_volume_where_a_mass_belongs_is_refused_with_the_units_that_fit(lab: Lab) -> None:
    dextrin = lot(lab.project, "20")
    answer = lab.as_(lab.bob).post(
        "/log/nanosponge/",
        sponge_form(lab, {"role": "β-cyclodextrin", "sample": dextrin.code, "amount": "20 mL"}),
    )
    assert answer.status_code == 400
    assert "this field is a mass (kg, g, mg, µg)" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("amount_made", "plenty", "‘plenty’ is not a quantity. Write it as 20\u00a0g."),
        ("amount_made", "3 stone", "‘stone’ is not a known unit."),
        ("amount_made", "-3 g", "is nothing: an amount made is above zero."),
        ("amount_made", "3 mL", "this field is a mass"),
        ("stirring_temperature_degC", "-300", "below the lowest possible, −273.15\u00a0°C"),
        ("stirring_temperature_degC", "warm", "‘warm’ is not a quantity. Write it as 20\u00a0°C."),
    ],
)
def test_a_quantity_that_cannot_be_is_answered_with_its_sentence(
    lab: Lab, field: str, typed: str, sentence: str
) -> None:
    answer = lab.as_(lab.bob).post("/log/nanosponge/", sponge_form(lab, **{field: typed}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{typed}"' in page
    assert not NanospongeBatch.objects.exists()


def test_an_amount_without_its_sample_and_a_sample_without_its_amount_are_asked_for(lab: Lab) -> None:
    melamine = lot(lab.project)
    answer = lab.as_(lab.bob).post(
        "/log/nanosponge/",
        sponge_form(
            lab,
            {"role": "span 60", "sample": "", "amount": "4 g"},
            {"role": "melamine", "sample": melamine.code, "amount": ""},
        ),
    )
    page = answer.content.decode()
    assert "Name the sample that this amount was taken from." in page
    assert f"Say how much of {melamine.code} was taken." in page


def test_a_sample_of_another_project_is_unknown_here(lab: Lab) -> None:
    dextrin = lot(lab.project)
    own = lab.charlie.memberships.get().project
    answer = lab.as_(lab.charlie).post(
        "/log/nanosponge/",
        {"project": own.pk, **rows("takes", {"role": "x", "sample": dextrin.code, "amount": "1 g"})},
    )
    assert f"No sample {dextrin.code} in your projects." in answer.content.decode()


def test_a_sample_on_hold_is_not_used(lab: Lab) -> None:
    held = lot(lab.project, state="hold")
    answer = lab.as_(lab.bob).post(
        "/log/nanosponge/", sponge_form(lab, {"role": "x", "sample": held.code, "amount": "1 g"})
    )
    assert answer.status_code == 409
    assert f"{held.code} is on hold." in answer.content.decode()


def test_an_impregnation_takes_salts_in_mol_and_passes_its_group_on(lab: Lab) -> None:
    base = sponge(lab.project, "38.6")
    salt = lot(lab.project, "250", material=MaterialFactory(molar_mass_g_per_mol=Decimal("237.69")))
    sent = {
        "project": lab.project.pk,
        "group": "Mo-Ni@NPCs",
        "amount_made": "38.1 g",
        "soak_time_h": "24",
    } | rows(
        "takes",
        {"role": "nanosponge", "sample": base.code, "amount": "20 g"},
        {"role": "Ni salt", "sample": salt.code, "amount": "0.05 mol"},
    )
    client = lab.as_(lab.bob)
    assert client.post("/log/impregnation/", sent).status_code == 302
    soaked = ImpregnatedBatch.objects.get()
    assert soaked.planned["nanosponge"] == "20 g"
    assert "0.05\u00a0mol, 11.88\u00a0g" in client.get(f"/samples/{soaked.code}/").content.decode()
    assert Sample.objects.get(pk=salt.pk).amount_left == Decimal("238.1155")
    sent = {"project": lab.project.pk, "amount_made": "36.4 g", "pressure_Pa": "9"} | rows(
        "takes", {"role": "impregnated batch", "sample": soaked.code, "amount": "38.1 g"}
    )
    assert client.post("/log/freeze-drying/", sent).status_code == 302
    assert FreezeDriedBatch.objects.get().group == "Mo-Ni@NPCs"


def furnace_form(lab: Lab, *boats: dict[str, str]) -> dict[str, Any]:
    segments = rows(
        "segments",
        {"from_degC": "25", "to_degC": "700", "rate_degC_per_min": "5", "hold_h": "4"},
        {"from_degC": "700", "to_degC": "25", "rate_degC_per_min": "5", "hold_h": ""},
    )
    return {"project": lab.project.pk, "atmosphere": "N2", **segments, **rows("boats", *boats)}


def test_a_furnace_run_with_two_boats_leaves_two_additive_lots(lab: Lab) -> None:
    first, second = sponge(lab.project, "20"), sponge(lab.project, "20", group="Mo@NPCs")
    answer = lab.as_(lab.bob).post(
        "/log/furnace-run/",
        furnace_form(
            lab,
            {"source": first.code, "mass_in": "20 g", "mass_out": "6.9 g", "group": "NPCs", "place": "B 14"},
            {"source": second.code, "mass_in": "0,02 kg", "mass_out": "7310 mg", "group": "Mo@NPCs"},
        ),
    )
    run = CarbonizationRun.objects.get()
    assert answer["Location"] == f"/furnace-runs/{run.code}/"
    assert [segment.hold_h for segment in run.segments.all()] == [4, 0]
    made = {lot.group: lot.amount_left for lot in CarbonAdditive.objects.all()}
    assert made == {"NPCs": Decimal("6.9"), "Mo@NPCs": Decimal("7.31")}
    page = lab.as_(lab.vera).get(answer["Location"]).content.decode()
    assert "34.5" in page
    assert 'class="programme"' in page


def test_a_boat_out_of_which_more_comes_than_went_in_is_refused_and_nothing_is_kept(lab: Lab) -> None:
    source = sponge(lab.project, "20")
    boat = {"source": source.code, "mass_in": "5 g", "mass_out": "6 g", "group": "NPCs"}
    answer = lab.as_(lab.bob).post("/log/furnace-run/", furnace_form(lab, boat))
    assert answer.status_code == 400
    assert "Boat 1: 6\u00a0g came out of 5\u00a0g. Check both masses." in answer.content.decode()
    assert not CarbonizationRun.objects.exists()


def test_a_bought_additive_and_an_electrolyte_batch_are_logged(lab: Lab) -> None:
    client = lab.as_(lab.bob)
    sent = {"project": lab.project.pk, "group": "SP", "name": "Super P", "amount_made": "100 g"}
    assert client.post("/log/additive/", sent).status_code == 302
    assert CarbonAdditive.objects.get().amount_left == 100
    sulfide = lot(lab.project, "50")
    sent = {
        "project": lab.project.pk,
        "composition": "Li6PS5Cl",
        "amount_made": "12 g",
        "mill_speed_rpm": "500",
    }
    sent |= rows("takes", {"role": "Li2S", "sample": sulfide.code, "amount": "5 g"})
    assert client.post("/log/electrolyte/", sent).status_code == 302
    assert ElectrolyteBatch.objects.get().mill_speed_rpm == 500


@pytest.mark.parametrize(
    "kind",
    [
        "material",
        "lot",
        "nanosponge",
        "impregnation",
        "freeze-drying",
        "furnace-run",
        "additive",
        "electrolyte",
    ],
)
def test_a_viewer_is_told_that_he_may_look_but_not_log(lab: Lab, kind: str) -> None:
    client = lab.as_(lab.vera)
    for answer in (client.get(f"/log/{kind}/"), client.post(f"/log/{kind}/", {"project": lab.project.pk})):
        assert answer.status_code == 403
        assert "You may log in no project yet." in answer.content.decode()


def test_an_editor_elsewhere_may_not_log_into_a_project_that_he_only_sees(lab: Lab) -> None:
    lab.project.memberships.create(user=lab.charlie, role="viewer")
    answer = lab.as_(lab.charlie).post(
        "/log/additive/", {"project": lab.project.pk, "group": "SP", "amount_made": "1 g"}
    )
    assert answer.status_code == 403
    assert "lets you look, not change" in answer.content.decode()
    assert not CarbonAdditive.objects.exists()


def test_what_one_may_only_see_one_may_not_take_from(lab: Lab) -> None:
    lab.project.memberships.create(user=lab.charlie, role="viewer")
    dextrin = lot(lab.project)
    own = lab.charlie.memberships.get(role="editor").project
    answer = lab.as_(lab.charlie).post(
        "/log/nanosponge/",
        {"project": own.pk, **rows("takes", {"role": "x", "sample": dextrin.code, "amount": "1 g"})},
    )
    assert answer.status_code == 403
    assert "where you may look but not take" in answer.content.decode()


def test_logging_another_like_this_starts_from_its_values_and_its_lots(lab: Lab) -> None:
    dextrin = lot(lab.project, "212")
    client = lab.as_(lab.bob)
    client.post(
        "/log/nanosponge/",
        sponge_form(
            lab,
            {"role": "β-cyclodextrin", "sample": dextrin.code, "amount": "20.04 g"},
            reaction_time_h="3.5",
        ),
    )
    page = client.get(f"/log/nanosponge/?like={NanospongeBatch.objects.get().code}").content.decode()
    assert f'value="{dextrin.code}"' in page
    assert 'value="20.04 g"' in page
    assert 'value="3.5"' in page


def test_the_list_under_a_sample_input_shows_what_is_left_and_bars_what_is_on_hold(lab: Lab) -> None:
    free, held = additive(lab.project, "7.31"), additive(lab.project, "3", state="hold")
    used_up = additive(lab.project, "1", state="available", name="gone")
    lab.as_(lab.bob).post(
        f"/samples/{used_up.code}/book/", {"kind": "discard", "amount": "1", "reason": "empty"}
    )
    page = lab.as_(lab.bob).get("/samples/options/", {"takes-0-sample": "CCA"}).content.decode()
    assert f'data-code="{free.code}" data-left="7.31\u00a0g"' in page
    assert "disabled" in page.split(f'data-code="{held.code}"')[1].split(">")[0]
    assert used_up.code not in page
    assert free.code not in lab.as_(lab.charlie).get("/samples/options/?q=CCA").content.decode()


def test_someone_in_no_project_is_told_how_to_get_in(lab: Lab) -> None:
    assert "You belong to no project yet" in lab.as_(no_project()).get("/").content.decode()
