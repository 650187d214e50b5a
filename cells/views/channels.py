"""The channel board: which cell is on which channel; putting on and taking off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cells import services
from cells.forms.builds import ChannelForm, PutOnForm
from cells.models import Channel, Occupation
from synthesis import access
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.rows import place_refusal
from synthesis.models import Instrument, Role
from synthesis.pages import page
from synthesis.views.steps import require_somewhere


def visible_channels(actor: access.Actor) -> QuerySet[Channel]:
    """Channels of instruments of one's projects, and of instruments that belong to the whole laboratory."""
    if getattr(actor, "is_superuser", False):
        return Channel.objects.all()
    mine = access.visible_projects(actor)
    if not mine.exists():
        return Channel.objects.none()
    return Channel.objects.filter(Q(instrument__project__in=mine) | Q(instrument__project__isnull=True))


@page
def channels(request: HttpRequest) -> HttpResponse:
    return board(request)


def board(
    request: HttpRequest, form: PutOnForm | None = None, chosen: int = 0, status: int = 200
) -> HttpResponse:
    """All channels by instrument. A cell of a project that one may not see shows only that it is taken."""
    now_on = Prefetch(
        "occupations",
        Occupation.objects.filter(to_at__isnull=True).select_related("cell__project"),
        to_attr="now_on",
    )
    found = visible_channels(request.user).select_related("instrument").prefetch_related(now_on)
    seen = set(access.visible_projects(request.user).values_list("pk", flat=True))
    tiles: dict[Instrument, list[dict[str, Any]]] = {}
    taken = 0
    for channel in found.order_by("instrument__name", "id"):
        on_it = next(iter(channel.now_on), None)
        taken += on_it is not None
        shown = on_it is not None and on_it.cell.project_id in seen
        tiles.setdefault(channel.instrument, []).append({"channel": channel, "on": on_it, "shown": shown})
    context = {
        "tiles": tiles,
        "taken": taken,
        "free": sum(len(group) for group in tiles.values()) - taken,
        "form": form or PutOnForm(actor=request.user, initial={"cell": request.GET.get("cell", "")}),
        "chosen": chosen,
        "may_change": access.editable_projects(request.user).exists(),
        "groups": sorted(
            {tile["on"].cell.group for group in tiles.values() for tile in group if tile["shown"]}
        ),
        "as_list": request.GET.get("view") == "list",
        "curve": request.GET.get("curve", ""),
    }
    return render(request, "cells/channels.html", context, status=status)


@page
def log_channel(request: HttpRequest) -> HttpResponse:
    require_somewhere(request)
    form = ChannelForm(request.POST if request.method == "POST" else None, actor=request.user)
    if request.method == "POST" and form.is_valid():
        project = form.cleaned_data["instrument"].project
        if project is not None:
            access.require_change(request.user, project)
        form.instance.created_by_id = request.user.pk
        form.save()
        return redirect("channels")
    title = _("Channel")
    context = {"form": form, "title": title, "nav": "channels", "button": _("Save channel")}
    return render(request, "synthesis/log_plain.html", context, status=422 if form.errors else 200)


@require_POST
@page
def put_on(request: HttpRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(visible_channels(request.user), pk=pk)
    require_somewhere(request)
    form = PutOnForm(request.POST, actor=request.user)
    status = 422
    if form.is_valid():
        cell = form.cleaned_data["cell"]
        access.require_change(request.user, cell.project)
        try:
            services.put_on(channel, cell, by=request.user)
        except Refusal as refusal:
            status = refusal.status
            place_refusal(refusal, form)
        else:
            messages.success(request, _("%(cell)s is on %(channel)s.") % {"cell": cell, "channel": channel})
            return redirect("channels")
    return board(request, form, chosen=pk, status=status)


@require_POST
@page
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(visible_channels(request.user), pk=pk)
    on_it = channel.occupations.filter(to_at__isnull=True).select_related("cell__project").first()
    if on_it is not None and not access.may(request.user, on_it.cell.project, Role.EDITOR):
        raise NotAllowed(_("The cell on %(channel)s belongs to another project.") % {"channel": channel})
    services.take_off(channel)
    messages.success(request, _("%(channel)s is free.") % {"channel": channel})
    return redirect("channels")
