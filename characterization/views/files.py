"""The inbox and the page of a file: what it is, whose it may be, what happened to it. Nothing here changes it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from characterization import panels, queries
from characterization.models import JobState, RawFile
from characterization.views.answers import json_answer, page
from synthesis import access
from synthesis.models import Role

PAGE = 50
BESIDE = 12
MOST_STATES = 200
ROWS = {"inbox": "row_inbox.html", "arriving": "row_arriving.html", "sample": "row_sample.html"}


@require_GET
@page
def inbox(request: HttpRequest) -> HttpResponse:
    counts = queries.counts(request.user)
    chosen = request.GET.get("show", "need" if counts["need"] else "all")
    search = request.GET.get("q", "").strip()
    found = queries.inbox(request.user, chosen, search)
    before = request.GET.get("before", "")
    if before.isdecimal():
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    beside = list(queries.inbox(request.user, "reading")[:BESIDE]) + list(
        queries.inbox(request.user, "done")[:BESIDE]
    )
    context = {
        "counts": counts,
        "heard": queries.last_heard(request.user),
        "chosen": chosen,
        "search": search,
        "files": rows[:PAGE],
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "beside": beside[:BESIDE] if chosen == "need" else [],
        "projects": list(access.editable_projects(request.user)),
        "nav": "files",
    }
    return render(request, "characterization/files.html", context)


@require_GET
@page
def file_page(request: HttpRequest, pk: int) -> HttpResponse:
    file = file_of(request, pk)
    context = pane_context(request, file) | {"nav": "files", "whole_page": True}
    return render(request, "characterization/file.html", context)


@require_GET
@page
def pane(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "characterization/file_pane.html", pane_context(request, file_of(request, pk)))


def pane_context(request: HttpRequest, file: RawFile) -> dict[str, Any]:
    may_change = access.may(request.user, file.project, Role.EDITOR)
    waits = file.owner is None and file.job.state == JobState.UNMATCHED
    measurements = list(
        file.measurements.filter(current=True).select_related("sample", "run").order_by("part")
    )
    return {
        "file": file,
        "may_change": may_change,
        "suggestions": queries.suggestions(file, request.user) if waits and may_change else [],
        "measurements": measurements,
        "preview": _preview(measurements),
        "timeline": list(file.job.timeline.all()),
    }


def _preview(measurements: list[Any]) -> panels.Panel | None:
    """A chart of the first measurement that is readable when small, to tell at a glance what the file holds."""
    for measurement in measurements[:1]:
        drawn = panels.panels_of(measurement, panels.Choice(), queries.colour_of(measurement.sample))
        single = [panel for panel in drawn if len(panel.chart.panes) == 1]
        return next(iter(single or drawn), None)
    return None


@require_GET
@page
def guess(request: HttpRequest, pk: int) -> HttpResponse:
    """The best suggestion for one row of the inbox, fetched when the row is seen."""
    file = file_of(request, pk)
    found = queries.suggestions(file, request.user, most=1)
    context = {
        "file": file,
        "guess": found[0] if found else None,
        "may_change": access.may(request.user, file.project, Role.EDITOR),
    }
    return render(request, "characterization/guess.html", context)


@require_GET
@page
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row, in the form of the list that shows it."""
    name = ROWS.get(request.GET.get("as", ""), ROWS["inbox"])
    return render(request, f"characterization/{name}", {"file": file_of(request, pk)})


@require_GET
@page
def states(request: HttpRequest) -> HttpResponse:
    """The states of files that a page shows; asked again while one of them moves."""
    wanted = [int(text) for text in request.GET.get("ids", "").split(",") if text.isdecimal()][:MOST_STATES]
    found = access.visible(RawFile.objects.filter(pk__in=wanted), request.user)
    return json_answer({"states": {str(pk): state for pk, state in found.values_list("pk", "job__state")}})


def file_of(request: HttpRequest, pk: int) -> RawFile:
    """A file with what its row and pane show; 404 to a stranger."""
    return access.get_visible(queries.listed(RawFile.objects.all()), request.user, pk=pk)
