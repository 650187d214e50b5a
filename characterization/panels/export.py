"""A chart cut to a window and thinned to what a screen shows: never more than 2,000 points in a line."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from tsdownsample import MinMaxLTTBDownsampler

from characterization.charts.chart import Chart, Layer

MOST_POINTS = 2000
_THINNER = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]  # the library's own signature is untyped
_THINNED = ("line", "area", "band")


@dataclass(frozen=True)
class Finer:
    """Which columns of the table a chart's lines show, one per pane and before those of its temperatures, and how many
    of x's unit make one on its axis."""

    x: str
    x_per: float
    y: tuple[str, ...]


FINER = {"voltage_time": Finer("time_s", 3600.0, ("voltage_V", "current_mA"))}
"""Charts that are drawn from the overview: a zoom asks the whole table for the points between. All others hold
every point that their analysis kept, and a zoom cuts a window out of them."""


def windowed(chart: Chart, start: float | None = None, end: float | None = None) -> Chart:
    """The chart between two x values, each line thinned to at most 2,000 points with its extremes among them."""
    panes = [replace(pane, layers=[_fit(layer, start, end) for layer in pane.layers]) for pane in chart.panes]
    return replace(chart, panes=panes)


def _fit(layer: Layer, start: float | None, end: float | None) -> Layer:
    kept = np.ones(len(layer.x), dtype=bool)
    if start is not None:
        kept &= layer.x >= start
    if end is not None:
        kept &= layer.x <= end
    rows = np.flatnonzero(kept)
    if layer.z is not None:
        return replace(layer, x=layer.x[rows], z=layer.z[:, rows])
    if layer.kind in _THINNED and rows.size > MOST_POINTS and np.isfinite(layer.y[rows]).all():
        values = np.ascontiguousarray(layer.y[rows], dtype=np.float64)
        rows = rows[_THINNER.downsample(values, n_out=MOST_POINTS).astype(np.intp)]
    elif rows.size > MOST_POINTS:
        rows = rows[np.linspace(0, rows.size - 1, MOST_POINTS).astype(np.intp)]
    if rows.size == len(layer.x):
        return layer
    y2 = layer.y2[rows] if layer.y2 is not None else None
    return replace(layer, x=layer.x[rows], y=layer.y[rows], y2=y2)
