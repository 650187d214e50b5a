"""Yields by their named definitions, of one step and along the chain."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from synthesis import furnace, ledger, yields
from synthesis.furnace import BoatLoad
from synthesis.models import CarbonizationRun, FreezeDriedBatch, ImpregnatedBatch, NanospongeBatch
from synthesis.units import parse
from tests.factories import MaterialFactory, ProjectFactory, lot, take

pytestmark = pytest.mark.django_db


def chain(density: Decimal | None = Decimal("1.18")) -> dict[str, Any]:
    """50 g of sponge of 40 g of powder and 20 mL (23.6 g); 20 g soaked, dried to 26 g, of which 13 g become 4.5 g."""
    project = ProjectFactory()
    powder = lot(project, "100")
    liquid = lot(project, "100", unit="mL", material=MaterialFactory(density_g_per_mL=density))
    oil = lot(project, "500", unit="mL")  # of no known density, and of no matter
    sponge = ledger.record(NanospongeBatch(project=project), parse("50 g", "g"), [
        take(powder, "40", role="β-cyclodextrin"), take(liquid, "20", "mL", role="epichlorohydrin"),
        take(oil, "200", "mL", role="kerosene")], None)  # fmt: skip
    salt = lot(project, "50")
    wet = ledger.record(ImpregnatedBatch(project=project), parse("120 g", "g"),
                        [take(sponge, "20", role="nanosponge"), take(salt, "6", role="Mo salt")], None)  # fmt: skip
    dry = ledger.record(FreezeDriedBatch(project=project), parse("26 g", "g"), [take(wet, "120")], None)
    load = BoatLoad(dry, parse("13 g", "g"), parse("4.5 g", "g"), "Mo@NPCs")
    run = furnace.record_run(CarbonizationRun(project=project), [], [load], None)
    return {"sponge": sponge, "wet": wet, "dry": dry, "carbon": run.boats.get().additive}


def figures(sample: Any) -> dict[str, float]:
    return {one.label: round(one.percent, 2) for one in yields.of_sample(sample)}


def test_each_step_has_its_yield_uptake_or_loss():
    made = chain()
    assert figures(made["sponge"]) == {"Dry yield": round(100 * 50 / 63.6, 2)}
    assert figures(made["wet"]) == {"Mass after soaking": round(100 * 120 / 26, 2), "Mass gained": 500}
    dry = figures(made["dry"])
    kept = 100 * 26 / 120
    assert dry == {"Mass kept": round(kept, 2), "Mass loss": round(100 - kept, 2), "Uptake of salt": 30}


def test_the_carbon_is_reckoned_back_to_the_sponge_and_its_reagents():
    found = figures(chain()["carbon"])
    sponge_g = 20 * 13 / 26
    assert found == {
        "Carbon yield": round(100 * 4.5 / 13, 2),
        "Carbon per nanosponge": round(100 * 4.5 / sponge_g, 2),
        "Overall": round(100 * 4.5 / (sponge_g * 63.6 / 50), 2),
    }


def test_a_volume_without_a_density_leaves_the_yield_open_and_makes_none_up():
    made = chain(density=None)
    assert figures(made["sponge"]) == {}
    assert "Overall" not in figures(made["carbon"])
    assert "Carbon per nanosponge" in figures(made["carbon"])


def test_many_samples_are_asked_in_two_questions(django_assert_num_queries):
    made = chain()
    with django_assert_num_queries(2):
        found = yields.of_samples([sample.pk for sample in made.values()])
    assert found[made["carbon"].pk] == pytest.approx(100 * 4.5 / 13)
    assert set(found) == {sample.pk for sample in made.values()}


def test_the_figures_of_one_sample_cost_the_same_however_long_its_chain(django_assert_max_num_queries):
    carbon = chain()["carbon"]
    with django_assert_max_num_queries(3):
        yields.of_sample(carbon)
