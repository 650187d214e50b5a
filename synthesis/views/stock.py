"""Taking stock of a whole place or material: what should be there, what was counted, booked in one go."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from synthesis import access, place_tree, stock
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.ledger import CountForm
from synthesis.forms.rows import place_refusal
from synthesis.models import Material, Sample
from synthesis.pages import page
from synthesis.views.places import place_of
from synthesis.views.steps import require_somewhere

MOST = 200
_EXPECTED = re.compile(r"^expected-(\d{1,18})$")


@page
def count_place(request: HttpRequest, code: str) -> HttpResponse:
    place = place_of(code)
    inside = Q(location=place) | Q(location__in=place_tree.below(place))
    return _count(request, Sample.objects.filter(inside), place.path, place.get_absolute_url(), "places")


@page
def count_material(request: HttpRequest, pk: int) -> HttpResponse:
    material = get_object_or_404(Material, pk=pk)
    lots = Sample.objects.filter(materiallot__material=material)
    return _count(request, lots, material.name, material.get_absolute_url(), "materials")


def _count(request: HttpRequest, found: QuerySet[Sample], title: str, home: str, nav: str) -> HttpResponse:
    require_somewhere(request)
    samples = _listed(request, found)
    form = CountForm(request.POST if request.method == "POST" else None, samples=samples)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _booked(request, form, home)
            except NotAllowed:
                raise
            except Refusal as refusal:
                status = refusal.status
                place_refusal(refusal, form)
                form.look_again()
    context = {
        "form": form,
        "title": title,
        "home": home,
        "nav": nav,
        "counts": stock.last_counts(samples),
        "full": len(samples) == MOST,
    }
    return render(request, "synthesis/count.html", context, status=status)


def _booked(request: HttpRequest, form: CountForm, home: str) -> HttpResponse:
    counts = form.counts()
    if not counts:
        raise Refusal(_("Nothing was counted yet. Type what is there beside each sample."))
    by: Any = request.user
    made = stock.take(counts, by=by, reason=form.cleaned_data["reason"])
    apart = sum(count.entry is not None for count in made)
    sentence = ngettext(
        "Counted %(all)s sample, %(apart)s not as expected.",
        "Counted %(all)s samples, %(apart)s not as expected.",
        len(made),
    )
    messages.success(request, sentence % {"all": len(made), "apart": apart})
    return redirect(home)


def _listed(request: HttpRequest, found: QuerySet[Sample]) -> list[Sample]:
    """What this person may book on and is not used up, by place; what was sent stays, though it be used up now."""
    own = found.filter(project__in=access.editable_projects(request.user).values("pk"))
    sent = [int(number[1]) for name in request.POST if (number := _EXPECTED.match(name))]
    own = own.filter(pk__in=sent) if sent else own.filter(amount_left__gt=0)
    return list(own.select_related("project").order_by("place", "pk")[:MOST])
