"""Where things stand: the tree of places, what a person's words for a place mean, and whether there is room.

A sample keeps both: ``place`` is what people read, ``location`` the place of the tree that it names, if it names one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from synthesis.access import Actor, visible
from synthesis.errors import Refusal
from synthesis.models import Place, Sample

SEPARATOR = " / "
_CODE = re.compile(r"^PL[-_ ]?(\d{1,9})$", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[/>]\s*")
_NAMED = 3  # so many occupants a refusal names


def find(text: str) -> Place | None:
    """The place that a text names: by its code (PL-0012), its whole path, or a name that only one place has."""
    if not text.strip():
        return None
    if code := _CODE.match(text.strip()):
        return Place.objects.filter(pk=int(code[1])).first()
    path = SEPARATOR.join(_BETWEEN.split(" ".join(text.split())))
    fitting = list(Place.objects.filter(Q(path__iexact=path) | Q(name__iexact=path)).order_by("pk")[:50])
    exact = [place for place in fitting if place.path == path]
    whole = exact or [place for place in fitting if place.path.lower() == path.lower()]
    return whole[0] if whole else fitting[0] if len(fitting) == 1 else None


def assign(sample: Sample, text: str) -> None:
    """Sets where a sample stands, without saving it. What names no place of the tree stays as it was written."""
    sample.location = find(text)
    sample.place = sample.location.path if sample.location else text.strip()


def occupants(place: Place) -> QuerySet[Sample]:
    """What takes room there. What is used up takes none; what waits for its yield does."""
    return taking_room().filter(location=place).order_by("pk")


def taking_room() -> QuerySet[Sample]:
    return Sample.objects.filter(Q(amount_left__gt=0) | Q(amount_made=0))


def hold(*wanted: Place) -> None:
    """Locks places, after the samples and always in one order, so that two who fill them wait for each other."""
    list(Place.objects.select_for_update().filter(pk__in=[place.pk for place in wanted]).order_by("pk"))


def require_room(place: Place, *, by: Actor | None, but: Sample | None = None, coming: int = 1) -> None:
    """Raises Refusal where so many more do not fit, apart from one that stands there already."""
    if place.capacity is None:
        return
    there = occupants(place).exclude(pk=but.pk) if but is not None and but.pk else occupants(place)
    if there.count() + coming > place.capacity:
        raise full(place, by=by, but=but, coming=coming)


def full(place: Place, *, by: Actor | None, but: Sample | None = None, coming: int = 1) -> Refusal:
    """Says how much room a place has and what takes it, as far as this person may know."""
    there = occupants(place).exclude(pk=but.pk) if but is not None and but.pk else occupants(place)
    total = there.count()
    known = list(visible(there, by).values_list("code", flat=True)[:_NAMED]) if by is not None else []
    said = {"place": place.name, "room": place.capacity, "total": total, "coming": coming,
            "codes": ", ".join(known), "free": max((place.capacity or 0) - total, 0)}  # fmt: skip
    if total < (place.capacity or 0):
        sentence = _("%(place)s holds %(room)s and has room for %(free)s more; %(coming)s do not fit.")
    elif not known:
        sentence = _("%(place)s holds %(room)s and is taken. Choose another place.")
    elif total == len(known) == 1:
        sentence = _(
            "%(place)s holds %(room)s and has %(codes)s in it. Choose another place or move %(codes)s."
        )
    else:
        sentence = _("%(place)s holds %(room)s and has %(total)s in it (%(codes)s …). Choose another place.")
    return Refusal(sentence % said, field="place", code="place_full", status=409)


@contextmanager
def in_its_slot(sample: Sample, by: Actor | None) -> Iterator[None]:
    """Around saving a sample: a slot that is taken, also in this very moment by somebody else, is said in words."""
    if sample.location is None:
        yield
        return
    require_room(sample.location, by=by, but=sample)
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if _rule(error) != "a_slot_is_free":
            raise
        raise full(sample.location, by=by, but=sample) from error


def _rule(error: IntegrityError) -> str:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
