"""Presses a chart into an SVG for reports and exports, or a PNG; same chart, same bytes.

Letters become outlines, so the figure looks alike wherever it is put. Light colours only; marks and labels
carry what grey paper would lose.
"""

from __future__ import annotations

import io
import logging
import threading
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from characterization.charts import layout, print_layers
from characterization.charts.chart import Axis, Chart, Pane
from characterization.charts.paper import DEFAULT_HEIGHT_MM
from characterization.charts.style import PAPER, label_colour

MM = 1 / 25.4
POINT = 72.0
WORDS_PT, TICK_PT = 7.0, 6.5
LEFT, RIGHT, TOP, BOTTOM, GAP = 30.0, 8.0, 15.0, 24.0, 19.0
"""Margins and the gap between panes, in pt."""

CHARACTER_PT = 3.9
RIGHT_WITH_LABELS = 74.0
RIGHT_WITH_SCALE = 40.0
INK = PAPER["light"]
_PRESS = threading.Lock()
"""Matplotlib keeps its settings in one place for the whole process: one figure at a time."""


def press(
    chart: Chart, width_mm: float = 84, height_mm: float = DEFAULT_HEIGHT_MM, fonts: Path | None = None
) -> bytes:
    """The chart as SVG. ``fonts`` is a folder of .ttf or .otf faces, Inter first; without one DejaVu Sans is
    taken."""
    with _PRESS, matplotlib.rc_context(_settings(fonts)):
        figure = _figure(chart, width_mm, height_mm)
        FigureCanvasSVG(figure)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": "labsys"})
    return out.getvalue()


def png(
    chart: Chart, scale: float = 2, width_mm: float = 148, height_mm: float = 85, fonts: Path | None = None
) -> bytes:
    """The chart as PNG at ``scale`` × 96 dots per inch, on white."""
    with _PRESS, matplotlib.rc_context(_settings(fonts)):
        figure = _figure(chart, width_mm, height_mm)
        FigureCanvasAgg(figure)
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=96 * scale, metadata={"Software": "labsys"})
    return out.getvalue()


def characters(fonts: Path) -> frozenset[int]:
    """The characters that the faces in a folder hold."""
    return frozenset(code for path in _faces(fonts) for code in font_manager.get_font(path).get_charmap())


def _faces(fonts: Path) -> list[Path]:
    return sorted([*fonts.glob("*.ttf"), *fonts.glob("*.otf")])


@cache
def _families(fonts: Path | None) -> tuple[str, ...]:
    """Names of the faces in a folder, Inter before the others; DejaVu Sans always last."""
    # A face without a semibold is set in regular; that is known and not worth a line in the log for each figure.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    names: list[str] = []
    for path in _faces(fonts) if fonts else []:
        font_manager.fontManager.addfont(path)
        names.append(font_manager.get_font(path).family_name)
    unique = sorted(set(names), key=lambda name: (not name.startswith("Inter"), name))
    return (*unique, "DejaVu Sans")


def _settings(fonts: Path | None) -> Any:
    return {
        "svg.hashsalt": "labsys",
        "svg.fonttype": "path",
        "font.family": list(_families(fonts)),
        "axes.unicode_minus": True,
        "path.simplify": True,
        "axes.formatter.useoffset": False,
    }


def _figure(chart: Chart, width_mm: float, height_mm: float) -> Figure:
    width, height = width_mm * MM * POINT, height_mm * MM * POINT
    figure = Figure(figsize=(width_mm * MM, height_mm * MM), facecolor="white")
    right = _right_margin(chart)
    plot_width, plot_height = width - LEFT - right, height - TOP - BOTTOM
    spans = layout.domains(chart, GAP / plot_height)
    for place, (pane, (bottom, top)) in enumerate(zip(chart.panes, spans, strict=True)):
        box = (LEFT / width, (BOTTOM + bottom * plot_height) / height, plot_width / width)
        axes = figure.add_axes((*box, (top - bottom) * plot_height / height))
        size = (plot_width, (top - bottom) * plot_height)
        _dress(axes, chart, pane, size, last=place == len(spans) - 1)
        if not chart.empty:
            print_layers.draw(axes, pane)
            _labels(axes, chart, pane, (*size, right))
    _words(figure, chart, width, height)
    print_layers.scales(figure, TICK_PT)
    if layout.wants_legend(chart) and not chart.empty:
        print_layers.legend(figure.axes[0], TICK_PT)
    return figure


def _right_margin(chart: Chart) -> float:
    if not chart.empty and any(layer.kind == "heat" for layer in chart.layers):
        return RIGHT_WITH_SCALE
    if chart.empty or not layout.labelled(chart):
        return RIGHT
    widest = max(len(layer.label) for layer in layout.labelled(chart)) * CHARACTER_PT + (
        24 if layout.wants_legend(chart) else 8
    )
    return min(max(widest, RIGHT), RIGHT_WITH_LABELS)


def _dress(axes: Axes, chart: Chart, pane: Pane, size: tuple[float, float], *, last: bool) -> None:
    """Axis line and ticks below, horizontal grid, no box."""
    axes.set_facecolor("none")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_visible(last)
    axes.spines["bottom"].set_color(INK.axis)
    axes.spines["bottom"].set_linewidth(0.6)
    axes.set_xscale("log" if chart.x.log else "linear")
    axes.set_yscale("log" if pane.y.log else "linear")
    across, up = layout.ranges(chart, pane, size)
    axes.set_xlim(*across)
    axes.set_ylim(*up)
    axes.grid(visible=True, axis="y", color=INK.grid, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(which="minor", axis="y", length=0)
    axes.tick_params(which="minor", axis="x", length=1.5 if last else 0, width=0.4, color=INK.axis)
    axes.tick_params(axis="y", length=0, labelsize=TICK_PT, labelcolor=INK.text2, pad=3)
    axes.tick_params(axis="x", length=3 if last else 0, width=0.5, color=INK.axis, labelsize=TICK_PT, pad=2)
    axes.tick_params(axis="x", labelcolor=INK.text2, labelbottom=last)
    _ticks(axes, chart.x, pane.y, pane.share, empty=bool(chart.empty))


def _ticks(axes: Axes, x: Axis, y: Axis, share: float, *, empty: bool) -> None:
    if not x.log:
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=not x.unit))
    if not y.log:
        axes.yaxis.set_major_locator(MaxNLocator(5 if share > 0.5 else 3, steps=[1, 2, 5, 10]))
    for axis, shown in ((axes.xaxis, x), (axes.yaxis, y)):
        if empty and shown.range is None:
            axis.set_ticklabels([])
        elif not shown.log:
            axis.set_major_formatter(print_layers.EqualDecimals())


def _words(figure: Figure, chart: Chart, width: float, height: float) -> None:
    style: dict[str, Any] = {"fontsize": WORDS_PT, "color": INK.text2}
    for axes, pane in zip(figure.axes, chart.panes, strict=True):
        top = axes.get_position().y1
        figure.text(2 / width, top + 4.5 / height, pane.y.name, ha="left", va="bottom", **style)
    right = figure.axes[0].get_position().x1
    figure.text(right, 3 / height, chart.x.name, ha="right", va="bottom", **style)
    if chart.simulated:
        said = style | {"color": INK.simulated}
        figure.text(right, 1 - 2 / height, "simulated", ha="right", va="top", **said)
    if chart.empty:
        figure.text(0.5, 0.5, chart.empty, ha="center", va="center", wrap=True, **style)


def _labels(axes: Axes, chart: Chart, pane: Pane, size: tuple[float, float, float]) -> None:
    """Labels at line ends, notes at their points."""
    for note in pane.notes:
        axes.annotate(
            note.text, (note.x, note.y), xytext=(0, 2), textcoords="offset points", ha="center", va="bottom",
            fontsize=TICK_PT, color=INK.text2, annotation_clip=True,
        )  # fmt: skip
    if layout.wants_legend(chart):
        return
    width, height, right = size
    named = [
        (layer, point)
        for layer in pane.layers
        if layer.label and (point := layout.label_point(layer, chart.x))
    ]
    across, up = layout.ranges(chart, pane, (width, height))
    ends = [
        layout.End(
            width * layout.fraction(x, across, log=chart.x.log),
            height * layout.fraction(y, up, log=pane.y.log),
            len(layer.label) * CHARACTER_PT + 5,
        )
        for layer, (x, y) in named
    ]
    places = layout.place_labels(ends, 8.0, width + right, height=height)
    for (layer, point), place in zip(named, places, strict=True):
        axes.annotate(
            layer.label, point, xytext=(-4 if place.left else 4, place.shift), textcoords="offset points",
            ha="right" if place.left else "left", va="center", fontsize=WORDS_PT, fontweight="semibold",
            color=label_colour(layer.colour), annotation_clip=False,
            arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": INK.axis} if place.leader else None,
        )  # fmt: skip
