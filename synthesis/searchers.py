"""What of this floor is found beside samples: furnace runs, materials, places, protocols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import F, Func, QuerySet, TextField
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from synthesis import access
from synthesis.access import Actor
from synthesis.asking import Asked
from synthesis.models import CarbonizationRun, Material, Place, Protocol
from synthesis.searching import Searcher, register


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
    register(Searcher("runs", _("Furnace runs"), "flame", _runs, _page("furnace-run"), title="code", second="furnace",
                      key="code", is_code=True, order=10))  # fmt: skip
    register(Searcher("materials", _("Materials"), "package", _materials, _page("material"), second="formula",
                      right="cas_number", order=20))  # fmt: skip
    register(Searcher("protocols", _("Protocols"), "clipboard-list", _protocols, _page("protocol"), second="kind",
                      order=30))  # fmt: skip
    register(
        Searcher("places", _("Places"), "map-pin", _places, _place, title="path", second="note", order=40)
    )


def _runs(asked: Asked, actor: Actor) -> QuerySet[Any]:
    found = access.visible(CarbonizationRun.objects.all(), actor)
    return holding(found, asked, "code", "furnace", "note").order_by("-id")


def _materials(asked: Asked, actor: Actor) -> QuerySet[Any]:
    return Material.objects.filter(asked.holds("name", "short_name", "formula", "cas_number")).order_by(
        "name"
    )


def _protocols(asked: Asked, actor: Actor) -> QuerySet[Any]:
    found = access.visible(Protocol.objects.filter(retired_at__isnull=True), actor)
    return found.filter(asked.holds("name")).order_by("-id")


def _places(asked: Asked, actor: Actor) -> QuerySet[Any]:
    return Place.objects.filter(asked.holds("path")).order_by("path")


def _place(key: str) -> str:
    return Place(pk=int(key)).get_absolute_url()


def _page(name: str) -> Callable[[str], str]:
    return lambda key: reverse(name, args=[key])
