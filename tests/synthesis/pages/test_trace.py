"""The pages of a trace: forward, back, recall, as a graph; and samples compared."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from synthesis import furnace
from synthesis.models import CarbonizationRun, ProgrammeSegment
from synthesis.units import Quantity
from tests.factories import cell, sponge, take
from tests.synthesis.pages.conftest import Lab


def grams(value: str) -> Quantity:
    return Quantity(Decimal(value), "g")


@pytest.fixture
def run(lab: Lab) -> CarbonizationRun:
    """One run of two boats; forty cells of the first."""
    base = sponge(lab.project, "40")
    made = furnace.record_run(
        CarbonizationRun(project=lab.project),
        [ProgrammeSegment(from_degC=25, to_degC=700, rate_degC_per_min=5, hold_h=4)],
        [furnace.BoatLoad(base, grams("10"), grams(out), "NPCs") for out in ("3.6", "3.8")],
        lab.alice,
    )
    first = made.boats.get(number=1).additive
    for _ in range(40):
        cell(lab.project, [take(first, "0.01")], group="NPCs")
    return made


def get(lab: Lab, address: str) -> str:
    answer = lab.as_(lab.vera).get(address)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_the_forward_trace_of_a_run_counts_what_it_touches(lab: Lab, run: CarbonizationRun) -> None:
    page = get(lab, f"/trace/{run.code}/")
    assert "<b>2</b> carbon additive lot" in page
    assert "<b>40</b> cell" in page
    assert all(boat.additive.code in page for boat in run.boats.all())


def test_the_back_trace_of_an_additive_names_its_batch(lab: Lab, run: CarbonizationRun) -> None:
    boat = run.boats.get(number=2)
    page = get(lab, f"/trace/{boat.additive.code}/?way=back")
    assert boat.source.code in page
    assert "10\u00a0g" in page


def test_the_recall_list_leaves_out_what_is_used_up(lab: Lab, run: CarbonizationRun) -> None:
    gone = run.boats.get(number=2).additive
    lab.as_(lab.alice).post(
        f"/samples/{gone.code}/book/", {"kind": "discard", "amount": "3.8 g", "reason": "spilt"}
    )
    rows = get(lab, f"/trace/{run.code}/?recall=1").split("<tbody>")[1]
    assert gone.code not in rows
    assert run.boats.get(number=1).additive.code in rows


def test_the_graph_of_many_is_folded_and_opens(lab: Lab, run: CarbonizationRun) -> None:
    folded = get(lab, f"/trace/{run.code}/?show=graph")
    assert "40 cells" in folded
    assert "CELL-0001" not in folded
    assert folded.count("unfold=") >= 1
    assert "CELL-0001" in get(lab, f"/trace/{run.code}/?show=graph&unfold=all")


def test_the_pages_of_a_trace_ask_few_questions_however_long_it_is(
    lab: Lab, run: CarbonizationRun, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = lab.as_(lab.vera)
    for address in (f"/trace/{run.code}/", f"/trace/{run.code}/?show=graph"):
        with django_assert_max_num_queries(15, connection=connection):
            client.get(address)


def test_a_stranger_finds_no_trace(lab: Lab, run: CarbonizationRun) -> None:
    assert lab.as_(lab.charlie).get(f"/trace/{run.code}/").status_code == 404


def test_siblings_stand_beside_each_other_with_what_differed(lab: Lab, run: CarbonizationRun) -> None:
    first, second = (boat.additive.code for boat in run.boats.order_by("number"))
    page = get(lab, f"/compare/?codes={first},{second}")
    assert "3.6\u00a0g" in page and "3.8\u00a0g" in page
    assert "Atmosphere" not in page
    assert "Atmosphere" in get(lab, f"/compare/?codes={first},{second}&everything=1")


def test_one_code_alone_offers_its_siblings(lab: Lab, run: CarbonizationRun) -> None:
    first, second = (boat.additive.code for boat in run.boats.order_by("number"))
    assert f"codes={first},{second}" in get(lab, f"/compare/?codes={first}")


@pytest.mark.parametrize(
    ("codes", "said"), [("NS-0001,NS-9999", "No sample NS-9999"), ("A,B,C,D,E,F,G", "at most 6")]
)
def test_a_comparison_that_cannot_be_says_why(lab: Lab, run: CarbonizationRun, codes: str, said: str) -> None:
    answer: Any = lab.as_(lab.vera).get(f"/compare/?codes={codes}")
    assert answer.status_code in (400, 404)
    assert said in answer.content.decode()


def test_the_recall_list_goes_along_as_a_table(lab: Lab, run: CarbonizationRun) -> None:
    answer: Any = lab.as_(lab.vera).get(f"/trace/{run.code}/?recall=1&export=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Code,Kind,Name,Additive,Steps,Through")
    assert len(lines) == 1 + 2 + 40
