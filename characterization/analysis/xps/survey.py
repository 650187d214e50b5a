"""Elements in a survey: the main line of each, where a maximum stands above a straight background.

A line is taken for an element's by its place alone; lines of two elements within a few eV of one another are told.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from characterization.analysis.photoemission import Region
from characterization.analysis.spectra import smoothed
from characterization.analysis.xps.composition import Amount
from characterization.charts.chart import Numbers

Mask = npt.NDArray[np.bool_]
SEEN_SIGMAS = 6.0
LEAST_RISE = 0.05
"""A line rises above the background by so much of it, or the background's own bends are taken for lines."""

OFF_EV = 3.0
SIDES_EV = 6.0
ANCHOR_EV = 2.0


@dataclass(frozen=True)
class Known:
    """``energy_eV`` of the stronger line in common compounds, ``splitting_eV`` to the weaker one."""

    line: str
    energy_eV: float
    splitting_eV: float = 0.0

    @property
    def element(self) -> str:
        return self.line.split()[0]


MAIN_LINES = (
    Known("W 4f", 36.0, 2.2), Known("Li 1s", 55.5), Known("Al 2p", 74.0, 0.4), Known("Si 2p", 102.0, 0.6),
    Known("P 2p", 133.0, 0.9), Known("S 2p", 163.0, 1.2), Known("Cl 2p", 199.0, 1.6), Known("Mo 3d", 229.5, 3.1),
    Known("C 1s", 285.0), Known("K 2p", 293.0, 2.8), Known("Ca 2p", 347.0, 3.6), Known("N 1s", 399.5),
    Known("In 3d", 444.5, 7.5), Known("Ti 2p", 458.5, 5.7), Known("Sn 3d", 486.5, 8.4), Known("O 1s", 531.5),
    Known("Mn 2p", 641.5, 11.5), Known("F 1s", 686.0), Known("Fe 2p", 710.5, 13.4), Known("Co 2p", 780.5, 15.2),
    Known("Ni 2p", 855.0, 17.4), Known("Cu 2p", 933.5, 19.8), Known("Zn 2p", 1022.0, 23.1), Known("Na 1s", 1071.5),
    Known("Mg 1s", 1304.0),
)  # fmt: skip
"""Places in compounds, rounded to 0.5 eV, and splittings: J. F. Moulder et al., Handbook of X-ray Photoelectron
Spectroscopy, Perkin-Elmer (1992)."""

OVERLAPS = {
    "Mo 3d": "S 2s", "N 1s": "Mo 3p3/2", "Al 2p": "Cu 3p", "K 2p": "the satellite of C 1s", "Li 1s": "Fe 3p",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    known: Known
    amount: Amount
    place_eV: float


def lines(region: Region, per_unit: float | None, transmission: Numbers | None) -> list[Line]:
    """Those that are seen, in the order of their energies. The region is charge-referenced."""
    found = [_line(region, known, per_unit, transmission) for known in MAIN_LINES]
    return [one for one in found if one is not None]


def overlapping(found: Collection[Line]) -> list[str]:
    """What may lie under a line, where the element whose it is may be there."""
    elements = {one.known.element for one in found}
    told = []
    for one in found:
        under = OVERLAPS.get(one.known.line, "")
        if under and (under.split()[0] in elements or under.startswith("the")):
            told.append(f"{under} under {one.known.line}")
    return told


def _line(region: Region, known: Known, per_unit: float | None, transmission: Numbers | None) -> Line | None:
    energy = region.energy_eV
    low, high = known.energy_eV - SIDES_EV, known.energy_eV + known.splitting_eV + SIDES_EV
    inside = (energy >= low - ANCHOR_EV) & (energy <= high + ANCHOR_EV)
    x, y = energy[inside], region.intensity[inside]
    left, right = x <= low, x >= high
    if left.sum() < 2 or right.sum() < 2 or len(x) < 8:
        return None
    ends = np.array([x[left].mean(), x[right].mean()])
    levels = np.array([y[left].mean(), y[right].mean()])
    net = y - np.interp(x, ends, levels)
    core = ~(left | right)
    even = smoothed(x, net, 3.0)
    place = float(x[core][even[core].argmax()])
    weights = np.gradient(x)
    area = float((net * weights)[core].sum())
    risen = float(even[core].max()) / max(float(levels.max()), 1e-300)
    spread = _spread(y, weights, core, left, right, per_unit, net - even)
    if abs(place - known.energy_eV) > OFF_EV or area <= SEEN_SIGMAS * spread or risen < LEAST_RISE:
        return None
    share = float(transmission[inside][core].mean()) if transmission is not None else 1.0
    subject = f"{known.line}, survey"
    return Line(known, Amount(known.line, area, spread, share, subject), place)


def _spread(
    y: Numbers,
    weights: Numbers,
    core: Mask,
    left: Mask,
    right: Mask,
    per_unit: float | None,
    rough: Numbers,
) -> float:
    """One standard deviation of the area: counting statistics, else what smoothing takes away."""
    variance = np.maximum(y, 1.0) / per_unit if per_unit else np.full(len(y), float(np.var(rough)) * 1.5)
    width = float(weights[core].sum())
    anchors = sum(variance[side].sum() / side.sum() ** 2 for side in (left, right))
    return float(np.sqrt((weights[core] ** 2 * variance[core]).sum() + (width / 2) ** 2 * anchors))
