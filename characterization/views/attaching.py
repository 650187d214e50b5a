"""What people do with a file: say whose it is, take that back, have it read again, take the bytes along."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from characterization import blobs, destination, intake
from characterization.views.answers import is_htmx, json_answer, page
from characterization.views.files import file_of, pane_context
from synthesis import access
from synthesis.errors import Refusal
from synthesis.models import CarbonizationRun, Sample

MOST_CHOICES = 12
MOST_RUNS = 4


@require_GET
@page
def choices(request: HttpRequest, pk: int) -> HttpResponse:
    """Samples and furnace runs of the projects in which a person may change, for the field to choose in."""
    file = file_of(request, pk)
    words = request.GET.get("code", "").strip()
    allowed = access.editable_projects(request.user).values("pk")
    found = Sample.objects.filter(project__in=allowed).order_by("-pk")
    if words:
        found = found.filter(code__icontains=words) | found.filter(name__icontains=words)
    runs = CarbonizationRun.objects.filter(project__in=allowed, code__icontains=words).order_by("-pk")
    context = {"file": file, "samples": found.order_by("-pk")[:MOST_CHOICES], "runs": runs[:MOST_RUNS]}
    return render(request, "characterization/choices.html", context)


@require_POST
@page
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Attaches a file to a sample or a furnace run, or takes it off (an empty code)."""
    file = file_of(request, pk)
    access.require_change(request.user, file.project)
    previous = file.owner.code if file.owner else ""
    owner = _chosen(request)
    intake.attach(file, owner)
    said = (
        _("%(file)s attached to %(owner)s") % {"file": file, "owner": owner}
        if owner
        else _("%(file)s taken off %(owner)s") % {"file": file, "owner": previous}
    )
    if not is_htmx(request):
        messages.success(request, said)
        return redirect("file", pk=file.pk)
    response = render(request, "characterization/file_pane.html", pane_context(request, file_of(request, pk)))
    done = {"id": file.pk, "text": said, "undo": f"/files/{file.pk}/attach/", "code": previous}
    done |= {"undo_word": _("Undo"), "back": request.POST.get("back", "")}
    response["HX-Trigger"] = json_answer({"labsys:attached": done}).content.decode()
    return response


def _chosen(request: HttpRequest) -> Sample | CarbonizationRun | None:
    code = request.POST.get("code", "").strip().upper()
    if not code:
        return None
    try:
        owner = destination.owner_for(request.user, code)
    except Refusal as refusal:
        raise Refusal(
            _("There is no sample and no furnace run %(code)s. Type its code as on the label.")
            % {"code": code},
            field="code",
        ) from refusal
    access.require_change(request.user, owner.project)
    return owner


@require_POST
@page
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Reads a file again: after a failure, or with a newer reader."""
    file = file_of(request, pk)
    access.require_change(request.user, file.project)
    intake.read_again(file)
    if not is_htmx(request):
        return redirect("file", pk=file.pk)
    response = render(request, "characterization/file_pane.html", pane_context(request, file_of(request, pk)))
    response["HX-Trigger"] = json_answer({"labsys:moving": {"id": file.pk}}).content.decode()
    return response


@require_GET
@page
def raw(request: HttpRequest, pk: int) -> FileResponse:
    """The bytes as they came, to keep and never to be run by a browser."""
    file = file_of(request, pk)
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
