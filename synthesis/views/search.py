"""Search in the top bar, with its answers as one types; and the list behind a sample input."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from synthesis import access, allowances, asking, saved_searches, searching
from synthesis.asking import Asked
from synthesis.gates import HELD
from synthesis.listing import PER_PAGE, Listing
from synthesis.models import Sample
from synthesis.models.samples import Kind
from synthesis.pages import page

SUGGESTED, OTHERS_SUGGESTED = 8, 3
OTHERS_SHOWN = 6
OFFERED = 12


@page
def search(request: HttpRequest) -> HttpResponse:
    """A code that is known opens its page; anything else is searched for in everything that one may see."""
    asked = request.GET.get("q", "").strip()
    if address := searching.exact(asked, request.user):
        return redirect(address)
    records = access.visible(Sample.objects.select_related("project"), request.user)
    listed = Listing(records, [], reader=request.user).page(request.GET) if asked else None
    read = listed.asked if listed and listed.asked else asking.read(asked, request.user)
    context: dict[str, Any] = {
        "asked": asked,
        "read": read,
        "listed": listed if not read.is_empty else None,
        "per_page": PER_PAGE,
        "others": searching.others(read, request.user, OTHERS_SHOWN),
        "examples": searching.examples(),
        "saved": list(saved_searches.of(request.user)),
        "projects": list(access.editable_projects(request.user)),
    }
    if listed is not None and not listed.rows and not read.is_empty:
        context |= _instead(read, request)
    return render(request, "synthesis/search.html", context)


def _instead(read: Asked, request: HttpRequest) -> dict[str, Any]:
    again, codes = searching.corrected(read, request.user)
    rows = searching.samples(again, request.user, PER_PAGE) if again is not read else []
    return {"instead": " ".join(again.words) if rows else "", "instead_rows": rows, "near_codes": codes}


@page
def suggest(request: HttpRequest) -> HttpResponse:
    """The answers under the search field as one types: a few samples, and a few of everything else."""
    asked = asking.read(request.GET.get("q", ""), request.user)
    found = searching.samples(asked, request.user, SUGGESTED)
    context: dict[str, Any] = {
        "read": asked,
        "samples": found,
        "others": searching.others(asked, request.user, OTHERS_SUGGESTED),
    }
    if not found and asked.is_plain and not context["others"]:
        again, codes = searching.corrected(asked, request.user)
        context |= {"instead": " ".join(again.words) if again is not asked else "", "near_codes": codes}
        if again is not asked:
            context["samples"] = searching.samples(again, request.user, SUGGESTED)
    return render(request, "synthesis/search_suggestions.html", context)


@page
def options(request: HttpRequest) -> HttpResponse:
    """The choices under a sample input: what fits, what is left, and why one may not be used."""
    asked = _typed(request).strip()
    kinds = [kind for kind in request.GET.get("kinds", "").split(",") if kind in Kind.values]
    left = Sample.objects.filter(amount_left__gt=0).select_related("materiallot__material")
    offered = access.visible(left, request.user).order_by("-id")
    offered = offered.filter(kind__in=kinds or [kind for kind in Kind.values if kind != Kind.CELL])
    if asked:
        found = _fitting(request, offered, asked)
    else:
        role = request.GET.get("role", "")
        found = _fitting(request, offered, role) if role else []
        found = found or list(offered[:OFFERED])
    return render(request, "components/sample_options.html", {"found": _barred(found), "asked": asked})


def _barred(found: list[Sample]) -> list[tuple[Sample, bool, str]]:
    """Each with whether it may not be used now, and why: what is held waits for a manager's leave."""
    held = [sample.pk for sample in found if sample.state in HELD]
    barred = set(held) - allowances.allowed_among(held) if held else set()
    reasons = allowances.reasons_of(barred) if barred else {}
    return [(sample, sample.pk in barred, reasons.get(sample.pk, "")) for sample in found]


def _fitting(request: HttpRequest, offered: QuerySet[Sample], asked: str) -> list[Sample]:
    """The code that was typed or scanned, else what has the words; newest first."""
    exact = list(offered.filter(code=searching.code_in(asked))[:1])
    read = asking.read(asked, request.user)
    return exact or (list(offered.filter(read.samples)[:OFFERED]) if not read.is_empty else [])


def _typed(request: HttpRequest) -> str:
    """What was typed, whatever the input of the form is called."""
    names = ("q", "sample", "source", "cell")
    return next((request.GET.get(name, "") for name in request.GET if name.endswith(names)), "")
