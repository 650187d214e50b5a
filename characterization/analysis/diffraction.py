"""Lines of a diffraction pattern: Bragg's law, background, peaks, and the broad line of disordered carbon."""

from __future__ import annotations

import numpy as np
import polars as pl
from pybaselines import Baseline
from scipy.optimize import OptimizeWarning, curve_fit
from scipy.signal import find_peaks, peak_widths, savgol_filter

from characterization.analysis.spectra import vertex
from characterization.charts.chart import Numbers

BACKGROUND_HALF_WINDOW_DEG = 1.5
SMOOTHING_DEG = 0.1
PROMINENCE_SIGMAS = 6.0
PROMINENCE_SHARE = 0.01
KALPHA2_TOLERANCE_DEG = 0.05
KALPHA2_HEIGHTS = (0.3, 0.75)
CARBON_WINDOW_DEG = (15.0, 35.0)
CARBON_D_ANGSTROM = (3.33, 3.9)
CARBON_WIDTH_DEG = (1.5, 12.0)
GAUSS_FWHM = 2 * np.sqrt(2 * np.log(2))


def bragg_d(two_theta_deg: Numbers, wavelength_angstrom: float) -> Numbers:
    """Lattice spacing in Å by Bragg's law, first order: d = λ / (2 sin θ)."""
    spacing: Numbers = wavelength_angstrom / (2 * np.sin(np.radians(two_theta_deg) / 2))
    return spacing


def window(x: Numbers, width: float, least: int) -> int:
    """An odd number of points that spans ``width``, at least ``least``."""
    step = float(np.median(np.diff(x)))
    return max(least, round(width / step) // 2 * 2 + 1)


def snip_background(two_theta_deg: Numbers, intensity: Numbers) -> Numbers:
    """Background by SNIP (statistics-sensitive non-linear iterative peak clipping), half window 1.5°."""
    half = max(2, window(two_theta_deg, 2 * BACKGROUND_HALF_WINDOW_DEG, 5) // 2)
    half = min(half, (len(intensity) - 1) // 2)
    background, _ = Baseline(two_theta_deg).snip(
        intensity, max_half_window=half, decreasing=True, smooth_half_window=3, pad_kwargs={"mode": "edge"}
    )
    return np.asarray(background, dtype=np.float64)


def smooth(two_theta_deg: Numbers, intensity: Numbers) -> Numbers:
    """Savitzky–Golay over 0.1° (5 points or more), second order."""
    return np.asarray(savgol_filter(intensity, window(two_theta_deg, SMOOTHING_DEG, 5), 2), dtype=np.float64)


def noise_of(intensity: Numbers, smoothed: Numbers) -> Numbers:
    """Standard deviation of the noise at each point, which grows as the root of the intensity, as counts do.

    Its scale is the median absolute residual of the smoothing over that root (1 for pure counting statistics),
    so that rates and attenuated counts are judged by their own scatter.
    """
    root = np.sqrt(np.maximum(smoothed, max(float(np.median(smoothed)) * 1e-3, 1e-9)))
    scale = 1.4826 * np.median(np.abs(intensity - smoothed) / root)
    return np.asarray(scale * root, dtype=np.float64)


def find_lines(two_theta_deg: Numbers, net: Numbers, noise: Numbers, unit: str) -> pl.DataFrame:
    """Peaks whose height and prominence are above 6 σ of the noise and 1 % of the strongest, by angle.

    ``net`` is smoothed and without background. Position is a parabola's vertex, width is taken at half
    prominence, area reaches 1.5 widths to each side but not past the middle to a neighbour.
    """
    least = np.maximum(PROMINENCE_SIGMAS * noise, PROMINENCE_SHARE * float(net.max()))
    found, facts = find_peaks(net, height=least, prominence=least)
    _, _, left, right = peak_widths(net, found, rel_height=0.5)
    points = np.arange(len(net))
    width = np.interp(right, points, two_theta_deg) - np.interp(left, points, two_theta_deg)
    position = np.array([vertex(two_theta_deg, net, int(peak)) for peak in found], dtype=np.float64)
    height = net[found]
    return pl.DataFrame(
        {
            "two_theta_deg": position,
            "fwhm_deg": width,
            f"height_{unit}": height,
            f"prominence_{unit}": facts["prominences"],
            f"area_{unit}_deg": _areas(two_theta_deg, net, position, width),
            "relative_height_percent": 100 * height / height.max() if len(height) else height,
        }
    )


def _areas(x: Numbers, net: Numbers, position: Numbers, width: Numbers) -> Numbers:
    between = (position[1:] + position[:-1]) / 2
    low = np.maximum(position - 1.5 * width, np.concatenate(([x[0]], between)) if len(position) else position)
    high = np.minimum(
        position + 1.5 * width, np.concatenate((between, [x[-1]])) if len(position) else position
    )
    parts = [(x >= a) & (x <= b) for a, b in zip(low, high, strict=True)]
    return np.array([float(np.trapezoid(net[part], x[part])) for part in parts], dtype=np.float64)


def kalpha2_partner(
    lines: pl.DataFrame, unit: str, wavelength: float, wavelength2: float
) -> list[float | None]:
    """For each line, the angle of the stronger Kα1 line whose Kα2 partner it is, or None."""
    angle, height = lines["two_theta_deg"].to_numpy(), lines[f"height_{unit}"].to_numpy()
    sine = np.clip(wavelength2 / wavelength * np.sin(np.radians(angle) / 2), -1, 1)
    expected = 2 * np.degrees(np.arcsin(sine))
    partners: list[float | None] = []
    for at, high in zip(angle, height, strict=True):
        share = high / height
        fits = (np.abs(expected - at) <= KALPHA2_TOLERANCE_DEG) & (angle < at)
        fits &= (share >= KALPHA2_HEIGHTS[0]) & (share <= KALPHA2_HEIGHTS[1])
        partners.append(float(angle[fits][0]) if fits.any() else None)
    return partners


def _hump(x: Numbers, *shape_and_line: float) -> Numbers:
    """A Gaussian (height, centre, σ) on a straight line (level at 25°, slope per degree)."""
    height, centre, sigma, level, slope = shape_and_line
    shape: Numbers = height * np.exp(-(((x - centre) / sigma) ** 2) / 2) + level + slope * (x - 25)
    return shape


def broad_carbon(
    two_theta_deg: Numbers, background: Numbers, noise: float, wavelength: float
) -> tuple[float, float, float] | None:
    """Centre, its standard deviation and width (°) of a broad line where disordered carbon has its (002), or
    None.

    A Gaussian on a straight line is fitted to the background between 15 and 35°, from which SNIP has clipped
    the sharp lines. It counts with d from 3.33 to 3.9 Å, a width of 1.5 to 12° and a height of 6 σ and a
    tenth of its base. A glass holder can look the same.
    """
    part = (two_theta_deg >= CARBON_WINDOW_DEG[0]) & (two_theta_deg <= CARBON_WINDOW_DEG[1])
    if part.sum() < 50 or two_theta_deg[part][0] > 18 or two_theta_deg[part][-1] < 32:
        return None
    x, y = two_theta_deg[part], background[part]
    start = (float(np.ptp(y)), 25.0, 2.0, float(y.min()), 0.0)
    try:
        best, covariance = curve_fit(_hump, x, y, p0=start, maxfev=2000)
    except (RuntimeError, OptimizeWarning):
        return None
    height, centre, sigma, level, _ = best.tolist()
    width = float(GAUSS_FWHM * abs(sigma))
    if not (x[0] < centre < x[-1] and height > max(PROMINENCE_SIGMAS * noise, 0.1 * abs(level))):
        return None
    spacing = float(bragg_d(np.array([centre]), wavelength)[0])
    fits = CARBON_D_ANGSTROM[0] <= spacing <= CARBON_D_ANGSTROM[1]
    fits &= CARBON_WIDTH_DEG[0] <= width <= CARBON_WIDTH_DEG[1]
    return (centre, float(np.sqrt(covariance[1, 1])), width) if fits else None
