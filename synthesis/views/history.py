"""The history of any record, also of one that is gone; and going back to a version of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from synthesis import changes, event_log, history, restoring
from synthesis.access import Actor
from synthesis.errors import Refusal
from synthesis.forms.changes import Opened
from synthesis.models import CarbonizationRun
from synthesis.pages import page
from synthesis.record_kinds import RecordKind
from synthesis.views.changes import kind_of, record_of


@page
def history_page(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Who changed what of a record, with its parts."""
    found = kind_of(what)
    record = found.model._default_manager.filter(pk=pk).first()
    _require_sight(request.user, found, record, pk)
    happenings = history.of_record(found, pk, request.user)
    if isinstance(record, CarbonizationRun):
        happenings = sorted(happenings + history.signed(record), key=lambda item: item.at, reverse=True)
    context = {
        "kind": found,
        "pk": pk,
        "record": record,
        "home": found.home(record) if record else "",
        "happenings": happenings,
        "may_restore": record is not None and found.may_change(request.user, record),
    }
    return render(request, "synthesis/history.html", context)


@page
def restore(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Shows what would change; a POST does it, through the same door as any change."""
    record, found = record_of(request.user, what, pk), kind_of(what)
    found.require_change(request.user, record)
    name, field = request.GET.get("version", ""), request.GET.get("field", "")
    version = restoring.version_of(record, found, name, field)
    lines = restoring.preview(record, version)
    changes.require_open(record, [line.name for line in lines])
    if request.method == "POST":
        return _restored(request, record, found, version)
    opened = Opened(changes.base_of(record, version.values))
    context = {
        "kind": found,
        "record": record,
        "home": found.home(record),
        "at": version.at,
        "lines": lines,
        "opened": opened.sealed(record),
        "back": _back(found, record),
    }
    return render(request, "synthesis/restore.html", context)


def _restored(request: HttpRequest, record: Any, kind: RecordKind, version: Any) -> HttpResponse:
    opened = Opened.read(request.POST.get("opened", ""), record)
    outcome = restoring.restore(record, version, opened.base, request.user)
    if outcome.conflicts:
        raise Refusal(
            _(
                "Somebody changed %(record)s meanwhile. Look at its history and choose again; nothing was changed."
            )
            % {"record": record},
            status=409,
        )
    if outcome.errors:
        raise Refusal(
            " ".join(sentence for found in outcome.errors.values() for sentence in found), status=422
        )
    messages.success(request, _("%(record)s is as it was then.") % {"record": record})
    return redirect(_back(kind, record))


def _back(kind: RecordKind, record: Any) -> str:
    if hasattr(record, "amount_left"):
        return f"{kind.home(record)}?tab=history"
    return reverse("history", args=[kind.slug, record.pk])


def _require_sight(actor: Actor, kind: RecordKind, record: Any, pk: int) -> None:
    """404 unless the actor may see the record, or what the history still knows of one that is gone."""
    known: Any = record
    if known is None:
        rows: Any = event_log.history_of(event_log.tables_of(kind.model)[0])._default_manager
        known = rows.filter(pgh_obj_id=pk).order_by("-pgh_id").first()
    if known is None:
        raise Http404(pk)
    if not kind.may_see(actor, known):
        raise Http404(pk)
