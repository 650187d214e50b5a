"""The BET equation on a range of points: S. Brunauer, P. Emmett, E. Teller, J. Am. Chem. Soc. 60 (1938) 309; which
points may be used: J. Rouquerol, P. Llewellyn, F. Rouquerol, Stud. Surf. Sci. Catal. 160 (2007) 49 and ISO 9277:2022.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from characterization.charts.chart import Numbers

FEWEST_POINTS = 3
WANTED_POINTS = 5
SHARE_OF_TOP = 0.1
HIGHEST = 0.5
AHEAD = 3
MOST_ENDS, MOST_STARTS = 30, 40
NEAR = 0.2
RISE_TOLERANCE = 1e-3
LEAST_SPREAD = 1e-16


@dataclass(frozen=True)
class Line:
    """x/(n(1-x)) = slope x + intercept over the points ``first`` to ``last``; amounts in mmol/g.

    ``monolayer_sigma`` and ``c_sigma`` are one standard deviation from the scatter about the line, None for two points.
    """

    first: int
    last: int
    slope: float
    intercept: float
    correlation: float
    monolayer: float
    monolayer_sigma: float | None
    c: float
    c_sigma: float | None

    @property
    def points(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Check:
    """One of Rouquerol's criteria: what was found, what it should be, and whether it is."""

    name: str
    found: str
    wanted: str
    passed: bool


def transform(x: Numbers, n: Numbers) -> Numbers:
    """x/(n(1-x)), g/mmol."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(x / (n * (1 - x)), dtype=np.float64)


def rouquerol(x: Numbers, n: Numbers) -> Numbers:
    """n(1-x), mmol/g."""
    return np.asarray(n * (1 - x), dtype=np.float64)


def line(x: Numbers, n: Numbers, first: int, last: int) -> Line | None:
    """Ordinary least squares over ``first`` to ``last``, both among them; None where it has no monolayer."""
    across, y = x[first : last + 1], transform(x, n)[first : last + 1]
    count = len(across)
    if count < 2 or not np.isfinite(y).all():
        return None
    spread = float(((across - across.mean()) ** 2).sum())
    if spread <= LEAST_SPREAD:
        return None
    slope = float(((across - across.mean()) * (y - y.mean())).sum()) / spread
    intercept = float(y.mean()) - slope * float(across.mean())
    total = slope + intercept
    if total <= 0 or abs(intercept) < LEAST_SPREAD * total:
        return None
    scatter = y - slope * across - intercept
    covariance = None
    if count > 2:
        variance = float((scatter**2).sum()) / (count - 2)
        cross = -float(across.mean()) * variance / spread
        own = variance * (1 / count + float(across.mean()) ** 2 / spread)
        covariance = np.array([[variance / spread, cross], [cross, own]])
    deviation = float(np.sqrt(((y - y.mean()) ** 2).sum() * spread))
    correlation = slope * spread / deviation if deviation > 0 else 1.0
    both, ratio = np.array([1.0, 1.0]), np.array([1 / intercept, -slope / intercept**2])
    return Line(
        first, last, slope, intercept, correlation, 1 / total, _sigma(covariance, both / total**2),
        1 + slope / intercept, _sigma(covariance, ratio),
    )  # fmt: skip


def _sigma(covariance: Numbers | None, gradient: Numbers) -> float | None:
    return None if covariance is None else float(np.sqrt(max(float(gradient @ covariance @ gradient), 0.0)))


def checks(x: Numbers, n: Numbers, found: Line) -> list[Check]:
    """Rouquerol's criteria on a line, each with its figures.

    The monolayer's pressure is read off the isotherm between its neighbours; by theory it is 1/(√C + 1).
    """
    steps = np.diff(rouquerol(x, n)[found.first : found.last + 1])
    falls = int(
        (steps < -RISE_TOLERANCE * float(np.max(rouquerol(x, n)[found.first : found.last + 1]))).sum()
    )
    low, high = float(x[found.first]), float(x[found.last])
    at = pressure_at(x, n, found.monolayer)
    inside = at is not None and low <= at <= high
    theory = 1 / (np.sqrt(found.c) + 1) if found.c > 0 else None
    off = abs(theory / at - 1) if theory is not None and at else None
    return [
        Check(
            "n(1 − p/p0) rises over the range",
            f"falls {falls} times" if falls else "rises",
            "rises",
            falls == 0,
        ),
        Check("C is positive", f"{found.c:.4g}", "> 0", found.c > 0),
        Check(
            "monolayer lies in the range",
            "not reached" if at is None else f"p/p0 {at:.4g}",
            f"{low:.4g} to {high:.4g}",
            inside,
        ),
        Check(
            "1/(√C + 1) is its pressure within 20 %",
            "no value" if off is None else f"{theory:.4g}, {100 * off:.1f} % off",
            "≤ 20 %",
            off is not None and off <= NEAR,
        ),
    ]


def pressure_at(x: Numbers, n: Numbers, amount: float) -> float | None:
    """The relative pressure at which the isotherm first reaches an amount, None where it never does."""
    above = np.flatnonzero(n >= amount)
    if not above.size or above[0] == 0:
        return None
    place = int(above[0])
    share = (amount - n[place - 1]) / (n[place] - n[place - 1])
    return float(x[place - 1] + share * (x[place] - x[place - 1]))


def top_of_range(x: Numbers, n: Numbers) -> int:
    """Up to which point n(1 - x) rises: the first that is above the next three, so that no single point ends it."""
    values = rouquerol(x, n)
    end = max(int(np.searchsorted(x, HIGHEST, side="right")) - 1, 0)
    for place in range(end):
        if (values[place + 1 : place + 1 + AHEAD] < values[place]).all():
            return place
    return end


def by_rouquerol(x: Numbers, n: Numbers) -> Line | None:
    """The line over the range that meets all criteria and ends at the highest pressure. It begins as near as may be to
    a tenth of that pressure, lower where those are fewer than five points. None where no range meets them.
    """
    top = top_of_range(x, n)
    for last in range(top, max(FEWEST_POINTS - 2, top - MOST_ENDS), -1):
        wanted = int(np.searchsorted(x, SHARE_OF_TOP * x[last]))
        wanted = max(min(wanted, last - WANTED_POINTS + 1), 0)
        starts = sorted(range(last - FEWEST_POINTS + 2), key=lambda first: abs(first - wanted))
        for first in starts[:MOST_STARTS]:
            found = line(x, n, first, last)
            if found is not None and all(check.passed for check in checks(x, n, found)):
                return found
    return None


def between(x: Numbers, n: Numbers, low: float, high: float) -> Line | None:
    """The line over all points from ``low`` to ``high``; a hundred-thousandth of slack for rounded limits."""
    slack = 1e-5
    inside = np.flatnonzero((x >= low * (1 - slack) - 5e-6) & (x <= high * (1 + slack) + 5e-6))
    if len(inside) < FEWEST_POINTS:
        return None
    return line(x, n, int(inside[0]), int(inside[-1]))
