"""Fields of JSON that a person wrote, read one by one; what is wrong is collected as sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST_NAME = 80


@dataclass(frozen=True)
class Range:
    """Limits; the same twice for what is held."""

    least: float
    most: float

    @property
    def held(self) -> bool:
        return self.least == self.most

    @property
    def middle(self) -> float:
        return (self.least + self.most) / 2


class Fields:
    """The fields of one object. Each question answers a value that can be worked with, and notes what is wrong."""

    def __init__(self, given: Any, of: str, errors: list[str] | None = None) -> None:
        self.of = of
        self.errors: list[str] = [] if errors is None else errors
        self.given: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        self._known: set[str] = set()
        if not isinstance(given, Mapping):
            self.errors.append(f"{of} is no object with names and values.")

    def _value(self, name: str, default: Any) -> Any:
        self._known.add(name)
        value = self.given.get(name)
        if value is None and default is None and self.given:
            self.errors.append(f"{self.of} has no ‘{name}’.")
        return default if value is None else value

    def text(self, name: str, default: str | None = None, longest: int = LONGEST_NAME) -> str:
        value = self._value(name, default)
        text = str(value if value is not None else "").strip()
        if (
            isinstance(value, Mapping | list)
            or len(text) > longest
            or not text.replace("\n", "").isprintable()
        ):
            self.errors.append(f"{self.of}: ‘{name}’ is a text of at most {longest} printable letters.")
            return ""
        if not text and default is None and value is not None:
            self.errors.append(f"{self.of}: ‘{name}’ is empty.")
        return text

    def one_of(self, name: str, options: Sequence[str], default: str) -> str:
        value = self._value(name, default)
        if value not in options:
            self.errors.append(
                f"{self.of}: ‘{str(value)[:40]}’ is no {name}. There are {', '.join(options)}."
            )
            return default
        return str(value)

    def truth(self, name: str, *, default: bool) -> bool:
        value = self._value(name, default)
        if not isinstance(value, bool):
            self.errors.append(f"{self.of}: ‘{name}’ is true or false.")
            return default
        return value

    def number(self, name: str, least: float, most: float, default: float | None = None) -> float:
        value = self._value(name, default)
        number = _finite(value)
        if number is None or not least <= number <= most:
            if value is not None:
                self.errors.append(f"{self.of}: ‘{name}’ is a number from {least:g} to {most:g}.")
            return least if default is None else default
        return number

    def range(self, name: str, least: float, most: float, default: Range | None = None) -> Range:
        """Limits [least, most], or one number, which is held."""
        value = self._value(name, default)
        if isinstance(value, Range):
            return value
        pair = value if isinstance(value, list | tuple) else (value, value)
        ends = [_finite(one) for one in pair]
        low, high = ends if len(ends) == 2 else (None, None)
        if low is None or high is None or not least <= low <= high <= most:
            if value is not None:
                told = f"‘{name}’ is [least, most] or one number, within {least:g} to {most:g}."
                self.errors.append(f"{self.of}: {told}")
            return default or Range(least, most)
        return Range(low, high)

    def window(self, name: str) -> tuple[float, float]:
        """Two energies in eV, in any order, ascending afterwards."""
        value = self._value(name, None)
        ends = [_finite(one) for one in value] if isinstance(value, list | tuple) else []
        low, high = (
            sorted(one for one in ends if one is not None) if None not in ends and len(ends) == 2 else (0, 0)
        )
        if not 0.5 <= high - low <= 1000.0:
            if value is not None:
                self.errors.append(f"{self.of}: ‘{name}’ is [low, high] in eV, 0.5 to 1000 eV apart.")
            return 0.0, 1.0
        return float(low), float(high)

    def items(self, name: str, most: int) -> list[Mapping[str, Any]]:
        """One to ``most`` objects."""
        value = self._value(name, None)
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= most:
            if value is not None:
                self.errors.append(f"{self.of}: ‘{name}’ is a list of 1 to {most}.")
            return []
        if not all(isinstance(one, Mapping) for one in value):
            self.errors.append(f"{self.of}: each of ‘{name}’ is an object with names and values.")
            return []
        return list(value)

    def refuse_others(self, *allowed: str) -> None:
        """Names that nobody reads are most often misspelt."""
        others = [str(name)[:40] for name in self.given if name not in self._known and name not in allowed]
        if others:
            known = ", ".join(sorted(self._known))
            self.errors.append(
                f"{self.of}: ‘{'’, ‘'.join(others[:3])}’ means nothing here. There are {known}."
            )


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
