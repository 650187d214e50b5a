"""The lists of the ground floor: batches, furnace runs, additives, materials with their lots, electrolytes."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from synthesis import access, exporting, groups
from synthesis.listing import Choice, Column, Filter, Listing
from synthesis.many import kinds as many_kinds
from synthesis.models import CarbonizationRun, Material, MaterialLot, Sample
from synthesis.models.samples import Kind, State
from synthesis.pages import page

CODE, NAME = Column(_("Code"), "id"), Column(_("Name"), "name")
GROUP, PROJECT = Column(_("Additive"), "group"), Column(_("Project"))
MADE, LEFT = Column(_("Made"), "made_at"), Column(_("Left"), "amount_left", numeric=True)
OF, PLACE, STATE = Column(_("of"), numeric=True), Column(_("Place"), "place"), Column(_("State"), "state")


def state_filter() -> Filter:
    return Filter("state", _("State"), "state", [Choice(value, label) for value, label in State.choices])


def group_filter(request: HttpRequest) -> Filter:
    names = groups.offered(request.user)
    return Filter("group", _("Additive"), "group", [Choice(name, name, mark=name) for name in names])


def show(
    request: HttpRequest,
    listing: Listing[Any],
    *,
    title: Any,
    rows: str,
    log: str = "",
    empty: Any = "",
    template: str = "synthesis/list.html",
    **more: Any,
) -> HttpResponseBase:
    """A list page; ``rows`` is the template of one row, ``log`` the kind that its button logs.

    With ?export=csv or xlsx all that the filters leave, as a file.
    """
    form = request.GET.get("export", "")
    if form in exporting.FORMS:
        return exporting.answer(listing.found(request.GET), form, str(title), request.build_absolute_uri)
    log = log if access.may_log(request.user) else ""
    context = {
        "listed": listing.page(request.GET),
        "title": title,
        "row": rows,
        "log": log,
        "many": log if many_kinds.find(log) else "",
        "homeless": not access.visible_ids(request.user),
        "empty": empty,
        **more,
    }
    return render(request, template, context)


def samples_of(request: HttpRequest, *kinds: str) -> QuerySet[Sample]:
    records = Sample.objects.filter(kind__in=kinds).select_related("project", "created_by")
    return access.visible(records, request.user)


@page
def batches(request: HttpRequest) -> HttpResponseBase:
    kinds = (Kind.NANOSPONGE, Kind.IMPREGNATED, Kind.FREEZE_DRIED)
    kind = Filter("kind", _("Kind"), "kind", [Choice(kind.value, kind.label) for kind in kinds])
    listing = Listing(
        samples_of(request, *kinds),
        [CODE, Column(_("Kind"), "kind"), NAME, GROUP, MADE, LEFT, OF, PLACE, STATE],
        filters=[kind, state_filter()],
        kinds=kinds,
        reader=request.user,
    )
    hint = _("Nanosponge, impregnated and freeze-dried batches stand here once they are logged.")
    row = "synthesis/rows/sample.html"
    return show(request, listing, title=_("Batches"), rows=row, log="nanosponge", empty=hint, with_kind=True)


@page
def additives(request: HttpRequest) -> HttpResponseBase:
    listing = Listing(
        samples_of(request, Kind.ADDITIVE),
        [CODE, NAME, GROUP, MADE, LEFT, OF, PLACE, STATE],
        filters=[group_filter(request), state_filter()],
        kinds=(Kind.ADDITIVE,),
        reader=request.user,
    )
    hint = _("Each boat of a furnace run leaves an additive lot here; a bought one is logged by itself.")
    row = "synthesis/rows/sample.html"
    return show(request, listing, title=_("Additives"), rows=row, log="additive", empty=hint)


@page
def electrolytes(request: HttpRequest) -> HttpResponseBase:
    listing = Listing(
        samples_of(request, Kind.ELECTROLYTE),
        [CODE, NAME, GROUP, MADE, LEFT, OF, PLACE, STATE],
        filters=[state_filter()],
        kinds=(Kind.ELECTROLYTE,),
        reader=request.user,
    )
    hint = _("Electrolyte batches made in the laboratory stand here once they are logged.")
    row = "synthesis/rows/sample.html"
    return show(request, listing, title=_("Electrolytes"), rows=row, log="electrolyte", empty=hint)


@page
def materials(request: HttpRequest) -> HttpResponseBase:
    """Materials (shared by all projects) or, with ?show=lots, their lots."""
    if request.GET.get("show") == "materials":
        return _materials(request)
    lots = access.visible(
        MaterialLot.objects.select_related("project", "created_by", "material"), request.user
    )
    listing = Listing(
        lots,
        [
            CODE,
            Column(_("Material"), "name"),
            Column(_("Supplier"), "supplier"),
            Column(_("Lot number"), "lot_number"),
            Column(_("Best before")),
            LEFT,
            OF,
            PLACE,
            STATE,
        ],
        filters=[state_filter()],
        kinds=(Kind.LOT,),
        reader=request.user,
    )
    hint = _("A delivery becomes a lot here: log its material first, then the lot with what arrived.")
    row = "synthesis/rows/lot.html"
    return show(request, listing, title=_("Materials"), rows=row, log="lot", empty=hint, switch="lots")


def _materials(request: HttpRequest) -> HttpResponseBase:
    own = Q(lots__project__in=access.visible_projects(request.user).values("pk"))
    listing = Listing(
        Material.objects.annotate(lot_count=Count("lots", filter=own)),
        [
            Column(_("Name"), "name"),
            Column(_("Formula"), "formula"),
            Column(_("CAS number"), "cas_number"),
            Column(_("Molar mass"), numeric=True, unit="g/mol"),
            Column(_("Density"), numeric=True, unit="g/mL"),
            Column(_("Phase"), "phase"),
            Column(_("Lots"), numeric=True),
        ],
        search=("name", "short_name", "formula", "cas_number"),
        order="name",
    )
    hint = _("What the laboratory buys: name, formula, molar mass, density.")
    row = "synthesis/rows/material.html"
    return show(
        request, listing, title=_("Materials"), rows=row, log="material", empty=hint, switch="materials"
    )


@page
def furnace_runs(request: HttpRequest) -> HttpResponseBase:
    runs = CarbonizationRun.objects.select_related("project", "created_by").annotate(
        boat_count=Count("boats", distinct=True), top_degC=Max("segments__to_degC")
    )
    listing = Listing(
        access.visible(runs, request.user),
        [
            CODE,
            Column(_("Furnace"), "furnace"),
            Column(_("Atmosphere"), "atmosphere"),
            Column(_("Programme up to"), numeric=True, unit="°C"),
            Column(_("Reached"), numeric=True, unit="°C"),
            Column(_("Boats"), numeric=True),
            Column(_("Started"), "started_at"),
            Column(_("By")),
        ],
        search=("code", "furnace", "note"),
        bare=access.visible(CarbonizationRun.objects.all(), request.user),
    )
    hint = _("Carbonization runs stand here with their programme and boats once they are logged.")
    row = "synthesis/rows/run.html"
    return show(request, listing, title=_("Furnace runs"), rows=row, log="furnace-run", empty=hint)
