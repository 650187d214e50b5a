"""The first page: what needs somebody, what runs, what is in progress, what arrives."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from synthesis import access, alerts, equipment_uses, saved_searches
from synthesis.models import Material, Sample
from synthesis.models.samples import Kind, State
from synthesis.pages import page

LOW_SHARE = 10  # percent of what arrived or was made, for what has no amount to order at
SHOWN = 6


@page
def home(request: HttpRequest) -> HttpResponse:
    samples = access.visible(Sample.objects.all(), request.user)
    low = samples.filter(
        kind__in=(Kind.LOT, Kind.ELECTROLYTE),
        amount_made__gt=0,
        amount_left__gt=0,
        amount_left__lt=F("amount_made") * LOW_SHARE / 100,
        materiallot__material__low_stock_amount__isnull=True,
    )
    context = {
        "today": timezone.localdate(),
        "saved": list(saved_searches.of(request.user)[:SHOWN]),
        "alerts": [
            *equipment_uses.alerts(request.user)[:SHOWN],
            *alerts.dated(request.user),
            *alerts.low(request.user)[:SHOWN],
            *alerts.share_alerts(low.order_by("-id")[:SHOWN]),
        ],
        "held": samples.filter(state=State.HOLD).order_by("-id")[:SHOWN],
        "in_progress": samples.filter(state=State.IN_PROGRESS).order_by("-id")[:SHOWN],
        "in_progress_count": samples.filter(state=State.IN_PROGRESS).count(),
        "simulated": samples.filter(simulated=True).exists(),
        "begun": samples.exists() or Material.objects.exists(),
        "may_log": access.may_log(request.user),
        "in_a_project": bool(access.visible_ids(request.user)),
    }
    return render(request, "synthesis/home.html", context)
