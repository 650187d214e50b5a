"""What a chart plots, as CSV: one row per point, safe to open in a spreadsheet."""

from __future__ import annotations

import csv as writer
import io
from collections.abc import Iterator

import numpy as np

from characterization.charts.chart import Axis, Chart, Layer, Numbers, Pane

HEAD = ("pane", "series", "source", "x", "x_unit", "y", "y_unit", "y2")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before ``= + - @`` and white space
    at the start."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv(chart: Chart) -> str:
    """Header, one row per plotted point (gaps left out); ``y2`` is the other edge of a band or area, the value of a
    coloured field, else empty.

    The first lines name the figure; a simulated one says so in a line of its own.
    """
    out = io.StringIO()
    rows = writer.writer(out, lineterminator="\n")
    rows.writerow([f"# {chart.title}"])
    if chart.simulated:
        rows.writerow(["# simulated"])
    rows.writerow(HEAD)
    for pane in chart.panes:
        for layer in pane.layers:
            rows.writerows(_rows(chart.x, pane, layer))
    return out.getvalue()


def _rows(x: Axis, pane: Pane, layer: Layer) -> Iterator[tuple[object, ...]]:
    names = (safe(pane.y.quantity), safe(layer.label), safe(layer.source))
    if layer.z is not None:
        yield from _cells(x, pane, layer.z, layer, names)
        return
    other = layer.y2 if layer.y2 is not None else np.full(len(layer.y), np.nan)
    for at, value, edge in zip(layer.x.tolist(), layer.y.tolist(), other.tolist(), strict=True):
        if np.isfinite(at) and np.isfinite(value):
            yield (*names, at, safe(x.unit), value, safe(pane.y.unit), edge if np.isfinite(edge) else "")


def _cells(
    x: Axis, pane: Pane, field: Numbers, layer: Layer, names: tuple[str, ...]
) -> Iterator[tuple[object, ...]]:
    """Every cell of a heat layer; its value stands under ``y2``."""
    for row, at_y in enumerate(layer.y.tolist()):
        for column, at_x in enumerate(layer.x.tolist()):
            yield (*names, at_x, safe(x.unit), at_y, safe(pane.y.unit), float(field[row, column]))
