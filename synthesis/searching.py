"""Search across everything: samples first, then whatever each room registers (runs, recipes, files, studies).

A floor registers a ``Searcher`` when it starts. Each answers at most a few hits, in one query, of what the reader may
see; the samples are found here, in the language of ``synthesis.asking``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Q, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from synthesis import access, quantities, scanning
from synthesis.access import Actor
from synthesis.asking import Asked
from synthesis.models import Sample, SearchText, SearchWord

LIKE_ENOUGH = 0.4  # of two words: the share of three-letter pieces that they have in common
NOTHING = Value("")
NEAR = 20_000  # samples that are looked through one by one
SHORTEST = 4  # letters of a word that may have been mistyped


@dataclass(frozen=True)
class Hit:
    """One line of an answer; ``icon`` is one of the sprite, ``right`` what stands at its end."""

    title: str
    url: str
    icon: str
    second: str = ""
    right: str = ""
    is_code: bool = False


@dataclass(frozen=True)
class Searcher:
    """Finds things that are no samples by words alone. All are asked in one query, so each says what it reads.

    ``rows`` answers the records that the reader may see, best first; ``title``, ``second``, ``right`` and ``key`` are
    columns or expressions, ``address`` makes a key into the address of a page.
    """

    name: str
    label: str | Promise
    icon: str
    rows: Callable[[Asked, Actor], QuerySet[Any]]
    address: Callable[[str], str]
    title: str | Combinable = "name"
    second: str | Combinable = NOTHING
    right: str | Combinable = NOTHING
    key: str | Combinable = "pk"
    is_code: bool = False
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
    if kinds and asked.kinds is not None and not asked.kinds & set(kinds):
        return []
    found = access.visible(SearchText.objects.all(), actor)
    if kinds:
        found = found.filter(kind__in=kinds)
    for word in asked.words:
        found = found.filter(words__holds=word)
    if beyond is not None:
        found = found.filter(**{"pk__lt" if falling else "pk__gt": beyond})
    return list(found.order_by("-pk" if falling else "pk").values_list("pk", flat=True)[:most])


def nearest(found: Sequence[QuerySet[Any]], falling: bool, most: int, beyond: int | None = None) -> list[int]:
    """The first by number of the samples that are in any of these, newest or oldest first.

    ``beyond`` is the number behind which a later page begins. The planner takes what is asked for to be spread evenly,
    and walks along the numbers until it has a page: where it is not (no additive has more than 20 g), to the end. So
    it may walk a little way; if that does not fill the page, there are few, and these are fetched by whatever index
    finds them and then sorted.
    """
    edge = Sample.objects.order_by("-id" if falling else "id").values("id")[:1]
    start = Subquery(edge) if beyond is None else Value(beyond)
    near = Q(id__gt=start - NEAR) if falling else Q(id__lt=start + NEAR)
    ids = _first([one.filter(near) for one in found], "-id" if falling else "id", most)
    if len(ids) < most:
        unwalkable = F("id") + 0
        ids = _first(found, unwalkable.desc() if falling else unwalkable.asc(), most)
    return sorted(ids, reverse=falling)[:most]


def _first(found: Sequence[QuerySet[Any]], order: Any, most: int) -> set[int]:
    """Of each the first so many, in one query."""
    first, *others = (one.order_by(order).values_list("id", flat=True)[:most] for one in found)
    return set(first.union(*others, all=True) if others else first)


def samples(asked: Asked, actor: Actor, most: int) -> list[Sample]:
    """The newest samples that somebody asks for; none where nothing was understood."""
    rows = Sample.objects.select_related("project").order_by("-id")
    if asked.is_empty:
        return []
    if asked.is_words:
        wanted = ids(asked, actor, (), None, True, most)
    else:
        wanted = nearest(
            [access.visible(Sample.objects.filter(part), actor) for part in asked.parts], True, most
        )
    return list(rows.filter(pk__in=wanted)) if wanted else []


def others(asked: Asked, actor: Actor, most: int) -> list[Found]:
    """What else is called so. Conditions (left < 5 g) are conditions on samples: with one, there is nothing else."""
    if not asked.is_plain:
        return []
    searchers = sorted(_SEARCHERS.values(), key=lambda searcher: searcher.order)
    parts = [_as_hits(searcher, asked, actor)[:most] for searcher in searchers]
    hits: dict[str, list[Hit]] = {}
    for name, key, title, second, right in parts[0].union(*parts[1:], all=True) if parts else ():
        one = _SEARCHERS[name]
        hit = Hit(title, one.address(key), one.icon, second or "", right or "", one.is_code)
        hits.setdefault(name, []).append(hit)
    return [Found(one.label, hits[one.name]) for one in searchers if one.name in hits]


def _as_hits(searcher: Searcher, asked: Asked, actor: Actor) -> QuerySet[Any, Any]:
    columns = {
        "hit_key": searcher.key,
        "hit_title": searcher.title,
        "hit_second": searcher.second,
        "hit_right": searcher.right,
    }
    said = {name: Cast(column, TextField()) for name, column in columns.items()}
    rows: QuerySet[Any, Any] = searcher.rows(asked, actor).annotate(hit_of=Value(searcher.name), **said)
    return rows.values_list("hit_of", *columns)


code_in = scanning.code_in


def exact(text: str, actor: Actor) -> str:
    """The address of what a scanned or typed code means; "" where it is none. Every code has digits."""
    found = scanning.find(text, actor) if any(letter.isdigit() for letter in text) else None
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
        ("bet_surface_area", ">= 200"),
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
