"""The gate of a sample: its figures against the limits, what was decided, a manager's decision, and one use allowed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from synthesis import access, allowances, decisions, gate_notices, gates, sample_parts, upstream
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.gates import AllowanceForm, DecisionForm
from synthesis.forms.rows import place_refusal
from synthesis.models import GateDecision, Role, Sample, UseAllowance
from synthesis.pages import page
from synthesis.sample_parts import Action, Panel
from synthesis.views.samples import sample_of

MOST_DECISIONS = 50


@page
def gate(request: HttpRequest, code: str) -> HttpResponse:
    """What speaks for and against a sample; a manager decides here."""
    sample = sample_of(request, code)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        access.require_change(request.user, sample.project, Role.MANAGER)
        status = _decided(request, sample, form)
        if not status:
            return redirect(sample.get_absolute_url())
    return render(request, "synthesis/gate.html", _context(request, sample) | {"form": form}, status=status)


def _decided(request: HttpRequest, sample: Sample, form: DecisionForm) -> int:
    """0 once it is decided, else the status of the page that says why not."""
    if not form.is_valid():
        return 422
    try:
        decision = decisions.decide(sample, by=request.user, **form.cleaned_data)
    except NotAllowed:
        raise
    except Refusal as refusal:
        place_refusal(refusal, form)
        return refusal.status
    said = {"code": sample.code, "verdict": decision.get_verdict_display()}
    messages.success(request, _("%(code)s: %(verdict)s.") % said)
    return 0


def _context(request: HttpRequest, sample: Sample) -> dict[str, Any]:
    checks = gates.check(sample)
    past = GateDecision.objects.filter(sample=sample).select_related("created_by", "signature")
    allowed = UseAllowance.objects.filter(sample=sample).select_related("created_by", "spent_on__product")
    return {
        "sample": sample,
        "checks": checks,
        "missed": [one for one in checks if one.fits is False],
        "lacking": [one for one in checks if one.fits is None],
        "decisions": past[:MOST_DECISIONS],
        "allowances": _shown(allowed.order_by("-pk")[:MOST_DECISIONS], request),
        "held": sample.state in gates.HELD,
        "may_decide": access.may(request.user, sample.project, Role.MANAGER),
        "managers": _managers(sample),
        "nav": sample.kind,
    }


def _shown(found: Any, request: HttpRequest) -> list[tuple[UseAllowance, Sample | None]]:
    """Each allowance with what it was spent on, where the reader may see that."""
    rows = list(found)
    products = [one.spent_on.product for one in rows if one.spent_on and one.spent_on.product]
    seen = access.visible(Sample.objects.filter(pk__in=[one.pk for one in products]), request.user)
    known = {one.pk: one for one in seen} if products else {}
    return [(one, known.get(one.spent_on.product_id) if one.spent_on else None) for one in rows]


def _managers(sample: Sample) -> list[Any]:
    rows = sample.project.memberships.filter(role=Role.MANAGER, user__is_active=True)
    return [row.user for row in rows.select_related("user").order_by("user__username")]


@require_GET
@page
def gate_panel(request: HttpRequest, code: str) -> HttpResponse:
    """The same figures as a part of the sample's page."""
    sample = sample_of(request, code)
    checks = gates.check(sample)
    context = {
        "sample": sample,
        "checks": checks,
        "all_met": all(one.fits for one in checks),
        "decision": gates.newest(sample),
    }
    return render(request, "synthesis/gate_checks.html", context)


@page
def allow(request: HttpRequest, code: str) -> HttpResponse:
    """Where a refused use leads: who can allow it, and for a manager the form that does."""
    sample = sample_of(request, code)
    form = AllowanceForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        access.require_change(request.user, sample.project, Role.MANAGER)
        status = _allowed(request, sample, form)
        if not status:
            return redirect(sample.get_absolute_url())
    context = {
        "sample": sample,
        "form": form,
        "said": allowances.said(sample),
        "open": UseAllowance.objects.filter(sample=sample, spent_on__isnull=True).first(),
        "held": sample.state in gates.HELD,
        "may_decide": access.may(request.user, sample.project, Role.MANAGER),
        "managers": _managers(sample),
        "nav": sample.kind,
    }
    return render(request, "synthesis/allow.html", context, status=status)


def _allowed(request: HttpRequest, sample: Sample, form: AllowanceForm) -> int:
    if not form.is_valid():
        return 422
    by: Any = request.user
    try:
        allowances.allow(sample, by, form.cleaned_data["reason"])
    except Refusal as refusal:
        place_refusal(refusal, form)
        return refusal.status
    messages.success(request, _("The next use of %(code)s is allowed, once.") % {"code": sample.code})
    return 0


def _panel(request: HttpRequest, sample: Sample) -> dict[str, Any] | None:
    """Something to show where there is a limit for it; the figures come after the page."""
    return {"sample": sample} if upstream.of(sample, "limit") else None


gate_notices.register_all()
sample_parts.show(Panel("synthesis/gate_panel.html", _panel, order=10))
sample_parts.act(
    Action(
        gettext_lazy("Decide about its use"),
        "shield-check",
        "sample-gate",
        order=20,
        shows=lambda sample, actor: access.may(actor, sample.project, Role.MANAGER),
    )
)
