"""The library: what is shipped and what the laboratory added, one page each, and adding."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from characterization import library, panels
from characterization.forms import EntryForm
from characterization.library import Kind
from characterization.models import LibraryEntry
from characterization.views.answers import page
from characterization.views.charts import answer
from synthesis import access
from synthesis.errors import Refusal


@require_GET
@page
def library_list(request: HttpRequest) -> HttpResponse:
    kind = _kind(request)
    own = LibraryEntry.objects.filter(kind=kind, current=True).select_related("instrument", "created_by")
    context = {
        "kinds": Kind.choices,
        "kind": kind,
        "shipped": panels.shipped_entries(kind),
        "own": own.defer("text", "content").order_by("name"),
        "may_add": access.manages_somewhere(request.user),
        "nav": "library",
    }
    return render(request, "characterization/library.html", context)


@require_GET
@page
def entry_page(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(LibraryEntry.objects.select_related("instrument", "created_by"), pk=pk)
    versions = LibraryEntry.objects.filter(kind=entry.kind, name=entry.name).select_related("created_by")
    chart = panels.chart_of_entry(entry)
    context = {
        "entry": entry,
        "kind_label": Kind(entry.kind).label,
        "chart": chart,
        "address": f"{entry.get_absolute_url()}charts/{chart.key}" if chart is not None else "",
        "nav": "library",
        "versions": versions.defer("text", "content"),
        "may_add": access.manages_somewhere(request.user),
    }
    return render(request, "characterization/library_entry.html", context)


@require_GET
@page
def shipped_page(request: HttpRequest) -> HttpResponse:
    """``?kind=phases&name=Silicon``: an entry that comes with labsys, to read."""
    kind, name = _kind(request), request.GET.get("name", "")
    entry = panels.shipped_entry(kind, name)
    if entry is None:
        raise Http404
    chart = panels.chart_of_shipped(kind, name)
    context = {
        "entry": entry,
        "kind_label": Kind(kind).label,
        "chart": chart,
        "address": f"/library/shipped/charts/{chart.key}" if chart is not None else "",
        "chart_query": request.GET.urlencode(),
        "is_shipped": True,
        "nav": "library",
    }
    return render(request, "characterization/library_entry.html", context)


@require_GET
@page
def shipped_chart(request: HttpRequest, key: str, form: str) -> HttpResponse:
    name = request.GET.get("name", "")
    chart = panels.chart_of_shipped(_kind(request), name)
    if chart is None or chart.key != key:
        raise Http404
    return answer(request, chart, form, f"{name}-{key}", {})


@require_GET
@page
def entry_chart(request: HttpRequest, pk: int, key: str, form: str) -> HttpResponse:
    entry = get_object_or_404(LibraryEntry, pk=pk)
    chart = panels.chart_of_entry(entry)
    if chart is None or chart.key != key:
        raise Http404
    return answer(request, chart, form, f"{entry.name}-{key}", {})


@page
def new_entry(request: HttpRequest) -> HttpResponse:
    """``?kind=phases`` for a new entry, ``?of=7`` for another version of one."""
    library.require_adding(request.user)
    number = request.GET.get("of", "")
    of = get_object_or_404(LibraryEntry, pk=number) if number.isdecimal() else None
    kind = of.kind if of is not None else _kind(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = EntryForm(kind, request.user, of, *sent, initial=_before(of))
    if request.method == "POST" and form.is_valid():
        try:
            entry = library.add(form.given, request.user if isinstance(request.user, User) else None)
        except Refusal as refusal:
            form.tell(refusal)
        else:
            messages.success(request, _("%(entry)s is in the library.") % {"entry": entry})
            return redirect(entry)
    context = {"form": form, "kind": kind, "kind_label": Kind(kind).label, "of": of, "nav": "library"}
    return render(request, "characterization/library_form.html", context, status=422 if form.errors else 200)


def _before(of: LibraryEntry | None) -> dict[str, Any]:
    if of is None:
        return {}
    return {"name": of.name, "source": of.source, "text": of.text, "instrument": of.instrument_id}


@require_POST
@page
def retire_entry(request: HttpRequest, pk: int) -> HttpResponse:
    library.require_adding(request.user)
    entry = get_object_or_404(LibraryEntry, pk=pk)
    library.retire(entry)
    messages.success(request, _("%(entry)s is taken out of use.") % {"entry": entry})
    return redirect(entry)


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in Kind.values else Kind.PHASES.value
