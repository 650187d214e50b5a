"""Measurements of one technique over each other, and a table of findings across samples."""

from __future__ import annotations

from typing import Any, cast, get_args

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cells.models import Study
from characterization import queries
from characterization.analysis.overlay import Arrangement, Normalise
from characterization.charts.chart import Chart
from characterization.models import LibraryEntry, Measurement
from characterization.panels import shipped_entries
from characterization.panels.found import Found, found_across
from characterization.panels.overlays import MOST, OVERLAID, Reference, overlay_of, regions_of
from characterization.views.answers import page
from characterization.views.charts import answer, number_in
from synthesis import access, exporting
from synthesis.errors import Refusal
from synthesis.models import Sample
from synthesis.sheets import HeadCell

MOST_OFFERED = 60
MOST_SAMPLES = 200
MOST_PHASES = 8


@require_GET
@page
def overlay_page(request: HttpRequest) -> HttpResponse:
    chosen = _chosen(request)
    technique = chosen[0].technique if chosen else request.GET.get("technique", "")
    technique = technique if technique in OVERLAID else "xrd"
    offered = access.visible(Measurement.objects.filter(current=True, technique=technique), request.user)
    context = {
        "chosen": chosen,
        "picked": {one.pk for one in chosen},
        "technique": technique,
        "techniques": list(OVERLAID),
        "offered": offered.select_related("sample", "file").order_by("-pk")[:MOST_OFFERED],
        "regions": regions_of(chosen) if technique == "xps" else [],
        "region": _region(request, chosen),
        "phases": LibraryEntry.objects.filter(kind="phases", current=True).defer("text").order_by("name"),
        "shipped": shipped_entries("phases") if technique == "xrd" else [],
        "picked_phases": request.GET.getlist("phases"),
        "how": _how(request),
        "normalisations": [("none", _("as measured")), ("max", _("maximum")), ("area", _("area"))],
        "chart": _chart(request, chosen) if chosen else None,
        "query": request.GET.urlencode(),
        "nav": "measurements",
    }
    return render(request, "characterization/overlay.html", context)


@require_GET
@page
def overlay_chart(request: HttpRequest, key: str, form: str) -> HttpResponse:
    chosen = _chosen(request)
    if key != "overlay" or not chosen:
        raise Http404
    return answer(request, _chart(request, chosen), form, "overlay", {})


def _chart(request: HttpRequest, chosen: list[Measurement]) -> Chart:
    return overlay_of(chosen, _how(request), _region(request, chosen), _phases(request))


def _chosen(request: HttpRequest) -> list[Measurement]:
    """The measurements of the address in its order; those that one may not see do not exist."""
    asked = [number for text in request.GET.getlist("measurements") for number in text.split(",")]
    pks = list(dict.fromkeys(int(number) for number in asked if number.strip().isdecimal()))
    if len(pks) > MOST:
        raise Refusal(
            _("%(count)s measurements are asked for; %(most)s lie over each other at the most.")
            % {"count": len(pks), "most": MOST},
            field="measurements",
            status=422,
        )
    seen = access.visible(Measurement.objects.filter(pk__in=pks), request.user)
    found = {one.pk: one for one in queries.with_findings(seen)}
    missing = [pk for pk in pks if pk not in found]
    if missing:
        raise Refusal(
            _("There is no measurement %(numbers)s.") % {"numbers": ", ".join(map(str, missing))}, status=404
        )
    return [found[pk] for pk in pks]


def _how(request: HttpRequest) -> Arrangement:
    normalise = request.GET.get("normalise", "none")
    return Arrangement(
        offset=min(max(number_in(request, "offset") or 0.0, 0.0), 5.0),
        normalise=cast("Normalise", normalise if normalise in get_args(Normalise) else "none"),
        difference=request.GET.get("difference") == "1",
        low=number_in(request, "low"),
        high=number_in(request, "high"),
    )


def _region(request: HttpRequest, chosen: list[Measurement]) -> str:
    if not chosen or chosen[0].technique != "xps":
        return ""
    regions = regions_of(chosen)
    asked = request.GET.get("region", "")
    return asked if asked in regions else next(iter(regions), "")


def _phases(request: HttpRequest) -> list[Reference]:
    """Phases of the laboratory by number, shipped ones by name, at most MOST_PHASES."""
    asked = request.GET.getlist("phases")[:MOST_PHASES]
    pks = [int(text) for text in asked if text.isdecimal()]
    own = LibraryEntry.objects.filter(pk__in=pks, kind="phases").order_by("name") if pks else []
    names = [text for text in asked if not text.isdecimal()]
    known = {one.name for one in shipped_entries("phases")} if names else set()
    return [
        *(Reference(entry.name, entry.content["cif"]) for entry in own),
        *(Reference(name) for name in names if name in known),
    ]


@require_GET
@page
def findings_page(request: HttpRequest) -> HttpResponseBase:
    """Findings of samples side by side; ``?export=csv`` or ``xlsx`` takes them along."""
    samples = _samples(request)
    found = found_across(samples, set(request.GET.getlist("names")))
    form = request.GET.get("export", "")
    if form in exporting.FORMS:
        return _exported(found, form)
    studies = access.visible(Study.objects.all(), request.user).order_by("name")[:MOST_OFFERED]
    context = {
        "found": found,
        "samples": samples,
        "codes": ", ".join(sample.code for sample in samples),
        "studies": studies,
        "study": request.GET.get("study", ""),
        "picked": set(request.GET.getlist("names")),
        "query": request.GET.urlencode(),
        "nav": "measurements",
    }
    return render(request, "characterization/findings_across.html", context)


def _samples(request: HttpRequest) -> list[Sample]:
    codes = [
        code.strip().upper()
        for code in request.GET.get("samples", "").replace(";", ",").split(",")
        if code.strip()
    ]
    seen = access.visible(Sample.objects.all(), request.user)
    study = request.GET.get("study", "")
    if study.isdecimal():
        of = access.get_visible(Study.objects.all(), request.user, pk=int(study))
        codes += list(of.cells.values_list("code", flat=True))
    return list(seen.filter(code__in=codes[:MOST_SAMPLES]).order_by("code"))


def _exported(found: Found, form: str) -> HttpResponseBase:
    heads = [HeadCell(_("Sample"))]
    for column in found.columns:
        unit = f" ({column.unit})" if column.unit else ""
        heads += [
            HeadCell(f"{column.title}{unit}"),
            HeadCell(f"± {column.title}{unit}"),
            HeadCell(_("Method")),
        ]
    rows: list[list[Any]] = []
    for row in found.rows:
        cells: list[Any] = [row.sample.code]
        for one in row.cells:
            cells += (
                [one.value, one.uncertainty, str(one.analysis)] if one is not None else [None, None, None]
            )
        rows.append(cells)
    return exporting.sheet(heads, rows, form, _("Findings"))
