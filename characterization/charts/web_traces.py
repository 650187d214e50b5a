"""The layers of a chart as Plotly traces: scatter, bar and heatmap, which the cartesian bundle holds."""

from __future__ import annotations

import base64
import html
import math
from typing import Any

import numpy as np

from characterization.charts import layout
from characterization.charts.chart import Axis, Chart, Layer, Numbers
from characterization.charts.style import PAPER, Theme, colour, faint, mark_of

SYMBOLS = {
    "circle": "circle",
    "square": "square",
    "triangle": "triangle-up",
    "diamond": "diamond",
    "triangle-down": "triangle-down",
    "cross": "cross",
    "pentagon": "pentagon",
    "star": "star",
    "ring": "circle",
}
COLOUR_SCALE = {
    "thickness": 10,
    "len": 0.9,
    "outlinewidth": 0,
    "nticks": 4,
    "ticks": "",
    "x": 1.01,
    "xpad": 4,
}
STICK_SHARE = 1 / 400
FLOAT32_ENOUGH = 1e-3


def words(text: str) -> str:
    """A text of ours or of a file as Plotly may show it: no mark-up, no template of its own."""
    return html.escape(text, quote=False).replace("%{", "% {")


def axis_name(axis: Axis) -> str:
    return words(axis.name)


def axis_id(place: int) -> str:
    return "y" if place == 0 else f"y{place + 1}"


def packed(values: Numbers) -> dict[str, str]:
    """An array for Plotly: 32-bit floats, 64-bit where the values differ too little against their size."""
    finite = values[np.isfinite(values)]
    size = float(np.abs(finite).max()) if finite.size else 0.0
    narrow = (
        size == 0
        or float(np.ptp(finite)) >= FLOAT32_ENOUGH * size
        or bool((finite == np.round(finite)).all())
    )
    kind = "f4" if narrow and size < 1e30 else "f8"
    return {"dtype": kind, "bdata": base64.b64encode(values.astype(f"<{kind}").tobytes()).decode("ascii")}


def traces(chart: Chart, theme: Theme) -> list[dict[str, Any]]:
    named: set[str] = set()
    made: list[dict[str, Any]] = []
    for place, pane in enumerate(chart.panes):
        for layer in pane.layers:
            base = _base(chart, pane.y, layer, axis_id(place)) | {
                "showlegend": bool(layer.label) and layer.label not in named
            }
            named.add(layer.label)
            made += _layer(layer, base, chart, theme)
    return made


def bare(chart: Chart) -> list[dict[str, Any]]:
    """A trace without points per pane, so that an empty chart keeps its axes."""
    return [
        {"type": "scatter", "x": [], "y": [], "yaxis": axis_id(place)} for place in range(len(chart.panes))
    ]


def _base(chart: Chart, y: Axis, layer: Layer, axis: str) -> dict[str, Any]:
    return {
        "x": packed(layer.x),
        "y": packed(layer.y),
        "xaxis": "x",
        "yaxis": axis,
        "name": words(layer.label),
        "hovertemplate": _hover(chart.x, y, layer, simulated=chart.simulated),
    }


def _hover(x: Axis, y: Axis, layer: Layer, *, simulated: bool) -> str:
    """Source, series, both values with their units."""
    named = "" if layer.kind == "heat" else layer.label
    heads = [words(part) for part in (layer.source, named) if part]
    lines = [f"<b>{' · '.join(heads)}</b>"] if heads else []
    for axis, letter in ((x, "x"), (y, "y")):
        unit = f" {words(axis.unit)}" if axis.unit else ""
        lines.append(f"{words(axis.quantity)} %{{{letter}:.6~g}}{unit}")
    return "<br>".join([*lines, *(["simulated"] if simulated else [])]) + "<extra></extra>"


def _line(layer: Layer, theme: Theme) -> dict[str, Any]:
    return {
        "color": colour(layer.colour, theme),
        "width": 1.1 if layer.thin else 1.7,
        **({"dash": "dash"} if layer.dash else {}),
    }


def _marker(layer: Layer, theme: Theme) -> dict[str, Any]:
    tint, symbol = colour(layer.colour, theme), mark_of(layer.colour, layer.mark)
    hollow = layer.hollow or symbol == "ring"
    marker = {
        "symbol": SYMBOLS[symbol],
        "size": 7 if layer.mark_every > 1 else 5,
        "color": PAPER[theme].surface if hollow else tint,
        "line": {"color": tint, "width": 1.2 if hollow else 0},
    }
    if layer.mark_every > 1:
        marker["maxdisplayed"] = math.ceil(len(layer.x) / layer.mark_every)
    return marker


def _layer(layer: Layer, base: dict[str, Any], chart: Chart, theme: Theme) -> list[dict[str, Any]]:
    if layer.z is not None:
        return [_heat(layer, layer.z, base, theme)]
    if layer.kind == "sticks":
        left, right = layout.x_range(chart)
        bar = {
            "type": "bar",
            "width": abs(right - left) * STICK_SHARE,
            "marker": {"color": colour(layer.colour, theme)},
        }
        return [base | bar]
    if layer.kind in ("band", "area"):
        return _filled(layer, base, theme)
    mode = {"line": "lines", "points": "markers", "line+points": "lines+markers"}[layer.kind]
    trace = base | {"type": "scatter", "mode": mode, "connectgaps": False}
    if layer.kind != "points":
        trace["line"] = _line(layer, theme)
    if layer.kind != "line":
        trace["marker"] = _marker(layer, theme)
    return [trace]


def _heat(layer: Layer, field: Numbers, base: dict[str, Any], theme: Theme) -> dict[str, Any]:
    """A field of colours with its scale beside it."""
    words_at = {"size": 11, "color": PAPER[theme].text2}
    scale = COLOUR_SCALE | {"tickfont": words_at, "title": {"text": words(layer.label), "font": words_at}}
    cells = packed(field.ravel()) | {"shape": f"{field.shape[0]}, {field.shape[1]}"}
    hover = base["hovertemplate"].replace("<extra>", f"<br>{words(layer.label)} %{{z:.4~g}}<extra>")
    low, high = layout.colour_range(field)
    colours = {"colorscale": "Cividis", "colorbar": scale, "zmin": low, "zmax": high}
    own = {"type": "heatmap", "z": cells, "hovertemplate": hover} | colours
    return base | own | {"showlegend": False}


def _filled(layer: Layer, base: dict[str, Any], theme: Theme) -> list[dict[str, Any]]:
    """A band has no edge of its own; an area has its upper line. The other edge is a line that nobody
    sees."""
    shown = {"width": 0} if layer.kind == "band" else _line(layer, theme)
    fill = {"type": "scatter", "mode": "lines", "line": shown, "fillcolor": faint(layer.colour, theme)}
    if layer.y2 is None:
        return [base | fill | {"fill": "tozeroy"}]
    unseen = {
        "type": "scatter",
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
        "hovertemplate": None,
    }
    lower = base | unseen | {"y": packed(layer.y2), "showlegend": False}
    return [lower, base | fill | {"fill": "tonexty"}]
