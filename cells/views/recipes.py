"""A recipe's page and the form for a new one or a new version."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cells.forms.recipes import ComponentRows, RecipeForm
from cells.models import CathodeRecipe
from cells.recipes import record_recipe
from synthesis import access
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import Role
from synthesis.pages import page
from synthesis.units import plain
from synthesis.views.steps import require_somewhere

USUAL = (
    {"role": "active", "material": "LCO", "share": "70", "tolerance": "1"},
    {"role": "electrolyte", "material": "LPSC", "share": "28", "tolerance": "1"},
    {"role": "additive", "material": "CCA", "share": "2", "tolerance": "5"},
)


@page
def recipe_page(request: HttpRequest, pk: int) -> HttpResponse:
    records = CathodeRecipe.objects.select_related("project", "created_by")
    recipe = access.get_visible(records, request.user, pk=pk)
    components = list(recipe.components.all())
    context = {
        "recipe": recipe,
        "components": components,
        "total": sum((component.share_wt_percent for component in components), Decimal(0)),
        "versions": CathodeRecipe.objects.filter(project=recipe.project, name=recipe.name).order_by(
            "-version"
        ),
        "batches": recipe.batches.select_related("created_by").order_by("-id")[:50],
        "may_change": access.may(request.user, recipe.project, Role.EDITOR),
    }
    return render(request, "cells/recipe.html", context)


@page
def log_recipe(request: HttpRequest) -> HttpResponse:
    require_somewhere(request)
    form, rows = _build(request)
    status = 200
    if request.method == "POST":
        status = 422
        if all([form.is_valid(), rows.is_valid()]):
            recipe, status = _record(request, form, rows)
            if recipe is not None:
                messages.success(request, _("Logged %(code)s.") % {"code": recipe})
                return redirect(recipe.get_absolute_url())
    return render(
        request, "cells/log_recipe.html", {"form": form, "rows": rows, "nav": "recipes"}, status=status
    )


def _build(request: HttpRequest) -> tuple[RecipeForm, Any]:
    data = request.POST if request.method == "POST" else None
    like = request.GET.get("like", "")
    known = (
        access.get_visible(CathodeRecipe.objects.all(), request.user, pk=like) if like.isdecimal() else None
    )
    initial = {"project": known.project_id, "name": known.name} if known else {}
    rows = ComponentRows(data, prefix="components", initial=_rows(known) if data is None else None)
    rows.min_num = 0 if data is None else rows.min_num
    return RecipeForm(data, initial=initial, actor=request.user), rows


def _rows(recipe: CathodeRecipe | None) -> list[dict[str, str]]:
    if recipe is None:
        return [dict(row) for row in USUAL]
    return [
        {
            "role": part.role,
            "material": part.material,
            "share": plain(part.share_wt_percent),
            "tolerance": plain(part.tolerance_percent) if part.tolerance_percent else "",
        }
        for part in recipe.components.all()
    ]


def _record(request: HttpRequest, form: RecipeForm, rows: Any) -> tuple[CathodeRecipe | None, int]:
    try:
        access.require_change(request.user, form.cleaned_data["project"])
        components = [row.component() for row in rows.forms if row.has_changed()]
        return record_recipe(form.save(commit=False), components, by=_person(request)), 200
    except NotAllowed:
        raise
    except Refusal as refusal:
        if refusal.field == "components":
            rows.forms[-1].add_error("share", refusal.message)
        else:
            form.add_error(None, refusal.message)
        return None, refusal.status


def _person(request: HttpRequest) -> Any:
    return request.user
