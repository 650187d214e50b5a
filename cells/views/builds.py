"""Logging cathode batches and cells, and what this floor adds to the Log menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cells.forms.builds import CathodeForm, CellForm, roles_of
from cells.models import CathodeBatch, CathodeRecipe
from cells.views.channels import log_channel
from cells.views.recipes import log_recipe
from synthesis import access, logbook
from synthesis.errors import Refusal
from synthesis.forms.fields import measured
from synthesis.logbook import LogKind
from synthesis.pages import page
from synthesis.views.steps import require_somewhere, step_view


def _rows(request: HttpRequest) -> list[dict[str, Any]]:
    """The components with their masses; without a target with their shares, as for a batch like another."""
    recipe = _recipe(request)
    rows = roles_of(recipe, target_of(request)) if recipe else []
    for number, row in enumerate(rows if request.method == "GET" else ()):
        row["lot"] = request.GET.get(f"lot-{number}", "")  # as chosen on the weighing sheet
    return rows


def _starts(request: HttpRequest) -> dict[str, Any]:
    recipe, target = _recipe(request), target_of(request)
    starts = {"recipe": recipe.pk} if recipe else {}
    return starts | ({"target_mass_mg": f"{target:.12g}"} if target else {})


def target_of(request: HttpRequest) -> float | None:
    """The target mass in mg that was sent or stands in the address; None for none, or for what is no mass."""
    typed = request.POST.get("target_mass_mg", request.GET.get("target", ""))
    try:
        return float(measured(typed, "mg", 0)) or None if typed.strip() else None
    except Refusal:
        return None


def _recipe(request: HttpRequest) -> CathodeRecipe | None:
    """The recipe that the request names: by ?recipe=, in the form, or that of the batch it is like."""
    asked = request.POST.get("recipe") or request.GET.get("recipe", "")
    recipes = access.visible(CathodeRecipe.objects.prefetch_related("components"), request.user)
    if asked.isdecimal():
        return recipes.filter(pk=int(asked)).first()
    like = CathodeBatch.objects.filter(code=request.GET.get("like", "")).values("recipe")
    return recipes.filter(pk__in=like).first()


_log_by_recipe = step_view(CathodeForm, _rows, _starts)


@page
def log_cathode(request: HttpRequest) -> HttpResponseBase:
    """First the recipe is chosen, because it names the rows."""
    require_somewhere(request)
    recipe = _recipe(request)
    if recipe is None:
        recipes = access.visible(CathodeRecipe.objects.prefetch_related("components"), request.user)
        context = {"recipes": recipes[:50], "nav": "cathodes", "source": request.GET.get("from", "")}
        return render(request, "cells/choose_recipe.html", context)
    return _log_by_recipe(request)


for made in (
    LogKind("recipe", _("Recipe"), "file-text", log_recipe, 90),
    LogKind("cathode", _("Cathode batch"), "layers", log_cathode, 100, CathodeForm),
    LogKind("cell", _("Cell"), "battery", step_view(CellForm), 110, CellForm),
    LogKind("channel", _("Channel"), "layout-grid", log_channel, 120),
):
    logbook.register(made)
