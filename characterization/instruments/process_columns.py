"""The columns of a process log: cells as numbers in the house's units, heads as names, times as seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from characterization.instruments import process_clock
from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.process_clock import Numbers, Times
from characterization.instruments.process_grid import Grid
from characterization.instruments.process_heads import Head, Role
from characterization.instruments.workbook import AGAIN

NAMES = {
    Role.TEMPERATURE: "temperature{}_degC",
    Role.SETPOINT: "setpoint{}_degC",
    Role.PRESSURE: "pressure{}_Pa",
    Role.FLOW: "flow{}_mL_per_min",
}
POSSIBLE = {  # what a sensor of each kind can mean; outside it is not connected or overflown
    Role.TEMPERATURE: (-273.15, 3500.0),
    Role.SETPOINT: (-273.15, 3500.0),
    Role.PRESSURE: (0.0, 1e8),
    Role.FLOW: (-100.0, 1e6),
}
MOST_UNREAD = 0.2
LONG_GAP = 10.0
_GROUPED_POINT = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")
_WITH_UNIT = re.compile(r"([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(?:°?[CKF]|℃|m?bar|Pa|s|min|h|sccm|m?l/min)?")
_NOTHING = {
    "",
    "-",
    "--",
    "---",
    "n/a",
    "na",
    "nan",
    "null",
    "none",
    "ol",
    "o.l",
    "over",
    "open",
    "err",
    "error",
    "无",
}


@dataclass
class Column:
    """``unread`` counts cells that hold something which is no number; ``impossible`` numbers that no sensor means."""

    head: Head
    name: str
    values: Numbers
    unread: int
    impossible: int


def number(cell: Any) -> float | None:
    """A cell as a number, NaN for nothing measured, None for what is neither. Point or comma is the decimal mark."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell)
    if not isinstance(cell, str):
        return float("nan") if cell is None else None
    try:
        return float(cell)
    except ValueError:
        return _written(cell.strip().strip('"').replace("−", "-").replace("\xa0", ""))


def _written(text: str) -> float | None:
    if text.lower() in _NOTHING or text.startswith(("#", "*")):
        return float("nan")
    found = _WITH_UNIT.fullmatch(text)
    if found is None:
        return None
    bare = found[1]
    if _GROUPED_POINT.fullmatch(bare):
        bare = bare.replace(".", "")
    elif "," in bare and "." in bare:
        bare = bare.replace(",", "")
    try:
        return float(bare.replace(",", "."))
    except ValueError:
        return None


def numbers(cells: Sequence[Any]) -> tuple[Numbers, int]:
    """Cells as numbers, NaN where there is none, and how many held something else."""
    found = [number(cell) for cell in cells]
    values = np.array([float("nan") if value is None else value for value in found], dtype=np.float64)
    return values, sum(value is None for value in found)


def cells_at(grid: Grid, place: int) -> list[Any]:
    return [row[place] if place < len(row) else "" for row in grid.rows]


def measured(grid: Grid, recording: Recording) -> list[Column]:
    """The columns that hold measured values, each under its name; what is left out is said."""
    found: list[Column] = []
    counts: dict[Role, int] = {}
    for head in grid.heads:
        if head.role not in NAMES:
            continue
        if head.unit is None and head.role in (Role.PRESSURE, Role.FLOW):
            recording.flag("unit_missing", f"{head.title} names no unit and is left out.")
            continue
        column = _column(grid, head, "")
        if np.isfinite(column.values).any():
            counts[head.role] = counts.get(head.role, 0) + 1
            number_ = counts[head.role]
            column.name = NAMES[head.role].format(f"_{number_}" if number_ > 1 else "")
            found.append(column)
    return found


def _column(grid: Grid, head: Head, name: str) -> Column:
    values, unread = numbers(cells_at(grid, head.place))
    if head.unit is not None:
        values = values * head.unit.factor + head.unit.offset
    low, high = POSSIBLE[head.role]
    with np.errstate(invalid="ignore"):
        impossible = (values < low) | (values > high) | np.isinf(values)
    values[impossible] = np.nan
    return Column(head, name, values, unread, int(impossible.sum()))


def times_of(grid: Grid, name: str) -> Times:
    """Seconds of each row and when the first was. A counter with a unit is finer than a clock and comes first."""
    heads = [head for head in grid.heads if head.role in (Role.CLOCK, Role.DATE)]
    found: list[Times] = []
    clock: Times | None = _clock(grid, heads)
    for head in heads:
        if head.unit is not None:
            values, unread = numbers(cells_at(grid, head.place))
            if unread <= MOST_UNREAD * len(values) and np.isfinite(values).any():
                found.append(process_clock.counted(values, head.unit.factor))
    times = next((one for one in [*found, clock] if one is not None), None)
    if times is None:
        raise _no_time(name, grid, heads)
    times.start = times.start or (clock.start if clock else None) or _start_said(grid, clock)
    return times


def _clock(grid: Grid, heads: list[Head]) -> Times | None:
    """The column of clock times, with the column of dates beside it where the two are apart."""
    told = {
        head.place: process_clock.moments(cells_at(grid, head.place)) for head in heads if head.unit is None
    }
    zone = next((z for head in heads if (z := process_clock.zone_of(cells_at(grid, head.place)))), None)
    enough = (1 - MOST_UNREAD) * len(grid.rows)
    whole = [m for m in told.values() if sum(bool(one and one.seconds is not None) for one in m) >= enough]
    dates = [m for m in told.values() if sum(bool(one and one.day is not None) for one in m) >= enough]
    for moments in whole:
        if any(one and one.day is not None for one in moments):
            return process_clock.clocked(moments, zone)
    if whole and dates:
        return process_clock.clocked(process_clock.joined(dates[0], whole[0]), zone)
    return process_clock.clocked(whole[0]) if whole else None


def _start_said(grid: Grid, clock: Times | None) -> datetime | None:
    """The date that stands above the table, with the time beside it."""
    for text in grid.said:
        said = process_clock.date_in(text)
        if said is not None and said.day is not None and said.seconds is not None and clock is None:
            return process_clock.clocked([said]).start
    return None


def _no_time(name: str, grid: Grid, heads: list[Head]) -> UnreadableFile:
    title = heads[0].title
    if not grid.rows:
        return UnreadableFile("empty", f"{name} has heads and no rows.", AGAIN)
    plain = numbers(cells_at(grid, heads[0].place))
    if np.isfinite(plain[0]).any() and plain[1] == 0:
        return UnreadableFile(
            "needs_mapping",
            f"{name} counts its time in ‘{title}’ and does not say in which unit.",
            "Write the unit into the head, as in ‘Time (min)’, and send it again.",
            grid.titles,
        )
    return UnreadableFile("damaged", f"{name}: ‘{title}’ holds no times that can be read.", AGAIN)


def flag_values(recording: Recording, columns: Sequence[Column], name: str) -> None:
    """Says which cells were not read. Raises UnreadableFile where they are too many to be a slip."""
    for column in columns:
        if column.unread > MOST_UNREAD * len(column.values):
            raise UnreadableFile(
                "damaged",
                f"{name}: {column.unread:,} of {len(column.values):,} cells of ‘{column.head.title}’ are no numbers.",
                AGAIN,
            )
        if column.unread:
            text = f"{column.head.title}: {column.unread:,} cells hold no number and are left out."
            recording.flag("cells_unread", text)
        if column.impossible:
            text = (
                f"{column.head.title}: {column.impossible:,} values are beyond any sensor and are left out."
            )
            recording.flag("values_impossible", text)


def flag_gaps(recording: Recording, seconds: Numbers) -> None:
    """Says where nothing was logged for much longer than usual, and how often a time stands twice."""
    steps = np.diff(seconds)
    forward = steps[steps > 0]
    if not forward.size:
        return
    usual = float(np.median(forward))
    long = np.flatnonzero(steps > max(LONG_GAP * usual, 60.0))
    for row in long[:3]:
        length, begun = process_clock.spoken(steps[row]), process_clock.spoken(seconds[row])
        text = f"Nothing was logged for {length} from {begun} on."
        recording.flag("gap", text)
    if long.size > 3:
        recording.flag("gap", f"There are {long.size:,} such gaps in all.")
    twice = int((steps == 0).sum())
    if twice:
        recording.flag("times_twice", f"{twice:,} rows have the same time as the row before.")
