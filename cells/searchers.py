"""What of this floor is found beside samples: recipes and studies."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cells.models import CathodeRecipe, Study
from synthesis import access
from synthesis.access import Actor
from synthesis.asking import Asked
from synthesis.searching import Hit, Searcher, register


def register_all() -> None:
    """Called once, when the floor starts."""
    register(Searcher("recipes", _lazy("Recipes"), _recipes, 35))
    register(Searcher("studies", _lazy("Studies"), _studies, 70))


def _recipes(asked: Asked, actor: Actor, most: int) -> list[Hit]:
    found = access.visible(CathodeRecipe.objects.filter(asked.holds("name", "note")), actor)
    version = _("version %(number)s")
    return [
        Hit(one.name, one.get_absolute_url(), "file-text", version % {"number": one.version})
        for one in found.order_by("-id")[:most]
    ]


def _studies(asked: Asked, actor: Actor, most: int) -> list[Hit]:
    found = access.visible(Study.objects.filter(asked.holds("name", "note")), actor)
    return [Hit(one.name, one.get_absolute_url(), "chart-line") for one in found.order_by("-id")[:most]]
