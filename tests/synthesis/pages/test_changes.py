"""Changing what was logged: by one person, by two at once, against the rules, and back to what it was."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from synthesis import changes, event_log, furnace, ledger, reviews
from synthesis.models import CarbonizationRun, MaterialLot, Membership, NanospongeBatch, Role, Sample
from synthesis.units import parse
from tests.factories import PASSWORD, MaterialFactory, cell, lot, member, recipe, sponge
from tests.synthesis.pages.conftest import Lab


@pytest.fixture
def batch(lab: Lab) -> NanospongeBatch:
    made = NanospongeBatch(project=lab.project, name="first", stirring_speed_rpm=300, note="milky and thick")
    return ledger.record(made, parse("38.6 g", "g"), [], lab.bob)


def opened(client: Client, address: str) -> dict[str, str]:
    """The fields of a form as a browser would send them back untouched."""
    text = client.get(address).content.decode()
    sent = {}
    for tag in re.findall(r"<(?:input|textarea|select)\b[^>]*>", text):
        name = re.search(r'name="([^"]+)"', tag)
        if not name or name[1] in ("q", "csrfmiddlewaretoken"):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        sent[name[1]] = html.unescape(value[1]) if value else ""
    for name, body in re.findall(r'<textarea name="([^"]+)"[^>]*>\s*(.*?)</textarea>', text, re.S):
        sent[name] = html.unescape(body).removeprefix("\n")
    for name, body in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', text, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        sent[name] = chosen[1] if chosen else ""
    return sent


def test_an_untouched_form_changes_nothing(lab: Lab, batch: NanospongeBatch) -> None:
    bob, address = lab.as_(lab.bob), f"/samples/{batch.code}/change/"
    newest = event_log.latest(NanospongeBatch, batch.pk)
    answer = bob.post(address, opened(bob, address))
    assert answer.status_code == 302
    assert event_log.latest(NanospongeBatch, batch.pk) == newest


def test_a_field_is_changed_as_it_was_logged_with_its_unit(lab: Lab, batch: NanospongeBatch) -> None:
    bob, address = lab.as_(lab.bob), f"/samples/{batch.code}/change/"
    sent = opened(bob, address) | {"stirring_speed_rpm": "320,5 r/min", "name": "second"}
    assert bob.post(address, sent)["Location"] == batch.get_absolute_url()
    batch.refresh_from_db()
    assert (batch.stirring_speed_rpm, batch.name, batch.note) == (320.5, "second", "milky and thick")
    assert batch.amount_left == Decimal("38.6")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("stirring_speed_rpm", "-5", "below the lowest possible"),
        ("stirring_speed_rpm", "NaN", "is not a quantity"),
        ("stirring_speed_rpm", "20 g", "20 g"),
        ("wet_yield_g", "20 mL", "is a volume"),
        ("made_at", "2999-01-01T00:00", "in the future"),
        ("name", "x" * 201, "200"),
    ],
)
def test_wrong_input_is_said_beside_its_field_and_kept(
    lab: Lab, batch: NanospongeBatch, field: str, typed: str, sentence: str
) -> None:
    bob, address = lab.as_(lab.bob), f"/samples/{batch.code}/change/"
    answer = bob.post(address, opened(bob, address) | {field: typed, "note": "typed with care"})
    assert answer.status_code == 422
    text = html.unescape(answer.content.decode())
    assert sentence in text
    assert typed in text
    assert "typed with care" in text
    batch.refresh_from_db()
    assert batch.note == "milky and thick"


def test_a_rule_of_the_row_is_said_beside_its_field(lab: Lab) -> None:
    made = lot(lab.project, material=MaterialFactory())
    bob, address = lab.as_(lab.bob), f"/samples/{made.code}/change/"
    answer = bob.post(address, opened(bob, address) | {"purity_percent": "101"})
    assert answer.status_code == 422
    assert "A purity lies above 0 and at 100 % at most." in answer.content.decode()
    assert answer.context["form"].errors["purity_percent"]


def test_two_who_touch_different_fields_both_keep_theirs(lab: Lab, batch: NanospongeBatch) -> None:
    alice, bob, address = lab.as_(lab.alice), lab.as_(lab.bob), f"/samples/{batch.code}/change/"
    mine, theirs = opened(bob, address), opened(alice, address)
    alice.post(address, theirs | {"note": "clear"})
    answer = bob.post(address, mine | {"stirring_speed_rpm": "250"}, follow=True)
    batch.refresh_from_db()
    assert (batch.note, batch.stirring_speed_rpm) == ("clear", 250)
    assert "alice changed note meanwhile; that was kept: clear." in answer.content.decode()


def test_two_who_touch_one_field_are_asked_and_nothing_typed_is_lost(
    lab: Lab, batch: NanospongeBatch
) -> None:
    alice, bob, address = lab.as_(lab.alice), lab.as_(lab.bob), f"/samples/{batch.code}/change/"
    mine, theirs = opened(bob, address), opened(alice, address)
    alice.post(address, theirs | {"stirring_speed_rpm": "310"})
    answer = bob.post(address, mine | {"stirring_speed_rpm": "250", "note": "grey"})
    text = html.unescape(answer.content.decode()).replace("\u00a0", " ")
    assert answer.status_code == 409
    assert "alice changed stirring at" in text
    assert "(300 r/min → 310 r/min). Keep yours or take theirs." in text
    assert 'value="250"' in text
    assert ">\ngrey</textarea>" in text
    batch.refresh_from_db()
    assert (batch.stirring_speed_rpm, batch.note) == (310, "milky and thick")


@pytest.mark.parametrize(("choice", "speed"), [("mine", 250), ("theirs", 310)])
def test_what_the_person_chooses_is_kept(lab: Lab, batch: NanospongeBatch, choice: str, speed: float) -> None:
    alice, bob, address = lab.as_(lab.alice), lab.as_(lab.bob), f"/samples/{batch.code}/change/"
    mine, theirs = opened(bob, address), opened(alice, address)
    alice.post(address, theirs | {"stirring_speed_rpm": "310"})
    asked = bob.post(address, mine | {"stirring_speed_rpm": "250", "note": "grey"})
    anew = mine | {
        "stirring_speed_rpm": "250", "note": "grey", "opened": asked.context["opened"]
    }  # fmt: skip
    undecided = bob.post(address, anew)
    assert undecided.status_code == 409
    assert "choose whether yours or theirs is kept" in undecided.content.decode()
    answer = bob.post(address, anew | {"keep-stirring_speed_rpm": choice})
    assert answer.status_code == 302
    batch.refresh_from_db()
    assert (batch.stirring_speed_rpm, batch.note) == (speed, "grey")


@pytest.mark.parametrize("sealed", ["", "nonsense", "other"])
def test_a_form_of_another_record_is_refused(lab: Lab, batch: NanospongeBatch, sealed: str) -> None:
    bob, address = lab.as_(lab.bob), f"/samples/{batch.code}/change/"
    sent = opened(bob, address)
    if sealed == "other":
        sealed = opened(bob, f"/samples/{sponge(lab.project).code}/change/")["opened"]
    answer = bob.post(address, sent | {"opened": sealed, "note": "x"})
    assert answer.status_code == 400
    batch.refresh_from_db()
    assert batch.note == "milky and thick"


def test_who_may_only_look_changes_nothing(lab: Lab, batch: NanospongeBatch) -> None:
    address = f"/samples/{batch.code}/change/"
    sent = opened(lab.as_(lab.bob), address) | {"note": "x"}
    assert lab.as_(lab.vera).post(address, sent).status_code == 403
    assert lab.as_(lab.charlie).post(address, sent).status_code == 404


def test_every_kind_has_its_form(lab: Lab, batch: NanospongeBatch) -> None:
    load = furnace.BoatLoad(batch, parse("3 g", "g"), parse("0.9 g", "g"), "NPCs")
    run = furnace.record_run(CarbonizationRun(project=lab.project, furnace="F1"), [], [load], lab.bob)
    recipe(lab.project)
    built = cell(lab.project)
    alice = lab.as_(lab.alice)
    for address, field in (
        (f"/samples/{run.boats.get().additive.code}/change/", "supplier"),
        (f"/samples/{built.code}/change/", "left_out_reason"),
        (f"/furnace-runs/{run.code}/change/", "furnace"),
        (f"/history/project/{lab.project.pk}/change/", "description"),
    ):
        sent = opened(alice, address)
        assert field in sent, address
        assert alice.post(address, sent | {field: "changed"}).status_code == 302, address
    run.refresh_from_db()
    assert run.furnace == "changed"
    material = MaterialFactory()
    assert (
        alice.get(f"/history/material/{material.pk}/change/")["Location"]
        == f"/materials/{material.pk}/change/"
    )


def test_a_cell_is_left_out_only_with_its_reason(lab: Lab) -> None:
    built = cell(lab.project)
    bob, address = lab.as_(lab.bob), f"/samples/{built.code}/change/"
    answer = bob.post(address, opened(bob, address) | {"left_out": "on", "left_out_reason": ""})
    assert answer.status_code == 422
    assert "Say why it is left out" in answer.content.decode()


def test_what_is_signed_is_not_changed_but_may_be_moved(lab: Lab, batch: NanospongeBatch) -> None:
    bob, address = lab.as_(lab.bob), f"/samples/{batch.code}/change/"
    before = opened(bob, address)
    reviews.sign(batch, "performed", lab.bob, PASSWORD)
    answer = bob.post(address, before | {"note": "clear"})
    assert answer.status_code == 409
    assert "is locked, signed by bob" in answer.content.decode()
    assert bob.post(address, opened(bob, address) | {"place": "freezer 2"}).status_code == 302
    moved = Sample.objects.get(pk=batch.pk)
    assert (moved.place, moved.note) == ("freezer 2", "milky and thick")


def test_the_history_says_who_changed_what_with_units_and_words(lab: Lab, batch: NanospongeBatch) -> None:
    bob, address = lab.as_(lab.bob), f"/samples/{batch.code}/change/"
    long = "The emulsion turned milky and thick after ten minutes of stirring at room temperature."
    bob.post(address, opened(bob, address) | {"note": long, "stirring_speed_rpm": "320"})
    bob.post(address, opened(bob, address) | {"note": long.replace("ten", "twelve")})
    page = lab.as_(lab.vera).get(f"{batch.get_absolute_url()}?tab=history")
    text = page.content.decode().replace("\u00a0", " ")
    assert "<del>ten</del><ins>twelve</ins>" in text
    assert '<span class="was">300 r/min</span>' in text
    assert '<b class="strong">320 r/min</b>' in text
    assert "Go back to this" not in text
    assert "Take back" not in text


def test_bookings_do_not_crowd_out_changes(lab: Lab, batch: NanospongeBatch) -> None:
    changes.apply(batch, {}, {"note": "clear"}, lab.bob)
    for _number in range(210):
        ledger.use(ledger.Take(batch, parse("0.01 g", "g")), by=lab.bob)
    found = event_log.of_row(NanospongeBatch, batch.pk)
    assert ["note"] in [event.columns for event in found]


def test_a_field_is_taken_back_with_a_preview(lab: Lab, batch: NanospongeBatch) -> None:
    changes.apply(batch, {}, {"note": "clear"}, lab.alice)
    changes.apply(batch, {}, {"name": "second"}, lab.alice)
    bob = lab.as_(lab.bob)
    page = bob.get(f"{batch.get_absolute_url()}?tab=history").content.decode()
    address = html.unescape(re.search(r'href="([^"]+field=note)"', page)[1])  # type: ignore[index]  # fails if absent
    preview = bob.get(address).content.decode()
    assert "milky and thick" in preview
    assert "second" not in preview
    sealed = re.search(r'name="opened" value="([^"]+)"', preview)
    assert sealed
    assert bob.post(address, {"opened": sealed[1]}).status_code == 302
    batch.refresh_from_db()
    assert (batch.note, batch.name) == ("milky and thick", "second")
    newest = event_log.of_row(NanospongeBatch, batch.pk)[0]
    assert (newest.columns, newest.user) == (["note"], lab.bob.pk)


@pytest.mark.django_db(transaction=True)
def test_a_whole_version_is_restored_across_its_tables(lab: Lab, batch: NanospongeBatch) -> None:
    bob, address = lab.as_(lab.bob), f"/samples/{batch.code}/change/"
    version = event_log.latest(NanospongeBatch, batch.pk)["Sample"]
    bob.post(address, opened(bob, address) | {"note": "clear", "stirring_speed_rpm": "100"})
    where = f"/history/nanosponge/{batch.pk}/restore/?version=sample.{version}"
    sealed = bob.get(where).context["opened"]
    bob.post(where, {"opened": sealed})
    batch.refresh_from_db()
    assert (batch.note, batch.stirring_speed_rpm) == ("milky and thick", 300)


def test_a_change_since_the_preview_stops_the_restoring(lab: Lab, batch: NanospongeBatch) -> None:
    version = event_log.latest(NanospongeBatch, batch.pk)["Sample"]
    changes.apply(batch, {}, {"note": "clear"}, lab.alice)
    bob, where = lab.as_(lab.bob), f"/history/nanosponge/{batch.pk}/restore/?version=sample.{version}"
    sealed = bob.get(where).context["opened"]
    changes.apply(batch, {}, {"note": "grey"}, lab.alice)
    assert bob.post(where, {"opened": sealed}).status_code == 409
    assert Sample.objects.get(pk=batch.pk).note == "grey"


def test_a_version_of_another_record_does_not_exist(lab: Lab, batch: NanospongeBatch) -> None:
    other = event_log.latest(MaterialLot, lot(lab.project).pk)["Sample"]
    bob = lab.as_(lab.bob)
    for version in (f"sample.{other}", "sample.x", "ledgerentry.1", ""):
        where = f"/history/nanosponge/{batch.pk}/restore/?version={version}"
        assert bob.get(where).status_code == 404


def test_a_member_who_was_removed_stands_in_the_history_of_the_project(lab: Lab) -> None:
    gone = member(lab.project, Role.EDITOR, username="gone")
    Membership.objects.filter(user=gone).delete()
    text = lab.as_(lab.vera).get(f"/history/project/{lab.project.pk}/").content.decode()
    assert "removed: member" in text
    assert "gone" in text
    assert lab.as_(lab.charlie).get(f"/history/project/{lab.project.pk}/").status_code == 404


def test_a_record_that_is_gone_keeps_its_history_for_those_who_could_see_it(lab: Lab) -> None:
    run = CarbonizationRun.objects.create(project=lab.project)
    pk = run.pk
    run.delete()
    assert "deleted it" in lab.as_(lab.bob).get(f"/history/furnace-run/{pk}/").content.decode()
    assert lab.as_(lab.charlie).get(f"/history/furnace-run/{pk}/").status_code == 404
    assert lab.as_(lab.bob).get("/history/furnace-run/999999/").status_code == 404
    assert lab.as_(lab.bob).get("/history/nothing/1/").status_code == 404


def test_pages_of_changes_ask_few_questions(
    lab: Lab, batch: NanospongeBatch, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        changes.apply(batch, {}, {"note": f"note {number}"}, lab.bob)
    bob = lab.as_(lab.bob)
    with django_assert_max_num_queries(15):
        bob.get(f"/samples/{batch.code}/change/")
    with django_assert_max_num_queries(18):
        bob.get(f"/history/nanosponge/{batch.pk}/")
