"""Parts of the page of a sample: its dashboards, its measurements, its files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cells.models import Cell
from characterization import panels, queries, tasks
from characterization.models import Measurement, Piece, RawFile
from characterization.queries import Tested
from characterization.views.answers import page, page_query
from characterization.views.charts import choice_of
from characterization.views.measurements import controls
from synthesis import access
from synthesis.models import Role, Sample

ORDER = ("xrd", "xps", "raman", "sorption", "ftir", "epr", "xanes", "uv_vis", "tga", "eis")
BESIDE = 2
READ_AGAIN_AT_ONCE = 20


@require_GET
@page
def sample_dashboards(request: HttpRequest, code: str) -> HttpResponse:
    sample = _sample(request, code)
    cell = queries.cell_of(sample)
    query = page_query(request)
    context = _cell_dashboard(request, cell, query) if cell else _dashboards(request, sample, query)
    template = "cell_dashboard.html" if cell is not None else "sample_dashboards.html"
    context |= {"sample": sample, "may_upload": access.may(request.user, sample.project, Role.EDITOR)}
    return render(request, f"characterization/{template}", context)


def _cell_dashboard(request: HttpRequest, cell: Cell, query: dict[str, str]) -> dict[str, Any]:
    """The measurement that speaks for the cell, or the one asked for; the others as tabs.

    Where the cell was changed after its analyses, some are begun again now; the rest follow by themselves.
    """
    tasks.read_again_as_built(cell, READ_AGAIN_AT_ONCE)
    others = _shown_of(cell)
    test = queries.tested([cell])[0]
    main = test.analysis.measurement if test.analysis is not None else None
    wanted = next((one for one in others if str(one.pk) == query.get("measurement")), None)
    shown = wanted or main or (others[0] if others else None)
    context: dict[str, Any] = {"cell": cell, "measurements": others, "shown": shown}
    context["pieces"] = queries.pieces_of(shown)
    context["history_error"] = queries.history_error(cell)
    context["events"] = queries.events_of(cell)
    context["head"] = panels.head_of(cell, test.cycle[-1] if test.cycle else 0, request.user)
    if shown is not None:
        shown.sample = cell
        choice = choice_of(query, shown)
        context |= controls(shown, query) | {
            "panels": panels.panels_of(shown, choice, queries.colour_of(cell))
        }
    return context | {"figures": panels.figures_of_cell(test, _mean_voltage(test), _voltage_unit(cell))}


def _shown_of(cell: Cell) -> list[Measurement]:
    """The present measurements of a cell, a history first; what stands in it under another file is left out."""
    found = (
        cell.measurements.filter(current=True).select_related("sample", "file").order_by("technique", "pk")
    )
    history = next((one for one in found if one.is_history), None)
    pieces = queries.pieces_of(history)
    twice = {piece.measurement_id for piece in pieces if piece.by_id and piece.state != Piece.State.PARTLY}
    return sorted((one for one in found if one.pk not in twice), key=lambda one: not one.is_history)


def _mean_voltage(test: Tested) -> float | None:
    if test.analysis is None:
        return None
    found = test.analysis.findings.filter(name="mean_discharge_voltage").first()
    return found.value if found is not None else None


def _voltage_unit(cell: Cell) -> str:
    return f"V {next(iter(panels.references_of(cell).values()), '')}".strip()


def _dashboards(request: HttpRequest, sample: Sample, query: dict[str, str]) -> dict[str, Any]:
    """Findings and charts of every measurement of a sample that is no cell, newest of each technique, XRD first."""
    measurements = list(queries.with_findings(sample.measurements.filter(current=True)).order_by("-pk"))
    colour = queries.colour_of(sample)
    newest: dict[str, Measurement] = {}
    for measurement in sorted(measurements, key=lambda one: _place_of(one.technique)):
        newest.setdefault(measurement.technique, measurement)
    drawn = {one.pk: panels.panels_of(one, choice_of(query, one), colour) for one in newest.values()}
    beside = [panels.telling(found) for found in drawn.values() if found][:BESIDE]
    found = panels.sections(sample, newest.values(), request.user)
    return {
        "measurements": measurements,
        "pictures": [one for one in measurements if one.technique == "picture"],
        "sections": [section for section in found if section.rows],
        "groups": panels.compared_groups(found),
        "beside": beside,
        "panels": [panel for panels_ in drawn.values() for panel in panels_ if panel not in beside],
    }


def _place_of(technique: str) -> int:
    return ORDER.index(technique) if technique in ORDER else len(ORDER)


@require_GET
@page
def sample_measurements(request: HttpRequest, code: str) -> HttpResponse:
    sample = _sample(request, code)
    found = queries.with_findings(sample.measurements.filter(current=True)).order_by("-pk")
    return render(
        request, "characterization/sample_measurements.html", {"sample": sample, "measurements": found}
    )


@require_GET
@page
def sample_files(request: HttpRequest, code: str) -> HttpResponse:
    sample = _sample(request, code)
    context = {
        "sample": sample,
        "files": list(queries.listed(RawFile.objects.filter(sample=sample))),
        "may_upload": access.may(request.user, sample.project, Role.EDITOR),
    }
    return render(request, "characterization/sample_files.html", context)


def _sample(request: HttpRequest, code: str) -> Sample:
    return access.get_visible(Sample.objects.select_related("project"), request.user, code=code)
