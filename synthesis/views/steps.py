"""Logging a step: one form with its rows, checked together, recorded through the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet, model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from synthesis import access, ledger
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.fields import shown
from synthesis.forms.rows import TakeForm, place_refusal, require_use, take_rows
from synthesis.forms.steps import StepForm
from synthesis.logbook import View
from synthesis.models import LedgerEntry, Sample
from synthesis.pages import page
from synthesis.units import Quantity


def require_somewhere(request: HttpRequest) -> None:
    """Whoever may change nothing anywhere is told so before filling in a form."""
    if not access.editable_projects(request.user).exists():
        raise NotAllowed(
            _(
                "You may log in no project yet. A manager of a project can make you an editor on its members page."
            )
        )


RolesOf = Callable[[HttpRequest], list[dict[str, str]]]


def step_view(form_class: type[StepForm], roles_of: RolesOf | None = None) -> View:
    """The page that logs one kind of sample; ``roles_of`` names the rows where the request decides them."""

    @page
    def log(request: HttpRequest) -> HttpResponse:
        require_somewhere(request)
        form, rows = _build(request, form_class, roles_of)
        if request.method == "POST" and _valid(form, rows):
            recorded = _record(request, form, rows)
            if recorded is not None:
                messages.success(request, _("Logged %(code)s.") % {"code": recorded.code})
                return redirect(recorded.get_absolute_url())
        status = 200 if request.method == "GET" else _status(form, rows)
        context = {"form": form, "rows": rows, "nav": recorded_as(form_class)}
        return render(request, "synthesis/log_step.html", context, status=status)

    return log


def recorded_as(form_class: type[StepForm]) -> str:
    return form_class._meta.model.KIND


def _build(
    request: HttpRequest, form_class: type[StepForm], roles_of: RolesOf | None
) -> tuple[StepForm, Any]:
    data = request.POST if request.method == "POST" else None
    like = _like(request)
    initial = _initial_like(like, form_class) if like else {}
    form = form_class(data, initial=initial, actor=request.user)
    roles = (
        _rows_like(like, request) if like else _roles(roles_of(request) if roles_of else form.roles, request)
    )
    if not roles:
        return form, None
    return form, take_rows(data, request.user, roles, form.takes_unit, form.free_rows)


def _like(request: HttpRequest) -> Sample | None:
    code = request.GET.get("like", "")
    return access.get_visible(Sample.objects.all(), request.user, code=code).own if code else None


def _initial_like(like: Sample, form_class: type[StepForm]) -> dict[str, Any]:
    values = model_to_dict(like, fields=[*(form_class._meta.fields or ())])
    values.pop("made_at", None)
    made = {"amount_made": shown(Quantity(like.amount_made, like.unit))} if form_class.made_required else {}
    return {
        name: shown(value) if isinstance(value, float) else value for name, value in values.items()
    } | made


def _rows_like(like: Sample, request: HttpRequest) -> list[dict[str, str]]:
    """The rows that made it; what was taken of samples that this person may not see is not offered."""
    uses = LedgerEntry.objects.filter(product=like, kind=LedgerEntry.Kind.USE).select_related("sample")
    entries = access.visible(uses, request.user, "sample__project").order_by("pk")
    return [
        {
            "role": entry.role,
            "sample": entry.sample.code,
            "amount": entry.entered.replace("\u00a0", " "),
            "unit": entry.sample.unit,
        }
        for entry in entries
    ]


def _roles(usual: Sequence[dict[str, str]], request: HttpRequest) -> list[dict[str, str]]:
    """The rows that this step usually has; ``?from=CODE`` fills the one that asks for it, else the first."""
    roles: list[dict[str, str]] = [dict(role) for role in usual]
    if roles and request.GET.get("from"):
        place = next((role for role in roles if role.pop("from", "")), roles[0])
        place["sample"] = request.GET["from"]
    return roles


def _valid(form: StepForm, rows: Any) -> bool:
    checked = [form.is_valid(), rows is None or rows.is_valid()]
    return all(checked)


def _record(request: HttpRequest, form: StepForm, rows: Any) -> Sample | None:
    takes: Sequence[ledger.Take] = rows.takes() if rows is not None else ()
    product = form.instance
    try:
        access.require_change(request.user, form.cleaned_data["project"])
        require_use(request.user, takes)
        form.finish(product, takes)
        product.planned = {**(rows.planned() if rows is not None else {}), **product.planned}
        return ledger.record(product, form.cleaned_data["amount_made"], takes, by=_person(request))
    except NotAllowed:
        raise
    except Refusal as refusal:
        form.refused_status = refusal.status
        place_refusal(refusal, form, *_row_sets(rows))
        product.pk = product.id = None
        product.code = ""
        return None


def _row_sets(rows: Any) -> list[BaseFormSet[TakeForm]]:
    return [rows] if rows is not None else []


def _status(form: StepForm, rows: Any) -> int:
    return form.refused_status or 422


def _person(request: HttpRequest) -> Any:
    return request.user
