"""What follows for a cell from its kind, masses and sizes; leaving it out; what was found inside."""

from __future__ import annotations

from typing import Any

import pytest

from cells import densities, figures
from cells.forms.afterwards import PostMortemForm
from cells.models import Cell
from tests import factories
from tests.cells.pages.test_builds import cell_form
from tests.synthesis.pages.conftest import Lab
from tests.synthesis.pages.test_log_forms import rows

BUILT: dict[str, Any] = {
    "active_mass_mg": 10.0, "composite_mass_mg": 14.3, "area_cm2": 0.785, "nominal_capacity_mAh_per_g": 150,
    "separator_mass_mg": 80, "separator_thickness_um": 600, "separator_density_g_per_cm3": 1.86,
    "anode_mass_mg": 1.0, "anode_capacity_mAh_per_g": 3861,
}  # fmt: skip


def test_the_crystal_density_of_li6ps5cl_follows_from_its_lattice() -> None:
    found = densities.of("LPSC")
    assert found is not None
    assert found.g_per_cm3 == pytest.approx(4 * 268.4 / 6.02214e23 / (9.86e-8) ** 3, rel=1e-3)
    assert "a = 9.86 Å, Z = 4" in found.source
    assert densities.of("sulfide") is None


def test_loading_density_and_n_to_p_equal_a_hand_computation() -> None:
    cell = Cell(**BUILT)
    assert figures.loading_mg_per_cm2(cell) == pytest.approx(12.7389, abs=1e-4)
    assert figures.nominal_mAh(cell) == pytest.approx(1.5)
    assert figures.areal_mAh_per_cm2(cell) == pytest.approx(1.91083, abs=1e-5)
    assert figures.relative_density_percent(cell) == pytest.approx(91.3180, abs=1e-3)
    assert figures.n_to_p(cell) == pytest.approx(3.861 / 1.5)


def test_a_figure_whose_masses_are_missing_is_not_made_up() -> None:
    assert figures.relative_density_percent(Cell(separator_mass_mg=80, area_cm2=0.785)) is None
    assert figures.n_to_p(Cell(anode_mass_mg=1)) is None


def test_the_page_shows_what_follows_and_says_what_cannot_be(lab: Lab) -> None:
    cell = factories.cell(lab.project, **BUILT | {"separator_thickness_um": 500})
    page = lab.as_(lab.vera).get(f"/samples/{cell.code}/").content.decode()
    assert "12.739" in page
    assert "109.6" in page
    assert "denser than the material itself" in page


def test_the_separators_density_comes_from_its_lots_material_or_the_crystal(lab: Lab) -> None:
    client, sizes = lab.as_(lab.bob), {"separator_mass_mg": "80", "separator_thickness_um": "600"}
    glass = factories.lot(
        lab.project, material=factories.MaterialFactory(name="LLZO", density_g_per_mL="5.1")
    )
    client.post("/log/cell/", {**cell_form(lab, ""), **sizes, "separator": "LLZO", **rows("takes", {
        "role": "separator", "sample": glass.code, "amount": "80"})})  # fmt: skip
    client.post("/log/cell/", {**cell_form(lab, ""), **sizes, "separator": "Li6PS5Cl", **rows("takes")})
    first, second = Cell.objects.order_by("pk")
    assert (first.separator_density_g_per_cm3, first.separator_density_from) == (5.1, "LLZO")
    assert second.separator_density_g_per_cm3 == pytest.approx(1.86, abs=0.005)
    assert "cubic" in second.separator_density_from


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("ion_blocking", "active_mass_mg", "10"),
        ("die", "electrolyte_volume_uL", "50"),
        ("non_active", "nominal_capacity_mAh_per_g", "150"),
    ],
)
def test_what_a_kind_of_cell_has_not_is_refused_beside_its_field(
    lab: Lab, kind: str, name: str, value: str
) -> None:
    sent = {**cell_form(lab, ""), "format": kind, name: value, **rows("takes")}
    answer = lab.as_(lab.bob).post("/log/cell/", sent)
    assert answer.status_code == 422
    assert "A cell of this kind" in str(answer.context["form"].errors[name])


def test_an_ion_blocking_cell_needs_neither_cathode_nor_window(lab: Lab) -> None:
    sent = {
        "project": lab.project.pk, "format": "ion_blocking", "voltage_reference": "cell", "area_cm2": "0.785",
        "separator": "Li6PS5Cl", "separator_mass_mg": "150", "separator_thickness_um": "1100", **rows("takes"),
    }  # fmt: skip
    assert lab.as_(lab.bob).post("/log/cell/", sent).status_code == 302
    built = Cell.objects.get()
    assert (built.active_mass_mg, built.planned) == (None, {"temperature_degC": 60})
    assert figures.relative_density_percent(built) == pytest.approx(93.4, abs=0.1)


def test_a_cell_is_left_out_with_a_reason_from_a_list_and_counted_again_by_undo(lab: Lab) -> None:
    cell, client = factories.cell(lab.project), lab.as_(lab.bob)
    address = f"/cells/{cell.code}/left-out/"
    assert client.post(address, {"reason": " "}).status_code == 422
    answer = client.post(address, {"reason": "soft short", "next": "/cells/?format=die"}, follow=True)
    assert answer.redirect_chain == [("/cells/?format=die", 302)]
    page = answer.content.decode()
    assert f"Left {cell.code} out of statistics" in page
    assert 'name="count"' in page
    cell.refresh_from_db()
    assert (cell.left_out, cell.left_out_reason) == (True, "soft short")
    again = client.post(address, {"count": "yes"}, follow=True).content.decode()
    assert 'value="soft short"' in again  # the undo of the undo
    cell.refresh_from_db()
    assert (cell.left_out, cell.left_out_reason) == (False, "")


def test_leaving_out_leads_to_no_foreign_page(lab: Lab) -> None:
    cell = factories.cell(lab.project)
    sent = {"reason": "short", "next": "https://elsewhere.example/"}
    answer = lab.as_(lab.bob).post(f"/cells/{cell.code}/left-out/", sent)
    assert answer["Location"] == cell.get_absolute_url()


def test_what_was_found_inside_stands_on_the_cells_page(lab: Lab) -> None:
    cell, client = factories.cell(lab.project), lab.as_(lab.bob)
    address = f"/cells/{cell.code}/post-mortem/"
    assert client.post(address, {"post_mortem": "", "post_mortem_note": "white spots"}).status_code == 422
    late = {"post_mortem": "short", "post_mortem_on": "2999-01-01"}
    assert "has not come yet" in client.post(address, late).content.decode()
    sent = {"post_mortem": "short", "post_mortem_on": "2026-11-20", "post_mortem_note": "dendrite at the rim"}
    assert client.post(address, sent).status_code == 302
    page = client.get(f"/samples/{cell.code}/").content.decode()
    assert "short found" in page
    assert "dendrite at the rim" in page


@pytest.mark.django_db
def test_what_was_changed_meanwhile_stays_when_a_cell_was_opened() -> None:
    cell: Any = factories.cell(factories.ProjectFactory(), area_cm2=0.5)
    sent = {"post_mortem": "short", "post_mortem_on": "2026-11-20", "post_mortem_note": ""}
    form = PostMortemForm(sent, instance=Cell.objects.get(pk=cell.pk))
    Cell.objects.filter(pk=cell.pk).update(area_cm2=0.7)
    assert form.is_valid(), form.errors
    form.save()
    cell.refresh_from_db()
    assert (cell.area_cm2, cell.post_mortem) == (0.7, "short")
