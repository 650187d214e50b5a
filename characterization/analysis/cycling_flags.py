"""What is odd about a cycling file, in sentences with numbers: restarted counters, doubtful beginnings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Result
from characterization.analysis.capacity import Flow
from characterization.analysis.half_cycles import Halves
from characterization.analysis.rows import lasts

INTEGRAL_SHARE = 0.01
CE_BELIEVABLE_PERCENT = 110.0
FIRST_HALF_SHARE = 0.5
MOST_RESTARTS, MOST_TIMES_NAMED = 10, 4


def flag_counters(result: Result, flow: Flow, halves: Halves) -> None:
    times_of: defaultdict[int, list[float]] = defaultdict(list)
    for restart in flow.restarts:
        times_of[restart.step].append(restart.time_s)
    for step in sorted(times_of)[:MOST_RESTARTS]:
        times = _moments(times_of[step])
        result.flag(
            "counter_restarted", f"The capacity counter restarts at {times}. {_both_sums(flow, step)}"
        )
    more = len(times_of) - MOST_RESTARTS
    if more > 0:
        result.flag("counter_restarted", f"The capacity counter restarts in {more:,} more steps.")
    if flow.counter == "none":
        result.flag(
            "integrated", "The file keeps no capacity counter: capacities are the integral of the current."
        )
    if flow.leaps and flow.counter == "none":
        text = f"The clock leaps {flow.leaps} times; nothing is integrated over these leaps."
        result.flag("clock_leaps", text)
    if flow.kept_before_mAh > 0:
        text = (
            f"The capacity counter stands at {mAh(flow.kept_before_mAh)} "
            "in the first row: the step began before this file."
        )
        result.flag("counter_not_from_zero", text)
    _flag_integral(result, halves)


def _moments(times_s: Sequence[float]) -> str:
    named = [f"{time:,.1f} s" for time in times_s[:MOST_TIMES_NAMED]]
    more = len(times_s) - len(named)
    return " and ".join([*named, f"{more:,} times more"] if more else named)


def mAh(value: float) -> str:
    """A capacity in words, with the digits that tell it apart."""
    return f"{value:,.2f} mAh" if abs(value) >= 100 else f"{value:.4g} mAh"


def _both_sums(flow: Flow, step: int) -> str:
    first, last = flow.starts[[step]], lasts(flow.starts, flow.rows)[[step]]
    counted, integral = (
        abs(float(kind.between(first, last)[0])) for kind in (flow.charge_mAh, flow.integral_mAh)
    )
    vendor = flow.step_ends_mAh.get(step)
    said = f"The counter ends the step at {mAh(vendor)}; the" if vendor is not None else "The"
    return f"{said} sum of its increments is {mAh(counted)}, the integral of the current {mAh(integral)}."


def _flag_integral(result: Result, halves: Halves) -> None:
    """Says where counter and integral differ by more than 1 %, among half cycles of at least 1 % of the
    largest."""
    large = halves.charge_mAh > INTEGRAL_SHARE * halves.charge_mAh.max()
    apart = np.abs(halves.integral_mAh - halves.charge_mAh) / np.where(large, halves.charge_mAh, np.inf)
    worst, count = int(apart.argmax()), int((apart > INTEGRAL_SHARE).sum())
    if count:
        text = (
            f"In {count} of {len(halves)} half cycles the integral of "
            "the current differs from the instrument's counter by more"
            f" than 1 %, most in cycle {halves.cycle[worst]}: "
            f"counter {mAh(halves.charge_mAh[worst])}, integral"
            f" {mAh(halves.integral_mAh[worst])}. The counter is used."
        )
        result.flag("integral_differs", text)


def flag_beginning(result: Result, cycles: pl.DataFrame, halves: Halves, conditions: Conditions) -> None:
    began = "charge" if halves.signs[0] > 0 else "discharge"
    if conditions.first_direction and conditions.first_direction != began:
        text = (
            f"The file begins with a {began}, the cell is declared to begin "
            f"with a {conditions.first_direction}: cycle 1 is half a cycle."
        )
        result.flag("lone_half_cycle", text)
    elif conditions.first_direction is None and began == "discharge":
        text = (
            "The file begins with a discharge and the cell declares no first "
            "direction: each discharge is paired with the charge after it."
        )
        result.flag("discharge_first", text)
    _flag_first_efficiency(result, cycles)


def _flag_first_efficiency(result: Result, cycles: pl.DataFrame) -> None:
    """Trusts no first efficiency above 110 %, nor one with a half cycle under half of the next of its
    direction."""
    value = cycles["coulombic_efficiency_percent"][0]
    if value is None:
        return
    moved = {word: cycles[f"{word}_capacity_mAh"].head(2).to_list() for word in ("charge", "discharge")}
    part = [
        f"the first {word} moved {mAh(pair[0])}, the next {mAh(pair[1])}"
        for word, pair in moved.items()
        if len(pair) == 2 and pair[1] is not None and pair[0] < FIRST_HALF_SHARE * pair[1]
    ]
    if part or value > CE_BELIEVABLE_PERCENT:
        why = " and ".join(part) or f"above {CE_BELIEVABLE_PERCENT:.0f} %"
        text = f"The first coulombic efficiency, {value:,.1f} %, says little: {why}."
        result.flag("first_efficiency_meaningless", text)
