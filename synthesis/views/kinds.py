"""What can be logged on this floor, and the pages that lead there."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from synthesis import logbook
from synthesis.forms import kinds
from synthesis.forms.furnace import RunForm
from synthesis.logbook import LogKind
from synthesis.many import kinds as many_kinds
from synthesis.pages import page
from synthesis.views.furnace import log_run
from synthesis.views.steps import require_somewhere, step_view


def log(request: HttpRequest, kind: str) -> HttpResponseBase:
    """/log/KIND/ for the kinds of every floor; each brings its own view, which checks the rights."""
    found = logbook.find(kind)
    if found is None:
        raise Http404(kind)
    return found.view(request)


@page
def log_index(request: HttpRequest) -> HttpResponse:
    require_somewhere(request)
    many = {kind.slug for kind in many_kinds.kinds()}
    return render(request, "synthesis/log_index.html", {"kinds": logbook.kinds(), "many": many})


def _step(slug: str, label: Any, icon: str, form: Any, order: int) -> LogKind:
    return LogKind(slug, label, icon, step_view(form), order, form)


for made in (
    LogKind("lot", gettext_lazy("Material lot"), "package", step_view(kinds.LotForm), 20),
    _step("nanosponge", gettext_lazy("Nanosponge batch"), "flask-round", kinds.NanospongeForm, 30),
    _step("impregnation", gettext_lazy("Impregnation"), "droplets", kinds.ImpregnationForm, 40),
    _step("freeze-drying", gettext_lazy("Freeze-drying"), "snowflake", kinds.FreezeDryingForm, 50),
    LogKind("furnace-run", gettext_lazy("Furnace run"), "flame", log_run, 60, RunForm),
    LogKind("additive", gettext_lazy("Bought additive"), "hexagon", step_view(kinds.AdditiveForm), 70),
    _step("electrolyte", gettext_lazy("Electrolyte batch"), "box", kinds.ElectrolyteForm, 80),
):
    logbook.register(made)
