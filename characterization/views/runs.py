"""The part of a furnace run's page that shows its log: the curve over the programme, findings, files, a drop zone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from characterization import panels, queries
from characterization.models import RawFile
from characterization.views.answers import page
from synthesis import access, flag_notices
from synthesis.errors import Refusal
from synthesis.models import CarbonizationRun, Role


@require_GET
@page
def run_log(request: HttpRequest, code: str) -> HttpResponse:
    run = _run(request, code)
    context = {
        "run": run,
        "log": panels.run_log(run),
        "deviated": flag_notices.run_sentence(run),
        "trace": flag_notices.trace_of(run),
        "files": list(queries.listed(RawFile.objects.filter(run=run))),
        "may_change": access.may(request.user, run.project, Role.EDITOR),
    }
    return render(request, "characterization/run_log.html", context)


@require_POST
@page
def take_reached(request: HttpRequest, code: str) -> HttpResponse:
    """Writes the highest temperature of the log into the run, because a person said so."""
    run = _run(request, code)
    access.require_change(request.user, run.project)
    if run.signed_at is not None:
        raise Refusal(
            _("%(run)s is signed. Open its review again, then take it over.") % {"run": run}, status=409
        )
    reached = panels.reached_by_log(run)
    if reached is None:
        raise Refusal(_("No log of %(run)s says what it reached.") % {"run": run}, status=409)
    run.highest_temperature_degC = round(reached, 1)
    run.save(update_fields=["highest_temperature_degC"])
    messages.success(
        request, _("%(run)s reached %(degC)s °C by its log.") % {"run": run, "degC": f"{reached:.0f}"}
    )
    return redirect(run.get_absolute_url())


def _run(request: HttpRequest, code: str) -> CarbonizationRun:
    return access.get_visible(CarbonizationRun.objects.select_related("project"), request.user, code=code)
