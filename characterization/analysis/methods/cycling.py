"""Galvanostatic cycling: steps, capacities, efficiencies, rates, resistance, fade and differential capacity,
absolute and by our own cycles.

How charge is counted stands in ``capacity``, what a cycle is in ``half_cycles``, what a step is in ``step_table``.
Everything is kept in mAh, mWh and V; dividing by a mass or an area is a matter of the view.
"""

from __future__ import annotations

import polars as pl

from characterization.analysis import (
    capacity,
    curves,
    cycle_details,
    cycle_findings,
    cycle_table,
    differential,
    differential_tables,
    fade,
    half_cycles,
    rate_blocks,
    soft_short,
    step_table,
)
from characterization.analysis.base import Conditions, Drawing, Finding, Method, Result, View
from characterization.analysis.capacity import Flow
from characterization.analysis.choices import Choice
from characterization.analysis.cycling_charts import capacity_chart, voltage_curves_chart, voltage_time_chart
from characterization.analysis.cycling_flags import flag_beginning, flag_counters
from characterization.analysis.cycling_more_charts import dqdv_chart, rate_chart, resistance_chart
from characterization.analysis.half_cycles import Halves
from characterization.analysis.rows import column
from characterization.analysis.step_table import Steps
from characterization.charts.chart import Chart
from characterization.instruments.base import Recording, Technique


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``cycles``, ``curves``, ``steps``, ``rate_blocks``, ``dqdv`` and ``dqdv_peaks``; findings of the first
    cycle, of rates, resistance and fade. Rows without a time are left out."""
    table = _finite(_timed(recording.table))
    result = Result(parameters=_parameters(conditions))
    if table.is_empty():
        result.flag("no_rows", "The table has no row with a time: there is nothing to count.")
        return _without_charge(result, table)
    flow = capacity.flow(table)
    halves = half_cycles.half_cycles(flow, conditions.first_direction)
    if not len(halves):
        result.flag(
            "no_charge", f"No charge flows in the {table.height:,} rows of this file: it holds a rest only."
        )
        return _without_charge(result, table)
    steps = step_table.steps_of(table, flow, halves)
    anode = conditions.first_direction == "discharge"
    cycles = cycle_table.efficiency(cycle_table.cycle_table(table, flow, halves), anode=anode)
    cycles, rate_words = _with_details(cycles, flow, halves, steps, conditions)
    result.tables = {
        "cycles": cycles,
        "curves": curves.curve_table(flow, halves),
        "steps": step_table.step_table(table, flow, halves, steps),
    }
    flag_counters(result, flow, halves)
    flag_beginning(result, cycles, halves, conditions)
    result.findings = cycle_findings.first_cycle(cycles, anode)
    _tell_rates_and_fade(result, cycles, conditions, rate_words)
    soft_short.flag_soft_short(result, flow, steps, halves, cycles)
    _tell_differential(result, flow, halves, steps, conditions)
    return result


def _timed(table: pl.DataFrame) -> pl.DataFrame:
    time_s = table["time_s"]
    known = time_s.is_not_null() & time_s.is_not_nan()
    return table if known.all() else table.filter(known)


def _finite(table: pl.DataFrame) -> pl.DataFrame:
    """An overflow that a file writes as infinite says no more than a missing value."""
    odd = [name for name in ("voltage_V", "current_mA") if name in table.columns and _overflows(table[name])]
    return table.with_columns(
        pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in odd
    )


def _overflows(values: pl.Series) -> bool:
    return values.dtype.is_float() and bool(values.is_infinite().any())


def _parameters(conditions: Conditions) -> dict[str, object]:
    return {
        "first_direction": conditions.first_direction,
        "reference_cycle": conditions.parameters.get("reference_cycle", conditions.reference_cycle),
        "nominal_capacity_mAh": conditions.cell.get("nominal_capacity_mAh"),
        "insignificant_share_declared": half_cycles.DECLARED_SHARE,
        "insignificant_share_undeclared": half_cycles.UNDECLARED_SHARE,
    }


def _with_details(
    cycles: pl.DataFrame, flow: Flow, halves: Halves, steps: Steps, conditions: Conditions
) -> tuple[pl.DataFrame, str]:
    """The cycles with rates, end voltages, resistance and block, and what is called 1C."""
    one_C_mA, words = cycle_details.one_C(cycles, conditions.cell.get("nominal_capacity_mAh"))
    numbers = cycles["cycle"].to_numpy()
    delay_s = float(conditions.parameters.get("resistance_delay_s") or 0)
    details = cycle_details.detail_columns(flow, halves, steps, numbers, one_C_mA, delay_s)
    cycles = cycles.with_columns(
        pl.Series(name, values, nan_to_null=True) for name, values in details.items()
    )
    cycles = cycles.with_columns(rate_block=pl.Series(rate_blocks.block_numbers(cycles)))
    return cycles.select(cycle_table.COLUMNS), words


def _tell_rates_and_fade(
    result: Result, cycles: pl.DataFrame, conditions: Conditions, rate_words: str
) -> None:
    blocks = rate_blocks.block_table(cycles)
    formation = rate_blocks.formation_cycles(cycles)
    reference = cycle_findings.reference_cycle(cycles, conditions, formation)
    formed = cycles.filter(pl.col("complete"))[formation:]
    usual = fade.main_cycles(formed)
    rate = rate_blocks.rate_text(rate_blocks.middle(column(usual, "discharge_c_rate")))
    result.tables["rate_blocks"] = blocks
    result.parameters |= {"reference_cycle_used": reference, "formation_cycles": formation}
    result.findings += fade.retention(cycles, reference)
    result.findings += fade.fade_findings(usual, rate)
    result.findings += rate_blocks.block_findings(blocks, formation, rate_words)
    result.findings += cycle_findings.rates_and_resistance(cycles, usual, reference, rate_words)
    fade.flag_cliff(result, usual)


def _tell_differential(
    result: Result, flow: Flow, halves: Halves, steps: Steps, conditions: Conditions
) -> None:
    found = differential.densities(flow, halves, steps, conditions.parameters)
    if found is None:
        return
    result.parameters["dqdv_smoothing_mV"] = 1000 * found.width_V
    result.tables["dqdv"] = differential_tables.density_table(found, halves, conditions.parameters)
    result.tables["dqdv_peaks"] = differential.peak_table(found, halves)
    result.findings += differential_tables.slope_before_plateau(flow, halves, found)


def _without_charge(result: Result, table: pl.DataFrame) -> Result:
    """A rest has one cycle that moved 0 mAh both ways; its efficiency and voltages are not known."""
    zeros = {"charge_capacity_mAh", "discharge_capacity_mAh", "charge_energy_mWh", "discharge_energy_mWh"}
    row: dict[str, object] = {name: 0.0 if name in zeros else None for name in cycle_table.COLUMNS}
    row |= {"cycle": 1, "complete": False}
    if table.height:
        row |= {"first_time_s": table["time_s"][0], "last_time_s": table["time_s"][-1]}
    types: dict[str, type[pl.DataType]] = dict.fromkeys(row, pl.Float64)
    cycles = pl.DataFrame([row], schema_overrides=types | _INTEGERS)
    result.tables = {"cycles": cycles, "curves": pl.DataFrame(schema=curves.CURVE_SCHEMA)}
    result.findings = [Finding("cycle_count", "Cycles", 0.0, "", convention="cycles in which charge flows")]
    return result


_INTEGERS: dict[str, type[pl.DataType]] = {
    "cycle": pl.Int64,
    "vendor_cycle": pl.Int64,
    "vendor_cycle_last": pl.Int64,
    "rate_block": pl.Int64,
    "complete": pl.Boolean,
}


def draw(drawing: Drawing, view: View) -> list[Chart]:
    """Capacity, curves and time always; rates, dQ/dV and resistance where there is something to show."""
    more = (rate_chart(drawing, view), dqdv_chart(drawing, view), resistance_chart(drawing, view))
    return [
        capacity_chart(drawing, view),
        voltage_curves_chart(drawing, view),
        voltage_time_chart(drawing, view),
        *(chart for chart in more if chart is not None),
    ]


CHOICES = (
    Choice("reference_cycle", "Reference cycle", "integer", lowest=1, words=("after formation",),
           help="Retention is counted against it: a number or ‘after formation’; else the first complete cycle."),
    Choice("dqdv_smoothing_mV", "Smoothing of dQ/dV", unit="mV", lowest=0.01, highest=1000,
           help="Standard deviation of the Gaussian. Without it, it follows from the width of the voltage window."),
    Choice("dqdv_cycles", "Cycles of dQ/dV", "integers", lowest=1,
           help="Cycles that are kept in any case, with commas: 1, 2, 10."),
    Choice("resistance_delay_s", "Delay of the resistance", unit="s", lowest=0, highest=3600,
           help="After a change of current, when the voltage is taken; without it the first point."),
)  # fmt: skip

METHOD = Method("cycling", "2.0", "Cycling", Technique.CYCLING, compute, draw, CHOICES)
