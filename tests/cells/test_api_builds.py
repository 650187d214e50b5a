"""Real shares of cathodes and figures of cells over REST."""

from __future__ import annotations

from typing import Any

import pytest

from synthesis.models import Role
from tests import factories, rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Any:
    return factories.ProjectFactory()


@pytest.fixture
def bob(project: Any) -> Any:
    return rest.of(factories.member(project, Role.EDITOR))


def mix(bob: Any, project: Any) -> dict[str, Any]:
    recipe = factories.recipe(project)
    parts = {name: factories.lot(project) for name in ("LCO", "LPSC", "CCA")}
    weighed = {"LCO": 141, "LPSC": 55, "CCA": 4}
    inputs = [
        {"sample": parts[name].code, "amount": mass, "unit": "mg", "role": name}
        for name, mass in weighed.items()
    ]
    sent = {"recipe": recipe.pk, "target_mass_mg": 200, "amount_made": 195, "inputs": inputs}
    answer = bob.post("cathode-batches/", sent)
    assert answer.status_code == 201, answer.json()
    made: dict[str, Any] = answer.json()
    return made


def test_a_batch_tells_its_real_shares_and_deviations(bob, project):
    made = mix(bob, project)
    lco = made["components"][0]
    assert (lco["planned_mass_mg"], lco["weighed_mass_mg"], lco["real_share_wt_percent"]) == (140, 141, 70.5)
    assert lco["deviation"] == "+0.7\u00a0%"
    assert made["weighed_completely"]
    assert (made["active_share_wt_percent"], made["active_share_by"]) == (pytest.approx(70.5), "weighed")
    assert made["planned"]["LPSC"] == "56 mg"


def test_a_cells_active_mass_follows_over_rest_too_and_says_by_what(bob, project):
    powder = mix(bob, project)
    taken = [{"sample": powder["code"], "amount": 10, "unit": "mg", "role": "cathode"}]
    sent = {"inputs": taken, "area_cm2": 0.5, "nominal_capacity_mAh_per_g": 150}
    cell = bob.post("cells/", sent).json()
    assert (cell["composite_mass_mg"], cell["active_mass_mg"], cell["active_mass_by"]) == (
        10,
        7.05,
        "weighed",
    )
    assert cell["areal_loading_mg_per_cm2"] == pytest.approx(14.1)
    assert cell["nominal_capacity_mAh"] == pytest.approx(1.0575)
    assert cell["n_to_p_ratio"] is None
    changed = bob.patch(f"cells/{cell['code']}/", {"active_mass_mg": 7.2}).json()
    assert changed["active_mass_by"] == "typed"


def test_what_a_kind_has_not_is_refused_over_rest(bob):
    answer = bob.post("cells/", {"format": "ion_blocking", "active_mass_mg": 10})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["active_mass_mg"])


def test_batches_cost_the_same_however_many_there_are(bob, project, django_assert_num_queries):
    mix(bob, project)
    for _number in range(2):
        with django_assert_num_queries(5):
            bob.get("cathode-batches/")
        for _more in range(3):
            first = bob.get("cathode-batches/").json()["results"][0]
            bob.post("cathode-batches/", {"recipe": first["recipe"], "amount_made": 5})
