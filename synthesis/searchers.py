"""What of this floor is found beside samples: furnace runs, materials, places, protocols."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, Q, QuerySet, TextField
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from synthesis import access, words
from synthesis.access import Actor
from synthesis.asking import Asked
from synthesis.models import CarbonizationRun, Material, Place, Protocol
from synthesis.searching import Hit, Searcher, register


class Folded(Func):
    """Several columns as one folded text: written exactly as in the index over it, so that the index is used."""

    template = "labsys_folded(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()


def holding(records: QuerySet[Any], asked: Asked, *columns: str) -> QuerySet[Any]:
    """Records whose columns hold every word; for tables with an index over ``labsys_folded`` of these columns."""
    found: QuerySet[Any] = records.alias(searched=Folded(*(F(name) for name in columns)))
    for word in asked.words:
        found = found.filter(searched__holds=word)
    return found


def register_all() -> None:
    """Called once, when the floor starts."""
    register(Searcher("runs", _lazy("Furnace runs"), _runs, 10))
    register(Searcher("materials", _lazy("Materials"), _materials, 20))
    register(Searcher("protocols", _lazy("Protocols"), _protocols, 30))
    register(Searcher("places", _lazy("Places"), _places, 40))


def _runs(asked: Asked, actor: Actor, most: int) -> list[Hit]:
    found = holding(access.visible(CarbonizationRun.objects.all(), actor), asked, "code", "furnace", "note")
    return [
        Hit(run.code, run.get_absolute_url(), "flame", run.furnace, is_code=True)
        for run in found.order_by("-id")[:most]
    ]


def _materials(asked: Asked, actor: Actor, most: int) -> list[Hit]:
    found = Material.objects.filter(asked.holds("name", "short_name", "formula", "cas_number"))
    return [
        Hit(one.name, one.get_absolute_url(), words.KIND_ICONS["lot"], one.formula, one.cas_number)
        for one in found[:most]
    ]


def _protocols(asked: Asked, actor: Actor, most: int) -> list[Hit]:
    found = access.visible(Protocol.objects.filter(retired_at__isnull=True), actor)
    return [
        Hit(one.name, _address("protocol", one.pk), "clipboard-list", one.kind)
        for one in found.filter(asked.holds("name"))[:most]
    ]


def _places(asked: Asked, actor: Actor, most: int) -> list[Hit]:
    found = Place.objects.filter(asked.holds("path") | Q(path__iexact=asked.text))
    return [
        Hit(str(place), place.get_absolute_url(), "map-pin", place.note or _("place"))
        for place in found.order_by("path")[:most]
    ]


def _address(name: str, pk: int) -> str:
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return reverse("search")
