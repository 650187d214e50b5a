"""The frame: theme without a flash, no inline script, no dead links, one palette."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from characterization.charts import style
from synthesis import groups, words
from tests.factories import additive
from tests.synthesis.pages.conftest import Lab

ROOT = Path(__file__).parents[3]


def test_a_fixed_theme_is_rendered_by_the_server(lab: Lab) -> None:
    client = lab.as_(lab.vera)
    assert "data-theme" not in client.get("/").content.decode().split("<head>")[0]
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in client.get("/").content.decode().split("<head>")[0]
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/").content.decode().split("<head>")[0]


@pytest.mark.parametrize(
    "address", ["/", "/additives/", "/log/", "/log/nanosponge/", "/projects/", "/search/?q=a"]
)
def test_no_page_carries_an_inline_script_or_handler(lab: Lab, address: str) -> None:
    page = lab.as_(lab.bob).get(address).content.decode()
    assert not re.findall(r"<script(?![^>]*\bsrc=)", page)
    assert not re.findall(r"\son\w+=", page)


def test_every_link_of_the_sidebar_leads_somewhere(lab: Lab) -> None:
    client = lab.as_(lab.bob)
    side = client.get("/").content.decode().split('<aside class="side">')[1].split("</aside>")[0]
    addresses = re.findall(r'class="nav-item" href="([^"]+)"', side)
    assert len(addresses) >= 10
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(
        addresses, 200
    )


def test_every_icon_that_a_page_uses_is_in_the_sprite(lab: Lab) -> None:
    sprite = (ROOT / "static/icons/sprite.svg").read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    templates = " ".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    used = set(re.findall(r'{% icon "([^"]+)"', templates)) | set(words.KIND_ICONS.values())
    used |= {look.icon for look in words.STATES.values()}
    assert used - known == set()


def test_screen_and_figures_share_one_palette() -> None:
    css = (ROOT / "static/css/tokens.css").read_text()
    found = {
        name: (light, dark) for name, light, dark in re.findall(r"--(s\d): light-dark\((#\w+), (#\w+)\)", css)
    }
    assert found == {
        name: (style.SERIES["light"][name], style.SERIES["dark"][name]) for name in style.SERIES["light"]
    }
    assert groups.SERIES_OF == style.ADDITIVES
    assert set(groups.SHAPES) == set(style.MARKS)


def test_own_groups_take_the_next_colours_in_order_of_creation_and_keep_them(lab: Lab) -> None:
    for name in ("CNT", "SP", "Graphene", "CNT"):
        additive(lab.project, group=name)
    assert groups.others() == ["CNT", "Graphene"]
    assert (
        groups.series_of("Graphene", groups.others()) == "s6" == style.series_for("Graphene", groups.others())
    )
    assert groups.series_of("no additive") == "s0"


def test_the_login_page_says_when_a_password_is_wrong_and_lets_alice_in(lab: Lab) -> None:
    client = Client()
    answer = client.post("/login/", {"username": "alice", "password": "wrong"})
    assert "error" in answer.content.decode()
    answer = client.post("/login/", {"username": "alice", "password": "white-rabbit-furnace-7"})
    assert answer["Location"] == "/"


def test_home_lists_low_lots_held_samples_and_steps_in_progress(lab: Lab) -> None:
    held = additive(lab.project, state="hold")
    page = lab.as_(lab.vera).get("/").content.decode()
    assert f"{held.code} is on hold" in page
    assert held.code not in lab.as_(lab.charlie).get("/").content.decode()
