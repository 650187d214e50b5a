"""Columns of a measured table, row by row: what a counter holds, how long a row lasted."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.charts.chart import Numbers

Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]
RESTART_SHARE = 0.5
LEAP_S, LEAP_INTERVALS = 3600.0, 100.0


def column(table: pl.DataFrame, name: str) -> Numbers:
    """A column as float64, nulls as NaN; a missing column is all NaN."""
    if name not in table.columns:
        return np.full(table.height, np.nan)
    return table[name].cast(pl.Float64).to_numpy()


def measured(table: pl.DataFrame, name: str) -> Floats:
    """The same without a copy where that is possible: float32 where the file keeps no more."""
    if name in table.columns and table[name].dtype == pl.Float32:
        return table[name].to_numpy()
    return column(table, name)


def counter_column(table: pl.DataFrame, name: str) -> Floats:
    """A counter without sign and without gaps: where it is not written (impedance rows) it stands still."""
    counter = measured(table, name)
    if counter.size and np.isnan(counter.min()):
        counter = table[name].cast(pl.Float64).fill_nan(None).forward_fill().fill_null(0.0).to_numpy()
    return np.abs(counter) if counter.size and counter.min() < 0 else counter


def restarts(counter: Floats) -> Indices:
    """Rows in which a counter fell to less than half: there it counts from zero again. A smaller fall is
    rounding, or a step that goes both ways, and is taken as it is."""
    fallen = np.flatnonzero(counter[1:] < counter[:-1])
    return fallen[counter[fallen + 1] < RESTART_SHARE * counter[fallen]] + 1


def intervals(time_s: Numbers) -> tuple[Numbers, int]:
    """Seconds since the row before, and how many leaps of the clock count as none.

    A leap goes backwards, or forwards by more than an hour and 100 times the file's median interval: a pause or a wrong
    clock, through which nobody knows that the current flowed.
    """
    seconds = np.zeros_like(time_s)
    np.subtract(time_s[1:], time_s[:-1], out=seconds[1:])
    if seconds.min() >= 0 and seconds.max() <= LEAP_S:
        return seconds, 0
    ahead = seconds[seconds > 0]
    longest = max(LEAP_S, LEAP_INTERVALS * float(np.median(ahead))) if ahead.size else LEAP_S
    leaps = (seconds < 0) | (seconds > longest)
    seconds[leaps] = 0.0
    return seconds, int(leaps.sum())


def mean_with_before(values: Floats, starts: Indices) -> Numbers:
    """Mean of each row and the row before it; the first row of a step stands for itself. NaN counts as 0."""
    own = np.nan_to_num(values) if np.isnan(values.min()) else values
    mean = np.empty(len(own), dtype=np.float64)
    np.add(own[1:], own[:-1], out=mean[1:], dtype=np.float64)
    mean *= 0.5
    mean[starts] = own[starts]
    return mean


def lasts(starts: Indices, rows: int) -> Indices:
    """Last row of each of the parts that begin at ``starts`` and fill ``rows`` rows."""
    return np.append(starts[1:], rows) - 1


def step_of(starts: Indices, rows: Indices) -> Indices:
    """Which of the parts that begin at ``starts`` each row lies in."""
    return np.searchsorted(starts, rows, side="right") - 1
