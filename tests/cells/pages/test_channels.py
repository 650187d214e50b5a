"""The channel board: putting a cell on and taking it off."""

from __future__ import annotations

from typing import Any

from cells.models import Channel, Occupation
from tests.factories import InstrumentFactory, additive, cell
from tests.synthesis.pages.conftest import Lab


def channel(lab: Lab, name: str = "1") -> Channel:
    return Channel.objects.create(instrument=cycler(lab.project), name=name)


def cycler(project: Any) -> Any:
    return InstrumentFactory(project=project)


def test_a_cell_is_put_on_a_channel_and_taken_off(lab: Lab) -> None:
    place, built, client = channel(lab), cell(lab.project), lab.as_(lab.bob)
    assert client.post(f"/channels/{place.pk}/put-on/", {"cell": built.code}).status_code == 302
    assert built.code in client.get("/channels/").content.decode()
    assert client.post(f"/channels/{place.pk}/take-off/").status_code == 302
    assert Occupation.objects.get().to_at is not None
    assert client.post(f"/channels/{place.pk}/take-off/").status_code == 409


def test_a_taken_channel_and_a_cell_that_is_elsewhere_are_refused_in_words(lab: Lab) -> None:
    first, second, built, other = channel(lab), channel(lab), cell(lab.project), cell(lab.project)
    client = lab.as_(lab.bob)
    client.post(f"/channels/{first.pk}/put-on/", {"cell": built.code})
    answer = client.post(f"/channels/{first.pk}/put-on/", {"cell": other.code})
    assert answer.status_code == 409
    assert f"{first} is taken. Take its cell off first" in answer.content.decode()
    answer = client.post(f"/channels/{second.pk}/put-on/", {"cell": built.code})
    assert answer.status_code == 409
    assert f"{built.code} is already on {first}. Take it off there first." in answer.content.decode()


def test_only_a_cell_goes_on_a_channel(lab: Lab) -> None:
    made = additive(lab.project)
    answer = lab.as_(lab.bob).post(f"/channels/{channel(lab).pk}/put-on/", {"cell": made.code})
    assert answer.status_code == 422
    assert "a channel takes a cell" in answer.content.decode()


def test_a_viewer_may_not_put_on_and_a_stranger_sees_no_channel(lab: Lab) -> None:
    place, built = channel(lab), cell(lab.project)
    assert lab.as_(lab.vera).post(f"/channels/{place.pk}/put-on/", {"cell": built.code}).status_code == 403
    assert lab.as_(lab.charlie).post(f"/channels/{place.pk}/put-on/", {"cell": built.code}).status_code == 404
    assert "No channel yet" in lab.as_(lab.charlie).get("/channels/").content.decode()


def test_on_a_shared_cycler_the_cell_of_another_project_stays_unnamed_and_untouched(lab: Lab) -> None:
    shared = Channel.objects.create(instrument=cycler(None), name="1")
    built = cell(lab.project)
    lab.as_(lab.bob).post(f"/channels/{shared.pk}/put-on/", {"cell": built.code})
    charlie = lab.as_(lab.charlie)
    page = charlie.get("/channels/").content.decode()
    assert "taken by another project" in page
    assert built.code not in page
    own = cell(lab.charlie.memberships.get().project)
    refused = charlie.post(f"/channels/{shared.pk}/put-on/", {"cell": own.code})
    assert refused.status_code == 409
    assert built.code not in refused.content.decode()
    assert charlie.post(f"/channels/{shared.pk}/take-off/").status_code == 403


def test_the_board_asks_few_questions(lab: Lab, django_assert_max_num_queries: Any) -> None:
    instrument = cycler(lab.project)
    for number in range(16):
        place = Channel.objects.create(instrument=instrument, name=str(number))
        Occupation.objects.create(channel=place, cell=cell(lab.project))
    client = lab.as_(lab.vera)
    with django_assert_max_num_queries(7):
        client.get("/channels/")
