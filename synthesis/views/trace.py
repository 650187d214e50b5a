"""The pages of a trace: forward, back and the recall list; and what differed between siblings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import (
    access,
    chain_drawing,
    chain_folding,
    chain_graph,
    comparing,
    exporting,
    sample_parts,
    tracing,
)
from synthesis.errors import Refusal
from synthesis.genealogy import Direction
from synthesis.models import Project, Sample
from synthesis.pages import page
from synthesis.sheets import HeadCell
from synthesis.tracing import Row, Trace

sample_parts.act(sample_parts.Action(gettext_lazy("Trace forward"), "network", "trace", order=10))
sample_parts.act(
    sample_parts.Action(gettext_lazy("Trace back"), "list-tree", "trace", order=11, query="?way=back")
)
sample_parts.act(sample_parts.Action(gettext_lazy("Compare with …"), "git-compare", "compare-with", order=12))


@page
def trace_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """What came of a sample or a run; with ?way=back what it is made of; with ?recall=1 what can still be found."""
    found = _trace(request, code)
    form = request.GET.get("export", "")
    if form in exporting.FORMS:
        way = (
            "back" if found.direction == "ancestors" else "recall" if request.GET.get("recall") else "forward"
        )
        title = f"{found.start.code} {way}"
        return exporting.sheet(_heads(found), _cells(_wanted(request, found)), form, title)
    context = {
        "trace": found,
        "start": found.start,
        "rows": _wanted(request, found),
        "back": found.direction == "ancestors",
        "recall": bool(request.GET.get("recall")),
        "simulated": any(sample.simulated for sample in found.chain.samples.values()),
        "as_graph": request.GET.get("show") == "graph",
    }
    if context["as_graph"]:
        context |= _graph(request, found)
    return render(request, "synthesis/trace.html", context)


def _trace(request: HttpRequest, code: str) -> Trace:
    direction: Direction = "ancestors" if request.GET.get("way") == "back" else "descendants"
    return tracing.trace(tracing.start_of(code, request.user), request.user, direction)


def _wanted(request: HttpRequest, found: Trace) -> list[Row]:
    return [row for row in found.rows if row.in_use] if request.GET.get("recall") else found.rows


def _graph(request: HttpRequest, found: Trace) -> dict[str, Any]:
    unfolded = chain_folding.asked(request.GET.get("unfold", ""))
    whole = chain_graph.build(found.chain, found.start.keys, tracing.boats_of(found.chain))
    graph = chain_folding.fold(whole, unfolded)
    return {
        "graph": graph,
        "unfolded": unfolded,
        "picture": chain_drawing.layout(graph) if graph.links else None,
        "sample": found.start,
    }


def _heads(found: Trace) -> list[HeadCell]:
    held = _("In %(code)s") if found.direction == "ancestors" else _("Of %(code)s in it")
    labels = [
        _("Code"), _("Kind"), _("Name"), _("Additive"), _("Steps"), _("Through"), held % {"code": found.start.code},
        _("Left"), _("Unit"), _("State"), _("Place"), _("Made"), _("Project"),
    ]  # fmt: skip
    return [HeadCell(label) for label in labels]


def _cells(rows: list[Row]) -> list[list[Any]]:
    projects = Project.objects.in_bulk({row.sample.project_id for row in rows})
    return [
        [
            row.sample.code,
            row.kind,
            row.sample.name,
            row.sample.group,
            row.steps,
            ", ".join(row.through),
            row.amount,
            row.sample.amount_left,
            row.sample.unit,
            row.state,
            row.sample.place,
            row.sample.made_at,
            str(projects[row.sample.project_id]),
        ]
        for row in rows
    ]


@page
def compare_with(request: HttpRequest, code: str) -> HttpResponse:
    sample = access.get_visible(Sample.objects.all(), request.user, code=code)
    return redirect(f"{reverse('compare')}?codes={sample.code}")


@page
def compare_page(request: HttpRequest) -> HttpResponse:
    """Samples beside each other; with one code it offers what one would compare it with."""
    samples = _samples(request)
    chosen = {sample.pk for sample in samples}
    context: dict[str, Any] = {
        "samples": samples,
        "simulated": any(sample.simulated for sample in samples),
        "others": [one for one in comparing.siblings(samples[0], request.user) if one.pk not in chosen]
        if samples
        else [],
        "everything": bool(request.GET.get("everything")),
        "full": len(samples) >= comparing.MOST,
        "sections": comparing.compare(samples, request.user) if len(samples) > 1 else [],
    }
    return render(request, "synthesis/compare.html", context)


def _samples(request: HttpRequest) -> list[Sample]:
    codes = [
        code.strip().upper()
        for code in ",".join([*request.GET.getlist("codes"), request.GET.get("sample", "")]).split(",")
        if code.strip()
    ]
    codes = list(dict.fromkeys(codes))
    if len(codes) > comparing.MOST:
        raise Refusal(
            _("%(count)s samples are too many for one comparison: at most %(most)s stand beside each other.")
            % {"count": len(codes), "most": comparing.MOST},
            field="codes",
        )
    seen = access.visible(Sample.objects.select_related("project", "protocol__protocol"), request.user)
    found = {sample.code: sample for sample in seen.filter(code__in=codes)}
    missing = [code for code in codes if code not in found]
    if missing:
        raise Refusal(
            _("No sample %(codes)s in your projects. Check the code or choose one from the list.")
            % {"codes": ", ".join(missing)},
            field="codes",
            status=404,
        )
    return [found[code] for code in codes]
