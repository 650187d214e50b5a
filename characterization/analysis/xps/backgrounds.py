"""Backgrounds that are fitted together with the peaks: each is a linear operation on the peaks, of fitted strength.

Active Shirley: B(E) = b + k ∫(low → E) peaks dE′, after D. A. Shirley, Phys. Rev. B 5, 4709 (1972), with k fitted with
the peaks and not read off the ends of the window (A. Herrera-Gomez et al., Surf. Interface Anal. 46, 897 (2014)).
Tougaard: B(E) = b + B ∫(low → E) K(T) · peaks(E′) dE′ with the loss T = E − E′ and the universal cross-section of two
parameters, K = T / (C + T²)² with C = 1643 eV² (S. Tougaard, Surf. Interface Anal. 11, 453 (1988)), or of three for
polymers, K = T / ((C − T²)² + D T²) with C = 551 eV², D = 436 eV² (S. Tougaard, Surf. Interface Anal. 25, 137 (1997));
its strength B is fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from scipy.integrate import cumulative_trapezoid

from characterization.charts.chart import Numbers

WORDS = {
    "shirley": "active Shirley background",
    "shirley-linear": "active Shirley background on a straight line",
    "tougaard-u2": "Tougaard background, universal cross-section (C 1643 eV²)",
    "tougaard-u3-polymer": "Tougaard background, cross-section of polymers (C 551 eV², D 436 eV²)",
    "linear": "linear background",
}
Kernel = Callable[[Numbers], Numbers]
KERNELS: dict[str, Kernel] = {
    "tougaard-u2": lambda loss: loss / (1643.0 + loss**2) ** 2,
    "tougaard-u3-polymer": lambda loss: loss / ((551.0 - loss**2) ** 2 + 436.0 * loss**2),
}


class Background:
    """What a kind of background makes of peaks over ascending energies."""

    def __init__(self, kind: str, energy_eV: Numbers) -> None:
        self.kind = kind
        self.energy_eV = energy_eV

    @property
    def follows(self) -> bool:
        """Whether it rises with the peaks, by a strength that is fitted."""
        return self.kind != "linear"

    @property
    def words(self) -> str:
        return WORDS[self.kind]

    @cached_property
    def columns(self) -> Numbers:
        """(m, n): a constant and, where the kind has one, a slope from −1 to 1 across the window."""
        constant = np.ones_like(self.energy_eV)
        if self.kind not in ("linear", "shirley-linear"):
            return constant[None, :]
        low, high = self.energy_eV[[0, -1]]
        return np.stack((constant, 2 * (self.energy_eV - low) / (high - low) - 1))

    def under(self, peaks: Numbers) -> Numbers:
        """(…, n) peaks to the (…, n) background of strength one that they leave."""
        if self.kind not in KERNELS:
            return np.asarray(cumulative_trapezoid(peaks, self.energy_eV, initial=0), dtype=np.float64)
        return np.asarray(peaks @ self._losses.T, dtype=np.float64)

    @cached_property
    def _losses(self) -> Numbers:
        """(n, n): how much of the intensity at one energy is found at another, the trapezoid's weights in it."""
        loss = self.energy_eV[:, None] - self.energy_eV[None, :]
        weights = np.gradient(self.energy_eV)
        weights[[0, -1]] /= 2
        found: Numbers = np.where(loss > 0, KERNELS[self.kind](np.maximum(loss, 0.0)), 0.0) * weights[None, :]
        return found
