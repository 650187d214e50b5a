"""Where a chain crosses from one project into another: nobody learns the other's codes, names or numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from labsys.reports import booked
from synthesis import history, ledger
from synthesis.models import CarbonAdditive, NanospongeBatch
from synthesis.units import parse
from tests.factories import additive, lot, take
from tests.synthesis.pages.conftest import Lab


@dataclass
class Border:
    """Alice's sponge was made of a lot of Charlie's project, and a lot of hers went into an additive of his."""

    sponge: NanospongeBatch
    foreign_lot: Any
    own_lot: Any
    foreign_additive: CarbonAdditive


@pytest.fixture
def border(lab: Lab) -> Border:
    elsewhere = lab.charlie.memberships.get().project
    foreign_lot, own_lot = lot(elsewhere), lot(lab.project)
    made = ledger.record(
        NanospongeBatch(project=lab.project), parse("5 g", "g"), [take(foreign_lot, "2")], by=lab.alice
    )
    theirs = CarbonAdditive(project=elsewhere, group="Secret carbon")
    used = take(own_lot, "3", role="catalyst X")
    return Border(made, foreign_lot, own_lot, ledger.record(theirs, parse("1 g", "g"), [used], by=None))


@pytest.mark.parametrize("tab", ["", "ledger", "history"])
def test_a_page_says_that_something_was_taken_but_not_into_what_of_another_project(
    lab: Lab, border: Border, tab: str
) -> None:
    page = lab.as_(lab.vera).get(f"/samples/{border.own_lot.code}/?tab={tab}").content.decode()
    assert border.foreign_additive.code not in page
    assert "catalyst X" not in page
    if tab:
        assert "3\u00a0g" in page


def test_who_may_see_both_projects_is_told(lab: Lab, border: Border) -> None:
    entries = ledger.entries_of(border.own_lot, lab.charlie)
    assert [entry.product and entry.product.code for entry in entries] == [None, border.foreign_additive.code]
    said = [item.what for item in history.of_sample(border.own_lot, lab.charlie)]
    assert any(border.foreign_additive.code in line for line in said)


def test_the_report_says_no_more_than_the_page(lab: Lab, border: Border) -> None:
    lines, _remark = booked.ledger_of(border.own_lot, lab.vera)
    assert [(line.amount, line.what) for line in lines] == [("+20\u00a0g", "made"), ("−3\u00a0g", "used")]


def test_logging_another_like_it_offers_no_sample_of_another_project(lab: Lab, border: Border) -> None:
    page = lab.as_(lab.bob).get(f"/log/nanosponge/?like={border.sponge.code}").content.decode()
    assert border.foreign_lot.code not in page


@pytest.mark.parametrize(
    "address", ["/additives/", "/log/additive/", "/log/furnace-run/", "/cells/", "/cathodes/"]
)
def test_groups_of_other_projects_are_not_offered(lab: Lab, border: Border, address: str) -> None:
    assert "Secret carbon" not in lab.as_(lab.bob).get(address).content.decode()


def test_the_groups_of_own_samples_are_offered(lab: Lab) -> None:
    additive(lab.project, group="Own carbon")
    assert "Own carbon" in lab.as_(lab.bob).get("/additives/").content.decode()


def test_a_material_counts_the_lots_of_own_projects(lab: Lab, border: Border) -> None:
    listed = lab.as_(lab.vera).get("/materials/?show=materials").context["listed"]
    counted = {row.name: row.lot_count for row in listed.rows}
    assert counted == {border.own_lot.material.name: 1, border.foreign_lot.material.name: 0}
