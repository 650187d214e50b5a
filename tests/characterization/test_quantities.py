"""What was measured and built, asked for as a figure."""

from __future__ import annotations

import pytest

from synthesis import quantities
from synthesis.models import Project, Sample
from tests import factories
from tests.characterization.findings import found

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return factories.ProjectFactory()


def figure(name: str) -> quantities.Figure:
    known = quantities.by_name(name)
    assert known is not None, name
    return known


def fitting(name: str, op: str, value: float) -> set[str]:
    return set(Sample.objects.filter(figure(name).samples(op, value)).values_list("code", flat=True))


def test_the_newest_current_finding_is_the_figure_of_a_sample(project):
    lot, other = factories.additive(project), factories.additive(project)
    found(lot, value=1.2)
    found(lot, value=0.93, uncertainty=0.006)
    found(other, value=None)
    ratio = figure("id_ig_ratio")
    assert ratio.values([lot.pk, other.pk]) == {lot.pk: 0.93}
    assert ratio.spreads is not None
    assert ratio.spreads([lot.pk]) == {lot.pk: 0.006}


def test_an_older_value_finds_no_sample(project):
    lot = factories.additive(project)
    found(lot, value=1.2)
    found(lot, value=0.93)
    assert fitting("id_ig_ratio", ">", 1.0) == set()
    assert fitting("id_ig_ratio", "<=", 0.93) == {lot.code}


def test_what_is_no_longer_current_is_no_figure(project):
    lot = factories.additive(project)
    analysis = found(lot, value=1.2).analysis
    analysis.current = False
    analysis.save()
    assert figure("id_ig_ratio").values([lot.pk]) == {}


def test_a_finding_in_another_unit_is_another_figure(project):
    cell = factories.cell(project)
    found(cell, "first_discharge_capacity", 0.0015, "Ah")
    assert figure("first_discharge_capacity").values([cell.pk]) == {}


def test_capacities_are_also_per_gram_of_active_material(project):
    cell = factories.cell(project, active_mass_mg=10.0)
    bare = factories.cell(project, active_mass_mg=None)
    for one in (cell, bare):
        found(one, "first_discharge_capacity", 1.4861, "mAh")
    assert figure("first_discharge_capacity_mAh_per_g").values([cell.pk, bare.pk]) == {
        cell.pk: pytest.approx(148.61)
    }
    assert fitting("first_discharge_capacity_mAh_per_g", ">", 148) == {cell.code}


def test_the_loading_of_a_cell_is_computed_where_its_area_is_known(project):
    cell = factories.cell(project, active_mass_mg=10.0, area_cm2=0.785)
    none = factories.cell(project, active_mass_mg=10.0, area_cm2=0)
    values = figure("areal_loading_mg_per_cm2").values([cell.pk, none.pk])
    assert values == {cell.pk: pytest.approx(12.74, abs=0.01)}
    assert fitting("areal_loading_mg_per_cm2", ">=", 12.7) == {cell.code}
    assert figure("stack_pressure_MPa").kinds == ("cell",)
