"""Splitting, pooling, counting, places and materials over REST."""

from __future__ import annotations

import pytest

from synthesis.models import Place, Role, Sample
from tests import factories, rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return factories.ProjectFactory(name="Additives", slug="additives")


@pytest.fixture
def bob(project):
    return rest.of(factories.member(project, Role.EDITOR, username="bob"))


@pytest.fixture
def vera(project):
    return rest.of(factories.member(project, Role.VIEWER, username="vera"))


def test_a_sample_is_split_by_amounts_or_into_equal_parts(bob, project):
    batch = factories.sponge(project, "20")
    answer = bob.post(
        f"samples/{batch.code}/split/", {"parts": [{"amount": 2.5}, {"amount": "500 mg", "name": "x"}]}
    )
    assert answer.status_code == 201, answer.json()
    assert [(part["amount_left"], part["name"]) for part in answer.json()] == [(2.5, ""), (0.5, "x")]
    assert len(bob.post(f"samples/{batch.code}/split/", {"into": 4}).json()) == 4
    batch.refresh_from_db()
    assert batch.amount_left == 0


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, ""),
        ({"into": 2, "parts": [{"amount": 1}]}, ""),
        ({"into": 0}, "into"),
        ({"parts": []}, "parts"),
        ({"parts": [{"amount": "21 g"}]}, "parts.0.amount"),
        ({"parts": [{"amount": "2 mL"}]}, "parts.0.amount"),
        ({"parts": [{"amount": -1}]}, "parts.0.amount"),
    ],
)
def test_a_split_that_cannot_be_is_a_problem_with_its_field(bob, project, sent, field):
    batch = factories.sponge(project, "20")
    answer = bob.post(f"samples/{batch.code}/split/", sent)
    assert 400 <= answer.status_code < 410
    if field:
        assert field in answer.json()["errors"]
    assert Sample.objects.count() == 1


def test_two_samples_are_pooled(bob, project):
    first, second = factories.sponge(project, "7"), factories.sponge(project, "3")
    inputs = [{"sample": first.code}, {"sample": second.code, "amount": 1, "unit": "g"}]
    answer = bob.post("samples/pool/", {"inputs": inputs, "name": "both"})
    assert (answer.status_code, answer.json()["amount_left"]) == (201, 8.0)
    chain = bob.get(f"samples/{answer.json()['code']}/ancestors/").json()
    assert {edge["role"] for edge in chain["edges"]} == {"pool"}


def test_a_viewer_and_a_stranger_neither_split_nor_pool_nor_count(vera, project):
    first, second = factories.sponge(project, "7"), factories.sponge(project, "3")
    charlie = rest.of(factories.member(factories.ProjectFactory(), Role.EDITOR))
    inputs = {"inputs": [{"sample": first.code}, {"sample": second.code}]}
    for path, body in (
        (f"samples/{first.code}/split/", {"into": 2}),
        (f"samples/{first.code}/count/", {"amount": 1}),
    ):
        assert vera.post(path, body).status_code == 403
        assert charlie.post(path, body).status_code == 404
    assert vera.post("samples/pool/", inputs).status_code == 403
    assert charlie.post("samples/pool/", inputs).status_code == 400
    assert Sample.objects.count() == 2


def test_a_count_books_the_difference(bob, project):
    batch = factories.sponge(project, "20")
    answer = bob.post(f"samples/{batch.code}/count/", {"amount": "18.2 g"})
    assert answer.status_code == 201
    assert answer.json() | {"id": 0} == {
        "id": 0, "sample": batch.code, "expected": 20.0, "counted": 18.2, "unit": "g", "correction": -1.8,
    }  # fmt: skip
    assert bob.post(f"samples/{batch.code}/count/", {"amount": 18.2}).json()["correction"] is None


def test_places_are_added_renamed_and_found_by_samples(bob, project):
    room = bob.post("places/", {"name": "Freezer"}).json()
    slot = bob.post("places/", {"name": "A3", "parent": room["id"], "capacity": 1}).json()
    assert (slot["path"], slot["code"]) == ("Freezer / A3", f"PL-{slot['id']:04d}")
    batch = factories.sponge(project)
    moved = bob.patch(f"samples/{batch.code}/", {"place": slot["code"]}).json()
    assert moved["place"] == "Freezer / A3"
    other = factories.sponge(project)
    refused = bob.patch(f"samples/{other.code}/", {"place": "A3"})
    assert refused.status_code == 409
    assert f"A3 holds 1 and has {batch.code} in it" in refused.json()["errors"]["place"][0]
    bob.patch(f"places/{room['id']}/", {"name": "Deep freezer"})
    assert Place.objects.get(pk=slot["id"]).path == "Deep freezer / A3"
    circle = bob.patch(f"places/{room['id']}/", {"parent": slot["id"]})
    assert "parent" in circle.json()["errors"]
    twin = bob.post("places/", {"name": "deep freezer"})
    assert "already" in twin.json()["detail"]


def test_a_new_sample_names_its_place_in_the_same_way(bob, project):
    slot = Place.objects.get(pk=bob.post("places/", {"name": "A3", "capacity": 1}).json()["id"])
    made = bob.post("nanosponge-batches/", {"amount_made": 3, "unit": "g", "place": "a3"})
    assert made.status_code == 201
    assert Sample.objects.get(code=made.json()["code"]).location == slot
    assert bob.post("nanosponge-batches/", {"amount_made": 3, "unit": "g", "place": "a3"}).status_code == 409


def test_a_material_over_rest_obeys_the_same_rules(bob, vera):
    made = bob.post("materials/", {"name": "nickel chloride", "formula": "NiCl2*6H2O", "hazard_statements": "h301",
                                   "pictograms": ["GHS09", "GHS06"]})  # fmt: skip
    assert made.status_code == 201, made.json()
    found = made.json()
    assert (found["formula"], found["molar_mass_g_per_mol"], found["hazard_statements"], found["pictograms"]) == (
        "NiCl2·6H2O", 237.683, "H301", ["GHS06", "GHS09"],
    )  # fmt: skip
    wrong = bob.post("materials/", {"name": "x", "formula": "Mo7O24X", "cas_number": "7732-18-4"})
    assert wrong.json()["errors"].keys() == {"formula", "cas_number"}
    changed = bob.patch(f"materials/{found['id']}/", {"low_stock_amount": 50})
    assert (changed.json()["low_stock_amount"], changed.json()["low_stock_unit"]) == (50.0, "g")
    assert vera.patch(f"materials/{found['id']}/", {"supplier": "x"}).status_code == 403
