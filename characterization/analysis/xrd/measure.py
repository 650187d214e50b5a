"""From a pattern to its fitted lines: background, maxima, profiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis.base import Result
from characterization.analysis.xrd import bragg, detect, fitting
from characterization.analysis.xrd.carbon import BAND_002, BAND_100
from characterization.analysis.xrd.fitting import FittedLine, Group, Start
from characterization.analysis.xrd.match import Observed
from characterization.analysis.xrd.pattern import Pattern
from characterization.charts.chart import Numbers

MOST_LINES = 150
LEAST_SIGNIFICANCE = 3.0
POOR_MISFIT = 30.0
BROAD_DEG = 1.0
BESIDE_DEG = 0.3
WIDENS = 2.0
WIDEST_HALF_WINDOW_DEG = 6.0


@dataclass(frozen=True)
class Measured:
    """Fitted lines with the curves to draw: ``background`` everywhere, ``fit`` NaN where nothing was fitted."""

    lines: list[FittedLine]
    background: Numbers
    fit: Numbers
    half_window_deg: float
    least_area: float


def measure(pattern: Pattern, parameters: Mapping[str, Any], result: Result) -> Measured:
    """Lines whose area is 3 σ or more. Flags lines too many to fit, and fits that miss."""
    asked = parameters.get("background_half_window_deg")
    half, background, maxima = _maxima(pattern, float(asked) if asked else None)
    if maxima.height > MOST_LINES:
        result.flag(
            "too_many_lines", f"{maxima.height} maxima were found; the {MOST_LINES} highest are fitted."
        )
        maxima = maxima.sort("height", descending=True).head(MOST_LINES)
    starts = [Start(*row) for row in maxima.select("position", "width", "height").iter_rows()]
    lines, groups = fitting.fit_lines(
        pattern.angle, pattern.intensity, pattern.sigma, starts, pattern.radiation.doublet
    )
    kept = [line for line in lines if not line.area < LEAST_SIGNIFICANCE * line.area_sigma]
    _flag(kept, groups, pattern, result)
    under, fit = _curves(pattern, background, groups)
    return Measured(kept, under, fit, half, _least_area(pattern, kept))


def _maxima(pattern: Pattern, half: float | None) -> tuple[float, Numbers, pl.DataFrame]:
    """The half window of the background, the background, the maxima.

    Without a wish there are two backgrounds: a close one for sharp lines, and one that is twice as wide as the widest
    line for those over 1°, which the close one would take for background. The humps of disordered carbon are left out:
    they are fitted apart.
    """
    close = half or detect.BACKGROUND_HALF_WINDOW_DEG
    background = detect.snip_background(pattern.angle, pattern.intensity, close)
    found = _without_partners(pattern, pattern.smoothed - background)
    widest = float(np.max(found["width"].to_numpy(), initial=0.0))
    if half or widest <= BROAD_DEG:
        return close, background, found
    wide = min(WIDENS * widest, WIDEST_HALF_WINDOW_DEG)
    background = detect.snip_background(pattern.angle, pattern.intensity, wide)
    sharp = found.filter(pl.col("width") <= BROAD_DEG)
    broad = _without_partners(pattern, pattern.smoothed - background).filter(pl.col("width") > BROAD_DEG)
    apart = [
        not len(sharp) or float((sharp["position"] - at).abs().min()) > BESIDE_DEG for at in broad["position"]
    ]
    broad = broad.filter(pl.Series(apart, dtype=pl.Boolean))
    return wide, background, pl.concat([sharp, broad.filter(~_carbon(pattern, broad))])


def _carbon(pattern: Pattern, found: pl.DataFrame) -> pl.Series:
    """Which maxima are humps of disordered carbon: (002), and (100) where there is a (002)."""
    wavelength = pattern.radiation.wavelength
    none = pl.Series([False] * found.height, dtype=pl.Boolean)
    if wavelength is None or found.is_empty():
        return none
    spacing = pl.Series(bragg.spacing(found["position"].to_numpy(), wavelength))
    wide = found["width"] >= BAND_002.width_deg[0]
    stack, layer = (wide & spacing.is_between(*band.spacing) for band in (BAND_002, BAND_100))
    return (stack | layer) if stack.any() else none


def _without_partners(pattern: Pattern, net: Numbers) -> pl.DataFrame:
    noise = detect.noise_of(pattern.intensity, pattern.smoothed)
    found = detect.find_lines(pattern.angle, net, noise, pattern.unit)
    wavelength, doublet = pattern.radiation.wavelength, pattern.radiation.doublet
    if wavelength and doublet.ratio > 0:
        partners = detect.kalpha2_partner(found, pattern.unit, wavelength, wavelength * doublet.stretch)
        found = found.filter(pl.Series([partner is None for partner in partners], dtype=pl.Boolean))
    return found.select(
        position="two_theta_deg", width="fwhm_deg", height=pl.col(f"height_{pattern.unit}")
    ).filter(pl.col("width") > 0)


def _curves(pattern: Pattern, background: Numbers, groups: list[Group]) -> tuple[Numbers, Numbers]:
    under, fit = background.copy(), np.full_like(background, np.nan)
    for group in groups:
        under[group.inside], fit[group.inside] = group.background, group.fit
    return under, fit


def _least_area(pattern: Pattern, lines: list[FittedLine]) -> float:
    """Area of the weakest line that would have been found."""
    if not lines:
        return 0.0
    height = max(
        detect.PROMINENCE_SIGMAS * float(np.median(pattern.sigma)),
        detect.PROMINENCE_SHARE * max(line.height for line in lines),
    )
    return 1.2 * height * float(np.median([line.width for line in lines]))


def _flag(lines: list[FittedLine], groups: list[Group], pattern: Pattern, result: Result) -> None:
    poor = {line.group for line in lines if line.misfit > POOR_MISFIT}
    if poor:
        spans = [groups[index].inside for index in sorted(poor)]
        where = ", ".join(f"{pattern.angle[s.start]:.1f}–{pattern.angle[s.stop - 1]:.1f}°" for s in spans[:4])
        told = (
            f"The fit misses by more than {POOR_MISFIT**0.5:.0f} times the counting noise at {where}: lines that were "
            "not told apart, or another line shape. Uncertainties there are widened by as much."
        )
        result.flag("fit_misses", told)


def observed(pattern: Pattern, measured: Measured) -> Observed:
    """What a phase is held against."""
    lines = measured.lines
    return Observed(
        np.array([line.position for line in lines]),
        np.array([line.area for line in lines]),
        np.array([line.width for line in lines]),
        measured.least_area,
        (float(pattern.angle[0]), float(pattern.angle[-1])),
    )
