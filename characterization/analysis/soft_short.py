"""Signs of a soft short: lithium that bridges the separator carries charge which the cathode never sees.

Two kinds of evidence, each with its numbers:

* the voltage dips while a constant current charges: from one row to the next, at an unchanged current and within two
  minutes, by more than 10 mV and ten times the scatter of such steps; two dips at least;
* a charge moves over 20 % more than the discharge before it and ends over 20 mV below the end-of-charge voltage that
  is usual in the file, or, from the third complete cycle on, the coulombic efficiency lies more than 10 points and
  eight times its scatter below its median while the charge exceeds the discharge before it by over 10 %.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.analysis.base import Finding, Result
from characterization.analysis.capacity import Flow
from characterization.analysis.half_cycles import Halves
from characterization.analysis.rows import Indices, column, step_of
from characterization.analysis.step_table import Steps

DIP_V, DIP_NOISE, FEWEST_DIPS = 0.01, 10.0, 2
DIP_WITHIN_S = 120.0
SETTLING_ROWS = 5
SAME_CURRENT = 0.02
SAMPLE_ROWS = 20_000
EXCESS_LARGE, EXCESS = 1.2, 1.1
BELOW_LIMIT_V = 0.02
ERRATIC_POINTS, ERRATIC_NOISE = 10.0, 8.0
FIRST_JUDGED = 3


def dips(flow: Flow, steps: Steps, halves: Halves) -> Indices:
    """Rows in which the voltage of a charge at constant current has dipped."""
    rise = np.diff(flow.voltage_V)
    scatter = rise[:: max(len(rise) // SAMPLE_ROWS, 1)]
    scatter = scatter[np.isfinite(scatter)]
    noise = 1.4826 * float(np.median(np.abs(scatter - np.median(scatter)))) if scatter.size else 0.0
    rows = np.flatnonzero(rise < -max(DIP_V, DIP_NOISE * noise)) + 1
    if not rows.size:
        return rows
    part = step_of(halves.parts.starts, rows)
    charging = (halves.parts.signs > 0) & steps.are("CC", "CCCV")
    settled = (rows >= halves.parts.starts[part] + SETTLING_ROWS) & (rows < steps.onset[part])
    change = np.abs(flow.current_mA[rows].astype(np.float64) - flow.current_mA[rows - 1])
    steady = change <= SAME_CURRENT * np.abs(steps.current_mA[part])
    near = flow.time_s[rows] - flow.time_s[rows - 1] <= DIP_WITHIN_S
    return rows[charging[part] & settled & steady & near]


def flag_soft_short(result: Result, flow: Flow, steps: Steps, halves: Halves, cycles: pl.DataFrame) -> None:
    """The flag ``soft_short`` with what speaks for it, and findings where something does."""
    told, when = [], []
    rows = dips(flow, steps, halves)
    if len(rows) >= FEWEST_DIPS:
        depth = flow.voltage_V[rows - 1].astype(np.float64) - flow.voltage_V[rows]
        cycle = int(halves.cycle[max(int(step_of(halves.first_row, rows[:1])[0]), 0)])
        when.append(cycle)
        told.append(
            f"the voltage dips {len(rows)} times while a constant current charges, first in cycle {cycle} at "
            f"{flow.time_s[rows[0]]:,.0f} s, by up to {1000 * depth.max():.0f} mV"
        )
        words = "falls of over 10 mV from row to row at an unchanged charging current"
        result.findings.append(Finding("voltage_dips", "Voltage dips", float(len(rows)), "", None, words))
    odd = excess_cycles(cycles, discharge_first=halves.first_sign < 0)
    if odd:
        when.append(odd[0][0])
        told += [text for _, text in odd[:3]]
    if told:
        first = min(when)
        more = f" {len(odd)} cycles show too much charge." if len(odd) > 3 else ""
        result.flag("soft_short", f"Signs of a soft short from cycle {first}: {'; '.join(told)}.{more}")
        words = "first cycle with a sign of a soft short"
        result.findings.append(
            Finding("soft_short_cycle", "Soft short from cycle", float(first), "", None, words)
        )


def excess_cycles(cycles: pl.DataFrame, *, discharge_first: bool = False) -> list[tuple[int, str]]:
    """Cycles whose charge is more than the cathode can have taken, with the sentence that says so."""
    charge, discharge = column(cycles, "charge_capacity_mAh"), column(cycles, "discharge_capacity_mAh")
    end, efficiency = (
        column(cycles, "end_of_charge_voltage_V"),
        column(cycles, "coulombic_efficiency_percent"),
    )
    held = discharge if discharge_first else np.concatenate(([np.nan], discharge[:-1]))
    complete = cycles["complete"].to_numpy()
    if complete.sum() < FIRST_JUDGED or not np.isfinite(end).any():
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = charge / held
    usual_V = float(np.nanmedian(end))
    usual = float(np.nanmedian(efficiency[complete]))
    scatter = 1.4826 * float(np.nanmedian(np.abs(efficiency[complete] - usual)))
    low = efficiency < usual - max(ERRATIC_POINTS, ERRATIC_NOISE * scatter)
    judged = np.cumsum(complete) >= FIRST_JUDGED
    below = (excess > EXCESS_LARGE) & (end < usual_V - BELOW_LIMIT_V)
    erratic = complete & low & (excess > EXCESS)
    return [
        (
            int(cycles["cycle"][row]),
            f"cycle {cycles['cycle'][row]} charges {charge[row]:.4g} mAh after a discharge of {held[row]:.4g} mAh, "
            f"ends at {end[row]:.3f} V (usual {usual_V:.3f} V) with an efficiency of {efficiency[row]:.1f} % "
            f"(median {usual:.1f} %)",
        )
        for row in np.flatnonzero(judged & (below | erratic)).tolist()
    ]
