"""The tablet at the bench: what is recorded without a connection is kept, sent when it is back, and booked once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import log_in
from tests.browser.test_main_way import log_lot
from tests.processes import eventually
from tests.running import PASSWORD, App

pytestmark = pytest.mark.takes(55)

TABLET = {"width": 1024, "height": 768}
STEP = "/log/nanosponge/"


def tablet_of(chromium: Browser, lab: App, **options: Any) -> tuple[BrowserContext, Page, list[str]]:
    """Alice's tablet in glove mode, and what its scripts complain of; lost connections are not complaints here."""
    context = chromium.new_context(base_url=lab.address, viewport=TABLET, has_touch=True, **options)  # type: ignore[arg-type]  # a plain dict is a ViewportSize
    page, faults = context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    log_in(page, "alice", PASSWORD)
    page.goto("/glove/")
    return context, page, faults


def until(page: Page, holds: str) -> None:
    """Waits for something in the page; by asking, because the page's policy forbids to plant a watcher."""
    eventually(lambda: page.evaluate(holds), 30)


@pytest.fixture
def tablet(chromium: Browser, lab: App) -> Iterator[Page]:
    context, page, faults = tablet_of(chromium, lab)
    until(page, "() => navigator.serviceWorker.controller !== null")
    until(page, "async () => (await (await caches.open('glove-1')).keys()).length > 12")
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def lot(page: Page) -> str:
    """40 g of a material of its own, which nobody else takes from."""
    return log_lot(page, f"glove powder {uuid4().hex[:8]}", "40 g")


def scan(page: Page, text: str) -> None:
    page.keyboard.type(text, delay=4)
    page.keyboard.press("Enter")


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.locator(f"section.g-screen:not([hidden]) [data-key='{key}']").click()


def record_screen(page: Page, words: str) -> None:
    page.get_by_role("button", name=re.compile(f"^Record {words}")).click()


def weigh(page: Page, lot: str, grams: str) -> None:
    """Goes to the second quantity, scans and enters."""
    page.locator("[data-go='1']").click()
    scan(page, lot)
    expect(page.locator("section:not([hidden]) [data-chip].fits")).to_contain_text(lot)
    press(page, grams)
    record_screen(page, f"{grams}.g")


def record_all(page: Page) -> None:
    page.get_by_role("button", name="Review all").click()
    record_screen(page, "nanosponge batch")


def left(page: Page, lot: str) -> Decimal:
    return Decimal(str(page.request.get(f"/api/v1/samples/{lot}/").json()["amount_left"]))


def test_two_steps_recorded_offline_are_booked_once_each_when_the_connection_is_back(page, tablet, lot):
    tablet.reload()
    until(tablet, f"() => (localStorage['glove:known'] ?? '').includes('{lot}')")
    tablet.goto(STEP)
    tablet.context.set_offline(True)
    weigh(tablet, lot, "4.02")
    tablet.reload()
    expect(tablet.locator(".g-list li").nth(1)).to_contain_text("4.02")
    record_all(tablet)
    expect(tablet.locator("[data-pill]")).to_have_text("Offline, 1 entry kept here")
    tablet.goto(STEP)
    weigh(tablet, lot, "3")
    record_all(tablet)
    expect(tablet.locator("[data-pill]")).to_have_text("Offline, 2 entries kept here")
    assert left(page, lot) == 40
    tablet.context.set_offline(False)
    expect(tablet.locator("[data-pill]")).to_be_hidden(timeout=20_000)
    assert left(page, lot) == Decimal("32.98")
    tablet.goto("/glove/")
    expect(tablet.locator("[data-sent-list] li")).to_have_count(2)
    for _again in range(2):
        tablet.reload()
    assert left(page, lot) == Decimal("32.98")


def test_an_answer_that_is_lost_on_the_way_back_books_nothing_twice(chromium, lab, page, lot):
    context, tablet, faults = tablet_of(chromium, lab, service_workers="block")
    reached: list[int] = []

    def lose_the_answer(route: Route) -> None:
        if route.request.method != "POST" or len(reached) >= 2:
            route.continue_()
            return
        reached.append(route.fetch(max_redirects=0).status)
        route.abort("connectionreset")

    context.route(f"**{STEP}", lose_the_answer)
    tablet.goto(STEP)
    weigh(tablet, lot, "5")
    record_all(tablet)
    expect(tablet.locator("[data-done-title]")).to_have_text(re.compile(r"Recorded: NS-\d+"), timeout=30_000)
    assert reached == [302, 302]
    assert left(page, lot) == 35
    assert faults == []
    context.close()


def test_what_was_refused_is_kept_with_its_sentence_and_can_be_corrected(page, tablet, lot):
    tablet.reload()
    until(tablet, f"() => (localStorage['glove:known'] ?? '').includes('{lot}')")
    tablet.goto(STEP)
    tablet.context.set_offline(True)
    weigh(tablet, lot, "30")
    record_all(tablet)
    page.goto(STEP)
    page.locator("[name='takes-1-sample']").fill(lot)
    page.locator("[name='takes-1-amount']").fill("20 g")
    page.get_by_role("button", name="Record step").click()
    page.wait_for_url(re.compile(r"/samples/NS-\d+/"))
    tablet.context.set_offline(False)
    sentence = re.compile(f"{lot} has 20 g left, 10 g too little")
    expect(tablet.locator("section:not([hidden]) .g-said", has_text=sentence)).to_be_visible(timeout=20_000)
    assert left(page, lot) == 20
    expect(tablet.locator("section:not([hidden]) [data-entry-value]")).to_have_text("30")
    press(tablet, "15")
    record_screen(tablet, "15.g")
    record_all(tablet)
    expect(tablet.locator("[data-done-title]")).to_have_text(re.compile(r"Recorded: NS-\d+"), timeout=20_000)
    assert left(page, lot) == 5


def test_a_wrong_lot_and_too_much_are_told_before_anything_is_sent(page, tablet, lot):
    tablet.goto(STEP)
    scan(tablet, "LOT-9999")
    expect(tablet.locator("section:not([hidden]) [data-said]")).to_contain_text("nothing of this code")
    expect(tablet.locator("section:not([hidden]) [data-chip]")).to_have_class(re.compile("not"))
    tablet.locator("[data-go='1']").click()
    scan(tablet, lot)
    press(tablet, "40.5")
    expect(tablet.locator("section:not([hidden]) [data-verdict]")).to_contain_text("0.5\u00a0g too little")
    expect(tablet.locator("[data-record-screen]")).to_have_attribute("aria-disabled", "true")
    tablet.locator("[data-record-screen]").click(force=True)
    expect(tablet.locator(".g-list li").nth(1)).not_to_have_class(re.compile("is-done"))


def test_every_target_is_large_enough_for_a_glove(tablet):
    for address in ("/glove/", STEP):
        tablet.goto(address)
        small = tablet.evaluate(
            """() => [...document.querySelectorAll("main button, main a, main input:not([type=hidden]), main select")]
                .filter((item) => item.offsetParent && !item.closest("[hidden]"))
                .map((item) => [item.textContent.trim() || item.name, item.getBoundingClientRect().height])
                .filter(([, height]) => height < 61.5)"""
        )
        assert small == [], address


def test_leaving_glove_mode_brings_the_desk_back(tablet):
    tablet.goto(STEP)
    expect(tablet.locator("form[data-glove-step]")).to_be_visible()
    tablet.goto("/glove/")
    tablet.get_by_role("link", name="Leave glove mode").click()
    tablet.wait_for_url(re.compile(r"://[^/]+/$"))
    tablet.goto(STEP)
    expect(tablet.get_by_role("button", name="Record step")).to_be_visible()


def test_on_the_desk_a_scan_fills_the_input_that_has_the_focus_or_opens_what_it_is(page, lot):
    page.goto(STEP)
    page.locator("[name='takes-1-sample']").focus()
    scan(page, f"http://lab.example/s/{lot}")
    expect(page.locator("[name='takes-1-sample']")).to_have_value(lot)
    page.locator("[name=place]").fill("")
    page.locator("[name=place]").press_sequentially(lot, delay=120)
    expect(page.locator("[name=place]")).to_have_value(lot)
    page.goto("/batches/")
    scan(page, lot)
    page.wait_for_url(re.compile(f"/samples/{lot}/"))


def test_a_scan_goes_on_to_the_next_field_past_its_open_list_and_a_list_with_the_focus_can_be_replaced(
    page, lot
):
    page.goto(STEP)
    field = page.locator("[name='takes-1-sample']")
    choices = page.locator("[id='takes-1-sample-list'] .combo-option")
    field.focus()
    expect(choices.first).to_be_visible()
    scan(page, lot)
    expect(field).to_have_value(lot)
    expect(page.locator("[name='takes-1-amount']")).to_be_focused()

    field.focus()
    expect(choices.first).to_be_visible()
    choices.first.focus()
    with page.expect_response(re.compile("/options/|sample-options")):
        field.evaluate(
            "field => { field.value = 'LOT'; field.dispatchEvent(new Event('input', { bubbles: true })); }"
        )
    expect(choices).to_have_count(0)


def test_scans_in_quick_succession_make_a_list(page, lot):
    page.goto("/scan/")
    for text in (lot, "NS-9999", f"http://lab.example/s/{lot}"):
        scan(page, text)
    expect(page.locator("#scanned tbody tr")).to_have_count(1)
    expect(page.locator("#scanned .scan-card")).to_contain_text("40")
    expect(page.locator("#scan-text")).to_be_focused()
    expect(page.locator("#scan-text")).to_have_value("")
