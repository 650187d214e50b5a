"""What a person marks in a picture, as it is kept: a scale, and lines and boxes with names. Coordinates are pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

MOST_MARKS = 200
LONGEST_NAME = 60
KINDS = ("distance", "spacing", "fft")
MOST_FRINGES = 10_000
LEAST_BOX_PX = 32
FARTHEST_PX = 1e6


def scale_problem(given: Mapping[str, Any]) -> str:
    """Why a scale cannot be taken: ``{"from": [x, y], "to": [x, y], "length_nm": 200}``; empty where it can."""
    why = _line_problem(given)
    if why:
        return f"Scale: {why}"
    length = given.get("length_nm")
    if not _number(length) or not 0 < float(length or 0) <= 1e9:
        return "Scale: its length in nm must be a number above 0."
    return ""


def marks_problem(given: Mapping[str, Any]) -> str:
    """Why marks cannot be taken; empty where they can.

    ``{"rim": {"kind": "distance", "from": [x, y], "to": [x, y]}}``; a ``spacing`` has ``fringes`` too, and an ``fft`` a
    ``from`` and a ``to`` that are two corners of a box. The names are those of the findings.
    """
    if len(given) > MOST_MARKS:
        return f"{len(given)} marks are given; {MOST_MARKS} are the most."
    return next((why for why in (_mark_problem(name, mark) for name, mark in given.items()) if why), "")


def _mark_problem(name: str, mark: Any) -> str:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        return f"A mark needs a name of at most {LONGEST_NAME} letters."
    if not isinstance(mark, Mapping) or mark.get("kind") not in KINDS:
        return f"‘{name}’ must be one of {', '.join(KINDS)}."
    why = _line_problem(mark)
    if why:
        return f"‘{name}’: {why}"
    if mark["kind"] == "spacing":
        count = mark.get("fringes")
        if not _number(count) or not 1 <= float(count or 0) <= MOST_FRINGES or count != round(count or 0):
            return f"‘{name}’ needs the number of fringes that the line crosses, a whole number from 1."
    if (
        mark["kind"] == "fft"
        and min(abs(mark["to"][place] - mark["from"][place]) for place in (0, 1)) < LEAST_BOX_PX
    ):
        return f"‘{name}’ needs a box of at least {LEAST_BOX_PX} × {LEAST_BOX_PX} px."
    return ""


def _line_problem(line: Mapping[str, Any]) -> str:
    for end in ("from", "to"):
        point = line.get(end)
        if not isinstance(point, list) or len(point) != 2 or not all(map(_number, point)):
            return f"‘{end}’ must be a point [x, y] in pixels."
        if not all(0 <= value <= FARTHEST_PX for value in point):
            return f"‘{end}’ lies outside of every picture."
    return "" if math.dist(line["from"], line["to"]) >= 1 else "both ends are the same pixel."


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
