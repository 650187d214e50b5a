"""What a person may choose for an analysis, as data: one form and one check serve all methods.

A method lists its choices; ``checked`` turns what was typed into what the method reads, or into sentences.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

LONGEST_TEXT = 300
MOST_NUMBERS = 30
GREATEST_INTEGER = 1_000_000
LONGEST_JSON = 40_000


@dataclass(frozen=True)
class Choice:
    """One thing to choose. ``lowest`` and ``highest`` are allowed themselves.

    ``kind``: ``number``, ``integer``, ``integers`` (several, with commas), ``text``, ``one of`` (the ``options``) or
    ``json`` (an object, as such or written down).
    ``words`` are texts that stand in the place of a number (``after formation``). ``problem`` answers why a text or
    an object cannot be taken, or nothing.
    """

    name: str
    label: str
    kind: Literal["number", "integer", "integers", "text", "one of", "json"] = "number"
    unit: str = ""
    help: str = ""
    lowest: float | None = None
    highest: float | None = None
    options: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    problem: Callable[[Any], str] | None = None


class ChoiceError(Exception):
    """What was typed cannot be taken; the message says why and what can be."""


def checked(choices: Iterable[Choice], given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What a method reads of what was given, and per name what is wrong. What is empty is not chosen."""
    known = {choice.name: choice for choice in choices}
    values: dict[str, Any] = {}
    errors = {
        name: f"‘{name[:40]}’ is no choice here. There are {', '.join(known)}."
        for name in given
        if name not in known
    }
    for name, choice in known.items():
        try:
            value = value_of(choice, given.get(name))
        except ChoiceError as error:
            errors[name] = str(error)
        else:
            values |= {} if value is None else {name: value}
    return values, errors


def value_of(choice: Choice, given: Any) -> Any:
    """One value as the method reads it, None where nothing is chosen. Raises ChoiceError."""
    if choice.kind == "json":
        return _object(choice, given)
    if isinstance(given, list):
        given = ", ".join(map(str, given))
    text = "" if given is None else str(given).strip()
    if not text:
        return None
    if choice.kind == "integers":
        return _integers(choice, text)
    if choice.kind in ("number", "integer"):
        return text if text in choice.words else _number(choice, text)
    return _text(choice, text)


def _object(choice: Choice, given: Any) -> dict[str, Any] | None:
    """An empty object is not chosen."""
    text = given.strip() if isinstance(given, str) else json.dumps(given)
    if len(text) > LONGEST_JSON:
        raise ChoiceError(f"At most {LONGEST_JSON:,} letters are read.")
    try:
        value = json.loads(text or "null")
    except (ValueError, RecursionError) as error:
        raise ChoiceError(f"This cannot be read as JSON: {error}.") from error
    if not value and value in (None, {}):
        return None
    if not isinstance(value, dict):
        raise ChoiceError('Write an object: {"name": value, …}.')
    why = choice.problem(value) if choice.problem else ""
    if why:
        raise ChoiceError(why)
    return value


def _integers(choice: Choice, text: str) -> list[int]:
    parts = [part for part in text.replace(";", ",").replace(" ", ",").split(",") if part]
    if len(parts) > MOST_NUMBERS:
        raise ChoiceError(f"{len(parts)} numbers are given; {MOST_NUMBERS} are the most.")
    return sorted({int(_number(choice, part)) for part in parts})


def _number(choice: Choice, text: str) -> float | int:
    """A decimal comma is taken as a point."""
    shown = f"‘{text[:40]}’"
    kind = "a number" if choice.kind == "number" else "a whole number"
    either = "".join(f", or ‘{word}’" for word in choice.words)
    try:
        value = float(text.replace(",", "."))
    except ValueError as error:
        raise ChoiceError(f"{shown} is not {kind}{either}.") from error
    if not math.isfinite(value) or (choice.kind != "number" and value != round(value)):
        raise ChoiceError(f"{shown} is not {kind}{either}.")
    highest = choice.highest if choice.kind == "number" else choice.highest or GREATEST_INTEGER
    unit = f" {choice.unit}" if choice.unit else ""
    if choice.lowest is not None and value < choice.lowest:
        raise ChoiceError(f"{shown} is too little: {choice.lowest:,g}{unit} is the least.")
    if highest is not None and value > highest:
        raise ChoiceError(f"{shown} is too much: {highest:,g}{unit} is the most.")
    return value if choice.kind == "number" else int(value)


def _text(choice: Choice, text: str) -> str:
    if choice.options and text not in choice.options:
        raise ChoiceError(f"‘{text[:40]}’ is not one of {', '.join(choice.options)}.")
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise ChoiceError(f"At most {LONGEST_TEXT} printable letters are read.")
    why = choice.problem(text) if choice.problem else ""
    if why:
        raise ChoiceError(why)
    return text
