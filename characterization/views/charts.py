"""A chart by its address: as a Plotly figure for the page, as CSV, SVG or PNG for whoever takes it along."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from characterization import panels, queries, store
from characterization.analysis.cycling_charts import temperatures
from characterization.charts import numbers, paper, web
from characterization.charts.chart import Chart
from characterization.models import Measurement
from characterization.panels.export import FINER, windowed
from characterization.views.answers import json_answer, page
from synthesis import access
from synthesis.errors import Refusal

MOST_SERIES_POINTS = 2000
MOST_ROWS_SHOWN = 500
MOST_MM, LEAST_MM = 300.0, 40.0
_ROUGH = re.compile(r"[^A-Za-z0-9._-]+")


def choice_of(query: Mapping[str, Any], measurement: Measurement | None = None) -> panels.Choice:
    """Basis, reference and cycles out of an address."""
    basis, reference = str(query.get("basis", "")), str(query.get("reference", ""))
    text = str(query.get("cycles", ""))
    last = queries.last_cycle(measurement) if measurement is not None and "last" in text.lower() else 0
    return panels.Choice(
        basis if basis in panels.BASES else "",
        reference if reference in panels.REFERENCES else "",
        panels.cycles_from(text, last),
        log_cycles=query.get("axis") == "log",
    )


@require_GET
@page
def measurement_chart(request: HttpRequest, pk: int, key: str, form: str) -> HttpResponse:
    measurement = access.get_visible(Measurement.objects.select_related("sample", "run"), request.user, pk=pk)
    choice = choice_of(request.GET, measurement)
    chart = panels.chart_of(measurement, key, choice, queries.colour_of(measurement.sample))
    if chart is None:
        raise Http404
    name = f"{measurement.owner.code if measurement.owner else measurement.pk}-{key}"
    extra = _finer(measurement, key, choice) if form == "json" else {}
    return answer(request, chart, form, name, extra)


def answer(
    request: HttpRequest, chart: Chart, form: str, name: str, extra: Mapping[str, Any]
) -> HttpResponse:
    """The chart in the form asked for. JSON is thinned to what a screen shows; the others hold every point."""
    if form == "json":
        return json_answer(figure(request, chart) | dict(extra))
    if form == "html":
        return _numbers_page(request, chart)
    content, kind = {"csv": _csv, "svg": _svg, "png": _png}[form](request, chart)
    headers = {"Content-Disposition": f'attachment; filename="{_ROUGH.sub("_", name)}.{form}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def figure(request: HttpRequest, chart: Chart) -> dict[str, Any]:
    """What charts.js takes: the Plotly figure and the words around it."""
    shown = windowed(chart, number_in(request, "from"), number_in(request, "to"))
    pressed = web.press(shown, theme="dark" if request.GET.get("theme") == "dark" else "light")
    return {
        "figure": pressed,
        "title": chart.title,
        "subtitle": chart.subtitle,
        "caption": chart.caption,
        "description": chart.description,
        "thinned": shown.points < chart.points,
    }


def number_in(request: HttpRequest, name: str) -> float | None:
    """A finite number of the address, None where it is missing. Raises Refusal for what is none."""
    text = request.GET.get(name, "")
    try:
        value = float(text) if text else None
    except ValueError:
        value = float("nan")
    if value is not None and not abs(value) < float("inf"):
        raise Refusal(_("‘%(text)s’ is not a number (%(name)s).") % {"text": text, "name": name}, field=name)
    return value


def _finer(measurement: Measurement, key: str, choice: panels.Choice) -> dict[str, Any]:
    """Where a zoom gets finer points from, for charts that are drawn from the overview."""
    finer = FINER.get(key)
    if finer is None:
        return {}
    cell = queries.cell_of(measurement.sample)
    offset = panels.view_for(cell, choice, colour="text", simulated=False).voltage_offset_V
    warmth = temperatures([column["name"] for column in measurement.columns])
    names = [*finer.y, *warmth]
    lines = [{"y": name, "add": offset if name == "voltage_V" else 0.0} for name in names]
    address = f"/measurements/{measurement.pk}/series.json"
    return {"finer": {"url": address, "x": finer.x, "per": finer.x_per, "lines": lines}}


@require_GET
@page
def series(request: HttpRequest, pk: int) -> HttpResponse:
    """Two columns of a measurement in a window of the first, at most 2,000 points."""
    measurement = access.get_visible(Measurement.objects.all(), request.user, pk=pk)
    points = min(int(number_in(request, "points") or MOST_SERIES_POINTS), MOST_SERIES_POINTS)
    try:
        found = store.series(
            measurement, request.GET.get("x", ""), request.GET.get("y", ""), points, number_in(request, "from"),
            number_in(request, "to"),
        )  # fmt: skip
    except store.UnknownColumn as error:
        raise Refusal(_("This measurement has no column of numbers ‘%(name)s’.") % {"name": error}) from error
    units = {"x_unit": found.x_unit, "y_unit": found.y_unit, "rows": found.rows, "points": len(found.x)}
    return json_answer({"x": found.x, "y": found.y} | units)


def _csv(request: HttpRequest, chart: Chart) -> tuple[str, str]:
    return numbers.csv(chart), "text/csv; charset=utf-8"


def _svg(request: HttpRequest, chart: Chart) -> tuple[bytes, str]:
    return paper.press(
        chart, _mm(request, "width", 120), _mm(request, "height", 80), _fonts()
    ), "image/svg+xml"


def _png(request: HttpRequest, chart: Chart) -> tuple[bytes, str]:
    width, height = _mm(request, "width", 148), _mm(request, "height", 85)
    return paper.png(chart, 2, width, height, _fonts()), "image/png"


def _mm(request: HttpRequest, name: str, otherwise: float) -> float:
    return min(max(number_in(request, name) or otherwise, LEAST_MM), MOST_MM)


def _fonts() -> Path | None:
    found = finders.find("fonts/print")
    return Path(found) if isinstance(found, str) else None


def _numbers_page(request: HttpRequest, chart: Chart) -> HttpResponse:
    """The plotted points as a table, the first of each line; all of them are in the CSV."""
    lines = [
        {
            "name": " · ".join(part for part in (layer.label, layer.source) if part) or pane.y.quantity,
            "x": chart.x.name,
            "y": pane.y.name,
            "count": len(layer.x),
            "points": list(
                zip(layer.x[:MOST_ROWS_SHOWN].tolist(), layer.y[:MOST_ROWS_SHOWN].tolist(), strict=True)
            ),
        }
        for pane in chart.panes
        for layer in pane.layers
    ]
    context = {"chart": chart, "lines": lines, "most": MOST_ROWS_SHOWN, "nav": "measurements"}
    context["csv"] = request.get_full_path().replace(".html", ".csv", 1)
    return render(request, "characterization/numbers.html", context)
