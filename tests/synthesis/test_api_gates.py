"""Gates and equipment over REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from synthesis.models import EquipmentCheck, GateDecision, Instrument, Project, Role, SpecificationLimit
from tests import factories, rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return factories.ProjectFactory()


@pytest.fixture
def alice(project: Project) -> rest.Rest:
    return rest.of(factories.member(project, Role.MANAGER, username="alice"))


@pytest.fixture
def bob(project: Project) -> rest.Rest:
    return rest.of(factories.member(project, Role.EDITOR, username="bob"))


@pytest.fixture
def charlie() -> rest.Rest:
    return rest.of(factories.member(factories.ProjectFactory(), Role.MANAGER, username="charlie"))


def test_limits_are_laid_down_listed_and_retired(alice, bob, charlie, project):
    body = {"project": project.slug, "kind": "additive", "quantity": "bet_surface_area", "lower": 15}
    assert bob.post("limits/", body).status_code == 403
    made = alice.post("limits/", body)
    assert made.status_code == 201, made.json()
    assert made.json()["unit"] == "m²/g"
    assert alice.post("limits/", body).status_code == 409
    assert [one["quantity"] for one in bob.get("limits/").json()["results"]] == ["bet_surface_area"]
    assert charlie.get("limits/").json()["results"] == []
    address = f"limits/{made.json()['id']}/retire/"
    assert bob.post(address).status_code == 403
    assert charlie.post(address).status_code == 404
    assert alice.post(address).json()["retired_at"]
    assert alice.post("limits/", body).status_code == 201
    assert SpecificationLimit.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"quantity": "beauty"}, "quantity"),
        ({"quantity": "stack_pressure_MPa"}, "quantity"),
        ({"kind": "unicorn"}, "kind"),
        ({"lower": "NaN"}, "lower"),
        ({"lower": None}, None),
        ({"lower": 3, "upper": 2}, None),
    ],
)
def test_a_limit_with_a_fault_is_refused(alice, project, values, field):
    body = {"project": project.slug, "kind": "additive", "quantity": "bet_surface_area", "lower": 15}
    answer = alice.post("limits/", body | values)
    assert answer.status_code == 400, answer.json()
    assert field is None or field in answer.json()["errors"]
    assert not SpecificationLimit.objects.exists()


def test_a_script_decides_with_reason_and_password_and_sees_what_it_was_based_on(alice, bob, project):
    SpecificationLimit.objects.create(
        project=project, kind="additive", quantity="amount_made_g", lower=5, unit="g"
    )
    lot = factories.additive(project, "2")
    gate = bob.get(f"samples/{lot.code}/gate/").json()
    assert gate["state"] == "hold"
    assert gate["checks"][0]["fits"] is False
    address = f"samples/{lot.code}/decisions/"
    for body, field in (
        ({"verdict": "hold"}, "reason"),
        ({"verdict": "reject", "reason": "too little"}, "password"),
        ({"verdict": "reject", "reason": "too little", "password": "no"}, "password"),
        ({"verdict": "pass"}, "reason"),
        ({"verdict": "lost"}, "verdict"),
        ({}, "verdict"),
    ):
        answer = alice.post(address, body)
        assert answer.status_code == 400, body
        assert field in answer.json()["errors"], body
    done = alice.post(address, {"verdict": "reject", "reason": "too little", "password": factories.PASSWORD})
    assert done.status_code == 201
    assert done.json()["signed"] is True
    verdicts = [one["verdict"] for one in bob.get(address).json()["results"]]
    assert verdicts == ["reject", "hold"]
    assert GateDecision.objects.count() == 2


def test_an_allowance_lets_one_use_through(alice, bob, project):
    lot = factories.held(factories.additive(project))
    use = {"kind": "use", "amount": 1, "unit": "g"}
    refused = bob.post(f"samples/{lot.code}/ledger/", use)
    assert refused.status_code == 409
    assert "A manager can allow this use" in refused.json()["detail"]
    assert bob.post(f"samples/{lot.code}/allowances/", {"reason": "x"}).status_code == 403
    assert alice.post(f"samples/{lot.code}/allowances/", {}).status_code == 400
    assert alice.post(f"samples/{lot.code}/allowances/", {"reason": "for blanks"}).status_code == 201
    booked = bob.post(f"samples/{lot.code}/ledger/", use)
    assert booked.status_code == 201
    assert bob.get(f"samples/{lot.code}/allowances/").json()["results"][0]["spent_on"] == booked.json()["id"]
    assert bob.post(f"samples/{lot.code}/ledger/", use).status_code == 409


def test_a_check_without_a_time_was_done_now(alice, project):
    oven = factories.InstrumentFactory(name="Oven", project=project, checked_every_days=30)
    made = alice.post(f"instruments/{oven.pk}/checks/", {"kind": "maintenance"})
    assert made.status_code == 201, made.json()
    assert timezone.now() - EquipmentCheck.objects.get().done_at < timedelta(minutes=1)
    assert made.json()["valid_until"] == f"{timezone.localdate() + timedelta(days=30)}"


@pytest.mark.parametrize("field", ["kind", "done_at", "valid_until", "passed", "done_by", "note"])
@pytest.mark.parametrize("value", [{"a": 1}, [1], {}, None, [[]]])
def test_a_check_with_something_else_than_a_value_is_refused_beside_its_field(alice, project, field, value):
    oven = factories.InstrumentFactory(name="Oven", project=project)
    answer = alice.post(f"instruments/{oven.pk}/checks/", {field: value})
    if field == "valid_until" and value is None:
        assert answer.status_code == 201
    else:
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
        assert not EquipmentCheck.objects.exists()


def test_checks_of_equipment_are_recorded_by_who_looks_after_it(alice, bob, charlie, project):
    oven = factories.InstrumentFactory(name="Oven", project=project, checked_every_days=30)
    address = f"instruments/{oven.pk}/checks/"
    body: dict[str, Any] = {"kind": "calibration", "done_at": "2026-06-01T12:00:00Z", "done_by": "Waage AG"}
    assert bob.post(address, body).status_code == 403
    assert charlie.post(address, body).status_code == 404
    made = alice.post(address, body)
    assert made.status_code == 201, made.json()
    assert made.json()["valid_until"] == "2026-07-01"
    assert alice.post(address, {"done_at": "2999-01-01T00:00:00Z"}).status_code == 400
    assert alice.post(address, {"kind": "prayer"}).status_code == 400
    assert len(bob.get(address).json()["results"]) == EquipmentCheck.objects.count() == 1
    assert bob.get(f"instruments/{oven.pk}/").json()["standing"]["state"] == "overdue"
    assert alice.patch(f"instruments/{oven.pk}/", {"checked_every_days": 365}).status_code == 200
    assert Instrument.objects.get(pk=oven.pk).checked_every_days == 365


def test_a_step_names_the_equipment_that_one_may_see(bob, project):
    oven = factories.InstrumentFactory(name="Oven", project=project, checked_every_days=30)
    foreign = factories.InstrumentFactory(project=factories.ProjectFactory())
    sponge = factories.sponge(project)
    address = f"samples/{sponge.code}/"
    assert bob.patch(address, {"equipment": foreign.pk}).status_code == 400
    assert bob.patch(address, {"equipment": oven.pk}).json()["equipment"] == oven.pk
    assert bob.patch(address, {"equipment": None}).json()["equipment"] is None
