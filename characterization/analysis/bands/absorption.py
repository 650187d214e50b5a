"""Infrared and UV-vis spectra: baseline, bands with position, height, width and area, and areas of chosen ranges.

A transmittance is turned into absorbance first, A = −log10(T / 100 %), because only that adds up. The baseline is by
asymmetric least squares (P. H. C. Eilers, Anal. Chem. 75, 3631, 2003), or none.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl
from pybaselines import Baseline
from scipy.integrate import trapezoid
from scipy.signal import find_peaks

from characterization.analysis.bands.curves import Curve, curves_of, noise_of, smoothed
from characterization.analysis.base import Conditions, Finding, Result
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording, Technique

AXES = {
    Technique.FTIR: ("wavenumber_per_cm", "cm⁻¹", "ftir"),
    Technique.UV_VIS: ("wavelength_nm", "nm", "uv_vis"),
}
ORDINATES = ("absorbance", "transmittance_percent", "reflectance_percent", "intensity_au")
LEAST_PERCENT = 0.01  # of transmittance: an absorbance of 4
SIGMAS, SHARE, MOST_BANDS, TOLD_BANDS = 8.0, 0.02, 60, 8
STIFF_SHARE, BELOW = 1 / 8, 1e-3  # of the spectrum: what is narrower is a band, what is wider baseline
_RANGE = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*[-–]\s*(\d+(?:[.,]\d+)?)\s*")


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``curves`` (x, y, baseline) and ``bands``; areas of the strongest bands and of the chosen ranges."""
    axis, unit, prefix = AXES[recording.technique]
    ordinate = next((name for name in ORDINATES if name in recording.table.columns), None)
    result = Result()
    if ordinate is None or axis not in recording.table.columns:
        result.flag("no_spectrum", "The table has no axis with an ordinate: there is no spectrum.")
        return result
    with_baseline = conditions.parameters.get("baseline", "asymmetric least squares") != "none"
    way = "asymmetric least squares" if with_baseline else "no baseline"
    result.parameters = {"ordinate": ordinate, "baseline": way}
    ranges = ranges_of(str(conditions.parameters.get("ranges", "")))
    curves, bands = [], []
    for measured in curves_of(recording, axis, ordinate, result):
        curve = _absorbing(measured, ordinate, result)
        base = (
            Baseline(curve.x).asls(curve.y, lam=(STIFF_SHARE * curve.x.size) ** 4, p=BELOW)[0]
            if with_baseline
            else 0 * curve.y
        )
        table = pl.DataFrame({axis: curve.x, "ordinate": curve.y, "baseline": base})
        curves.append(table.with_columns(subject=pl.lit(curve.subject)))
        found = _bands(curve, base, axis)
        bands.append(found.with_columns(subject=pl.lit(curve.subject)))
        result.findings += _strongest(found, axis, unit, prefix, way, curve.subject)
        result.findings += _ranges(curve, base, ranges, unit, prefix, way)
    if curves:
        quantity = "absorbance" if ordinate in ("absorbance", "transmittance_percent") else ordinate
        result.tables = {
            "curves": pl.concat(curves).with_columns(quantity=pl.lit(quantity)),
            "bands": pl.concat(bands),
        }
    return result


def ranges_of(text: str) -> list[tuple[float, float]]:
    """``3000-3600; 1650-1800`` as pairs, the lower end first. Raises ValueError with a sentence."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = _RANGE.fullmatch(part)
        ends = sorted(float(end.replace(",", ".")) for end in match.groups()) if match else []
        if len(ends) != 2 or ends[0] == ends[1]:
            raise ValueError(f"‘{part[:40]}’ is no range. Write ranges as 3000-3600; 1650-1800.")
        found.append((ends[0], ends[1]))
    return found


def _absorbing(curve: Curve, ordinate: str, result: Result) -> Curve:
    if ordinate != "transmittance_percent":
        return curve
    low = curve.y < LEAST_PERCENT
    if low.any() and not any(flag.code == "opaque" for flag in result.flags):
        text = (
            f"{int(low.sum())} points transmit less than {LEAST_PERCENT} %: there the absorbance is cut at 4."
        )
        result.flag("opaque", text)
    return Curve(curve.x, -np.log10(np.maximum(curve.y, LEAST_PERCENT) / 100), curve.subject)


def _bands(curve: Curve, base: Numbers, axis: str) -> pl.DataFrame:
    """Maxima that stand out, strongest first; the area reaches to the minima on both sides."""
    above = smoothed(curve.y - base)
    least = max(SIGMAS * noise_of(curve.y), SHARE * float(np.ptp(above)), 1e-12)
    places, found = find_peaks(above, prominence=least, width=1)
    step = float(np.median(np.abs(np.diff(curve.x))))
    rows = []
    sides = zip(places, found["widths"], found["left_bases"], found["right_bases"], strict=True)
    for place, width, left_base, right_base in sides:
        left = left_base + int(np.argmin(above[left_base : place + 1]))
        right = place + int(np.argmin(above[place : right_base + 1]))
        area = abs(float(trapezoid((curve.y - base)[left : right + 1], curve.x[left : right + 1])))
        rows.append((float(curve.x[place]), float(above[place]), float(width) * step, area))
    table = pl.DataFrame(
        rows, schema=dict.fromkeys((axis, "height", "fwhm", "area"), pl.Float64), orient="row"
    )
    return table.sort("height", descending=True).head(MOST_BANDS)


def _strongest(
    bands: pl.DataFrame, axis: str, unit: str, prefix: str, way: str, subject: str
) -> list[Finding]:
    return [
        Finding(f"{prefix}_band_area", "Band area", row["area"], unit, None, f"{way}, between the minima beside it",
                f"{row[axis]:.0f} {unit}" + (f", {subject}" if subject else ""))
        for row in bands.unique(subset=axis, maintain_order=True).head(TOLD_BANDS).iter_rows(named=True)
    ]  # fmt: skip


def _ranges(
    curve: Curve, base: Numbers, ranges: list[tuple[float, float]], unit: str, prefix: str, way: str
) -> list[Finding]:
    found = []
    for low, high in ranges:
        inside = (curve.x >= low) & (curve.x <= high)
        if inside.sum() > 2:
            above = (curve.y - base)[inside]
            area = abs(float(trapezoid(above, curve.x[inside])))
            sigma = (
                noise_of(curve.y) * float(np.sqrt(inside.sum())) * float(np.median(np.abs(np.diff(curve.x))))
            )
            name = f"{low:g} – {high:g} {unit}" + (f", {curve.subject}" if curve.subject else "")
            found.append(Finding(f"{prefix}_range_area", "Area of the range", area, unit, sigma, way, name))
    return found
