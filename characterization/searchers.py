"""What of this floor is found beside samples: files by their name, measurements by their title."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _lazy

from characterization.models import Measurement, RawFile
from synthesis import access
from synthesis.access import Actor
from synthesis.asking import Asked
from synthesis.searchers import holding
from synthesis.searching import Hit, Searcher, register


def register_all() -> None:
    """Called once, when the floor starts."""
    register(Searcher("files", _lazy("Files"), _files, 50))
    register(Searcher("measurements", _lazy("Measurements"), _measurements, 60))


def _files(asked: Asked, actor: Actor, most: int) -> list[Hit]:
    found = holding(access.visible(RawFile.objects.select_related("sample"), actor), asked, "name")
    return [
        Hit(
            file.name,
            file.get_absolute_url(),
            "inbox",
            file.technique,
            file.sample.code if file.sample else "",
        )
        for file in found.order_by("-id")[:most]
    ]


def _measurements(asked: Asked, actor: Actor, most: int) -> list[Hit]:
    current = Measurement.objects.filter(current=True).select_related("sample")
    found = holding(access.visible(current, actor), asked, "title", "technique")
    return [
        Hit(
            str(one), one.get_absolute_url(), "activity", one.technique, one.sample.code if one.sample else ""
        )
        for one in found.order_by("-id")[:most]
    ]
