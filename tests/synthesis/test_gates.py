"""Gates: figures against limits, what follows by itself, and what only a manager decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from synthesis import decisions, furnace, gates, ledger
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import (
    CarbonizationRun,
    ElectrolyteBatch,
    FreezeDriedBatch,
    GateDecision,
    Project,
    Role,
    Sample,
    Signature,
    SpecificationLimit,
)
from synthesis.models.samples import State
from synthesis.units import parse
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return factories.ProjectFactory()


@pytest.fixture
def alice(project: Project) -> Any:
    return factories.member(project, Role.MANAGER, username="alice")


def limit(
    project: Project, quantity: str = "ionic_conductivity_mS_per_cm", **values: Any
) -> SpecificationLimit:
    values = {"kind": "electrolyte", "unit": "mS/cm", **values}
    return SpecificationLimit.objects.create(project=project, quantity=quantity, **values)


def electrolyte(project: Project, conductivity: float | None = 2.0, **values: Any) -> ElectrolyteBatch:
    made = ElectrolyteBatch(project=project, ionic_conductivity_mS_per_cm=conductivity, **values)
    return ledger.record(made, parse("5 g", "g"), [], None)


def state(sample: Sample) -> str:
    return Sample.objects.values_list("state", flat=True).get(pk=sample.pk)


def test_a_figure_within_its_limits_leaves_the_sample_as_it_is(project):
    limit(project, lower=1.5, upper=4.0)
    made = electrolyte(project, 2.0)
    (check,) = gates.check(made)
    assert (check.value, check.fits, check.limits) == (2.0, True, "1.5 – 4")
    assert state(made) == State.AVAILABLE
    assert not GateDecision.objects.exists()


def test_a_miss_puts_what_was_just_recorded_on_hold_with_the_numbers(project):
    limit(project, lower=1.5)
    made = electrolyte(project, 1.2)
    decision = gates.newest(made)
    assert state(made) == made.state == State.HOLD
    assert decision is not None
    assert decision.by_itself
    assert decision.created_by is None
    assert decision.reason == "Ionic conductivity 1.20\u00a0mS/cm, limit 1.50"
    assert decision.checks[0]["fits"] is False


def test_a_value_on_the_limit_fits_and_one_just_past_it_is_told_apart(project):
    limit(project, upper=0.3)
    assert gates.check(electrolyte(project, 0.1 + 0.2))[0].fits
    over = electrolyte(project, 0.3001)
    decision = gates.newest(over)
    assert decision is not None
    assert decision.reason == "Ionic conductivity 0.3001\u00a0mS/cm, limit 0.3000"


def test_judging_again_changes_nothing(project):
    limit(project, lower=1.5)
    made = electrolyte(project, 1.2)
    gates.judge(made)
    gates.judge(Sample.objects.get(pk=made.pk))
    assert GateDecision.objects.count() == 1


def test_a_missing_figure_neither_fits_nor_misses(project):
    limit(project, lower=1.5)
    made = electrolyte(project, None)
    assert gates.check(made)[0].fits is None
    assert state(made) == State.AVAILABLE


def test_limits_of_other_projects_kinds_additives_and_retired_ones_do_not_count(project):
    limit(factories.ProjectFactory(), lower=9)
    limit(project, kind="additive", lower=9)
    limit(project, group="SP", lower=9)
    limit(project, lower=9, retired_at="2026-01-01T00:00Z")
    assert gates.check(electrolyte(project)) == []


def test_the_limit_of_an_additive_stands_in_the_place_of_that_of_its_kind(project):
    limit(project, "amount_made_g", kind="additive", unit="g", lower=5)
    limit(project, "amount_made_g", kind="additive", unit="g", group="SP", lower=1)
    assert state(factories.additive(project, "2", group="SP")) == State.AVAILABLE
    assert state(factories.additive(project, "2", group="NPCs")) == State.HOLD


def test_a_boat_with_too_little_in_it_is_held_when_the_run_is_recorded(project):
    limit(project, "yield_percent", kind="additive", unit="%", lower=30, upper=42)
    dried = ledger.record(FreezeDriedBatch(project=project), parse("40 g", "g"), [], None)
    loads = [
        furnace.BoatLoad(dried, parse("20 g", "g"), parse(out, "g"), "NPCs") for out in ("7.31 g", "5.02 g")
    ]
    run = furnace.record_run(CarbonizationRun(project=project), [], loads, None)
    assert [state(boat.additive) for boat in run.boats.all()] == [State.AVAILABLE, State.HOLD]


def test_a_yield_that_is_booked_later_is_judged_then(project):
    limit(project, "amount_made_g", unit="g", lower=4)
    made = ElectrolyteBatch.objects.create(project=project)
    assert state(made) == State.AVAILABLE
    ledger.make(made, parse("1 g", "g"), by=None)
    assert state(made) == State.HOLD


def test_a_persons_pass_stands_against_what_they_knew_and_falls_to_what_is_new(project, alice):
    limit(project, lower=1.5)
    made = electrolyte(project, 1.2)
    decisions.decide(made, "pass", alice, reason="good enough for blank cells")
    gates.judge(made)
    assert state(made) == State.AVAILABLE
    ElectrolyteBatch.objects.filter(pk=made.pk).update(ionic_conductivity_mS_per_cm=0.4)
    gates.judge(made)
    assert state(made) == State.HOLD
    assert GateDecision.objects.count() == 3


def test_nothing_is_released_by_itself_and_a_rejection_stays(project, alice):
    limit(project, lower=1.5)
    made = electrolyte(project, 1.2)
    ElectrolyteBatch.objects.filter(pk=made.pk).update(ionic_conductivity_mS_per_cm=2.0)
    gates.judge(made)
    assert state(made) == State.HOLD
    decisions.decide(made, "reject", alice, "spilt on the floor", factories.PASSWORD)
    ElectrolyteBatch.objects.filter(pk=made.pk).update(ionic_conductivity_mS_per_cm=1.0)
    gates.judge(made)
    assert state(made) == State.REJECTED


def test_a_hold_and_a_rejection_need_a_reason_and_a_rejection_the_password(project, alice):
    made = electrolyte(project)
    for verdict, reason, password, field in (
        ("hold", "", "", "reason"),
        ("reject", " ", factories.PASSWORD, "reason"),
        ("reject", "black specks", "", "password"),
        ("reject", "black specks", "wrong", "password"),
        ("lost", "", "", "verdict"),
    ):
        with pytest.raises(Refusal) as refused:
            decisions.decide(made, verdict, alice, reason, password)
        assert refused.value.field == field, (verdict, reason)
    assert not GateDecision.objects.exists()
    assert not Signature.objects.exists()
    decision = decisions.decide(made, "reject", alice, "black specks", factories.PASSWORD)
    assert decision.signature is not None
    assert decision.signature.meaning == "decided"
    assert state(made) == State.REJECTED


def test_a_pass_waits_for_what_must_be_there_and_says_why_where_a_figure_misses(project, alice):
    required = limit(project, "id_ig_ratio", unit="", upper=1.0, required=True)
    limit(project, lower=1.5)
    made = electrolyte(project, 1.2)
    with pytest.raises(Refusal, match="Say why it passes all the same"):
        decisions.decide(made, "pass", alice)
    with pytest.raises(Refusal, match="Not measured yet: I_D/I_G"):
        decisions.decide(made, "pass", alice, "for blank cells")
    required.retired_at = "2026-01-01T00:00Z"
    required.save()
    assert decisions.decide(made, "pass", alice, "for blank cells").checks[0]["fits"] is False
    assert state(made) == State.AVAILABLE


def test_a_signed_pass_keeps_its_signature_and_what_is_in_progress_stays_so(project, alice):
    started = ElectrolyteBatch.objects.create(project=project, state=State.IN_PROGRESS)
    decisions.decide(started, "hold", alice, "the mill stopped")
    decision = decisions.decide(started, "pass", alice, password=factories.PASSWORD)
    assert decision.signature is not None
    assert state(started) == State.IN_PROGRESS


def test_only_a_manager_of_the_project_decides(project):
    made = electrolyte(project)
    bob = factories.member(project, Role.EDITOR)
    charlie = factories.member(factories.ProjectFactory(), Role.MANAGER)
    for person in (bob, charlie):
        with pytest.raises(NotAllowed):
            decisions.decide(made, "hold", person, "no")


@pytest.mark.parametrize("wanted", ["hold", "rejected"])
def test_no_way_past_the_gate_leads_into_hold_or_out_of_it(project, wanted):
    made = electrolyte(project)
    with pytest.raises(IntegrityError, match="by a decision"), transaction.atomic():
        Sample.objects.filter(pk=made.pk).update(state=wanted)
    factories.held(made)
    with pytest.raises(IntegrityError, match="by a decision"), transaction.atomic():
        Sample.objects.filter(pk=made.pk).update(state="available")
