"""Places: the tree, the page of one with what stands there, building the tree, and moving samples."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from synthesis import access, codes, moving, place_tree, places
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.places import MoveHereForm, PlaceForm
from synthesis.forms.rows import place_refusal
from synthesis.models import Place, Sample
from synthesis.pages import page
from synthesis.views.steps import require_somewhere

WHOLE_TREE = 300  # up to so many places the tree is shown whole, above that two levels of it
MOST_SAMPLES = 200
OFFERED = 12
_CODE = re.compile(r"^(?:PL-)?(\d{1,9})$", re.IGNORECASE)


def place_of(code: str) -> Place:
    """The place behind PL-0012 or 12."""
    found = _CODE.match(code)
    if not found:
        raise Http404(code)
    return get_object_or_404(Place.objects.select_related("parent"), pk=int(found[1]))


@page
def tree(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(request.POST if request.method == "POST" else None, initial=_parent_asked(request))
    if request.method == "POST":
        require_somewhere(request)
        if form.is_valid() and (made := _saved(request, form)) is not None:
            messages.success(request, _("%(place)s is a place now.") % {"place": made.path})
            return redirect(made)
    found = Place.objects.order_by("path")
    whole = found.count() <= WHOLE_TREE
    shown = list(found if whole else found.filter(Q(parent=None) | Q(parent__parent=None)))
    context = {
        "branches": place_tree.branches(shown, request.user),
        "whole": whole,
        "form": form,
        "may_change": access.editable_projects(request.user).exists(),
        "nav": "places",
    }
    return render(request, "synthesis/places.html", context, status=_status(form))


@page
def place_page(request: HttpRequest, code: str) -> HttpResponse:
    return _shown(request, place_of(code), MoveHereForm())


@page
def change_place(request: HttpRequest, code: str) -> HttpResponse:
    require_somewhere(request)
    place = place_of(code)
    form = PlaceForm(request.POST if request.method == "POST" else None, instance=place)
    if request.method == "POST" and form.is_valid() and (made := _saved(request, form)) is not None:
        messages.success(request, _("Changed %(place)s.") % {"place": made.path})
        return redirect(made)
    context = {"place": Place.objects.get(pk=place.pk), "form": form, "nav": "places"}
    return render(request, "synthesis/place_change.html", context, status=_status(form))


@require_POST
@page
def remove_place(request: HttpRequest, code: str) -> HttpResponse:
    require_somewhere(request)
    place = place_of(code)
    home = place.parent.get_absolute_url() if place.parent else "/places/"
    place_tree.remove(place)
    messages.success(request, _("%(place)s is a place no more.") % {"place": place.path})
    return redirect(home)


@require_POST
@page
def move_here(request: HttpRequest, code: str) -> HttpResponse:
    """Puts samples that were scanned or typed into this place, all or none."""
    require_somewhere(request)
    place = place_of(code)
    form = MoveHereForm(request.POST)
    if form.is_valid():
        by: Any = request.user
        try:
            count = moving.move(_meant(request, form.cleaned_data["codes"]), place, by)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error("codes", refusal.message)
        else:
            said = ngettext("%(count)s sample stands here now.", "%(count)s samples came here.", count)
            messages.success(request, said % {"count": count})
            return redirect(place)
    return _shown(request, place, form)


@page
def options(request: HttpRequest) -> HttpResponse:
    """The places that fit what is typed, with the room that each has."""
    asked = next((str(value).strip() for name, value in request.GET.items() if name.endswith("place")), "")
    found = Place.objects.all()
    for word in asked.replace("/", " ").replace(">", " ").split()[:6]:
        found = found.filter(path__icontains=word)
    branches = place_tree.branches(found.order_by("path")[:OFFERED], request.user)
    return render(request, "synthesis/place_options.html", {"branches": branches, "asked": asked})


def _meant(request: HttpRequest, text: str) -> list[Sample]:
    """The samples of these codes. Raises Refusal for one that is not there or may not be moved."""
    typed = [word.upper() for word in text.replace(",", " ").replace(";", " ").split()]
    wanted = list(dict.fromkeys((codes.codes_like(word) or [word])[0] for word in typed))
    seen = access.visible(Sample.objects.select_related("project"), request.user).filter(code__in=wanted)
    found = {sample.code: sample for sample in seen}
    missing = [code for code in wanted if code not in found]
    if missing:
        raise Refusal(
            _("No sample %(codes)s in your projects. Check the code or scan it again.")
            % {"codes": ", ".join(missing)},
            field="codes",
        )
    editable = set(access.editable_projects(request.user).values_list("pk", flat=True))
    for sample in found.values():
        if sample.project_id not in editable:
            raise Refusal(
                _("%(sample)s belongs to %(project)s, where you may look but not move anything.")
                % {"sample": sample, "project": sample.project},
                field="codes",
            )
    return [found[code] for code in wanted]


def _shown(request: HttpRequest, place: Place, form: MoveHereForm) -> HttpResponse:
    parts = list(Place.objects.filter(Q(pk__in=place_tree.below(place).values("pk")))[:WHOLE_TREE])
    branches = {branch.place.pk: branch for branch in place_tree.branches([place, *parts], request.user)}
    here = access.visible(Sample.objects.filter(location=place), request.user)
    samples = list(here.select_related("project").order_by("-id")[: MOST_SAMPLES + 1])
    taken = places.occupants(place).count()
    own = branches.pop(place.pk)
    context = {
        "place": place,
        "above": _above(place),
        "branch": own,
        "branches": [replace(one, depth=one.depth - own.depth - 1) for one in branches.values()],
        "samples": samples[:MOST_SAMPLES],
        "more": len(samples) > MOST_SAMPLES,
        "hidden": max(taken - own.here, 0),
        "form": form,
        "may_change": access.editable_projects(request.user).exists(),
        "nav": "places",
    }
    return render(request, "synthesis/place.html", context, status=_status(form))


def _above(place: Place) -> list[Place]:
    """The places above it, from the room down."""
    names = place.path.split(places.SEPARATOR)
    paths = [places.SEPARATOR.join(names[:level]) for level in range(1, len(names))]
    return list(Place.objects.filter(path__in=paths).order_by("path"))


def _saved(request: HttpRequest, form: PlaceForm) -> Place | None:
    by: Any = request.user
    try:
        place = form.instance
        return place_tree.change(place) if place.pk else place_tree.add(place, by)
    except NotAllowed:
        raise
    except Refusal as refusal:
        place_refusal(refusal, form)
        return None


def _parent_asked(request: HttpRequest) -> dict[str, Any]:
    asked = request.GET.get("in", "")
    return {"parent": int(asked)} if asked.isdecimal() and len(asked) < 10 else {}


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200
