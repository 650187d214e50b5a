"""Tables of a text whose columns are told by their place: titles run over several lines above right-aligned numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

Edges = Sequence[tuple[int, int]]


def edges_of(line: str) -> list[tuple[int, int]]:
    """Start and end of each cell of a row."""
    return [(found.start(), found.end()) for found in re.finditer(r"\S+", line)]


def titles_over(lines: Sequence[str], edges: Edges) -> list[str]:
    """The title of each column, its lines joined: each piece belongs to the column whose middle is nearest to its own.

    Numbers are right-aligned, so a column reaches to the left up to the one before it.
    """
    middles = [
        ((edges[place - 1][1] if place else 0) + right) / 2 if place else (left + right) / 2
        for place, (left, right) in enumerate(edges)
    ]
    titles = [""] * len(edges)
    for line in lines:
        for text, left, right in _pieces(line):
            place = min(range(len(edges)), key=lambda one: abs(middles[one] - (left + right) / 2))
            titles[place] = f"{titles[place]} {text}".strip()
    return titles


def _pieces(line: str) -> Iterator[tuple[str, int, int]]:
    """What stands in a line, parted by two blanks or more."""
    for found in re.finditer(r"\S+(?: \S+)*", line):
        yield found[0], found.start(), found.end()


def placed(line: str, edges: Edges) -> list[Any]:
    """The cells of a row, each in the column at whose right edge it ends; empty ones are empty texts."""
    row: list[Any] = [""] * len(edges)
    for left, right in edges_of(line):
        row[min(range(len(edges)), key=lambda one: abs(edges[one][1] - right))] = line[left:right]
    return row
