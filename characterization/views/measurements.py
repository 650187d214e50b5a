"""Measurements: the list, one page each, and the whole table to take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from math import floor, log10
from typing import Any

from django.db.models import Count, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from characterization import blobs, panels, queries, store
from characterization.charts.numbers import safe
from characterization.models import Analysis, Measurement
from characterization.panels import Panel
from characterization.panels.overlays import OVERLAID
from characterization.templatetags.measured import named, told
from characterization.views import pictures
from characterization.views.answers import page
from characterization.views.charts import choice_of
from characterization.views.choices import made_of
from synthesis import access

PAGE = 50
CYCLE_ROWS = 200
CHARTS_AT_ONCE = 2
IN_A_GRID = ("cycling", "eis", "sorption")
"""Techniques whose charts stand side by side: one measurement seen in several ways, not regions of it."""


@require_GET
@page
def measurements(request: HttpRequest) -> HttpResponse:
    technique, search = request.GET.get("technique", ""), request.GET.get("q", "").strip()
    found = queries.listed_measurements(request.user, technique, search)
    before = request.GET.get("before", "")
    older = found.filter(pk__lt=int(before)) if before.isdecimal() else found
    rows = list(older[: PAGE + 1])
    context = {
        "measurements": rows[:PAGE],
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "total": found.count(),
        "techniques": _techniques(queries.listed_measurements(request.user)),
        "technique": technique,
        "search": search,
        "nav": "measurements",
    }
    return render(request, "characterization/measurements.html", context)


def _techniques(found: QuerySet[Measurement]) -> list[tuple[str, int]]:
    return list(found.order_by().values_list("technique").annotate(count=Count("pk")).order_by("technique"))


@require_GET
@page
def measurement_page(request: HttpRequest, pk: int) -> HttpResponse:
    found = Measurement.objects.select_related("sample", "run", "instrument", "file", "project")
    measurement = access.get_visible(found.prefetch_related("instrument__checks"), request.user, pk=pk)
    analyses = list(
        measurement.analyses.filter(current=True).select_related("choice").prefetch_related("findings")
    )
    drawn = panels.panels_of(
        measurement, choice_of(request.GET, measurement), queries.colour_of(measurement.sample)
    )
    cycles = queries.cycle_rows(measurement)[:CYCLE_ROWS]
    context = {
        "measurement": measurement,
        **_shown(measurement, drawn, analyses, request.GET.get("chart", "")),
        "made": made_of(measurement, analyses),
        "flags": _flags(measurement, analyses),
        "picture": pictures.shown(measurement, analyses, request.user),
        "in_a_grid": measurement.technique in IN_A_GRID,
        "earlier": _earlier(measurement),
        "parts": _parts(measurement),
        "pieces": queries.pieces_of(measurement),
        "may_overlay": measurement.technique in OVERLAID,
        "cycles": cycles,
        "capacity_places": _places([row["discharge_capacity_mAh"] for row in cycles]),
        "cycle_count": queries.cycles_of(measurement).count(),
        "cycle_limit": CYCLE_ROWS,
        "meta": _flat(measurement.meta),
        **controls(measurement, request.GET.dict()),
    }
    return render(request, "characterization/measurement.html", context)


def _flags(measurement: Measurement, analyses: Sequence[Analysis]) -> list[dict[str, str]]:
    """What the reader and the analyses found odd; what several of them say stands there once."""
    told = [*measurement.flags, *(flag for one in analyses for flag in one.flags)]
    return list({flag["message"]: flag for flag in told}.values())


def _parts(measurement: Measurement) -> QuerySet[Measurement]:
    """The tables of the same file; a history has no file and stands alone."""
    beside = Measurement.objects.filter(file=measurement.file_id or 0, current=True)
    return beside.order_by("part")


def _shown(
    measurement: Measurement, drawn: list[Panel], analyses: Sequence[Analysis], wanted: str
) -> dict[str, Any]:
    """All charts with all findings; of a measurement with many regions one region with its own, the others as tabs."""
    found = [(analysis, finding) for analysis in analyses for finding in analysis.findings.all()]
    if measurement.technique in IN_A_GRID or len(drawn) <= CHARTS_AT_ONCE:
        return {"panels": drawn, "found": found}
    region = next((panel for panel in drawn if panel.key == wanted), panels.telling(drawn))
    own = [(analysis, finding) for analysis, finding in found if _belongs(finding.subject, region.title)]
    return {"panels": [region], "regions": drawn, "region": region, "found": own}


def _belongs(subject: str, region: str) -> bool:
    """Whether a finding stands beside a region: one of the whole, of the region, or of a part of it ("C 1s: C–N")."""
    return subject in ("", region) or subject.startswith(f"{region}: ")


def controls(measurement: Measurement, query: dict[str, str]) -> dict[str, Any]:
    """What the row of controls offers: only bases and references that this sample knows."""
    if measurement.technique != "cycling":
        return {"nav": "measurements"}
    cell = queries.cell_of(measurement.sample)
    bases, references = panels.bases_of(cell), panels.references_of(cell)
    basis, reference = query.get("basis", ""), query.get("reference", "")
    return {
        "nav": "measurements",
        "cell": cell,
        "bases": bases,
        "basis": basis if basis in bases else panels.default_basis(cell),
        "references": references,
        "reference": reference if reference in references else next(iter(references), ""),
        "cycles_text": query.get("cycles", ""),
        "has_cycles": True,
        "axis": query.get("axis", ""),
    }


def _places(capacities_mAh: Sequence[float | None]) -> int:
    """Decimals for a column of capacities: five digits for the largest."""
    largest = max((value for value in capacities_mAh if value), default=1.0)
    return min(max(4 - floor(log10(largest)), 0), 8)


def _earlier(measurement: Measurement) -> list[Analysis]:
    """Analyses that a newer method or other conditions replaced; they stay, to be compared."""
    past = measurement.analyses.filter(current=False).prefetch_related("findings")
    return list(past.order_by("-pk")[:10])


def _flat(meta: dict[str, Any]) -> list[tuple[str, str]]:
    """What the file says of itself, in lines; nested lists are counted, not spread out."""
    lines = []
    for key, value in meta.items():
        long = isinstance(value, list | dict) and len(str(value)) > 200
        text = _("%(count)s entries") % {"count": len(value)} if long else told(value)
        if value not in (None, "", [], {}):
            lines.append((named(key), text))
    return lines


@require_GET
@page
def table(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """The whole table: Parquet as it is stored, or CSV in a stream."""
    measurement = access.get_visible(Measurement.objects.select_related("sample", "run"), request.user, pk=pk)
    owner = measurement.owner.code if measurement.owner else "measurement"
    name = f"{owner}-{measurement.technique}-{measurement.pk}.{form}"
    return _parquet(measurement, name) if form == "parquet" else _csv(measurement, name)


def _parquet(measurement: Measurement, name: str) -> HttpResponseBase:
    blob = blobs.open_blob(measurement.table_sha256)
    return FileResponse(
        blob, as_attachment=True, filename=name, content_type="application/vnd.apache.parquet"
    )


def _csv(measurement: Measurement, name: str) -> HttpResponseBase:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(_lines(measurement), content_type="text/csv; charset=utf-8", headers=headers)


def _csv_line(values: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    return out.getvalue()


def _lines(measurement: Measurement) -> Iterator[str]:
    """Head and rows; a text that a spreadsheet could take for a formula is disarmed."""
    yield _csv_line([safe(column["name"]) for column in measurement.columns])
    for batch in store.batches(measurement):
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerows(
            [safe(value) if isinstance(value, str) else value for value in row] for row in batch.iter_rows()
        )
        yield out.getvalue()
