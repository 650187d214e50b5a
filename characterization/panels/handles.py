"""What can be taken hold of in a figure: the components of a fit, at their highest points above the background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from characterization.charts.chart import Chart, Layer


@dataclass(frozen=True)
class Handle:
    """A component by its name, where it is highest; ``colour`` is its role."""

    name: str
    x: float
    y: float
    colour: str


def handles_of(chart: Chart) -> list[Handle]:
    """One per area on a background, below a pane of residuals: without that nothing was fitted."""
    layers = chart.panes[-1].layers if len(chart.panes) > 1 and not chart.empty else []
    return [
        _handle(layer)
        for layer in layers
        if layer.kind == "area" and layer.y2 is not None and np.isfinite(layer.y).any()
    ]


def _handle(layer: Layer) -> Handle:
    above = layer.y - layer.y2 if layer.y2 is not None else layer.y
    place = int(np.nanargmax(above)) if layer.at is None else int(np.abs(layer.x - layer.at).argmin())
    x = float(layer.x[place]) if layer.at is None else layer.at
    return Handle(layer.label or layer.source, x, float(layer.y[place]), layer.colour)
