"""One actor at every address of the house, and what does not agree with the table there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from http.cookies import SimpleCookie
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from tests.labsys import access_table, routes, wonderland
from tests.labsys.access_table import MEMBERS, METHOD, OPEN, Policy

NEVER_CHANGE = ("nobody", "viewer", "revoked", "closed")
ANYTHING_BUT_A_CHANGE = METHOD | {"login", "refused", "wrong"}


def complaints(house: wonderland.House, actor: str) -> list[str]:
    """Asks every address with every method. Each request is undone, so that all meet the same house."""
    clients = {path: wonderland.client_of(actor, path) for path in ("/api/", "/")}
    before, wrong = _recorded(), []
    for path, method, policy, changes_nothing in _requests():
        client = clients["/api/" if path.startswith("/api/") else "/"]
        for address in wonderland.addresses(house, path):
            answer, content, changed = _asked(client, method, address, house, before)
            said = _complaints(policy, actor, answer, content, changed, changes_nothing, house)
            wrong += [f"{method} {address}: {sentence}" for sentence in said]
    return wrong


def _asked(
    client: Client, method: str, address: str, house: wonderland.House, before: int
) -> tuple[Any, bytes, bool]:
    """The answer, its text, and whether a history grew. Who logs out comes logged in to the next address again."""
    cookies: SimpleCookie = SimpleCookie(client.cookies)
    with transaction.atomic():
        answer = wonderland.send(client, method, address, house)
        content = _content(answer)
        changed = _recorded() != before
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer, content, changed


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
    with connection.cursor() as cursor:
        cursor.execute(_counting())
        return int(cursor.fetchone()[0])


@cache
def _counting() -> str:
    tables = [model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
    return "SELECT " + " + ".join(f'(SELECT count(*) FROM "{table}")' for table in sorted(tables))
