"""Many at once: the grid, what came of it, and a template to fill in elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from synthesis import access
from synthesis.errors import Refusal
from synthesis.forms import many as forms
from synthesis.forms.many import Asked
from synthesis.listing import Listing
from synthesis.many import checking, examples, ground_floor, kinds, recording
from synthesis.many.checking import Check
from synthesis.many.columns import Column, columns_of
from synthesis.many.kinds import ManyKind
from synthesis.models import JointEntry, Sample
from synthesis.pages import page
from synthesis.sheets import MAX_ROWS, write_csv, write_xlsx
from synthesis.sheets.encoding import NAMES as ENCODINGS
from synthesis.views import lists, many_together
from synthesis.views.steps import require_somewhere

__all__ = ["grid", "ground_floor", "made", "many_together", "template"]
OFFERED, NEWEST, MOST_WORDS = 40, 300, 300
MOST_LABELS = 300


def kind_or_404(slug: str) -> ManyKind:
    kind = kinds.find(slug)
    if kind is None:
        raise Http404(slug)
    return kind


@page
def grid(request: HttpRequest, many: str) -> HttpResponseBase:
    """The grid of one kind; POST records its rows, all or none."""
    require_somewhere(request)
    kind = kind_or_404(many)
    if request.method != "POST":
        return show(request, kind, *_from_address(request, kind))
    try:
        asked, columns = forms.asked_of(request.POST, kind, request.user)
    except Refusal as refusal:
        return show(request, kind, Asked(), columns_of(kind, {}, request.user), refusal=refusal)
    check = checking.check(kind, asked.common, asked.entries, asked.shown, request.user)
    try:
        return recorded(request, recording.record(check, request.user))
    except Refusal as refusal:
        return show(request, kind, asked, columns, check=check, refusal=refusal)


def _from_address(request: HttpRequest, kind: ManyKind) -> tuple[Asked, list[Column]]:
    """?recipe=3 or ?from=CAT-0001 fill what is common."""
    leading = {kind.leading: request.GET.get(kind.leading, "")} if kind.leading else {}
    columns = columns_of(kind, leading, request.user)
    common = {column.name: request.GET[column.name] for column in columns if request.GET.get(column.name)}
    projects = next((column.options for column in columns if column.name == "project"), ())
    if len(projects) == 1:
        common.setdefault("project", projects[0][0])
    source = next((column.name for column in columns if column.shape == "sample"), "")
    if source and request.GET.get("from"):
        common[source] = request.GET["from"]
    return Asked(common), columns


def show(
    request: HttpRequest,
    kind: ManyKind,
    asked: Asked,
    columns: list[Column],
    *,
    check: Check | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page, with what was typed and what is wrong with it."""
    inside = forms.in_the_grid(kind, columns, asked.shown)
    common = forms.common_fields(
        kind, columns, asked.common, check.common_faults if check else {}, request.user
    )
    names = {column.name for column in inside}
    context = {
        "kind": kind,
        "columns": columns,
        "inside": inside,
        "names": names,
        "common": [item for item in common if forms.always_seen(item.column, kind) or item.faults],
        "further": [item for item in common if not forms.always_seen(item.column, kind) and not item.faults],
        "rows": _rows(inside, asked, check),
        "offers": _offers(columns, request),
        "leading": next((item for item in common if item.column.name == kind.leading), None),
        "needs": kind.leading if kind.leading and not asked.common.get(kind.leading) else "",
        "refusal": refusal,
        "most": forms.MOST_IN_THE_GRID,
        "most_in_file": MAX_ROWS,
        "encodings": ENCODINGS,
        "others": [other for other in kinds.kinds() if other.slug != kind.slug],
        "nav": kind.slug,
        **(more or {}),
    }
    return render(request, "synthesis/many.html", context, status=refusal.status if refusal else status)


def _rows(inside: list[Column], asked: Asked, check: Check | None) -> list[dict[str, Any]]:
    entries: list[tuple[int, dict[str, str]]] = [(entry.number, entry.values) for entry in asked.entries]
    empty = range(1, forms.ROWS_AT_FIRST + 1) if not entries else ()
    faults = {entry.number: entry.faults for entry in check.entries} if check else {}
    names = {column.name for column in inside}
    return [
        {
            "number": number,
            "cells": [
                (column, values.get(column.name, ""), faults.get(number, {}).get(column.name, []))
                for column in inside
            ],
            "faults": [
                (name, sentence)
                for name, said in faults.get(number, {}).items()
                if name not in names
                for sentence in said
            ],
        }
        for number, values in [*entries, *((number, {}) for number in empty)]
    ]


def _offers(columns: list[Column], request: HttpRequest) -> list[tuple[str, list[tuple[str, str]]]]:
    """What an input of the grid proposes while one types: choices by their words, samples by their codes."""
    offers = [
        (column.name, [(label, "") for _value, label in column.options[:MOST_WORDS]])
        for column in columns
        if column.options
    ]
    asking = [column for column in columns if column.shape == "sample"]
    if not asking:
        return offers
    left = Sample.objects.filter(amount_left__gt=0).exclude(kind="cell").order_by("-id")
    newest = list(access.visible(left, request.user).values_list("code", "name", "kind")[:NEWEST])
    for column in asking:
        word = column.role.casefold()
        fits = [one for one in newest if word and (word in one[1].casefold() or one[2] in word)]
        offers.append((column.name, [(code, name) for code, name, _kind in (fits or newest)[:OFFERED]]))
    return offers


def recorded(request: HttpRequest, found: recording.Recorded) -> HttpResponse:
    """To the page of what was recorded."""
    count = len(found.records)
    said = ngettext("Recorded %(count)s row.", "Recorded %(count)s rows.", count) % {"count": count}
    messages.success(request, said)
    return redirect(found.entry.get_absolute_url() if found.entry else "/materials/?show=materials")


@page
def made(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was recorded together: a list as others are, with labels for all of it."""
    entry = JointEntry.objects.filter(pk=pk).select_related("created_by").first()
    records = access.visible(Sample.objects.filter(joint_entries=pk), request.user)
    codes = list(records.order_by("pk").values_list("code", flat=True)[: MOST_LABELS + 1])
    if entry is None or not codes:
        raise Http404(str(pk))
    kind = kinds.find(entry.kind)
    listing: Listing[Any] = Listing(
        records.select_related("project", "created_by"),
        [lists.CODE, lists.NAME, lists.GROUP, lists.MADE, lists.LEFT, lists.OF, lists.PLACE, lists.STATE],
        order="id",
    )
    editable = access.editable_projects(request.user).exists()
    return lists.show(
        request,
        listing,
        title=_("Recorded together"),
        rows="synthesis/rows/sample.html",
        template="synthesis/many_made.html",
        nav=entry.kind,
        entry=entry,
        kind=kind if editable else None,
        labels=",".join(codes) if len(codes) <= MOST_LABELS else "",
    )


@page
def template(request: HttpRequest, many: str, form: str) -> HttpResponseBase:
    """A table to fill in: heads with units, and one example."""
    kind = kind_or_404(many)
    require_somewhere(request)
    columns = columns_of(kind, {kind.leading: request.GET.get(kind.leading, "")}, request.user)
    heads, row = examples.heads(columns), examples.example(kind, columns)
    name = f"{kind.slug}-template.{form}"
    if form == "xlsx":
        return FileResponse(
            write_xlsx(heads, [row], title=str(kind.label)), as_attachment=True, filename=name
        )
    answer = HttpResponse(b"".join(write_csv(heads, [row])), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
