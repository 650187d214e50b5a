"""Equipment: the list with what is due, a page each with its checks, and a manager's changes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, equipment, equipment_uses
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.equipment import CheckForm, EquipmentForm
from synthesis.forms.rows import place_refusal
from synthesis.listing import Column, Listing
from synthesis.models import CarbonizationRun, EquipmentCheck, Instrument, Sample
from synthesis.pages import page

MOST_CHECKS, MOST_USES = 200, 12
COLUMNS = (
    Column(gettext_lazy("Name"), "name"),
    Column(gettext_lazy("Make and model"), "model"),
    Column(gettext_lazy("Measures"), "technique"),
    Column(gettext_lazy("Project")),
    Column(gettext_lazy("State")),
)


@page
def equipment_list(request: HttpRequest) -> HttpResponse:
    retired = request.GET.get("show") == "retired"
    found = access.visible_instruments(request.user).filter(retired_at__isnull=not retired)
    listing = Listing(
        equipment.with_checks(found.select_related("project")),
        COLUMNS,
        search=("name", "model"),
        order="name",
    )
    listed = listing.page(request.GET)
    context = {
        "listed": listed,
        "rows": [(one, equipment.standing(one)) for one in listed.rows],
        "retired": retired,
        "may_add": equipment.managed_projects(request.user).exists(),
        "nav": "equipment",
    }
    return render(request, "synthesis/equipment.html", context)


@page
def equipment_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One instrument; a check that was done is recorded here."""
    one = _found(request, pk)
    form = CheckForm(
        request.POST if request.method == "POST" else None, instance=EquipmentCheck(instrument=one)
    )
    status = 200
    if request.method == "POST":
        equipment.require_care(request.user, one)
        status = _checked(request, form)
        if not status:
            return redirect("equipment-page", pk=pk)
    return render(
        request, "synthesis/equipment_page.html", _context(request, one) | {"form": form}, status=status
    )


def _found(request: HttpRequest, pk: int) -> Instrument:
    seen = equipment.with_checks(access.visible_instruments(request.user).select_related("project"))
    return get_object_or_404(seen, pk=pk)


def _checked(request: HttpRequest, form: CheckForm) -> int:
    """0 once the check is recorded, else the status of the page that says why not."""
    if not form.is_valid():
        return 422
    by: Any = request.user
    try:
        equipment.add_check(form.instance, by)
    except NotAllowed:
        raise
    except Refusal as refusal:
        place_refusal(refusal, form)
        return refusal.status
    messages.success(request, _("The check is recorded."))
    return 0


def _context(request: HttpRequest, one: Instrument) -> dict[str, Any]:
    checks = EquipmentCheck.objects.filter(instrument=one).select_related("created_by")
    samples = access.visible(Sample.objects.filter(equipment=one), request.user).order_by("-pk")
    runs = access.visible(CarbonizationRun.objects.filter(equipment=one), request.user).order_by("-pk")
    return {
        "instrument": one,
        "standing": equipment.standing(one),
        "checks": [(check, equipment.due_of(check, one)) for check in checks[:MOST_CHECKS]],
        "used_for": [(used, equipment.standing(one, used.made_at)) for used in samples[:MOST_USES]],
        "runs": [(run, equipment.standing(one, run.started_at)) for run in runs[:MOST_USES]],
        "may_care": _may_care(request, one),
        "nav": "equipment",
    }


def _may_care(request: HttpRequest, one: Instrument) -> bool:
    return equipment.managed(request.user).filter(pk=one.pk).exists()


@page
def new_equipment(request: HttpRequest) -> HttpResponse:
    if not equipment.managed_projects(request.user).exists():
        raise NotAllowed(_("Equipment is set up by a manager of a project."))
    return _form_page(request, Instrument())


@page
def change_equipment(request: HttpRequest, pk: int) -> HttpResponse:
    one = _found(request, pk)
    equipment.require_care(request.user, one)
    return _form_page(request, one)


def _form_page(request: HttpRequest, one: Instrument) -> HttpResponse:
    form = EquipmentForm(request.POST if request.method == "POST" else None, instance=one, actor=request.user)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        messages.success(request, _("Saved %(name)s.") % {"name": saved.name})
        return redirect("equipment-page", pk=saved.pk)
    known = Instrument.objects.filter(pk=one.pk).first() if one.pk else None
    context = {"form": form, "instrument": known, "nav": "equipment"}
    return render(request, "synthesis/equipment_form.html", context, status=422 if form.errors else 200)


equipment_uses.register_all()
