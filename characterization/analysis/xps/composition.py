"""Atomic shares from areas: x_i = (A_i / S_i) / Σ (A_j / S_j), S the relative sensitivity factors of a set.

With the spectrometer's transmission T, where the file gives it, areas are divided by it first. The attenuation of
electrons by depth is not corrected unless the factors hold it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from characterization.analysis.xps.catalogue import Sensitivities
from characterization.charts.chart import Numbers


@dataclass(frozen=True)
class Amount:
    """An area of one line (``C 1s``) with its standard deviation; ``transmission`` is 1 where none is given."""

    line: str
    area: float
    uncertainty: float | None = None
    transmission: float = 1.0
    subject: str = ""

    @property
    def element(self) -> str:
        return self.line.split()[0]


@dataclass(frozen=True)
class Share:
    amount: Amount
    factor: float
    percent: float
    uncertainty: float | None


def atomic_percent(amounts: Sequence[Amount], factors: Sensitivities) -> list[Share]:
    """Of those lines that the set has a factor for; areas below zero count as zero.

    Uncertainties follow from those of the areas, taken as independent; None as soon as one is not known.
    """
    known = [(one, factors.of(one.line)) for one in amounts]
    usable = [(one, factor) for one, factor in known if factor]
    if not usable:
        return []
    per = np.array([1 / (factor * one.transmission) for one, factor in usable])
    atoms: Numbers = np.maximum([one.area for one, _ in usable], 0.0) * per
    total = float(atoms.sum())
    if total <= 0:
        return []
    spreads = [one.uncertainty for one, _ in usable]
    shares = atoms / total
    made = []
    for number, (one, factor) in enumerate(usable):
        along = -shares[number] / total * np.ones(len(atoms))
        along[number] += 1 / total
        each = None if None in spreads else np.array(spreads, dtype=float) * per
        spread = None if each is None else 100 * float(np.sqrt(((along * each) ** 2).sum()))
        made.append(Share(one, float(factor), 100 * float(shares[number]), spread))
    return made
