"""Roles × routes: every address of the house, asked by everyone, answered as the table says.

A new address without a row in ``access_table`` fails here, as does a row without an address.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from tests.labsys import access_table, routes, wonderland
from tests.labsys.access_table import ACTORS, MEMBERS, METHOD, OPEN, Policy

pytestmark = pytest.mark.django_db

NEVER_CHANGE = ("nobody", "viewer", "revoked", "closed")
ANYTHING_BUT_A_CHANGE = METHOD | {"login", "refused", "wrong"}


@pytest.fixture
def house(settings, tmp_path) -> wonderland.House:
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    return wonderland.build()


def test_every_address_has_its_row_and_every_row_its_address():
    known = {
        route.path: set(route.methods)
        for route in routes.all_routes()
        if not route.path.startswith("/admin/")
    }
    assert sorted(set(known) - set(access_table.TABLE)) == [], (
        "addresses without a row: add them to access_table"
    )
    assert sorted(set(access_table.TABLE) - set(known)) == [], "rows without an address"
    for path, methods in known.items():
        if path.startswith("/api/"):
            assert set(access_table.TABLE[path]) == methods, path


@pytest.mark.parametrize("actor", ACTORS)
def test_everyone_gets_what_the_table_says(house, actor):
    wrong = []
    for path, method, policy, changes_nothing in _requests():
        for address in wonderland.addresses(house, path):
            client = wonderland.client_of(actor, path)
            with transaction.atomic():
                before = _recorded()
                answer = wonderland.send(client, method, address, house)
                content = _content(answer)
                changed = _recorded() != before
                transaction.set_rollback(True)
            wrong += [f"{method} {address}: {said}" for said in
                      _complaints(policy, actor, answer, content, changed, changes_nothing, house)]  # fmt: skip
    assert not wrong, "\n".join(wrong)


def _requests() -> Iterator[tuple[str, str, Policy, bool]]:
    """Each address with each method; a page's method without a row must change nothing."""
    for route in routes.all_routes():
        rows = access_table.rows_for(route.path) or {}
        for method in route.methods:
            if method in rows:
                yield route.path, method, rows[method], False
            elif rows:
                yield route.path, method, next(iter(rows.values())), True


def _complaints(
    policy: Policy, actor: str, answer: Any, content: bytes, changed: bool, changes_nothing: bool, house: Any
) -> Iterator[str]:
    allowed, got = policy.of(actor), _outcome(answer)
    if changes_nothing:
        allowed = allowed | ANYTHING_BUT_A_CHANGE
    if got not in allowed:
        yield f"{actor} got {got} ({answer.status_code}), not {'/'.join(sorted(allowed))}"
    if changed and (changes_nothing or actor in NEVER_CHANGE or not allowed & OPEN):
        yield f"{actor} changed something"
    if (
        got == "served"
        and actor not in (*MEMBERS, "instrument")
        and any(word in content for word in house.words)
    ):
        yield f"{actor} saw something of Alice's project"
    if (
        policy.shows
        and not changes_nothing
        and actor in MEMBERS
        and not any(word in content for word in house.words)
    ):
        yield f"{actor} saw nothing of the own project"


def _outcome(answer: Any) -> str:
    status = answer.status_code
    if status == 401 or (status == 302 and "/login/" in answer["Location"]):
        return "login"
    words = {403: "refused", 404: "absent", 405: "method", 503: "away"}
    return words.get(status) or ("served" if status < 400 else "wrong" if status < 500 else "broken")


def _content(answer: Any) -> bytes:
    whole: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return whole.lower()


def _recorded() -> int:
    """How many events the histories hold: whatever is changed adds one. Logging in is no change."""
    tables = [model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
    union = " + ".join(f'(SELECT count(*) FROM "{table}")' for table in sorted(tables))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {union}")
        return int(cursor.fetchone()[0])
