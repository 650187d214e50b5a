"""A powder pattern of an additive: the broad lines of disordered carbon, the sharp ones of a nitride, and noise.

Cu Kα1 alone, as behind a Johansson monochromator. Widths follow Scherrer, β = K λ / (D cos θ) with K = 0.9, and the
width of the instrument; lines are pseudo-Voigt (half Lorentz, half Gauss).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labsys.demo.seeds import CARBON_002_DEG, Line, Seed

Numbers = npt.NDArray[np.float64]

WAVELENGTH_ANGSTROM = 1.540598
SCHERRER_K = 0.9
INSTRUMENT_DEG = 0.06
FIRST_DEG, LAST_DEG, STEP_DEG = 10.0, 80.0, 0.02
STRONGEST_COUNTS = 2600.0
CARBON_COUNTS = 900.0
CARBON_10_DEG = 43.6
"""The (10) band of turbostratic carbon: an assumption, as are all heights."""


def angles() -> Numbers:
    return np.linspace(FIRST_DEG, LAST_DEG, round((LAST_DEG - FIRST_DEG) / STEP_DEG) + 1)


def width_deg(line: Line) -> float:
    """Full width at half maximum in °2θ: Scherrer's and the instrument's, squares added."""
    theta = np.radians(line.two_theta_deg) / 2
    scherrer = np.degrees(SCHERRER_K * WAVELENGTH_ANGSTROM / (10 * line.size_nm * np.cos(theta)))
    return float(np.hypot(scherrer, INSTRUMENT_DEG))


def gauss(x: Numbers, centre: float, width: float) -> Numbers:
    return np.asarray(np.exp(-4 * np.log(2) * ((x - centre) / width) ** 2), dtype=np.float64)


def pseudo_voigt(x: Numbers, centre: float, width: float, lorentz: float = 0.5) -> Numbers:
    """Height 1 at ``centre``, full width at half maximum ``width``."""
    shape = 1 / (1 + 4 * ((x - centre) / width) ** 2)
    return np.asarray(lorentz * shape + (1 - lorentz) * gauss(x, centre, width), dtype=np.float64)


def expected_counts(seed: Seed) -> Numbers:
    """Counts per point without noise."""
    x = angles()
    counts = 900 + 300 * np.exp(-(x - FIRST_DEG) / 12)
    counts = counts + CARBON_COUNTS * gauss(
        x, CARBON_002_DEG, width_deg(Line(CARBON_002_DEG, 1, seed.stack_nm))
    )
    counts = counts + 0.25 * CARBON_COUNTS * gauss(x, CARBON_10_DEG, width_deg(Line(CARBON_10_DEG, 1, 2.2)))
    for line in seed.lines:
        shape = pseudo_voigt(x, line.two_theta_deg, width_deg(line))
        counts = counts + STRONGEST_COUNTS * line.relative_height * shape
    return np.asarray(counts, dtype=np.float64)


def counts(seed: Seed, noise_seed: int) -> npt.NDArray[np.int64]:
    """Counts per point with their Poisson noise."""
    return np.random.default_rng(noise_seed).poisson(expected_counts(seed))
