"""The weighing sheet: a recipe scaled to a target mass, to take to the balance on paper or on a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cells import lots
from cells.makeup import planned_mg
from cells.models import CathodeRecipe, RecipeComponent
from synthesis import access, units
from synthesis.conversion import in_unit_of
from synthesis.errors import Refusal
from synthesis.forms.fields import measured
from synthesis.models import Role, Sample
from synthesis.pages import page
from synthesis.units import Quantity

USUAL_TARGET = "200"


@dataclass(frozen=True)
class Line:
    """One component on the sheet: what to weigh in mg, between which bounds, of which lot. None without a limit."""

    number: int
    component: RecipeComponent
    planned: float
    least: float | None
    most: float | None
    offered: list[Sample]
    lot: Sample | None
    enough: bool


@page
def weighing_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    records = CathodeRecipe.objects.select_related("project").prefetch_related("components")
    recipe = access.get_visible(records, request.user, pk=pk)
    typed = request.GET.get("target", "").strip() or USUAL_TARGET
    context: dict[str, Any] = {
        "recipe": recipe,
        "typed": typed,
        "nav": "recipes",
        "now": timezone.now(),
        "may_change": access.may(request.user, recipe.project, Role.EDITOR),
    }
    try:
        target = _target(typed)
    except Refusal as refusal:
        return render(request, "cells/weighing.html", context | {"error": refusal.message}, status=422)
    lines = _lines(recipe, target, request)
    return render(request, "cells/weighing.html", context | _scaled(recipe, target, lines))


def _target(typed: str) -> float:
    target = float(measured(typed, "mg", 0))
    if not target:
        raise Refusal(_("Nothing can be weighed for %(target)s. Name a mass above zero.") % {"target": typed})
    return target


def _scaled(recipe: CathodeRecipe, target: float, lines: list[Line]) -> dict[str, Any]:
    taken = {f"lot-{line.number}": line.lot.code for line in lines if line.lot}
    query = urlencode({"recipe": recipe.pk, "target": f"{target:.12g} mg", **taken})
    return {
        "target": target,
        "lines": lines,
        "total": sum(line.planned for line in lines),
        "log_url": f"{reverse('log', args=['cathode'])}?{query}",
    }


def _lines(recipe: CathodeRecipe, target: float, request: HttpRequest) -> list[Line]:
    offered = lots.candidates(recipe, request.user)
    return [
        _line(number, part, target, offered[part.material], request.GET.get(f"lot-{number}", ""))
        for number, part in enumerate(recipe.components.all())
    ]


def _line(number: int, part: RecipeComponent, target: float, offered: list[Sample], asked: str) -> Line:
    planned = float(planned_mg(part.share_wt_percent, target))
    off = planned * part.limit.plus / 100 if part.limit else None
    lot = lots.chosen(offered, asked)
    return Line(
        number,
        part,
        planned,
        planned - off if off is not None else None,
        planned + off if off is not None else None,
        offered,
        lot,
        lot is None or _is_enough(lot, planned),
    )


def _is_enough(lot: Sample, planned: float) -> bool:
    try:
        return in_unit_of(lot, Quantity(units.number(f"{planned:.6f}"), "mg")).value <= lot.amount_left
    except Refusal:
        return True  # a volume or a piece: the balance does not tell
