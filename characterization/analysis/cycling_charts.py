"""What cycling looks like: capacity and efficiency by cycle, V–Q curves, voltage and current against time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from characterization.analysis.base import Drawing, View
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, LayerKind, Note, Numbers, Pane

EFFICIENCY_SHOWN = (80.0, 105.0)
DEFAULT_CYCLES = (1, 2, 10, 50)
MOST_TEMPERATURES = 4
NOTHING_YET = "No charge flows in this file"


def capacity_chart(drawing: Drawing, view: View) -> Chart:
    """Coulombic efficiency in its own strip, charge hollow and discharge filled below."""
    cycles = drawing.tables["cycles"]
    divisor, unit = view.divisor()
    numbers = column(cycles, "cycle")
    charge, discharge = (column(cycles, f"{word}_capacity_mAh") / divisor for word in ("charge", "discharge"))
    flows = bool(np.nansum(charge) + np.nansum(discharge) > 0)
    marks: LayerKind = "points" if cycles.height <= 400 else "line"
    source = str(drawing.meta.get("title", ""))
    capacities = [
        Layer(marks, numbers, charge, "charge", view.colour, hollow=True, source=source),
        Layer(marks, numbers, discharge, "discharge", view.colour, source=source),
    ]
    efficiency = column(cycles, "coulombic_efficiency_percent")
    strip = [Layer("points", numbers, efficiency, "", "text2", mark="cross", source=source)]
    within, cut = efficiency_axis(efficiency)
    return Chart(
        key="capacity",
        title="Capacity",
        subtitle="by cycle",
        x=Axis("Cycle"),
        panes=[
            Pane(Axis("Coulombic efficiency", "%", range=within), strip if flows else [], share=0.3),
            Pane(
                Axis("Capacity", unit),
                capacities if flows else [],
                share=0.7,
                notes=events_by_cycle(cycles, view, np.fmax(charge, discharge)) if flows else (),
            ),
        ],
        caption=_capacity_caption(view, unit) + cut,
        description=_capacity_words(cycles, unit, divisor) if flows else NOTHING_YET,
        empty="" if flows else f"{NOTHING_YET}: no cycle to show.",
        simulated=view.simulated,
        flags=tuple(flag.message for flag in drawing.flags),
    )


def efficiency_axis(percent: Numbers) -> tuple[tuple[float, float] | None, str]:
    """The range of the efficiency strip, and the sentence on what it cuts away.

    80 to 105 % where most cycles lie there and some do not: one wild cycle must not flatten the others.
    """
    known = percent[np.isfinite(percent)]
    outside = int(((known < EFFICIENCY_SHOWN[0]) | (known > EFFICIENCY_SHOWN[1])).sum())
    if not outside or outside > known.size / 2:
        return None, ""
    low, high = EFFICIENCY_SHOWN
    points = f"{outside} point lies" if outside == 1 else f"{outside} points lie"
    return EFFICIENCY_SHOWN, f" Efficiency is shown from {low:.0f} to {high:.0f} %; {points} outside."


def _capacity_caption(view: View, unit: str) -> str:
    known = {"mAh/g active": "active mass", "mAh/g composite": "composite mass", "mAh/cm²": "area"}
    if unit == view.basis:
        return "Charge hollow, discharge filled."
    return (
        "Charge hollow, discharge filled. In mAh because the "
        f"{known.get(view.basis, view.basis)} is not known."
    )


def _capacity_words(cycles: pl.DataFrame, unit: str, divisor: float) -> str:
    held = cycles["discharge_capacity_mAh"].drop_nulls()
    if held.is_empty():
        return f"Charge capacity of {cycles.height} cycles."
    return (
        f"Discharge capacity of {cycles.height} cycles, from "
        f"{held[0] / divisor:.4g} to {held[-1] / divisor:.4g} {unit}."
    )


def chosen_cycles(available: list[int], wanted: tuple[int, ...], last: int) -> list[int]:
    """The wanted cycles that exist; by default 1, 2, 10, 50 and ``last``, the last complete one."""
    picked = wanted or (*DEFAULT_CYCLES, last)
    return sorted({cycle for cycle in picked if cycle in set(available)})


def voltage_curves_chart(drawing: Drawing, view: View) -> Chart:
    """Voltage against capacity of chosen cycles, first to last along the ordered ramp."""
    curves = drawing.tables["curves"]
    divisor, unit = view.divisor()
    cycles = drawing.tables["cycles"]
    whole = cycles.filter(pl.col("complete"))["cycle"]
    last = int((whole if len(whole) else cycles["cycle"])[-1])
    shown = chosen_cycles(curves["cycle"].unique().sort().to_list(), tuple(view.cycles), last)
    layers = [layer for cycle in shown for layer in _curve_layers(curves, cycle, shown, divisor, view)]
    names = ", ".join(str(cycle) for cycle in shown)
    why = (
        f"Cycle {', '.join(map(str, view.cycles))} is not in this file."
        if view.cycles
        else f"{NOTHING_YET}: no curve to show."
    )
    return Chart(
        key="voltage_curves",
        title="Voltage curves",
        subtitle=f"cycles {names}" if shown else "",
        x=Axis("Capacity", unit),
        panes=[Pane(voltage_axis(view), layers)],
        description=f"Voltage against capacity of cycles {names}." if shown else why,
        empty="" if layers else why,
        simulated=view.simulated,
    )


def _curve_layers(
    curves: pl.DataFrame, cycle: int, shown: list[int], divisor: float, view: View
) -> list[Layer]:
    """Charge and discharge of one cycle; only the first and the last cycle shown are written at their
    curve."""
    place = shown.index(cycle) / max(len(shown) - 1, 1)
    layers = []
    for direction in ("charge", "discharge"):
        part = curves.filter((pl.col("cycle") == cycle) & (pl.col("direction") == direction))
        if part.height:
            x, y = column(part, "capacity_mAh") / divisor, column(part, "voltage_V") + view.voltage_offset_V
            layers.append(Layer("line", x, y, "", f"ramp:{place:.3f}", source=f"cycle {cycle}, {direction}"))
    if layers and cycle in (shown[0], shown[-1]):
        layers[-1] = replace(layers[-1], label=f"cycle {cycle}")
    return layers


def voltage_axis(view: View) -> Axis:
    return Axis("Voltage", f"V {view.voltage_reference}".strip())


def voltage_time_chart(drawing: Drawing, view: View) -> Chart:
    """Voltage and current against test time in h, from the overview: its extremes are kept, not every
    point."""
    overview = drawing.overview
    hours = column(overview, "time_s") / 3600
    voltage, current = column(overview, "voltage_V") + view.voltage_offset_V, column(overview, "current_mA")
    drawn = bool(np.isfinite(voltage).any())
    warmth = temperatures(overview.columns) if drawn else []
    lines = [
        Layer("line", hours, column(overview, name), "", "s3", thin=True, source=name) for name in warmth
    ]
    return Chart(
        key="voltage_time",
        title="Voltage and current",
        subtitle="against time",
        x=Axis("Time", "h"),
        panes=[
            Pane(
                voltage_axis(view),
                [Layer("line", hours, voltage, "", view.colour, thin=True)] if drawn else [],
                0.65,
                event_notes(view, voltage, hours, 3600.0) if drawn else (),
            ),
            Pane(
                Axis("Current", "mA"),
                [Layer("line", hours, current, "", "text2", thin=True)] if drawn else [],
                0.35,
            ),
            *([Pane(Axis("Temperature", "°C"), lines, 0.3)] if lines else []),
        ],
        description=f"Voltage and current over {np.nanmax(hours):.4g} h."
        if drawn
        else "No voltage in this file.",
        empty="" if drawn else "No voltage in this file.",
        simulated=view.simulated,
    )


def temperatures(columns: Sequence[str]) -> list[str]:
    """The first few columns that are temperatures, in the table's order."""
    return [name for name in columns if name.endswith("_degC")][:MOST_TEMPERATURES]


def event_notes(view: View, heights: Numbers, at: Numbers, per: float) -> list[Note]:
    """What happened to the cell, at its time above the line; ``per`` seconds make one on the x axis.

    Events after the last point are left out: nothing was measured then.
    """
    told = [(time_s / per, text) for time_s, text in view.options.get("events", ())]
    known = np.isfinite(heights) & np.isfinite(at)
    if not known.any():
        return []
    x, y = at[known], heights[known]
    order = np.argsort(x, kind="stable")
    return [
        Note(when, float(np.interp(when, x[order], y[order])), f"▾ {text}")
        for when, text in told
        if when <= x.max()
    ]


def events_by_cycle(cycles: pl.DataFrame, view: View, capacity: Numbers) -> list[Note]:
    """What happened to the cell, above the cycle in which it did."""
    begun, numbers = column(cycles, "first_time_s"), column(cycles, "cycle")
    ended = column(cycles, "last_time_s")
    notes = []
    for time_s, text in view.options.get("events", ()):
        place = int(np.searchsorted(begun, time_s, side="right")) - 1
        if place >= 0 and time_s <= np.nanmax(ended) and np.isfinite(capacity[place]):
            notes.append(Note(float(numbers[place]), float(capacity[place]), f"▾ {text}"))
    return notes
