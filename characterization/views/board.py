"""What stands on the channel board beside the channels themselves: state, last point, curve; and its alarms."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cells import services
from characterization import panels, queries
from characterization.views.answers import page, page_query
from synthesis.errors import Refusal

CURVES = (panels.CAPACITY, panels.VOLTAGE)


@require_GET
@page
def standing(request: HttpRequest) -> HttpResponse:
    """A part of the channels' page, which swaps the rest into each tile; as a table with ?view=list."""
    query = page_query(request)
    curve = query.get("curve", "")
    board = panels.board_of(queries.board(request.user), curve if curve in CURVES else panels.CAPACITY)
    context = {
        "board": board,
        "roles": queries.group_roles(tile.cell.group for tile in board.tiles if tile.cell),
        "as_list": query.get("view") == "list",
        "changeable": {one.key for one in board.alarms if queries.may_acknowledge(request.user, one)},
    }
    return render(request, "characterization/channel_standing.html", context)


@page
def acknowledge(request: HttpRequest, key: str) -> HttpResponse:
    """Who has seen an alarm says why it need not ring."""
    alarm = queries.alarm_of(request.user, key)
    if alarm is None:
        raise Http404
    queries.require_acknowledge(request.user, alarm)
    reason = request.POST.get("reason", "")
    context, status = {"alarm": alarm, "nav": "channels", "error": "", "typed": reason}, 200
    if request.method == "POST":
        try:
            queries.require_same(alarm, request.POST.get("evidence"))
            of = alarm.occupation or alarm.instrument
            services.acknowledge(alarm.code, of, alarm.evidence, reason, by=request.user)
        except Refusal as refusal:
            context["error"], status = refusal.message, 409 if refusal.status == 409 else 422
        else:
            messages.success(request, _("Acknowledged: %(alarm)s.") % {"alarm": alarm.label})
            return redirect(reverse("channels"))
    return render(request, "characterization/alarm.html", context, status=status)
