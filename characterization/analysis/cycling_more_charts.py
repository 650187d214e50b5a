"""Rates, differential capacity, resistance and end voltages: drawn only where a test has them to show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from characterization.analysis.base import Drawing, View
from characterization.analysis.cycle_findings import delay_text
from characterization.analysis.cycling_charts import chosen_cycles, voltage_axis
from characterization.analysis.rate_blocks import rate_text
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Pane

MOST_NAMED_BLOCKS = 12
MOST_NAMED_PEAKS = 3
SHORTEST_NAMED_SHARE = 0.04


def rate_chart(drawing: Drawing, view: View) -> Chart | None:
    """Discharge capacity by cycle with its blocks of one rate; None where there is one rate only."""
    blocks = drawing.tables.get("rate_blocks")
    if blocks is None or blocks.height < 2:
        return None
    divisor, unit = view.divisor()
    cycles = drawing.tables["cycles"].filter(pl.col("complete"))
    held = column(cycles, "discharge_capacity_mAh") / divisor
    points = Layer("points", column(cycles, "cycle"), held, "", view.colour)
    means = [
        Layer("line", np.array([first - 0.4, last + 0.4]), np.array([mean, mean]) / divisor, "", "text2")
        for first, last, mean in blocks.select(
            "first_cycle", "last_cycle", "mean_discharge_capacity_mAh"
        ).iter_rows()
    ]
    kept = ", ".join(
        f"{rate_text(rate)} {percent:.1f} %"
        for rate, percent in blocks.select("discharge_c_rate", "retention_percent")
        .drop_nulls()
        .head(MOST_NAMED_BLOCKS)
        .iter_rows()
    )
    return Chart(
        key="rate_capability",
        title="Rate capability",
        subtitle="by cycle",
        x=Axis("Cycle"),
        panes=[Pane(Axis("Discharge capacity", unit), [points, *means], notes=_block_notes(blocks, divisor))],
        caption=f"Lines: mean of each run of cycles at one rate. Kept of the first run: {kept}.",
        description=f"Discharge capacity in {blocks.height} runs of cycles at one rate.",
        simulated=view.simulated,
    )


def _block_notes(blocks: pl.DataFrame, divisor: float) -> list[Note]:
    """The discharge rate above each block that is wide enough to carry it."""
    whole = blocks["last_cycle"][-1] - blocks["first_cycle"][0] + 1
    wide = blocks.filter(pl.col("cycles") >= SHORTEST_NAMED_SHARE * whole).head(MOST_NAMED_BLOCKS)
    return [
        Note((row["first_cycle"] + row["last_cycle"]) / 2,
             row["mean_discharge_capacity_mAh"] / divisor, rate_text(row["discharge_c_rate"]))
        for row in wide.iter_rows(named=True)
    ]  # fmt: skip


def dqdv_chart(drawing: Drawing, view: View) -> Chart | None:
    """dQ/dV of chosen cycles, first to last along the ordered ramp; None where there is none."""
    table = drawing.tables.get("dqdv")
    if table is None or table.is_empty():
        return None
    divisor, unit = view.divisor()
    available = table["cycle"].unique().sort().to_list()
    cycles = drawing.tables["cycles"]
    whole = cycles.filter(pl.col("complete") & pl.col("cycle").is_in(available))["cycle"]
    shown = chosen_cycles(available, tuple(view.cycles), int(whole[-1]) if len(whole) else available[-1])
    names = ", ".join(str(cycle) for cycle in shown)
    missing = f"dQ/dV was kept for the cycles {', '.join(map(str, available))}."
    return Chart(
        key="dqdv",
        title="Differential capacity",
        subtitle=f"cycles {names}" if shown else "",
        x=voltage_axis(view),
        panes=[
            Pane(
                Axis("dQ/dV", f"{unit} V⁻¹"),
                [layer for cycle in shown for layer in _dqdv_layers(table, cycle, shown, divisor, view)],
                notes=_peak_notes(drawing, shown, divisor, view),
            )
        ],
        caption=f"Smoothed with a Gaussian of {table['smoothing_mV'][0]:.3g} mV standard deviation, constant voltage "
        "left out. Charge up, discharge down.",
        description=f"dQ/dV against voltage of cycles {names}." if shown else missing,
        empty="" if shown else missing,
        simulated=view.simulated,
    )


def _dqdv_layers(
    table: pl.DataFrame, cycle: int, shown: list[int], divisor: float, view: View
) -> list[Layer]:
    colour = f"ramp:{shown.index(cycle) / max(len(shown) - 1, 1):.3f}"
    layers = []
    for direction in ("charge", "discharge"):
        part = table.filter((pl.col("cycle") == cycle) & (pl.col("direction") == direction))
        if part.height:
            x, y = column(part, "voltage_V") + view.voltage_offset_V, column(part, "dqdv_mAh_per_V") / divisor
            layers.append(Layer("line", x, y, "", colour, source=f"cycle {cycle}, {direction}"))
    if layers and cycle in (shown[0], shown[-1]):
        layers[0] = replace(layers[0], label=f"cycle {cycle}")
    return layers


def _peak_notes(drawing: Drawing, shown: list[int], divisor: float, view: View) -> list[Note]:
    """The voltages of the highest peaks of the last cycle shown."""
    peaks = drawing.tables["dqdv_peaks"].filter(pl.col("cycle") == (shown[-1] if shown else 0))
    notes = []
    for direction, sign in (("charge", 1), ("discharge", -1)):
        own = peaks.filter(pl.col("direction") == direction).sort("height_mAh_per_V", descending=True)
        for volts, height in own.select("voltage_V", "height_mAh_per_V").head(MOST_NAMED_PEAKS).iter_rows():
            moved = volts + view.voltage_offset_V
            notes.append(Note(moved, sign * height / divisor, f"{moved:.3f}"))
    return notes


def resistance_chart(drawing: Drawing, view: View) -> Chart | None:
    """Resistance, and the voltages at which the half cycles and the rests after them end; None where no step of the
    current shows a resistance in two cycles."""
    cycles = drawing.tables["cycles"]
    if RESISTANCES[0] not in cycles.columns or max(cycles[name].count() for name in RESISTANCES) < 2:
        return None
    numbers = column(cycles, "cycle")
    ohms = [
        Layer("points", numbers, column(cycles, name), word, view.colour, hollow=hollow)
        for name, word, hollow in zip(RESISTANCES, ("charged", "discharged"), (True, False), strict=True)
        if cycles[name].count()
    ]
    volts = [
        Layer("points", numbers, column(cycles, name) + view.voltage_offset_V, word, colour, hollow=hollow)
        for name, word, colour, hollow in END_VOLTAGES
        if cycles[name].count()
    ]
    delays = [column(cycles, name.replace("_ohm", "_delay_s")) for name in RESISTANCES]
    return Chart(
        key="resistance",
        title="Resistance and end voltages",
        subtitle="by cycle",
        x=Axis("Cycle"),
        panes=[Pane(Axis("Internal resistance", "Ω"), ohms, 0.5), Pane(voltage_axis(view), volts, 0.5)],
        caption="ΔV/ΔI at the step of the current after charge (hollow) and after discharge (filled), "
        f"{delay_text(float(np.nanmedian(np.concatenate(delays))))} (median of the delays).",
        description=f"Internal resistance and end voltages of {cycles.height} cycles.",
        simulated=view.simulated,
    )


RESISTANCES = ("internal_resistance_ohm", "discharged_resistance_ohm")
END_VOLTAGES = (
    ("end_of_charge_voltage_V", "end of charge", "text", True),
    ("end_of_discharge_voltage_V", "end of discharge", "text", False),
    ("rest_after_charge_voltage_V", "rest after charge", "text2", True),
    ("rest_after_discharge_voltage_V", "rest after discharge", "text2", False),
)
