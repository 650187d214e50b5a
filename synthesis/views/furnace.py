"""Furnace runs: the form, the list's page and the page of one run with its programme drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from synthesis import access, facts, furnace, ledger, prefilling
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.furnace import BoatRows, Boats, LoggedSegmentRows, LoggedSegments, RunForm
from synthesis.forms.rows import place_refusal, require_use
from synthesis.models import CarbonizationRun, ProtocolVersion, Role, Sample
from synthesis.pages import page
from synthesis.programme import draw
from synthesis.protocol_content import SEGMENT
from synthesis.protocols import FURNACE, Plan, plan_of
from synthesis.views.steps import plan_texts, protocol_for, require_somewhere


@page
def run_page(request: HttpRequest, code: str) -> HttpResponse:
    run = access.get_visible(
        CarbonizationRun.objects.select_related("project", "created_by", "protocol__protocol", "equipment"),
        request.user,
        code=code,
    )
    segments = list(run.segments.all())
    context = {
        "run": run,
        "segments": facts.of_segments(run, segments),
        "facts": facts.of_run(run),
        "programme": draw(segments, run.highest_temperature_degC),
        "boats": facts.of_boats(run, run.boats.select_related("source", "additive")),
        "may_change": access.may(request.user, run.project, Role.EDITOR),
    }
    return render(request, "synthesis/furnace_run.html", context)


@dataclass
class RunStep:
    """What one request for the form of a run works with."""

    form: RunForm
    segments: LoggedSegments
    boats: Boats
    offers: list[ProtocolVersion]
    version: ProtocolVersion | None

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.segments.is_valid(), self.boats.is_valid()])

    def gives_reasons(self) -> bool:
        plan = self.form.follows if self.version else Plan()
        return all(
            [self.form.gives_reasons(), self.segments.gives_reasons(plan), self.boats.gives_reasons(plan)]
        )


@page
def log_run(request: HttpRequest) -> HttpResponse:
    require_somewhere(request)
    step = _build(request)
    status = 200
    if request.method == "POST":
        status = 422
        if step.is_valid() and step.gives_reasons():
            run, status = _record(request, step)
            if run is not None:
                messages.success(request, _("Logged %(code)s.") % {"code": run.code})
                return redirect(run.get_absolute_url())
    context = {"form": step.form, "segments": step.segments, "boats": step.boats, "nav": "furnace-runs",
               "offers": step.offers, "version": step.version}  # fmt: skip
    return render(request, "synthesis/log_furnace.html", context, status=status)


def _build(request: HttpRequest) -> RunStep:
    data = request.POST if request.method == "POST" else None
    like = request.GET.get("like", "")
    runs = CarbonizationRun.objects.select_related("protocol__protocol")
    run = access.get_visible(runs, request.user, code=like) if like else None
    version, offers = protocol_for(request, FURNACE, run.protocol if run else None)
    plan = plan_of(version) if version else RunForm.built_in()
    initial: dict[str, Any] = {**(plan_texts(RunForm, plan) if version else {}), **_initial(run)}
    source = request.GET.get("from", "")
    if source and data is None:
        found = access.get_visible(Sample.objects.all(), request.user, code=source)
        initial.setdefault("project", found.project_id)
    form = RunForm(data, initial=initial, actor=request.user, plan=plan)
    segments = LoggedSegmentRows(
        data, prefix="segments", initial=_segments(run, plan) if data is None else None
    )
    segments.extra = 0
    boats = BoatRows(
        data,
        prefix="boats",
        initial=_boats(request, run, source, plan) if data is None else None,
        form_kwargs={"actor": request.user},
    )
    boats.extra = 0
    return RunStep(form, segments, boats, offers, version)


def _initial(run: CarbonizationRun | None) -> dict[str, Any]:
    if run is None:
        return {}
    return {"project": run.project_id, "furnace": run.furnace, "atmosphere": run.atmosphere} | (
        {"flow_mL_per_min": f"{run.flow_mL_per_min:g}"} if run.flow_mL_per_min is not None else {}
    )


def _segments(run: CarbonizationRun | None, plan: Plan) -> list[dict[str, str]]:
    if run is None:
        return [{name: f"{float(row.get(name) or 0):g}" for name in SEGMENT} for row in plan.segments]
    return [{name: f"{getattr(segment, name):g}" for name in SEGMENT} for segment in run.segments.all()]


def _boats(
    request: HttpRequest, run: CarbonizationRun | None, source: str, plan: Plan
) -> list[dict[str, Any]] | None:
    """The boats of a run like this one, filled anew; or one with the source that the address names."""
    if run is not None:
        return prefilling.boats_like(run, request.user)
    if source:
        found = access.get_visible(Sample.objects.all(), request.user, code=source)
        return prefilling.boat_from(found, plan)
    return None


def _record(request: HttpRequest, step: RunStep) -> tuple[CarbonizationRun | None, int]:
    form, segments, boats = step.form, step.segments, step.boats
    loads = [row.load for row in boats.forms if row.cleaned_data]
    try:
        access.require_change(request.user, form.cleaned_data["project"])
        require_use(
            request.user, [ledger.Take(load.source, load.mass_in, field=load.field) for load in loads]
        )
        programme = [row.segment for row in segments.forms if row.cleaned_data]
        run = form.save(commit=False)
        run.code, run.protocol = form.cleaned_data["code"], step.version
        run.planned = _planned(form, step.version)
        run.reasons = {**form.reasons(), **segments.reasons(), **boats.reasons()}
        return furnace.record_run(run, programme, loads, by=_person(request)), 200
    except NotAllowed:
        raise
    except Refusal as refusal:
        place_refusal(refusal, form, boats)
        return None, refusal.status


def _planned(form: RunForm, version: ProtocolVersion | None) -> dict[str, Any]:
    """By field; the programme as ``segments``, and what each boat should have held by its additive as ``boats``."""
    if version is None:
        return {}
    boats = {str(row["role"]): row["planned"] for row in version.takes if row.get("planned")}
    return {**form.planned_values(), "segments": list(version.segments), "boats": boats}


def _person(request: HttpRequest) -> Any:
    return request.user
