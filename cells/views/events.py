"""What happened to a cell while it was measured: noted, listed, taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cells.forms.afterwards import EventForm
from cells.models import CellNote
from cells.views.afterwards import changeable
from synthesis.pages import page


@page
def events(request: HttpRequest, code: str) -> HttpResponse:
    """A POST notes an event, or takes back the one whose number stands in ``remove``; the history keeps it."""
    cell = changeable(request, code)
    if request.method == "POST" and request.POST.get("remove", "").isdecimal():
        cell.happenings.filter(pk=int(request.POST["remove"])).delete()
        messages.success(
            request, _("Took the event back; it stays in the history of %(cell)s.") % {"cell": cell}
        )
        return redirect("cell-events", cell.code)
    note = CellNote(cell=cell, created_by_id=request.user.pk)
    form = EventForm(request.POST if request.method == "POST" else None, instance=note)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Noted: %(event)s") % {"event": form.instance})
        return redirect(cell.get_absolute_url())
    found = cell.happenings.select_related("created_by")
    context = {"cell": cell, "form": form, "events": found, "nav": "cells"}
    return render(request, "cells/events.html", context, status=422 if form.errors else 200)
