"""From a cycler's counters to the charge and energy that flowed between one row and the next.

Counters are not taken at their last value: a resumed test restarts them in the middle of a step, and the
last value then lacks what flowed before. Every increment is summed instead, and the integral of the current
stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from characterization.analysis.rows import (
    Indices,
    column,
    counter_column,
    increments,
    intervals,
    mean_with_before,
)
from characterization.analysis.steps import quiet_sign, step_directions, step_starts
from characterization.charts.chart import Numbers


@dataclass(frozen=True)
class Restart:
    """A counter that fell to near nothing within step ``step`` (its place in the file, from 0) at
    ``time_s``."""

    step: int
    time_s: float


@dataclass
class Flow:
    """What flowed into each row since the row before, one value per row of the table.

    ``charge_mAh`` and ``energy_mWh`` are signed, positive while charging; ``integral_mAh`` is ∫ I dt by trapezoids.
    ``starts`` holds the first row of each step and ``signs`` its declared direction: 1 charge, −1 discharge,
    0 rest, NaN not declared. ``kept_before_mAh`` is what the counter already held when the file began.
    """

    time_s: Numbers
    voltage_V: Numbers
    charge_mAh: Numbers
    energy_mWh: Numbers
    integral_mAh: Numbers
    starts: Indices
    signs: Numbers
    counter: str
    restarts: list[Restart] = field(default_factory=list)
    kept_before_mAh: float = 0.0
    leaps: int = 0
    step_ends_mAh: dict[int, float] = field(default_factory=dict)


def flow(table: pl.DataFrame) -> Flow:
    """Charge and energy per row, from the best that the table holds: step counters, counters by direction,
    or ∫ I dt."""
    current, voltage = column(table, "current_mA"), column(table, "voltage_V")
    time_s = column(table, "time_s")
    starts = step_starts(table, current)
    signs = step_directions(table, starts)
    seconds, leaps = intervals(time_s)
    integral: Numbers = mean_with_before(current, starts) * seconds / 3600
    result = Flow(time_s, voltage, integral, integral, integral, starts, signs, "none")
    result.leaps = leaps
    if "step_capacity_mAh" in table.columns:
        _from_step_counter(table, result)
    elif {"charge_capacity_mAh", "discharge_capacity_mAh"} <= set(table.columns):
        _from_direction_counters(table, result)
    else:
        result.charge_mAh = np.where(quiet_sign(current) == 0, 0.0, integral)
        result.energy_mWh = _energy(result)
    return result


def _energy(result: Flow) -> Numbers:
    """Energy in mWh where no counter gives it: charge times the voltage half way through the row's interval."""
    energy: Numbers = result.charge_mAh * mean_with_before(result.voltage_V, result.starts)
    return energy


def _from_step_counter(table: pl.DataFrame, result: Flow) -> None:
    result.counter = "step"
    net = np.add.reduceat(result.integral_mAh, result.starts)
    sign = np.where(np.isnan(result.signs), np.sign(net), result.signs)
    by_row = np.repeat(sign, np.diff(np.append(result.starts, table.height)))
    counter = np.abs(counter_column(table, "step_capacity_mAh"))
    grown, restarted = increments(counter, result.starts, restart_at_starts=True)
    result.charge_mAh = grown * by_row
    _note_restarts(result, counter, restarted[by_row[restarted] != 0])
    result.kept_before_mAh = _kept_before(result, counter[0], column(table, "current_mA")[0]) * abs(by_row[0])
    if "step_energy_mWh" in table.columns:
        energy = np.abs(counter_column(table, "step_energy_mWh"))
        result.energy_mWh = increments(energy, result.starts, restart_at_starts=True)[0] * by_row
    else:
        result.energy_mWh = _energy(result)


def _from_direction_counters(table: pl.DataFrame, result: Flow) -> None:
    result.counter = "direction"
    result.charge_mAh, restarted = _difference(table, result, "capacity_mAh")
    _note_restarts(result, None, restarted)
    if {"charge_energy_mWh", "discharge_energy_mWh"} <= set(table.columns):
        result.energy_mWh, _ = _difference(table, result, "energy_mWh")
    else:
        result.energy_mWh = _energy(result)


def _difference(table: pl.DataFrame, result: Flow, quantity: str) -> tuple[Numbers, Indices]:
    """Charge counter minus discharge counter, by increments. The first row counts where its own time can
    explain it."""
    total, rows = np.zeros(table.height), np.zeros(0, dtype=np.int64)
    for sign, word in ((1.0, "charge"), (-1.0, "discharge")):
        counter = np.abs(counter_column(table, f"{word}_{quantity}"))
        grown, restarted = increments(counter, result.starts, restart_at_starts=False)
        if quantity == "capacity_mAh":
            kept = _kept_before(result, counter[0], column(table, "current_mA")[0])
            result.kept_before_mAh = max(result.kept_before_mAh, kept)
        if result.kept_before_mAh == 0:
            grown[0] = counter[0]
        total += sign * grown
        rows = np.concatenate((rows, restarted))
    return total, np.unique(rows)


def _kept_before(result: Flow, first_mAh: float, first_current_mA: float) -> float:
    """What a counter holds in the first row beyond what its current can have moved since time 0 (1 %
    allowed), in mAh."""
    possible = 1.01 * abs(np.nan_to_num(first_current_mA)) * max(result.time_s[0], 0.0) / 3600
    return float(first_mAh) if first_mAh > possible + 1e-4 else 0.0


def _note_restarts(result: Flow, counter: Numbers | None, rows: Indices) -> None:
    steps = np.searchsorted(result.starts, rows, side="right") - 1
    ends = np.append(result.starts[1:], len(result.time_s)) - 1
    for row, step in zip(rows.tolist(), steps.tolist(), strict=True):
        result.restarts.append(Restart(step, float(result.time_s[row])))
        if counter is not None:
            result.step_ends_mAh[step] = float(counter[ends[step]])
