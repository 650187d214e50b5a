"""Keeping a search, changing and deleting it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from synthesis import access, saved_searches
from synthesis.models import Project
from synthesis.pages import page


@require_POST
@page
def save(request: HttpRequest) -> HttpResponse:
    query = request.POST.get("query", "")
    kept = saved_searches.save(request.user, request.POST.get("name", ""), query, _project(request))
    messages.success(request, _("Kept the search ‘%(name)s’.") % {"name": kept.name})
    return redirect(f"{reverse('search')}?{urlencode({'q': kept.query})}")


@require_POST
@page
def change(request: HttpRequest, pk: int) -> HttpResponse:
    search = get_object_or_404(saved_searches.of(request.user), pk=pk)
    if request.POST.get("act") == "delete":
        saved_searches.delete(request.user, search)
        messages.success(request, _("Deleted the search ‘%(name)s’.") % {"name": search.name})
    else:
        saved_searches.change(
            request.user, search, name=request.POST.get("name", ""), project=_project(request)
        )
    return redirect(f"{reverse('search')}?{urlencode({'q': search.query})}")


def _project(request: HttpRequest) -> Project | None:
    """The project to share it with, if one is named that the person may see; else 404."""
    chosen = request.POST.get("project", "")
    if not chosen:
        return None
    return get_object_or_404(
        access.visible_projects(request.user), pk=int(chosen) if chosen.isdecimal() else 0
    )
