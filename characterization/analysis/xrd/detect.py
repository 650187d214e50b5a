"""Lines of a diffraction pattern before anything is fitted: background, noise, maxima."""

from __future__ import annotations

import numpy as np
import polars as pl
from pybaselines import Baseline
from scipy.signal import find_peaks, peak_prominences, peak_widths, savgol_coeffs, savgol_filter

from characterization.analysis.rows import Indices
from characterization.analysis.spectra import vertex
from characterization.charts.chart import Numbers

BACKGROUND_HALF_WINDOW_DEG = 1.5
SMOOTHING_DEG = 0.1
PROMINENCE_SIGMAS = 6.0
PROMINENCE_SHARE = 0.01
NARROW_DEG = 1.0
NESTED_SHARE = 0.6
KALPHA2_TOLERANCE_DEG = 0.05
KALPHA2_HEIGHTS = (0.3, 0.75)


def window(x: Numbers, width: float, least: int) -> int:
    """An odd number of points that spans ``width``, at least ``least``."""
    step = float(np.median(np.diff(x)))
    return max(least, round(width / step) // 2 * 2 + 1)


def snip_background(
    two_theta_deg: Numbers, intensity: Numbers, half_window_deg: float = BACKGROUND_HALF_WINDOW_DEG
) -> Numbers:
    """Background by SNIP (statistics-sensitive non-linear iterative peak clipping), half window 1.5° unless told.

    Whatever is much broader than the window counts as background.
    """
    half = max(2, window(two_theta_deg, 2 * half_window_deg, 5) // 2)
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
    width, height = _widths(two_theta_deg, net, found, least)
    position = np.array([vertex(two_theta_deg, net, int(peak)) for peak in found], dtype=np.float64)
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


def _widths(two_theta_deg: Numbers, net: Numbers, found: Indices, least: Numbers) -> tuple[Numbers, Numbers]:
    """Width at half prominence (°), and height. A narrow line on top of a hump is measured from the hump."""
    points = np.arange(len(net))

    def width(wlen: int | None) -> Numbers:
        _, _, left, right = peak_widths(net, found, rel_height=0.5, wlen=wlen)
        span: Numbers = np.interp(right, points, two_theta_deg) - np.interp(left, points, two_theta_deg)
        return span

    near = window(two_theta_deg, 2 * BACKGROUND_HALF_WINDOW_DEG, 5)
    own, _, _ = peak_prominences(net, found, wlen=near)
    whole, local = width(None), width(near)
    nested = (local <= NARROW_DEG) & (local < NESTED_SHARE * whole) & (own >= least[found])
    return np.where(nested, local, whole), np.where(nested, own, net[found])


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


def scatter_scale(two_theta_deg: Numbers, intensity: Numbers, smoothed: Numbers) -> float:
    """Standard deviation of the points over the root of their intensity; 1 for pure counting.

    The median absolute residual of the smoothing, corrected for what the smoothing itself follows of the noise.
    """
    points = window(two_theta_deg, SMOOTHING_DEG, 5)
    follows = float(savgol_coeffs(points, 2)[points // 2])
    root = np.sqrt(np.maximum(smoothed, max(float(np.median(smoothed)) * 1e-3, 1e-9)))
    scale = 1.4826 * float(np.median(np.abs(intensity - smoothed) / root))
    return scale / float(np.sqrt(max(1 - follows, 0.1)))
