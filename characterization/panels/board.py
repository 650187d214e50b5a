"""The channel board as data: state, last point, cycle, expected end and curve of each tile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from statistics import median

from django.utils import timezone

from cells.models import Cell
from characterization.panels.strips import Sparkline, sparkline
from characterization.queries import alarms
from characterization.queries.alarms import Alarm
from characterization.queries.board import LATEST_CYCLES, Cycler, Standing
from characterization.queries.tails import DAY_S, Tail

CAPACITY, VOLTAGE = "capacity", "voltage"
REST_SHARE = 0.002
"""Of the nominal 1C current: below it a cell rests."""
REST_MA = 1e-6
"""Where no nominal capacity is known."""
SCALE_EDGE_PERCENT = 1.0
SLOTS = 104
"""Points of a small curve of the last 24 h: one for each of its pixels."""
SHOWN_FIRST = ("running", "resting", "finished", "free", "stalled", "alarm")


@dataclass(frozen=True)
class Tile:
    """A channel as it is shown. Capacity in mAh, efficiency and retention in %, None where not known.

    ``ends_at`` is when the planned cycles are done if they go on as the last ones did.
    """

    standing: Standing
    state: str
    alarms: Sequence[Alarm]
    tail: Tail
    point_at: datetime | None
    cycle: int
    planned: int | None
    ends_at: datetime | None
    retentions: Sequence[tuple[int, float]]
    line: Sparkline | None = None

    @property
    def cell(self) -> Cell | None:
        return self.standing.occupation.cell if self.standing.occupation and self.standing.seen else None

    @property
    def since(self) -> datetime | None:
        """When its cell was put on; None also where one may not see the cell."""
        occupation = self.standing.occupation
        return occupation.from_at if occupation and self.standing.seen else None

    @property
    def ringing(self) -> Alarm | None:
        return next((alarm for alarm in self.alarms if alarm.rings), None)

    @property
    def is_late(self) -> bool:
        """Whether it should have ended by now."""
        return self.ends_at is not None and self.ends_at < timezone.now()

    @property
    def last_mAh(self) -> float | None:
        return self.standing.cycles[-1].discharge_mAh if self.standing.cycles else None

    @property
    def efficiency_percent(self) -> float | None:
        return self.standing.cycles[-1].efficiency_percent if self.standing.cycles else None

    @property
    def retention_percent(self) -> float | None:
        return self.retentions[-1][1] if self.retentions else None


@dataclass(frozen=True)
class Board:
    """``scale`` is what all curves share: in % of the first complete cycle, or in V."""

    tiles: Sequence[Tile]
    alarms: Sequence[Alarm]
    curve: str
    scale: tuple[float, float]

    @property
    def ringing(self) -> list[Alarm]:
        return [alarm for alarm in self.alarms if alarm.rings]

    @property
    def quiet(self) -> list[Alarm]:
        return [alarm for alarm in self.alarms if not alarm.rings]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many channels are in each state, without those of which there is none."""
        found = [(state, sum(tile.state == state for tile in self.tiles)) for state in SHOWN_FIRST]
        return [(state, count) for state, count in found if count]

    @property
    def simulated(self) -> bool:
        return any(tile.cell is not None and tile.cell.simulated for tile in self.tiles)


def board_of(cyclers: Sequence[Cycler], curve: str = CAPACITY) -> Board:
    rung = alarms.all_of(cyclers)
    tiles = [_tile(one, rung) for cycler in cyclers for one in cycler.standings]
    drawn = [_voltages(tile) if curve == VOLTAGE else _capacities(tile) for tile in tiles]
    known = [value for values, _share in drawn for value in values if value is not None]
    scale = _scale(known, curve)
    return Board(
        [_with_line(tile, values, share, scale) for tile, (values, share) in zip(tiles, drawn, strict=True)],
        rung,
        curve,
        scale,
    )


def _tile(standing: Standing, rung: Iterable[Alarm]) -> Tile:
    own = [alarm for alarm in rung if alarm.channel == standing.channel]
    tail, at = alarms.newest_tail(standing)
    cell = standing.occupation.cell if standing.occupation and standing.seen else None
    return Tile(
        standing=standing,
        state=_state(standing, own, tail),
        alarms=own,
        tail=tail,
        point_at=at,
        cycle=alarms.last_cycle(standing),
        planned=cell.planned_cycles if cell is not None else None,
        ends_at=_ends_at(standing, at),
        retentions=_retentions(standing),
    )


def _state(standing: Standing, own: Iterable[Alarm], tail: Tail) -> str:
    """What rings comes first, then whether the plan is done, then whether current flows."""
    if standing.occupation is None:
        return "free"
    ringing = {alarm.code for alarm in own if alarm.rings}
    if ringing - {alarms.STALLED}:
        return "alarm"
    if ringing:
        return "stalled"
    if alarms.is_finished(standing):
        return "finished"
    return "resting" if _rests(standing.occupation.cell, tail) else "running"


def _rests(cell: Cell, tail: Tail) -> bool:
    if tail.current_mA is None:
        return False
    nominal = (cell.nominal_capacity_mAh_per_g or 0) * (cell.active_mass_mg or 0) / 1000
    return abs(tail.current_mA) <= (REST_SHARE * nominal or REST_MA)


def _ends_at(standing: Standing, at: datetime | None) -> datetime | None:
    """The last point, and as long for each cycle to come as the last ones took; None before the second cycle."""
    occupation = standing.occupation
    planned = occupation.cell.planned_cycles if occupation else None
    done = alarms.last_cycle(standing)
    if at is None or not planned or done >= planned:
        return None
    lengths = [
        one.last_time_s - one.first_time_s
        for one in standing.cycles[-LATEST_CYCLES:]
        if one.first_time_s is not None and one.last_time_s is not None
    ]
    if len(lengths) < 2:
        return None
    return alarms.later(at, (planned - done) * median(lengths))


def _retentions(standing: Standing) -> list[tuple[int, float]]:
    known = [(one.cycle, one.discharge_mAh) for one in standing.cycles if one.discharge_mAh is not None]
    first = known[0][1] if known else None
    kept = [(cycle, 100 * value / first) for cycle, value in known] if first else []
    return [(cycle, percent) for cycle, percent in kept if isfinite(percent)]


Curve = tuple[list[float | None], float]


def _capacities(tile: Tile) -> Curve:
    """Retention by cycle, None for cycles that are not asked for; its length is the part of the plan that is done."""
    values: list[float | None] = [None] * tile.cycle
    for cycle, value in tile.retentions:
        values[cycle - 1] = value
    return values, tile.cycle / (tile.planned or tile.cycle or 1)


def _voltages(tile: Tile) -> Curve:
    """The voltage of the last 24 h by time; its length is how much of them the test has."""
    points = tile.tail.voltages
    if not points:
        return [], 0.0
    start, length = points[0][0], points[-1][0] - points[0][0]
    values: list[float | None] = [None] * SLOTS
    for time, voltage in points:
        values[int((SLOTS - 1) * (time - start) / (length or 1.0))] = voltage
    return values, length / DAY_S


def _scale(values: Sequence[float], curve: str) -> tuple[float, float]:
    if not values:
        return (0.0, 100.0) if curve == CAPACITY else (0.0, 5.0)
    if curve == VOLTAGE:
        return round(min(values), 1), round(max(values), 1)
    return float(int(min(values) - SCALE_EDGE_PERCENT)), float(int(max(values) + SCALE_EDGE_PERCENT))


def _with_line(tile: Tile, values: Sequence[float | None], share: float, scale: tuple[float, float]) -> Tile:
    return replace(tile, line=sparkline(values, scale, share) if values else None)
