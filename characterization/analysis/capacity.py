"""From a cycler's counters to the charge and energy that have flowed up to any row.

Counters are not taken at their last value: a resumed test restarts them in the middle of a step, and the
last value then lacks what flowed before. What a counter held before each restart is added up instead, and the
integral of the current stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from characterization.analysis.flowed import Counted, Cumulative, Dense, Net, by_row
from characterization.analysis.rows import (
    Floats,
    Indices,
    column,
    counter_column,
    intervals,
    lasts,
    mean_with_before,
    measured,
    restarts,
    step_of,
)
from characterization.analysis.steps import quiet_sign, step_directions, step_starts
from characterization.charts.chart import Numbers

BEGUN_S, BEGUN_INTERVALS = 60.0, 10.0


@dataclass(frozen=True)
class Restart:
    """A counter that fell to near nothing within step ``step`` (its place in the file, from 0) at
    ``time_s``."""

    step: int
    time_s: float


@dataclass
class Flow:
    """What has flowed from the beginning of the file to any of its rows.

    ``charge_mAh`` and ``energy_mWh`` are signed, positive while charging; ``integral_mAh`` is ∫ I dt by trapezoids.
    ``starts`` holds the first row of each step and ``signs`` its declared direction: 1 charge, −1 discharge,
    0 rest, NaN not declared. ``counter`` is ``step``, ``direction`` or ``none``. ``kept_before_mAh`` is what the
    counter already held when the file began.
    """

    time_s: Numbers
    voltage_V: Floats
    current_mA: Floats
    charge_mAh: Cumulative
    energy_mWh: Cumulative
    integral_mAh: Cumulative
    starts: Indices
    signs: Numbers
    counter: str = "none"
    restarts: list[Restart] = field(default_factory=list)
    kept_before_mAh: float = 0.0
    leaps: int = 0
    step_ends_mAh: dict[int, float] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.time_s)


def flow(table: pl.DataFrame) -> Flow:
    """Charge and energy, from the best that the table holds: step counters, counters by direction, or ∫ I dt.

    The table has at least one row, and each of its rows a time.
    """
    current, voltage = measured(table, "current_mA"), measured(table, "voltage_V")
    time_s = column(table, "time_s")
    starts = step_starts(table, current)
    seconds, leaps = intervals(time_s)
    flowed = mean_with_before(current, starts)
    flowed *= seconds
    flowed /= 3600
    integral = Dense(flowed)
    signs = step_directions(table, starts)
    result = Flow(time_s, voltage, current, integral, integral, integral, starts, signs, leaps=leaps)
    if "step_capacity_mAh" in table.columns:
        _from_step_counter(table, result)
    elif {"charge_capacity_mAh", "discharge_capacity_mAh"} <= set(table.columns):
        _from_direction_counters(table, result)
    else:
        result.charge_mAh = Dense(np.where(quiet_sign(current) == 0, 0.0, flowed))
        result.energy_mWh = _energy(result)
    return result


def _energy(result: Flow) -> Cumulative:
    """Energy in mWh where no counter gives it: charge times the voltage half way through the row's interval."""
    charge = by_row(result.charge_mAh, result.rows)
    return Dense(charge * mean_with_before(result.voltage_V, result.starts))


def _from_step_counter(table: pl.DataFrame, result: Flow) -> None:
    result.counter = "step"
    net = result.integral_mAh.between(result.starts, lasts(result.starts, result.rows))
    sign = np.where(np.isnan(result.signs), np.sign(net), result.signs)
    counter = counter_column(table, "step_capacity_mAh")
    fallen = restarts(counter)
    result.charge_mAh = _counted(counter, fallen, result.starts, sign)
    fallen = fallen[~np.isin(fallen, result.starts)]
    _note_restarts(result, counter, fallen[sign[step_of(result.starts, fallen)] != 0])
    result.kept_before_mAh = _kept_before(result, float(counter[0])) * abs(sign[0])
    if "step_energy_mWh" in table.columns:
        energy = counter_column(table, "step_energy_mWh")
        result.energy_mWh = _counted(energy, restarts(energy), result.starts, sign)
    else:
        result.energy_mWh = _energy(result)


def _counted(counter: Floats, fallen: Indices, starts: Indices, sign: Numbers) -> Counted:
    """A counter that begins anew with each step and goes the way of the step."""
    breaks = np.union1d(starts, fallen)
    return Counted(counter, breaks, sign[step_of(starts, breaks)])


def _from_direction_counters(table: pl.DataFrame, result: Flow) -> None:
    result.counter = "direction"
    counters = {word: counter_column(table, f"{word}_capacity_mAh") for word in ("charge", "discharge")}
    result.kept_before_mAh = max(_kept_before(result, float(counter[0])) for counter in counters.values())
    result.charge_mAh = _difference(table, result, "capacity_mAh")
    fallen = np.unique(np.concatenate([restarts(counter) for counter in counters.values()]))
    _note_restarts(result, None, fallen[~np.isin(fallen, result.starts)])
    if {"charge_energy_mWh", "discharge_energy_mWh"} <= set(table.columns):
        result.energy_mWh = _difference(table, result, "energy_mWh")
    else:
        result.energy_mWh = _energy(result)


def _difference(table: pl.DataFrame, result: Flow, quantity: str) -> Net:
    """Charge counter minus discharge counter. What they hold in the first row counts where its own time can
    explain it."""
    from_zero = result.kept_before_mAh == 0
    parts = []
    for word in ("charge", "discharge"):
        counter = counter_column(table, f"{word}_{quantity}")
        breaks = np.concatenate(([0], restarts(counter)))
        before = 0.0 if from_zero else -float(counter[0])
        parts.append(Counted(counter, breaks, np.ones(len(breaks)), before))
    return Net(parts[0], parts[1])


def _kept_before(result: Flow, first_mAh: float) -> float:
    """What a counter holds in the first row beyond what its current can have moved in that row's own
    interval (1 % allowed), in mAh."""
    possible = 1.01 * abs(np.nan_to_num(result.current_mA[0])) * _first_interval(result) / 3600
    return float(first_mAh) if first_mAh > possible + 1e-4 else 0.0


def _first_interval(result: Flow) -> float:
    """Seconds that the first row stands for: all since time 0 where the file begins there, else, in a part of
    a longer test, as long as the rows of its step usually last."""
    since_zero = max(float(result.time_s[0]), 0.0)
    end = int(result.starts[1]) if len(result.starts) > 1 else result.rows
    apart = np.diff(result.time_s[: max(end, 2)])
    usual = max(float(np.median(apart)), 0.0) if len(apart) else since_zero
    return since_zero if since_zero <= max(BEGUN_S, BEGUN_INTERVALS * usual) else usual


def _note_restarts(result: Flow, counter: Floats | None, rows: Indices) -> None:
    steps = step_of(result.starts, rows)
    ends = lasts(result.starts, result.rows)
    for row, step in zip(rows.tolist(), steps.tolist(), strict=True):
        result.restarts.append(Restart(step, float(result.time_s[row])))
        if counter is not None:
            result.step_ends_mAh[step] = float(counter[ends[step]])
