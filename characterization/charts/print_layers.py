"""The layers of a chart on Matplotlib axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, MaxNLocator

from characterization.charts.chart import Layer, Pane
from characterization.charts.layout import colour_range
from characterization.charts.style import FILL_OPACITY, PAPER, colour, mark_of

SYMBOLS = {
    "circle": "o",
    "square": "s",
    "triangle": "^",
    "diamond": "D",
    "triangle-down": "v",
    "cross": "P",
    "pentagon": "p",
    "star": "*",
    "ring": "o",
}


def draw(axes: Axes, pane: Pane) -> None:
    for layer in pane.layers:
        _layer(axes, layer)


def _layer(axes: Axes, layer: Layer) -> None:
    tint = colour(layer.colour)
    if layer.z is not None:
        low, high = colour_range(layer.z)
        field = axes.pcolormesh(
            layer.x, layer.y, layer.z, cmap="cividis", shading="nearest", rasterized=True, vmin=low, vmax=high
        )
        field.set_label(layer.label)
    elif layer.kind == "sticks":
        axes.vlines(layer.x, 0, layer.y, colors=tint, linewidth=0.8, label=layer.label or "_")
    elif layer.kind in ("band", "area"):
        lower = layer.y2 if layer.y2 is not None else np.zeros(len(layer.y))
        axes.fill_between(layer.x, lower, layer.y, color=tint, alpha=FILL_OPACITY, linewidth=0)
        if layer.kind == "area":
            axes.plot(layer.x, layer.y, color=tint, linewidth=0.8, label=layer.label or "_")
    else:
        axes.plot(layer.x, layer.y, label=layer.label or "_", **_strokes(layer, tint))


def _strokes(layer: Layer, tint: str) -> dict[str, Any]:
    """Line and marks of a layer, in pt."""
    strokes: dict[str, Any] = {"color": tint, "linestyle": "none"}
    if layer.kind != "points":
        strokes |= {"linestyle": (0, (3, 2)) if layer.dash else "-", "linewidth": 0.7 if layer.thin else 1.1}
    if layer.kind != "line":
        symbol = mark_of(layer.colour, layer.mark)
        hollow = layer.hollow or symbol == "ring"
        strokes |= {
            "marker": SYMBOLS[symbol],
            "markersize": 3.6 if layer.mark_every > 1 else 2.6,
            "markevery": layer.mark_every,
            "markerfacecolor": "white" if hollow else tint,
            "markeredgecolor": tint,
            "markeredgewidth": 0.7 if hollow else 0.0,
        }
    return strokes


def scales(figure: Figure, size_pt: float) -> None:
    """A colour scale at the right of each coloured field, its name above."""
    fields = [(axes, one) for axes in figure.axes for one in axes.collections if isinstance(one, QuadMesh)]
    for axes, field in fields:
        box = axes.get_position()
        beside = figure.add_axes((box.x1 + 0.012, box.y0 + 0.05 * box.height, 0.018, 0.9 * box.height))
        figure.colorbar(field, cax=beside).outline.set_visible(False)
        beside.yaxis.set_major_locator(MaxNLocator(4))
        beside.tick_params(labelsize=size_pt, labelcolor=PAPER["light"].text2, length=0, pad=2)
        beside.set_title(
            str(field.get_label()), fontsize=size_pt, color=PAPER["light"].text2, pad=3, loc="left"
        )


def legend(axes: Axes, size_pt: float) -> None:
    """Right of the plot, where no line runs under it."""
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        borderaxespad=0.0,
        fontsize=size_pt,
        frameon=False,
        handlelength=1.4,
        handletextpad=0.5,
    )


class EqualDecimals(Formatter):
    """Tick words with as many decimals as the distance between ticks needs, a true minus, and commas for
    thousands."""

    def __call__(self, value: float, pos: int | None = None) -> str:
        axis = self.axis
        ticks = np.unique(axis.get_majorticklocs()) if isinstance(axis, XAxis | YAxis) else np.zeros(0)
        step = float(np.diff(ticks).min()) if len(ticks) > 1 else 1.0
        decimals = int(np.clip(-np.floor(np.log10(step) + 1e-9), 0, 6))
        return f"{value:,.{decimals}f}".replace("-", "−")
