"""The gate of a sample, the page that allows one use, and the limits."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from synthesis import allowances, ledger
from synthesis.models import GateDecision, LedgerEntry, Role, Sample, SpecificationLimit, UseAllowance
from tests.factories import PASSWORD, ProjectFactory, additive, cell, held, member, take
from tests.synthesis.pages.conftest import Lab


@pytest.fixture
def lot(lab: Lab) -> Sample:
    SpecificationLimit.objects.create(
        project=lab.project, kind="additive", quantity="amount_made_g", upper=10, unit="g"
    )
    return additive(lab.project, "7.31")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_sample_page_asks_for_its_figures_and_the_part_shows_them_between_their_limits(lab, lot):
    page = text(lab.as_(lab.vera).get(lot.get_absolute_url()))
    assert f'hx-get="/samples/{lot.code}/gate/panel/"' in page
    part = text(lab.as_(lab.vera).get(f"/samples/{lot.code}/gate/panel/"))
    assert "≤ 10" in part
    assert '<circle class="value"' in part
    assert "style=" not in part


def test_the_head_says_the_verdict_and_who(lab, lot):
    lab.alice.first_name, lab.alice.last_name = "Ines", "Hartmann"
    lab.alice.save()
    alice = lab.as_(lab.alice)
    sent = {"verdict": "pass", "reason": "", "password": PASSWORD}
    assert alice.post(f"/samples/{lot.code}/gate/", sent)["Location"] == lot.get_absolute_url()
    assert "pass, signed I. Hartmann" in text(alice.get(lot.get_absolute_url()))
    alice.post(f"/samples/{lot.code}/gate/", {"verdict": "hold", "reason": "smells"})
    page = text(alice.get(lot.get_absolute_url()))
    assert "hold, I. Hartmann" in page
    assert f"{lot.code} is on hold (smells)." in page


def test_a_rejection_without_password_or_reason_is_refused_beside_the_field_and_keeps_what_was_typed(
    lab, lot
):
    alice = lab.as_(lab.alice)
    answer = alice.post(f"/samples/{lot.code}/gate/", {"verdict": "reject", "reason": "black specks"})
    assert answer.status_code == 400
    assert "A signature needs your password." in text(answer).split('name="password"')[1]
    assert "black specks" in text(answer)
    wrong = {"verdict": "reject", "reason": "black specks", "password": "guess"}
    answer = alice.post(f"/samples/{lot.code}/gate/", wrong)
    assert "This is not the password" in text(answer).split('name="password"')[1]
    assert "guess" not in text(answer)
    answer = alice.post(f"/samples/{lot.code}/gate/", {"verdict": "reject", "password": PASSWORD})
    assert "Say why" in text(answer).split('name="reason"')[1].split('name="password"')[0]
    assert alice.post(f"/samples/{lot.code}/gate/", {"reason": "x"}).status_code == 422
    assert not GateDecision.objects.exists()


def test_who_may_not_decide_sees_who_does_and_cannot(lab, lot):
    for person, status in ((lab.vera, 403), (lab.bob, 403), (lab.charlie, 404)):
        client = lab.as_(person)
        assert client.post(f"/samples/{lot.code}/gate/", {"verdict": "pass"}).status_code == status
        assert client.post(f"/samples/{lot.code}/allow/", {"reason": "x"}).status_code == status
    page = text(lab.as_(lab.bob).get(f"/samples/{lot.code}/gate/"))
    assert "alice" in page
    assert "Record decision" not in page


def test_a_use_of_what_is_held_leads_to_the_page_that_allows_it(lab, lot):
    held(lot)
    sent = {
        "project": lab.project.pk,
        "name": "x",
        "takes-TOTAL_FORMS": "1",
        "takes-INITIAL_FORMS": "0",
        "takes-0-role": "CCA",
        "takes-0-sample": lot.code,
        "takes-0-amount": "1 g",
    }
    bob = lab.as_(lab.bob)
    refused = bob.post("/log/impregnation/", sent)
    assert refused.status_code == 409
    assert f"{lot.code} is on hold (I_D/I_G 1.09, limit 1.00). A manager can allow this use" in text(refused)
    assert f'<a href="/samples/{lot.code}/allow/">' in text(refused)
    assert 'value="1 g"' in text(refused)
    assert "alice" in text(bob.get(f"/samples/{lot.code}/allow/"))
    alice = lab.as_(lab.alice)
    assert alice.post(f"/samples/{lot.code}/allow/", {"reason": ""}).status_code == 422
    assert alice.post(f"/samples/{lot.code}/allow/", {"reason": "only for blanks"}).status_code == 302
    made = bob.post("/log/impregnation/", sent)
    assert made.status_code == 302, text(made)
    page = text(bob.get(made["Location"]))
    assert f"Made with {lot.code} while it was on hold: only for blanks (alice)" in page
    assert bob.post("/log/impregnation/", sent).status_code == 409


def test_the_picker_bars_what_is_held_with_the_reason_until_a_use_is_allowed(lab, lot):
    held(lot)
    client = lab.as_(lab.bob)
    row = text(client.get("/samples/options/", {"takes-0-sample": lot.code}))
    assert "disabled" in row
    assert "I_D/I_G 1.09, limit 1.00" in row
    allowances.allow(lot, lab.alice, "only for blanks")
    assert "disabled" not in text(client.get("/samples/options/", {"takes-0-sample": lot.code}))


def test_what_was_made_of_it_says_so_however_far_down_in_as_many_questions(
    lab, lot, django_assert_max_num_queries
):
    middle = additive(lab.project, "1", takes=[take(lot, "1")])
    last = cell(lab.project, [take(middle, "0.1")])
    held(lot, "smells", "reject")
    page = text(lab.as_(lab.vera).get(last.get_absolute_url()))
    assert f"Made of {lot.code}, which is rejected: smells" in page
    for _ in range(6):
        lower = additive(lab.project, "1")
        LedgerEntry.objects.create(sample=lower, kind="use", delta="-0.1", product=last)
        held(lower, "too")
    client = lab.as_(lab.vera)
    with django_assert_max_num_queries(40):
        page = text(client.get(last.get_absolute_url()))
    assert "More of what it is made of is on hold" in page


def test_a_held_sample_of_another_project_is_not_named(lab):
    other = ProjectFactory()
    foreign = held(additive(other, "5"), "their secret")
    allowances.allow(foreign, member(other, Role.MANAGER), "their secret reason")
    made = additive(lab.project, "1", takes=[take(foreign, "1")])
    page = text(lab.as_(lab.vera).get(made.get_absolute_url()))
    assert "Made with a sample of another project while it was on hold." in page
    assert foreign.code not in page
    assert "secret" not in page


def limit_form(lab: Lab, **values: str) -> dict[str, Any]:
    return {"project": lab.project.pk, "kind": "additive", "quantity": "bet_surface_area", "lower": "15",
            "upper": "60 m²/g", **values}  # fmt: skip


def test_a_manager_lays_a_limit_down_changes_and_retires_it(lab):
    alice = lab.as_(lab.alice)
    assert alice.post("/limits/new/", limit_form(lab)).status_code == 302
    first = SpecificationLimit.objects.get()
    assert (first.lower, first.upper, first.unit, first.created_by) == (15, 60, "m²/g", lab.alice)
    assert "BET surface" in text(lab.as_(lab.vera).get("/limits/"))
    assert 'value="60"' in text(alice.get(f"/limits/{first.pk}/change/"))
    assert alice.post(f"/limits/{first.pk}/change/", limit_form(lab, upper="55")).status_code == 302
    first.refresh_from_db()
    second = SpecificationLimit.objects.get(retired_at__isnull=True)
    assert first.upper == 60
    assert second.upper == 55
    assert alice.post(f"/limits/{second.pk}/retire/").status_code == 302
    assert alice.post(f"/limits/{second.pk}/retire/").status_code == 409
    assert text(alice.get("/limits/?show=retired")).count("BET surface") >= 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"lower": "", "upper": ""}, "A limit has an end"),
        ({"lower": "61"}, "is below at least 61"),
        ({"lower": "fifteen"}, "Write it as"),
        ({"lower": "nan"}, "Write it as"),
        ({"lower": "15 g"}, "‘15\u00a0g’ is"),
        ({"quantity": "stack_pressure_MPa"}, "is a figure of cell, not of a carbon additive lot"),
        ({"quantity": "beauty"}, "Select a valid choice"),
        ({"kind": "unicorn"}, "Select a valid choice"),
    ],
)
def test_a_limit_that_limits_nothing_is_refused_and_stays_as_typed(lab, values, said):
    answer = lab.as_(lab.alice).post("/limits/new/", limit_form(lab, **values))
    assert answer.status_code == 422
    assert said in text(answer)
    assert 'value="60 m²/g"' in text(answer) or "upper" in values
    assert not SpecificationLimit.objects.exists()


def test_a_second_limit_of_the_same_figure_is_refused_beside_it(lab):
    alice = lab.as_(lab.alice)
    alice.post("/limits/new/", limit_form(lab))
    answer = alice.post("/limits/new/", limit_form(lab))
    assert answer.status_code == 409
    assert "has a limit already" in text(answer).split('name="quantity"')[1]
    assert alice.post("/limits/new/", limit_form(lab, group="SP")).status_code == 302


def test_only_a_manager_lays_limits_down_and_strangers_see_none(lab):
    lab.as_(lab.alice).post("/limits/new/", limit_form(lab))
    limit = SpecificationLimit.objects.get()
    assert lab.as_(lab.bob).get("/limits/new/").status_code == 403
    assert lab.as_(lab.bob).post(f"/limits/{limit.pk}/retire/").status_code == 403
    assert lab.as_(lab.charlie).post(f"/limits/{limit.pk}/retire/").status_code == 404
    assert "BET surface" not in text(lab.as_(lab.charlie).get("/limits/"))
    assert "/login/" in Client().get("/limits/")["Location"]


def test_a_yield_booked_on_the_page_is_judged(lab, lot):
    made = ledger.record(type(lot)(project=lab.project), None, [], None)
    sent = {"kind": "make", "amount": "12 g", "reason": ""}
    lab.as_(lab.bob).post(f"/samples/{made.code}/book/", sent)
    assert Sample.objects.get(pk=made.pk).state == "hold"
    assert not UseAllowance.objects.exists()
