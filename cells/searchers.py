"""What of this floor is found beside samples: recipes and studies."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cells.models import CathodeRecipe, Study
from synthesis import access
from synthesis.access import Actor
from synthesis.asking import Asked
from synthesis.searching import Searcher, register


def register_all() -> None:
    """Called once, when the floor starts."""
    register(Searcher("recipes", _("Recipes"), "file-text", _recipes, lambda key: f"/recipes/{key}/",
                      right="version", order=35))  # fmt: skip
    register(
        Searcher("studies", _("Studies"), "chart-line", _studies, lambda key: f"/studies/{key}/", order=70)
    )


def _recipes(asked: Asked, actor: Actor) -> QuerySet[Any]:
    return access.visible(CathodeRecipe.objects.filter(asked.holds("name", "note")), actor).order_by("-id")


def _studies(asked: Asked, actor: Actor) -> QuerySet[Any]:
    return access.visible(Study.objects.filter(asked.holds("name", "note")), actor).order_by("-id")
