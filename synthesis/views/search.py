"""Search in the top bar, and the list behind a sample input."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from synthesis import access, allowances
from synthesis.gates import HELD
from synthesis.models import CarbonizationRun, Material, Sample
from synthesis.models.samples import Kind
from synthesis.pages import page

MOST = 50
OFFERED = 12


@page
def search(request: HttpRequest) -> HttpResponse:
    """A code that is known opens its page; anything else lists what fits."""
    asked = request.GET.get("q", "").strip()
    samples = access.visible(Sample.objects.select_related("project"), request.user)
    runs = access.visible(CarbonizationRun.objects.all(), request.user)
    exact: Any = samples.filter(code__iexact=asked).first() or runs.filter(code__iexact=asked).first()
    if exact is not None:
        return redirect(exact.get_absolute_url())
    context: dict[str, Any] = {"asked": asked, "samples": [], "runs": [], "materials": []}
    if asked:
        context["samples"] = _fitting(samples, asked)[:MOST]
        context["runs"] = runs.filter(Q(code__istartswith=asked) | Q(furnace__icontains=asked))[:10]
        context["materials"] = Material.objects.filter(
            Q(name__icontains=asked) | Q(formula__icontains=asked) | Q(cas_number=asked)
        )[:10]
    return render(request, "synthesis/search.html", context)


def _fitting(samples: Any, asked: str) -> Any:
    """Codes that begin so first, then names, groups and suppliers' lot numbers."""
    fits = (
        Q(code__istartswith=asked)
        | Q(name__icontains=asked)
        | Q(group__iexact=asked)
        | Q(materiallot__lot_number__icontains=asked)
        | Q(carbonadditive__lot_number__icontains=asked)
    )
    first = Case(When(code__istartswith=asked, then=Value(0)), default=Value(1), output_field=IntegerField())
    return samples.filter(fits).annotate(first=first).order_by("first", "-id")


@page
def options(request: HttpRequest) -> HttpResponse:
    """The choices under a sample input: what fits, what is left, and why one may not be used."""
    asked = _typed(request)
    kinds = [kind for kind in request.GET.get("kinds", "").split(",") if kind in Kind.values]
    offered = access.visible(Sample.objects.filter(amount_left__gt=0), request.user)
    offered = offered.filter(kind__in=kinds) if kinds else offered.exclude(kind=Kind.CELL)
    if asked.strip():
        found = list(_fitting(offered, asked.strip())[:OFFERED])
    else:
        role = request.GET.get("role", "")
        found = list(_fitting(offered, role)[:OFFERED]) if role else []
        found = found or list(offered.order_by("-id")[:OFFERED])
    held = [sample.pk for sample in found if sample.state in HELD]
    barred = set(held) - allowances.allowed_among(held) if held else set()
    reasons = allowances.reasons_of(barred) if barred else {}
    rows = [(sample, sample.pk in barred, reasons.get(sample.pk, "")) for sample in found]
    context = {"found": rows, "asked": asked}
    return render(request, "components/sample_options.html", context)


def _typed(request: HttpRequest) -> str:
    """What was typed, whatever the input of the form is called."""
    names = ("q", "sample", "source", "cell")
    return next((request.GET.get(name, "") for name in request.GET if name.endswith(names)), "")
