"""The figures of a report: charts of the sample's own measurements and of its cells, pressed to SVG, with captions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from characterization import panels, queries
from characterization.charts import paper
from characterization.charts.chart import Chart
from characterization.models import Measurement
from characterization.panels import Choice
from labsys.reports import measured
from labsys.reports.gather import Gathered
from labsys.reports.wording import FONTS, capital
from synthesis import access
from synthesis.access import Actor

WIDTH_MM, HEIGHT_MM = 84.0, 52.0
MOST_OWN = 6
OF_A_CELL = ("capacity", "voltage_curves")


@dataclass(frozen=True)
class Figure:
    """``section`` is ``findings`` or ``cells``; ``caption`` stands behind "Figure 3."."""

    section: str
    svg: str
    caption: str


def figures_of(gathered: Gathered, actor: Actor) -> list[Figure]:
    return [
        Figure(section, paper.press(chart, WIDTH_MM, HEIGHT_MM, FONTS).decode(), caption)
        for section, chart, caption in _charts(gathered, actor)
    ]


def _charts(gathered: Gathered, actor: Actor) -> Iterator[tuple[str, Chart, str]]:
    """The sample's own charts, else those of the nearest sample above that has any; then the cells'."""
    for chart, caption in _nearest(gathered, actor)[:MOST_OWN]:
        yield "findings", chart, caption
    for chart, caption in _of_run(gathered, actor):
        yield "findings", chart, caption
    comparison = gathered.cells.comparison
    if comparison is not None:
        for chart in comparison.charts:
            yield "cells", chart, _compared(chart, gathered)


def _nearest(gathered: Gathered, actor: Actor) -> list[tuple[Chart, str]]:
    for sample in [gathered.sample, *reversed(gathered.upstream)]:
        found = [pair for one in measured.measurements_of([sample], actor) for pair in _own(one)]
        if found:
            return found
    return []


def _of_run(gathered: Gathered, actor: Actor) -> list[tuple[Chart, str]]:
    """How the furnace run of an additive went, by the newest log of it."""
    logs = access.visible(
        Measurement.objects.filter(run__boats__additive=gathered.sample.pk, current=True), actor
    )
    newest = logs.select_related("run").order_by("-pk").first()
    if newest is None:
        return []
    shown = [panel.chart for panel in panels.panels_of(newest, Choice(), "s4")]
    return [
        (chart, _sentence(f"{chart.title}, {newest.run}", chart.subtitle, chart.caption)) for chart in shown
    ]


def _own(measurement: Measurement) -> list[tuple[Chart, str]]:
    colour = queries.colour_of(measurement.sample)
    shown = [panel.chart for panel in panels.panels_of(measurement, Choice(), colour)]
    if queries.cell_of(measurement.sample) is not None:
        shown = [chart for chart in shown if chart.key in OF_A_CELL]
    code = measurement.sample.code if measurement.sample is not None else str(measurement)
    whole = [chart for chart in shown if "Survey" not in chart.title]
    return [(chart, _sentence(f"{chart.title}, {code}", chart.subtitle, chart.caption)) for chart in whole]


def _compared(chart: Chart, gathered: Gathered) -> str:
    comparison = gathered.cells.comparison
    counts = ", ".join(f"{row.name} {len(row.group.cells)}" for row in comparison.rows) if comparison else ""
    counted = _("n: %s") % counts
    left = len(comparison.left_out) if comparison else 0
    out = _("%s left out, see the table") % left if left else ""
    return _sentence(chart.title, chart.subtitle, counted, out, chart.caption)


def _sentence(*parts: str) -> str:
    """Parts as sentences, each with its full stop."""
    kept = [capital(part.strip()) for part in parts if part.strip()]
    return " ".join(part if part.endswith(".") else f"{part}." for part in kept)
