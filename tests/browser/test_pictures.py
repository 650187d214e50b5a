"""Measuring in a picture with the mouse and with the keyboard, and setting its scale on its bar."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_main_way import log_lot
from tests.characterization import files

pytestmark = pytest.mark.takes(12)


def open_picture(page: Page, tmp_path: Path, pixel_nm: float | None) -> None:
    """Logs a lot, sends a picture of it, and opens the page of its measurement."""
    lot = log_lot(page, f"carbon {pixel_nm}", "5 g")
    picture = tmp_path / f"{lot}_sem.tif"
    picture.write_bytes(files.micrograph(pixel_nm=pixel_nm))
    page.goto("/files/")
    page.locator("input[type=file]").first.set_input_files(picture)
    row = page.locator("main").get_by_text(picture.name).first
    expect(row).to_be_visible(timeout=20_000)
    expect(page.locator("main tr, main li", has_text=picture.name).first).to_contain_text(
        "done", timeout=30_000
    )
    page.goto("/measurements/?technique=picture")
    thumb = page.locator("tr", has_text=picture.name).locator("img.thumb")
    expect(thumb).to_have_js_property("naturalWidth", 240)
    page.locator("tr", has_text=picture.name).locator("a.strong").click()
    page.wait_for_url(re.compile(r"/measurements/\d+/$"))
    expect(page.locator(".picture-stage img")).to_have_js_property("naturalWidth", 640)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draws on the picture between two places given in its own pixels."""
    page.locator(".picture-stage").scroll_into_view_if_needed()
    box = page.locator("[data-stage]").bounding_box()
    assert box is not None
    at = [(box["x"] + x * box["width"] / 640, box["y"] + y * box["height"] / 480) for x, y in (start, end)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move((at[0][0] + at[1][0]) / 2, at[0][1])
    page.mouse.move(*at[1])
    page.mouse.up()


def test_a_line_is_drawn_and_another_is_typed_and_both_are_saved(page: Page, tmp_path: Path):
    open_picture(page, tmp_path, 2.0)
    drag(page, (100, 100), (400, 100))
    expect(page.locator("output[data-length]")).to_have_text(re.compile(r"^(59\d\.\d|60\d\.\d) nm$"))
    page.get_by_label("Name").fill("rim")
    page.get_by_role("button", name="Add", exact=True).click()

    page.get_by_role("button", name="Lattice spacing").click()
    for label, value in (
        ("From x", "8"),
        ("From y", "50"),
        ("To x", "168"),
        ("To y", "50"),
        ("Fringes", "20"),
    ):
        page.get_by_label(label).fill(value)
    expect(page.locator("output[data-length]")).to_have_text("16.00 nm")
    page.get_by_label("Name").fill("(002)")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("[data-marks] tr")).to_have_count(2)

    page.get_by_label("Reason").fill("rim and fringes")
    page.get_by_role("button", name="Save as a new version").click()
    page.wait_for_url(re.compile(r"/analysis/picture/"))
    expect(page.locator("main")).to_contain_text("rim and fringes")
    for _attempt in range(20):
        page.reload()
        if page.locator("main").get_by_text("Lattice spacing").count():
            break
        page.wait_for_timeout(500)
    expect(page.locator("main")).to_contain_text("16.0")


def test_the_scale_is_set_on_the_bar_and_lengths_follow(page: Page, tmp_path: Path):
    open_picture(page, tmp_path, None)
    drag(page, (100, 100), (400, 100))
    expect(page.locator("output[data-length]")).to_have_text(re.compile(r"^(29\d|30\d)\.\d px$"))
    page.get_by_role("button", name="Scale bar").click()
    page.get_by_role("button", name="Set scale").click()
    expect(page.get_by_role("alert").filter(has_text="Type the length of the scale bar.")).to_be_visible()
    drag(page, (20, 460), (220, 460))
    page.get_by_role("spinbutton", name="Length").fill("1")
    page.get_by_role("button", name="Set scale").click()
    expect(page.locator("[data-marks] tr")).to_contain_text("1.000 µm")
    page.get_by_role("button", name="Distance").click()
    drag(page, (100, 200), (400, 200))
    expect(page.locator("output[data-length]")).to_have_text(re.compile(r"^1\.(49|50)\d µm$"))
