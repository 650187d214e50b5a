"""What a line's width says: crystallite size after Scherrer, size and strain after Williamson and Hall.

The instrument's own width comes from a standard (a table of FWHM over 2θ). P. Scherrer, Nachr. Ges. Wiss. Göttingen
(1918) 98; G. K. Williamson and W. H. Hall, Acta Metall. 1 (1953) 22.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from characterization.charts.chart import Numbers

Subtraction = Literal["gaussian", "lorentzian"]
SHAPE_FACTOR = 0.9
LEAST_FOR_CAGLIOTI = 4
LEAST_FOR_LINE = 3
RESOLVED_SHARE = 0.1


@dataclass(frozen=True)
class InstrumentWidth:
    """FWHM of the instrument over angle; ``words`` names where it comes from. No points: not known."""

    points: tuple[tuple[float, float], ...] = ()
    words: str = "not known"

    @property
    def known(self) -> bool:
        return bool(self.points)

    def at(self, two_theta_deg: Numbers) -> Numbers:
        """° FWHM; 0 where it is not known. Between the points a Caglioti curve, FWHM² = U tan²θ + V tan θ + W
        (G. Caglioti, A. Paoletti and F. P. Ricci, Nucl. Instrum. 3 (1958) 223), from four points on; else straight.
        Beyond the points the value of the nearest one."""
        if not self.points:
            return np.zeros_like(two_theta_deg)
        angle, width = (
            np.array(column, dtype=np.float64) for column in zip(*sorted(self.points), strict=True)
        )
        inside = np.clip(two_theta_deg, angle[0], angle[-1])
        if len(angle) < LEAST_FOR_CAGLIOTI:
            return np.asarray(np.interp(inside, angle, width), dtype=np.float64)
        curve = np.polyfit(np.tan(np.radians(angle) / 2), width**2, 2)
        square = np.polyval(curve, np.tan(np.radians(inside) / 2))
        found: Numbers = np.where(square > 0, np.sqrt(np.maximum(square, 0)), np.interp(inside, angle, width))
        return found


def instrument_width(
    parameters: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], instrument: str
) -> InstrumentWidth:
    """A number that a person gave, else the standard that was named, that of this instrument, or the only one."""
    given = parameters.get("instrument_width_deg")
    if given is not None:
        return InstrumentWidth(((0.0, float(given)),), f"{float(given):g}° at every angle, as given")
    name = str(parameters.get("width_standard") or "").casefold().strip()
    usable = [entry for entry in entries if _points(entry)]
    if name:
        fitting = [entry for entry in usable if str(entry.get("name", "")).casefold().strip() == name]
    else:
        own = [
            entry for entry in usable if instrument and _same(str(entry.get("instrument") or ""), instrument)
        ]
        fitting = own or (usable if len(usable) == 1 else [])
    if not fitting:
        return InstrumentWidth()
    entry = fitting[-1]
    told = f"standard ‘{entry.get('name', '')}’, version {entry.get('version', '')}"
    return InstrumentWidth(_points(entry), told)


def _same(one: str, other: str) -> bool:
    return bool(one.strip()) and one.casefold().strip() == other.casefold().strip()


def _points(entry: Mapping[str, Any]) -> tuple[tuple[float, float], ...]:
    try:
        found = tuple((float(angle), float(width)) for angle, width in entry.get("points") or ())
    except (TypeError, ValueError):
        return ()
    return found if all(np.isfinite(pair).all() and pair[1] > 0 for pair in found) else ()


def own_width(measured: Numbers, instrument: Numbers, subtraction: Subtraction = "gaussian") -> Numbers:
    """What is left of a line's FWHM (°) without the instrument's: √(B² − b²), or B − b; NaN where nothing is left.

    Nothing is left when less than a tenth of the measured width is.
    """
    with np.errstate(invalid="ignore"):
        gaussian = np.sqrt(measured**2 - instrument**2)
        left = measured - instrument if subtraction == "lorentzian" else gaussian
        found: Numbers = np.where(left > RESOLVED_SHARE * measured, left, np.nan)
    return found


def own_width_sigma(
    measured: Numbers, sigma: Numbers, instrument: Numbers, subtraction: Subtraction = "gaussian"
) -> Numbers:
    """Its standard deviation from that of the measured width."""
    own = own_width(measured, instrument, subtraction)
    found: Numbers = sigma if subtraction == "lorentzian" else sigma * measured / own
    return found


def scherrer_nm(
    two_theta_deg: Numbers,
    own_width_deg: Numbers,
    wavelength_angstrom: float,
    shape_factor: float = SHAPE_FACTOR,
) -> Numbers:
    """D = K λ / (β cos θ) in nm, β the line's own FWHM in radians."""
    cosine = np.cos(np.radians(two_theta_deg) / 2)
    size: Numbers = shape_factor * wavelength_angstrom / 10 / (np.radians(own_width_deg) * cosine)
    return size


@dataclass(frozen=True)
class SizeAndStrain:
    """``size_nm`` is None where the intercept is not positive. ``strain`` is ε of β cos θ = K λ/D + 4 ε sin θ."""

    size_nm: float | None
    size_sigma: float | None
    strain: float
    strain_sigma: float
    lines: int
    intercept: float
    slope: float


def williamson_hall(
    two_theta_deg: Numbers,
    own_width_deg: Numbers,
    sigma_deg: Numbers,
    wavelength_angstrom: float,
    shape_factor: float = SHAPE_FACTOR,
) -> SizeAndStrain | None:
    """β cos θ over 4 sin θ as a weighted straight line; None with under three lines.

    Uncertainties are scaled by the scatter about the line where that is larger than the widths' own.
    """
    good = np.isfinite(own_width_deg) & np.isfinite(sigma_deg) & (sigma_deg > 0)
    if good.sum() < LEAST_FOR_LINE:
        return None
    half = np.radians(two_theta_deg[good]) / 2
    x, y = 4 * np.sin(half), np.radians(own_width_deg[good]) * np.cos(half)
    weight = 1 / (np.radians(sigma_deg[good]) * np.cos(half))
    design = np.column_stack((np.ones_like(x), x)) * weight[:, None]
    if np.linalg.matrix_rank(design) < 2:
        return None
    (intercept, slope), *_ = np.linalg.lstsq(design, y * weight, rcond=None)
    left = y * weight - design @ np.array([intercept, slope])
    covariance = np.linalg.inv(design.T @ design) * max(float(left @ left) / max(len(x) - 2, 1), 1.0)
    size = shape_factor * wavelength_angstrom / 10 / intercept if intercept > 0 else None
    return SizeAndStrain(
        size,
        size * float(np.sqrt(covariance[0, 0])) / intercept if size is not None else None,
        float(slope),
        float(np.sqrt(covariance[1, 1])),
        len(x),
        float(intercept),
        float(slope),
    )
