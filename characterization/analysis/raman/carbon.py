"""D and G band of carbon, fitted under a named convention.

Two bands are Lorentzian lines D and G. Four bands add D4 (Lorentzian, near 1200 cm⁻¹) and D3 (Gaussian, near
1500 cm⁻¹), after A. Sadezky et al., Carbon 43, 1731 (2005). The baseline is a straight line that is fitted with them,
or one that is taken off before. The ratio of D to G is given by height and by area, and differs threefold between
these ways: it means nothing without its convention.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pybaselines import Baseline
from scipy.optimize import least_squares
from scipy.signal import savgol_filter

from characterization.analysis.raman.spectrum import Spectrum
from characterization.charts.chart import Numbers

Shape = Literal["lorentz", "gauss"]
FITTED, ENDS, ASLS = "line fitted with the bands", "line between the ends", "asymmetric least squares"
BASELINES = (FITTED, ENDS, ASLS)
ASLS_STIFFNESS, ASLS_SHARE = 1e7, 1e-3

WINDOW = (900.0, 1900.0)
FEWEST_POINTS = 40
LEAST_HEIGHT_SIGMAS = 5.0
LEAST_SHARE = 0.02


@dataclass(frozen=True)
class Band:
    """Where a band starts and how far it may go: centre and half width at half maximum in cm⁻¹."""

    name: str
    centre: float
    span: float
    half: float
    widest: float
    shape: Shape = "lorentz"


_D, _G = Band("D", 1345.0, 50.0, 80.0, 250.0), Band("G", 1590.0, 40.0, 40.0, 150.0)
TWO = (_D, _G)
FOUR = (_D, _G, Band("D4", 1200.0, 60.0, 70.0, 200.0), Band("D3", 1500.0, 40.0, 60.0, 120.0, "gauss"))


class NoFitError(Exception):
    """The spectrum shows no carbon, or the fit did not hold; the message says which."""


@dataclass(frozen=True)
class Fit:
    """``heights``, ``centres``, ``halves`` (HWHM) by band; ``covariance`` is of these, then the baseline."""

    bands: tuple[Band, ...]
    shift: Numbers
    intensity: Numbers
    heights: Numbers
    centres: Numbers
    halves: Numbers
    baseline: Numbers
    covariance: Numbers
    noise: float

    def curve(self, place: int) -> Numbers:
        """One band over ``shift``, without the baseline."""
        line: Numbers = self.heights[place] * _shape(
            self.shift, self.centres[place], self.halves[place], self.bands[place].shape
        )
        return line

    @property
    def whole(self) -> Numbers:
        whole: Numbers = self.baseline + sum(self.curve(place) for place in range(len(self.bands)))
        return whole

    @property
    def areas(self) -> Numbers:
        return np.array(
            [_area(self.heights[at], self.halves[at], band.shape) for at, band in enumerate(self.bands)]
        )

    def deviation(self, place: int, what: Literal["height", "centre", "half"]) -> float:
        count = len(self.bands)
        index = place + count * ("height", "centre", "half").index(what)
        return float(np.sqrt(self.covariance[index, index]))

    def ratio(self, of: Literal["height", "area"]) -> tuple[float, float]:
        """D over G and its standard deviation, with what both share counted in."""
        count = len(self.bands)
        values = self.heights if of == "height" else self.areas
        ratio = float(values[0] / values[1])
        slope = np.zeros(self.covariance.shape[0])
        slope[0], slope[1] = 1 / self.heights[0], -1 / self.heights[1]
        if of == "area":
            slope[2 * count], slope[2 * count + 1] = 1 / self.halves[0], -1 / self.halves[1]
        return ratio, float(abs(ratio) * np.sqrt(slope @ self.covariance @ slope))


def _shape(x: Numbers, centre: float, half: float, shape: Shape) -> Numbers:
    away = (x - centre) / half
    line: Numbers = 1 / (1 + away**2) if shape == "lorentz" else np.exp(-np.log(2) * away**2)
    return line


def _slopes(x: Numbers, centre: float, half: float, shape: Shape, line: Numbers) -> tuple[Numbers, Numbers]:
    """How a band of height 1 changes with its centre and with its half width."""
    away = (x - centre) / half
    by_centre = 2 * away * line**2 / half if shape == "lorentz" else 2 * np.log(2) * away * line / half
    return by_centre, away * by_centre


def _area(height: float, half: float, shape: Shape) -> float:
    return float(height * half * (np.pi if shape == "lorentz" else np.sqrt(np.pi / np.log(2))))


def raw_ratio(spectrum: Spectrum) -> float:
    """Height of the smoothed spectrum at D over that at G, above the straight line between the ends of the window."""
    part = _within(spectrum, WINDOW)
    points = min(max(5, part.shift.size // 40) | 1, 31)
    above = savgol_filter(part.intensity - taken_off(part, ENDS), points, 2)
    heights = [above[np.abs(part.shift - band.centre) < band.span].max() for band in TWO]
    return float(heights[0] / heights[1])


def taken_off(part: Spectrum, baseline: str) -> Numbers:
    """The baseline that is subtracted before the bands are fitted; zero where it is fitted with them."""
    if baseline == ENDS:
        few = max(1, part.shift.size // 100)
        ends = [float(part.intensity[:few].mean()), float(part.intensity[-few:].mean())]
        return np.interp(part.shift, part.shift[[0, -1]], ends)
    if baseline == ASLS:
        line: Numbers = Baseline(part.shift).asls(part.intensity, lam=ASLS_STIFFNESS, p=ASLS_SHARE)[0]
        return line
    return np.zeros_like(part.intensity)


def _within(spectrum: Spectrum, window: tuple[float, float]) -> Spectrum:
    """The part of the spectrum in which the bands lie. Raises NoFitError where too little of it was measured."""
    part = spectrum.between(*window)
    low, high = max(window[0], 1200.0), min(window[1], 1700.0)  # what has to be there at least
    if part.shift.size < FEWEST_POINTS or part.shift[0] > low or part.shift[-1] < high:
        raise NoFitError(
            f"The spectrum does not cover {low:g} – {high:g} cm⁻¹ with {FEWEST_POINTS} points: D and G lie there."
        )
    if not np.isfinite(part.intensity).all():
        raise NoFitError("The spectrum has gaps where carbon's D and G lie.")
    return part


def fit(
    spectrum: Spectrum,
    bands: tuple[Band, ...] = TWO,
    baseline: str = FITTED,
    window: tuple[float, float] = WINDOW,
) -> Fit:
    """The bands by least squares on a baseline, one of BASELINES. Raises NoFitError."""
    part = _within(spectrum, window)
    before = taken_off(part, baseline)
    above = part.intensity - before
    scale = float(np.ptp(above)) or 1.0
    x, y = part.shift, above / scale
    middle = 0.5 * (window[0] + window[1])
    count = len(bands)
    straight = [np.ones_like(x), (x - middle) / 500.0] if baseline == FITTED else []

    def columns(nonlinear: Numbers) -> Numbers:
        shapes = [
            _shape(x, nonlinear[at], nonlinear[count + at], band.shape) for at, band in enumerate(bands)
        ]
        return np.stack([*shapes, *straight], axis=1)

    def residual(parameters: Numbers) -> Numbers:
        model: Numbers = columns(parameters[count : 3 * count]) @ np.concatenate(
            [parameters[:count], parameters[3 * count :]]
        )
        return model - y

    def slopes(parameters: Numbers) -> Numbers:
        heights, centres, halves = (parameters[at * count : (at + 1) * count] for at in range(3))
        shapes = columns(parameters[count : 3 * count])
        each = [
            _slopes(x, centres[at], halves[at], band.shape, shapes[:, at]) for at, band in enumerate(bands)
        ]
        moved = [heights[at] * one[0] for at, one in enumerate(each)]
        wider = [heights[at] * one[1] for at, one in enumerate(each)]
        return np.column_stack([shapes[:, :count], *moved, *wider, *straight])

    start, lowest, highest = _bounds(bands, columns, y)
    size = np.concatenate(
        [np.full(count, 0.3), np.full(count, 10.0), np.full(count, 20.0), np.full(len(straight), 0.3)]
    )
    found = least_squares(residual, start, slopes, bounds=(lowest, highest), x_scale=size, max_nfev=200)
    noise = float(np.sqrt(2 * found.cost / max(x.size - start.size, 1)))
    jacobian: Numbers = np.asarray(found.jac)
    covariance: Numbers = np.asarray(np.linalg.pinv(jacobian.T @ jacobian) * noise**2, dtype=np.float64)
    if _is_nothing(found.x[:2], covariance):
        raise NoFitError("No D and G band stand out between 1300 and 1630 cm⁻¹.")
    scales = np.concatenate([np.full(count, scale), np.ones(2 * count), np.full(len(straight), scale)])
    line = columns(found.x[count : 3 * count])[:, count:] @ found.x[3 * count :]
    heights, centres, halves = (found.x[at * count : (at + 1) * count] for at in range(3))
    covariance *= np.outer(scales, scales)
    return Fit(
        bands,
        x,
        part.intensity,
        heights * scale,
        centres,
        halves,
        before + scale * line,
        covariance,
        noise * scale,
    )


def _is_nothing(heights: Numbers, covariance: Numbers) -> bool:
    """Whether D or G does not stand out of the noise, or is nothing beside what else there is."""
    sigma = float(np.sqrt(np.diag(covariance)[:2]).max())
    return bool(heights.min() <= max(LEAST_HEIGHT_SIGMAS * sigma, LEAST_SHARE))


def _bounds(
    bands: tuple[Band, ...], columns: Callable[[Numbers], Numbers], y: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Start, lowest and highest of heights, centres, half widths and the baseline."""
    centres, halves = np.array([band.centre for band in bands]), np.array([band.half for band in bands])
    design = columns(np.concatenate([centres, halves]))
    linear = np.linalg.lstsq(design, y, rcond=None)[0]
    count = len(bands)
    heights = np.clip(linear[:count], 0.02, 3.0)
    start = np.concatenate([heights, centres, halves, linear[count:]])
    spans, widest = np.array([band.span for band in bands]), np.array([band.widest for band in bands])
    free = np.full(linear.size - count, np.inf)
    lowest = np.concatenate([np.zeros(count), centres - spans, np.full(count, 8.0), -free])
    highest = np.concatenate([np.full(count, 10.0), centres + spans, widest, free])
    return start, lowest, highest


def la_cancado_nm(area_ratio: float, laser_nm: float) -> float:
    """In-plane size from the ratio of areas: 2.4e-10 λ⁴ / (I_D/I_G), λ in nm.

    L. G. Cançado et al., Appl. Phys. Lett. 88, 163106 (2006).
    """
    return 2.4e-10 * laser_nm**4 / area_ratio


def la_tuinstra_koenig_nm(height_ratio: float) -> float:
    """In-plane size for 514.5 nm: 4.4 / (I_D/I_G) (F. Tuinstra and J. L. Koenig, J. Chem. Phys. 53, 1126, 1970)."""
    return 4.4 / height_ratio
