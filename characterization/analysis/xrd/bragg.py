"""Bragg's law and what a specimen that lies too high or too low does to an angle. Angles in ° 2θ, lengths in Å."""

from __future__ import annotations

import numpy as np

from characterization.charts.chart import Numbers


def spacing(two_theta_deg: Numbers, wavelength_angstrom: float) -> Numbers:
    """Lattice spacing in Å, first order: d = λ / (2 sin θ)."""
    found: Numbers = wavelength_angstrom / (2 * np.sin(np.radians(two_theta_deg) / 2))
    return found


def angle(spacing_angstrom: Numbers, wavelength_angstrom: float) -> Numbers:
    """° 2θ of a spacing; NaN where the wavelength is too long to see it."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Numbers = 2 * np.degrees(np.arcsin(wavelength_angstrom / (2 * spacing_angstrom)))
    return found


def displaced(two_theta_deg: Numbers, shift_deg: float) -> Numbers:
    """Where lines are seen when the specimen does not lie in the goniometer's axis.

    Δ2θ = shift · cos θ, with shift = −2s/R in degrees (s height error, R goniometer radius), as in B. D. Cullity,
    Elements of X-Ray Diffraction. ``shift_deg`` is what a line at 2θ = 0 would be moved by.
    """
    seen: Numbers = two_theta_deg + shift_deg * np.cos(np.radians(two_theta_deg) / 2)
    return seen
