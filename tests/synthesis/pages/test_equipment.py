"""Pages of equipment: the list, the checks, and where an instrument that was not in order shows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from synthesis.models import EquipmentCheck, FreezeDriedBatch, Instrument
from tests.factories import InstrumentFactory, sponge
from tests.synthesis.pages.conftest import Lab


@pytest.fixture
def dryer(lab: Lab) -> Instrument:
    return InstrumentFactory(name="Dryer 2", project=lab.project, checked_every_days=30)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_list_says_how_each_stands_in_as_many_questions_however_many_there_are(
    lab, dryer, django_assert_max_num_queries
):
    for number in range(20):
        one = InstrumentFactory(name=f"Balance {number:02}", project=lab.project, checked_every_days=90)
        EquipmentCheck.objects.create(instrument=one, done_at=timezone.now())
    client = lab.as_(lab.vera)
    with django_assert_max_num_queries(12):
        page = text(client.get("/equipment/"))
    assert "Dryer 2 was never checked." in page
    assert "Balance 07: calibration due in 90 days" in page
    assert "New equipment" not in page
    assert "Dryer 2" not in text(lab.as_(lab.charlie).get("/equipment/"))


def test_a_manager_records_a_check_and_the_state_follows(lab, dryer):
    alice = lab.as_(lab.alice)
    sent = {"kind": "calibration", "passed": "on", "done_by": "Waage AG", "note": "3 points"}
    assert alice.post(f"/equipment/{dryer.pk}/", sent).status_code == 302
    page = text(lab.as_(lab.vera).get(f"/equipment/{dryer.pk}/"))
    assert "due in 30 days" in page
    assert "Waage AG" in page
    assert "Record check" not in page
    alice.post(f"/equipment/{dryer.pk}/", {"kind": "maintenance", "note": "leaks"})
    assert "failed its maintenance" in text(alice.get("/equipment/"))


def test_a_wrong_check_says_why_beside_its_field_and_keeps_what_was_typed(lab, dryer):
    alice = lab.as_(lab.alice)
    future = (timezone.localtime() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    for values, name, said in (
        ({"done_at": future}, "done_at", "in the future"),
        ({"done_at": "2026-06-10T12:00", "valid_until": "2026-06-01"}, "valid_until", "before it was done"),
        ({"done_at": "yesterday"}, "done_at", "Enter a valid date"),
        ({"kind": "prayer"}, "kind", "Select a valid choice"),
    ):
        sent = {"kind": "calibration", "passed": "on", "note": "kept words", **values}
        answer = alice.post(f"/equipment/{dryer.pk}/", sent)
        assert answer.status_code in (400, 422), values
        assert said in text(answer).split(f'name="{name}"')[1], values
        assert "kept words" in text(answer)
    assert not EquipmentCheck.objects.exists()


def test_only_managers_set_equipment_up(lab, dryer):
    for person, status in ((lab.vera, 403), (lab.bob, 403), (lab.charlie, 404)):
        assert lab.as_(person).post(f"/equipment/{dryer.pk}/", {"kind": "calibration"}).status_code == status
        assert lab.as_(person).get(f"/equipment/{dryer.pk}/change/").status_code == status
    alice = lab.as_(lab.alice)
    made = {"name": "Oven 1", "project": lab.project.pk, "checked_every_days": "365"}
    assert alice.post("/equipment/new/", made).status_code == 302
    oven = Instrument.objects.get(name="Oven 1")
    assert oven.created_by == lab.alice
    assert alice.post(f"/equipment/{oven.pk}/change/", {**made, "retired": "on"}).status_code == 302
    alice.get("/")  # says what was saved
    assert "Oven 1" not in text(alice.get("/equipment/"))
    assert "Oven 1" in text(alice.get("/equipment/?show=retired"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "Dryer 2"}, "already exists"),
        ({"name": ""}, "This field is required"),
        ({"checked_every_days": "-3"}, "greater than or equal to 0"),
        ({"time_zone": "Berlin"}, "is no time zone"),
        ({"project": ""}, "set up by the administration"),
    ],
)
def test_equipment_with_a_fault_is_not_saved(lab, dryer, values, said):
    sent = {"name": "Oven 1", "project": lab.project.pk, **values}
    answer = lab.as_(lab.alice).post("/equipment/new/", sent)
    assert answer.status_code == 422
    assert said in text(answer)
    assert Instrument.objects.count() == 1


def test_a_step_is_logged_with_its_equipment_and_says_when_that_was_overdue(lab, dryer):
    EquipmentCheck.objects.create(instrument=dryer, done_at="2026-01-05T12:00Z", valid_until=date(2026, 2, 1))
    base = sponge(lab.project)
    InstrumentFactory(name="old dryer", project=lab.project, retired_at=timezone.now())
    bob = lab.as_(lab.bob)
    form = text(bob.get("/log/freeze-drying/"))
    assert "Dryer 2" in form
    assert "old dryer" not in form
    sent = {
        "project": lab.project.pk,
        "equipment": dryer.pk,
        "takes-TOTAL_FORMS": "1",
        "takes-INITIAL_FORMS": "0",
        "takes-0-role": "impregnated batch",
        "takes-0-sample": base.code,
        "takes-0-amount": "2 g",
    }
    answer = bob.post("/log/freeze-drying/", sent)
    assert answer.status_code == 302, text(answer)
    assert FreezeDriedBatch.objects.get().equipment == dryer
    assert "calibration overdue since 1 Feb 2026" in text(bob.get(answer["Location"]))
    assert FreezeDriedBatch.objects.get().code in text(bob.get(f"/equipment/{dryer.pk}/"))


def test_home_tells_managers_what_is_due(lab, dryer):
    assert "Dryer 2 was never checked." in text(lab.as_(lab.alice).get("/"))
    assert "Dryer 2" not in text(lab.as_(lab.bob).get("/"))
