"""Many from a file: its columns named, every row checked, nothing booked until all are sound."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import orjson
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from synthesis.errors import Refusal
from synthesis.forms import many as forms
from synthesis.forms.many import Asked
from synthesis.many import importing, recording
from synthesis.many.columns import columns_of
from synthesis.many.importing import Import
from synthesis.many.kinds import ManyKind
from synthesis.pages import page
from synthesis.views.many import kind_or_404, recorded, show
from synthesis.views.steps import require_somewhere

PER_PAGE = 50
_PLACE = re.compile(r"^map-(\d+)$")


@page
def file(request: HttpRequest, many: str) -> HttpResponseBase:
    """Checks a file, and with ``go=record`` records it. Over htmx the check alone is answered."""
    require_somewhere(request)
    kind = kind_or_404(many)
    leading = {kind.leading: request.POST.get(kind.leading, "")} if kind.leading else {}
    columns = columns_of(kind, leading, request.user)
    common = {
        column.name: request.POST[column.name].strip() for column in columns if request.POST.get(column.name)
    }
    found: Import | None = None
    refusal: Refusal | None = None
    try:
        found = _imported(request, kind, common)
        if request.POST.get("go") == "record":
            return recorded(request, recording.record(found.check, request.user, found.name))
    except Refusal as refused:
        refusal = refused
    context = {"file_refusal": refusal, "kind": kind, **(_context(request, found) if found else {})}
    if request.headers.get("HX-Request") == "true":
        return render(
            request, "synthesis/many_check.html", context, status=refusal.status if refusal else 200
        )
    context["from_file"] = True
    return show(
        request, kind, Asked(common), columns, status=refusal.status if refusal else 200, more=context
    )


def _imported(request: HttpRequest, kind: ManyKind, common: dict[str, str]) -> Import:
    file: Any = request.FILES.get("file")
    if file is None:
        raise Refusal(_("Choose a file: .csv, .tsv or .xlsx."), field="file")
    content = importing.content_of(file)
    same = hashlib.sha256(content).hexdigest() == request.POST.get("of", "")
    return importing.read_and_check(
        content,
        str(file.name or ""),
        kind,
        common,
        request.user,
        sheet=request.POST.get("sheet", "") if same else "",
        encoding=request.POST.get("encoding", ""),
        chosen=_chosen(request.POST) if same else None,
    )


def _chosen(data: QueryDict) -> dict[int, str] | None:
    """Which column of the file was taken for what; None where nobody said so yet."""
    chosen = {int(found[1]): str(data[name]) for name in data if (found := _PLACE.match(name))}
    return chosen or None


def _context(request: HttpRequest, found: Import) -> dict[str, Any]:
    check = found.check
    shown = [column for column in check.columns if column.name in found.table.mapped]
    ordered = [*check.bad, *(entry for entry in check.entries if not entry.faults)]
    pages = max(1, -(-len(ordered) // PER_PAGE))
    asked = request.POST.get("page", "1")
    at = min(int(asked), pages) if asked.isdecimal() and len(asked) < 9 and int(asked) else 1
    return {
        "found": found,
        "check": check,
        "shown": shown,
        "faulty": [
            (check.column(name).label if check.column(name) else "", sentence)  # type: ignore[union-attr]  # asked before
            for name, said in check.common_faults.items()
            for sentence in said
        ],
        "entries": [_row(entry, shown, check) for entry in ordered[(at - 1) * PER_PAGE : at * PER_PAGE]],
        "page": at,
        "pages": pages,
        "earlier": at - 1,
        "later": at + 1 if at < pages else 0,
        "grid_rows": _for_the_grid(found, shown) if len(check.entries) <= forms.MOST_IN_THE_GRID else "",
    }


def _row(entry: Any, shown: list[Any], check: Any) -> dict[str, Any]:
    labels = {column.name: column.label for column in check.columns}
    return {
        "number": entry.number,
        "cells": [
            (entry.values.get(column.name, ""), bool(entry.faults.get(column.name))) for column in shown
        ],
        "faults": [
            (labels.get(name, ""), sentence) for name, said in entry.faults.items() for sentence in said
        ],
    }


def _for_the_grid(found: Import, shown: list[Any]) -> str:
    names = [column.name for column in shown]
    rows = [[entry.values.get(name, "") for name in names] for entry in found.check.entries]
    return orjson.dumps({"columns": names, "rows": rows}).decode()
