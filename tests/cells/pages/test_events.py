"""What happened to a cell: noted by who may change it, refused from the future, taken back, kept in the history."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cells.models import CellNote
from synthesis.models import Role
from tests import factories
from tests.factories import ProjectFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def cell():
    return factories.cell(ProjectFactory())


@pytest.fixture
def alice(cell, client):
    client.force_login(member(cell.project, Role.EDITOR))
    return client


def test_an_event_is_noted_now_where_no_time_is_given(cell, alice):
    answer = alice.post(f"/cells/{cell.code}/events/", {"text": "Power cut", "at": ""})
    assert answer.status_code == 302
    (event,) = cell.happenings.all()
    assert event.text == "Power cut"
    assert abs(event.at - timezone.now()) < timedelta(minutes=1)


def test_an_event_from_the_future_is_refused_beside_its_field(cell, alice):
    later = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    answer = alice.post(f"/cells/{cell.code}/events/", {"text": "Power cut", "at": later})
    assert answer.status_code == 422
    assert "is in the future" in answer.content.decode()
    assert 'value="Power cut"' in answer.content.decode()
    assert not CellNote.objects.exists()


def test_an_event_says_something(cell, alice):
    assert alice.post(f"/cells/{cell.code}/events/", {"text": "  "}).status_code == 422


def test_what_was_taken_back_stands_in_the_history(cell, alice):
    alice.post(f"/cells/{cell.code}/events/", {"text": "Power cut"})
    alice.post(f"/cells/{cell.code}/events/", {"remove": str(cell.happenings.get().pk)})
    assert not cell.happenings.exists()
    assert "Power cut" in alice.get(f"/history/cell/{cell.pk}/").content.decode()


def test_charlie_is_turned_away(cell, client):
    client.force_login(member(ProjectFactory(), Role.MANAGER))
    assert client.post(f"/cells/{cell.code}/events/", {"text": "Mine"}).status_code == 404
