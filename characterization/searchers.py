"""What of this floor is found beside samples: files by their name, measurements by their title."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from characterization.models import Measurement, RawFile
from synthesis import access
from synthesis.access import Actor
from synthesis.asking import Asked
from synthesis.searchers import holding
from synthesis.searching import Searcher, register


def register_all() -> None:
    """Called once, when the floor starts."""
    register(Searcher("files", _("Files"), "inbox", _files, lambda key: f"/files/{key}/", second="technique",
                      right="sample__code", order=50))  # fmt: skip
    register(Searcher("measurements", _("Measurements"), "activity", _measurements, lambda key: f"/measurements/{key}/",
                      title="title", second="technique", right="sample__code", order=60))  # fmt: skip


def _files(asked: Asked, actor: Actor) -> QuerySet[Any]:
    return holding(access.visible(RawFile.objects.all(), actor), asked, "name").order_by("-id")


def _measurements(asked: Asked, actor: Actor) -> QuerySet[Any]:
    current = access.visible(Measurement.objects.filter(current=True), actor)
    return holding(current, asked, "title", "technique").order_by("-id")
