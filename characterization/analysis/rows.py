"""Columns of a measured table, row by row: what a counter grew by, how long a row lasted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.charts.chart import Numbers

Indices = npt.NDArray[np.int64]
RESTART_SHARE = 0.5
LEAP_S, LEAP_INTERVALS = 3600.0, 100.0


def column(table: pl.DataFrame, name: str) -> Numbers:
    """A column as float64, nulls as NaN; a missing column is all NaN."""
    if name not in table.columns:
        return np.full(table.height, np.nan)
    return table[name].cast(pl.Float64).to_numpy()


def counter_column(table: pl.DataFrame, name: str) -> Numbers:
    """A counter without gaps: where it is not written (impedance rows) it stands still."""
    filled = table[name].cast(pl.Float64).fill_nan(None).fill_null(strategy="forward").fill_null(0.0)
    return filled.to_numpy()


def increments(counter: Numbers, starts: Indices, *, restart_at_starts: bool) -> tuple[Numbers, Indices]:
    """What a counter grew by in each row, and the rows in which it restarted where it should not.

    A fall to less than half is a restart and the row counts from zero. A smaller fall is taken as it is:
    rounding, or a step that goes both ways. With ``restart_at_starts`` every step counts from zero.
    """
    grown = np.empty_like(counter)
    grown[0] = 0.0
    grown[1:] = np.diff(counter)
    fallen = np.zeros(len(counter), dtype=bool)
    fallen[1:] = counter[1:] < RESTART_SHARE * counter[:-1]
    grown[fallen] = counter[fallen]
    if restart_at_starts:
        grown[starts] = counter[starts]
    fallen[starts] = False
    return grown, np.flatnonzero(fallen)


def intervals(time_s: Numbers) -> tuple[Numbers, int]:
    """Seconds since the row before, and how many leaps of the clock count as none.

    A leap goes backwards, or forwards by more than an hour and 100 times the file's median interval: a pause or a wrong
    clock, through which nobody knows that the current flowed.
    """
    seconds = np.zeros_like(time_s)
    seconds[1:] = np.diff(time_s)
    ahead = seconds[seconds > 0]
    longest = max(LEAP_S, LEAP_INTERVALS * float(np.median(ahead))) if ahead.size else LEAP_S
    leaps = (seconds < 0) | (seconds > longest)
    seconds[leaps] = 0.0
    return seconds, int(leaps.sum())


def mean_with_before(values: Numbers, starts: Indices) -> Numbers:
    """Mean of each row and the row before it; the first row of a step stands for itself. NaN counts as 0."""
    own = np.nan_to_num(values)
    before = np.empty_like(own)
    before[1:] = own[:-1]
    before[starts] = own[starts]
    mean: Numbers = (own + before) / 2
    return mean
