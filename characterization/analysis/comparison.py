"""Cells side by side: mean and standard deviation by group, differences with Welch's interval.

A mean is taken only over cycles that every cell of the group has reached, so that it never changes because a cell
drops out of it on the way.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from characterization.charts.chart import Numbers

MILESTONES = (1000, 500, 200, 100, 50, 20, 10, 5)
CONFIDENCE = 0.95


@dataclass(frozen=True)
class CellCurve:
    """One cell by cycle. ``discharge`` is in the unit of the comparison, ``efficiency`` in %; NaN where not known."""

    code: str
    cycle: Numbers
    discharge: Numbers
    efficiency: Numbers

    def at(self, cycle: int) -> float:
        """Discharge capacity of a cycle; NaN where the cell has not reached it."""
        found = self.discharge[self.cycle == cycle]
        return float(found[0]) if found.size else float("nan")

    def retention(self, reference: int) -> Numbers:
        """Discharge capacity over that of the reference cycle, in %."""
        held = self.at(reference)
        return 100 * self.discharge / held if held > 0 else np.full(self.discharge.shape, np.nan)


@dataclass(frozen=True)
class Group:
    """Cells with one additive. ``colour`` is the role of the group (``s4``); cells that were left out are not here."""

    name: str
    colour: str
    cells: Sequence[CellCurve]


@dataclass(frozen=True)
class Spread:
    """Mean and sample standard deviation (n − 1) of n values; ``sd`` is None below two values, ``mean`` at none."""

    n: int
    mean: float | None
    sd: float | None


@dataclass(frozen=True)
class Difference:
    """Mean of one group minus that of another, with half the width of the 95 % confidence interval."""

    value: float
    half_width: float


def spread(values: Sequence[float]) -> Spread:
    known = np.asarray([value for value in values if np.isfinite(value)], dtype=np.float64)
    if not known.size:
        return Spread(0, None, None)
    return Spread(known.size, float(known.mean()), float(known.std(ddof=1)) if known.size > 1 else None)


def welch(one: Spread, other: Spread) -> Difference | None:
    """Difference of two means without assuming equal variances; None where a spread is not known.

    Degrees of freedom after Welch and Satterthwaite: B. L. Welch, Biometrika 34 (1947) 28.
    """
    if one.mean is None or other.mean is None or one.sd is None or other.sd is None:
        return None
    parts = (one.sd**2 / one.n, other.sd**2 / other.n)
    both = sum(parts)
    if both == 0:
        return Difference(one.mean - other.mean, 0.0)
    freedom = both**2 / (parts[0] ** 2 / (one.n - 1) + parts[1] ** 2 / (other.n - 1))
    factor = _student(freedom)
    return Difference(one.mean - other.mean, factor * sqrt(both))


def _student(freedom: float) -> float:
    """Student's t for the interval. SciPy is imported when it is asked: pages that compare nothing start sooner."""
    return float(importlib.import_module("scipy.special").stdtrit(freedom, (1 + CONFIDENCE) / 2))


def last_common_cycle(cells: Sequence[CellCurve]) -> int:
    """The last cycle that all of these cells have reached; 0 where there is none."""
    reached = [set(cell.cycle[np.isfinite(cell.discharge)].astype(int).tolist()) for cell in cells]
    common = set.intersection(*reached) if reached else set()
    return max(common, default=0)


def retention_cycle(cells: Sequence[CellCurve], reference: int) -> int:
    """The cycle to quote retention at: the largest milestone that all cells have reached, else the last common one."""
    last = last_common_cycle(cells)
    return next((cycle for cycle in MILESTONES if reference < cycle <= last), last)


def common(cells: Sequence[CellCurve], curves: Sequence[Numbers]) -> tuple[Numbers, Numbers]:
    """Cycles that all cells have, and the values there: one row per cell. ``curves`` go with ``cells``."""
    shared = cells[0].cycle
    for cell in cells[1:]:
        shared = np.intersect1d(shared, cell.cycle)
    rows = [curve[np.isin(cell.cycle, shared)] for cell, curve in zip(cells, curves, strict=True)]
    return shared, np.asarray(rows, dtype=np.float64)


def median_cell(group: Group) -> CellCurve:
    """The cell whose first discharge capacity is the median; of an even number the lower of the middle two."""
    ranked = sorted(group.cells, key=lambda cell: (np.nan_to_num(cell.discharge[0], nan=-1.0), cell.code))
    return ranked[(len(ranked) - 1) // 2]
