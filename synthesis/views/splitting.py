"""The pages that split a sample into parts and pool several into one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, sample_parts, splitting
from synthesis.access import Actor
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.ledger import PartRows, PoolForm, PoolRows, part_rows, pool_rows
from synthesis.forms.rows import place_refusal, require_use
from synthesis.models import Role, Sample
from synthesis.pages import page
from synthesis.views.samples import HOMES, sample_of


@page
def split(request: HttpRequest, code: str) -> HttpResponse:
    """Rows of parts; ``?parts=3`` proposes three alike."""
    sample = sample_of(request, code)
    access.require_change(request.user, sample.project)
    context: dict[str, Any] = {"sample": sample, "nav": HOMES[sample.kind][0], "most": splitting.MOST_PARTS}
    if request.method != "POST":
        asked = request.GET.get("parts", "")
        context["parts"] = asked
        try:
            proposed = splitting.evenly(sample, int(asked)) if asked.isdecimal() and len(asked) < 6 else []
        except Refusal as refusal:
            proposed, context["refusal"] = [], refusal
        return render(request, "synthesis/split.html", context | {"rows": part_rows(None, sample, proposed)})
    rows, errors = part_rows(request.POST, sample), PoolForm({})
    errors.is_valid()
    made = _split(request, sample, rows, errors) if rows.is_valid() else None
    if isinstance(made, list):
        said = _("Split %(code)s into %(parts)s.")
        messages.success(
            request, said % {"code": sample.code, "parts": ", ".join(part.code for part in made)}
        )
        return redirect(sample)
    status = made or 422
    return render(request, "synthesis/split.html", context | {"rows": rows, "form": errors}, status=status)


def _split(request: HttpRequest, sample: Sample, rows: PartRows, errors: PoolForm) -> list[Sample] | int:
    """The parts, or the status of the refusal that now stands beside its field."""
    parts = rows.parts()
    by: Any = request.user
    try:
        if not parts:
            raise Refusal(_("Say how much goes into each part: 5 g."))
        return splitting.split(sample, parts, by)
    except NotAllowed:
        raise
    except Refusal as refusal:
        place_refusal(refusal, errors, rows)
        return refusal.status


@page
def pool(request: HttpRequest, code: str) -> HttpResponse:
    sample = sample_of(request, code)
    access.require_change(request.user, sample.project)
    data = request.POST if request.method == "POST" else None
    form, rows = PoolForm(data), pool_rows(data, sample, request.user)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and rows.is_valid():
            made = _pool(request, form, rows)
            if isinstance(made, Sample):
                messages.success(request, _("Pooled into %(code)s.") % {"code": made.code})
                return redirect(made)
            status = made
    context = {"sample": sample, "nav": HOMES[sample.kind][0], "form": form, "rows": rows}
    return render(request, "synthesis/pool.html", context, status=status)


def _pool(request: HttpRequest, form: PoolForm, rows: PoolRows) -> Sample | int:
    takes = rows.takes()
    by: Any = request.user
    try:
        require_use(request.user, takes)
        return splitting.pool(takes, by, name=form.cleaned_data["name"], place=form.cleaned_data["place"])
    except NotAllowed:
        raise
    except Refusal as refusal:
        place_refusal(refusal, form, rows)
        return refusal.status


def _may(sample: Sample, actor: Actor) -> bool:
    return splitting.may_be_split(sample) and access.may(actor, sample.project, Role.EDITOR)


sample_parts.act(sample_parts.Action(gettext_lazy("Split"), "split", "sample-split", order=30, shows=_may))
sample_parts.act(
    sample_parts.Action(gettext_lazy("Pool with others"), "merge", "sample-pool", order=31, shows=_may)
)
