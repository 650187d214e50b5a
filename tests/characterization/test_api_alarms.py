"""What runs on the channels, and what rings there, over REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cells.models import Channel, Occupation
from synthesis.models import Role
from tests import factories, rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Any:
    return factories.ProjectFactory()


@pytest.fixture
def stalled(project: Any) -> Any:
    """A cell that has been on a channel for 30 hours and sent nothing."""
    cell = factories.cell(project, group="SP", planned_cycles=100)
    instrument: Any = factories.InstrumentFactory(name="Neware", project=project)
    channel = Channel.objects.create(instrument=instrument, name="1-3")
    Channel.objects.create(instrument=instrument, name="1-4")
    Occupation.objects.create(channel=channel, cell=cell, from_at=timezone.now() - timedelta(hours=30))
    return cell


def test_an_alarm_is_listed_and_acknowledged(project, stalled):
    bob = rest.of(factories.member(project, Role.EDITOR, username="bob"))
    (alarm,) = bob.get("alarms/").json()["results"]
    assert (alarm["code"], alarm["cell"], alarm["instrument"], alarm["channel"], alarm["acknowledged"]) == (
        "stalled", stalled.code, "Neware", "1-3", None,
    )  # fmt: skip
    address = f"alarms/{alarm['id']}/acknowledge/"
    assert bob.post(address, {}).status_code == 400
    answer = bob.post(address, {"reason": "exported by hand on Friday"})
    assert answer.status_code == 201, answer.json()
    assert answer.json()["acknowledged"]["by"] == "bob"
    assert bob.get("alarms/").json()["results"][0]["acknowledged"]["reason"] == "exported by hand on Friday"


def test_channels_tell_their_state(project, stalled):
    vera = rest.of(factories.member(project, Role.VIEWER))
    taken, free = vera.get("channel-states/").json()["results"]
    assert (taken["state"], taken["cell"], taken["group"], taken["cycle"]) == (
        "stalled",
        stalled.code,
        "SP",
        0,
    )
    assert taken["planned_cycles"] == 100
    assert len(taken["alarms"]) == 1
    assert (free["state"], free["cell"], free["voltage_V"]) == ("free", None, None)


def test_a_viewer_acknowledges_nothing_and_a_stranger_sees_no_alarm(project, stalled):
    vera = rest.of(factories.member(project, Role.VIEWER))
    charlie = rest.of(factories.member(factories.ProjectFactory(), Role.EDITOR))
    (alarm,) = vera.get("alarms/").json()["results"]
    address = f"alarms/{alarm['id']}/acknowledge/"
    assert vera.post(address, {"reason": "so"}).status_code == 403
    assert charlie.post(address, {"reason": "so"}).status_code == 404
    assert charlie.get("alarms/").json()["results"] == []
