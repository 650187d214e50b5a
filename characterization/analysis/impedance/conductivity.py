"""Ionic conductivity from resistance and geometry, and its activation energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from characterization.charts.chart import Numbers, numbers

BOLTZMANN_EV_PER_K = 8.617333262e-5
ZERO_CELSIUS_K = 273.15


def conductivity_mS_per_cm(resistance_ohm: float, thickness_um: float, area_cm2: float) -> float:
    """σ = L/(R·A). Raises ValueError unless all three are above 0."""
    if min(resistance_ohm, thickness_um, area_cm2) <= 0:
        raise ValueError("resistance, thickness and area must be above 0")
    return 1000 * (thickness_um * 1e-4) / (resistance_ohm * area_cm2)


def effective_capacitance(resistance_ohm: float, q: float, n: float) -> float:
    """C in F of a CPE beside a resistor, C = (R^(1−n) Q)^(1/n).

    After C. H. Hsu and F. Mansfeld, Corrosion 57, 747 (2001).
    """
    return float(np.exp(((1 - n) * np.log(resistance_ohm) + np.log(q)) / n))


@dataclass(frozen=True)
class Activation:
    """``energy_eV`` with its standard uncertainty (None from two points), and ln(σT) at the measured temperatures."""

    energy_eV: float
    uncertainty_eV: float | None
    ln_prefactor: float
    r_squared: float
    inverse_temperature_per_K: Numbers
    ln_sigma_t: Numbers

    def line(self) -> Numbers:
        """ln(σT) of the fit at the measured temperatures."""
        fitted: Numbers = (
            self.ln_prefactor - self.energy_eV / BOLTZMANN_EV_PER_K * self.inverse_temperature_per_K
        )
        return fitted


def arrhenius(temperature_degC: Sequence[float], conductivity: Sequence[float]) -> Activation:
    """Activation energy from σT = A exp(−Ea/kT): the slope of ln(σT) over 1/T by least squares.

    ``conductivity`` in mS/cm, above 0, one per temperature. Raises ValueError for fewer than two temperatures.
    """
    kelvin, sigma = numbers(temperature_degC) + ZERO_CELSIUS_K, numbers(conductivity)
    if len(kelvin) != len(sigma) or len(np.unique(kelvin)) < 2:
        raise ValueError(f"{len(np.unique(kelvin))} temperatures are too few for an activation energy (2)")
    if not ((kelvin > 0).all() and (sigma > 0).all()):
        raise ValueError("temperatures must be above 0 K and conductivities above 0")
    inverse, measured = 1 / kelvin, np.log(sigma * kelvin)
    middle, level = inverse.mean(), measured.mean()
    spread = float(((inverse - middle) ** 2).sum())
    slope = float(((inverse - middle) * (measured - level)).sum() / spread)
    rest = measured - level - slope * (inverse - middle)
    whole = float(((measured - level) ** 2).sum())
    own = float(np.sqrt((rest @ rest) / (len(rest) - 2) / spread)) if len(rest) > 2 else None
    return Activation(
        energy_eV=-slope * BOLTZMANN_EV_PER_K,
        uncertainty_eV=None if own is None else own * BOLTZMANN_EV_PER_K,
        ln_prefactor=float(level - slope * middle),
        r_squared=1 - float(rest @ rest) / whole if whole else 1.0,
        inverse_temperature_per_K=inverse,
        ln_sigma_t=measured,
    )
