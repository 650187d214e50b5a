"""Every line of a pattern as a pseudo-Voigt with its Kα2 partner; lines that overlap are fitted together.

Each group of lines has a background of its own, a polynomial of low order, and one mixing of Lorentzian and Gaussian.
Weights are those of counting: the variance is the smoothed intensity times the square of ``noise_scale``.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial import chebyshev
from scipy.signal import savgol_filter

from characterization.analysis.xrd import profile
from characterization.analysis.xrd.profile import Doublet
from characterization.analysis.xrd.solve import Solution, least_squares
from characterization.charts.chart import Numbers

REACH_WIDTHS = 4.0
LEAST_REACH_DEG = 0.35
MOST_TOGETHER = 8
DEGREES_PER_ORDER = 4.0
MOST_ORDERS = 4
TAIL_ORDERS = 1
WANDER_WIDTHS = 0.6
WIDTH_FACTORS = (0.3, 2.2)
START_MIXING = 0.5
LOOKS_FOR_MORE = 3.0
NARROW = 0.6
MOST_HIDDEN = 3
EXPLAINS = 0.75
HIDDEN_SIGMAS = 8.0
HIDDEN_SHARE = 0.06
HIDDEN_APART = 0.5


@dataclass(frozen=True)
class Start:
    """What was found before fitting: position and width in °, height above the background."""

    position: float
    width: float
    height: float


@dataclass(frozen=True)
class FittedLine:
    """``area`` is that of Kα1 alone. Uncertainties are one standard deviation, scaled by the misfit where that is
    larger than counting explains; NaN where a value lies at its bound."""

    position: float
    position_sigma: float
    width: float
    width_sigma: float
    area: float
    area_sigma: float
    mixing: float
    mixing_sigma: float
    height: float
    misfit: float
    group: int
    together: int


@dataclass(frozen=True)
class Group:
    """A fitted stretch of the pattern: its points, the fit there, the background under it."""

    inside: slice
    fit: Numbers
    background: Numbers
    chi_square: float
    freedom: int


@dataclass(frozen=True)
class Stretch:
    """A part of a pattern with the noise at each point."""

    angle: Numbers
    intensity: Numbers
    sigma: Numbers


@dataclass(frozen=True)
class Fitted:
    """Parameters are those of the background (``order`` + 1), the mixing, then the lines'."""

    solution: Solution
    order: int
    freedom: int

    @property
    def mixing(self) -> float:
        return float(self.solution.theta[self.order + 1])

    @property
    def lines(self) -> Numbers:
        """Position, area and width, one row each."""
        rows: Numbers = self.solution.theta[self.order + 2 :].reshape(-1, profile.PER_LINE)
        return rows

    @property
    def misfit(self) -> float:
        """χ² per degree of freedom."""
        return self.solution.chi_square / self.freedom


def fit_lines(
    angle: Numbers, intensity: Numbers, sigma: Numbers, starts: Sequence[Start], doublet: Doublet
) -> tuple[list[FittedLine], list[Group]]:
    """Lines by angle, and the groups that they were fitted in. ``sigma`` is the noise at each point.

    Lines whose area does not come out positive are left out.
    """
    found: list[FittedLine] = []
    groups: list[Group] = []
    for members, inside in _together(angle, sorted(starts, key=lambda start: start.position), doublet):
        part = Stretch(angle[inside], intensity[inside], sigma[inside])
        fitted = _fit_group(part, members, doublet)
        if fitted is None:
            continue
        if fitted.misfit > LOOKS_FOR_MORE:
            fitted = _with_hidden(part, _begun_narrow(part, fitted, members, doublet), doublet)
        found += [line for line in _lines_of(fitted, len(groups)) if line.area > 0]
        fit, background = _curves(part.angle, fitted, doublet)
        groups.append(Group(inside, fit, background, fitted.solution.chi_square, fitted.freedom))
    return sorted(found, key=lambda line: line.position), groups


def _begun_narrow(part: Stretch, fitted: Fitted, starts: list[Start], doublet: Doublet) -> Fitted:
    """The better of the fit and one begun with narrow lines: a blend looks like one broad line before it is fitted."""
    usual = float(np.median([start.width for start in starts]))
    narrow = [replace(start, width=NARROW * min(start.width, usual)) for start in starts]
    again = _fit_group(part, narrow, doublet)
    if again is None or again.solution.chi_square >= fitted.solution.chi_square:
        return fitted
    return again


def _with_hidden(part: Stretch, fitted: Fitted, doublet: Doublet) -> Fitted:
    """The fit with lines that hid on the flanks of others, as long as each explains much of what was left over."""
    for _ in range(MOST_HIDDEN):
        hidden = _hidden(part, fitted, doublet)
        if hidden is None:
            break
        starts = sorted([*_starts_of(fitted), hidden], key=lambda start: start.position)
        again = _fit_group(part, starts, doublet)
        if again is None or again.solution.chi_square > EXPLAINS * fitted.solution.chi_square:
            break
        fitted = again
    return fitted


def _hidden(part: Stretch, fitted: Fitted, doublet: Doublet) -> Start | None:
    """The highest leftover hump, where it rises above the noise and above what a poor line shape leaves behind."""
    fit, _ = _curves(part.angle, fitted, doublet)
    values = fitted.lines
    width = float(np.median(values[:, 2]))
    points = max(5, round(0.5 * width / float(np.median(np.diff(part.angle)))) // 2 * 2 + 1)
    if len(part.angle) <= points:
        return None
    left = np.asarray(savgol_filter(part.intensity - fit, points, 2), dtype=np.float64)
    top = int(left.argmax())
    noise = float(part.sigma[top]) / np.sqrt(points / 2)
    least = max(HIDDEN_SIGMAS * noise, HIDDEN_SHARE * max(_heights(fitted)))
    apart = np.abs(part.angle[top] - values[:, 0]) / values[:, 2]
    if left[top] < least or apart.min() < HIDDEN_APART:
        return None
    return Start(float(part.angle[top]), width, float(left[top]))


def _starts_of(fitted: Fitted) -> list[Start]:
    rows = zip(fitted.lines.tolist(), _heights(fitted), strict=True)
    return [Start(position, width, height) for (position, _, width), height in rows if height > 0]


def _together(angle: Numbers, starts: Sequence[Start], doublet: Doublet) -> list[tuple[list[Start], slice]]:
    """Groups whose reaches touch. A long one is cut at its widest gaps, so that no fit has too many parameters."""
    groups: list[list[Start]] = []
    for start in starts:
        if groups and _low(start) < _high(groups[-1][-1], doublet):
            groups[-1].append(start)
        else:
            groups.append([start])
    cut = [part for group in groups for part in _cut(group)]
    return [(part, _window(angle, part, cut, place, doublet)) for place, part in enumerate(cut)]


def _cut(group: list[Start]) -> list[list[Start]]:
    if len(group) <= MOST_TOGETHER:
        return [group]
    gaps = [
        (right.position - left.position) / (left.width + right.width)
        for left, right in itertools.pairwise(group)
    ]
    middle = range(len(group) // 4, max(len(group) // 4 + 1, len(group) - 1 - len(group) // 4))
    at = max(middle, key=lambda place: gaps[place]) + 1
    return _cut(group[:at]) + _cut(group[at:])


def _reach(start: Start) -> float:
    return max(REACH_WIDTHS * start.width, LEAST_REACH_DEG)


def _low(start: Start) -> float:
    return start.position - _reach(start)


def _high(start: Start, doublet: Doublet) -> float:
    last = doublet.partner(np.array([start.position]))[0][0] if doublet.ratio > 0 else start.position
    return float(last) + _reach(start)


def _window(
    angle: Numbers, part: list[Start], parts: list[list[Start]], place: int, doublet: Doublet
) -> slice:
    """Not past the middle to a neighbour that a cut has parted from it."""
    low = min(map(_low, part))
    high = max(_high(start, doublet) for start in part)
    if place > 0:
        low = max(low, (parts[place - 1][-1].position + part[0].position) / 2)
    if place + 1 < len(parts):
        high = min(high, (part[-1].position + parts[place + 1][0].position) / 2)
    return slice(int(np.searchsorted(angle, low)), int(np.searchsorted(angle, high, side="right")))


def _fit_group(part: Stretch, starts: list[Start], doublet: Doublet) -> Fitted | None:
    """None where the points are too few for the parameters."""
    span = float(part.angle[-1] - part.angle[0]) if len(part.angle) else 0.0
    order = min(TAIL_ORDERS + int(span / DEGREES_PER_ORDER), MOST_ORDERS)
    parameters = order + 2 + profile.PER_LINE * len(starts)
    if len(part.angle) < parameters + 3 or not starts:
        return None
    basis = chebyshev.chebvander(_unit(part.angle), order)

    def model(theta: Numbers) -> tuple[Numbers, Numbers]:
        mixing = float(theta[order + 1])
        sum_, by_line, by_mixing = profile.lines(part.angle, theta[order + 2 :], mixing, doublet)
        residual = (basis @ theta[: order + 1] + sum_ - part.intensity) / part.sigma
        jacobian = np.hstack((basis, by_mixing[:, None], by_line)) / part.sigma[:, None]
        return residual, jacobian

    solution = least_squares(model, *_bounds(starts, part.intensity, order))
    return Fitted(solution, order, len(part.angle) - parameters)


def _bounds(starts: list[Start], intensity: Numbers, order: int) -> tuple[Numbers, Numbers, Numbers]:
    floor = float(np.quantile(intensity, 0.1))
    begin, low, high = [floor] + [0.0] * order, [-np.inf] * (order + 1), [np.inf] * (order + 1)
    begin, low, high = [*begin, START_MIXING], [*low, 0.0], [*high, 1.0]
    for start in starts:
        wander = max(WANDER_WIDTHS * start.width, 0.03)
        begin += [start.position, 1.25 * start.height * start.width, start.width]
        low += [start.position - wander, 0.0, WIDTH_FACTORS[0] * start.width]
        high += [start.position + wander, np.inf, WIDTH_FACTORS[1] * start.width]
    return np.array(begin), np.array(low), np.array(high)


def _unit(angle: Numbers) -> Numbers:
    """The window stretched onto −1 to 1, where Chebyshev's polynomials live."""
    unit: Numbers = 2 * (angle - angle[0]) / (angle[-1] - angle[0]) - 1
    return unit


def _curves(angle: Numbers, fitted: Fitted, doublet: Doublet) -> tuple[Numbers, Numbers]:
    theta, order = fitted.solution.theta, fitted.order
    background: Numbers = chebyshev.chebvander(_unit(angle), order) @ theta[: order + 1]
    sum_, _, _ = profile.lines(angle, theta[order + 2 :], fitted.mixing, doublet)
    return background + sum_, background


def _lines_of(fitted: Fitted, group: int) -> list[FittedLine]:
    sigma = np.sqrt(max(fitted.misfit, 1.0)) * fitted.solution.sigma
    sigmas = sigma[fitted.order + 2 :].reshape(-1, profile.PER_LINE)
    rows = zip(fitted.lines.tolist(), sigmas.tolist(), _heights(fitted), strict=True)
    return [
        FittedLine(
            *(position, spread[0], width, spread[2], area, spread[1]),
            mixing=fitted.mixing,
            mixing_sigma=float(sigma[fitted.order + 1]),
            height=height,
            misfit=fitted.misfit,
            group=group,
            together=len(fitted.lines),
        )
        for (position, area, width), spread, height in rows
    ]


def _heights(fitted: Fitted) -> list[float]:
    lines = fitted.lines
    heights: list[float] = profile.height_of(
        lines[:, 1], lines[:, 2], np.full(len(lines), fitted.mixing)
    ).tolist()
    return heights
