"""Galvanostatic cycling: capacities, efficiencies, mean voltages and retention, absolute and by our own
cycles.

How charge is counted stands in ``capacity``, what a cycle is in ``half_cycles``. Everything is kept in mAh,
mWh and V; dividing by a mass or an area is a matter of the view.
"""

from __future__ import annotations

import polars as pl

from characterization.analysis import capacity, curves, cycle_table, half_cycles
from characterization.analysis.base import Conditions, Drawing, Finding, Method, Result, View
from characterization.analysis.cycling_charts import capacity_chart, voltage_curves_chart, voltage_time_chart
from characterization.analysis.cycling_flags import flag_beginning, flag_counters
from characterization.charts.chart import Chart
from characterization.instruments.base import Recording, Technique

MILESTONES = (10, 50, 100, 200, 500, 1000)


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``cycles`` and ``curves``; findings of the first cycle and of the fade. Rows without a time are
    left out."""
    table = recording.table.filter(pl.col("time_s").is_not_null() & pl.col("time_s").is_not_nan())
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
    anode = conditions.first_direction == "discharge"
    cycles = cycle_table.efficiency(cycle_table.cycle_table(table, flow, halves), anode=anode)
    result.tables = {"cycles": cycles, "curves": curves.curve_table(flow, halves)}
    flag_counters(result, flow, halves)
    flag_beginning(result, cycles, halves, conditions)
    result.findings = [*_first_cycle(cycles, anode), *_retention(cycles, conditions)]
    return result


def _parameters(conditions: Conditions) -> dict[str, object]:
    return {
        "first_direction": conditions.first_direction,
        "reference_cycle": _wanted_reference(conditions),
        "insignificant_share_declared": half_cycles.DECLARED_SHARE,
        "insignificant_share_undeclared": half_cycles.UNDECLARED_SHARE,
    }


def _wanted_reference(conditions: Conditions) -> int | None:
    chosen = conditions.parameters.get("reference_cycle", conditions.reference_cycle)
    return int(chosen) if chosen else None


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
    "complete": pl.Boolean,
}


def _first_cycle(cycles: pl.DataFrame, anode: bool) -> list[Finding]:
    first = cycles.row(0, named=True)
    way = (
        "charge / discharge of cycle 1 (begins with a discharge)"
        if anode
        else "discharge / charge of cycle 1"
    )
    charge, discharge = first["charge_capacity_mAh"], first["discharge_capacity_mAh"]
    efficiency = first["coulombic_efficiency_percent"]
    mean = first["mean_discharge_voltage_V"]
    return [
        Finding("first_charge_capacity", "First charge capacity", charge, "mAh", convention="cycle 1"),
        Finding(
            "first_discharge_capacity", "First discharge capacity", discharge, "mAh", convention="cycle 1"
        ),
        Finding("first_coulombic_efficiency", "First coulombic efficiency", efficiency, "%", convention=way),
        Finding(
            "mean_discharge_voltage",
            "Mean discharge voltage",
            mean,
            "V",
            convention="energy / capacity, cycle 1",
        ),
        Finding("cycle_count", "Cycles", float(cycles.height), "", convention="cycles in which charge flows"),
    ]


def _retention(cycles: pl.DataFrame, conditions: Conditions) -> list[Finding]:
    """Discharge capacity of cycle n over that of the reference cycle, complete cycles only."""
    whole = cycles.filter(pl.col("complete"))
    held = dict(zip(whole["cycle"].to_list(), whole["discharge_capacity_mAh"].to_list(), strict=True))
    reference = _wanted_reference(conditions) or (min(held) if held else 0)
    if not held.get(reference):
        return []
    wanted = [n for n in MILESTONES if n in held and n != reference]
    names = [(f"capacity_retention_{n}", f"Retention at cycle {n}", n) for n in wanted]
    last = max(held)
    if last > reference:
        names.append(("capacity_retention_last", "Retention at the last cycle", last))
    way = f"discharge capacity over that of cycle {reference}"
    return [
        Finding(name, label, 100 * held[n] / held[reference], "%", convention=f"{way}; cycle {n}")
        for name, label, n in names
    ]


def draw(drawing: Drawing, view: View) -> list[Chart]:
    return [
        capacity_chart(drawing, view),
        voltage_curves_chart(drawing, view),
        voltage_time_chart(drawing, view),
    ]


METHOD = Method("cycling", "1.0", "Cycling", Technique.CYCLING, compute, draw)
