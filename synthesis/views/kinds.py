"""What can be logged on this floor, and the pages that lead there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import logbook
from synthesis.forms import kinds
from synthesis.logbook import LogKind
from synthesis.models import Material
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
    return render(request, "synthesis/log_index.html", {"kinds": logbook.kinds()})


@page
def log_material(request: HttpRequest) -> HttpResponse:
    require_somewhere(request)
    asked = request.GET.get("like", "")
    like = Material.objects.filter(pk=asked).first() if asked.isdigit() else None
    initial: dict[str, Any] = model_to_dict(like) if like else {}
    form = kinds.MaterialForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        form.instance.created_by_id = request.user.pk
        material = form.save()
        messages.success(request, _("Logged %(code)s.") % {"code": material})
        return redirect("/materials/?show=materials")
    context = {"form": form, "title": _("Material"), "nav": "materials", "button": _("Save material")}
    return render(request, "synthesis/log_plain.html", context, status=422 if form.errors else 200)


for made in (
    LogKind("material", gettext_lazy("Material"), "package", log_material, 10),
    LogKind("lot", gettext_lazy("Material lot"), "package", step_view(kinds.LotForm), 20),
    LogKind(
        "nanosponge", gettext_lazy("Nanosponge batch"), "flask-round", step_view(kinds.NanospongeForm), 30
    ),
    LogKind("impregnation", gettext_lazy("Impregnation"), "droplets", step_view(kinds.ImpregnationForm), 40),
    LogKind(
        "freeze-drying", gettext_lazy("Freeze-drying"), "snowflake", step_view(kinds.FreezeDryingForm), 50
    ),
    LogKind("furnace-run", gettext_lazy("Furnace run"), "flame", log_run, 60),
    LogKind("additive", gettext_lazy("Bought additive"), "hexagon", step_view(kinds.AdditiveForm), 70),
    LogKind("electrolyte", gettext_lazy("Electrolyte batch"), "box", step_view(kinds.ElectrolyteForm), 80),
):
    logbook.register(made)
