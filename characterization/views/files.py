"""The inbox and the page of a file: what it is, whose it may be, what happened to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from characterization import blobs, intake, panels, queries
from characterization.models import JobState, RawFile
from characterization.views.answers import is_htmx, json_answer, page
from synthesis import access
from synthesis.errors import Refusal
from synthesis.models import Role, Sample

PAGE = 50
BESIDE = 12
MOST_STATES = 200
MOST_CHOICES = 12
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
    file = _file(request, pk)
    context = pane_context(request, file) | {"nav": "files", "whole_page": True}
    return render(request, "characterization/file.html", context)


@require_GET
@page
def pane(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "characterization/file_pane.html", pane_context(request, _file(request, pk)))


def pane_context(request: HttpRequest, file: RawFile) -> dict[str, Any]:
    may_change = access.may(request.user, file.project, Role.EDITOR)
    waits = file.sample is None and file.job.state == JobState.UNMATCHED
    measurements = list(file.measurements.filter(current=True).select_related("sample").order_by("part"))
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
    file = _file(request, pk)
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
    return render(request, f"characterization/{name}", {"file": _file(request, pk)})


@require_GET
@page
def states(request: HttpRequest) -> HttpResponse:
    """The states of files that a page shows; asked again while one of them moves."""
    wanted = [int(text) for text in request.GET.get("ids", "").split(",") if text.isdecimal()][:MOST_STATES]
    found = access.visible(RawFile.objects.filter(pk__in=wanted), request.user)
    return json_answer({"states": {str(pk): state for pk, state in found.values_list("pk", "job__state")}})


@require_GET
@page
def choices(request: HttpRequest, pk: int) -> HttpResponse:
    """Samples of the projects in which a person may change, by code or name, for the field to choose in."""
    file = _file(request, pk)
    words = request.GET.get("code", "").strip()
    allowed = access.editable_projects(request.user).values("pk")
    found = Sample.objects.filter(project__in=allowed).order_by("-pk")
    if words:
        found = found.filter(code__icontains=words) | found.filter(name__icontains=words)
    context = {"file": file, "samples": found.order_by("-pk")[:MOST_CHOICES]}
    return render(request, "characterization/choices.html", context)


@require_POST
@page
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Attaches a file to a sample, or takes it off (an empty code)."""
    file = _file(request, pk)
    access.require_change(request.user, file.project)
    previous = file.sample.code if file.sample else ""
    sample = _chosen_sample(request)
    intake.attach(file, sample)
    said = (
        _("%(file)s attached to %(sample)s") % {"file": file, "sample": sample}
        if sample
        else _("%(file)s taken off its sample") % {"file": file}
    )
    if not is_htmx(request):
        messages.success(request, said)
        return redirect("file", pk=file.pk)
    response = render(request, "characterization/file_pane.html", pane_context(request, _file(request, pk)))
    done = {"id": file.pk, "text": said, "undo": f"/files/{file.pk}/attach/", "code": previous}
    done |= {"undo_word": _("Undo"), "back": request.POST.get("back", "")}
    response["HX-Trigger"] = json_answer({"labsys:attached": done}).content.decode()
    return response


def _chosen_sample(request: HttpRequest) -> Sample | None:
    code = request.POST.get("code", "").strip().upper()
    if not code:
        return None
    sample = access.visible(Sample.objects.select_related("project"), request.user).filter(code=code).first()
    if sample is None:
        raise Refusal(
            _("There is no sample %(code)s. Type its code as on the label.") % {"code": code}, field="code"
        )
    access.require_change(request.user, sample.project)
    return sample


@require_POST
@page
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Reads a file again: after a failure, or with a newer reader."""
    file = _file(request, pk)
    access.require_change(request.user, file.project)
    intake.read_again(file)
    if not is_htmx(request):
        return redirect("file", pk=file.pk)
    response = render(request, "characterization/file_pane.html", pane_context(request, _file(request, pk)))
    response["HX-Trigger"] = json_answer({"labsys:moving": {"id": file.pk}}).content.decode()
    return response


@require_GET
@page
def raw(request: HttpRequest, pk: int) -> FileResponse:
    """The bytes as they came, to keep and never to be run by a browser."""
    file = _file(request, pk)
    response = FileResponse(
        blobs.open_blob(file.sha256),
        as_attachment=True,
        filename=file.name,
        content_type="application/octet-stream",
    )
    response["Content-Length"] = str(file.size)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _file(request: HttpRequest, pk: int) -> RawFile:
    return access.get_visible(queries.listed(RawFile.objects.all()), request.user, pk=pk)
