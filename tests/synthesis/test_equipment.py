"""Equipment: how it stood at the moment of use, and what that says of what was made."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from synthesis import equipment, equipment_uses, furnace, ledger
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import (
    CarbonizationRun,
    EquipmentCheck,
    FreezeDriedBatch,
    Instrument,
    Project,
    Role,
)
from synthesis.units import parse
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return factories.ProjectFactory()


@pytest.fixture
def alice(project: Project) -> Any:
    return factories.member(project, Role.MANAGER, username="alice")


@pytest.fixture
def dryer(project: Project) -> Instrument:
    return factories.InstrumentFactory(name="Dryer 2", project=project, checked_every_days=30)


def at(day: int, month: int = 6) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=ZoneInfo("UTC"))


def checked(one: Instrument, day: int = 1, until: date | None = None, **values: Any) -> EquipmentCheck:
    return EquipmentCheck.objects.create(instrument=one, done_at=at(day), valid_until=until, **values)


def test_a_check_holds_until_its_day_and_not_a_day_longer(dryer):
    checked(dryer, 1, date(2026, 6, 10))
    assert equipment.standing(dryer, at(10)).state == "ok"
    late = equipment.standing(dryer, at(13))
    assert (late.state, late.since, late.due) == ("overdue", date(2026, 6, 10), date(2026, 6, 10))
    assert late.sentence == "Dryer 2: calibration overdue since 10 Jun 2026 (3 days)."


def test_a_check_without_a_day_holds_as_long_as_checks_are_asked_for(dryer):
    checked(dryer, 1)
    assert equipment.standing(dryer, at(30)).due == date(2026, 7, 1)
    assert equipment.standing(dryer, at(2, 7)).state == "overdue"
    dryer.checked_every_days = None
    assert equipment.standing(dryer, at(2, 7)).state == "ok"


def test_what_was_never_checked_is_flagged_only_where_checks_are_asked_for(dryer):
    assert equipment.standing(dryer).state == "unchecked"
    assert equipment.standing(factories.InstrumentFactory()).state == "ok"


def test_only_what_was_done_before_the_use_counts(dryer):
    checked(dryer, 20)
    assert equipment.standing(dryer, at(10)).state == "unchecked"
    assert equipment.standing(dryer, at(21)).state == "ok"


def test_a_failed_check_stands_until_one_of_its_kind_is_passed(dryer):
    checked(dryer, 1, passed=False)
    assert equipment.standing(dryer, at(2)).state == "failed"
    checked(dryer, 3, kind="maintenance")
    assert equipment.standing(dryer, at(4)).state == "failed"
    checked(dryer, 5)
    assert equipment.standing(dryer, at(6)).state == "ok"


def test_an_overdue_maintenance_is_not_hidden_by_a_fresh_calibration(dryer):
    checked(dryer, 1, date(2026, 6, 5), kind="maintenance")
    checked(dryer, 8)
    assert equipment.standing(dryer, at(9)).sentence.startswith("Dryer 2: maintenance overdue")


def test_a_new_check_keeps_its_day_and_is_of_the_past(dryer, alice):
    made = equipment.add_check(EquipmentCheck(instrument=dryer, done_at=at(1)), alice)
    assert made.valid_until == date(2026, 7, 1)
    for values, field in (
        ({"done_at": timezone.now() + timedelta(days=2)}, "done_at"),
        ({"done_at": at(9), "valid_until": date(2026, 6, 8)}, "valid_until"),
    ):
        with pytest.raises(Refusal) as refused:
            equipment.add_check(EquipmentCheck(instrument=dryer, **values), alice)
        assert refused.value.field == field


def test_who_looks_after_equipment(dryer, project, alice):
    bob = factories.member(project, Role.EDITOR)
    charlie = factories.member(factories.ProjectFactory(), Role.MANAGER)
    shared = factories.InstrumentFactory()
    equipment.require_care(alice, dryer)
    equipment.require_care(charlie, shared)
    for person, one in ((bob, dryer), (charlie, dryer), (bob, shared)):
        with pytest.raises(NotAllowed):
            equipment.require_care(person, one)


def test_managers_see_what_is_due_within_14_days_the_worst_first(project, alice):
    today = timezone.localdate()
    for name, until, passed in (
        ("in order", today + timedelta(days=90), True),
        ("soon", today + timedelta(days=14), True),
        ("late", today - timedelta(days=1), True),
        ("broken", None, False),
    ):
        one = factories.InstrumentFactory(name=name, project=project, checked_every_days=365)
        checked(one, 1, until, passed=passed)
    names = [one.name for one, _ in equipment.due_soon(alice)]
    assert names == ["broken", "late", "soon"]
    assert equipment.due_soon(factories.member(project, Role.EDITOR)) == []


def dried(project: Project, dryer: Instrument, day: int) -> FreezeDriedBatch:
    made = FreezeDriedBatch(project=project, equipment=dryer, made_at=at(day))
    return ledger.record(made, parse("40 g", "g"), [], None)


def burnt(project: Project, source: FreezeDriedBatch, oven: Instrument | None = None, day: int = 20) -> Any:
    load = furnace.BoatLoad(source, parse("20 g", "g"), parse("7 g", "g"), "NPCs")
    run = CarbonizationRun(project=project, equipment=oven, started_at=at(day))
    return furnace.record_run(run, [], [load], None).boats.get().additive


def test_what_was_made_with_overdue_equipment_is_flagged_down_to_the_cell(
    project, dryer, alice, django_assert_max_num_queries
):
    checked(dryer, 1, date(2026, 6, 10))
    oven = factories.InstrumentFactory(name="Oven", project=project, checked_every_days=365)
    base = dried(project, dryer, 12)
    lot = burnt(project, base, oven)
    cell = factories.cell(project, [factories.take(lot, "1")])
    with django_assert_max_num_queries(4):
        found = equipment_uses.flagged(cell, alice)
    assert {one.use.code for one in found} == {base.code, lot.boat.run.code}
    said = [notice.sentence for notice in equipment_uses.notices(base, alice)]
    assert said == ["Dryer 2: calibration overdue since 10 Jun 2026 (2 days). It was used to make this."]
    assert any(lot.boat.run.code in one.sentence for one in equipment_uses.notices(cell, alice))
    assert equipment_uses.flagged(burnt(project, dried(project, dryer, 9)), alice) == []


def test_a_check_that_is_entered_late_takes_the_flag_away(project, dryer, alice):
    base = dried(project, dryer, 12)
    assert equipment_uses.flagged(base, alice)
    checked(dryer, 11)
    assert not equipment_uses.flagged(base, alice)


def test_steps_of_projects_that_one_may_not_see_are_not_named(project, dryer):
    base = dried(project, dryer, 12)
    other = factories.ProjectFactory()
    charlie = factories.member(other, Role.EDITOR)
    cell = factories.cell(other, [factories.take(base, "1")])
    assert equipment_uses.flagged(cell, charlie) == []
