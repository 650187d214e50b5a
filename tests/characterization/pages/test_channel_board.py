"""The channel board: what is running, what has stalled, what rings, and who has seen it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from django.utils import timezone

from cells.models import Acknowledgement, Channel, Occupation
from characterization import blobs, panels, queries
from characterization.models import Analysis, Cycle, Finding, Measurement, RawFile
from characterization.queries import alarms, tails
from synthesis.models import Instrument
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.takes(18)]


def put_on(lab: Any, cell: Any, name: str = "3", hours_ago: float = 2, **cycler: Any) -> Occupation:
    instrument, _new = Instrument.objects.get_or_create(
        name="Neware 1", defaults={"project": lab.project, **cycler}
    )
    channel = Channel.objects.create(instrument=instrument, name=name)
    begun = timezone.now() - timedelta(hours=hours_ago)
    return Occupation.objects.create(channel=channel, cell=cell, from_at=begun)


def tile_of(lab: Any, curve: str = "capacity") -> panels.Tile:
    (tile,) = panels.board_of(queries.board(lab.vera), curve).tiles
    return tile


def ringing(lab: Any) -> queries.Alarm:
    found = tile_of(lab).ringing
    assert found is not None
    return found


def arrived(cell: Any, *hours_ago: float) -> None:
    """Files of a cell that came so many hours ago, the first of them the one that was read."""
    for number, hours in enumerate(hours_ago):
        if number:
            RawFile.objects.create(
                project=cell.project, sample=cell, name=f"{number}.csv", size=1, sha256=f"{cell.pk}-{number}"
            )
        newest = RawFile.objects.filter(sample=cell).latest("pk")
        at = timezone.now() - timedelta(hours=hours)
        RawFile.objects.filter(pk=newest.pk).update(created_at=at)


def rung(lab: Any) -> list[str]:
    return [alarm.code for alarm in queries.all_alarms(queries.board(lab.vera)) if alarm.rings]


def test_a_tile_tells_last_point_cycle_and_when_it_will_end(lab):
    cell = lab.cell(capacity_mAh=1.5, planned_cycles=100)
    put_on(lab, cell)
    begun = timezone.now() - timedelta(hours=60)
    Measurement.objects.update(started_at=begun)
    tile = tile_of(lab)
    assert (tile.state, tile.cycle, tile.planned) == ("running", 3, 100)
    assert tile.tail.voltage_V == pytest.approx(1.4)
    assert tile.tail.current_mA == pytest.approx(-0.15)
    assert tile.retentions == [(1, 100), (2, pytest.approx(100)), (3, pytest.approx(100))]
    # 1.5 mAh at 0.15 mA take 10 h each way, three cycles 60 h; 97 are to come.
    assert tile.point_at is not None
    assert tile.point_at - begun == pytest.approx(timedelta(hours=60), abs=timedelta(minutes=1))
    assert tile.ends_at is not None
    assert tile.ends_at - tile.point_at == pytest.approx(timedelta(hours=97 * 20), rel=0.01)
    assert tile.line is not None


def test_a_cell_whose_plan_is_done_is_finished_and_never_late(lab):
    cell = lab.cell(planned_cycles=3)
    put_on(lab, cell, hours_ago=1000)
    arrived(cell, 900)
    assert tile_of(lab).state == "finished"
    assert rung(lab) == []


def test_a_file_that_is_late_by_its_own_habit_has_stalled(lab):
    cell = lab.cell(planned_cycles=100)
    put_on(lab, cell, hours_ago=40)
    arrived(cell, 9, 8, 7)
    assert rung(lab) == ["stalled"]
    assert tile_of(lab).state == "stalled"
    assert ringing(lab).sentence == "no file for 7\u00a0h, usually within 3\u00a0h"
    RawFile.objects.filter(name="2.csv").update(created_at=timezone.now() - timedelta(hours=2))
    assert rung(lab) == []


def test_a_cell_that_sends_nothing_for_a_day_has_stalled(lab):
    cell = factories.cell(lab.project)
    occupation = put_on(lab, cell, hours_ago=23)
    assert rung(lab) == []
    Occupation.objects.filter(pk=occupation.pk).update(from_at=timezone.now() - timedelta(hours=25))
    assert rung(lab) == ["stalled"]
    assert "since it was put on 25\u00a0h ago" in ringing(lab).sentence


def test_an_instrument_that_is_silent_rings_only_while_cells_are_on_it(lab):
    occupation = put_on(lab, factories.cell(lab.project), last_heard_at=timezone.now() - timedelta(days=3))
    assert "silent_instrument" in rung(lab)
    Occupation.objects.filter(pk=occupation.pk).update(to_at=timezone.now())
    assert rung(lab) == []


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"upper_voltage_V": 3.6}, "reached 3.7 V in its last 24 h, limit 3.6 + 0.05 V"),
        ({"lower_voltage_V": 1.5}, "fell to 1.4 V under current in its last 24 h, limit 1.5 − 0.05 V"),
    ],
)
def test_a_voltage_beyond_the_window_by_more_than_the_margin_rings(lab, limits, said):
    put_on(lab, lab.cell(planned_cycles=100, **limits))
    assert (tile_of(lab).state, ringing(lab).sentence) == ("alarm", said)


def test_a_voltage_within_the_margin_does_not_ring(lab):
    put_on(lab, lab.cell(planned_cycles=100, lower_voltage_V=1.42, upper_voltage_V=3.68))
    assert rung(lab) == []


@pytest.mark.parametrize("code", ["soft_short", "capacity_cliff"])
def test_what_an_analysis_found_rings_with_its_own_words(lab, code):
    put_on(lab, lab.cell(planned_cycles=100))
    said = "charged 214 % of what it gave back in cycle 12"
    Analysis.objects.update(flags=[{"code": code, "message": said}])
    alarm = ringing(lab)
    assert (tile_of(lab).state, alarm.code, alarm.sentence) == ("alarm", code, said)


def test_an_alarm_is_acknowledged_with_a_reason_and_rings_again_for_new_evidence(lab):
    cell = lab.cell(planned_cycles=100)
    put_on(lab, cell, hours_ago=50)
    arrived(cell, 26)
    key = ringing(lab).key
    bob = lab.client(lab.bob)
    assert bob.post(f"/alarms/{key}/acknowledge/", {"reason": " "}).status_code == 422
    assert bob.post(f"/alarms/{key}/acknowledge/", {"reason": "disk of the PC is full"}).status_code == 302
    seen = Acknowledgement.objects.get()
    assert (seen.created_by, seen.reason) == (lab.bob, "disk of the PC is full")
    assert rung(lab) == []
    assert tile_of(lab).state == "running"
    page = bob.get("/channels/standing/").content.decode()
    assert "disk of the PC is full" in page
    arrived(cell, 25)
    assert rung(lab) == ["stalled"]


def short_from(cycle: int) -> None:
    cycling = Analysis.objects.filter(method="cycling")
    cycling.update(flags=[{"code": "soft_short", "message": f"A short from cycle {cycle}."}])
    Finding.objects.update_or_create(
        analysis=cycling.get(), name="soft_short_cycle", defaults={"label": "Soft short", "value": cycle}
    )


def test_a_short_that_was_acknowledged_rings_again_when_it_begins_in_another_cycle(lab):
    put_on(lab, lab.cell(planned_cycles=100))
    short_from(12)
    alarm = ringing(lab)
    bob = lab.client(lab.bob)
    sent = {"reason": "one bad contact", "evidence": alarm.evidence}
    assert bob.post(f"/alarms/{alarm.key}/acknowledge/", sent).status_code == 302
    Analysis.objects.filter(method="cycling").update(
        flags=[{"code": "soft_short", "message": "From cycle 12, and 3 more."}]
    )
    assert rung(lab) == []
    short_from(40)
    assert rung(lab) == ["soft_short"]


def test_an_alarm_that_rings_for_something_else_by_now_is_not_acknowledged_unseen(lab):
    put_on(lab, lab.cell(planned_cycles=100))
    short_from(12)
    alarm = ringing(lab)
    bob = lab.client(lab.bob)
    address = f"/alarms/{alarm.key}/acknowledge/"
    assert 'name="evidence" value="cycle 12"' in bob.get(address).content.decode()
    short_from(40)
    sent = {"reason": "one bad contact", "evidence": alarm.evidence}
    answer = bob.post(address, sent)
    assert answer.status_code == 409
    assert "rings for something else: A short from cycle 40." in answer.content.decode()
    over_rest = bob.post(f"/api/v1/alarms/{alarm.key}/acknowledge/", sent, content_type="application/json")
    assert over_rest.status_code == 409
    assert not Acknowledgement.objects.exists()


def test_only_those_who_may_change_acknowledge_and_strangers_see_no_alarm(lab):
    put_on(lab, factories.cell(lab.project), hours_ago=30)
    key = ringing(lab).key
    address = f"/alarms/{key}/acknowledge/"
    assert lab.client(lab.vera).post(address, {"reason": "so"}).status_code == 403
    assert lab.client(lab.charlie).post(address, {"reason": "so"}).status_code == 404
    assert "Acknowledge" not in lab.client(lab.vera).get("/channels/standing/").content.decode()


def test_a_cell_of_another_project_on_a_shared_cycler_shows_nothing_of_itself(lab):
    shared: Any = factories.InstrumentFactory(name="Shared")
    cell = lab.cell(planned_cycles=100, upper_voltage_V=3.0)
    Occupation.objects.create(channel=Channel.objects.create(instrument=shared, name="1"), cell=cell)
    page = lab.client(lab.charlie).get("/channels/standing/?view=list").content.decode()
    assert "another project" in page
    assert cell.code not in page
    assert "safety" not in page


def test_of_a_cell_of_another_project_rest_says_neither_plan_nor_when_it_was_put_on(lab):
    shared: Any = factories.InstrumentFactory(name="Shared")
    cell = lab.cell(planned_cycles=100)
    Occupation.objects.create(channel=Channel.objects.create(instrument=shared, name="1"), cell=cell)
    (hidden,) = lab.client(lab.charlie).get("/api/v1/channel-states/").json()["results"]
    (seen,) = lab.client(lab.vera).get("/api/v1/channel-states/").json()["results"]
    told = ("cell", "planned_cycles", "since", "cycle")
    assert [hidden[name] for name in told] == [None, None, None, 0]
    assert [seen[name] is not None for name in told] == [True] * 4


@pytest.mark.parametrize("column", ["time_s", "unix_time_s", "voltage_V"])
@pytest.mark.parametrize("value", [1e300, -1e18, float("nan"), float("inf")])
def test_one_file_with_impossible_numbers_does_not_take_the_board_from_everybody(lab, column, value):
    put_on(lab, lab.cell(planned_cycles=100))
    table = pl.DataFrame({"time_s": [0.0, 60.0], "unix_time_s": [1.8e9, 1.8e9 + 60], "voltage_V": [3.0, 3.1]})
    odd = table.with_columns(pl.Series(column, [table[column][0], value]))
    written = io.BytesIO()
    odd.write_parquet(written)
    sha256 = blobs.put([written.getvalue()]).sha256
    Measurement.objects.update(started_at=timezone.now(), table_sha256=sha256, overview_sha256=sha256)
    Cycle.objects.filter(cycle__gt=1).update(last_time_s=1e300, discharge_capacity_mAh=1e300)
    Cycle.objects.filter(cycle=1).update(discharge_capacity_mAh=1e-300)
    client = lab.client(lab.vera)
    for address in ("/channels/standing/", "/channels/standing/?curve=voltage", "/api/v1/channel-states/"):
        assert client.get(address).status_code == 200


def test_of_a_long_day_some_five_hundred_voltages_are_kept_in_the_order_of_time(tmp_path):
    path = tmp_path / "day.parquet"
    times = [float(time) for time in range(20_000)]
    pl.DataFrame({"time_s": times[::-1], "voltage_V": [3.0] * 20_000}).write_parquet(path)
    voltages = tails._read(path, path).voltages
    assert len(voltages) <= 502
    assert [voltages[0][0], voltages[-1][0]] == [0.0, 19_999.0]


def test_alarms_stand_on_the_home_page(lab):
    put_on(lab, lab.cell(planned_cycles=100, upper_voltage_V=3.0))
    page = lab.client(lab.vera).get("/home/needs/").content.decode()
    assert "safety limit" in page


@pytest.mark.parametrize("view", ["", "?view=list", "?curve=voltage"])
def test_the_board_asks_the_same_few_questions_however_large_it_is(lab, view, django_assert_max_num_queries):
    read = lab.cell(planned_cycles=100)
    for number in range(12):
        cell = read if not number else factories.cell(lab.project)
        put_on(lab, cell, name=str(number), hours_ago=30 if number % 2 else 1)
    client = lab.client(lab.vera)
    with django_assert_max_num_queries(15):
        page = client.get(f"/channels/standing/{view}").content.decode()
    assert read.code in page or f"standing-{Occupation.objects.get(cell=read).channel_id}" in page


def test_a_board_of_many_cycles_keeps_few_points_and_all_of_the_latest(lab):
    cell = lab.cell(cycles=130, planned_cycles=1000)
    put_on(lab, cell)
    ((standing,),) = [cycler.standings for cycler in queries.board(lab.vera)]
    known = [one.cycle for one in standing.cycles]
    assert known[:3] == [1, 3, 5]
    assert known[-12:] == list(range(119, 131))
    assert len(known) < 80


def test_spans_are_said_as_people_say_them():
    assert alarms.span(timedelta(minutes=134)) == "2\u00a0h 14\u00a0min"
    assert alarms.span(timedelta(minutes=45)) == "45\u00a0min"
    assert alarms.span(timedelta(days=3, hours=2)) == "3 days"
