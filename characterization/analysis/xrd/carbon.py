"""The broad lines of disordered carbon, (002) and (100), fitted apart from the sharp lines.

Lc = 0.9 λ/(β cos θ) from (002), La = 1.84 λ/(β cos θ) from the two-dimensional (10) line (B. E. Warren, Phys. Rev. 59
(1941) 693). No instrument width is taken off: it is small beside lines of more than 1.5°.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from characterization.analysis.xrd import bragg, profile
from characterization.analysis.xrd.fitting import FittedLine
from characterization.analysis.xrd.pattern import Pattern
from characterization.analysis.xrd.profile import Doublet
from characterization.analysis.xrd.solve import least_squares
from characterization.charts.chart import Numbers

SHARP_REACH = 3.0
LEAST_POINTS = 50
LEAST_SIGMAS = 6.0
LEAST_OF_BASE = 0.1
LEAST_LEFT = 0.4
SHAPE_LC, SHAPE_LA = 0.9, 1.84


@dataclass(frozen=True)
class Band:
    """Where a carbon line may lie (° 2θ for Cu Kα; other wavelengths are moved by Bragg's law), by its spacing."""

    low_deg: float
    high_deg: float
    spacing: tuple[float, float]
    width_deg: tuple[float, float]


BAND_002 = Band(14.0, 36.0, (3.33, 3.95), (1.5, 12.0))
BAND_100 = Band(36.5, 52.0, (1.98, 2.15), (1.5, 9.0))


@dataclass(frozen=True)
class Broad:
    """A broad line: values with one standard deviation each; angles and widths in °."""

    position: float
    position_sigma: float
    width: float
    width_sigma: float
    height: float


def broad_line(pattern: Pattern, sharp: Sequence[FittedLine], band: Band) -> Broad | None:
    """A pseudo-Voigt on a straight line through the points that no sharp line reaches; None where there is none.

    It counts with the spacing and width of the band, and a height of 6 σ and a tenth of its base. A glass holder can
    look the same.
    """
    wavelength = pattern.radiation.wavelength
    if wavelength is None:
        return None
    edges = bragg.angle(bragg.spacing(np.array([band.low_deg, band.high_deg]), 1.5405929), wavelength)
    near = (pattern.angle >= edges[0]) & (pattern.angle <= edges[1])
    inner = (0.8 * edges[0] + 0.2 * edges[1], 0.2 * edges[0] + 0.8 * edges[1])
    if not near.any() or pattern.angle[near][0] > inner[0] or pattern.angle[near][-1] < inner[1]:
        return None
    part = near & ~_reached(pattern.angle, [line for line in sharp if line.width < band.width_deg[0]])
    if part.sum() < max(LEAST_POINTS, LEAST_LEFT * near.sum()):
        return None
    return _fitted(pattern, part, band, wavelength)


def _reached(angle: Numbers, sharp: Sequence[FittedLine]) -> np.ndarray:
    reached = np.zeros(len(angle), dtype=bool)
    for line in sharp:
        reached |= np.abs(angle - line.position) <= max(SHARP_REACH * line.width, 0.3)
    return reached


def _fitted(pattern: Pattern, part: np.ndarray, band: Band, wavelength: float) -> Broad | None:
    # Neighbouring points are taken together: the line is hundreds of them wide.
    x, y, sigma = _binned(pattern.angle[part], pattern.intensity[part], pattern.sigma[part])
    if len(x) < 12:
        return None
    middle = float(bragg.angle(np.array([np.mean(band.spacing)]), wavelength)[0])
    wide = float(np.mean(band.width_deg)) / 2
    floor = float(np.quantile(y, 0.1))
    height = max(float(np.interp(middle, x, y)) - floor, float(sigma.mean()))
    start = np.array([floor, 0.0, 0.3, middle, height * wide, wide])
    low = np.array([-np.inf, -np.inf, 0.0, x[0], 0.0, band.width_deg[0] / 3])
    high = np.array([np.inf, np.inf, 1.0, x[-1], np.inf, 2 * band.width_deg[1]])

    def model(theta: Numbers) -> tuple[Numbers, Numbers]:
        value, by_line, by_mixing = profile.lines(x, theta[3:], float(theta[2]), Doublet())
        slope = x - middle
        residual = (theta[0] + theta[1] * slope + value - y) / sigma
        jacobian = np.column_stack((np.ones_like(x), slope, by_mixing, by_line)) / sigma[:, None]
        return residual, jacobian

    solution = least_squares(model, start, low, high)
    scale = np.sqrt(max(solution.chi_square / max(len(x) - 6, 1), 1.0))
    spread = scale * solution.sigma
    level, slope, mixing, position, area, width = solution.theta.tolist()
    top = float(profile.height_of(np.array(area), np.array(width), np.array(mixing)))
    base = abs(level + slope * (position - middle))
    noise = float(np.median(pattern.sigma[part]))
    spacing = float(bragg.spacing(np.array([position]), wavelength)[0])
    fits = band.spacing[0] <= spacing <= band.spacing[1] and band.width_deg[0] <= width <= band.width_deg[1]
    if not fits or not np.isfinite(spread[3:]).all() or top < max(LEAST_SIGMAS * noise, LEAST_OF_BASE * base):
        return None
    return Broad(position, float(spread[3]), width, float(spread[5]), top)


def _binned(x: Numbers, y: Numbers, sigma: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Means over at most 0.1°."""
    step = float(np.median(np.diff(x)))
    each = max(1, int(0.1 / step))
    rows = len(x) // each * each
    parts = [values[:rows].reshape(-1, each) for values in (x, y, sigma)]
    return parts[0].mean(axis=1), parts[1].mean(axis=1), np.sqrt((parts[2] ** 2).mean(axis=1) / each)


def stack_nm(line: Broad, wavelength: float, shape_factor: float) -> tuple[float, float]:
    """K λ/(β cos θ) in nm with its standard deviation."""
    cosine = np.cos(np.radians(line.position) / 2)
    size = float(shape_factor * wavelength / 10 / (np.radians(line.width) * cosine))
    return size, size * line.width_sigma / line.width


def spacing_angstrom(line: Broad, wavelength: float) -> tuple[float, float]:
    """d in Å with its standard deviation."""
    d = float(bragg.spacing(np.array([line.position]), wavelength)[0])
    return d, d * float(np.radians(line.position_sigma) / 2 / np.tan(np.radians(line.position) / 2))
