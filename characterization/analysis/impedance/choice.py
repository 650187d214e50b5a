"""Which circuit describes these spectra: a small named set, tried on the first, a middle and the last of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from characterization.analysis.impedance.circuit import Circuit
from characterization.analysis.impedance.elements import LOWEST_EXPONENT
from characterization.analysis.impedance.fit import EDGE, QUICK, Fit, best_of
from characterization.analysis.impedance.kramers_kronig import kramers_kronig
from characterization.analysis.impedance.spectra import Spectrum, stacked
from characterization.analysis.impedance.starts import starts
from characterization.charts.chart import Numbers

CANDIDATES = (
    "R0-CPE1",
    "R0-p(R1,CPE1)",
    "p(R1,CPE1)-CPE2",
    "R0-p(R1,CPE1)-CPE2",
    "R0-p(R1,CPE1)-W1",
    "R0-p(R1,CPE1)-p(R2,CPE2)",
    "p(R1,CPE1)-p(R2,CPE2)-CPE3",
    "R0-p(R1,CPE1)-p(R2,CPE2)-CPE3",
    "R0-p(R1,CPE1)-p(R2,CPE2)-W1",
    "R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)",
    "R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-CPE4",
    "R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-W1",
)
DETERMINED = 0.5
INDUCTIVE_POINTS = 3
STARTS_WHILE_CHOOSING = 2
GOOD = 1.3
"""No further start is tried once the misfit is within this factor of what the Kramers–Kronig chain leaves."""

CRITERION = (
    f"lowest Bayesian information criterion among {len(CANDIDATES)} circuits whose parameters are all known to "
    f"{100 * DETERMINED:g} %; L0 is added where Im Z is positive at the three highest frequencies"
)
FALLBACK = f"lowest Bayesian information criterion among {len(CANDIDATES)} circuits; none is determined by these data"


@dataclass(frozen=True)
class Chosen:
    circuit: Circuit
    why: str
    determined: bool = True


def choose(spectra: Sequence[Spectrum], weighting: str) -> Chosen | None:
    """The circuit for all of these spectra; None where no circuit can be fitted."""
    tried = representatives(spectra)
    inductive = any((spectrum.impedance_ohm.imag[:INDUCTIVE_POINTS] > 0).all() for spectrum in tried)
    prefix = "L0-" if inductive else ""
    scored: list[tuple[bool, float, Circuit]] = []
    for text in CANDIDATES:
        circuit = Circuit.of(prefix + text)
        found = list(_quick_fits(circuit, tried, weighting))
        if len(found) == len(tried):
            scored.append((not all(map(_determined, found)), sum(one.bic for one in found), circuit))
    if not scored:
        return None
    poor, _, circuit = min(scored, key=lambda one: one[:2])
    return Chosen(circuit, FALLBACK if poor else CRITERION, not poor)


def _quick_fits(circuit: Circuit, spectra: Sequence[Spectrum], weighting: str) -> Iterator[Fit]:
    """One fit per spectrum as far as there is one, each begun from the fit before it."""
    before: list[Numbers] = []
    for spectrum in spectra:
        own = islice(starts(circuit, spectrum), STARTS_WHILE_CHOOSING - len(before))
        found = best_of(circuit, spectrum, [*before, *own], weighting, good_percent(spectrum), QUICK)
        if found is not None:
            before = [found.theta]
            yield found


def representatives(spectra: Sequence[Spectrum]) -> list[Spectrum]:
    """First, middle and last."""
    return [spectra[place] for place in sorted({0, len(spectra) // 2, len(spectra) - 1})]


def first_fit(circuit: Circuit, spectrum: Spectrum, weighting: str) -> Fit | None:
    """A fit from the circuit's own starting values."""
    return best_of(circuit, spectrum, starts(circuit, spectrum), weighting, good_percent(spectrum))


def good_percent(spectrum: Spectrum) -> float:
    """The misfit with which one may be content, in % (root mean square of |Z − fit|/|Z|)."""
    off = stacked(kramers_kronig(spectrum).residual)
    return GOOD * 100 * float(np.sqrt(2 * np.mean(off**2))) + 1e-6


def _determined(found: Fit) -> bool:
    floor = found.circuit.exponents & (found.theta < LOWEST_EXPONENT + EDGE)
    return found.worst_uncertainty <= DETERMINED and not floor.any()
