"""Places by hand: the tree, one place, moving things into it, and the field in which a step names one."""

from __future__ import annotations

from typing import Any

import pytest

from synthesis import ledger, place_tree
from synthesis.models import NanospongeBatch, Place
from tests.factories import lot, sponge
from tests.synthesis.pages.conftest import Lab


def html(answer: Any) -> str:
    return str(answer.content.decode())


def place(name: str, parent: Place | None = None, **values: Any) -> Place:
    return place_tree.add(Place(name=name, parent=parent, **values), None)


def test_an_empty_tree_says_how_to_begin_and_grows_by_hand(lab: Lab) -> None:
    bob = lab.as_(lab.bob)
    assert "No place yet" in html(bob.get("/places/"))
    bob.post("/places/", {"name": "Room 2"})
    room = Place.objects.get()
    bob.post("/places/", {"name": "Slot A3", "parent": room.pk, "capacity": "1"})
    page = html(bob.get("/places/"))
    assert "Slot A3" in page
    assert "empty" in page
    assert f"PL-{room.pk:04d}" in page
    assert Place.objects.get(name="Slot A3").path == "Room 2 / Slot A3"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "a/b"}, "stand between places"),
        ({"name": "room 2"}, "already. Choose another name"),
        ({"name": "Slot", "capacity": "-1"}, "greater than or equal to"),
        ({"name": "Slot", "capacity": "many"}, "Enter a whole number"),
        ({"name": "Slot", "parent": "99999"}, "not one of the available choices"),
    ],
)
def test_a_place_that_cannot_be_is_refused_beside_its_field(
    lab: Lab, sent: dict[str, str], said: str
) -> None:
    place("Room 2")
    answer = lab.as_(lab.bob).post("/places/", sent)
    assert answer.status_code == 422
    assert said in html(answer)
    assert Place.objects.count() == 1


def test_a_viewer_reads_the_tree_and_changes_nothing(lab: Lab) -> None:
    room = place("Room 2")
    vera = lab.as_(lab.vera)
    assert vera.get("/places/").status_code == 200
    assert vera.post("/places/", {"name": "Mine"}).status_code == 403
    assert vera.post(f"/places/{room.code}/remove/").status_code == 403
    assert vera.get(f"/places/{room.code}/change/").status_code == 403


def test_a_place_is_renamed_and_what_stands_there_says_the_new_name(lab: Lab) -> None:
    room = place("Room 2")
    batch = sponge(lab.project, place="Room 2")
    lab.as_(lab.bob).post(f"/places/{room.code}/change/", {"name": "Room 3"})
    batch.refresh_from_db()
    assert batch.place == "Room 3"


def test_a_place_is_not_moved_into_itself(lab: Lab) -> None:
    room = place("Room 2")
    shelf = place("Shelf", room)
    answer = lab.as_(lab.bob).post(f"/places/{room.code}/change/", {"name": "Room 2", "parent": shelf.pk})
    assert "cannot stand in what stands in it" in html(answer)
    room.refresh_from_db()
    assert room.parent is None


def test_codes_that_were_scanned_are_moved_here_all_or_none(lab: Lab) -> None:
    box = place("Box", capacity=2)
    first, second, third = (sponge(lab.project) for _number in range(3))
    bob = lab.as_(lab.bob)
    answer = bob.post(f"/places/{box.code}/move-here/", {"codes": f"{first.code} {second.code} {third.code}"})
    assert "Box holds 2 and has room for 2 more; 3 do not fit" in html(answer)
    assert third.code in html(answer)
    bob.post(f"/places/{box.code}/move-here/", {"codes": f"{first.code.lower()},\n{second.code}"})
    first.refresh_from_db()
    assert (first.location, first.place) == (box, "Box")
    page = html(bob.get(f"/places/{box.code}/"))
    assert second.code in page
    assert "full" in page


def test_a_code_that_is_not_there_or_anothers_is_refused_and_kept(lab: Lab) -> None:
    box = place("Box")
    own, foreign = sponge(lab.project), sponge(lab.charlie.memberships.get().project)
    for codes in (f"{own.code} NS-9999", f"{own.code} {foreign.code}"):
        answer = lab.as_(lab.bob).post(f"/places/{box.code}/move-here/", {"codes": codes})
        assert "No sample" in html(answer)
        assert codes in html(answer)
    own.refresh_from_db()
    assert own.location is None


def test_a_place_does_not_tell_what_of_another_project_stands_there(lab: Lab) -> None:
    box = place("Box", capacity=5)
    one = sponge(lab.project, place="Box")
    page = html(lab.as_(lab.charlie).get(f"/places/{box.code}/"))
    assert one.code not in page
    assert "1 of other projects" in page


def test_a_place_that_does_not_exist_is_absent(lab: Lab) -> None:
    for address in ("/places/PL-9999/", "/places/cupboard/", "/places/PL-9999/count/"):
        assert lab.as_(lab.bob).get(address).status_code == 404


def test_a_whole_cabinet_is_counted_with_what_is_below(lab: Lab) -> None:
    cabinet = place("Cabinet")
    place("Shelf", cabinet)
    first, second = sponge(lab.project, "20", place="Cabinet"), lot(lab.project, "10", place="Shelf")
    bob = lab.as_(lab.bob)
    page = html(bob.get(f"/places/{cabinet.code}/count/"))
    assert first.code in page
    assert second.code in page
    form = {f"expected-{first.pk}": "20", f"counted-{first.pk}": "18 g", f"expected-{second.pk}": "10"}
    bob.post(f"/places/{cabinet.code}/count/", form)
    first.refresh_from_db()
    assert first.amount_left == 18


def test_the_place_of_a_step_is_found_by_its_name_or_code_and_a_taken_slot_is_said_beside_it(
    lab: Lab,
) -> None:
    slot = place("Slot A3", place("Freezer"), capacity=1)
    bob = lab.as_(lab.bob)
    rows = {"takes-TOTAL_FORMS": 0, "takes-INITIAL_FORMS": 0, "project": lab.project.pk, "amount_made": "5 g"}
    answer = bob.post("/log/nanosponge/", rows | {"place": slot.code})
    assert answer.status_code == 302, html(answer)
    there = NanospongeBatch.objects.get()
    assert (there.location, there.place) == (slot, "Freezer / Slot A3")
    answer = bob.post("/log/nanosponge/", rows | {"place": "slot a3"})
    assert f"Slot A3 holds 1 and has {there.code} in it" in html(answer)
    assert 'value="slot a3"' in html(answer)
    assert NanospongeBatch.objects.count() == 1


def test_the_list_of_places_shows_their_room_and_bars_full_ones(lab: Lab) -> None:
    place("Slot A1", place("Freezer"), capacity=1)
    place("Slot A2", Place.objects.get(name="Freezer"), capacity=1)
    sponge(lab.project, place="Slot A1")
    found = html(lab.as_(lab.bob).get("/places/options/?for=place&place=slot"))
    assert found.count("combo-option") == 2
    assert "1 free" in found
    assert found.count("disabled") == 1
    assert "No place is called so" in html(lab.as_(lab.bob).get("/places/options/?for=place&place=window"))


def test_the_tree_needs_the_same_few_queries_for_few_and_for_many(
    lab: Lab, django_assert_max_num_queries: Any
) -> None:
    room = place("Room")
    for number in range(40):
        place(f"Slot {number}", room, capacity=1)
    for number in range(10):
        ledger.record(NanospongeBatch(project=lab.project, place=f"Slot {number}"), None, [], None)
    bob = lab.as_(lab.bob)
    for address in ("/places/", f"/places/{room.code}/", "/places/options/?for=place"):
        with django_assert_max_num_queries(15):
            bob.get(address)
