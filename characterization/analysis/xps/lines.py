"""Line shapes of unit area over ascending binding energy, with their slopes along each parameter.

Pseudo-Voigt: sum of a Lorentzian and a Gaussian of one width. Voigt: by the Faddeeva function; its whole width f of
the Lorentzian's l and the Gaussian's g is f = 0.5346 l + √(0.2166 l² + g²), to 0.02 % (J. J. Olivero, R. L. Longbothum,
J. Quant. Spectrosc. Radiat. Transfer 17, 233 (1977)). Asymmetric: S. Doniach, M. Šunjić, J. Phys. C 3, 285 (1970),
broadened by a Gaussian; its area has no end, so it has unit area within the energies that are given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve
from scipy.special import wofz

from characterization.analysis.xps.models import DONIACH_SUNJIC, PSEUDO_VOIGT, Doublet
from characterization.charts.chart import Numbers

LN2 = float(np.log(2))
SIGMA_PER_FWHM = 1 / (2 * np.sqrt(2 * LN2))
LEAST_GAUSS = 0.02
"""Of a Voigt line's width, what its Gaussian keeps at least: none at all has no slope."""

STEP = 1e-4
REACH_SIGMAS = 5.0
FINEST = 8_000
Slopes = tuple[Numbers, Numbers]
Shape = Callable[[Numbers, float, float, float, float], Slopes]


@dataclass(frozen=True)
class Line:
    """One line, or the stronger of two. Slopes are in the order centre, fwhm, lorentz, asymmetry."""

    shape: str
    doublet: Doublet | None

    def at(
        self, energy_eV: Numbers, centre_eV: float, fwhm_eV: float, lorentz: float, asymmetry: float
    ) -> Slopes:
        """Unit area over both lines of a doublet: (n,) and its slopes (4, n)."""
        shape = SHAPES[self.shape]
        strong, slopes = shape(energy_eV, centre_eV, fwhm_eV, lorentz, asymmetry)
        if self.doublet is None:
            return strong, slopes
        ratio, wider = self.doublet.area_ratio, self.doublet.width_ratio
        place = centre_eV + self.doublet.splitting_eV
        weak, its_slopes = shape(energy_eV, place, fwhm_eV * wider, lorentz, asymmetry)
        its_slopes[1] *= wider
        return (strong + ratio * weak) / (1 + ratio), (slopes + ratio * its_slopes) / (1 + ratio)


def pseudo_voigt(energy_eV: Numbers, centre_eV: float, fwhm_eV: float, lorentz: float, _: float) -> Slopes:
    """``lorentz`` is the Lorentzian's share of the area."""
    u = (energy_eV - centre_eV) / fwhm_eV
    square = 1 + 4 * u**2
    lorentzian = 2 / (np.pi * fwhm_eV) / square
    gaussian = 2 / fwhm_eV * np.sqrt(LN2 / np.pi) * np.exp(-4 * LN2 * u**2)
    along_centre = (lorentz * lorentzian / square + (1 - lorentz) * gaussian * LN2) * 8 * u / fwhm_eV
    wider = lorentz * lorentzian * (8 * u**2 / square - 1) + (1 - lorentz) * gaussian * (8 * LN2 * u**2 - 1)
    slopes = np.stack((along_centre, wider / fwhm_eV, lorentzian - gaussian, np.zeros_like(u)))
    return lorentz * lorentzian + (1 - lorentz) * gaussian, slopes


def gauss_of(fwhm_eV: float, lorentz_eV: float) -> float:
    """Full width of the Gaussian in a Voigt line."""
    rest = (fwhm_eV - 0.5346 * lorentz_eV) ** 2 - 0.2166 * lorentz_eV**2
    return float(np.sqrt(max(rest, (LEAST_GAUSS * fwhm_eV) ** 2)))


def voigt(energy_eV: Numbers, centre_eV: float, fwhm_eV: float, lorentz: float, _: float) -> Slopes:
    """``lorentz`` is the Lorentzian's full width in eV."""
    gauss = gauss_of(fwhm_eV, lorentz)
    sigma = gauss * SIGMA_PER_FWHM
    scale = sigma * np.sqrt(2)
    z = (energy_eV - centre_eV + 0.5j * lorentz) / scale
    w = wofz(z)
    slope = (2j / np.sqrt(np.pi) - 2 * z * w) / (sigma * np.sqrt(2 * np.pi))
    value = w.real / (sigma * np.sqrt(2 * np.pi))
    along_sigma = -(value + (slope * z).real) / sigma
    rest = fwhm_eV - 0.5346 * lorentz
    sigma_along_fwhm = rest / gauss * SIGMA_PER_FWHM
    sigma_along_lorentz = -(0.5346 * rest + 0.2166 * lorentz) / gauss * SIGMA_PER_FWHM
    along_lorentz = -0.5 * slope.imag / scale + along_sigma * sigma_along_lorentz
    slopes = np.stack(
        (-slope.real / scale, along_sigma * sigma_along_fwhm, along_lorentz, np.zeros_like(value))
    )
    return value, slopes


def doniach_sunjic(
    energy_eV: Numbers, centre_eV: float, fwhm_eV: float, lorentz: float, asymmetry: float
) -> Slopes:
    """``centre_eV`` is the pole, a little below the maximum; ``fwhm_eV`` the width that it had without asymmetry."""
    given = np.array([centre_eV, fwhm_eV, max(lorentz, 2 * STEP), max(asymmetry, STEP)])
    slopes = []
    for place in range(4):
        aside = np.zeros(4)
        aside[place] = STEP
        slopes.append(
            (_asymmetric(energy_eV, *(given + aside)) - _asymmetric(energy_eV, *(given - aside))) / (2 * STEP)
        )
    return _asymmetric(energy_eV, *given), np.stack(slopes)


def _asymmetric(
    energy_eV: Numbers, centre_eV: float, fwhm_eV: float, lorentz: float, asymmetry: float
) -> Numbers:
    sigma, gamma = gauss_of(fwhm_eV, lorentz) * SIGMA_PER_FWHM, lorentz / 2
    step = min(float(np.diff(energy_eV).min()), sigma / 2, max(gamma, 0.02)) / 2
    step = max(step, float(np.ptp(energy_eV)) / FINEST)
    reach = REACH_SIGMAS * sigma
    half = int(np.ceil(reach / step))
    fine = np.arange(energy_eV[0] - half * step, energy_eV[-1] + (half + 1) * step, step)
    bare = _bare(fine - centre_eV, gamma, asymmetry)
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) * step / sigma) ** 2)
    broad = fftconvolve(bare, kernel / kernel.sum(), mode="same")
    line: Numbers = np.interp(energy_eV, fine, broad)
    return np.asarray(line / np.trapezoid(line, energy_eV), dtype=np.float64)


def _bare(off_eV: Numbers, gamma_eV: float, asymmetry: float) -> Numbers:
    rest = 1 - asymmetry
    phase = np.pi * asymmetry / 2 - rest * np.arctan(off_eV / gamma_eV)
    shape: Numbers = np.cos(phase) / (off_eV**2 + gamma_eV**2) ** (rest / 2)
    return shape


SHAPES: dict[str, Shape] = {PSEUDO_VOIGT: pseudo_voigt, "voigt": voigt, DONIACH_SUNJIC: doniach_sunjic}
