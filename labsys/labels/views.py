"""The page on which labels are chosen, its picture of the first page, and the PDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labsys.labels import content, document
from labsys.labels.content import Label
from labsys.labels.document import Printing
from labsys.labels.forms import LabelForm
from synthesis import sample_parts
from synthesis.errors import Refusal
from synthesis.pages import page

M = TypeVar("M")

sample_parts.act(sample_parts.Action(gettext_lazy("Print labels"), "printer", "sample-labels", order=40))


@page
def labels_page(request: HttpRequest) -> HttpResponse:
    """The choice; the picture and the PDF hang on the same query."""
    form = LabelForm(request.GET)
    asked = bool(request.GET.get("codes", "").strip())
    context = {"form": form, "nav": "labels", "query": request.GET.urlencode(), "drawn": None}
    if asked and form.is_valid():
        try:
            context["drawn"] = _drawn(request, form, _summary)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    elif not asked:
        form.errors.clear()
    fragment = request.headers.get("HX-Target") == "label-work"
    name = "labsys/label_work.html" if fragment else "labsys/labels.html"
    return render(request, name, context)


@page
def sample_labels(request: HttpRequest, code: str) -> HttpResponse:
    """The way from a sample's menu."""
    return redirect(f"{reverse('labels')}?{urlencode({'codes': code})}")


@page
def sheet(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(_made(request, document.pdf), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="labels.pdf"'
    return answer


@page
def picture(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_made(request, document.picture), content_type="image/svg+xml")


def _made(request: HttpRequest, make: Callable[[Sequence[Label], Printing], bytes]) -> bytes:
    form = LabelForm(request.GET)
    if not form.is_valid():
        sentence = next(iter(form.errors.values()))[0]
        raise Refusal(str(sentence))
    return _drawn(request, form, make)


def _drawn(request: HttpRequest, form: LabelForm, make: Callable[[Sequence[Label], Printing], M]) -> M:
    labels = content.labels_of(form.cleaned_data["codes"], request.user)
    return make(labels, form.printing(request.build_absolute_uri("/")[:-1]))


def _summary(labels: Sequence[Label], printing: Printing) -> str:
    """ "6 labels on 1 page"; raises Refusal where they cannot be printed so."""
    document.check(labels, printing)
    count, pages = document.count(labels, printing)
    return _("%(count)s on %(pages)s") % {
        "count": _("1 label") if count == 1 else _("%(count)s labels") % {"count": count},
        "pages": _("1 page") if pages == 1 else _("%(pages)s pages") % {"pages": pages},
    }
