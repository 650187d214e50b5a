"""One analysis of one measurement: its versions, and what it would find with other choices."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from characterization import choosing, panels, previewing, queries
from characterization.analysis.base import Method
from characterization.charts.chart import Chart
from characterization.choosing import Version
from characterization.forms import ChoicesForm
from characterization.models import Analysis, Measurement
from characterization.views.answers import json_answer, page
from characterization.views.charts import answer, choice_of, figure
from synthesis import access
from synthesis.models import Role


def _found(request: HttpRequest, pk: int, name: str) -> tuple[Measurement, Method]:
    of = Measurement.objects.select_related("sample", "run", "file", "instrument", "project")
    measurement = access.get_visible(of, request.user, pk=pk)
    return measurement, choosing.method_of(measurement, name)


@page
def analysis_page(request: HttpRequest, pk: int, method: str) -> HttpResponse:
    """The version that is asked for, else the current one, beside the form that tries others; POST saves one."""
    measurement, own = _found(request, pk, method)
    versions = choosing.versions(measurement, method)
    shown = _shown(request, versions)
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        access.require_change(request.user, measurement.project)
    form = ChoicesForm(own.choices, shown.parameters, posted)
    if posted is not None and form.is_valid():
        by = request.user if isinstance(request.user, User) else None
        made = choosing.choose_own(measurement, own, form.chosen, form.cleaned_data["reason"], by)
        said = _("Saved as version %(number)s. It is analysed now.") % {"number": made.version}
        messages.success(request, said)
        return redirect("measurement-analysis", pk, method)
    previewing.process.warm()
    context = _context(request, measurement, own, shown, versions) | {"form": form}
    return render(request, "characterization/analysis.html", context, status=422 if form.errors else 200)


def _context(
    request: HttpRequest, measurement: Measurement, method: Method, shown: Version, versions: list[Version]
) -> dict[str, Any]:
    charts = _charts(request, shown.analysis)
    chart = next((one for one in charts if one.key == request.GET.get("chart")), _first(charts))
    run = shown.analysis
    return {
        "measurement": measurement,
        "method": method,
        "versions": versions,
        "shown": shown,
        "present": next(one for one in versions if one.current),
        "following": max(one.number for one in versions) + 1,
        "charts": charts,
        "chart": chart,
        "address": f"{_runs(measurement)}{run.pk}/charts/{chart.key}" if run and chart else "",
        "found": [(run, finding) for finding in _of_chart(run.findings.all(), chart, charts)] if run else [],
        "flags": run.flags if run else [],
        "may_save": access.may(request.user, measurement.project, Role.EDITOR),
        "preview": reverse("measurement-preview", args=[measurement.pk, method.name]),
        "nav": "measurements",
    }


def _runs(measurement: Measurement) -> str:
    return f"{measurement.get_absolute_url()}runs/"


def _first(charts: list[Chart]) -> Chart | None:
    return next((one for one in charts if one.title == "C 1s"), charts[0] if charts else None)


def _of_chart(findings: Any, chart: Chart | None, charts: list[Chart]) -> list[Any]:
    """Findings of the shown region, and those of no region; all where figures are no regions."""
    titles = {one.title for one in charts} - {chart.title if chart else ""}
    return [one for one in findings if not any(one.subject == title or one.subject.startswith(f"{title}: ")
            or one.subject.startswith(f"{title}, ") for title in titles)]  # fmt: skip


def _shown(request: HttpRequest, versions: list[Version]) -> Version:
    asked = request.GET.get("version", "")
    found = next((one for one in versions if str(one.number) == asked), None)
    return found or next(one for one in versions if one.current)


def _charts(request: HttpRequest, analysis: Analysis | None) -> list[Chart]:
    if analysis is None:
        return []
    measurement = analysis.measurement
    return panels.charts_of_run(analysis, choice_of(request.GET), queries.colour_of(measurement.sample))


@require_GET
@page
def run_chart(request: HttpRequest, pk: int, run: int, key: str, form: str) -> HttpResponse:
    """A figure of one run of a method, also of one that is no longer current."""
    measurement = access.get_visible(Measurement.objects.select_related("sample", "run"), request.user, pk=pk)
    analysis = get_object_or_404(measurement.analyses.prefetch_related("findings"), pk=run)
    chart = next((one for one in _charts(request, analysis) if one.key == key), None)
    if chart is None:
        raise Http404
    owner = measurement.owner.code if measurement.owner else measurement.pk
    extra = {"handles": [asdict(one) for one in panels.handles_of(chart)]} if form == "json" else {}
    return answer(request, chart, form, f"{owner}-{key}-version-{analysis.choice_version}", extra)


@require_POST
@page
def preview(request: HttpRequest, pk: int, method: str) -> HttpResponse:
    """What the choices of the form would give: the figure named by ``chart``, findings, flags. Nothing is kept."""
    measurement, own = _found(request, pk, method)
    form = ChoicesForm(own.choices, {}, {**request.POST.dict(), "reason": "-"})
    if not form.is_valid():
        errors = {name: [str(one) for one in said] for name, said in form.errors.items()}
        return json_answer({"errors": errors}, 422)
    found = previewing.preview(measurement, own, form.chosen)
    charts = list(found.charts)
    chart = next((one for one in charts if one.key == request.GET.get("chart")), _first(charts))
    context = {
        "found": [(None, finding) for finding in _of_chart(found.findings, chart, charts)],
        "measurement": measurement,
    }
    return json_answer(
        {
            "chart": figure(request, chart) if chart else None,
            "handles": [asdict(one) for one in panels.handles_of(chart)] if chart else [],
            "findings": render_to_string("characterization/findings.html", context, request),
            "flags": [flag.message for flag in found.flags],
            "seconds": round(found.seconds, 3),
        }
    )
