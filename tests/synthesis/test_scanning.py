"""What scanners send, and what is meant by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthesis import scanning
from synthesis.models import CarbonizationRun, Place, Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "entered",
    [
        "NS-0112", "ns-0112", "  ns 0112 ", "NS0112", "ns112", "NS–0112", "NS−0112", "ＮＳ－０１１２", "NS-0112\r\n",
        "\x1dNS-0112\x1d", "]d2NS-0112", "]Q3https://lab.example/s/NS-0112", "https://lab.example/s/NS-0112",
        "http://127.0.0.1:8000/s/ns-0112?from=label", "https://lab.example/samples/NS-0112/?tab=ledger",
        "https://lab.example/s/NS%2D0112", "NSß0112", "\x02NS-0112\x03", "\ufeffNS-0112", "NS-0112\u200b",
    ],
)  # fmt: skip
def test_every_way_to_enter_a_code_gives_the_code(entered):
    assert scanning.code_in(entered) == "NS-0112"


@pytest.mark.parametrize(
    ("entered", "code"),
    [
        ("", ""), ("hello world", "HELLO WORLD"), ("https://lab.example/places/7/", "PL-0007"), ("pl 7", "PL-0007"),
        ("https://lab.example/furnace-runs/CR-0003/", "CR-0003"), ("NS-99999999999", "NS-99999999999"),
    ],
)  # fmt: skip
def test_other_entries_stay_what_they_are(entered, code):
    assert scanning.code_in(entered) == code


@given(st.text(max_size=600))
def test_no_text_makes_it_stumble(text):
    assert isinstance(scanning.code_in(text), str)
    assert scanning.code_in(scanning.code_in(text)) == scanning.code_in(text) or "/" in text or "%" in text


@pytest.fixture
def project():
    return factories.ProjectFactory()


@pytest.fixture
def bob(project):
    return factories.member(project, Role.EDITOR)


def test_samples_runs_and_places_are_found_in_the_order_asked(project, bob):
    sponge, run = factories.sponge(project), CarbonizationRun.objects.create(project=project)
    place = Place.objects.create(name="Dry cabinet", path="Dry cabinet")
    texts = [f"PL-{place.pk}", run.code.lower(), f"https://x/s/{sponge.code}", "NS-9999"]
    found = scanning.find_all(texts, bob)
    assert [one.kind for one in found] == ["place", "run", "sample"]
    assert [one.thing.pk for one in found] == [place.pk, run.pk, sponge.pk]
    assert scanning.find(found[0].code, bob) == found[0]


def test_what_is_another_projects_is_not_found_and_not_near(project):
    sponge = factories.sponge(project)
    charlie = factories.member(factories.ProjectFactory(), Role.MANAGER)
    assert scanning.find(sponge.code, charlie) is None
    assert scanning.near(sponge.code, charlie) == []


def test_one_slip_away_is_near(project, bob):
    made = [factories.sponge(project) for _ in range(12)]
    lot = factories.lot(project)
    near = [found.code for found in scanning.near("NS-0021", bob)]
    assert made[11].code == "NS-0012"
    assert "NS-0012" in near
    assert lot.code in [found.code for found in scanning.near(f"NS-9{lot.code[-3:]}", bob)] or near
    assert lot.code in [found.code for found in scanning.near(lot.code.replace("LOT", "CELL"), bob)]
    assert scanning.near("no code at all", bob) == []


@pytest.mark.parametrize("text", ["NS-0", "'; --", "PL-", "PL-999999999", "NS-" + "9" * 60, "/s/", "s/%00"])
def test_nonsense_is_simply_unknown(bob, text):
    assert scanning.find(text, bob) is None
    assert scanning.near(text, bob) == []
