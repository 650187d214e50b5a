"""Test time of an exported table, and what its wall clock says beside it. Pauses and doubts are said."""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.instruments.base import Flag, UnreadableFile
from characterization.instruments.clock_text import Clock, read_clock
from characterization.instruments.cycler_titles import Mapped
from characterization.instruments.cycler_work import Work
from characterization.instruments.text_sheet_rows import AGAIN

PAUSE_S = 90.0
_CANDIDATES_S = {"s": 1.0, "min": 60.0, "h": 3600.0}
_NAME_THEM = "Say what its columns are and in which units; the answer is remembered for files like it."


def set_time(work: Work) -> None:
    """Fills in ``time_s``, ``clock_s`` and the start from what the file has of test time, step time and clock."""
    place, own = work.find("clock"), work.find("time_s")
    clock: Clock | None = None
    if place is not None:
        elapsed = work.table["time_s"] if own is not None and (own.factor or work.clocked(own)) else None
        cells = work.sheet.column(place.place)
        clock = read_clock(cells, work.said_dates, work.dialect.date_order, elapsed)
    clock_s = clock_seconds(clock.moments) if clock else None
    if own is not None and own.factor is None:
        _name_unit(work, own, clock_s)
    elif own is None:
        _make_time(work, clock_s)
    if clock is None or clock_s is None:
        return
    work.table["clock_s"] = clock_s
    known = clock.moments.drop_nulls()
    work.started_at = known[0] if known.len() else None
    if clock.doubt:
        work.flags.append(Flag("date_ambiguous", clock.doubt))
    work.flags += flag_pauses(work.table["time_s"], clock_s, clock.moments)


def _name_unit(work: Work, own: Mapped, clock_s: pl.Series | None) -> None:
    """A test time in bare numbers without a unit takes the one in which it keeps pace with the clock."""
    name = work.sheet.name
    if work.clocked(own):
        return
    unit = unit_by_clock(work.table["time_s"], clock_s) if clock_s is not None else ""
    if not unit:
        text = f"{name}: its column {work.sheet.titles[own.place]!r} names no unit of time and no clock tells it."
        raise UnreadableFile("needs_mapping", text, _NAME_THEM, work.sheet.titles)
    for column in ("time_s", "step_time_s"):
        found = work.find(column)
        if found is not None and found.factor is None:
            work.table[column] = work.table[column] * _CANDIDATES_S[unit]
    text = f"The test time has no unit; against the clock beside it, it counts in {unit}."
    work.flags.append(Flag("time_unit_by_clock", text))


def _make_time(work: Work, clock_s: pl.Series | None) -> None:
    if clock_s is not None:
        work.table["time_s"] = clock_s
        text = "The file has no test time: it is counted from the clock, pauses included."
    elif "step_time_s" in work.table:
        work.table["time_s"] = running(work.table["step_time_s"])
        text = "The file has no test time: it is summed from the time in each step."
    else:
        raise UnreadableFile("damaged", f"{work.sheet.name} holds no time that can be read.", AGAIN)
    work.flags.append(Flag("time_derived", text))


def clock_seconds(moments: pl.Series) -> pl.Series:
    """Seconds since the first moment that is known."""
    microseconds = moments.dt.epoch("us")
    known = microseconds.drop_nulls()
    return (microseconds - (known[0] if known.len() else 0)) / 1e6


def unit_by_clock(bare: pl.Series, clock_s: pl.Series) -> str:
    """The unit of a test time that nobody names, where its pace against the clock is within a tenth; else empty."""
    test, clock = np.diff(bare.to_numpy()), np.diff(clock_s.to_numpy())
    steady = (test > 0) & (clock >= 0) & (clock < 86400)
    if not clock[steady].sum():
        return ""
    pace = float(clock[steady].sum() / test[steady].sum())
    fitting = {unit: abs(pace / factor - 1) for unit, factor in _CANDIDATES_S.items()}
    best = min(fitting, key=lambda unit: fitting[unit])
    return best if fitting[best] < 0.1 else ""


def running(step_time_s: pl.Series) -> pl.Series:
    """Test time from the time in each step: where a step begins, the step before it has ended."""
    times = np.nan_to_num(step_time_s.to_numpy())
    before = np.concatenate(([0.0], times[:-1]))
    return step_time_s + pl.Series(np.cumsum(np.where(times < before, before, 0.0)))


def flag_pauses(time_s: pl.Series, clock_s: pl.Series, moments: pl.Series) -> list[Flag]:
    """Where the clock runs on and the test time does not, or where the clock is set back."""
    ticks = np.nan_to_num(np.diff(clock_s.to_numpy()))
    apart = ticks - np.nan_to_num(np.diff(time_s.to_numpy()))
    pauses, back = np.flatnonzero(apart > PAUSE_S), np.flatnonzero(ticks < -PAUSE_S)
    flags = []
    if pauses.size:
        row = int(pauses[apart[pauses].argmax()])
        text = (
            f"The clock runs on and the test time does not, {_times(pauses.size)}, most by {_words(apart[row])} "
            f"between rows {row + 1:,} and {row + 2:,} ({moments[row]} to {moments[row + 1]}): the test was paused."
        )
        flags.append(Flag("paused", text))
    if back.size:
        row = int(back[0])
        text = f"The clock is set back {_times(back.size)}, first from {moments[row]} to {moments[row + 1]}."
        flags.append(Flag("clock_set_back", f"{text} The test time is the clock here."))
    return flags


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _words(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60:,} h {minutes % 60:02} min" if minutes >= 60 else f"{seconds:,.0f} s"
