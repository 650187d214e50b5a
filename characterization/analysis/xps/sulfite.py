"""Is there sulfite (or sulfate) in a fitted S 2p region: what lies between 165 and 170 eV above background and peaks.

The net area there is what was measured less background and all components whose place is outside; its uncertainty is
that of the counts and of what was taken away. Above 3 σ it is found. The upper limit holds with 95 % (one-sided).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from characterization.analysis.xps.components import Shares
from characterization.analysis.xps.fit import Fit

WINDOW_EV = (165.0, 170.0)
FOUND_SIGMAS = 3.0
ONE_SIDED_95 = 1.645
LEAST_COVERED_EV = 3.0


@dataclass(frozen=True)
class Sulfite:
    """In % of the whole S 2p area."""

    share_percent: float
    uncertainty: float
    limit_percent: float

    @property
    def found(self) -> bool:
        return self.share_percent > FOUND_SIGMAS * self.uncertainty


def sulfite(fit: Fit) -> Sulfite | None:
    """None where the window was not measured, or S 2p has no area."""
    layout, points = fit.layout, fit.points
    energy = points.energy_eV + layout.shift(fit.theta)
    inside = (energy >= WINDOW_EV[0]) & (energy <= WINDOW_EV[1])
    shares = Shares(fit)
    if inside.sum() < 5 or np.ptp(energy[inside]) < LEAST_COVERED_EV:
        return None
    own = np.array([WINDOW_EV[0] <= layout.of_component(fit.theta, number)[0] <= WINDOW_EV[1]
                    for number in range(len(layout.components))])  # fmt: skip
    lines = layout.shapes(fit.theta)[0]
    rest = fit.envelope - (shares.areas * own) @ lines
    weights = np.gradient(energy)[inside]
    area = float(weights @ (points.intensity - rest)[inside])
    total = float(shares.areas[~own & shares.counted].sum()) + max(area, 0.0)
    if total <= 0:
        return None
    taken = [
        place for place, slot in enumerate(layout.slots) if not (slot.component >= 0 and own[slot.component])
    ]
    along = fit.slopes[:, inside] @ weights
    sigma = points.sigma[inside] * (1.0 if points.per_unit else np.sqrt(fit.chi_square / fit.freedom))
    variance = float(((weights * sigma) ** 2).sum())
    variance += float(along[taken] @ fit.covariance[np.ix_(taken, taken)] @ along[taken])
    spread = float(np.sqrt(variance))
    limit = max(area, 0.0) + ONE_SIDED_95 * spread
    return Sulfite(100 * area / total, 100 * spread / total, 100 * limit / total)
