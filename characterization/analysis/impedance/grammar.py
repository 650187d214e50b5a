"""Equivalent circuits as people write them: ``R0-p(R1,CPE1)-p(R2,CPE2)-W1``.

    circuit  = part { "-" part }            in series
    part     = element | "p(" circuit { "," circuit } ")"    side by side
    element  = a code of ``elements.KINDS`` and a number or word that tells it from others: R0, CPE1, Wo_cathode

Nothing of the text is ever evaluated: a reader of tokens builds a tree of the elements that it knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from characterization.analysis.impedance.elements import KINDS, Kind

LONGEST, MOST_ELEMENTS, DEEPEST = 300, 20, 8
_TOKEN = re.compile(r"p\(|[A-Za-z][A-Za-z0-9_]*|[-,)]")
_ELEMENT = re.compile(rf"({'|'.join(sorted(KINDS, key=len, reverse=True))})(\d\w*|_\w+)?")


class CircuitError(Exception):
    """The text is no circuit; the message says where and why."""


@dataclass(frozen=True)
class Element:
    """``R0``: its name as written and what kind it is."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Series:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Parallel:
    parts: tuple[Node, ...]


Node = Element | Series | Parallel


def parse(text: str) -> Node:
    """The tree of a circuit. Raises CircuitError."""
    if len(text) > LONGEST:
        raise CircuitError(f"The circuit is {len(text):,} characters long; {LONGEST} are read.")
    cursor = _Cursor(text, list(_tokens(text)))
    tree = _series(cursor, 0)
    if cursor.now:
        raise CircuitError(f"‘{text}’: ‘{cursor.now}’ stands where the circuit should end or go on with -.")
    names = [element.name for element in elements_of(tree)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CircuitError(f"‘{text}’ names {', '.join(twice)} twice. Number the elements: R0, R1.")
    if len(names) > MOST_ELEMENTS:
        raise CircuitError(f"‘{text}’ has {len(names)} elements; {MOST_ELEMENTS} are the most.")
    return tree


def elements_of(node: Node) -> Iterator[Element]:
    """All elements, as they stand in the text."""
    if isinstance(node, Element):
        yield node
    else:
        for part in node.parts:
            yield from elements_of(part)


def written(node: Node) -> str:
    """The circuit as text again."""
    if isinstance(node, Element):
        return node.name
    if isinstance(node, Series):
        return "-".join(written(part) for part in node.parts)
    return f"p({','.join(written(part) for part in node.parts)})"


@dataclass
class _Cursor:
    text: str
    tokens: list[str]
    place: int = 0

    @property
    def now(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.now
        self.place += 1
        return token


def _tokens(text: str) -> Iterator[str]:
    bare = re.sub(r"\s+", "", text)
    place = 0
    while place < len(bare):
        match = _TOKEN.match(bare, place)
        if match is None:
            raise CircuitError(f"‘{text}’: ‘{bare[place]}’ has no meaning in a circuit like R0-p(R1,CPE1).")
        yield match[0]
        place = match.end()


def _series(cursor: _Cursor, depth: int) -> Node:
    parts = [_part(cursor, depth)]
    while cursor.now == "-":
        cursor.take()
        parts.append(_part(cursor, depth))
    return parts[0] if len(parts) == 1 else Series(tuple(parts))


def _part(cursor: _Cursor, depth: int) -> Node:
    if depth > DEEPEST:
        raise CircuitError(f"‘{cursor.text}’ is nested deeper than {DEEPEST} brackets.")
    word = cursor.take()
    if word == "p(":
        return _parallel(cursor, depth + 1)
    match = _ELEMENT.fullmatch(word)
    if match is None:
        known = ", ".join(KINDS)
        shown = f"‘{word}’ is no element" if word else "an element is missing at the end"
        raise CircuitError(f"‘{cursor.text}’: {shown}. Known are {known}, each with a number: R0.")
    return Element(word, KINDS[match[1]])


def _parallel(cursor: _Cursor, depth: int) -> Node:
    branches = [_series(cursor, depth)]
    while cursor.now == ",":
        cursor.take()
        branches.append(_series(cursor, depth))
    if cursor.take() != ")":
        raise CircuitError(f"‘{cursor.text}’: a bracket opened with p( is not closed.")
    if len(branches) < 2:
        raise CircuitError(f"‘{cursor.text}’: p( ) needs two branches with a comma between them.")
    return Parallel(tuple(branches))
