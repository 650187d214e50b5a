"""Protocols over REST: drafted, released, followed by what a script records."""

from __future__ import annotations

from typing import Any

import pytest

from synthesis.models import Role
from tests import factories, rest

pytestmark = pytest.mark.django_db

CONTENT: dict[str, Any] = {
    "values": {"reaction_temperature_degC": 70},
    "limits": {"reaction_temperature_degC": {"minus": 3, "plus": 3, "in": "unit"},
               "melamine": {"minus": 2, "plus": 2, "in": "percent"}},
    "takes": [{"role": "melamine", "unit": "g", "planned": "3 g"}],
}  # fmt: skip


@pytest.fixture
def project():
    return factories.ProjectFactory(name="Additives", slug="additives")


@pytest.fixture
def alice(project):
    return rest.of(factories.member(project, Role.MANAGER, username="alice"))


@pytest.fixture
def bob(project):
    return rest.of(factories.member(project, Role.EDITOR, username="bob"))


def released(bob, alice) -> dict[str, Any]:
    made = bob.post("protocols/", {"kind": "nanosponge", "name": "Emulsion", "content": CONTENT}).json()
    answer = alice.post(f"protocols/{made['id']}/release/")
    body: dict[str, Any] = answer.json()
    assert answer.status_code == 200, body
    return body


def test_an_editor_drafts_and_a_manager_releases(bob, alice):
    made = bob.post("protocols/", {"kind": "nanosponge", "name": "Emulsion", "content": CONTENT})
    assert made.status_code == 201, made.json()
    pk = made.json()["id"]
    assert bob.post(f"protocols/{pk}/release/").status_code == 403
    version = alice.post(f"protocols/{pk}/release/").json()
    assert version["released_by"] == "alice"
    assert bob.patch(f"protocols/{pk}/draft/", {"values": {}}).status_code == 409
    second = bob.post(f"protocols/{pk}/versions/").json()
    assert (second["number"], second["values"]) == (2, CONTENT["values"])
    assert bob.post(f"protocols/{pk}/versions/").status_code == 409  # one draft at a time


@pytest.mark.parametrize(
    "content",
    [
        {"values": {"colour": 3}},
        {"values": {"reaction_time_h": "three"}},
        {"values": {"reaction_time_h": -1}},
        {"limits": {"reaction_time_h": {"minus": -1, "plus": 1}}},
        {"takes": [{"role": "melamine", "planned": "3 stone"}]},
    ],
)
def test_what_the_step_does_not_have_cannot_be_planned(bob, content):
    answer = bob.post("protocols/", {"kind": "nanosponge", "name": "Odd", "content": content})
    assert answer.status_code == 400


def test_a_batch_by_a_protocol_is_pinned_to_its_version(bob, alice):
    version = released(bob, alice)
    sent = {"protocol": version["id"], "reaction_temperature_degC": 71, "code": "NS-0042"}
    made = bob.post("nanosponge-batches/", sent)
    assert made.status_code == 201, made.json()
    assert (made.json()["protocol"], made.json()["code"]) == (version["id"], "NS-0042")
    assert made.json()["planned"] == {"reaction_temperature_degC": 70, "melamine": "3 g"}
    again = bob.post("nanosponge-batches/", {"code": "NS-0042"})
    assert again.status_code == 409
    assert "NS-0042 exists already" in again.content.decode()
    assert bob.post("nanosponge-batches/").json()["code"] == "NS-0043"


def test_a_deviation_past_its_limit_needs_a_reason(bob, alice, project):
    version, melamine = released(bob, alice), factories.lot(project, "50")
    sent = {"protocol": version["id"], "reaction_temperature_degC": 75,
            "inputs": [{"sample": melamine.code, "amount": "3.3 g", "role": "melamine"}]}  # fmt: skip
    answer = bob.post("nanosponge-batches/", sent)
    assert answer.status_code == 400
    assert "past the limit of ±\u00a03" in answer.content.decode()
    reasons = {"reaction_temperature_degC": "bath overshot"}
    assert bob.post("nanosponge-batches/", sent | {"reasons": reasons}).status_code == 400
    made = bob.post("nanosponge-batches/", sent | {"reasons": reasons | {"melamine": "spilt"}})
    assert made.status_code == 201, made.json()


def test_a_protocol_of_another_step_or_of_strangers_is_refused(bob, alice):
    version = released(bob, alice)
    assert bob.post("freeze-dryings/", {"protocol": version["id"]}).status_code == 400
    charlie = rest.of(factories.member(factories.ProjectFactory(), Role.EDITOR, username="charlie"))
    assert charlie.post("nanosponge-batches/", {"protocol": version["id"]}).status_code == 400


def test_a_date_in_the_future_is_refused(bob):
    answer = bob.post("nanosponge-batches/", {"made_at": "2999-01-01T00:00:00Z"})
    assert answer.status_code == 400
    assert "is in the future" in answer.content.decode()
