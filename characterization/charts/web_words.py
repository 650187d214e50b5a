"""The words in a Plotly figure: axis names at the edges, labels at the ends of lines, notes at their points."""

from __future__ import annotations

from typing import Any

import numpy as np

from characterization.charts import layout, web_traces
from characterization.charts.chart import Axis, Chart, Note, Numbers, Pane
from characterization.charts.style import PAPER, Paper, Theme, label_colour
from characterization.charts.web_traces import axis_name, words

PANEL_WIDTH, PANEL_HEIGHT = 560.0, 320.0
"""The size in px at which labels are placed; the page may show the figure at another."""

MARGIN = {"l": 52, "r": 12, "t": 28, "b": 38}
RIGHT_WITH_LABELS = 130
RIGHT_WITH_SCALE = 72
GAP_PX = 30.0
CHARACTER_PX = 6.4
LABEL_PX = 13.0
STROKE_STEP_PX = 4.0
NOTE_NEAR_PX = 52.0


def plot_height() -> float:
    return PANEL_HEIGHT - MARGIN["t"] - MARGIN["b"]


def _annotation(text: str, paper: Paper, **where: Any) -> dict[str, Any]:
    defaults = {
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "font": {"size": 11, "color": paper.text2},
    }
    return defaults | {"text": text} | where


def axis_words(chart: Chart, paper: Paper) -> list[dict[str, Any]]:
    """Axis names: each y above its pane at the left edge, x below at the right end; and what the figure must
    admit."""
    spans = layout.domains(chart, GAP_PX / plot_height())
    said = [
        _annotation(
            axis_name(pane.y),
            paper,
            x=0,
            xanchor="left",
            xshift=4 - MARGIN["l"],
            y=top,
            yanchor="bottom",
            yshift=7,
        )
        for pane, (_, top) in zip(chart.panes, spans, strict=True)
    ]
    name = axis_name(chart.x)
    said.append(
        _annotation(name, paper, x=1, xanchor="right", y=0, yanchor="top", yshift=-22 if chart.x.log else -20)
    )
    if chart.simulated:
        colour = {"size": 11, "color": paper.simulated}
        said.append(
            _annotation(
                "simulated", paper, x=1, xanchor="right", y=1, yanchor="bottom", yshift=7, font=colour
            )
        )
    if chart.empty:
        colour = {"size": 13, "color": paper.text2}
        said.append(
            _annotation(
                words(chart.empty), paper, x=0.5, y=0.5, xanchor="center", yanchor="middle", font=colour
            )
        )
    return said


def notes(chart: Chart, paper: Paper) -> list[dict[str, Any]]:
    """Words above their points; beside a higher note they stand on the far side of it, so as not to run into it."""
    if chart.empty:
        return []
    return [
        _annotation(
            words(note.text), paper, xref="x", yref=web_traces.axis_id(place), yanchor="bottom", yshift=4,
            x=_at(note.x, chart.x), y=_at(note.y, pane.y), **_aside(chart, pane, note),
        )
        for place, pane in enumerate(chart.panes)
        for note in pane.notes
    ]  # fmt: skip


def _aside(chart: Chart, pane: Pane, note: Note) -> dict[str, Any]:
    width = PANEL_WIDTH - MARGIN["l"] - MARGIN["r"]
    across = layout.x_range(chart)

    def place(one: Note) -> float:
        return width * layout.fraction(one.x, across, log=chart.x.log)

    higher = [place(one) - place(note) for one in pane.notes if one.y > note.y]
    near = min((gap for gap in higher if abs(gap) < NOTE_NEAR_PX), key=abs, default=0.0)
    if not near:
        return {}
    return {"xanchor": "right", "xshift": 8} if near > 0 else {"xanchor": "left", "xshift": -8}


def _at(value: float, axis: Axis) -> float:
    """Annotations on a logarithmic axis are placed by the logarithm."""
    return float(np.log10(value)) if axis.log else float(value)


def labels(chart: Chart, theme: Theme) -> tuple[list[dict[str, Any]], int]:
    """Words at the ends of lines, moved apart, and the right margin that they need."""
    if any(layer.kind == "heat" for layer in chart.layers):
        return [], RIGHT_WITH_SCALE
    if layout.wants_legend(chart) or not layout.labelled(chart):
        return [], MARGIN["r"]
    widest = max(len(layer.label) for layer in layout.labelled(chart)) * CHARACTER_PX + 12
    right = int(min(max(widest, MARGIN["r"]), RIGHT_WITH_LABELS))
    width = PANEL_WIDTH - MARGIN["l"] - right
    spans = layout.domains(chart, GAP_PX / plot_height())
    said = []
    for place, (pane, span) in enumerate(zip(chart.panes, spans, strict=True)):
        height = (span[1] - span[0]) * plot_height()
        said += _pane_labels(chart, pane, theme, web_traces.axis_id(place), (width, height, right))
    return said, right


def _pane_labels(
    chart: Chart, pane: Pane, theme: Theme, axis: str, size: tuple[float, float, int]
) -> list[dict[str, Any]]:
    width, height, right = size
    named = [
        (layer, point)
        for layer in pane.layers
        if layer.label and (point := layout.label_point(layer, chart.x))
    ]
    across, up = layout.x_range(chart), layout.y_range(pane)
    ends = [
        layout.End(
            width * layout.fraction(x, across, log=chart.x.log),
            height * layout.fraction(y, up, log=pane.y.log),
            len(layer.label) * CHARACTER_PX + 8,
        )
        for layer, (x, y) in named
    ]
    places = layout.place_labels(
        ends, LABEL_PX, width + right, height=height, strokes=_strokes(chart, pane, width, height)
    )
    said = []
    for (layer, (x, y)), place in zip(named, places, strict=True):
        colour = label_colour(layer.colour, theme)
        where = {
            "xref": "x", "yref": axis, "x": _at(x, chart.x), "y": _at(y, pane.y),
            "font": {"size": 11, "color": colour},
            "xanchor": "right" if place.left else "left",
        }  # fmt: skip
        side = -6 if place.left else 6
        if place.leader:
            where |= {
                "showarrow": True,
                "arrowhead": 0,
                "arrowwidth": 0.8,
                "arrowcolor": colour,
                "ax": place.across or 2 * side,
            }
            where |= {"ay": -place.shift}
        else:
            where |= {"xshift": side, "yshift": place.shift}
        said.append(_annotation(f"<b>{words(layer.label)}</b>", PAPER[theme], **where))
    return said


def _strokes(chart: Chart, pane: Pane, width: float, height: float) -> list[Numbers]:
    """The lines and marks of a pane in px from its lower left corner."""
    across, up = layout.x_range(chart), layout.y_range(pane)
    return [
        layout.stroke(
            width * layout.fractions(layer.x, across, log=chart.x.log),
            height * layout.fractions(layer.y, up, log=pane.y.log),
            STROKE_STEP_PX,
        )
        for layer in pane.layers
        if layer.kind in ("line", "line+points", "points")
    ]
