"""Booking on a sample's own page: a count, a correction, a discard, a use, a yield; and taking one back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from synthesis import access, ledger, stock, words
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.ledger import LedgerForm
from synthesis.forms.rows import place_refusal
from synthesis.models import LedgerEntry, Sample
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
            entry = _booked(request, sample, form)
        except NotAllowed:
            raise
        except Refusal as refusal:
            status = refusal.status
            place_refusal(refusal, form)
        else:
            tell(request, sample, entry)
            return redirect(f"{sample.get_absolute_url()}?tab=ledger")
    context = {**latest_entries(request, sample), "ledger_form": form}
    return render(request, "synthesis/sample.html", head(request, sample, "ledger") | context, status=status)


@require_POST
@page
def undo(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Takes back what was booked by itself, by a counter-entry."""
    sample = sample_of(request, code)
    access.require_change(request.user, sample.project)
    entry = get_object_or_404(LedgerEntry.objects.select_related("sample"), pk=pk, sample=sample)
    by: Any = request.user
    ledger.undo(entry, by=by)
    messages.success(
        request, _("Undone. Both entries of %(code)s stay in its ledger.") % {"code": sample.code}
    )
    return redirect(f"{sample.get_absolute_url()}?tab=ledger")


def tell(request: HttpRequest, sample: Sample, entry: LedgerEntry | None) -> None:
    """Says what was booked, with the way back where there is one."""
    if entry is None:
        messages.success(request, _("Counted %(code)s: as expected.") % {"code": sample.code})
        return
    said = {
        LedgerEntry.Kind.USE: _("Took %(amount)s from %(code)s"),
        LedgerEntry.Kind.DISCARD: _("Discarded %(amount)s of %(code)s"),
        LedgerEntry.Kind.MAKE: _("Booked %(amount)s made of %(code)s"),
    }.get(LedgerEntry.Kind(entry.kind), _("Corrected %(code)s by %(amount)s"))
    signed = entry.kind == LedgerEntry.Kind.CORRECT
    amount = words.amount(abs(entry.delta), sample.unit)
    sign = ("+" if entry.delta > 0 else "−") if signed else ""
    sentence = said % {"amount": sign + amount, "code": sample.code}
    if not ledger.undoable(entry):
        messages.success(request, sentence)
        return
    way_back = format_html(
        '{} · <form method="post" action="{}" class="in-line"><input type="hidden" name="csrfmiddlewaretoken" '
        'value="{}"><button>{}</button></form>',
        sentence,
        reverse("sample-undo", args=[sample.code, entry.pk]),
        get_token(request),
        _("Undo"),
    )
    messages.success(request, way_back)


@transaction.atomic
def _booked(request: HttpRequest, sample: Sample, form: LedgerForm) -> LedgerEntry | None:
    amount, reason = form.cleaned_data["amount"], form.cleaned_data["reason"]
    by: Any = request.user
    kind = form.cleaned_data["kind"]
    if kind == "count":
        (count,) = stock.take([stock.Counted(sample, amount)], by=by, reason=reason)
        return count.entry
    if kind == "make":
        entry = ledger.make(sample, amount, by=by, reason=reason)
        Sample.objects.filter(pk=sample.pk, state=State.IN_PROGRESS).update(state=State.AVAILABLE)
        return entry
    if kind == "use":
        return ledger.use(ledger.Take(sample, amount), by=by, reason=reason)
    if kind == "correct":
        return ledger.correct(sample, amount, by=by, reason=reason)
    return ledger.discard(sample, amount if kind == "discard" else None, by=by, reason=reason)
