"""What a comparison of cells looks like: capacity and efficiency by group, and the first cycle of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from characterization.analysis.comparison import CellCurve, Group, common
from characterization.charts.chart import Axis, Chart, Layer, Numbers, Pane

Shown = Literal["bands", "cells"]
MARK_EVERY = 10
NO_CYCLES = "No cycle of these cells is known yet: their files have not been read."
_CUT_SHARE = 3.0


@dataclass(frozen=True)
class Look:
    """``unit`` is the capacity's. ``reference`` is a cycle: then retention against it is shown, else None."""

    unit: str
    shown: Shown = "bands"
    reference: int | None = None
    simulated: bool = False


@dataclass(frozen=True)
class FirstCurve:
    """V–Q of cycle 1 of a cell. ``curves``: ``direction``, ``capacity`` (in the comparison's unit), ``voltage_V``."""

    group: str
    colour: str
    code: str
    curves: pl.DataFrame


def capacity_chart(groups: Sequence[Group], look: Look) -> Chart:
    """Coulombic efficiency in its own strip, below it capacity or retention; as bands (mean ± sd) or single cells."""
    held = [group for group in groups if group.cells]
    retention = look.reference is not None
    axis = Axis("Retention", "%") if retention else Axis("Discharge capacity", look.unit)
    efficiency = [layer for group in held for layer in _efficiency(group, look)]
    window, cut = _window(efficiency)
    return Chart(
        key="comparison",
        title="Discharge retention and CE" if retention else "Discharge capacity and CE",
        subtitle="mean ± sd over n cells" if look.shown == "bands" else "single cells",
        x=Axis("Cycle"),
        panes=[
            Pane(Axis("CE", "%", range=window), efficiency, share=0.28),
            Pane(axis, [layer for group in held for layer in _capacity(group, look)], share=0.72),
        ],
        caption=_caption(look) + cut,
        description=f"Discharge capacity by cycle of {_counted(held)}.",
        empty="" if held else NO_CYCLES,
        simulated=look.simulated,
    )


def _counted(groups: Sequence[Group]) -> str:
    return ", ".join(f"{len(group.cells)} cells with {named(group.name)}" for group in groups)


def named(group: str) -> str:
    return group or "No additive"


def _caption(look: Look) -> str:
    said = "A band is mean ± 1 sd and ends with the first cell of its group." if look.shown == "bands" else ""
    return f"{said} Retention against cycle {look.reference}." if look.reference is not None else said


def _values(cell: CellCurve, look: Look) -> Numbers:
    return cell.discharge if look.reference is None else cell.retention(look.reference)


def _capacity(group: Group, look: Look) -> list[Layer]:
    """A band with its mean, labelled with the group and its n; or one thin line per cell, the first labelled."""
    curves = [_values(cell, look) for cell in group.cells]
    label = f"{named(group.name)} n = {len(group.cells)}"
    dash = group.colour == "s0"
    if look.shown == "cells":
        labels = [label, *[""] * (len(curves) - 1)]
        return [
            Layer("line", cell.cycle, curve, name, group.colour, thin=True, dash=dash, source=cell.code)
            for cell, curve, name in zip(group.cells, curves, labels, strict=True)
        ]
    cycles, rows = common(group.cells, curves)
    mean = rows.mean(axis=0) if rows.size else cycles * np.nan
    layers = []
    if len(group.cells) > 1 and rows.size:
        sd = rows.std(axis=0, ddof=1)
        layers.append(
            Layer("band", cycles, mean - sd, "", group.colour, y2=mean + sd, source=named(group.name))
        )
    layers.append(
        Layer(
            "line+points",
            cycles,
            mean,
            label,
            group.colour,
            dash=dash,
            mark_every=MARK_EVERY,
            source=f"{label}, mean",
        )
    )
    return layers


def _efficiency(group: Group, look: Look) -> list[Layer]:
    dash = group.colour == "s0"
    if look.shown == "cells":
        return [
            Layer(
                "line", cell.cycle, cell.efficiency, "", group.colour, thin=True, dash=dash, source=cell.code
            )
            for cell in group.cells
        ]
    cycles, rows = common(group.cells, [cell.efficiency for cell in group.cells])
    mean = rows.mean(axis=0) if rows.size else cycles * np.nan
    return [
        Layer(
            "line", cycles, mean, "", group.colour, thin=True, dash=dash, source=f"{named(group.name)}, mean"
        )
    ]


def _window(layers: Sequence[Layer]) -> tuple[tuple[float, float] | None, str]:
    """A range of the efficiency strip in which the later cycles can be told apart, and what it cuts away, in words."""
    arrays = [layer.y[np.isfinite(layer.y)] for layer in layers]
    known = np.concatenate(arrays) if arrays else np.empty(0)
    if known.size < 10:
        return None, ""
    low, middle, high = np.percentile(known, [5, 50, 100])
    floor = float(np.floor(2 * (low - 0.25)) / 2)
    if known.min() >= middle - _CUT_SHARE * max(middle - floor, 0.5):
        return None, ""
    outside = int((known < floor).sum())
    points = "1 point of CE lies" if outside == 1 else f"{outside} points of CE lie"
    return (
        floor,
        float(high) + 0.25,
    ), f" {points} below {floor:g} %: the table has the first."


def first_cycle_chart(curves: Sequence[FirstCurve], look: Look, voltage: str, cycle: int = 1) -> Chart:
    """Charge and discharge of one cycle, one cell per group, on one scale. ``voltage`` is the axis' unit."""
    layers = [layer for curve in curves for layer in _first(curve)]
    return Chart(
        key="first_cycle",
        title="Voltage curves",
        subtitle=f"cycle {cycle}, median cell of each group",
        x=Axis("Specific capacity" if "/" in look.unit else "Capacity", look.unit),
        panes=[Pane(Axis("Voltage", voltage), layers)],
        caption=f"Median by first discharge: {', '.join(f'{one.code} ({named(one.group)})' for one in curves)}.",
        description=f"Voltage against capacity in cycle {cycle} of {', '.join(named(c.group) for c in curves)}.",
        empty="" if layers else NO_CYCLES if cycle == 1 else f"Cycle {cycle} is in none of the median cells.",
        simulated=look.simulated,
    )  # fmt: skip


def _first(curve: FirstCurve) -> list[Layer]:
    layers = []
    for direction in ("charge", "discharge"):
        part = curve.curves.filter(pl.col("direction") == direction)
        if part.height:
            label = named(curve.group) if direction == "discharge" else ""
            x, y = (part[name].to_numpy().astype(np.float64) for name in ("capacity", "voltage_V"))
            source = f"{curve.code}, {direction}"
            layers.append(Layer("line", x, y, label, curve.colour, dash=curve.colour == "s0", source=source))
    return layers
