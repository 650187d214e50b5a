"""Versions, history and signatures over REST."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import orjson
import pghistory
import pytest
from django.test import Client

from synthesis import access, changes, event_log, furnace, ledger, reviews
from synthesis.history import where
from synthesis.models import CarbonizationRun, NanospongeBatch, Signature
from synthesis.units import parse
from tests.factories import PASSWORD, lot, sponge, take
from tests.synthesis.pages.conftest import Lab, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab() -> Lab:
    return people()


@pytest.fixture
def batch(lab: Lab) -> NanospongeBatch:
    made = NanospongeBatch(project=lab.project, name="first", stirring_speed_rpm=300, note="milky")
    return ledger.record(made, parse("38.6 g", "g"), [take(lot(lab.project), "2", role="melamine")], lab.bob)


def with_token(person: Any) -> Client:
    return Client(headers={"Authorization": f"Bearer {access.new_token('script', user=person)}"})


def patch(client: Client, address: str, values: dict[str, Any], **headers: str) -> Any:
    return client.patch(address, orjson.dumps(values), content_type="application/json", headers=headers)


def post(client: Client, address: str, values: dict[str, Any]) -> Any:
    return client.post(address, orjson.dumps(values), content_type="application/json")


@pytest.mark.parametrize("kind", ["samples", "nanosponge-batches"])
def test_a_change_meant_for_the_newest_version_is_made(lab: Lab, batch: NanospongeBatch, kind: str) -> None:
    bob, address = with_token(lab.bob), f"/api/v1/{kind}/{batch.code}/"
    version = bob.get(address)["ETag"]
    answer = patch(bob, address, {"note": "clear"}, **{"If-Match": version})
    assert answer.status_code == 200
    assert answer["ETag"] == bob.get(address)["ETag"] != version


def test_a_change_meant_for_an_older_version_is_told_what_differs(lab: Lab, batch: NanospongeBatch) -> None:
    bob, address = with_token(lab.bob), f"/api/v1/nanosponge-batches/{batch.code}/"
    version = bob.get(address)["ETag"]
    patch(with_token(lab.alice), address, {"stirring_speed_rpm": 310})
    answer = patch(bob, address, {"note": "clear"}, **{"If-Match": version})
    assert answer.status_code == 412
    assert answer.json()["type"] == "urn:labsys:problem:changed_meanwhile"
    (sentence,) = answer.json()["errors"]["stirring_speed_rpm"]
    assert sentence.startswith("alice changed stirring at ")
    assert "(300\u00a0r/min → 310\u00a0r/min)" in sentence
    batch.refresh_from_db()
    assert batch.note == "milky"
    assert patch(bob, address, {"note": "clear"}).status_code == 200


def test_a_booking_in_between_stops_no_change(lab: Lab, batch: NanospongeBatch) -> None:
    bob, address = with_token(lab.bob), f"/api/v1/nanosponge-batches/{batch.code}/"
    version = bob.get(address)["ETag"]
    ledger.use(take(batch, "1"), by=lab.alice)
    assert bob.get(address)["ETag"] != version
    assert patch(bob, address, {"note": "clear"}, **{"If-Match": version}).status_code == 200


@pytest.mark.parametrize("version", ['"nonsense"', '"1"', '"999999-999999"', "W/", '""'])
def test_a_version_that_never_was_is_refused(lab: Lab, batch: NanospongeBatch, version: str) -> None:
    answer = patch(
        with_token(lab.bob),
        f"/api/v1/nanosponge-batches/{batch.code}/",
        {"note": "x"},
        **{"If-Match": version},
    )
    assert answer.status_code == 412
    batch.refresh_from_db()
    assert batch.note == "milky"


def test_the_history_tells_who_what_and_by_which_door(lab: Lab, batch: NanospongeBatch) -> None:
    bob = with_token(lab.bob)
    patch(bob, f"/api/v1/nanosponge-batches/{batch.code}/", {"stirring_speed_rpm": 320})
    told = bob.get(f"/api/v1/samples/{batch.code}/history/").json()
    newest = next(item for item in told if item["changes"])
    assert newest["who"] == "bob"
    assert newest["where"] == "API token script, 127.0.0.1"
    assert newest["changes"] == [
        {"field": "stirring_speed_rpm", "label": "stirring", "before": "300\u00a0r/min", "after": "320\u00a0r/min"}
    ]  # fmt: skip


def test_a_signature_over_rest_needs_the_password_beside_the_token(lab: Lab, batch: NanospongeBatch) -> None:
    bob, address = with_token(lab.bob), f"/api/v1/samples/{batch.code}/signatures/"
    assert post(bob, address, {"meaning": "performed"}).status_code == 400
    wrong = post(bob, address, {"meaning": "performed", "password": "wrong"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["password"])
    assert not Signature.objects.exists()
    made = post(bob, address, {"meaning": "performed", "password": PASSWORD})
    assert made.status_code == 201
    assert "password" not in made.json()
    assert (made.json()["stands"], made.json()["valid"]) == (True, True)


def test_anybody_can_hash_again_what_was_signed(lab: Lab, batch: NanospongeBatch) -> None:
    reviews.sign(batch, "performed", lab.bob, PASSWORD)
    (shown,) = with_token(lab.vera).get(f"/api/v1/samples/{batch.code}/signatures/").json()
    again = json.dumps(shown["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(again.encode()).hexdigest() == shown["sha256"]


def test_a_signed_record_is_opened_again_over_rest(lab: Lab, batch: NanospongeBatch) -> None:
    bob, address = with_token(lab.bob), f"/api/v1/samples/{batch.code}/"
    post(bob, f"{address}signatures/", {"meaning": "performed", "password": PASSWORD})
    refused = patch(bob, address, {"note": "x"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:labsys:problem:signed")
    assert post(bob, f"{address}reopen/", {"password": PASSWORD, "reason": ""}).status_code == 400
    assert post(bob, f"{address}reopen/", {"password": PASSWORD, "reason": "typo"}).status_code == 201
    assert patch(bob, address, {"note": "x"}).status_code == 200
    (first, second) = bob.get(f"{address}signatures/").json()
    assert (first["stands"], first["valid"], second["meaning"]) == (False, False, "reopened")
    assert first["deviations"] == [{"label": "note", "signed": "milky", "today": "x"}]


def test_a_run_is_signed_over_rest_and_keeps_its_history(lab: Lab) -> None:
    load = furnace.BoatLoad(sponge(lab.project), parse("3 g", "g"), parse("0.9 g", "g"), "NPCs")
    run = furnace.record_run(CarbonizationRun(project=lab.project), [], [load], lab.bob)
    bob, address = with_token(lab.bob), f"/api/v1/carbonization-runs/{run.code}/"
    assert (
        post(bob, f"{address}signatures/", {"meaning": "performed", "password": PASSWORD}).status_code == 201
    )
    assert patch(bob, address, {"note": "x"}).status_code == 409
    words = [item["what"] for item in bob.get(f"{address}history/").json()]
    assert any(what.startswith("signed: ") for what in words)
    assert "added: boat" in words


def test_a_worker_and_the_administration_are_named_as_doors(lab: Lab, batch: NanospongeBatch) -> None:
    with pghistory.context(worker="node-1"):
        changes.apply(batch, {}, {"note": "clear"}, lab.bob)
    newest = event_log.of_row(NanospongeBatch, batch.pk)[0]
    assert where(newest) == "worker node-1"
