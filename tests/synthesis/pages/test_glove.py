"""Glove mode on the server: the same form and answers as at the desk, taken apart into screens."""

from __future__ import annotations

import re

import pytest

from synthesis import glove, protocols
from tests import factories

STEP = "/log/nanosponge/"


@pytest.fixture
def bob(lab):
    client = lab.as_(lab.bob)
    client.cookies["glove"] = "1"
    return client


def section(page: str, name: str) -> str:
    """The screen on which a field is entered."""
    found = [part for part in page.split('<section class="g-screen') if f'data-name="{name}"' in part]
    assert len(found) == 1, name
    return found[0].split("</section>")[0]


def test_the_switch_is_a_cookie_and_the_query_overrules_it_for_one_page(lab, bob):
    assert "data-glove-step" in bob.get(STEP).content.decode()
    assert "data-glove-step" not in bob.get(STEP, {"glove": "off"}).content.decode()
    desk = lab.as_(lab.bob)
    assert "data-glove-step" not in desk.get(STEP).content.decode()
    assert "data-glove-step" in desk.get(STEP, {"glove": ""}).content.decode()


def test_the_first_page_switches_it_on_and_offers_the_steps(lab):
    client = lab.as_(lab.bob)
    page = client.get("/glove/")
    assert client.cookies["glove"].value == "1"
    for kind in glove.kinds():
        assert f'data-step="/log/{kind.slug}/"' in page.content.decode()
    assert {"nanosponge", "impregnation", "freeze-drying"} <= {kind.slug for kind in glove.kinds()}


def test_who_may_log_nowhere_is_told_so_instead_of_tiles(lab):
    page = lab.as_(lab.vera).get("/glove/").content.decode()
    assert "You may log in no project yet" in page
    assert "data-step=" not in page


@pytest.mark.parametrize(
    "slug", ["nanosponge", "impregnation", "freeze-drying", "electrolyte", "cell", "lot"]
)
def test_each_quantity_has_one_screen_and_each_other_field_stands_in_the_details(lab, bob, slug):
    desk = lab.as_(lab.bob).get(f"/log/{slug}/").content.decode()
    page = bob.get(f"/log/{slug}/").content.decode()
    gloved = set(re.findall(r'name="([\w-]+)"', page))
    wanted = {
        name
        for name in re.findall(r'name="([\w-]+)"', desk.split("<template")[0])
        if "__prefix__" not in name
    }
    spare = {name for name in wanted if re.match(r"takes-\d+-", name)}  # rows for what has no name yet
    missing = wanted - gloved - spare - {"q", "next", "htmx-config", "viewport", "csrf-token"}
    assert missing == set()


def test_a_screen_says_what_was_planned_and_how_far_it_may_lie_from_it(lab, bob):
    content = {
        "values": {"water_mL": 50},
        "limits": {
            "melamine": {"minus": 2, "plus": 2, "in": "percent"},
            "water_mL": {"minus": 1, "plus": 3, "in": "unit"},
        },
        "takes": [{"role": "melamine", "unit": "g", "planned": "3.00 g", "lot": ""}],
    }  # fmt: skip
    version = protocols.create(lab.project, "nanosponge", "Usual", content, by=lab.alice)
    protocols.release(version, lab.alice)
    page = bob.get(STEP, {"protocol": version.pk}).content.decode()
    melamine = section(page, "takes-0-amount")
    for said in ('data-unit="g"', 'data-minus="0.06"', 'data-plus="0.06"', "Weigh in melamine", "Planned"):
        assert said in melamine
    water = section(page, "water_mL")
    assert ('data-minus="1"' in water, 'data-plus="3"' in water) == (True, True)


def test_what_is_refused_stands_on_the_screen_it_belongs_to_and_stays_typed(lab, bob):
    lot = factories.lot(lab.project, "10")
    sent = {
        "project": lab.project.pk, "protocol": "none", "takes-TOTAL_FORMS": "7", "takes-INITIAL_FORMS": "6",
        "takes-5-role": "melamine", "takes-5-sample": lot.code, "takes-5-amount": "12.5 g", "water_mL": "-3",
    }  # fmt: skip
    page = bob.post(STEP, sent).content.decode()
    assert "data-field-error" in section(page, "water_mL")
    refused = bob.post(STEP, {**sent, "water_mL": "50"})
    assert refused.status_code == 409
    melamine = section(refused.content.decode(), "takes-5-amount")
    assert "2.5 g too little" in melamine
    assert 'value="12.5 g"' in melamine
    assert 'data-start="12.5"' in melamine


def test_a_tablet_is_told_who_is_logged_in_and_gets_its_token(lab):
    answer = lab.as_(lab.bob).get("/glove/hand-over/").json()
    assert answer["person"] == lab.bob.pk
    assert len(answer["token"]) > 30


def test_a_tablet_remembers_only_what_its_person_may_see_and_what_is_left(lab):
    lot = factories.lot(lab.project, "140")
    used = factories.lot(lab.project, "5")
    factories.additive(lab.project, takes=[factories.take(used, "5")])
    codes = {sample["code"] for sample in lab.as_(lab.bob).get("/glove/known/").json()["samples"]}
    assert lot.code in codes
    assert used.code not in codes
    assert lab.as_(lab.charlie).get("/glove/known/").json()["samples"] == []


def test_the_worker_stands_at_the_root_and_is_asked_for_anew(client):
    answer = client.get("/glove-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"


def test_a_step_in_glove_mode_asks_the_database_as_little_as_at_the_desk(
    lab, bob, django_assert_max_num_queries
):
    for number in range(30):
        factories.lot(lab.project, "5", material=factories.MaterialFactory(name=f"material {number}"))
    with django_assert_max_num_queries(15):
        bob.get(STEP)
