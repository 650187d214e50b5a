"""What a person chooses for an analysis of a measurement's sample: what is in force, and the form that changes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from characterization import choosing
from characterization.analysis.registry import method_named
from characterization.forms import ChoicesForm
from characterization.models import Analysis, AnalysisChoice, Measurement
from characterization.views.answers import page
from synthesis import access


@dataclass(frozen=True)
class Made:
    """An analysis with what was chosen for it, and where to change that; empty where nobody can."""

    analysis: Analysis
    label: str
    choice: AnalysisChoice | None
    address: str


def made_of(measurement: Measurement, analyses: Iterable[Analysis]) -> list[Made]:
    made = []
    for one in analyses:
        method = method_named(one.method)
        open_to_choose = method is not None and bool(method.choices)
        address = reverse("measurement-analysis", args=[measurement.pk, one.method]) if open_to_choose else ""
        label = method.label if method else one.method
        made.append(Made(one, label, one.choice, address))
    return made


@page
def choose(request: HttpRequest, pk: int, method: str) -> HttpResponse:
    """The form, or with POST what was chosen, with a reason."""
    found = Measurement.objects.select_related("sample__project", "project")
    measurement = access.get_visible(found, request.user, pk=pk)
    access.require_change(request.user, measurement.project)
    sample, own = choosing.sample_of(measurement), choosing.method_of(measurement, method)
    access.require_change(request.user, sample.project)
    present = choosing.chosen_for(sample, method)
    posted = request.POST if request.method == "POST" else None
    form = ChoicesForm(own.choices, present.parameters if present else {}, posted)
    if posted is not None and form.is_valid():
        by = request.user if isinstance(request.user, User) else None
        choosing.choose(sample, own, form.chosen, form.cleaned_data["reason"], by)
        messages.success(
            request, _("Chosen for %(method)s. It is analysed again now.") % {"method": own.label}
        )
        return redirect(measurement.get_absolute_url())
    context = {"measurement": measurement, "sample": sample, "method": own, "form": form, "present": present}
    context["nav"] = "measurements"
    return render(request, "characterization/choose.html", context, status=422 if form.errors else 200)
