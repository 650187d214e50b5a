"""Scanning: the page for it, what a code means for a row of a step, and the address that stands on labels."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from synthesis import access, fitting, scanning, words
from synthesis.models import Role
from synthesis.models.samples import Kind
from synthesis.pages import page
from synthesis.scanning import Found
from synthesis.views.samples import NEXT

MOST = 100


@page
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """/s/CODE, as it stands on labels."""
    found = scanning.find(code, request.user)
    if found is not None:
        return redirect(found.address)
    context = {"asked": scanning.code_in(code), "near": scanning.near(code, request.user)}
    return render(request, "synthesis/scan_unknown.html", context, status=404)


@page
def scan_page(request: HttpRequest) -> HttpResponse:
    """The last thing scanned with what can be done with it, and below all that were scanned before."""
    text = request.GET.get("text", "").strip()
    asked = scanning.code_in(text)
    texts = [one for one in (text, *request.GET.get("codes", "").split(",")[:MOST]) if one]
    listed = scanning.find_all(texts, request.user) if texts else []
    found = next((one for one in listed if one.code == asked), None)
    context = {
        "nav": "scan",
        "asked": asked,
        "found": found,
        "near": scanning.near(text, request.user) if text and not found else [],
        "listed": listed,
        "codes": ",".join(one.code for one in listed),
        "samples": ",".join(one.code for one in listed if one.kind == "sample"),
        "place": next((one for one in listed if one.kind == "place"), None),
        "pool_first": _pool_first(listed),
        **(_ways(request, found) if found else {}),
    }
    return render(request, "synthesis/scan.html", context)


def _pool_first(listed: list[Found]) -> str:
    """The code of the first of several samples of one kind, which can be pooled; else ""."""
    samples = [one for one in listed if one.kind == "sample"]
    kinds = {one.thing.kind for one in samples}
    return samples[-1].code if len(samples) > 1 and len(kinds) == 1 and Kind.CELL not in kinds else ""


def _ways(request: HttpRequest, found: Found) -> dict[str, Any]:
    """Where one can go from what was scanned."""
    if found.kind != "sample":
        return {}
    may_change = access.may(request.user, found.thing.project, Role.EDITOR)
    return {
        "next_steps": NEXT.get(found.thing.kind, ()) if may_change else (),
        "may_change": may_change,
    }


@page
def look(request: HttpRequest) -> HttpResponse:
    """What a scanned code is, as JSON; with ``role`` also why it does not belong into that row of a step."""
    text = request.GET.get("text", "")
    found = scanning.find(text, request.user)
    if found is None:
        return JsonResponse({"found": False, "code": scanning.code_in(text), "said": unknown(text)})
    answer: dict[str, Any] = {"found": True, "kind": found.kind, "code": found.code, "address": found.address}
    if found.kind == "sample":
        answer |= told(found.thing) | {"said": fitting.misfit(found.thing, request.GET.get("role", ""))}
    elif request.GET.get("role"):
        answer["said"] = _("%(code)s is no sample. Scan the label of a sample.") % {"code": found.code}
    return JsonResponse(answer)


def unknown(text: str) -> str:
    return _("%(code)s: nothing of this code in your projects. Scan again or type the code.") % {
        "code": scanning.code_in(text)[:60]
    }


def told(sample: Any) -> dict[str, Any]:
    """What a scanner's screen says of a sample."""
    return {
        "name": sample.name,
        "left": str(sample.amount_left.normalize()),
        "unit": sample.unit,
        "leftText": words.amount(sample.amount_left, sample.unit),
        "state": sample.state,
    }
