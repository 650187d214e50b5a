"""Presses a chart into a Plotly figure, ready for JSON. No title stands inside: the panel around it has one.

Numbers travel as base64 of 32-bit floats where that loses nothing that a screen could show, so a line of
2,000 points weighs some 21 kB. No point is added to what the chart holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from characterization.charts import layout, web_traces, web_words
from characterization.charts.chart import Axis, Chart
from characterization.charts.style import PAPER, Paper, Theme

FONT = 'Inter, "Noto Sans CJK SC", system-ui, sans-serif'
TICK_FORMATS = [
    {"dtickrange": [None, 0.0009], "value": "~g"},
    {"dtickrange": [0.0009, 0.009], "value": ".3f"},
    {"dtickrange": [0.009, 0.09], "value": ".2f"},
    {"dtickrange": [0.09, 0.9], "value": ".1f"},
    {"dtickrange": [0.9, None], "value": ",.0f"},
]
"""As many decimals as the distance between two ticks needs, equal along the axis, also after zooming in."""


def press(chart: Chart, theme: Theme = "light") -> dict[str, Any]:
    """``{"data": […], "layout": {…}}`` for Plotly.react; its arrays are ``{dtype, bdata}``, so any JSON
    writer takes it."""
    paper = PAPER[theme]
    traces = web_traces.bare(chart) if chart.empty else web_traces.traces(chart, theme)
    labels, right = ([], web_words.MARGIN["r"]) if chart.empty else web_words.labels(chart, theme)
    figure = go.Figure(
        data=traces,
        layout={
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 11, "color": paper.text2},
            "margin": web_words.MARGIN | {"r": right},
            "showlegend": layout.wants_legend(chart) and not chart.empty,
            "legend": {"orientation": "h", "x": 0, "y": -0.16, "yanchor": "top"},
            "hovermode": "closest",
            "dragmode": "zoom",
            "bargap": 0,
            "annotations": [*web_words.axis_words(chart, paper), *web_words.notes(chart, paper), *labels],
            **_axes(chart, paper),
        },
    )
    pressed: dict[str, Any] = figure.to_plotly_json()
    pressed["layout"].pop("template", None)
    return pressed


def _axes(chart: Chart, paper: Paper) -> dict[str, Any]:
    spans = layout.domains(chart, web_words.GAP_PX / web_words.plot_height())
    bottom = "y" if len(spans) == 1 else f"y{len(spans)}"
    x = _axis(chart.x, layout.x_range(chart), paper, chart.empty) | {
        "anchor": bottom,
        "showgrid": False,
        "showline": True,
        "linecolor": paper.axis,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": paper.axis,
    }
    axes = {"xaxis": x}
    for place, (pane, span) in enumerate(zip(chart.panes, spans, strict=True), start=1):
        axis = _axis(pane.y, layout.y_range(pane), paper, chart.empty)
        axis |= {"anchor": "x", "domain": list(span), "showgrid": True, "gridcolor": paper.grid, "ticks": ""}
        axis |= {"nticks": max(3, round(8 * (span[1] - span[0])))}
        axes["yaxis" if place == 1 else f"yaxis{place}"] = axis
    if chart.equal_scales:
        axes["yaxis"] |= {"scaleanchor": "x", "scaleratio": 1}
    return axes


def _axis(axis: Axis, ends: tuple[float, float], paper: Paper, empty: str) -> dict[str, Any]:
    shown = [float(end) for end in (np.log10(ends) if axis.log else ends)]
    return {
        "type": "log" if axis.log else "linear",
        "range": shown,
        "zeroline": False,
        "showline": False,
        "showticklabels": not empty or axis.range is not None,
        "tickfont": {"size": 11, "color": paper.text2},
        "exponentformat": "power",
        **({"dtick": 1} if axis.log and abs(shown[1] - shown[0]) >= 1 else {}),
        **({} if axis.log else {"tickformatstops": TICK_FORMATS}),
    }
