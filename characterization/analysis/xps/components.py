"""What a fit says of its components: place, width, area, share with uncertainties, and which of them hang together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from characterization.analysis.xps.fit import Fit
from characterization.analysis.xps.layout import FWHM, NAMES, OFFSET
from characterization.charts.chart import Numbers

CORRELATED = 0.9
MOST_PAIRS_TOLD = 4
SEEN_SIGMAS = 2.0


@dataclass(frozen=True)
class Part:
    """One component. Energies after the charge reference; uncertainties are one standard deviation, None: held.

    ``share_percent`` is of all that are counted; None for what is not.
    """

    name: str
    centre_eV: float
    centre_uncertainty_eV: float | None
    fwhm_eV: float
    fwhm_uncertainty_eV: float | None
    area: float
    area_uncertainty: float | None
    share_percent: float | None
    share_uncertainty: float | None
    tolerance_eV: float
    share_finding: str


class Shares:
    """The components of a fit and how well they are known."""

    def __init__(self, fit: Fit) -> None:
        self.fit = fit
        self.layout = fit.layout
        self.areas = fit.layout.areas(fit.theta)
        self.counted = np.array([one.counted for one in fit.components])

    @cached_property
    def _area_covariance(self) -> Numbers:
        """(c, c), zero for what is held."""
        number = len(self.areas)
        found = np.zeros((number, number))
        places = [(one, self.layout.place.get(("area", one))) for one in range(number)]
        for row, place in places:
            for column, other in places:
                if place is not None and other is not None:
                    found[row, column] = self.fit.covariance[place, other]
        return found

    @property
    def total(self) -> float:
        """Area of all that is counted."""
        return float(self.areas[self.counted].sum())

    @property
    def total_uncertainty(self) -> float:
        weights = self.counted.astype(float)
        return float(np.sqrt(max(weights @ self._area_covariance @ weights, 0.0)))

    def share(self, number: int) -> tuple[float, float] | None:
        """In % with its standard deviation; None of what is not counted, or where nothing has an area."""
        if not self.counted[number] or self.total <= 0:
            return None
        part = self.areas[number] / self.total
        along = -part * self.counted / self.total
        along[number] += 1 / self.total
        spread = float(np.sqrt(max(along @ self._area_covariance @ along, 0.0)))
        return 100 * float(part), 100 * spread

    @cached_property
    def parts(self) -> list[Part]:
        made = []
        for number, one in enumerate(self.fit.components):
            centre, fwhm, _, _ = self.layout.of_component(self.fit.theta, number)
            share = self.share(number)
            made.append(
                Part(
                    one.name,
                    centre,
                    self.fit.spread(NAMES[OFFSET], number),
                    fwhm,
                    self.fit.spread(NAMES[FWHM], self.layout.width_of[number]),
                    float(self.areas[number]),
                    self.fit.spread("area", number),
                    share[0] if share else None,
                    share[1] if share else None,
                    one.centre_tolerance_eV if (NAMES[OFFSET], number) in self.layout.place else 0.0,
                    one.share_finding,
                )
            )
        return made

    def seen(self, number: int) -> bool:
        """Whether its area stands above its own uncertainty."""
        spread = self.fit.spread("area", number) or 0.0
        return bool(self.areas[number] > SEEN_SIGMAS * spread)

    def pairs(self) -> list[tuple[str, str, float]]:
        """What hangs together by more than 0.9, strongest first; of components that are seen."""
        covariance = self.fit.covariance
        size = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
        together = covariance / np.outer(size, size)
        told = {place: self._words(*key) for key, place in self.layout.place.items() if self._tells(*key)}
        found = [
            (told[first], told[second], float(together[first, second]))
            for first in told
            for second in told
            if first < second and abs(together[first, second]) > CORRELATED
        ]
        return sorted(found, key=lambda one: -abs(one[2]))

    def _tells(self, kind: str, number: int) -> bool:
        return number >= 0 and self.seen(number)

    def _words(self, kind: str, number: int) -> str:
        return f"{kind} of {self.fit.components[number].name}"

    def at_limits(self) -> Iterator[str]:
        """Places and widths that ended at a limit of the model, of components that are seen."""
        for kind, number in self.fit.at_limits():
            if self.seen(number) and kind in (NAMES[OFFSET], NAMES[FWHM]):
                yield self._words(kind, number)


def pairs_told(pairs: list[tuple[str, str, float]]) -> str:
    """In words, for a flag."""
    shown = [f"{first} and {second} ({value:+.2f})".replace("-", "−") for first, second, value in pairs]
    more = f" and {len(shown) - MOST_PAIRS_TOLD} more pairs" if len(shown) > MOST_PAIRS_TOLD else ""
    return "; ".join(shown[:MOST_PAIRS_TOLD]) + more
