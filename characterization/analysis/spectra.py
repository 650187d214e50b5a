"""Arithmetic on spectra that several analyses need: backgrounds, maxima, areas. Energies and angles
ascend."""

from __future__ import annotations

import numpy as np
from scipy.integrate import cumulative_trapezoid

from characterization.charts.chart import Numbers

SHIRLEY_TOLERANCE = 1e-7
SHIRLEY_ROUNDS = 100
TOP_SHARE = 0.8


class NoBackgroundError(Exception):
    """This kind of background cannot be drawn under these points."""


def end_levels(y: Numbers, points: int = 5) -> tuple[float, float]:
    """Mean of the first and of the last few points: where a background is anchored."""
    few = max(1, min(points, len(y) // 4))
    return float(y[:few].mean()), float(y[-few:].mean())


def linear_background(x: Numbers, y: Numbers) -> Numbers:
    """The straight line between both ends."""
    first, last = end_levels(y)
    line: Numbers = first + (last - first) * (x - x[0]) / (x[-1] - x[0])
    return line


def shirley_background(x: Numbers, y: Numbers) -> Numbers:
    """Iterative Shirley background over ascending binding energy, in the unit of ``y``.

    B(E) = I(low) + [I(high) − I(low)] · ∫(low→E)(I − B) / ∫(low→high)(I − B), after D. A. Shirley, Phys.
    Rev. B 5, 4709 (1972) in the iterative form of A. Proctor and P. M. A. Sherwood, Anal. Chem. 54, 13
    (1982).

    Raises NoBackgroundError where the ends do not rise, the points are under 10, or it does not converge.
    """
    if len(x) < 10:
        raise NoBackgroundError(f"{len(x)} points are too few for a Shirley background (10)")
    low, high = end_levels(y)
    if high <= low:
        raise NoBackgroundError("the intensity does not rise towards higher binding energy")
    background: Numbers = np.full_like(y, low)
    for _ in range(SHIRLEY_ROUNDS):
        passed: Numbers = cumulative_trapezoid(y - background, x, initial=0)
        if passed[-1] <= 0:
            raise NoBackgroundError("no area lies above it")
        new: Numbers = low + (high - low) * passed / passed[-1]
        moved = float(np.abs(new - background).max())
        background = new
        if moved <= SHIRLEY_TOLERANCE * (high - low):
            return background
    raise NoBackgroundError(f"it does not converge in {SHIRLEY_ROUNDS} rounds")


def vertex(x: Numbers, y: Numbers, peak: int, share: float = TOP_SHARE) -> float:
    """Position of a maximum: the vertex of the parabola through the points around ``peak`` above ``share``
    of its height.

    Falls back to the highest point where the parabola opens upwards or leaves those points.
    """
    left = right = peak
    while left > 0 and y[left - 1] >= share * y[peak]:
        left -= 1
    while right < len(y) - 1 and y[right + 1] >= share * y[peak]:
        right += 1
    left, right = max(min(left, peak - 1), 0), min(max(right, peak + 1), len(y) - 1)
    around = slice(left, right + 1)
    if right - left < 2:
        return float(x[peak])
    middle = x[peak]
    curvature, slope, _ = np.polyfit(x[around] - middle, y[around], 2)
    top = middle - slope / (2 * curvature) if curvature < 0 else middle
    return float(top) if x[left] <= top <= x[right] else float(x[peak])
