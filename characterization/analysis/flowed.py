"""What has flowed from the beginning of a file to any of its rows, without a value kept for every row.

A counter already is such a sum, but for its restarts; only what is integrated needs a running sum of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Protocol

import numpy as np

from characterization.analysis.rows import Floats, Indices, lasts, step_of
from characterization.charts.chart import Numbers


class Cumulative(Protocol):
    def at(self, rows: Indices) -> Numbers:
        """Sum of all that flowed up to and into each of these rows, with its sign."""
        ...

    def between(self, first: Indices, last: Indices) -> Numbers:
        """What flowed into the rows from ``first`` to ``last``, both counted."""
        ...

    def gross(self, first: Indices, last: Indices) -> Numbers:
        """The same without regard to its sign."""
        ...

    def along(self, first: int, last: int, every: int = 1) -> Numbers:
        """The sums at all rows, or every second, third … from ``first`` to ``last``."""
        ...


class _Sums(ABC):
    """What the sums of all kinds have in common."""

    @abstractmethod
    def at(self, rows: Indices) -> Numbers:
        """What had flowed by the end of each of these rows."""

    def between(self, first: Indices, last: Indices) -> Numbers:
        before = np.where(first > 0, self.at(np.maximum(first - 1, 0)), 0.0)
        return np.asarray(self.at(last) - before, dtype=np.float64)

    def gross(self, first: Indices, last: Indices) -> Numbers:
        return np.abs(self.between(first, last))

    def along(self, first: int, last: int, every: int = 1) -> Numbers:
        return self.at(np.arange(first, last + 1, every))


class Dense(_Sums):
    """Of a quantity given for every row."""

    def __init__(self, values: Numbers) -> None:
        self._values = values

    @cached_property
    def _running(self) -> Numbers:
        return np.cumsum(self._values)

    def at(self, rows: Indices) -> Numbers:
        return np.asarray(self._running[rows], dtype=np.float64)

    def between(self, first: Indices, last: Indices) -> Numbers:
        whole = (
            first[0] == 0 and last[-1] == len(self._values) - 1 and bool((first[1:] == last[:-1] + 1).all())
        )
        return np.add.reduceat(self._values, first) if whole else super().between(first, last)

    def gross(self, first: Indices, last: Indices) -> Numbers:
        return Dense(np.abs(self._values)).between(first, last)


class Counted(_Sums):
    """Of a counter that begins anew at ``breaks`` (the first is row 0) and counts with ``signs`` from there on.

    ``before`` is what it stood at when nothing had flowed yet, with a minus.
    """

    def __init__(self, counter: Floats, breaks: Indices, signs: Numbers, before: float = 0.0) -> None:
        self._counter, self._breaks, self._signs = counter, breaks, signs
        held = signs * counter[lasts(breaks, len(counter))]
        self._base = before + np.concatenate(([0.0], np.cumsum(held)[:-1]))

    def at(self, rows: Indices) -> Numbers:
        part = step_of(self._breaks, rows)
        return np.asarray(self._base[part] + self._signs[part] * self._counter[rows], dtype=np.float64)

    def along(self, first: int, last: int, every: int = 1) -> Numbers:
        part, until = step_of(self._breaks, np.array([first, last]))
        if part != until:
            return super().along(first, last, every)
        held = self._counter[first : last + 1 : every]
        return np.asarray(self._base[part] + self._signs[part] * held, dtype=np.float64)


class Net(_Sums):
    """Of what one counter gains over another."""

    def __init__(self, gains: Counted, losses: Counted) -> None:
        self._gains, self._losses = gains, losses

    def at(self, rows: Indices) -> Numbers:
        return np.asarray(self._gains.at(rows) - self._losses.at(rows), dtype=np.float64)

    def gross(self, first: Indices, last: Indices) -> Numbers:
        parts = (self._gains.between(first, last), self._losses.between(first, last))
        return np.asarray(np.abs(parts[0]) + np.abs(parts[1]), dtype=np.float64)


def by_row(quantity: Cumulative, rows: int) -> Numbers:
    """What flowed into each of all ``rows`` rows."""
    return np.diff(quantity.along(0, rows - 1), prepend=0.0)
