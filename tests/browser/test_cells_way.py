"""From a recipe to twelve cells: the weighing sheet, the cathode batch, the grid, and the board that they stand on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_main_way import code_of, log_lot

pytestmark = pytest.mark.takes(14)

PASTE = """([input, text]) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def weighed_cathode(page: Page) -> str:
    """Scales a new recipe to 400 mg and logs what was weighed; answers the batch's code."""
    for name in ("LCO", "LPSC", "CCA"):
        log_lot(page, name, "5 g")
    page.goto("/log/recipe/")
    page.locator("[name=name]").fill("Twelve cells")
    page.get_by_role("button", name="Save recipe").click()
    page.wait_for_url(re.compile(r"/recipes/\d+/"))
    page.get_by_role("link", name="Weighing sheet").click()
    page.get_by_label("Target mass").fill("400 mg")
    page.get_by_role("button", name="Scale").click()
    row = page.locator("table.weighing tbody tr", has_text="LPSC")
    expect(row).to_contain_text("110.88 – 113.12")
    page.get_by_role("link", name="Log what was weighed").click()
    for name, mass in (("LCO", "281"), ("LPSC", "111.5"), ("CCA", "9")):
        expect(page.get_by_label(f"Sample {name}")).to_have_value(re.compile(r"LOT-\d+"))
        page.get_by_label(f"Amount {name}").fill(mass)
        page.get_by_label(f"Amount {name}").press("Tab")
    why = page.get_by_label("Why CCA")
    expect(why).to_be_visible(timeout=10_000)  # 12.5 % over, with a tolerance of 5 %
    why.fill("static on the spatula")
    page.locator("[name=amount_made]").fill("395 mg")
    page.get_by_role("button", name="Record step").click()
    page.wait_for_url(re.compile(r"/samples/CAT-\d+/"))
    panel = page.locator("section", has_text="real shares, by what was weighed")
    expect(panel).to_contain_text("69.99")  # 281 of 401.5 mg
    expect(panel).to_contain_text("static on the spatula")
    return code_of(page)


def twelve_cells(page: Page, cathode: str) -> list[str]:
    """Pastes twelve rows as from a spreadsheet; answers the codes of what was recorded."""
    page.goto("/many/cell/")
    page.locator("[name=takes-0-sample]").fill(cathode)
    page.keyboard.press("Escape")
    page.locator(".many-further summary").click()
    page.locator("[name=area_cm2]").fill("0.785")
    rows = "\n".join(f"replicate {number}\t{12 + number / 10:.1f}" for number in range(1, 13))
    first = page.locator("table.sheet tbody input").first
    first.focus()
    page.evaluate(PASTE, [first.element_handle(), rows])
    expect(page.locator("[data-sum='takes-0-amount']")).to_contain_text("151.8")
    page.get_by_role("button", name="Record 12 rows").click()
    page.wait_for_url(re.compile(r"/many/made/\d+/"))
    return list(dict.fromkeys(re.findall(r"CELL-\d+", page.locator("main").inner_text())))


def test_from_the_weighing_sheet_to_twelve_cells_on_the_board(page: Page) -> None:
    cathode = weighed_cathode(page)
    codes = twelve_cells(page, cathode)
    assert len(codes) == 12
    page.goto(f"/samples/{codes[0]}/")
    expect(page.locator("main")).to_contain_text(f"by what was weighed into {cathode}")

    page.goto("/equipment/new/")
    page.locator("[name=name]").fill("Neware 1")
    page.locator("[name=project]").select_option(index=1)
    page.get_by_role("button", name="Save equipment").click()
    page.wait_for_url(re.compile(r"/equipment/\d+/"))
    page.goto("/log/channel/")
    page.locator("[name=instrument]").select_option(label="Neware 1")
    page.locator("[name=name]").fill("1")
    page.get_by_role("button", name="Save channel").click()
    page.wait_for_url(re.compile(r"/channels/$"))
    page.get_by_text("Put a cell on").click()
    page.locator(".put-on [name=cell]").fill(codes[0])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Put on", exact=True).click()
    tile = page.locator(".board .tile", has_text=codes[0])
    expect(tile.locator(".standing")).to_contain_text("no file yet", timeout=10_000)
    expect(page.locator("#board-counts")).to_contain_text("1 running")

    page.goto(f"/cells/?q={codes[1]}")
    page.get_by_label(f"Leave {codes[1]} out of statistics").click()
    page.get_by_label("Why").fill("pellet cracked")
    page.get_by_role("button", name="Leave out of statistics").click()
    expect(page.locator("tr", has_text=codes[1])).to_contain_text("left out")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("tr", has_text=codes[1])).to_contain_text("available")
