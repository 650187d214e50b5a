"""Furnace runs: the form, the list's page and the page of one run with its programme drawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from synthesis import access, flag_notices, furnace, ledger
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.furnace import PLANNED_SEGMENTS, BoatRows, RunForm, SegmentRows
from synthesis.forms.rows import place_refusal, require_use
from synthesis.models import CarbonizationRun, Role
from synthesis.pages import page
from synthesis.programme import draw
from synthesis.views.steps import require_somewhere


@page
def run_page(request: HttpRequest, code: str) -> HttpResponse:
    run = access.get_visible(
        CarbonizationRun.objects.select_related("project", "created_by"), request.user, code=code
    )
    segments = list(run.segments.all())
    context = {
        "run": run,
        "segments": segments,
        "programme": draw(segments, run.highest_temperature_degC),
        "boats": run.boats.select_related("source", "additive"),
        "may_change": access.may(request.user, run.project, Role.EDITOR),
    }
    return render(request, "synthesis/furnace_run.html", context)


@page
def log_run(request: HttpRequest) -> HttpResponse:
    require_somewhere(request)
    form, segments, boats = _build(request)
    status = 200
    if request.method == "POST":
        status = 422
        if all([form.is_valid(), segments.is_valid(), boats.is_valid()]):
            run, status = _record(request, form, segments, boats)
            if run is not None:
                messages.success(request, _("Logged %(code)s.") % {"code": run.code})
                return redirect(run.get_absolute_url())
    context = {"form": form, "segments": segments, "boats": boats, "nav": "furnace-runs"}
    return render(request, "synthesis/log_furnace.html", context, status=status)


def _build(request: HttpRequest) -> tuple[RunForm, Any, Any]:
    data = request.POST if request.method == "POST" else None
    like = request.GET.get("like", "")
    run = access.get_visible(CarbonizationRun.objects.all(), request.user, code=like) if like else None
    form = RunForm(data, initial=_initial(run), actor=request.user)
    source = request.GET.get("from", "")
    segments = SegmentRows(data, prefix="segments", initial=_segments(run) if data is None else None)
    segments.extra = 0
    boats = BoatRows(
        data,
        prefix="boats",
        initial=[{"source": source}] if source and data is None else None,
        form_kwargs={"actor": request.user},
    )
    boats.extra = 0
    return form, segments, boats


def _initial(run: CarbonizationRun | None) -> dict[str, Any]:
    if run is None:
        return {}
    return {"project": run.project_id, "furnace": run.furnace, "atmosphere": run.atmosphere} | (
        {"flow_mL_per_min": f"{run.flow_mL_per_min:g}"} if run.flow_mL_per_min is not None else {}
    )


def _segments(run: CarbonizationRun | None) -> list[dict[str, str]]:
    if run is None:
        return [dict(segment) for segment in PLANNED_SEGMENTS]
    names = ("from_degC", "to_degC", "rate_degC_per_min", "hold_h")
    return [{name: f"{getattr(segment, name):g}" for name in names} for segment in run.segments.all()]


def _record(
    request: HttpRequest, form: RunForm, segments: Any, boats: Any
) -> tuple[CarbonizationRun | None, int]:
    loads = [row.load for row in boats.forms]
    try:
        access.require_change(request.user, form.cleaned_data["project"])
        require_use(
            request.user, [ledger.Take(load.source, load.mass_in, field=load.field) for load in loads]
        )
        programme = [row.segment for row in segments.forms if row.has_changed()]
        return furnace.record_run(form.save(commit=False), programme, loads, by=_person(request)), 200
    except NotAllowed:
        raise
    except Refusal as refusal:
        place_refusal(refusal, form, boats)
        return None, refusal.status


def _person(request: HttpRequest) -> Any:
    return request.user


flag_notices.register_all()
