"""Pore volume by Gurvich's rule and pore sizes by Barrett, Joyner and Halenda."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from characterization.analysis.sorption.thickness import Thickness
from characterization.charts.chart import Numbers

KELVIN_NM = 0.953
"""2 γ V / (R T) of nitrogen at 77.35 K in nm: γ 8.85 mN/m, V 34.7 cm³/mol."""

LOWEST, HIGHEST = 0.35, 0.995
FEWEST_STEPS = 5


@dataclass(frozen=True)
class Sizes:
    """Per class of pores, from wide to narrow: limits and mean of the width in nm, volume in cm³/g, area in m²/g."""

    upper_nm: Numbers
    lower_nm: Numbers
    width_nm: Numbers
    volume_cm3_per_g: Numbers
    area_m2_per_g: Numbers

    @property
    def per_log_width(self) -> Numbers:
        """dV/d log w, cm³/g."""
        return np.asarray(self.volume_cm3_per_g / np.log10(self.upper_nm / self.lower_nm), dtype=np.float64)


def amount_at(x: Numbers, n: Numbers, relative: float) -> float | None:
    """The amount at a relative pressure between two points of a branch that ascends; None beyond them."""
    if not len(x) or not x[0] <= relative <= x[-1]:
        return None
    return float(np.interp(relative, x, n))


def bjh(x: Numbers, n: Numbers, liquid_cm3_per_mmol: float, thickness: Thickness) -> Sizes | None:
    """Open cylinders emptied step by step from high to low pressure; ``x`` in any order, ``n`` in mmol/g.

    E. Barrett, L. Joyner, P. Halenda, J. Am. Chem. Soc. 73 (1951) 373. Each step empties the cores of one class of
    pores and thins the layer in all wider ones; a step that would empty less than that thinning empties none. None for
    fewer than five steps between p/p0 0.35 and 0.995.
    """
    inside = (x >= LOWEST) & (x <= HIGHEST)
    order = np.argsort(-x[inside], kind="stable")
    x, volume = x[inside][order], n[inside][order] * liquid_cm3_per_mmol
    kept = np.append(True, np.diff(x) < -1e-6) if len(x) else np.empty(0, dtype=bool)
    x, volume = x[kept], volume[kept]
    if len(x) < FEWEST_STEPS + 1:
        return None
    t = thickness.nm(x)
    core = KELVIN_NM / -np.log(x)
    radius = core + t
    mean_core, mean_t, mean_radius = (0.5 * (one[:-1] + one[1:]) for one in (core, t, radius))
    thinning = t[:-1] - t[1:]
    lost = volume[:-1] - volume[1:]
    found = np.zeros(len(lost))
    area = np.zeros(len(lost))
    for step in range(len(lost)):
        wider = area[:step] * (mean_radius[:step] - mean_t[step]) / mean_radius[:step]
        film = thinning[step] * float(wider.sum()) * 1e-3
        factor = (mean_radius[step] / (mean_core[step] + thinning[step])) ** 2
        found[step] = max((lost[step] - film) * factor, 0.0)
        area[step] = 2 * found[step] / mean_radius[step] * 1e3
    return Sizes(2 * radius[:-1], 2 * radius[1:], 2 * mean_radius, found, area)
