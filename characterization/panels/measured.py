"""One measurement as panels: what each of its analyses draws, with what it found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from characterization import queries, store
from characterization.analysis.base import Drawing, Finding, Method, View
from characterization.analysis.registry import method_named
from characterization.charts.chart import Chart
from characterization.instruments.base import Flag
from characterization.models import Analysis, Measurement
from characterization.models import Finding as FindingRow
from characterization.panels.choice import Choice, view_for, with_axis


@dataclass(frozen=True)
class Panel:
    """``address`` is where the chart is fetched from, without its ending: ``/measurements/7/charts/capacity``."""

    title: str
    subtitle: str
    chart: Chart
    findings: Sequence[FindingRow]
    address: str
    method: str

    @property
    def key(self) -> str:
        return self.chart.key


def panels_of(measurement: Measurement, choice: Choice, colour: str) -> list[Panel]:
    """All charts of a measurement, in the order of its methods."""
    return [
        Panel(
            title=chart.title,
            subtitle=chart.subtitle,
            chart=chart,
            findings=list(analysis.findings.all()),
            address=f"/measurements/{measurement.pk}/charts/{chart.key}",
            method=str(analysis),
        )
        for analysis, chart in _drawn(measurement, choice, colour)
    ]


def telling(found: Sequence[Panel]) -> Panel:
    """The chart that speaks for a measurement: of XPS the carbon line, else the first."""
    return next((panel for panel in found if panel.title == "C 1s"), found[0])


def chart_of(measurement: Measurement, key: str, choice: Choice, colour: str) -> Chart | None:
    """One chart by its key; None where no current analysis draws it."""
    return next((chart for _, chart in _drawn(measurement, choice, colour) if chart.key == key), None)


def charts_of_run(analysis: Analysis, choice: Choice, colour: str) -> list[Chart]:
    """What one run of a method draws, also of one that is no longer current."""
    method, measurement = method_named(analysis.method), analysis.measurement
    if method is None:
        return []
    found = _draw(method, measurement, analysis, _view(measurement, choice, colour))
    return [with_axis(chart, choice) for chart in found]


def draw_found(
    method: Method, measurement: Measurement, drawing: Drawing, choice: Choice, colour: str
) -> list[Chart]:
    """What a method draws of what was found and is not kept."""
    return method.draw(drawing, _view(measurement, choice, colour)) if drawing.tables else []


def meta_of(measurement: Measurement) -> dict[str, Any]:
    title = measurement.owner.code if measurement.owner is not None else measurement.title
    return {**measurement.meta, "title": title}


def _view(measurement: Measurement, choice: Choice, colour: str) -> View:
    cell = queries.cell_of(measurement.sample)
    view = view_for(cell, choice, colour=colour, simulated=measurement.simulated)
    return replace(view, options={"events": queries.events_during(measurement, cell)})


def _drawn(measurement: Measurement, choice: Choice, colour: str) -> Iterator[tuple[Analysis, Chart]]:
    view = _view(measurement, choice, colour)
    analyses = measurement.analyses.filter(current=True).prefetch_related("findings").order_by("method")
    for analysis in analyses:
        method = method_named(analysis.method)
        if method is not None:
            for chart in _draw(method, measurement, analysis, view):
                yield analysis, with_axis(chart, choice)


def _draw(method: Method, measurement: Measurement, analysis: Analysis, view: View) -> list[Chart]:
    drawing = Drawing(
        tables=store.analysis_tables(analysis),
        findings=[_plain(finding) for finding in analysis.findings.all()],
        meta=meta_of(measurement),
        overview=store.overview(measurement),
        flags=[Flag(flag["code"], flag["message"]) for flag in analysis.flags],
    )
    return method.draw(drawing, view) if drawing.tables else []


def _plain(row: FindingRow) -> Finding:
    return Finding(row.name, row.label, row.value, row.unit, row.uncertainty, row.convention, row.subject)
