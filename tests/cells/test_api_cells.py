"""Recipes, cathode batches, cells, channels and studies over REST."""

from __future__ import annotations

import pytest
from django.utils import timezone

from cells.models import CathodeRecipe, Channel, Occupation
from synthesis.models import Role
from tests import factories, rest

pytestmark = pytest.mark.django_db

SHARES: list[dict[str, object]] = [
    {"role": "active", "material": "LCO", "share_wt_percent": 70},
    {"role": "electrolyte", "material": "LPSC", "share_wt_percent": "28.5"},
    {"role": "additive", "material": "CCA", "share_wt_percent": 1.5},
]


@pytest.fixture
def project():
    return factories.ProjectFactory()


@pytest.fixture
def bob(project):
    return rest.of(factories.member(project, Role.EDITOR))


@pytest.fixture
def charlie():
    return rest.of(factories.member(factories.ProjectFactory(), Role.EDITOR))


def test_the_same_recipe_again_is_its_next_version(bob):
    first = bob.post("cathode-recipes/", {"name": "LCO standard", "components": SHARES})
    second = bob.post("cathode-recipes/", {"name": "LCO standard", "components": SHARES[::-1]})
    assert (first.status_code, second.status_code) == (201, 201), first.content
    assert (first.json()["version"], second.json()["version"]) == (1, 2)
    assert [part["material"] for part in second.json()["components"]] == ["CCA", "LPSC", "LCO"]


@pytest.mark.parametrize(
    ("share", "said"), [(72, "102 wt %, 2 wt % too much"), ("69.5", "99.5 wt %. Add 0.5 wt %")]
)
def test_shares_that_miss_100_are_refused_with_their_sum(bob, share, said):
    wrong = [{**SHARES[0], "share_wt_percent": share}, *SHARES[1:]]
    answer = bob.post("cathode-recipes/", {"name": "LCO", "components": wrong})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["components"])
    assert said in answer.json()["detail"]


def test_a_recipe_that_was_mixed_stays_as_it_is(bob, project):
    recipe = factories.recipe(project)
    address = f"cathode-recipes/{recipe.pk}/"
    assert bob.patch(address, {"components": SHARES}).json()["components"][2]["share_wt_percent"] == 1.5
    batch = bob.post("cathode-batches/", {"recipe": recipe.pk, "amount_made": 500, "mixing_time_min": 30})
    assert (batch.status_code, batch.json()["unit"], batch.json()["amount_left"]) == (201, "mg", 500)
    refused = bob.patch(address, {"components": SHARES})
    assert refused.status_code == 409
    assert "new version" in refused.json()["detail"]
    assert bob.patch(address, {"note": "sieved"}).json()["note"] == "sieved"


def test_a_foreign_recipe_cannot_be_mixed_by(bob):
    foreign = factories.recipe(factories.ProjectFactory())
    answer = bob.post("cathode-batches/", {"recipe": foreign.pk})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["recipe"])


def test_a_cell_is_one_piece_and_takes_its_powder(bob, project):
    recipe = factories.recipe(project)
    powder = bob.post("cathode-batches/", {"recipe": recipe.pk, "amount_made": "0.5 g"}).json()
    cell = bob.post(
        "cells/",
        {
            "composite_mass_mg": 14.3,
            "active_mass_mg": 10.01,
            "group": "Mo-Ni@NPCs",
            "inputs": [{"sample": powder["code"], "amount": 14.3, "unit": "mg", "role": "cathode"}],
        },
    )
    assert cell.status_code == 201, cell.json()
    assert (cell.json()["amount_made"], cell.json()["unit"], cell.json()["active_mass_mg"]) == (
        1,
        "piece",
        10.01,
    )
    assert bob.get(f"cathode-batches/{powder['code']}/").json()["amount_left"] == 485.7
    assert [row["code"] for row in bob.get("cells/", group="Mo-Ni@NPCs").json()["results"]] == [
        cell.json()["code"]
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"active_mass_mg": 20, "composite_mass_mg": 10},
        {"lower_voltage_V": 4, "upper_voltage_V": 2},
        {"left_out": True},
        {"format": "balloon"},
    ],
)
def test_a_cell_against_the_rules_is_refused_as_a_problem(bob, wrong):
    answer = bob.post("cells/", wrong)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert bob.get("cells/").json()["results"] == []


def test_a_cell_is_left_out_with_its_reason(bob, project):
    cell = factories.cell(project)
    changed = bob.patch(f"cells/{cell.code}/", {"left_out": True, "left_out_reason": "short circuit"})
    assert changed.status_code == 200, changed.json()
    assert [row["code"] for row in bob.get("cells/", left_out="true").json()["results"]] == [cell.code]


def test_a_channel_shows_the_cell_that_is_on_it_to_those_who_may_see_the_cell(bob, charlie, project):
    channel = Channel.objects.create(instrument=factories.InstrumentFactory(name="Neware"), name="1-3")
    cell = factories.cell(project)
    Occupation.objects.create(channel=channel, cell=cell, from_at=timezone.now())
    assert bob.get(f"channels/{channel.pk}/").json()["cell"] == cell.code
    assert charlie.get(f"channels/{channel.pk}/").json()["cell"] is None


def test_a_channel_of_a_projects_instrument_is_made_by_its_editors(bob, charlie, project):
    factories.InstrumentFactory(name="Neware", project=project)
    wanted = {"instrument": "Neware", "name": "1-4"}
    assert bob.post("channels/", wanted).status_code == 201
    assert charlie.post("channels/", {**wanted, "name": "1-5"}).status_code == 400
    again = bob.post("channels/", wanted)
    assert again.status_code == 400
    assert charlie.get("channels/").json()["results"] == []


def test_a_study_holds_cells_that_its_author_may_see(bob, project):
    mine, foreign = factories.cell(project), factories.cell(factories.ProjectFactory())
    study = bob.post("studies/", {"name": "Which carbon lasts?", "cells": [mine.code], "reference_cycle": 3})
    assert (study.status_code, study.json()["cells"]) == (201, [mine.code])
    refused = bob.post("studies/", {"name": "Theirs", "cells": [foreign.code]})
    assert refused.status_code == 400
    assert foreign.code in refused.json()["detail"]
    changed = bob.patch(f"studies/{study.json()['id']}/", {"note": "three cells each"})
    assert changed.json()["note"] == "three cells each"


def test_lists_cost_the_same_however_long_they_are(bob, project, django_assert_num_queries):
    bob.get("cells/")
    for length in (1, 8):
        for number in range(CathodeRecipe.objects.count(), length):
            factories.recipe(project, name=f"recipe {number}")
            factories.cell(project)
        with django_assert_num_queries(4):  # the token, whose projects, the recipes, their components
            assert len(bob.get("cathode-recipes/").json()["results"]) == length
        with django_assert_num_queries(3):
            assert len(bob.get("cells/").json()["results"]) == length
