"""Lists of recipes, cathode batches and cells."""

from __future__ import annotations

from django.db.models import Count, Prefetch
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from cells.models import CathodeBatch, CathodeRecipe, Cell, Occupation
from synthesis import access
from synthesis.listing import Choice, Column, Filter, Listing
from synthesis.models.samples import Kind
from synthesis.pages import page
from synthesis.views.lists import (
    CODE,
    GROUP,
    LEFT,
    MADE,
    NAME,
    OF,
    PLACE,
    STATE,
    group_filter,
    show,
    state_filter,
)


@page
def recipes(request: HttpRequest) -> HttpResponseBase:
    records = CathodeRecipe.objects.select_related("project").prefetch_related("components")
    listing = Listing(
        access.visible(records.annotate(batch_count=Count("batches")), request.user),
        [
            NAME,
            Column(_("Version"), "version", numeric=True),
            Column(_("Shares")),
            Column(_("Batches"), numeric=True),
            Column(_("Project")),
        ],
        search=("name", "note", "components__material"),
        order="name",
    )
    hint = _("A recipe names components and their shares in wt %; a cathode batch is mixed by it.")
    row = "cells/rows/recipe.html"
    return show(request, listing, title=_("Recipes"), rows=row, log="recipe", empty=hint)


@page
def cathodes(request: HttpRequest) -> HttpResponseBase:
    records = CathodeBatch.objects.select_related("project", "created_by", "recipe")
    listing = Listing(
        access.visible(records, request.user),
        [CODE, NAME, GROUP, Column(_("Recipe")), MADE, LEFT, OF, PLACE, STATE],
        filters=[group_filter(request), state_filter()],
        kinds=(Kind.CATHODE,),
        reader=request.user,
    )
    hint = _("A cathode batch draws down active material, electrolyte and additive by a recipe.")
    row = "cells/rows/cathode.html"
    return show(request, listing, title=_("Cathodes"), rows=row, log="cathode", empty=hint)


@page
def cells(request: HttpRequest) -> HttpResponseBase:
    now_on = Prefetch(
        "occupations",
        Occupation.objects.filter(to_at__isnull=True).select_related("channel__instrument"),
        to_attr="now_on",
    )
    kinds = Filter(
        "format", _("Kind"), "format", [Choice(value, label) for value, label in Cell.Format.choices]
    )
    listing = Listing(
        access.visible(Cell.objects.select_related("project").prefetch_related(now_on), request.user),
        [
            CODE,
            GROUP,
            Column(_("Kind"), "format"),
            Column(_("Active mass"), numeric=True, unit="mg"),
            Column(_("Area"), numeric=True, unit="cm²"),
            Column(_("Window"), unit="V"),
            MADE,
            Column(_("Channel")),
            Column(_("State")),
            Column(_("Statistics")),
        ],
        filters=[group_filter(request), kinds],
        kinds=(Kind.CELL,),
        reader=request.user,
    )
    hint = _("Cells stand here once they are built from a cathode batch.")
    row = "cells/rows/cell.html"
    return show(request, listing, title=_("Cells"), rows=row, log="cell", empty=hint)
