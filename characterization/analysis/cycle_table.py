"""Half cycles as people read them: one row per cycle."""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.analysis import cycle_details
from characterization.analysis.capacity import Flow
from characterization.analysis.half_cycles import Halves
from characterization.analysis.rows import Indices, Mask
from characterization.charts.chart import Numbers

END_VOLTAGE_SHARE = 0.02


def cycle_table(table: pl.DataFrame, flow: Flow, halves: Halves) -> pl.DataFrame:
    """One row per cycle; what a lone half cycle lacks is null.

    ``coulombic_efficiency_percent`` is discharge/charge where cycles begin with a charge or no direction is
    declared, see :func:`efficiency`. Energies in mWh, voltages in V (energy / capacity), times in s of test
    time.
    """
    cycles = np.unique(halves.cycle)
    columns: dict[str, object] = {"cycle": cycles}
    columns["vendor_cycle"] = _vendor(table, halves, cycles, halves.first_row, first=True)
    columns["vendor_cycle_last"] = _vendor(table, halves, cycles, halves.last_row, first=False)
    sides = {"charge": halves.signs > 0, "discharge": halves.signs < 0}
    for word, side in sides.items():
        columns[f"{word}_capacity_mAh"] = _place(cycles, halves.cycle[side], halves.charge_mAh[side])
        columns[f"{word}_energy_mWh"] = _place(cycles, halves.cycle[side], halves.energy_mWh[side])
    bounds = np.searchsorted(halves.cycle, cycles)
    columns["first_time_s"] = flow.time_s[halves.first_row[bounds]]
    lasts = np.append(bounds[1:], len(halves)) - 1
    columns["last_time_s"] = flow.time_s[halves.last_row[lasts]]
    columns["complete"] = complete(flow, halves, cycles)
    return _with_ratios(pl.DataFrame(columns, nan_to_null=True))


def _with_ratios(table: pl.DataFrame) -> pl.DataFrame:
    charge, discharge = pl.col("charge_capacity_mAh"), pl.col("discharge_capacity_mAh")
    charge_energy, discharge_energy = pl.col("charge_energy_mWh"), pl.col("discharge_energy_mWh")
    table = table.with_columns(
        coulombic_efficiency_percent=_ratio(100 * discharge, charge),
        energy_efficiency_percent=_ratio(100 * discharge_energy, charge_energy),
        mean_charge_voltage_V=_ratio(charge_energy, charge),
        mean_discharge_voltage_V=_ratio(discharge_energy, discharge),
    )
    hysteresis = pl.col("mean_charge_voltage_V") - pl.col("mean_discharge_voltage_V")
    return table.with_columns(hysteresis_V=hysteresis)


COLUMNS = (
    "cycle",
    "vendor_cycle",
    "vendor_cycle_last",
    "charge_capacity_mAh",
    "discharge_capacity_mAh",
    "coulombic_efficiency_percent",
    "charge_energy_mWh",
    "discharge_energy_mWh",
    "energy_efficiency_percent",
    "mean_charge_voltage_V",
    "mean_discharge_voltage_V",
    "hysteresis_V",
    *cycle_details.COLUMNS,
    "rate_block",
    "first_time_s",
    "last_time_s",
    "complete",
)


def _ratio(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    return pl.when(below > 0).then(above / below)


def efficiency(table: pl.DataFrame, *, anode: bool) -> pl.DataFrame:
    """The table with efficiencies turned to charge/discharge for cells declared to begin with a discharge
    (anode half cells)."""
    if not anode:
        return table
    charge, discharge = pl.col("charge_capacity_mAh"), pl.col("discharge_capacity_mAh")
    return table.with_columns(coulombic_efficiency_percent=_ratio(100 * charge, discharge))


def _place(cycles: Indices, at: Indices, values: Numbers) -> Numbers:
    placed = np.full(len(cycles), np.nan)
    placed[np.searchsorted(cycles, at)] = values
    return placed


def _vendor(table: pl.DataFrame, halves: Halves, cycles: Indices, rows: Indices, *, first: bool) -> pl.Series:
    """The instrument's own cycle number in the first or last row of each of ours."""
    if "vendor_cycle" not in table.columns:
        return pl.Series([None] * len(cycles), dtype=pl.Int64)
    bounds = np.searchsorted(halves.cycle, cycles)
    picked = bounds if first else np.append(bounds[1:], len(halves)) - 1
    return table["vendor_cycle"].gather(rows[picked]).cast(pl.Int64)


def complete(flow: Flow, halves: Halves, cycles: Indices) -> Mask:
    """Which cycles have both half cycles and came to their end.

    The last one did when something follows its last half cycle (a rest), or when it ends within 2 % of the
    file's voltage range of where the half cycle of its direction before ended. A first one whose counter
    began before the file did not.
    """
    both = np.bincount(halves.cycle, minlength=int(cycles[-1]) + 1)[cycles] == 2
    if both[-1] and halves.last_row[-1] == flow.rows - 1:
        both[-1] = _ends_like_the_one_before(flow, halves)
    if flow.kept_before_mAh > 0:
        both[0] = False
    return np.asarray(both, dtype=np.bool_)


def _ends_like_the_one_before(flow: Flow, halves: Halves) -> bool:
    if len(halves) < 3:
        return False
    ends = flow.voltage_V[halves.last_row[[-3, -1]]]
    span = np.nanmax(flow.voltage_V) - np.nanmin(flow.voltage_V)
    return bool(abs(ends[1] - ends[0]) <= END_VOLTAGE_SHARE * span)
