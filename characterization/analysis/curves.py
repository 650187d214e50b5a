"""Voltage against capacity of every half cycle, small enough to keep."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import polars as pl
from tsdownsample import MinMaxDownsampler

from characterization.analysis.capacity import Flow
from characterization.analysis.half_cycles import Halves
from characterization.analysis.rows import Floats, Indices
from characterization.charts.chart import Numbers

DOWNSAMPLER: Any = MinMaxDownsampler  # the library has no types
CURVE_POINTS = 300
CURVE_POINTS_FEWEST = 40
ALL_CURVES_POINTS = 120_000
CURVE_SCHEMA = {
    "cycle": pl.Int64,
    "direction": pl.String,
    "capacity_mAh": pl.Float64,
    "voltage_V": pl.Float64,
}


def points_per_curve(half_cycles: int) -> int:
    """300 points, fewer where more than 400 half cycles would make more than 120,000 together, never below
    40."""
    return int(np.clip(ALL_CURVES_POINTS // max(half_cycles, 1), CURVE_POINTS_FEWEST, CURVE_POINTS))


def curve_table(flow: Flow, halves: Halves) -> pl.DataFrame:
    """Voltage against the capacity since the half cycle began, thinned to its extremes: ``cycle, direction,
    capacity_mAh, voltage_V``."""
    limit = points_per_curve(len(halves))
    kept = [_thinned(rows, flow.voltage_V, limit) for rows in rows_of_halves(halves)]
    if not kept:
        return pl.DataFrame(schema=CURVE_SCHEMA)
    rows, owner = np.concatenate(kept), np.repeat(np.arange(len(kept)), [len(part) for part in kept])
    known = np.isfinite(flow.voltage_V[rows])
    rows, owner = rows[known], owner[known]
    before = flow.charge_mAh.at(halves.first_row) - flow.charge_mAh.between(
        halves.first_row, halves.first_row
    )
    passed = halves.signs[owner] * (flow.charge_mAh.at(rows) - before[owner])
    return pl.DataFrame(
        [
            pl.Series("cycle", halves.cycle[owner]),
            direction_words(halves.signs[owner]).alias("direction"),
            pl.Series("capacity_mAh", passed),
            pl.Series("voltage_V", flow.voltage_V[rows].astype(np.float64)),
        ]
    )


def direction_words(signs: Numbers) -> pl.Series:
    return pl.Series(["discharge", "charge"]).gather((signs > 0).astype(np.uint32))


def rows_of_halves(halves: Halves) -> list[Indices]:
    """The rows that go each half cycle's way, in order; rests in between are left out."""
    own = np.flatnonzero(halves.part_half >= 0)
    bounds = np.searchsorted(halves.part_half[own], np.arange(len(halves) + 1))
    pieces = [
        np.arange(first, last + 1)
        for first, last in zip(
            halves.parts.starts[own].tolist(), halves.parts.ends[own].tolist(), strict=True
        )
    ]
    grouped = [pieces[low:high] for low, high in itertools.pairwise(bounds)]
    return [group[0] if len(group) == 1 else np.concatenate(group) for group in grouped]


def _thinned(rows: Indices, voltage_V: Floats, limit: int) -> Indices:
    """At most ``limit`` of the rows: first, last, and the lowest and highest voltage of equal parts between
    them."""
    if len(rows) <= limit:
        return rows
    volts = voltage_V[rows[0] : rows[-1] + 1]
    volts = volts if len(volts) == len(rows) else voltage_V[rows]
    if np.isnan(volts.min()):
        known = np.isfinite(volts)
        rows, volts = rows[known], volts[known]
    if len(rows) <= limit:
        return rows
    inner = DOWNSAMPLER().downsample(volts, n_out=(limit - 2) // 2 * 2).astype(np.int64)
    places = np.concatenate(([0], inner, [len(rows) - 1]))
    kept: Indices = rows[places[np.diff(places, prepend=-1) > 0]]
    return kept
