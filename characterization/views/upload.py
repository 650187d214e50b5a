"""Uploads from a page: one file per request, checked against what the browser said of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from characterization import destination, intake
from characterization.intake import Delivery
from characterization.views.answers import json_answer, page
from synthesis import access
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import Project, Sample


@require_POST
@page
def upload(request: HttpRequest) -> HttpResponse:
    """Takes one file in and answers with its id, state and address, as JSON."""
    sent = request.FILES.get("file")
    if sent is None:
        raise Refusal(_("No file arrived. Choose a file and send it again."), field="file")
    sample = _sample(request)
    run = destination.run_for(request.user, request.POST["run"]) if request.POST.get("run") else None
    owner = sample or run
    project = owner.project if owner is not None else _project(request)
    access.require_change(request.user, project)
    size = request.POST.get("size", "")
    delivery = Delivery(
        name=sent.name or "",
        project=project,
        by=request.user if request.user.pk else None,
        sample=sample,
        run=run if sample is None else None,
        source_path=request.POST.get("path", ""),
        size=int(size) if size.isdecimal() else None,
        sha256=request.POST.get("sha256", ""),
    )
    receipt = intake.submit(sent.chunks(), delivery)
    file = receipt.file
    body = {
        "id": file.pk,
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
        "url": file.get_absolute_url(),
    }
    body |= {"state": file.job.state, "duplicate": receipt.duplicate}
    return json_answer(body, 200 if receipt.duplicate else 202)


def _sample(request: HttpRequest) -> Sample | None:
    code = request.POST.get("sample", "").strip()
    if not code:
        return None
    sample = access.visible(Sample.objects.select_related("project"), request.user).filter(code=code).first()
    if sample is None:
        raise Refusal(_("There is no sample %(code)s to attach it to.") % {"code": code}, field="sample")
    return sample


def _project(request: HttpRequest) -> Project:
    """The project named in the form, else the only or first one in which the person may change."""
    allowed = access.editable_projects(request.user)
    chosen = request.POST.get("project", "")
    if chosen.isdecimal():
        return access.get_visible(Project.objects.all(), request.user, path="pk", pk=int(chosen))
    project = allowed.order_by("pk").first()
    if project is None:
        raise NotAllowed(
            _("Your role lets you look, not upload. A manager of a project can make you an editor.")
        )
    return project
