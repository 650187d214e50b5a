"""dQ/dV and dV/dQ of chosen cycles as a table, and what the first charge does before its plateau."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis.base import Finding
from characterization.analysis.capacity import Flow
from characterization.analysis.curves import direction_words
from characterization.analysis.differential import ALWAYS, Densities
from characterization.analysis.half_cycles import Halves
from characterization.charts.chart import Numbers

MOST_KEPT = 30
LEAST_SHARE = 0.002
ONSET_SHARE = 0.5
FEWEST_ROWS = 5
MOST_ROWS = 2000
SCHEMA = (
    "cycle",
    "direction",
    "voltage_V",
    "dqdv_mAh_per_V",
    "capacity_mAh",
    "dvdq_V_per_mAh",
    "smoothing_mV",
)


def density_table(found: Densities, halves: Halves, parameters: Mapping[str, Any]) -> pl.DataFrame:
    """The table ``dqdv`` of at most 30 cycles. dQ/dV and dV/dQ are negative on discharge; ``capacity_mAh`` is what has
    flowed since the half cycle began."""
    kept = kept_cycles(np.unique(halves.cycle[found.halves]).tolist(), parameters.get("dqdv_cycles") or ())
    rows = np.flatnonzero(np.isin(halves.cycle[found.halves], kept))
    curves = [_curve(found, halves, int(row)) for row in rows]
    columns = zip(*curves, strict=True) if curves else ([np.zeros(0)] for _ in SCHEMA)
    columns_of = dict(zip(SCHEMA, columns, strict=True))
    return pl.DataFrame(
        [pl.Series(name, np.concatenate(parts), nan_to_null=True) for name, parts in columns_of.items()]
    ).with_columns(direction=direction_words(np.concatenate(columns_of["direction"])))


def kept_cycles(available: list[int], wanted: Any) -> list[int]:
    """The wanted cycles, 1, 2, 10, 50, the last, and others evenly between them, at most 30."""
    first = [cycle for cycle in (*wanted, *ALWAYS, *available[-1:]) if cycle in set(available)]
    spread = np.unique(np.linspace(0, max(len(available) - 1, 0), MOST_KEPT).astype(np.int64))
    others = [available[place] for place in spread.tolist()] if available else []
    if len(available) > MOST_KEPT:
        others = others[:: max(len(others) // max(MOST_KEPT - len(first), 1), 1) or 1]
    return sorted(list(dict.fromkeys([*first, *others]))[:MOST_KEPT])


def _curve(found: Densities, halves: Halves, row: int) -> tuple[Numbers, ...]:
    """The columns of SCHEMA for one half cycle, the direction as a sign, where its dQ/dV is not nothing."""
    half = found.halves[row]
    sign, height = halves.signs[half], found.height[row]
    step = found.voltage_V[1] - found.voltage_V[0]
    flows = height > LEAST_SHARE * height.max(initial=0.0)
    there = np.flatnonzero(flows)
    bins = slice(there[0], there[-1] + 1) if there.size else slice(0, 0)
    passed = np.cumsum(height) * step
    capacity = passed if sign > 0 else passed[-1] - passed + height * step
    inverse = np.full(len(height), np.nan)
    inverse[flows] = sign / height[flows]
    volts = found.voltage_V[bins]
    same = np.ones(len(volts))
    cycle, width = halves.cycle[half] * same.astype(np.int64), 1000 * found.width_V * same
    return cycle, sign * same, volts, sign * height[bins], capacity[bins], inverse[bins], width


def slope_before_plateau(flow: Flow, halves: Halves, found: Densities) -> list[Finding]:
    """Charge that flows, and how steeply the voltage rises, before the plateau of the first charge begins.

    The plateau begins at the voltage at which dQ/dV of the first charge, coming from below, first reaches half of
    its largest value. What flows before it is no lithium from the active material: electrolyte and carbon are
    oxidised. The slope is a least-squares line V(Q) through these rows.
    """
    if not len(halves) or halves.signs[0] < 0 or halves.first_sign < 0 or flow.kept_before_mAh > 0:
        return []
    height = found.height[0]
    onset_V = float(found.voltage_V[int(np.argmax(height >= ONSET_SHARE * height.max()))])
    first, last = int(halves.first_row[0]), int(halves.last_row[0])
    volts = flow.voltage_V[first : last + 1].astype(np.float64)
    passed = flow.charge_mAh.along(first, last)
    reached = np.flatnonzero(volts >= onset_V)
    until = int(reached[0]) if reached.size else 0
    passed, volts = passed[:until] - passed[0], volts[:until]
    slope = _slope(passed, volts)
    if slope is None:
        return []
    words = f"first charge below {onset_V:.3f} V, where dQ/dV first reaches half of its largest value ({found.words})"
    line = f"{words}; least-squares line V(Q), ± is one standard uncertainty of the fit"
    amount = float(passed[-1])
    return [
        Finding("plateau_onset_voltage", "Plateau begins at", onset_V, "V", convention=words),
        Finding("capacity_before_plateau", "Capacity before the plateau", amount, "mAh", convention=words),
        Finding("slope_before_plateau", "Slope before the plateau", slope[0], "V/mAh", slope[1], line),
    ]


def _slope(passed_mAh: Numbers, volts: Numbers) -> tuple[float, float] | None:
    """dV/dQ and its standard uncertainty, from at most 4,000 rows; None where too little flows to tell."""
    known = np.flatnonzero(np.isfinite(volts))
    known = known[:: max(len(known) // MOST_ROWS, 1)]
    x, y = passed_mAh[known], volts[known]
    if len(x) < FEWEST_ROWS or x[-1] <= 0:
        return None
    x = x - x.mean()
    spread = float(x @ x)
    slope = float(x @ y) / spread
    residual = y - y.mean() - slope * x
    return slope, (float(residual @ residual) / (len(x) - 2) / spread) ** 0.5
