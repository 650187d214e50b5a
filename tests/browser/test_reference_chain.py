"""The reference study's chain by hand: one batch from lots to four additives, and a second in forty acts at most."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_main_way import code_of, log_lot

pytestmark = pytest.mark.takes(35)

MOST_ACTS = 40
REAGENTS = {
    "kerosene": ("Chain kerosene", "1 L", "200 mL"),
    "span 60": ("Chain span", "250 g", "6 g"),
    "tween 20": ("Chain tween", "250 g", "3 g"),
    "β-cyclodextrin": ("Chain cyclodextrin", "500 g", "40 g"),
    "epichlorohydrin": ("Chain epichlorohydrin", "500 mL", "30 mL"),
    "melamine": ("Chain melamine", "250 g", "8 g"),
}
CONDITIONS = {
    "water_mL": "50",
    "stirring_speed_rpm": "300 rpm",
    "stirring_time_min": "0,5 h",
    "stirring_temperature_degC": "303.15 K",
    "addition_rate_mL_per_min": "5",
    "reaction_temperature_degC": "70",
    "reaction_time_h": "180 min",
}


@dataclass
class Hands:
    """Counts what a person does: each click, each field filled, each key and each address typed is one act."""

    page: Page
    acts: int = 0
    log: list[str] = field(default_factory=list)

    def _did(self, what: str) -> None:
        self.acts += 1
        self.log.append(what)

    def open(self, address: str) -> None:
        self._did(f"open {address}")
        self.page.goto(address)

    def click(self, target: Locator) -> None:
        self._did(f"click {target}")
        target.click()

    def fill(self, target: Locator, text: str) -> None:
        self._did(f"fill {text}")
        target.fill(text)

    def press(self, target: Locator, key: str) -> None:
        self._did(f"press {key}")
        target.press(key)


def field_of(page: Page, name: str) -> Locator:
    return page.locator(f"main [name={name!r}]")


def record(hands: Hands, name: str = "Record step") -> None:
    hands.click(hands.page.get_by_role("button", name=name, exact=True))


def on(page: Page, kind: str) -> str:
    page.wait_for_url(re.compile(rf"/samples/{kind}-\d+/"))
    return code_of(page)


def take(hands: Hands, role: str, code: str, amount: str) -> None:
    hands.fill(hands.page.get_by_label(f"Sample {role}", exact=True), code)
    hands.fill(hands.page.get_by_label(f"Amount {role}", exact=True), amount)


def log_salt(page: Page, name: str, molar_mass: str, amount: str) -> str:
    page.goto("/log/material/")
    field_of(page, "name").fill(name)
    field_of(page, "molar_mass_g_per_mol").fill(molar_mass)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(materials|samples)/"))
    page.goto("/log/lot/")
    field_of(page, "material").select_option(label=name)
    field_of(page, "amount_made").fill(amount)
    page.keyboard.press("Enter")
    return on(page, "LOT")


def first_batch(hands: Hands) -> dict[str, str]:
    """Everything typed in, from the lots on; answers the codes."""
    page = hands.page
    lots = {role: log_lot(page, name, amount) for role, (name, amount, _taken) in REAGENTS.items()}
    lots["Mo salt"] = log_salt(page, "Chain molybdate", "1235.86", "100 g")
    lots["Ni salt"] = log_salt(page, "Chain nickel chloride", "237.69", "100 g")

    hands.open("/log/nanosponge/")
    for role, (_name, _amount, taken) in REAGENTS.items():
        take(hands, role, lots[role], taken)
    for name, typed in CONDITIONS.items():
        hands.fill(field_of(page, name), typed)
    hands.fill(field_of(page, "amount_made"), "62 g")
    record(hands)
    codes = {"sponge": on(page, "NS")}

    for group, salts, wet, dry in (
        ("Mo@NPCs", {"Mo salt": "0.005 mol"}, "124.9 g", "25.9 g"),
        ("Mo-Ni@NPCs", {"Mo salt": "0.005 mol", "Ni salt": "0.05 mol"}, "136.8 g", "37.7 g"),
    ):
        hands.open(f"/log/impregnation/?from={codes['sponge']}")
        hands.fill(field_of(page, "group"), group)
        for role, amount in salts.items():
            take(hands, role, lots[role], amount)
        hands.fill(field_of(page, "solvent_volume_mL"), "0.1 L")
        hands.fill(field_of(page, "soak_time_h"), "1 d")
        hands.fill(field_of(page, "amount_made"), wet)
        hands.click(page.get_by_role("button", name="Freeze-dry"))
        page.wait_for_url(re.compile(r"/log/freeze-drying/\?from=IM-\d+"))
        codes[f"wet {group}"] = page.url.rpartition("=")[2]
        expect(page.get_by_label("Amount impregnated batch")).to_have_value(wet)
        hands.fill(field_of(page, "temperature_degC"), "-60")
        hands.fill(field_of(page, "pressure_Pa"), "0.09 mbar")
        hands.fill(field_of(page, "amount_made"), dry)
        record(hands)
        codes[f"dry {group}"] = on(page, "FD")

    hands.open(f"/log/furnace-run/?from={codes['sponge']}")
    boats = (("sponge", "NPCs", "20 g", "5.94 g"), ("dry Mo@NPCs", "Mo@NPCs", "25.9 g", "8.9 g"),
             ("dry Mo-Ni@NPCs", "Mo-Ni@NPCs", "37.7 g", "13.78 g"))  # fmt: skip
    for number, (source, group, mass_in, mass_out) in enumerate(boats):
        if number:
            hands.click(page.get_by_role("button", name="Add a boat"))
        given = {"source": codes[source], "mass_in": mass_in, "mass_out": mass_out, "group": group}
        for name, typed in given.items():
            hands.fill(field_of(page, f"boats-{number}-{name}"), typed)
    hands.fill(field_of(page, "flow_mL_per_min"), "100 sccm")
    record(hands, "Record run")
    codes["run"] = on_run(page)

    hands.open("/log/additive/")
    hands.fill(field_of(page, "group"), "SP")
    hands.fill(field_of(page, "name"), "Super P")
    hands.fill(field_of(page, "amount_made"), "50 g")
    record(hands)
    codes["SP"] = on(page, "CCA")
    return codes


def on_run(page: Page) -> str:
    page.wait_for_url(re.compile(r"/furnace-runs/CR-\d+/"))
    return page.url.rstrip("/").rpartition("/")[2]


def like(hands: Hands, address: str) -> None:
    hands.open(address)
    hands.click(hands.page.get_by_role("link", name="Log another like this"))


def second_batch(hands: Hands, before: dict[str, str]) -> dict[str, str]:
    """The whole of it again, each step from the one before it; only what is weighed anew is typed."""
    page, codes = hands.page, {}
    like(hands, f"/s/{before['sponge']}")
    hands.fill(field_of(page, "amount_made"), "63.5 g")
    record(hands)
    codes["sponge"] = on(page, "NS")
    for group, wet, dry in (("Mo@NPCs", "125.3 g", "26.1 g"), ("Mo-Ni@NPCs", "137.1 g", "37.9 g")):
        like(hands, f"/s/{before[f'wet {group}']}")
        hands.fill(field_of(page, "amount_made"), wet)
        hands.click(page.get_by_role("button", name="Freeze-dry"))
        page.wait_for_url(re.compile(r"/log/freeze-drying/\?from=IM-\d+"))
        codes[f"wet {group}"] = page.url.rpartition("=")[2]
        hands.click(page.get_by_role("button", name="As planned").first)
        hands.fill(field_of(page, "amount_made"), dry)
        record(hands)
        codes[f"dry {group}"] = on(page, "FD")
    like(hands, f"/furnace-runs/{before['run']}/")
    for number, mass_out in enumerate(("5.98 g", "9.02 g", "13.9 g")):
        hands.fill(field_of(page, f"boats-{number}-mass_out"), mass_out)
    record(hands, "Record run")
    codes["run"] = on_run(page)
    like(hands, f"/s/{before['SP']}")
    record(hands)
    codes["SP"] = on(page, "CCA")
    return codes


def rest(page: Page, address: str) -> Any:
    answer = page.request.get(f"/api/v1/{address}")
    assert answer.status == 200, answer.text()
    return answer.json()


def edges(page: Page, code: str, direction: str) -> dict[tuple[str, str], tuple[float, str]]:
    found = rest(page, f"samples/{code}/{direction}/")["edges"]
    return {(edge["source"], edge["target"]): (edge["amount"], edge["unit"]) for edge in found}


def additives_of(page: Page, run: str) -> dict[str, str]:
    return {boat["group"]: boat["additive"] for boat in rest(page, f"carbonization-runs/{run}/")["boats"]}


def test_the_reference_chain_by_hand_and_again_in_forty_acts(page: Page):
    page.set_default_timeout(20_000)
    first = first_batch(Hands(page))
    hands = Hands(page)
    second = second_batch(hands, first)
    assert hands.acts <= MOST_ACTS, hands.log

    back = additives_of(page, first["run"])
    again = additives_of(page, second["run"])
    assert set(back) == set(again) == {"NPCs", "Mo@NPCs", "Mo-Ni@NPCs"}

    up = edges(page, again["Mo-Ni@NPCs"], "ancestors")
    assert up[second["dry Mo-Ni@NPCs"], again["Mo-Ni@NPCs"]] == (37.9, "g")
    assert up[second["wet Mo-Ni@NPCs"], second["dry Mo-Ni@NPCs"]] == (137.1, "g")
    assert up[second["sponge"], second["wet Mo-Ni@NPCs"]] == (20, "g")
    salts = sorted(amount for (_source, target), (amount, _unit) in up.items()
                   if target == second["wet Mo-Ni@NPCs"] and amount != 20)  # fmt: skip
    assert salts == [6.1793, 11.8845]  # 0.005 mol and 0.05 mol by their molar masses
    assert sum(target == second["sponge"] for _source, target in up) == len(REAGENTS)
    assert not any(first["sponge"] in edge for edge in up)

    down = edges(page, second["sponge"], "descendants")
    assert {target for _source, target in down} >= set(again.values())
    assert down[second["sponge"], again["NPCs"]] == (20, "g")
    assert rest(page, f"samples/{second['sponge']}/")["amount_left"] == 3.5

    batch = rest(page, f"nanosponge-batches/{second['sponge']}/")
    conditions = (
        "stirring_time_min",
        "stirring_temperature_degC",
        "reaction_time_h",
        "addition_rate_mL_per_min",
    )
    assert [batch[name] for name in conditions] == [30, 30, 3, 5]

    page.goto(f"/samples/{again['Mo-Ni@NPCs']}/")
    chain = page.locator("#chain, .chain").first
    for shown in (
        second["dry Mo-Ni@NPCs"],
        second["wet Mo-Ni@NPCs"],
        second["sponge"],
        "0.005 mol",
        "37.9 g",
    ):
        expect(chain).to_contain_text(shown)
