"""What was typed into a field of quantities, read as the form will read it: the page asks while one goes on typing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

from synthesis import access, deviations, units
from synthesis.conversion import in_unit_of
from synthesis.deviations import Deviation, Limit
from synthesis.errors import Refusal
from synthesis.forms.fields import measured, shown
from synthesis.models import MaterialLot, Sample
from synthesis.pages import page
from synthesis.units import Quantity

MOST = 60


@page
def read(request: HttpRequest) -> JsonResponse:
    """``value`` in the field's unit, ``note`` what else it is, the deviation from ``planned``, or the ``error``.

    Of a measured value ``text`` and ``unit``; of what is taken also ``sample``, each as often as a role has rows.
    """
    asked = request.GET
    try:
        limit = deviations.parse_limit(asked.get("limit", "")[:40], asked.get("unit", "")[:20])
        answer = _taken(request, limit) if asked.getlist("sample") else _measured(request, limit)
    except Refusal as refusal:
        proposal = getattr(refusal, "proposal", None)
        answer = {"error": refusal.message, "proposal": shown(proposal) if proposal else ""}
    return JsonResponse(answer)


def _measured(request: HttpRequest, limit: Limit | None) -> dict[str, Any]:
    asked, unit = request.GET, request.GET.get("unit", "")[:20]
    typed = units.parse(asked.get("text", ""), unit)
    lowest = asked.get("lowest", "")
    value = measured(asked.get("text", ""), unit, float(units.number(lowest)) if lowest else None)
    answer: dict[str, Any] = {"value": shown(Quantity(value, "")).strip()}
    if typed.unit != unit:
        answer |= {"value": shown(float(f"{value:.6g}")), "note": str(typed)}
    if planned := asked.get("planned", ""):
        apart = deviations.between(float(units.number(planned)), float(value), unit, limit)
        answer |= _said(apart)
    return answer


def _taken(request: HttpRequest, limit: Limit | None) -> dict[str, Any]:
    """``note`` is the first amount in its sample's own unit, where that is another one."""
    asked, unit = request.GET, request.GET.get("unit", "")[:20]
    given = list(zip(asked.getlist("sample")[:MOST], asked.getlist("text")[:MOST], strict=False))
    amounts = [(code.strip().upper(), units.parse(text, unit)) for code, text in given if text.strip()]
    known = _known(request, [code for code, _amount in amounts])
    taken = [(known[code], amount) for code, amount in amounts if code in known]
    if not taken:
        return {}
    answer: dict[str, Any] = {}
    sample, amount = taken[0]
    own = in_unit_of(sample, amount)
    if own.unit != amount.unit:
        answer["note"] = str(Quantity(round(own.value, 4), own.unit))
    if planned := asked.get("planned", "")[:60]:
        apart = deviations.of_amounts(planned, taken, limit)
        answer |= _said(apart) if apart else {}
    return answer


def _known(request: HttpRequest, codes: list[str]) -> dict[str, Sample]:
    lots = access.visible(MaterialLot.objects.select_related("material"), request.user).filter(code__in=codes)
    others = access.visible(Sample.objects.exclude(kind=MaterialLot.KIND), request.user).filter(
        code__in=codes
    )
    return {sample.code: sample for sample in [*lots, *others]}


def _said(apart: Deviation) -> dict[str, Any]:
    return {"deviation": str(apart), "over": apart.over}
