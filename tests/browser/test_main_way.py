"""The way of a newcomer: log a delivery and a batch, drop a file, see it read, open its dashboard, take the report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.characterization import files

pytestmark = pytest.mark.takes(10)


def log_lot(page: Page, name: str, amount: str) -> str:
    """Logs a material and a delivery of it; answers the lot's code."""
    page.goto("/log/material/")
    page.locator("[name=name]").fill(name)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(materials|samples)/"))
    page.goto("/log/lot/")
    page.locator("[name=material]").select_option(label=name)
    page.locator("[name=amount_made]").fill(amount)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/samples/LOT-\d+/"))
    return code_of(page)


def code_of(page: Page) -> str:
    found = re.search(r"/samples/([A-Z]+-\d+)/", page.url)
    assert found is not None, page.url
    return found.group(1)


def log_sponge(page: Page, lot: str, amount: str) -> None:
    page.goto("/log/nanosponge/")
    page.get_by_label("Sample β-cyclodextrin").fill(lot)
    page.get_by_label("Amount β-cyclodextrin").fill(amount)
    page.locator("[name=reaction_temperature_degC]").fill("70")
    page.locator("[name=amount_made]").fill("12,4 g")
    page.locator("[name=amount_made]").press("Enter")


def test_from_a_delivery_to_the_report(page: Page, tmp_path: Path):
    lot = log_lot(page, "β-cyclodextrin", "250 g")
    log_sponge(page, lot, "20 g")
    page.wait_for_url(re.compile(r"/samples/NS-\d+/"))
    sponge = code_of(page)
    chain = page.locator("#chain, .chain").first
    expect(chain).to_contain_text(lot)
    expect(chain).to_contain_text("20 g")

    scan = tmp_path / f"{sponge}_xrd.xy"
    scan.write_bytes(files.xy())
    page.goto("/files/")
    page.locator("input[type=file]").first.set_input_files(scan)
    row = page.locator("main").get_by_text(scan.name).first
    expect(row).to_be_visible(timeout=20_000)
    expect(
        page.locator("main tr, main li, main article", has_text=scan.name).get_by_text("done").first
    ).to_be_visible(timeout=30_000)  # without a reload

    page.goto(f"/samples/{sponge}/")
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=20_000)
    address = page.get_by_role("link", name="Batch report").get_attribute("href")
    report = page.request.get(address or "")
    assert (report.status, report.headers["content-type"]) == (200, "application/pdf")
    assert report.body().startswith(b"%PDF-")


def test_more_than_is_left_is_refused_beside_its_field_and_what_was_typed_stays(page: Page):
    lot = log_lot(page, "melamine", "18.2 g")
    page.goto("/log/nanosponge/")
    page.get_by_label("Sample melamine").fill(lot)
    page.get_by_label("Amount melamine").fill("21 g")
    page.locator("[name=place]").fill("Dry cabinet 2")
    page.locator("[name=place]").press("Enter")
    expect(page.get_by_text(f"{lot} has 18.2 g left, 2.8 g too little", exact=False).first).to_be_visible()
    expect(page.get_by_label("Amount melamine")).to_have_value("21 g")
    expect(page.locator("[name=place]")).to_have_value("Dry cabinet 2")
