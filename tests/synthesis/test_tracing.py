"""Trace: what came of a run, what a sample is made of, how much of it is in each; and what differed between two."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.http import Http404

from cells.models import CathodeBatch
from synthesis import comparing, furnace, ledger, tracing
from synthesis.furnace import BoatLoad
from synthesis.models import (
    CarbonizationRun,
    ImpregnatedBatch,
    NanospongeBatch,
    ProgrammeSegment,
    Role,
    Sample,
)
from synthesis.units import Quantity
from tests import factories

pytestmark = pytest.mark.django_db


def grams(amount: str) -> Quantity:
    return Quantity(Decimal(amount), "g")


@pytest.fixture
def project():
    return factories.ProjectFactory()


@pytest.fixture
def alice(project):
    return factories.member(project, Role.MANAGER)


def run_of(project, *loads: tuple[Sample, str, str], to_degC: float = 700) -> CarbonizationRun:
    boats = [BoatLoad(source, grams(mass_in), grams(mass_out), "NPCs") for source, mass_in, mass_out in loads]
    segment = ProgrammeSegment(from_degC=25, to_degC=to_degC, rate_degC_per_min=5, hold_h=4)
    return furnace.record_run(CarbonizationRun(project=project), [segment], boats, by=None)


@pytest.fixture
def chain(project):
    """A lot, a sponge, a run of two boats, two cathodes and three cells of the first boat."""
    lot = factories.lot(project, "500")
    sponge = ledger.record(
        NanospongeBatch(project=project), grams("40"), [factories.take(lot, "60")], by=None
    )
    run = run_of(project, (sponge, "20", "8"), (sponge, "10", "5"))
    first, second = (boat.additive for boat in run.boats.order_by("number"))
    recipe = factories.recipe(project)
    cathode = ledger.record(
        CathodeBatch(project=project, recipe=recipe), grams("0.1"), [factories.take(first, "0.002")], by=None
    )
    cells = [factories.cell(project, [factories.take(cathode, "0.02")]) for _ in range(3)]
    return {
        "lot": lot,
        "sponge": sponge,
        "run": run,
        "first": first,
        "second": second,
        "cathode": cathode,
        "cells": cells,
    }


def rows(start: str, who, direction):
    found = tracing.trace(tracing.start_of(start, who), who, direction)
    return {row.sample.code: row for row in found.rows}


def test_forward_from_a_run_lists_its_additives_and_all_that_came_of_them(chain, alice):
    found = rows(chain["run"].code, alice, "descendants")
    wanted = [chain["first"], chain["second"], chain["cathode"], *chain["cells"]]
    assert set(found) == {sample.code for sample in wanted}
    assert found[chain["cathode"].code].through == [chain["first"].code]
    assert [found[sample.code].steps for sample in (chain["first"], chain["cathode"], chain["cells"][0])] == [
        0,
        1,
        2,
    ]


def test_the_share_of_a_batch_is_carried_along_with_the_amounts(chain, alice):
    found = rows(chain["sponge"].code, alice, "descendants")
    assert found[chain["first"].code].amount == "20\u00a0g"  # all that went into its boat
    assert found[chain["cathode"].code].amount == "5\u00a0mg"  # 20 g × 2 mg of 8 g
    assert found[chain["cells"][0].code].amount == "1\u00a0mg"  # 5 mg × 20 mg of 100 mg


def test_back_from_a_cell_says_how_much_of_each_lot_is_in_it(chain, alice):
    found = rows(chain["cells"][0].code, alice, "ancestors")
    assert set(found) == {chain[name].code for name in ("lot", "sponge", "first", "cathode")}
    assert found[chain["first"].code].amount == "0.4\u00a0mg"  # 2 mg × 20 of 100 mg
    assert found[chain["sponge"].code].amount == "1\u00a0mg"  # 0.4 mg × 20 g in, 8 g out
    assert found[chain["lot"].code].amount == "1.5\u00a0mg"  # 1 mg × 60 g for 40 g


def test_two_ways_to_the_same_sample_add_up(project, alice):
    sponge = factories.sponge(project, "20")
    parts = [
        ledger.record(ImpregnatedBatch(project=project), grams("5"), [factories.take(sponge, "5")], by=None)
        for _ in range(2)
    ]
    joined = ledger.record(
        ImpregnatedBatch(project=project), grams("10"), [factories.take(part, "5") for part in parts], by=None
    )
    row = rows(sponge.code, alice, "descendants")[joined.code]
    assert (row.amount, row.steps, len(row.through)) == ("10\u00a0g", 2, 2)


def test_what_is_used_up_stands_in_the_trace_but_not_in_the_recall_list(chain, alice):
    second = chain["second"]
    ledger.discard(second, grams("5"), by=None, reason="spilt")
    found = rows(chain["run"].code, alice, "descendants")
    assert not found[second.code].in_use
    assert all(found[cell.code].in_use for cell in chain["cells"])


def test_a_stranger_finds_neither_the_run_nor_the_sample(chain):
    charlie = factories.UserFactory()
    for code in (chain["run"].code, chain["sponge"].code, "NS-9999"):
        with pytest.raises(Http404):
            tracing.start_of(code, charlie)


def test_comparing_names_what_differed_upstream_and_leaves_the_rest_out(project, alice):
    sponges = [
        ledger.record(NanospongeBatch(project=project, reaction_time_h=hours), grams("20"), [], by=None)
        for hours in (3.0, 4.0)
    ]
    runs = [run_of(project, (sponges[0], "10", "4")), run_of(project, (sponges[1], "10", "4"), to_degC=800)]
    additives = [run.boats.get().additive for run in runs]
    sections = {section.title: section for section in comparing.compare(additives, alice)}
    lines = {line.label: line.values for line in sections["Nanosponge batch"].differing}
    assert lines["Reaction time"] == ["3", "4"]
    programme = {line.label: line.values for line in sections["Furnace run"].differing}["Programme"]
    assert [text.split(",")[0] for text in programme] == ["25 → 700 °C", "25 → 800 °C"]
    assert "Mass in" not in {line.label for line in sections["Furnace run"].differing}


def test_siblings_of_one_batch_say_that_it_is_the_same(chain, alice):
    sections = comparing.compare([chain["first"], chain["second"]], alice)
    sponge = next(section for section in sections if section.title == "Nanosponge batch")
    assert sponge.same and sponge.differing == []
    assert chain["second"].code in [one.code for one in comparing.siblings(chain["first"], alice)]
