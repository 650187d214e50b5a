"""Leaving a cell out of statistics and counting it again; what was found when it was opened."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from cells import services
from cells.forms.afterwards import LeftOutForm, PostMortemForm
from cells.models import Cell
from synthesis import access
from synthesis.pages import page


@page
def left_out(request: HttpRequest, code: str) -> HttpResponse:
    """A POST with a ``reason`` leaves the cell out, one with ``count`` takes it back in."""
    cell = changeable(request, code)
    if request.method == "POST" and request.POST.get("count"):
        return _count(request, cell)
    form = LeftOutForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.leave_out(cell, form.cleaned_data["reason"])
        said = _("Left %(cell)s out of statistics") % {"cell": cell}
        messages.success(request, _with_undo(request, cell, said, "count", "yes"))
        return _back(request, cell)
    context = {"cell": cell, "form": form, "nav": "cells"}
    return render(request, "cells/left_out.html", context, status=422 if form.errors else 200)


def _count(request: HttpRequest, cell: Cell) -> HttpResponse:
    reason = cell.left_out_reason
    services.count_again(cell)
    said = _("%(cell)s counts in statistics again") % {"cell": cell}
    messages.success(request, _with_undo(request, cell, said, "reason", reason) if reason else said)
    return _back(request, cell)


@page
def post_mortem(request: HttpRequest, code: str) -> HttpResponse:
    cell = changeable(request, code)
    form = PostMortemForm(request.POST if request.method == "POST" else None, instance=cell)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Noted what was found in %(cell)s.") % {"cell": cell})
        return redirect(cell.get_absolute_url())
    context = {"cell": cell, "form": form, "nav": "cells"}
    return render(request, "cells/post_mortem.html", context, status=422 if form.errors else 200)


def changeable(request: HttpRequest, code: str) -> Cell:
    """The cell of this code. Raises for who may not change it."""
    cell = access.get_visible(Cell.objects.select_related("project"), request.user, code=code)
    access.require_change(request.user, cell.project)
    return cell


def _back(request: HttpRequest, cell: Cell) -> HttpResponse:
    """To the page that asked for it, where that is one of this house."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if wanted and safe else cell.get_absolute_url())


def _with_undo(request: HttpRequest, cell: Cell, said: str, name: str, value: str) -> str:
    """The sentence with the way back, which returns to the same page."""
    hidden = '<input type="hidden" name="{}" value="{}">'
    return format_html(
        '{} · <form method="post" action="{}" class="in-line">' + hidden * 3 + "<button>{}</button></form>",
        said,
        reverse("cell-left-out", args=[cell.code]),
        "csrfmiddlewaretoken",
        get_token(request),
        name,
        value,
        "next",
        request.POST.get("next", ""),
        _("Undo"),
    )
