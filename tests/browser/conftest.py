"""A real Chromium on a real installation: web, worker, PostgreSQL. What its console complains of fails the test."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.processes import manage, open_to_all
from tests.running import PASSWORD, App

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_PEOPLE = f"""
from django.contrib.auth import get_user_model
from synthesis.models import Membership, Project, Role
project = Project.objects.create(name="Additives", slug="additives")
alice = get_user_model().objects.create_user("alice", password="{PASSWORD}", first_name="Alice", last_name="Moreau")
Membership.objects.create(project=project, user=alice, role=Role.MANAGER)
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of this folder."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def lab() -> Iterator[App]:
    """An installation with one project, of which Alice is the manager."""
    with open_to_all() as folder, App(folder / "home") as app:
        made = manage(app.home, "shell", "-c", _PEOPLE)
        assert made.returncode == 0, made.stderr
        yield app


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ended with this folder: its event loop would keep later tests of the same process from their database."""
    if CHROMIUM is None:
        pytest.skip("no Chromium found: install the system's chromium to run the browser tests")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@dataclass
class Complaints:
    """What the console said in error, refusals of the content security policy among it."""

    said: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        # Answers that a test asked for, which Chromium reports as well.
        refused = "status of 409" in message.text or "status of 422" in message.text
        # A list that is asked for anew while the last answer is on its way: htmx reports that it was given up.
        given_up = "htmx:sendAbort" in message.text or "htmx:afterRequest" in message.text
        if message.type in ("error", "warning") and not refused and not given_up:
            self.said.append(message.text)


def log_in(page: Page, name: str, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("User name").or_(page.get_by_label("Username")).fill(name)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"://[^/]+/$"))


@pytest.fixture
def page(chromium: Browser, lab: App) -> Iterator[Page]:
    """A page on which Alice is logged in."""
    context = chromium.new_context(base_url=lab.address, viewport={"width": 1440, "height": 900})
    page, complaints = context.new_page(), Complaints()
    page.on("console", complaints.hear)
    page.on("pageerror", lambda error: complaints.said.append(str(error)))
    log_in(page, "alice", PASSWORD)
    yield page
    context.close()
    assert complaints.said == []
