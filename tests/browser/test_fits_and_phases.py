"""A component of a C 1s fit is dragged, refitted and saved as version 2; a CIF is added and its lines are seen."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from labsys.demo import photoemission, vamas
from labsys.demo.seeds import SEEDS
from tests.characterization.test_library import SILICON

pytestmark = pytest.mark.takes(10)
COMPUTED_MS = 20_000
DRAG_PX = 12


def measured(page: Page, folder: Path) -> int:
    """Drops a spectrum on the page of files; answers the number of its measurement."""
    spectrum = folder / "fitted-by-hand.vms"
    spectra = photoemission.spectra(SEEDS["Mo-Ni@NPCs"], 7)
    spectrum.write_bytes(vamas.write("fitted-by-hand", spectra, datetime(2026, 11, 17, tzinfo=UTC)))
    page.goto("/files/")
    page.locator("input[type=file]").first.set_input_files(spectrum)
    expect(page.locator("main").get_by_text(spectrum.name).first).to_be_visible(timeout=COMPUTED_MS)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        files = page.request.get(f"/api/v1/files/?q={spectrum.stem}").json()["results"]
        if files and files[0]["measurements"]:  # the page names a file before all of it has arrived
            return int(files[0]["measurements"][0])
        page.wait_for_timeout(300)
    raise AssertionError(files)


def test_a_dragged_component_is_fitted_and_saved_as_version_2_beside_the_automatic_fit(
    page: Page, tmp_path: Path
):
    address = f"/measurements/{measured(page, tmp_path)}/analysis/xps_regions/"
    page.goto(address)
    expect(page.locator(".page-head")).to_contain_text("current: version 1")
    handle = page.locator('.handles button[data-name="C–OH"]')
    expect(handle).to_be_visible(timeout=COMPUTED_MS)
    before = handle.get_attribute("aria-label") or ""
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - DRAG_PX, y, steps=4)
    page.mouse.up()
    expect(page.locator("[data-preview-state]")).to_contain_text("a trial, not saved", timeout=COMPUTED_MS)
    expect(page.locator("[data-preview-findings]")).to_contain_text("adjusted by hand")
    expect(handle).not_to_have_attribute("aria-label", before)
    page.locator("[name=reason]").fill("C–OH held where the ketone is not")
    page.get_by_role("button", name="Save as version 2").click()
    page.wait_for_url(re.compile(re.escape(address)))
    expect(page.locator(".page-head")).to_contain_text("current: version 2")
    for _ in range(60):
        if page.locator(".chart-panel").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator(".handles button").first).to_be_visible(timeout=COMPUTED_MS)
    expect(page.locator("[data-preview-findings]")).to_contain_text("adjusted by hand")
    versions = page.locator("section", has_text="Versions").last
    expect(versions).to_contain_text("C–OH held where the ketone is not")
    versions.get_by_role("link", name="1", exact=True).click()
    expect(page.locator("main")).to_contain_text("This is version 1. Reports and tables use version 2.")
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=COMPUTED_MS)
    expect(page.locator("[data-preview-findings]")).not_to_contain_text("adjusted by hand")


def test_a_component_is_moved_with_the_keyboard_too(page: Page, tmp_path: Path):
    page.goto(f"/measurements/{measured(page, tmp_path)}/analysis/xps_regions/")
    field = page.get_by_label("C–OH: Centre")
    expect(field).to_be_visible(timeout=COMPUTED_MS)
    field.fill("286.60")
    field.press("Tab")
    expect(page.locator("[data-preview-state]")).to_contain_text("a trial, not saved", timeout=COMPUTED_MS)
    expect(page.locator("[name=fits]")).to_have_value(re.compile(r"286\.6"))


def test_a_cif_is_added_and_its_lines_are_seen_at_once(page: Page, tmp_path: Path):
    wrong, right = tmp_path / "wrong.cif", tmp_path / "silicon.cif"
    wrong.write_text(SILICON.replace("_cell_length_b 5.4309\n", ""))
    right.write_text(SILICON)
    page.goto("/library/")
    page.get_by_role("link", name=re.compile("Add a CIF|Add the first")).first.click()
    page.locator("input[name=file]").set_input_files(wrong)
    page.get_by_role("button", name="Add to the library").click()
    expect(page.locator("#id_file_error")).to_contain_text("unit cell is incomplete")
    page.locator("input[name=file]").set_input_files(right)
    page.get_by_role("button", name="Add to the library").click()
    expect(page.locator("h1")).to_have_text("Silicon")
    expect(page.locator(".js-plotly-plot .bars").first).to_be_visible(timeout=COMPUTED_MS)
    expect(page.locator(".js-plotly-plot")).to_contain_text("111")
