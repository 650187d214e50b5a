"""Documents on the pages of things: the list with its form, and the document itself."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from characterization import blobs, documents
from characterization.documents import Thing
from characterization.models import Document
from characterization.views.answers import is_htmx, page
from synthesis import access
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import CarbonizationRun, Instrument, Material, Sample

either = require_http_methods(["GET", "HEAD", "POST"])
# Nothing but the document itself may be loaded from where it is shown.
ALONE = (
    "default-src 'none'; object-src 'self'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)


@either
@page
def of_material(request: HttpRequest, pk: int) -> HttpResponse:
    if not access.visible_projects(request.user).exists():
        raise NotAllowed(_("Materials are seen by members of a project. Ask a manager to add you to one."))
    return _answer(request, get_object_or_404(Material, pk=pk))


@either
@page
def of_equipment(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(
        request, get_object_or_404(access.visible_instruments(request.user).select_related("project"), pk=pk)
    )


@either
@page
def of_sample(request: HttpRequest, code: str) -> HttpResponse:
    found = Sample.objects.select_related("project")
    return _answer(request, access.get_visible(found, request.user, code=code))


@either
@page
def of_run(request: HttpRequest, code: str) -> HttpResponse:
    found = CarbonizationRun.objects.select_related("project")
    return _answer(request, access.get_visible(found, request.user, code=code))


def _answer(request: HttpRequest, thing: Thing) -> HttpResponse:
    """The list; after a document was sent the list with it, or with what is wrong and what was typed."""
    context: dict[str, Any] = {"typed": {}}
    if request.method == "POST":
        documents.require_adding(thing, request.user)
        try:
            _add(request, thing)
        except Refusal as refusal:
            if not is_htmx(request):
                raise
            context = {"refusal": refusal, "typed": request.POST}
        else:
            if not is_htmx(request) and hasattr(thing, "get_absolute_url"):
                return redirect(thing.get_absolute_url())
    context |= {
        "thing": thing,
        "address": request.path,
        "editions": documents.editions(thing, request.user),
        "kinds": Document.Kind.choices,
        "usual": _usual(thing),
        "may_add": documents.may_add(thing, request.user),
    }
    status = 422 if "refusal" in context else 200
    return render(request, "characterization/documents.html", context, status=status)


def _add(request: HttpRequest, thing: Thing) -> None:
    sent = request.FILES.get("file")
    if sent is None:
        raise Refusal(_("No file arrived. Choose a file and send it again."), field="file")
    replaces = request.POST.get("replaces", "")
    documents.add(
        thing,
        sent.chunks(),
        name=sent.name or "",
        size=sent.size,
        actor=request.user,
        kind=request.POST.get("kind", ""),
        title=request.POST.get("title", ""),
        replaces=int(replaces) if replaces.isdecimal() else None,
    )


def _usual(thing: Thing) -> str:
    if isinstance(thing, Material):
        return Document.Kind.SDS
    return Document.Kind.CERTIFICATE if isinstance(thing, Instrument) else Document.Kind.PHOTO


@require_GET
@page
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The bytes. With ``?show`` a PDF or a picture is shown; anything else, and all without it, is to be kept."""
    found = get_object_or_404(documents.visible(request.user), pk=pk)
    kind = documents.shown_as(found) if "show" in request.GET else ""
    response = FileResponse(
        blobs.open_blob(found.file.sha256),
        as_attachment=not kind,
        filename=found.file.name,
        content_type=kind or "application/octet-stream",
    )
    response["Content-Length"] = str(found.file.size)
    response["Content-Security-Policy"] = ALONE if kind else f"sandbox; {ALONE}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
