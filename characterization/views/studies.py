"""Cells compared: studies that are kept, and a quick comparison that is not."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cells.models import Cell, Study
from characterization import panels
from characterization.forms import StudyForm
from characterization.views.answers import page
from characterization.views.charts import answer, choice_of
from synthesis import access
from synthesis.errors import Refusal

MOST_COMPARED = 60


@require_GET
@page
def studies(request: HttpRequest) -> HttpResponse:
    found = access.visible(Study.objects.all(), request.user).select_related("project", "created_by")
    context = {
        "studies": found.annotate(cell_count=Count("cells")),
        "may_make": access.editable_projects(request.user).exists(),
        "nav": "studies",
    }
    return render(request, "characterization/studies.html", context)


@require_GET
@page
def study_page(request: HttpRequest, pk: int) -> HttpResponse:
    study = _study(request, pk)
    context = _context(request, _cells(request, study), study.reference_cycle) | {"study": study}
    context |= {
        "address": f"/studies/{study.pk}/charts/",
        "may_change": study.project in access.editable_projects(request.user),
    }
    return render(request, "characterization/study.html", context)


@require_GET
@page
def study_chart(request: HttpRequest, pk: int, key: str, form: str) -> HttpResponse:
    study = _study(request, pk)
    compared = _compared(request, _cells(request, study), study.reference_cycle)
    return _chart(request, compared, key, form, f"study-{study.pk}-{key}")


@require_GET
@page
def compare(request: HttpRequest) -> HttpResponse:
    """Cells named in the address, compared without keeping anything."""
    cells = _named(request)
    context = _context(request, cells, _reference(request)) | {"address": "/cells/compare/charts/"}
    context["codes"] = ",".join(cell.code for cell in cells)
    return render(request, "characterization/study.html", context)


@require_GET
@page
def compare_chart(request: HttpRequest, key: str, form: str) -> HttpResponse:
    return _chart(
        request, _compared(request, _named(request), _reference(request)), key, form, f"comparison-{key}"
    )


@require_http_methods(["GET", "POST"])
@page
def new(request: HttpRequest) -> HttpResponse:
    chosen = [code for code in request.GET.get("cells", "").split(",") if code]
    ticked = access.visible(Cell.objects.filter(code__in=chosen), request.user)
    form = StudyForm(request.user, request.POST or None, initial={"cells": list(ticked)})
    return _edit(request, form, Study())


@require_http_methods(["GET", "POST"])
@page
def change(request: HttpRequest, pk: int) -> HttpResponse:
    study = _study(request, pk)
    access.require_change(request.user, study.project)
    return _edit(request, StudyForm(request.user, request.POST or None, instance=study), study)


def _edit(request: HttpRequest, form: StudyForm, study: Study) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        access.require_change(request.user, form.cleaned_data["project"])
        made = form.save(commit=False)
        made.created_by_id = made.created_by_id or request.user.pk
        foreign = list(_unseen(request, study))
        made.save()
        form.save_m2m()
        made.cells.add(*foreign)  # who may not see a cell cannot have meant to take it out
        return redirect("study", pk=made.pk)
    status = 400 if form.is_bound else 200
    context = {"form": form, "study": study, "nav": "studies"}
    return render(request, "characterization/study_form.html", context, status=status)


def _unseen(request: HttpRequest, study: Study) -> QuerySet[Cell]:
    cells = study.cells.all() if study.pk else Cell.objects.none()
    return cells.exclude(pk__in=access.visible(Cell.objects.all(), request.user).values("pk"))


def _study(request: HttpRequest, pk: int) -> Study:
    return access.get_visible(Study.objects.select_related("project"), request.user, pk=pk)


def _cells(request: HttpRequest, study: Study) -> list[Cell]:
    """The study's cells that this person may see: a study can hold cells of several projects."""
    return list(access.visible(study.cells.all(), request.user).order_by("pk")[:MOST_COMPARED])


def _named(request: HttpRequest) -> list[Cell]:
    codes = [code.strip().upper() for code in request.GET.get("cells", "").split(",") if code.strip()]
    found = access.visible(Cell.objects.filter(code__in=codes), request.user)
    cells = {cell.code: cell for cell in found[:MOST_COMPARED]}
    missing = [code for code in codes[:MOST_COMPARED] if code not in cells]
    if missing:
        raise Refusal(
            _("There is no cell %(codes)s.") % {"codes": ", ".join(missing)}, field="cells", status=404
        )
    return [cells[code] for code in dict.fromkeys(codes[:MOST_COMPARED])]


def _reference(request: HttpRequest) -> int:
    text = request.GET.get("reference_cycle", "1")
    return max(int(text), 1) if text.isdecimal() else 1


def _compared(request: HttpRequest, cells: list[Cell], reference_cycle: int) -> panels.Compared:
    return panels.compare(
        cells,
        choice_of(request.GET),
        reference_cycle,
        shown="cells" if request.GET.get("show") == "cells" else "bands",
        as_retention=request.GET.get("scale") == "retention",
    )


def _context(request: HttpRequest, cells: list[Cell], reference_cycle: int) -> dict[str, Any]:
    compared = _compared(request, cells, reference_cycle)
    rows = compared.rows
    strips = zip(
        panels.dot_places([(row.first_discharge.mean, row.first_discharge.sd) for row in rows]),
        panels.dot_places([(row.first_efficiency.mean, row.first_efficiency.sd) for row in rows]),
        panels.dot_places([(row.retention.mean, row.retention.sd) for row in rows]),
        strict=True,
    )
    return {
        "compared": compared,
        "rows": list(zip(rows, strips, strict=True)),
        "charts": compared.charts,
        "cells": cells,
        "show": "cells" if request.GET.get("show") == "cells" else "bands",
        "scale": "retention" if request.GET.get("scale") == "retention" else "absolute",
        "bases": panels.BASES,
        "basis": compared.basis,
        "references": {name: words for name, (_, words) in panels.REFERENCES.items() if words},
        "reference": compared.reference,
        "axis": request.GET.get("axis", ""),
        "cycles_text": request.GET.get("cycles", ""),
        "nav": "studies",
    }


def _chart(request: HttpRequest, compared: panels.Compared, key: str, form: str, name: str) -> HttpResponse:
    chart = next((chart for chart in compared.charts if chart.key == key), None)
    if chart is None:
        raise Http404
    return answer(request, chart, form, name, {})
