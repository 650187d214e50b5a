"""Twelve replicate cells in three groups: mean, spread and n against a computation that can be followed by hand."""

from __future__ import annotations

import pytest

from characterization import panels
from characterization.models import Cycle
from tests import factories
from tests.characterization import findings

pytestmark = pytest.mark.django_db

FIRST_DISCHARGE = {  # mAh/g of 10 mg of active mass
    "SP": [110.0, 112.0, 114.0, 116.0],
    "NPCs": [120.0, 120.0, 126.0, 126.0],
    "Mo-Ni@NPCs": [135.0, 137.0, 139.0, 60.0],  # the last one is left out
}


@pytest.fixture
def twelve():
    project = factories.ProjectFactory()
    return [_cell(project, group, value) for group, values in FIRST_DISCHARGE.items() for value in values]


def _cell(project, group, mAh_per_g):
    short = mAh_per_g < 100
    reason = {"left_out": True, "left_out_reason": "soft short at cycle 2"} if short else {}
    cell = factories.cell(project, group=group, first_direction="charge", **reason)
    analysis = findings.measured(cell, "cycling").analyses.get()
    first = mAh_per_g / 100  # mAh in 10 mg
    for cycle, held in ((1, first), (2, 0.95 * first), (3, 0.9 * first)):
        Cycle.objects.create(
            analysis=analysis,
            cycle=cycle,
            charge_capacity_mAh=held / 0.9,
            discharge_capacity_mAh=held,
            coulombic_efficiency_percent=90.0,
        )
    return cell


def test_means_spreads_and_numbers_of_twelve_replicates_are_those_computed_by_hand(twelve):
    compared = panels.compare(twelve, panels.Choice())
    by_hand = {
        "SP": (4, 4, 113.0, 2.581989),  # √(20/3)
        "NPCs": (4, 4, 123.0, 3.464102),  # √(36/3)
        "Mo-Ni@NPCs": (4, 3, 137.0, 2.0),  # √(8/2)
    }
    assert {row.group.name for row in compared.rows} == set(by_hand)
    for row in compared.rows:
        total, n, mean, sd = by_hand[row.group.name]
        assert (row.total, row.first_discharge.n) == (total, n)
        assert row.first_discharge.mean == pytest.approx(mean)
        assert row.first_discharge.sd == pytest.approx(sd)
    for row in compared.rows:
        assert row.first_efficiency.mean == pytest.approx(90.0)
        assert row.retention.mean == pytest.approx(90.0)
        assert row.retention.sd == pytest.approx(0.0, abs=1e-9)
    assert compared.retention_at == 3


def test_the_cell_that_is_left_out_is_named_with_its_reason_and_counts_again_when_it_is_taken_back(twelve):
    compared = panels.compare(twelve, panels.Choice())
    assert [(cell.code, cell.left_out_reason) for cell in compared.left_out] == [
        (twelve[-1].code, "soft short at cycle 2")
    ]
    twelve[-1].left_out = False
    with_it = {row.group.name: row.first_discharge for row in panels.compare(twelve, panels.Choice()).rows}
    assert with_it["Mo-Ni@NPCs"].n == 4
    assert with_it["Mo-Ni@NPCs"].mean == pytest.approx(117.75)
    assert with_it["Mo-Ni@NPCs"].sd == pytest.approx(38.534616)  # √(4454.75/3)
