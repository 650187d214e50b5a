"""Differential capacity: how much charge flows at each voltage, its peaks, and their way through the cycles.

The charge of every interval between two rows is laid on the voltages that the interval spans, so that noise moves
charge to and fro without making any, and the area under dQ/dV is the capacity. Then it is smoothed with a Gaussian
whose width is stated. Constant voltage is left out. dV/dQ is the inverse of the same curve.

A peak is a maximum of at least 10 % of the curve's largest and a prominence of at least 5 % of it. A peak belongs
to the track of its direction that was last seen nearest to it, within three smoothing widths and at least 30 mV.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis.capacity import Flow
from characterization.analysis.half_cycles import Halves
from characterization.analysis.rows import Indices
from characterization.analysis.step_table import Steps
from characterization.charts.chart import Numbers, numbers

SMOOTHING_V, SMOOTHING_SHARE = 0.004, 0.004
BINS_PER_WIDTH = 4
REACH = 4
MOST_HALVES = 400
MOST_ROWS = 4000
ALWAYS = (1, 2, 10, 50)
LEAST_HEIGHT, LEAST_PROMINENCE = 0.1, 0.05


@dataclass(frozen=True)
class Densities:
    """``height`` has one row per half cycle in ``halves`` and one column per voltage: |dQ/dV| in mAh/V, smoothed with a
    Gaussian of standard deviation ``width_V``."""

    halves: Indices
    voltage_V: Numbers
    height: Numbers
    width_V: float

    @property
    def words(self) -> str:
        return f"Gaussian of {1000 * self.width_V:.3g} mV standard deviation"


def densities(flow: Flow, halves: Halves, steps: Steps, parameters: Mapping[str, Any]) -> Densities | None:
    """|dQ/dV| of all half cycles, or of 400 spread over the test; None where no voltage is known."""
    chosen = _chosen(halves)
    known = flow.voltage_V[np.isfinite(flow.voltage_V)] if np.isnan(flow.voltage_V.min()) else flow.voltage_V
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    if high - low < SMOOTHING_V:
        return None
    wanted_mV = float(parameters.get("dqdv_smoothing_mV") or 0)
    width = wanted_mV / 1000 if wanted_mV > 0 else max(SMOOTHING_V, SMOOTHING_SHARE * (high - low))
    width = max(width, (high - low) / 2000)
    step = width / BINS_PER_WIDTH
    edge = low - (REACH + 1) * width
    bins = int((high + (REACH + 1) * width - edge) / step) + 1
    laid = np.zeros((len(chosen), bins))
    row_of = np.full(len(halves) + 1, -1)
    row_of[chosen] = np.arange(len(chosen))
    wanted = (row_of[halves.part_half] >= 0) & (steps.onset > halves.parts.starts + 1)
    for part in np.flatnonzero(wanted).tolist():
        rows = int(halves.parts.starts[part]), int(steps.onset[part]) - 1
        laid[row_of[halves.part_half[part]]] += _laid(
            flow, rows, halves.parts.signs[part], (edge, step, bins)
        )
    return Densities(chosen, numbers(edge + step * (np.arange(bins) + 0.5)), _smoothed(laid) / step, width)


def _chosen(halves: Halves) -> Indices:
    """All half cycles, or those of evenly spread cycles with the first ones and the last."""
    if len(halves) <= MOST_HALVES:
        return np.arange(len(halves))
    cycles = np.unique(np.linspace(1, halves.cycle[-1], MOST_HALVES // 2 - len(ALWAYS)).astype(np.int64))
    return np.flatnonzero(np.isin(halves.cycle, np.union1d(cycles, ALWAYS)))


def _laid(flow: Flow, rows: tuple[int, int], sign: float, grid: tuple[float, float, int]) -> Numbers:
    """The charge of rows ``rows`` (first and last, both counted) on the bins of a grid (edge, step, number). Of more
    than 4,000 rows every second, third … is taken, and with it the charge of those between."""
    edge, step, bins = grid
    every = max((rows[1] - rows[0]) // MOST_ROWS, 1)
    volts = flow.voltage_V[rows[0] : rows[1] + 1 : every].astype(np.float64)
    charge = flow.charge_mAh.along(*rows, every)
    if np.isnan(volts.min()):
        known = np.isfinite(volts)
        volts, charge = volts[known], charge[known]
    if len(volts) < 2:
        return np.zeros(bins)
    flowed, rise = sign * np.diff(charge), np.diff(volts)
    middle = volts[:-1] + 0.5 * rise
    if max(rise.max(), -rise.min()) > step:
        pieces = np.maximum(np.ceil(np.abs(rise) / step), 1).astype(np.int64)
        of = np.repeat(np.arange(len(rise)), pieces)
        piece = np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        middle = volts[:-1][of] + rise[of] * (piece + 0.5) / pieces[of]
        flowed = flowed[of] / pieces[of]
    place = (middle - edge) / step - 0.5
    below = place.astype(np.int64)
    above = flowed * (place - below)  # shared between the two bins whose middles lie around it
    laid = np.bincount(below, weights=flowed - above, minlength=bins + 1)
    laid[1:] += np.bincount(below, weights=above, minlength=bins + 1)[:-1]
    return numbers(laid[:bins])


def _smoothed(laid: Numbers) -> Numbers:
    """Each row with a Gaussian; nothing is lost at the ends, beyond which nothing lies."""
    reach = REACH * BINS_PER_WIDTH
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / BINS_PER_WIDTH) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(laid, ((0, 0), (reach, reach)))
    smooth = np.zeros_like(laid)
    for shift, weight in enumerate(kernel):
        smooth += weight * padded[:, shift : shift + laid.shape[1]]
    return smooth


def peaks_of(height: Numbers) -> Indices:
    """Bins of the peaks of one curve, in order."""
    top = float(height.max(initial=0.0))
    inner = height[1:-1]
    rising = (inner > height[:-2]) & (inner >= height[2:]) & (inner >= LEAST_HEIGHT * top)
    places = np.flatnonzero(rising) + 1
    if top <= 0 or not len(places):
        return places[:0]
    valleys = np.concatenate(([0.0], np.minimum.reduceat(height, places)[:-1], [0.0]))
    tops, low = height[places].tolist(), valleys.tolist()
    prominent = [_prominence(tops, low, peak) >= LEAST_PROMINENCE * top for peak in range(len(places))]
    return places[prominent]


def _prominence(tops: list[float], valleys: list[float], peak: int) -> float:
    """Height of a peak above the higher of the two lowest points between it and a higher peak on either side."""
    before = [place for place in range(peak) if tops[place] > tops[peak]]
    after = [place for place in range(peak + 1, len(tops)) if tops[place] > tops[peak]]
    left = min(valleys[(before[-1] + 1 if before else 0) : peak + 1])
    right = min(valleys[peak + 1 : (after[0] + 1 if after else len(tops) + 1)])
    return tops[peak] - max(left, right)


PEAK_SCHEMA = {
    "cycle": pl.Int64,
    "direction": pl.String,
    "peak": pl.Int64,
    "voltage_V": pl.Float64,
    "height_mAh_per_V": pl.Float64,
}


def peak_table(found: Densities, halves: Halves) -> pl.DataFrame:
    """Peaks of all these half cycles: ``cycle, direction, peak, voltage_V, height_mAh_per_V``, the tracks of each
    direction numbered from the lowest voltage."""
    tables = []
    for sign, word in ((1.0, "charge"), (-1.0, "discharge")):
        rows = np.flatnonzero(halves.signs[found.halves] == sign)
        seen = [_placed(found, row) for row in rows.tolist()]
        track = _tracked([volts for volts, _ in seen], max(0.03, 3 * found.width_V))
        counts = [len(volts) for volts, _ in seen]
        columns = {
            "cycle": np.repeat(halves.cycle[found.halves[rows]], counts),
            "direction": [word] * sum(counts),
            "peak": track,
            "voltage_V": np.concatenate([volts for volts, _ in seen]) if seen else [],
            "height_mAh_per_V": np.concatenate([tops for _, tops in seen]) if seen else [],
        }
        tables.append(pl.DataFrame(columns, schema=PEAK_SCHEMA))
    return pl.concat(tables).sort("cycle", "direction", "peak")


def _placed(found: Densities, row: int) -> tuple[Numbers, Numbers]:
    """Voltages and heights of the peaks of one curve; between the bins by the least-squares parabola through seven."""
    height = found.height[row]
    at = peaks_of(height)
    around = np.arange(-3, 4)
    seven = height[at[:, None] + around]
    slope = seven @ around / 28  # Σ j² = 28, Σ j⁴ = 196
    bend = (7 * (seven @ around**2) - 28 * seven.sum(axis=1)) / (7 * 196 - 28**2)
    shift = np.where(bend < 0, -slope / (2 * np.where(bend < 0, bend, -1.0)), 0.0)
    step = found.voltage_V[1] - found.voltage_V[0]
    return found.voltage_V[at] + np.clip(shift, -3, 3) * step, height[at]


def _tracked(seen: list[Numbers], reach_V: float) -> Indices:
    """The track of each peak, curve after curve; tracks are numbered by their mean voltage, from 1."""
    last: list[float] = []
    own: list[list[float]] = []
    track: list[int] = []
    for volts in seen:
        free = set(range(len(last)))
        for value in volts.tolist():
            near = min(free, key=lambda one: abs(last[one] - value), default=None)
            if near is None or abs(last[near] - value) > reach_V:
                near = len(last)
                last.append(value)
                own.append([])
            free.discard(near)
            last[near] = value
            own[near].append(value)
            track.append(near)
    rank = np.argsort(np.argsort([float(np.mean(values)) for values in own]))
    return np.asarray(rank, dtype=np.int64)[track] + 1 if track else np.zeros(0, dtype=np.int64)
