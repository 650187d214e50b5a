"""axe-core on every page that a link leads to, in both themes; and every form reached by the Tab key alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Complaints, log_in
from tests.processes import manage, open_to_all
from tests.running import App

pytestmark = pytest.mark.takes(110)

GRAVE = ("serious", "critical")
FILES = re.compile(
    r"\.(pdf|csv|xlsx|svg|png|json|parquet|bdf|vms|xrdml)$|/raw/$|/report\.pdf$|/logout/|^/admin/|^/api/|^/static/"
)
MOST_PAGES = 160
OF_A_KIND = 1  # pages of one address pattern that are looked at

# The start page, and pages that are reached by a form or a key rather than by a link.
SEEDS = (
    "/", "/search/?q=carbon", "/scan/", "/glove/", "/places/", "/protocols/", "/limits/", "/equipment/", "/needs/",
    "/many/lot/", "/many/cell/", "/labels/?codes=CCA-0001", "/trace/CR-0001/", "/compare/?codes=CCA-0001,CCA-0002",
    "/samples/CCA-0001/?tab=history", "/samples/CCA-0001/?tab=ledger", "/log/cathode/", "/log/cell/", "/log/recipe/",
)  # fmt: skip
FEWEST = 80  # address patterns that the demonstration's links lead to


@dataclass(frozen=True)
class Seen:
    address: str
    violations: list[str]


@dataclass(frozen=True)
class Study:
    address: str
    password: str


@pytest.fixture(scope="module")
def study() -> Iterator[Study]:
    """The demonstration in an installation of its own: Alice's would know its materials from then on."""
    with open_to_all() as folder, App(folder / "home") as app:
        done = manage(app.home, "demo", limit_s=240)
        assert done.returncode == 0, done.stderr
        yield Study(app.address, done.stdout.strip().rpartition(" ")[2])


@pytest.fixture
def visitor(chromium: Browser, study: Study) -> Iterator[Page]:
    """A page on which the demonstration's visitor is logged in, a manager of its project."""
    context = chromium.new_context(base_url=study.address, viewport={"width": 1024, "height": 768})
    context.add_init_script(
        Axe().axe_script
    )  # once for all pages, instead of sending half a megabyte to each
    page, complaints = context.new_page(), Complaints()
    page.on("console", complaints.hear)
    log_in(page, "demo", study.password)
    yield page
    context.close()
    assert complaints.said == []


def pattern(path: str) -> str:
    """The address with what differs from record to record taken out."""
    path = re.sub(r"/[A-Z]{2,5}-\d+(?=[/?.]|$)", "/<code>", path)
    return re.sub(r"/\d+(?=/|$)", "/<pk>", path)


def links(page: Page) -> list[str]:
    found = page.eval_on_selector_all(
        "a[href]:not([download])", "all => all.map(a => new URL(a.getAttribute('href'), location).href)"
    )
    return [
        urlsplit(address).path + (f"?{query}" if (query := urlsplit(address).query) else "")
        for address in found
        if urlsplit(address).netloc == urlsplit(page.url).netloc
    ]


# One look at a page: every rule in the light theme, and in the dark one the contrast again, which alone may differ.
# A chart is one picture with a sentence; the thousands of marks inside it are nothing to be asked about one by one. Nor
# are the hundreds of rows of figures in its table, which one line of a template writes; on the page of its numbers two
# lines keep theirs. The rest is taken out first, since axe walks through all that stands in the document.
LOOK = """async (grave) => {
  for (const drawing of document.querySelectorAll(".svg-container")) drawing.replaceChildren();
  for (const { rows } of document.querySelectorAll("tbody"))
    if (rows.length > 100) for (const row of [...rows].slice(40)) row.remove();
  for (const { rows } of [...document.querySelectorAll(".grid-3 .cycle-table tbody")].slice(2))
    for (const row of [...rows].slice(1)) row.remove();
  const found = [];
  for (const [theme, rules] of [["light", {}], ["dark", { runOnly: ["color-contrast"] }]]) {
    document.documentElement.dataset.theme = theme;
    const { violations } = await axe.run(document, { resultTypes: ["violations"], ...rules });
    for (const { id, impact, nodes } of violations)
      if (grave.includes(impact))
        for (const { target, html } of nodes.slice(0, 3))
          found.push(`${theme} ${id}: ${target} ${html.slice(0, 160)}`);
  }
  return found;
}"""


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical here, in the light theme, and what the dark one adds in contrast."""
    found: list[str] = page.evaluate(LOOK, GRAVE)
    return found


def crawl(page: Page) -> dict[str, list[Seen]]:
    """Looks at pages from the seeds on, one of each pattern."""
    seen: dict[str, list[Seen]] = {}
    visited, queue = set(SEEDS), list(SEEDS)
    while queue and sum(map(len, seen.values())) < MOST_PAGES:
        address = queue.pop(0)
        key = pattern(urlsplit(address).path)
        if len(seen.get(key, [])) >= OF_A_KIND:
            continue
        answer = page.goto(address)
        assert answer is not None and answer.status < 400, f"{address}: {answer and answer.status}"
        found = links(page)
        seen.setdefault(key, []).append(Seen(address, faults(page)))
        for link in found:
            if link not in visited and not FILES.search(urlsplit(link).path):
                visited.add(link)
                queue.append(link)
    return seen


@pytest.mark.timeout(1200)
def test_axe_finds_nothing_serious_on_any_page_in_either_theme(visitor: Page):
    seen = crawl(visitor)
    found = [
        f"{one.address}: {fault}" for pages in seen.values() for one in pages for fault in one.violations
    ]
    assert not found, "\n".join(found)
    assert len(seen) >= FEWEST, sorted(seen)


FAULTY = """() => {
  const faint = document.createElement("p");
  faint.textContent = "Faint in the dark";
  faint.style.color = "light-dark(#000, #333)";
  document.querySelector("main").append(document.createElement("button"), faint);
}"""


def test_what_is_wrong_in_one_theme_alone_is_found(visitor: Page):
    visitor.goto("/scan/")
    visitor.evaluate(FAULTY)
    assert [fault.partition(":")[0] for fault in faults(visitor)] == [
        "light button-name",
        "dark color-contrast",
    ]


FORMS = (
    "material",
    "lot",
    "nanosponge",
    "impregnation",
    "freeze-drying",
    "furnace-run",
    "additive",
    "electrolyte",
)


@pytest.mark.parametrize("kind", FORMS)
def test_the_tab_key_reaches_every_input_of_a_form(visitor: Page, kind: str):
    visitor.goto(f"/log/{kind}/")
    wanted = visitor.eval_on_selector_all(
        "main form input, main form select, main form textarea, main form button",
        "all => all.filter(e => !e.disabled && e.type !== 'hidden' && e.tabIndex >= 0 && e.offsetParent)"
        ".map((e, n) => e.dataset.reached = String(n))",
    )
    visitor.locator("main").focus()
    reached = set()
    for _ in range(3 * len(wanted) + 20):
        visitor.keyboard.press("Tab")
        here = visitor.evaluate("document.activeElement?.dataset?.reached ?? ''")
        reached.add(here)
        if reached >= set(wanted):
            break
    assert set(wanted) - reached == set()


def test_a_refused_form_is_still_free_of_grave_faults_and_its_errors_are_tied_to_their_fields(visitor: Page):
    visitor.goto("/log/nanosponge/")
    visitor.locator("[name=reaction_temperature_degC]").fill("70 mL")
    visitor.locator("[name=amount_made]").fill("-3")
    visitor.locator("[name=amount_made]").press("Enter")
    visitor.wait_for_load_state()
    for name in ("reaction_temperature_degC", "amount_made"):
        field = visitor.locator(f"[name={name}]")
        assert field.get_attribute("aria-invalid") == "true"
        described = field.get_attribute("aria-describedby") or ""
        assert any(visitor.locator(f"[id='{one}']").inner_text().strip() for one in described.split())
    assert faults(visitor) == []
