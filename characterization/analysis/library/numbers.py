"""Tables that people paste: a name or a number and its value, one pair a line."""

from __future__ import annotations

import math
from collections.abc import Iterator

from characterization.analysis.library.entries import NotTaken

MOST_LINES = 1000


def pairs(text: str, expected: str) -> Iterator[tuple[int, str, float]]:
    """Line number, what stands first, and the number at the end; empty lines and those behind # are left out.

    Tabs, semicolons, = and blanks part them; a decimal comma is taken as a point. Raises NotTaken.
    """
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise NotTaken(f"{len(lines):,} lines are given; {MOST_LINES:,} are the most.")
    for number, line in enumerate(lines, start=1):
        bare = line.partition("#")[0].replace(";", " ").replace("=", " ").strip()
        if bare:
            first, _, last = bare.replace("\t", " ").rpartition(" ")
            yield number, " ".join(first.split()), value(last, number, expected)


def value(text: str, number: int, expected: str) -> float:
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise NotTaken(f"Line {number} ends with ‘{text[:40]}’, which is no number. {expected}")
    return found
