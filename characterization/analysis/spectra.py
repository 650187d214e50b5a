"""Arithmetic on spectra that several analyses need: backgrounds, maxima, areas. Energies and angles
ascend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.signal import savgol_filter

from characterization.charts.chart import Numbers

SHIRLEY_TOLERANCE = 1e-7
SHIRLEY_ROUNDS = 100
TOP_SHARE = 0.8


EDGE_EV = 1.0
BELOW_SIGMAS = 3.0
BELOW_SHARE = 0.02


class NoBackgroundError(Exception):
    """This kind of background cannot be drawn under these points."""


def anchor_points(y: Numbers) -> int:
    """How many points at each end a background is anchored on: 5, fewer where there are under 20."""
    return max(1, min(5, len(y) // 4))


def end_levels(y: Numbers) -> tuple[float, float]:
    """Mean of the first and of the last few points: where a background is anchored."""
    few = anchor_points(y)
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


@dataclass(frozen=True)
class Background:
    """A background between the points ``first`` and ``last`` (inclusive); ``why_linear`` says why it is no
    Shirley one."""

    first: int
    last: int
    values: Numbers
    name: str = "Shirley"
    why_linear: str = ""

    @property
    def inside(self) -> slice:
        return slice(self.first, self.last + 1)


def best_background(x: Numbers, y: Numbers) -> Background:
    """A Shirley background under the whole region, or between the lowest points around its maximum, else a
    straight one.

    The whole region is given up where the background runs above the data: the anchors then stand on
    something else, a shake-up or a neighbour. A side is cut where the intensity smoothed over 1 eV is
    lowest, high energies first.
    """
    even = smoothed(x, y, EDGE_EV)
    top = int((even - linear_background(x, even)).argmax())
    low, high = int(even[: top + 1].argmin()), top + int(even[top:].argmin())
    reason = ""
    for first, last in ((0, len(x) - 1), (0, high), (low, high)):
        part = slice(first, last + 1)
        try:
            values = shirley_background(x[part], y[part])
        except NoBackgroundError as error:
            reason = reason or str(error)
            continue
        if not runs_above(x[part], y[part], values):
            return Background(first, last, values)
        reason = reason or "a Shirley background runs above the data"
    first, last = (low, high) if high - low >= 10 else (0, len(x) - 1)
    part = slice(first, last + 1)
    return Background(first, last, linear_background(x[part], y[part]), "linear", reason)


def smoothed(x: Numbers, y: Numbers, width: float) -> Numbers:
    """Savitzky–Golay, second order, over ``width`` in the unit of ``x`` (5 points or more, where there are
    so many)."""
    points = max(5, round(width / float(np.median(np.diff(x)))) // 2 * 2 + 1)
    points = min(points, (len(y) - 1) // 2 * 2 + 1)
    return np.asarray(savgol_filter(y, points, min(2, points - 1)), dtype=np.float64)


def runs_above(x: Numbers, y: Numbers, background: Numbers) -> bool:
    """Whether a background lies above the smoothed data by 3 σ of its noise and 2 % of the highest net
    intensity."""
    even = smoothed(x, y - background, EDGE_EV)
    noise = 1.4826 * float(np.median(np.abs(y - background - even)))
    points = max(EDGE_EV / float(np.median(np.diff(x))), 1.0)
    least = BELOW_SIGMAS * noise / np.sqrt(points) + BELOW_SHARE * float(even.max())
    return bool(even.min() < -least)


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
