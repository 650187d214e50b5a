"""Places: a tree without circles, slots that hold no more than they hold, and words that find them."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from synthesis import ledger, moving, place_tree
from synthesis.errors import Refusal
from synthesis.models import NanospongeBatch, Place, Role, Sample
from synthesis.splitting import Part, split
from synthesis.units import Quantity
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return factories.ProjectFactory()


@pytest.fixture
def alice(project):
    return factories.member(project, Role.EDITOR)


def place(name: str, parent: Place | None = None, **values) -> Place:
    return place_tree.add(Place(name=name, parent=parent, **values), by=None)


def grams(value: str) -> Quantity:
    return Quantity(Decimal(value), "g")


def test_a_place_knows_all_places_above_it():
    room = place("Room 2")
    shelf = place("Shelf  1 ", place("Dry cabinet", room))
    assert shelf.path == "Room 2 / Dry cabinet / Shelf 1"
    assert list(place_tree.below(room).values_list("name", flat=True)) == ["Dry cabinet", "Shelf 1"]


def test_a_name_stands_once_in_a_place_and_as_often_as_needed_in_others():
    first, second = place("Cabinet 1"), place("Cabinet 2")
    place("Shelf", first)
    place("Shelf", second)
    with pytest.raises(Refusal, match="There is a shelf in Cabinet 1 already"):
        place("shelf", first)
    with pytest.raises(Refusal, match="There is a Cabinet 1 in the laboratory already"):
        place("Cabinet 1")


@pytest.mark.parametrize(
    ("name", "said"), [("", "has a name"), ("  ", "has a name"), ("a / b", "stand between")]
)
def test_a_name_is_one_word_for_one_place(name, said):
    with pytest.raises(Refusal, match=said):
        place(name)


def test_a_tree_deeper_than_its_path_can_be_written_is_refused():
    above = None
    with pytest.raises(Refusal, match="letters; at most 400"):
        for _level in range(6):
            above = place("x" * 80, above)


def test_renaming_a_cabinet_renames_everything_in_it_and_what_samples_say(project):
    cabinet = place("Cabinet")
    shelf = place("Shelf 1", cabinet)
    batch = factories.sponge(project, place="Cabinet / Shelf 1")
    cabinet.name = "Dry cabinet"
    place_tree.change(cabinet)
    shelf.refresh_from_db()
    batch.refresh_from_db()
    assert shelf.path == batch.place == "Dry cabinet / Shelf 1"


def test_a_shelf_can_be_moved_to_another_cabinet_but_never_into_itself():
    one, two = place("One"), place("Two")
    shelf = place("Shelf", one)
    box = place("Box", shelf)
    shelf.parent = two
    place_tree.change(shelf)
    box.refresh_from_db()
    assert box.path == "Two / Shelf / Box"
    two.parent = box
    with pytest.raises(Refusal, match="cannot stand in what stands in it") as refusal:
        place_tree.change(two)
    assert refusal.value.field == "parent"
    one.parent = one
    with pytest.raises(Refusal, match="cannot stand in what stands in it"):
        place_tree.change(one)


def test_only_an_empty_place_is_taken_out(project):
    cabinet = place("Cabinet")
    shelf = place("Shelf", cabinet)
    batch = factories.sponge(project, place="Shelf")
    with pytest.raises(Refusal, match="1 places and 0 samples are in it"):
        place_tree.remove(cabinet)
    with pytest.raises(Refusal, match="0 places and 1 samples"):
        place_tree.remove(shelf)
    moving.put(batch, "", None)
    place_tree.remove(shelf)
    assert not Place.objects.filter(name="Shelf").exists()


@pytest.mark.parametrize(
    "text",
    [
        "Room 2 / Cabinet / Slot A3",
        "room 2/cabinet/slot a3",
        "Room 2 > Cabinet > Slot A3",
        " slot  A3 ",
        "PL",
    ],
)
def test_a_place_is_found_by_path_by_its_own_name_and_by_its_code(project, text):
    slot = place("Slot A3", place("Cabinet", place("Room 2")))
    batch = factories.sponge(project, place=slot.code.lower() if text == "PL" else text)
    batch.refresh_from_db()
    assert (batch.location, batch.place) == (slot, "Room 2 / Cabinet / Slot A3")


@pytest.mark.parametrize("text", ["Shelf", "behind the window", "PL-9999", ""])
def test_what_names_no_place_or_several_stays_as_it_was_written(project, text):
    place("Shelf", place("One"))
    place("Shelf", place("Two"))
    batch = factories.sponge(project, place=text)
    assert (batch.location, batch.place) == (None, text)


def test_a_taken_slot_refuses_a_second_sample_and_names_the_first(project, alice):
    place("Slot A3", capacity=1)
    first = factories.sponge(project, place="Slot A3")
    with pytest.raises(Refusal) as refusal:
        ledger.record(NanospongeBatch(project=project, place="Slot A3"), grams("1"), [], alice)
    assert refusal.value.message == (
        f"Slot A3 holds 1 and has {first.code} in it. Choose another place or move {first.code}."
    )
    assert (refusal.value.field, refusal.value.status) == ("place", 409)


def test_what_stands_there_of_another_project_is_not_named(alice, project):
    place("Slot A3", capacity=1)
    foreign = factories.sponge(factories.ProjectFactory(), place="Slot A3")
    with pytest.raises(Refusal, match="Slot A3 holds 1 and is taken") as refusal:
        moving.put(factories.sponge(project), "Slot A3", alice)
    assert foreign.code not in refusal.value.message


def test_a_used_up_sample_frees_its_slot_and_does_not_come_back_into_a_taken_one(project, alice):
    slot = place("Slot A3", capacity=1)
    first = factories.sponge(project, "20", place="Slot A3")
    used = ledger.use(factories.take(first, "20"), by=None)
    second = factories.sponge(project, place="Slot A3")
    assert second.location == slot
    with pytest.raises(Refusal, match=f"has {second.code} in it"):
        ledger.undo(used, by=alice)


def test_a_batch_that_waits_for_its_yield_takes_room(project):
    place("Freezer slot", capacity=1)
    ledger.record(NanospongeBatch(project=project, place="Freezer slot"), None, [], None)
    with pytest.raises(Refusal, match="is taken"):
        factories.sponge(project, place="Freezer slot")


def test_several_are_moved_together_or_not_at_all(project, alice):
    box = place("Box", capacity=3)
    there = factories.sponge(project, place="Box")
    coming = [factories.sponge(project) for _number in range(3)]
    with pytest.raises(Refusal, match="Box holds 3 and has room for 2 more; 3 do not fit"):
        moving.move(coming, box, alice)
    assert moving.move([*coming[:2], there], box, alice) == 2
    assert set(Sample.objects.filter(location=box)) == {
        Sample.objects.get(pk=one.pk) for one in (*coming[:2], there)
    }


def test_a_place_is_not_made_smaller_than_what_stands_in_it(project):
    box = place("Box")
    for _number in range(3):
        factories.sponge(project, place="Box")
    box.capacity = 2
    with pytest.raises(Refusal, match="3 samples stand in Box, more than 2"):
        place_tree.change(box)


def test_parts_of_a_split_find_their_places_and_not_more_than_fit(project, alice):
    place("Slot A1", capacity=1)
    batch = factories.sponge(project, "10")
    parts = [Part(grams("1"), place="Slot A1", field="parts-0-amount"), Part(grams("1"), place="Slot A1")]
    with pytest.raises(Refusal, match="2 do not fit"):
        split(batch, parts, alice)
    (part,) = split(batch, parts[:1], alice)
    assert part.place == "Slot A1"


def test_the_tree_says_what_stands_where_and_what_is_empty(project, alice):
    cabinet = place("Cabinet")
    slot = place("Slot", cabinet, capacity=2)
    factories.sponge(project, place="Slot")
    factories.sponge(factories.ProjectFactory(), place="Slot")
    found = {one.place.name: one for one in place_tree.branches([slot, cabinet], alice)}
    assert (found["Cabinet"].here, found["Cabinet"].below, found["Cabinet"].free, found["Cabinet"].parts) == (
        0,
        1,
        None,
        1,
    )
    assert (found["Slot"].here, found["Slot"].free, found["Slot"].depth) == (1, 0, 1)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_the_second_of_two_that_came_past_the_service(project):
    slot = place("Slot A3", capacity=1)
    factories.sponge(project, place="Slot A3")
    second = factories.sponge(project)
    with pytest.raises(IntegrityError, match="the place is full"), transaction.atomic():
        Sample.objects.filter(pk=second.pk).update(location=slot)


@pytest.mark.django_db(transaction=True)
def test_of_four_who_put_something_into_one_slot_at_once_one_succeeds_and_the_others_are_told_what_is_there():
    project = factories.ProjectFactory()
    alice = factories.member(project, Role.EDITOR)
    slot = place("Slot A3", capacity=1)
    start = threading.Barrier(4)
    answers: list[NanospongeBatch | Refusal] = []

    def put() -> None:
        start.wait()
        try:
            made = NanospongeBatch(
                project=project, place="Slot A3", code=f"NS-9{threading.get_ident() % 100000}"
            )
            answers.append(ledger.record(made, grams("1"), [], alice))
        except Refusal as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=put) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [answer.message for answer in answers if isinstance(answer, Refusal)]
    there = Sample.objects.get(location=slot)
    assert (
        told
        == [f"Slot A3 holds 1 and has {there.code} in it. Choose another place or move {there.code}."] * 3
    )


@pytest.mark.django_db(transaction=True)
def test_two_who_move_two_places_into_each_other_at_once_make_no_circle():
    first, second = place("One"), place("Two")
    start, refused = threading.Barrier(2), []

    def into(which: Place, parent: Place) -> None:
        try:
            own = Place.objects.get(pk=which.pk)
            own.parent = Place.objects.get(pk=parent.pk)
            start.wait()
            place_tree.change(own)
        except Refusal as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=into, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [refusal.code for refusal in refused] == ["circle"]
