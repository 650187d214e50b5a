"""Booking on a sample's own page: a yield, a correction, a discard."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from synthesis import access, ledger
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.kinds import LedgerForm
from synthesis.forms.rows import place_refusal
from synthesis.models import Sample
from synthesis.models.samples import State
from synthesis.pages import page
from synthesis.views.samples import head, latest_entries, sample_of


@require_POST
@page
def book(request: HttpRequest, code: str) -> HttpResponse:
    sample = sample_of(request, code)
    access.require_change(request.user, sample.project)
    form = LedgerForm(request.POST, unit=sample.unit)
    status = 422
    if form.is_valid():
        try:
            _booked(request, sample, form)
        except NotAllowed:
            raise
        except Refusal as refusal:
            status = refusal.status
            place_refusal(refusal, form)
        else:
            messages.success(request, _("Booked on %(code)s.") % {"code": sample.code})
            return redirect(f"{sample.get_absolute_url()}?tab=ledger")
    entries = latest_entries(request, sample)
    context = {"entries": entries, "ledger_form": form, "chosen": request.POST.get("kind", "")}
    return render(request, "synthesis/sample.html", head(request, sample, "ledger") | context, status=status)


@transaction.atomic
def _booked(request: HttpRequest, sample: Sample, form: LedgerForm) -> None:
    amount, reason = form.cleaned_data["amount"], form.cleaned_data["reason"]
    by: Any = request.user
    kind = request.POST.get("kind", "")
    if kind == "discard":
        ledger.discard(sample, amount, by=by, reason=reason)
    elif kind == "make":
        ledger.make(sample, amount, by=by, reason=reason)
        Sample.objects.filter(pk=sample.pk, state=State.IN_PROGRESS).update(state=State.AVAILABLE)
    elif kind == "use":
        ledger.use(ledger.Take(sample, amount), by=by, reason=reason)
    else:
        ledger.correct(sample, amount, by=by, reason=reason)
