"""Search across everything: samples first, then whatever each room registers (runs, recipes, files, studies).

A floor registers a ``Searcher`` when it starts. Each answers at most a few hits, in one query, of what the reader may
see; the samples are found here, in the language of ``synthesis.asking``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from synthesis import access, quantities, scanning
from synthesis.access import Actor
from synthesis.asking import Asked
from synthesis.models import Sample, SearchText, SearchWord

LIKE_ENOUGH = 0.4  # of two words: the share of three-letter pieces that they have in common
SHORTEST = 4  # letters of a word that may have been mistyped


@dataclass(frozen=True)
class Hit:
    """One line of an answer; ``icon`` is one of the sprite, ``right`` what stands at its end."""

    title: str
    url: str
    icon: str
    second: str = ""
    right: str = ""
    group: str = ""
    is_code: bool = False


@dataclass(frozen=True)
class Searcher:
    """Finds things that are no samples by words alone. ``find(asked, actor, most)`` answers at most so many hits."""

    name: str
    label: str | Promise
    find: Callable[[Asked, Actor, int], Sequence[Hit]]
    order: int = 50


@dataclass(frozen=True)
class Found:
    label: str | Promise
    hits: Sequence[Hit]


_SEARCHERS: dict[str, Searcher] = {}


def register(searcher: Searcher) -> None:
    _SEARCHERS[searcher.name] = searcher


def ids(
    asked: Asked, actor: Actor, kinds: Sequence[str], beyond: int | None, falling: bool, most: int
) -> list[int]:
    """Samples that hold the words, by number: from the one table that has words, kinds and projects."""
    found = access.visible(SearchText.objects.all(), actor)
    if kinds:
        found = found.filter(kind__in=kinds)
    for word in asked.words:
        found = found.filter(words__holds=word)
    if beyond is not None:
        found = found.filter(**{"pk__lt" if falling else "pk__gt": beyond})
    return list(found.order_by("-pk" if falling else "pk").values_list("pk", flat=True)[:most])


def samples(asked: Asked, actor: Actor, most: int) -> list[Sample]:
    """The newest samples that somebody asks for; none where nothing was understood."""
    rows = Sample.objects.select_related("project").order_by("-id")
    if asked.is_empty:
        return []
    if asked.is_plain:
        wanted = ids(asked, actor, (), None, True, most)
    else:
        found = access.visible(Sample.objects.filter(asked.samples), actor)
        wanted = list(found.order_by("-id").values_list("pk", flat=True)[:most])
    return list(rows.filter(pk__in=wanted)) if wanted else []


def others(asked: Asked, actor: Actor, most: int) -> list[Found]:
    """What else is called so. Conditions (left < 5 g) are conditions on samples: with one, there is nothing else."""
    if not asked.is_plain:
        return []
    found = [
        Found(searcher.label, searcher.find(asked, actor, most))
        for searcher in sorted(_SEARCHERS.values(), key=lambda searcher: searcher.order)
    ]
    return [one for one in found if one.hits]


code_in = scanning.code_in


def exact(text: str, actor: Actor) -> str:
    """The address of what a scanned or typed code means; "" where it is none."""
    found = scanning.find(text, actor) if text.strip() else None
    return found.address if found else ""


def corrected(asked: Asked, actor: Actor) -> tuple[Asked, list[scanning.Found]]:
    """For a search that found nothing: the same with words that do occur, and codes that differ by one slip."""
    codes = [found for word in asked.words[:1] for found in scanning.near(word, actor)]
    words = [_near(word) for word in asked.words]
    if words == asked.words:
        return asked, codes
    again = replace(asked, words=words)
    return (again, codes) if samples(again, actor, 1) else (asked, codes)


def _near(word: str) -> str:
    """The word that was probably meant, of those that occur in names; itself where none is like it."""
    if len(word) < SHORTEST or not word.isalpha():
        return word
    near = SearchWord.objects.raw(
        """SELECT word, similarity(word, labsys_folded(%s)) AS alike FROM synthesis_searchword
            WHERE word %% labsys_folded(%s) ORDER BY alike DESC, length(word), word LIMIT 1""",
        [word, word],
    )
    best = next(iter(near), None)
    return best.word if best is not None and best.alike >= LIKE_ENOUGH else word  # type: ignore[attr-defined]


def examples() -> list[str]:
    """What can be typed, for the line under the field: built from the figures that this house has."""
    wanted = (
        ("carbonization_temperature_degC", "> 650"),
        ("bet_surface_area_m2_per_g", ">= 200"),
        ("amount_left_g", "< 5"),
        ("yield_percent", _("between %(low)s and %(high)s") % {"low": 20, "high": 30}),
    )
    figures = {figure.name: figure for figure in quantities.all_figures()}
    said = [
        f"{figures[name].label} {limit} {figures[name].unit}".strip()
        for name, limit in wanted
        if name in figures
    ]
    return [
        *said,
        "kind: additive",
        'group: "Mo@NPCs"',
        "state: hold",
        "made after 2026-05-01",
        "place: glovebox",
    ]
