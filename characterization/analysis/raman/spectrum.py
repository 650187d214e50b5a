"""One Raman spectrum made ready: cosmic rays taken out, baseline named, silicon's line found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import curve_fit
from scipy.signal import savgol_filter

from characterization.analysis.rows import column
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

SHIFT = "raman_shift_per_cm"
INTENSITIES = {"intensity_counts": "counts", "intensity_cps": "counts/s", "intensity_au": "a. u."}
SPIKE_SCORE = 8.0
SPIKE_HALF_WIDTH = 3
SILICON_PER_CM = 520.7
"""First-order line of silicon at room temperature: 520.5 – 520.7 cm⁻¹ (J. H. Parker et al., Phys. Rev. 155, 712, 1967:
520.2 ± 0.5; instruments are calibrated to 520.5 or 520.7)."""
SILICON_WINDOW = (510.0, 532.0)
AROUND_SILICON = (480.0, 562.0)
SILICON_WIDEST = 15.0


@dataclass(frozen=True)
class Spectrum:
    shift: Numbers
    intensity: Numbers

    def between(self, low: float, high: float) -> Spectrum:
        inside = (self.shift >= low) & (self.shift <= high)
        return Spectrum(self.shift[inside], self.intensity[inside])


def unit_of(recording: Recording) -> tuple[str, str] | None:
    """The column of the intensities and its unit in words; None where there is none."""
    name = next((name for name in INTENSITIES if name in recording.table.columns), None)
    return (name, INTENSITIES[name]) if name and SHIFT in recording.table.columns else None


def spectra_of(recording: Recording, name: str) -> tuple[Numbers, Numbers, pl.DataFrame]:
    """The shared axis (n,), the intensities (spectra × n) and per spectrum what is known of its place.

    Spectra whose axes differ are put on the first one's axis. Raises ValueError where a spectrum has no points.
    """
    table = recording.table
    if "spectrum" not in table.columns:
        return column(table, SHIFT), column(table, name)[None, :], pl.DataFrame({"spectrum": [1]})
    parts = table.partition_by("spectrum", maintain_order=True)
    axis = column(parts[0], SHIFT)
    rows = [
        column(part, name)
        if part.height == axis.size and np.array_equal(column(part, SHIFT), axis)
        else np.interp(axis, column(part, SHIFT), column(part, name), left=np.nan, right=np.nan)
        for part in parts
    ]
    known = [key for key in table.columns if key not in (SHIFT, name)]
    return (
        axis,
        np.array(rows),
        table.select(known).unique(subset="spectrum", keep="first", maintain_order=True),
    )


def without_spikes(intensity: Numbers) -> tuple[Numbers, int]:
    """The spectrum with cosmic rays replaced by their surroundings, and how many there were.

    A spike is where the difference to the next point lies more than SPIKE_SCORE modified z away (D. A. Whitaker and
    K. Hayes, Chemom. Intell. Lab. Syst. 179, 82, 2018) and comes back within SPIKE_HALF_WIDTH points: no band of
    a solid is that narrow.
    """
    step = np.diff(intensity)
    middle = np.median(step)
    spread = np.median(np.abs(step - middle))
    if not spread > 0:
        return intensity, 0
    score = np.abs(0.6745 * (step - middle) / spread)
    smooth = savgol_filter(intensity, 11, 2) if intensity.size >= 11 else intensity
    mended = intensity.copy()
    found = 0
    for group in _groups(np.flatnonzero(score > SPIKE_SCORE)):
        low, high = int(group[0]) + 1, int(group[-1])
        if not (1 <= high - low + 1 <= SPIKE_HALF_WIDTH) or low < 2 or high > intensity.size - 3:
            continue
        edges = np.array([low - 2, low - 1, high + 1, high + 2])
        inside = np.arange(low, high + 1)
        level = np.interp(inside, edges, intensity[edges])
        noise = 1.4826 * np.median(np.abs(intensity - smooth))
        if (intensity[inside] - level).max() > 5 * max(noise, 1e-12):
            mended[inside] = level
            found += 1
    return mended, found


def _groups(places: npt.NDArray[np.intp]) -> list[npt.NDArray[np.intp]]:
    if not places.size:
        return []
    cuts = np.flatnonzero(np.diff(places) > SPIKE_HALF_WIDTH) + 1
    return [part for part in np.split(places, cuts) if part.size > 1]


def _lorentz(x: Numbers, height: float, centre: float, half: float, level: float, slope: float) -> Numbers:
    line: Numbers = height / (1 + ((x - centre) / half) ** 2) + level + slope * (x - 521.0)
    return line


def silicon_line(spectrum: Spectrum) -> tuple[float, float, float] | None:
    """Position, its standard deviation and FWHM of silicon's line in cm⁻¹; None where no narrow line stands there."""
    near, window = spectrum.between(*AROUND_SILICON), spectrum.between(*SILICON_WINDOW)
    if window.shift.size < 4:
        return None
    level, top = float(np.median(near.intensity)), float(window.intensity.max())
    noise = 1.4826 * float(np.median(np.abs(near.intensity - level)))
    if top < near.intensity.max() or top - level < max(10 * noise, 0.05 * abs(level)):
        return None
    start = (top - level, float(window.shift[np.argmax(window.intensity)]), 3.0, level, 0.0)
    try:
        best, spread = curve_fit(_lorentz, near.shift, near.intensity, start, maxfev=400)
    except (RuntimeError, ValueError):
        return None
    width = 2 * abs(float(best[2]))
    inside = SILICON_WINDOW[0] < best[1] < SILICON_WINDOW[1]
    if not inside or best[0] <= 0 or width > SILICON_WIDEST or not np.isfinite(spread).all():
        return None
    return float(best[1]), float(np.sqrt(spread[1, 1])), width
