"""The page of a sample: head, chain, ledger, history, and who may see it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from cells.models import CathodeBatch
from synthesis import flags, furnace, ledger, reviews
from synthesis.models import CarbonizationRun, LedgerEntry, ProgrammeSegment, Sample
from synthesis.units import Quantity
from tests.factories import PASSWORD, MaterialFactory, cell, lot, recipe, sponge, take
from tests.synthesis.pages.conftest import Lab


def grams(value: str) -> Quantity:
    return Quantity(Decimal(value), "g")


@pytest.fixture
def chain(lab: Lab) -> dict[str, Any]:
    """Six lots into a sponge, through a boat into an additive, which three cells used."""
    lots = [lot(lab.project, "100", material=MaterialFactory(name=f"reagent {n}")) for n in range(6)]
    base = sponge(lab.project, "40")
    for one in lots:
        LedgerEntry.objects.create(sample=one, kind="use", delta=Decimal(-4), product=base, entered="4 g")
    run = furnace.record_run(
        CarbonizationRun(project=lab.project),
        [ProgrammeSegment(from_degC=25, to_degC=700, rate_degC_per_min=5, hold_h=4)],
        [furnace.BoatLoad(base, grams("20"), grams("7.31"), "NPCs")],
        lab.alice,
    )
    made = run.boats.get().additive
    cells = [cell(lab.project, [take(made, "0.0243")], group="NPCs") for _ in range(3)]
    return {"lots": lots, "sponge": base, "run": run, "additive": made, "cells": cells}


def test_the_chain_is_drawn_with_amounts_yield_and_folded_lots(lab: Lab, chain: dict[str, Any]) -> None:
    page = lab.as_(lab.vera).get(f"/samples/{chain['additive'].code}/").content.decode()
    drawn = page.split('<div class="chain-view">')[1].split("</svg></div>")[0]
    assert "6 lots" in drawn
    assert "20\u00a0g" in drawn
    assert "7.31\u00a0g" in drawn
    assert "24.3\u00a0mg" in drawn
    assert "yield 36.5 %" in drawn
    assert chain["run"].code in drawn
    assert chain["lots"][0].code not in drawn


def test_unfolding_shows_every_lot(lab: Lab, chain: dict[str, Any]) -> None:
    page = lab.as_(lab.vera).get(f"/samples/{chain['additive'].code}/?unfold=all").content.decode()
    assert all(one.code in page for one in chain["lots"])


def test_the_same_amounts_stand_in_a_table(lab: Lab, chain: dict[str, Any]) -> None:
    page = lab.as_(lab.vera).get(f"/samples/{chain['additive'].code}/?chain=table").content.decode()
    assert page.count("4\u00a0g") >= 6
    assert all(one.code in page for one in chain["lots"])


def test_the_page_asks_the_same_number_of_questions_however_long_the_chain(
    lab: Lab, chain: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    client = lab.as_(lab.vera)
    with django_assert_max_num_queries(15):
        client.get(f"/samples/{chain['additive'].code}/")
    for _ in range(20):
        cell(lab.project, [take(chain["additive"], "0.01")], group="NPCs")
    with django_assert_max_num_queries(15):
        client.get(f"/samples/{chain['additive'].code}/")


def test_a_flag_upstream_costs_two_questions_and_a_signature_those_of_its_verification(
    lab: Lab, chain: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    run, made = chain["run"], chain["additive"]
    client = lab.as_(lab.vera)
    flags.put(run, "overshoot", "overshoot of 14 °C")
    with django_assert_max_num_queries(15):
        assert "overshoot of 14" in client.get(f"/samples/{made.code}/").content.decode()
    reviews.sign(made, "performed", lab.alice, PASSWORD)
    with django_assert_max_num_queries(20):
        assert "signed it" in client.get(f"/samples/{made.code}/").content.decode()


def test_a_cathode_and_its_cell_ask_no_more_than_fifteen_questions(
    lab: Lab, chain: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    plan = recipe(lab.project)
    powders = [lot(lab.project, "5"), lot(lab.project, "5"), chain["additive"]]
    takes = [
        take(one, amount, role=part.material)
        for one, amount, part in zip(powders, ("0.14", "0.056", "0.004"), plan.components.all(), strict=True)
    ]
    made = ledger.record(
        CathodeBatch(project=lab.project, recipe=plan, group="NPCs"),
        Quantity(Decimal(200), "mg"),
        takes,
        lab.alice,
    )
    built = cell(lab.project, [take(made, "0.01")], group="NPCs")
    client = lab.as_(lab.vera)
    for one in (made, built):
        with django_assert_max_num_queries(15):
            assert client.get(f"/samples/{one.code}/").status_code == 200


def test_a_stranger_gets_404_for_every_part_and_a_guest_the_login(lab: Lab, chain: dict[str, Any]) -> None:
    code = chain["additive"].code
    for address in (f"/samples/{code}/", f"/s/{code}", f"/furnace-runs/{chain['run'].code}/"):
        assert lab.as_(lab.charlie).get(address).status_code == 404
        assert Client().get(address)["Location"].startswith("/login/")
    for address in (f"/samples/{code}/book/", f"/samples/{code}/gate/"):
        assert lab.as_(lab.charlie).post(address, {"amount": "1", "kind": "discard"}).status_code == 404


def test_a_viewer_may_not_book_or_decide(lab: Lab, chain: dict[str, Any]) -> None:
    code = chain["additive"].code
    client = lab.as_(lab.vera)
    answer = client.post(f"/samples/{code}/book/", {"kind": "discard", "amount": "1", "reason": "x"})
    assert answer.status_code == 403
    assert client.post(f"/samples/{code}/gate/", {"verdict": "hold", "reason": "x"}).status_code == 403
    assert "Book it" not in client.get(f"/samples/{code}/?tab=ledger").content.decode()


def test_only_a_manager_puts_on_hold(lab: Lab, chain: dict[str, Any]) -> None:
    code = chain["additive"].code
    held = {"verdict": "hold", "reason": "smells"}
    assert lab.as_(lab.bob).post(f"/samples/{code}/gate/", held).status_code == 403
    assert lab.as_(lab.alice).post(f"/samples/{code}/gate/", held).status_code == 302
    assert Sample.objects.get(code=code).state == "hold"
    assert lab.as_(lab.alice).post(f"/samples/{code}/gate/", {"verdict": "lost"}).status_code == 422


def test_a_correction_needs_its_reason_and_keeps_what_was_typed(lab: Lab, chain: dict[str, Any]) -> None:
    base = chain["sponge"]
    client = lab.as_(lab.bob)
    answer = client.post(f"/samples/{base.code}/book/", {"kind": "correct", "amount": "-0.5 g", "reason": ""})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Say why: a correction or discard keeps its reason." in page
    assert 'value="-0.5 g"' in page
    sent = {"kind": "correct", "amount": "-0.5 g", "reason": "weighed again"}
    assert client.post(f"/samples/{base.code}/book/", sent).status_code == 302
    assert Sample.objects.get(pk=base.pk).amount_left == Decimal("19.5")


def test_discarding_more_than_is_left_says_what_is_left(lab: Lab, chain: dict[str, Any]) -> None:
    sent = {"kind": "discard", "amount": "25 g", "reason": "spilt"}
    answer = lab.as_(lab.bob).post(f"/samples/{chain['sponge'].code}/book/", sent)
    assert answer.status_code == 409
    assert "has 20 g left, 5 g too little." in answer.content.decode()


def read(page: str) -> str:
    """What a reader gets of a page: its text without the tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("\u00a0", " ").split())


def test_history_says_who_changed_what_before_and_after(lab: Lab, chain: dict[str, Any]) -> None:
    base = chain["sponge"]
    base.refresh_from_db()
    base.place, base.reaction_time_h = "Shelf 9", 3.5
    base.save()
    page = lab.as_(lab.vera).get(f"/samples/{base.code}/?tab=history").content.decode()
    assert "place – → became Shelf 9" in read(page)
    assert "reaction time – → became 3.5 h" in read(page)
    assert "logged it" in page
    assert "amount_left" not in page
    assert f"took 20\u00a0g for {chain['additive'].code}" in page


def test_history_names_the_person_who_decided(lab: Lab, chain: dict[str, Any]) -> None:
    lab.alice.first_name, lab.alice.last_name = "Alice", "Moreau"
    lab.alice.save()
    code = chain["additive"].code
    client = lab.as_(lab.alice)
    client.post(f"/samples/{code}/gate/", {"verdict": "hold", "reason": "smells"})
    page = client.get(f"/samples/{code}/?tab=history").content.decode()
    for said in ("decided: hold · smells", "state available → became hold"):
        row = next(part for part in map(read, page.split("<tr>")) if said in part)
        assert "Alice Moreau" in row


def test_measured_parts_are_asked_from_the_floor_that_knows_them(lab: Lab, chain: dict[str, Any]) -> None:
    code = chain["additive"].code
    client = lab.as_(lab.vera)
    assert f'hx-get="/samples/{code}/dashboards/"' in client.get(f"/samples/{code}/").content.decode()
    assert f'hx-get="/samples/{code}/files/"' in client.get(f"/samples/{code}/?tab=files").content.decode()
