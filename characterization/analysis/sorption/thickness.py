"""Thickness of the layer that nitrogen makes on a flat surface at 77 K, and the t-plot that follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from characterization.charts.chart import Numbers

NM_PER_CM3_IN_M2 = 1000.0
"""1 cm³ spread 1 nm thick covers 1000 m²."""

FEWEST_POINTS = 3


@dataclass(frozen=True)
class Thickness:
    """``nm`` turns relative pressures into nm; ``words`` is its equation with its source."""

    nm: Callable[[Numbers], Numbers]
    words: str


def _harkins_jura(x: Numbers) -> Numbers:
    return np.asarray(np.sqrt(0.1399 / (0.034 - np.log10(x))), dtype=np.float64)


def _halsey(x: Numbers) -> Numbers:
    return np.asarray(0.354 * (-5 / np.log(x)) ** (1 / 3), dtype=np.float64)


def _carbon_black(x: Numbers) -> Numbers:
    return np.asarray(0.298 + 0.645 * x + 0.088 * x**2, dtype=np.float64)


MODELS = {
    "Harkins-Jura": Thickness(
        _harkins_jura,
        "t = (0.1399/(0.034 − log p/p0))^½ nm (Harkins, Jura and de Boer, J. Catal. 4 (1965) 319)",
    ),
    "Halsey": Thickness(_halsey, "t = 0.354 (−5/ln p/p0)^⅓ nm (Halsey, J. Chem. Phys. 16 (1948) 931)"),
    "Carbon black": Thickness(_carbon_black, "t = 0.298 + 0.645 p/p0 + 0.088 (p/p0)² nm (STSA, ASTM D6556)"),
}
DEFAULT = "Harkins-Jura"


@dataclass(frozen=True)
class TPlot:
    """The straight part of a t-plot; volumes in cm³/g, area in m²/g, with one standard deviation each."""

    first: int
    last: int
    slope: float
    intercept: float
    correlation: float
    micropore_volume: float
    micropore_sigma: float | None
    external_area: float
    external_sigma: float | None


def t_plot(t: Numbers, n: Numbers, low_nm: float, high_nm: float, liquid_cm3_per_mmol: float) -> TPlot | None:
    """Line of amount (mmol/g) over thickness (nm) between two thicknesses; None for fewer than three points.

    Intercept and slope become micropore volume and external area by the volume of the liquid: B. Lippens, J. de Boer,
    J. Catal. 4 (1965) 319.
    """
    inside = np.flatnonzero((t >= low_nm - 1e-6) & (t <= high_nm + 1e-6))
    if len(inside) < FEWEST_POINTS:
        return None
    first, last = int(inside[0]), int(inside[-1])
    across, y = t[first : last + 1], n[first : last + 1]
    middle, spread = float(across.mean()), float(((across - across.mean()) ** 2).sum())
    if spread <= 0:
        return None
    slope = float(((across - middle) * (y - y.mean())).sum()) / spread
    intercept = float(y.mean()) - slope * middle
    variance = float(((y - slope * across - intercept) ** 2).sum()) / (len(across) - 2)
    total = float(((y - y.mean()) ** 2).sum())
    area = slope * liquid_cm3_per_mmol * NM_PER_CM3_IN_M2
    return TPlot(
        first,
        last,
        slope,
        intercept,
        slope * float(np.sqrt(spread / total)) if total > 0 else 1.0,
        intercept * liquid_cm3_per_mmol,
        float(np.sqrt(variance * (1 / len(across) + middle**2 / spread))) * liquid_cm3_per_mmol,
        area,
        float(np.sqrt(variance / spread)) * liquid_cm3_per_mmol * NM_PER_CM3_IN_M2,
    )
