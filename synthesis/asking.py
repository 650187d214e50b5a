"""The language of every search field: words, "phrases", kind: additive, left < 5 g, made after 2026-05-01.

Whatever can be read is searched for; whatever cannot is said in a sentence and left out, so that a search never fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache, reduce
from itertools import product
from math import prod
from operator import and_, or_

from django.db.models import Q
from django.utils.translation import gettext as _

from synthesis import asking_keys, quantities, words
from synthesis.access import Actor
from synthesis.asking_keys import Condition
from synthesis.asking_tokens import Piece, Value, in_unit, pieces, value_of
from synthesis.errors import Refusal
from synthesis.models import Sample
from synthesis.quantities import Figure

MOST_WORDS, LONGEST = 12, 400
MOST_PARTS = 12  # conditions that are looked up one by one
LONGEST_NAME = 6  # words of a figure
_CODE = re.compile(r"([A-Za-z]{2,5})-\d*")
_SIGNS = {">=": "≥", "<=": "≤"}


@dataclass
class Asked:
    """What was understood: every word has to occur, every condition to hold. ``problems`` are sentences."""

    text: str
    words: list[str] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.conditions)

    @property
    def is_plain(self) -> bool:
        """Only words: what can be asked of things that are no samples, too."""
        return bool(self.words) and not self.conditions

    @property
    def is_words(self) -> bool:
        """Only words, and no beginning of a code, which is looked up as a code."""
        return self.is_plain and not any(code_prefix(word) for word in self.words)

    @property
    def samples(self) -> Q:
        """The condition on a sample, of whatever kind's table."""
        named = (
            Q(code__startswith=code) if (code := code_prefix(word)) else Q(search_text__words__holds=word)
            for word in self.words
        )
        return reduce(and_, [*named, *(condition.found for condition in self.conditions)], Q())

    @property
    def parts(self) -> list[Q]:
        """``samples`` as conditions of which one has to hold: each can be looked up, where an OR cannot.

        Of a figure that several kinds have ("temperature > 60"), each kind's own.
        """
        choices = [condition.any_of for condition in self.conditions if len(condition.any_of) > 1]
        if not choices or prod(map(len, choices)) > MOST_PARTS:
            return [self.samples]
        single = replace(self, conditions=[one for one in self.conditions if len(one.any_of) < 2])
        return [single.samples & reduce(and_, chosen) for chosen in product(*choices)]

    @property
    def kinds(self) -> set[str] | None:
        """The kinds of sample that this can be said of; None: any."""
        limits = [condition.kinds for condition in self.conditions if condition.kinds is not None]
        limits += [frozenset({kind}) for word in self.words if (kind := _kind_of_code(word))]
        return set(frozenset.intersection(*limits)) if limits else None

    def holds(self, *paths: str) -> Q:
        """Of other tables, small ones: every word stands in one of the columns."""
        each = (reduce(or_, (Q(**{f"{path}__icontains": word}) for path in paths)) for word in self.words)
        return reduce(and_, each, Q())


def code_prefix(word: str) -> str:
    """The beginning of a sample's code as codes are written, "" for any other word: "cca-00" is CCA-00."""
    return word.upper() if _kind_of_code(word) else ""


def _kind_of_code(word: str) -> str:
    match = _CODE.fullmatch(word)
    return _prefixes().get(match[1].upper(), "") if match else ""


@cache
def _prefixes() -> dict[str, str]:
    return {model.PREFIX: str(model.KIND) for model in Sample.__subclasses__() if model.PREFIX}


def read(text: str, actor: Actor) -> Asked:
    """Reads a search as typed."""
    asked = Asked(text=text[:LONGEST].strip())
    _Reader(asked, actor).read()
    del asked.words[MOST_WORDS:]
    return asked


class _Reader:
    def __init__(self, asked: Asked, actor: Actor) -> None:
        self.asked, self.actor = asked, actor
        self.rest: list[Piece] = pieces(asked.text)
        self.before: list[Piece] = []  # words that a comparison may still claim

    def read(self) -> None:
        while self.rest:
            piece = self.rest.pop(0)
            try:
                self._take(piece)
            except Refusal as refusal:
                self.asked.problems.append(refusal.message)
        self.asked.words += [piece.text for piece in self.before]

    def _take(self, piece: Piece) -> None:
        following = self.rest[0].text if self.rest else ""
        if piece.kind == "op":
            self._compare(piece.text)
        elif piece.kind == "key" and asking_keys.is_key(piece.text) and self.rest:
            value = self.rest.pop(0).text
            self._add(asking_keys.condition(piece.text, value, self.actor))
        elif piece.kind == "word" and piece.text.casefold() == "between" and self._between():
            return
        elif piece.kind == "word" and following.casefold() in asking_keys.WHEN and len(self.rest) > 1:
            found = asking_keys.of_days(piece.text.casefold(), following.casefold(), self.rest[1].text)
            if found is None:
                self.before.append(piece)
            else:
                del self.rest[:2]
                self._add(found)
        else:
            self.before.append(piece)

    def _add(self, condition: Condition | None) -> None:
        if condition is not None:
            self.asked.conditions.append(condition)

    def _compare(self, op: str) -> None:
        if self.before and self.rest:
            day = asking_keys.of_days(self.before[-1].text.casefold(), op, self.rest[0].text)
            if day is not None:
                del self.before[-1], self.rest[0]
                self._add(day)
                return
        name, figures = self._figures()
        value = self._value(name, op)
        self._add(_compared(name, figures, [(op, value)]))

    def _between(self) -> bool:
        """``yield between 20 and 30 %``: the unit of the second number is the first one's, too."""
        low = value_of(self.rest)
        at = low[1] if low else 0
        if (
            low is None
            or len(self.rest) <= at
            or self.rest[at].text.casefold() not in ("and", "to", "–", "-")
        ):
            return False
        high = value_of(self.rest[at + 1 :])
        if high is None:
            return False
        del self.rest[: at + 1 + high[1]]
        name, figures = self._figures()
        first = low[0] if low[0].unit else Value(low[0].text, low[0].number, high[0].unit)
        self._add(_compared(name, figures, [(">=", first), ("<=", high[0])]))
        return True

    def _figures(self) -> tuple[str, list[Figure]]:
        """The figure that the words before a comparison name: the longest run of them that means one."""
        for count in range(min(LONGEST_NAME, len(self.before)), 0, -1):
            run = self.before[-count:]
            name = " ".join(piece.text for piece in run)
            if all(piece.kind == "word" for piece in run) and (found := quantities.find(name)):
                del self.before[-count:]
                return name, found
        return (self.before.pop().text if self.before else ""), []

    def _value(self, name: str, op: str) -> Value:
        found = value_of(self.rest)
        if found is None:
            raise Refusal(_("After ‘%(asked)s’ a number is missing.") % {"asked": f"{name} {op}".strip()})
        del self.rest[: found[1]]
        return found[0]


def _compared(name: str, figures: list[Figure], limits: list[tuple[str, Value]]) -> Condition:
    """The figures of that name that fit the unit; several of one name are all asked."""
    if not figures:
        raise Refusal(_unknown(name))
    read = [(figure, [(op, in_unit(value, figure.unit)) for op, value in limits]) for figure in figures]
    fitting = [(figure, asked) for figure, asked in read if all(value is not None for _op, value in asked)]
    if not fitting:
        raise Refusal(
            _("‘%(value)s’: %(figure)s is in %(units)s.")
            % {
                "value": limits[-1][1].text,
                "figure": str(figures[0].label) if len(figures) == 1 else name,
                "units": _(" or ").join(dict.fromkeys(figure.unit or "1" for figure in figures)),
            }
        )
    each = [part for figure, asked in fitting for part in _parts(figure, asked)]
    kinds = frozenset(kind for figure, _asked in fitting for kind in figure.kinds)
    return Condition(_said(name, fitting), reduce(or_, each), kinds, tuple(each))


def _parts(figure: Figure, asked: list[tuple[str, float | None]]) -> list[Q]:
    """What of the figure is compared, as conditions of which one has to hold: a figure in g is kept in g, mg or kg."""
    choices = [_alternatives(figure.samples(op, value)) for op, value in asked if value is not None]
    return [reduce(and_, chosen) & Q(kind__in=sorted(figure.kinds)) for chosen in product(*choices)]


def _alternatives(found: Q) -> list[Q]:
    if found.connector != Q.OR or found.negated:
        return [found]
    return [child if isinstance(child, Q) else Q(child) for child in found.children]


def _said(name: str, fitting: list[tuple[Figure, list[tuple[str, float | None]]]]) -> str:
    labels = list(dict.fromkeys(str(figure.label) for figure, _asked in fitting))
    figure, asked = fitting[0]
    label = (
        labels[0]
        if len(labels) == 1
        else _("%(name)s, any of %(count)s") % {"name": name, "count": len(labels)}
    )
    limits = (f"{_SIGNS.get(op, op)} {words.digits(value or 0.0)}" for op, value in asked)
    unit = figure.unit if len({one.unit for one, _asked in fitting}) == 1 else ""
    return f"{label} {' … '.join(limits)}" + (words.NO_BREAK + unit if unit else "")


def _unknown(name: str) -> str:
    if not name:
        return _("What is compared has to stand before the sign: left < 5 g.")
    near = nearest(name, (str(figure.label) for figure in quantities.all_figures()))
    said = _("‘%(name)s’ is no figure that is kept.") % {"name": name}
    return said + (" " + _("Near it: %(near)s.") % {"near": ", ".join(near)} if near else "")


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Up to three known names that look like a mistyped one."""
    return get_close_matches(name.casefold(), list(dict.fromkeys(known)), n=3, cutoff=0.6)
