"""What a cycle says beside its capacities: rates, end voltages, share of constant voltage, resistance.

The resistance is ΔV/ΔI at a step's edge, from the last row before it to the first row in which the new current
is reached, or to that of a delay that was asked for; the time between these two rows is the delay. Of the edges
between two half cycles that change the current by at least half as much as the largest of them, the one with the
shortest delay counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from characterization.analysis.capacity import Flow
from characterization.analysis.half_cycles import Halves
from characterization.analysis.rows import Indices, Mask, step_of
from characterization.analysis.step_table import Steps
from characterization.charts.chart import Numbers

LONGEST_DELAY_S = 60.0
REACHED_WITHIN_ROWS = 5
REACHED_SHARE = 0.1
LEAST_STEP_SHARE = 0.2
LIKE_THE_LARGEST = 0.5
SHORTEST_REST_S = 60.0
COLUMNS = (
    "cv_share_percent",
    "charge_current_mA",
    "discharge_current_mA",
    "charge_c_rate",
    "discharge_c_rate",
    "end_of_charge_voltage_V",
    "end_of_discharge_voltage_V",
    "rest_after_charge_voltage_V",
    "rest_after_discharge_voltage_V",
    "internal_resistance_ohm",
    "internal_resistance_delay_s",
    "discharged_resistance_ohm",
    "discharged_resistance_delay_s",
)


@dataclass(frozen=True)
class Edges:
    """One entry per half cycle: what its end shows. NaN where it shows nothing."""

    resistance_ohm: Numbers
    delay_s: Numbers


def detail_columns(
    flow: Flow, halves: Halves, steps: Steps, cycles: Indices, one_C_mA: float, delay_s: float = 0.0
) -> dict[str, Numbers]:
    """The columns of COLUMNS, one value per cycle. ``one_C_mA`` is the current that is called 1C, ``delay_s`` the least
    time after a step of the current at which its resistance is read."""
    current = constant_current(halves, steps)
    rest = rest_voltage(flow, halves)
    edges = end_edges(flow, halves, steps, current, delay_s)
    cv_mAh = _by_half(halves, np.where(halves.part_half >= 0, steps.cv_mAh, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 100 * np.abs(cv_mAh) / halves.charge_mAh
    ends = flow.voltage_V[halves.last_row].astype(np.float64)
    found = {"cv_share_percent": _placed(halves, cycles, share, charging=True)}
    for word, charging in (("charge", True), ("discharge", False)):
        found[f"{word}_current_mA"] = _placed(halves, cycles, current, charging=charging)
        found[f"{word}_c_rate"] = found[f"{word}_current_mA"] / one_C_mA
        found[f"end_of_{word}_voltage_V"] = _placed(halves, cycles, ends, charging=charging)
        found[f"rest_after_{word}_voltage_V"] = _placed(halves, cycles, rest, charging=charging)
    for name, charging in (("internal_resistance", True), ("discharged_resistance", False)):
        found[f"{name}_ohm"] = _placed(halves, cycles, edges.resistance_ohm, charging=charging)
        found[f"{name}_delay_s"] = _placed(halves, cycles, edges.delay_s, charging=charging)
    return {name: found[name] for name in COLUMNS}


def _placed(halves: Halves, cycles: Indices, values: Numbers, *, charging: bool) -> Numbers:
    side = (halves.signs > 0) == charging
    placed = np.full(len(cycles), np.nan)
    placed[np.searchsorted(cycles, halves.cycle[side])] = values[side]
    return placed


def _by_half(halves: Halves, by_step: Numbers) -> Numbers:
    own = halves.part_half >= 0
    summed = np.bincount(halves.part_half[own], weights=by_step[own], minlength=len(halves))
    return np.asarray(summed, dtype=np.float64)


def constant_current(halves: Halves, steps: Steps) -> Numbers:
    """Size of the current of that constant-current step of each half cycle which moved most, in mA."""
    constant = steps.are("CC", "CCCV", "pulse") & (halves.part_half >= 0)
    found = np.full(len(halves), np.nan)
    places = np.flatnonzero(constant)
    ranked = places[np.argsort(np.abs(steps.charge_mAh[places]), kind="stable")]
    found[halves.part_half[ranked]] = np.abs(steps.current_mA[ranked])  # the last written moved most
    return found


def rest_voltage(flow: Flow, halves: Halves) -> Numbers:
    """Voltage at the end of the rest after each half cycle, where there is one of at least a minute."""
    until = np.append(halves.first_row[1:], flow.rows) - 1
    rested = flow.time_s[until] - flow.time_s[halves.last_row] >= SHORTEST_REST_S
    idle = np.abs(np.nan_to_num(flow.current_mA[until])) <= 1e-3 * np.nanmax(np.abs(flow.current_mA))
    voltage = flow.voltage_V[until].astype(np.float64)
    return np.where(rested & idle & (until > halves.last_row), voltage, np.nan)


def end_edges(flow: Flow, halves: Halves, steps: Steps, current_mA: Numbers, delay_s: float) -> Edges:
    """Resistance and delay at the end of each half cycle."""
    edge = halves.parts.starts[1:]
    before, after, reached = edge - 1, *_reached(flow, halves, steps, edge, delay_s)
    half = step_of(halves.first_row, before)
    jump = flow.current_mA[after].astype(np.float64) - flow.current_mA[before]
    delay = flow.time_s[after] - flow.time_s[before]
    with np.errstate(divide="ignore", invalid="ignore"):
        ohm = 1000 * (flow.voltage_V[after].astype(np.float64) - flow.voltage_V[before]) / jump
    at_end = (half >= 0) & (before >= halves.last_row[np.maximum(half, 0)])
    usable = at_end & reached & (ohm > 0) & (delay >= 0) & (delay <= max(LONGEST_DELAY_S, 2 * delay_s))
    usable &= np.abs(jump) >= LEAST_STEP_SHARE * np.nan_to_num(current_mA[np.maximum(half, 0)])
    return _best(len(halves), half, np.abs(jump), delay, ohm, usable)


def _reached(flow: Flow, halves: Halves, steps: Steps, edge: Indices, delay_s: float) -> tuple[Indices, Mask]:
    """The first row after each edge in which the new current flows, and whether there is one among five."""
    target = np.where(steps.are("rest"), 0.0, steps.current_mA)[1:]
    margin = REACHED_SHARE * np.abs(target - flow.current_mA[edge - 1])
    first = edge
    if delay_s > 0:
        first = np.maximum(edge, np.searchsorted(flow.time_s, flow.time_s[edge - 1] + delay_s))
    rows = np.minimum(first[:, None] + np.arange(REACHED_WITHIN_ROWS), halves.parts.ends[1:, None])
    there = np.abs(flow.current_mA[rows] - target[:, None]) <= margin[:, None]
    return rows[np.arange(len(edge)), there.argmax(axis=1)], there.any(axis=1)


def _best(halves: int, half: Indices, jump: Numbers, delay: Numbers, ohm: Numbers, usable: Mask) -> Edges:
    half, jump, delay, ohm = half[usable], jump[usable], delay[usable], ohm[usable]
    largest = np.zeros(halves)
    np.maximum.at(largest, half, jump)
    like = np.flatnonzero(jump >= LIKE_THE_LARGEST * largest[half])
    ranked = like[np.argsort(-delay[like], kind="stable")]
    found = Edges(np.full(halves, np.nan), np.full(halves, np.nan))
    found.resistance_ohm[half[ranked]] = ohm[ranked]  # the last written has the shortest delay
    found.delay_s[half[ranked]] = delay[ranked]
    return found


def one_C(cycles: pl.DataFrame, nominal_mAh: float | None) -> tuple[float, str]:
    """The current called 1C in mA, and in words what it rests on: the cell's nominal capacity, else the largest
    capacity measured in the file."""
    if nominal_mAh and nominal_mAh > 0:
        return float(nominal_mAh), f"1C = {nominal_mAh:.4g} mA, from the nominal capacity of the cell"
    held = [cycles[f"{word}_capacity_mAh"].drop_nulls() for word in ("discharge", "charge")]
    largest = float(np.concatenate([capacity.to_numpy() for capacity in held]).max())
    words = f"1C = {largest:.4g} mA, from the largest capacity measured, as no nominal capacity is known"
    return largest, words
