"""Materials: the page of one with its lots, stock and hazards; logging, changing, and what a formula weighs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from synthesis import (
    access,
    alerts,
    changes,
    formulas,
    logbook,
    material_rules,
    record_kinds,
    sample_parts,
    words,
)
from synthesis.access import Actor
from synthesis.changes import Difference, Outcome
from synthesis.conversion import also
from synthesis.errors import Refusal
from synthesis.forms.changes import Opened, open_now
from synthesis.forms.materials import FIELDS, MaterialForm
from synthesis.history import people
from synthesis.models import Material, MaterialLot, Role, Sample
from synthesis.models.samples import Kind
from synthesis.pages import page
from synthesis.sample_parts import Notice
from synthesis.value_words import label_of, said
from synthesis.views.steps import require_somewhere

MOST_LOTS = 100


@page
def log_material(request: HttpRequest) -> HttpResponse:
    require_somewhere(request)
    asked = request.GET.get("like", "")
    like = Material.objects.filter(pk=asked).first() if asked.isdigit() else None
    initial: dict[str, Any] = model_to_dict(like, FIELDS) if like else {}
    form = MaterialForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        form.instance.created_by_id = request.user.pk
        material = form.save()
        messages.success(request, _("Logged %(code)s.") % {"code": material})
        return redirect(material)
    context = {"form": form, "title": _("Material"), "nav": "materials", "back": "/log/"}
    return render(request, "synthesis/material_form.html", context, status=422 if form.errors else 200)


@page
def material_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody reads the catalogue; lots and stock are those of the projects that one sees."""
    material = get_object_or_404(Material, pk=pk)
    lots = access.visible(MaterialLot.objects.filter(material=material), request.user)
    shown = list(lots.select_related("project").order_by("-id")[: MOST_LOTS + 1])
    stock = alerts.stocks([material], request.user).get(material.pk)
    context = {
        "material": material,
        "nav": "materials",
        "lots": shown[:MOST_LOTS],
        "more": len(shown) > MOST_LOTS,
        "stock": stock,
        "low": stock is not None and stock.below(material),
        "doubt": material_rules.doubt(material),
        "today": timezone.localdate(),
        "used": lots.aggregate(number=Count("pk"))["number"],
        "may_change": record_kinds.of(material).may_change(request.user, material),
    }
    return render(request, "synthesis/material.html", context)


@page
def change_material(request: HttpRequest, pk: int) -> HttpResponse:
    """The catalogue belongs to no project: whoever may log in one may change it, and is asked where two changed it."""
    material = get_object_or_404(Material, pk=pk)
    record_kinds.of(material).require_change(request.user, material)
    if request.method != "POST":
        return _shown(request, material, MaterialForm(instance=material), open_now(material))
    opened = Opened.read(request.POST.get("opened", ""), material)
    form = MaterialForm(request.POST, instance=Material.objects.get(pk=pk))
    if not form.is_valid():
        return _shown(request, material, form, opened, status=422)
    outcome = changes.apply(material, opened.base, form.wanted, request.user)
    if outcome.conflicts or outcome.errors:
        return _asked(request, material, form, outcome, opened)
    columns: list[Any] = [Material._meta.get_field(one.name) for one in outcome.written]
    changed = ", ".join(label_of(column) for column in columns)
    said_so = _("Changed %(fields)s.") % {"fields": changed} if changed else _("Nothing was changed.")
    messages.success(request, said_so)
    return redirect(material)


def _asked(
    request: HttpRequest, material: Material, form: MaterialForm, outcome: Outcome, opened: Opened
) -> HttpResponse:
    """Shows the form again with what the other person wrote; saving again keeps one's own."""
    for name, sentences in outcome.errors.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
    names = people({one.by for one in outcome.conflicts})
    for one in outcome.conflicts:
        form.add_error(one.name if one.name in form.fields else None, _conflict(material, one, names))
    if outcome.conflicts:
        material.refresh_from_db()
        opened = open_now(material)
    return _shown(request, material, form, opened, status=409 if outcome.conflicts else 422)


def _conflict(material: Material, one: Difference, names: dict[int | None, str]) -> str:
    column: Any = material._meta.get_field(one.name)
    return _(
        "%(who)s changed %(label)s at %(at)s: it is %(theirs)s now. Save again to keep yours, or type theirs."
    ) % {
        "who": names.get(one.by, _("Somebody")),
        "label": label_of(column),
        "at": formats.date_format(timezone.localtime(one.at), "H:i") if one.at else "–",
        "theirs": said(column, one.theirs),
    }


def _shown(
    request: HttpRequest, material: Material, form: MaterialForm, opened: Opened, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "title": _("Change %(material)s") % {"material": material},
        "material": material,
        "opened": opened.sealed(material),
        "nav": "materials",
        "back": material.get_absolute_url(),
    }
    return render(request, "synthesis/material_form.html", context, status=status)


@page
def formula_hint(request: HttpRequest) -> HttpResponse:
    """What a formula weighs, or what is wrong with it, while one types."""
    written = request.GET.get("formula", "")
    context: dict[str, Any] = {"written": written}
    if written.strip():
        try:
            context |= {
                "mass": formulas.molar_mass(written),
                "pretty": formulas.lowered(formulas.normalised(written)),
            }
        except Refusal as refusal:
            context["refusal"] = refusal
    return render(request, "synthesis/formula_hint.html", context)


@require_POST
@page
def open_lot(request: HttpRequest, code: str) -> HttpResponse:
    """Notes that a lot was opened today."""
    lot = access.get_visible(MaterialLot.objects.select_related("project"), request.user, code=code)
    access.require_change(request.user, lot.project)
    if lot.opened_on is None:
        changes.apply(lot, {}, {"opened_on": timezone.localdate()}, request.user)
        messages.success(request, _("%(lot)s was opened today.") % {"lot": lot.code})
    return redirect(lot)


def _lot_panel(request: HttpRequest, sample: Sample) -> dict[str, Any] | None:
    lot = sample.own
    if not isinstance(lot, MaterialLot):
        return None
    return {
        "lot": lot,
        "material": lot.material,
        "also": [words.amount(one.value, one.unit) for one in also(lot, lot.amount_left)],
        "may_open": lot.opened_on is None
        and lot.signed_at is None
        and access.may(request.user, lot.project, Role.EDITOR),
    }


@sample_parts.notice
def _notices(sample: Sample, actor: Actor) -> list[Notice]:
    if isinstance(sample, MaterialLot):
        return alerts.of_lot(sample, actor)
    return alerts.expired_inputs(sample, actor) if sample.kind != Kind.LOT else []


sample_parts.show(sample_parts.Panel("synthesis/lot_material.html", _lot_panel, order=20))
logbook.register(logbook.LogKind("material", gettext_lazy("Material"), "package", log_material, 10))
