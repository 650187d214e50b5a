"""Building the tree of places: add, rename, move, take out. Paths below follow, also those that samples carry.

The tree belongs to the whole laboratory; whoever may log somewhere may change it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from synthesis import ledger, places
from synthesis.access import Actor, visible
from synthesis.errors import Refusal
from synthesis.models import Place, Sample

Person = AbstractBaseUser | None
LONGEST_PATH = 400
_TREE_LOCK = (
    0x9ACE5  # one change of the tree at a time: two moves that are fine alone may make a circle together
)


@dataclass(frozen=True)
class Branch:
    """A place as the tree page shows it. ``here`` and ``below`` count what the reader may see."""

    place: Place
    depth: int
    here: int
    below: int
    free: int | None
    parts: int


@transaction.atomic
def add(place: Place, by: Person) -> Place:
    _hold_the_tree()
    _look_up_again(place)
    _check_name(place)
    place.path = _path(place)
    place.created_by_id = by.pk if by else None
    place.save()
    return place


@transaction.atomic
def change(place: Place) -> Place:
    """Saves a place under its new name, parent or capacity; everything below it follows."""
    _hold_the_tree()
    _look_up_again(place)
    _check_name(place)
    _refuse_a_circle(place)
    _refuse_too_little_room(place)
    place.path = _path(place)
    place.save()
    _follow(place)
    return place


@transaction.atomic
def remove(place: Place) -> None:
    """Takes an empty place out of the tree."""
    _hold_the_tree()
    if place.parts.exists() or place.samples.exists():
        raise Refusal(
            _("%(place)s is not empty: %(parts)s places and %(samples)s samples are in it. Move them first.")
            % {"place": place.name, "parts": place.parts.count(), "samples": place.samples.count()},
            code="not_empty",
            status=409,
        )
    place.delete()


def below(place: Place) -> QuerySet[Place]:
    """All places in a place, at any depth, without itself."""
    return Place.objects.filter(path__startswith=place.path + places.SEPARATOR)


def branches(found: Iterable[Place], actor: Actor) -> list[Branch]:
    """Places with how much stands in them, in the order of their paths; two queries for the counts."""
    listed = sorted(found, key=lambda place: [name.lower() for name in place.path.split(places.SEPARATOR)])
    seen = dict(
        visible(places.taking_room(), actor)
        .filter(location__isnull=False)
        .order_by()
        .values_list("location_id")
        .annotate(number=Count("pk"))
    )
    taken = dict(
        places.taking_room()
        .filter(location__in=[place.pk for place in listed if place.capacity])
        .order_by()
        .values_list("location_id")
        .annotate(number=Count("pk"))
    )
    return [_branch(place, listed, seen, taken) for place in listed]


def _branch(place: Place, listed: list[Place], seen: dict[int, int], taken: dict[int, int]) -> Branch:
    inside = [one for one in listed if one.path.startswith(place.path + places.SEPARATOR)]
    return Branch(
        place=place,
        depth=place.path.count(places.SEPARATOR),
        here=seen.get(place.pk, 0),
        below=sum(seen.get(one.pk, 0) for one in inside),
        free=max(place.capacity - taken.get(place.pk, 0), 0) if place.capacity else None,
        parts=sum(one.parent_id == place.pk for one in inside),
    )


def _hold_the_tree() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def _look_up_again(place: Place) -> None:
    """The parent as it stands now, not as it was when the form was filled in."""
    place.parent = (
        Place.objects.select_for_update(no_key=True).get(pk=place.parent_id) if place.parent_id else None
    )


def _check_name(place: Place) -> None:
    place.name = " ".join(place.name.split())
    if not place.name:
        raise Refusal(_("A place has a name: Shelf 2, Slot A3."), field="name")
    if any(sign in place.name for sign in "/>"):
        raise Refusal(
            _("‘%(name)s’: / and > stand between places. Add each as a place of its own.")
            % {"name": place.name},
            field="name",
        )
    twins = Place.objects.filter(parent=place.parent, name__iexact=place.name).exclude(pk=place.pk)
    if twins.exists():
        raise Refusal(
            _("There is a %(name)s in %(parent)s already. Choose another name.")
            % {"name": place.name, "parent": place.parent or _("the laboratory")},
            field="name",
            code="name_taken",
        )


def _path(place: Place) -> str:
    path = f"{place.parent.path}{places.SEPARATOR}{place.name}" if place.parent else place.name
    if len(path) > LONGEST_PATH:
        raise Refusal(
            _("With all places above it the name has %(length)s letters; at most %(most)s can be kept.")
            % {"length": len(path), "most": LONGEST_PATH},
            field="name",
        )
    return path


def _refuse_a_circle(place: Place) -> None:
    above = place.parent
    while above is not None:
        if above.pk == place.pk:
            raise Refusal(
                _("%(parent)s stands in %(place)s itself. A place cannot stand in what stands in it.")
                % {"parent": place.parent.path if place.parent else "", "place": place.name},
                field="parent",
                code="circle",
            )
        above = Place.objects.get(pk=above.parent_id) if above.parent_id else None


def _refuse_too_little_room(place: Place) -> None:
    there = places.occupants(place).count() if place.capacity else 0
    if place.capacity and there > place.capacity:
        raise Refusal(
            _("%(count)s samples stand in %(place)s, more than %(room)s. Move some first.")
            % {"count": there, "place": place.name, "room": place.capacity},
            field="capacity",
            status=409,
        )


def _follow(place: Place) -> None:
    """Writes the paths of all places below, and of the samples in them, anew."""
    levels, found = [place], [place]
    while levels:
        levels = list(Place.objects.filter(parent__in=levels).select_related("parent").order_by("pk"))
        above = {one.pk: one for one in found}
        for part in levels:
            part.parent = above[part.parent_id or 0]
            if part.path != (path := _path(part)):
                part.path = path
                part.save(update_fields=["path"])
        found += levels
    standing = Sample.objects.filter(location__in=found)
    ledger.lock(standing)
    for one in found:
        Sample.objects.filter(Q(location=one) & ~Q(place=one.path)).update(place=one.path)
