"""Starting values of any circuit, from the spectrum and its distribution of relaxation times.

Brackets, ZARC, G and Ws take the peaks of the distribution in the order of the circuit, fast ones first; a lone
resistor takes what is left at high frequency, an inductor the rise there, and Warburg, CPE, C and Wo in series the
impedance at the lowest frequency. Several starts are given, because a peak may be two arcs and two peaks one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from characterization.analysis.impedance.circuit import Circuit, branches, is_arc
from characterization.analysis.impedance.grammar import Element, Node, Series
from characterization.analysis.impedance.peaks import Peak, hints_of
from characterization.analysis.impedance.relaxation import Distribution, distribution
from characterization.analysis.impedance.spectra import Spectrum
from characterization.charts.chart import Numbers

EXPONENTS = (0.85, 0.95, 0.7)


@dataclass(frozen=True)
class _Guess:
    """What a start is made of: an arc's resistance and time constant, and the spectrum's two ends."""

    spectrum: Spectrum
    exponent: float
    base_ohm: float
    arcs: tuple[tuple[float, float], ...]

    @property
    def last_omega(self) -> float:
        return float(self.spectrum.omega[-1])

    @property
    def tail_ohm(self) -> float:
        return max(-float(self.spectrum.impedance_ohm.imag[-1]), 1e-3 * self.size_ohm)

    @property
    def size_ohm(self) -> float:
        return float(np.median(np.abs(self.spectrum.impedance_ohm)))

    @property
    def inductance_H(self) -> float:
        top = float(self.spectrum.impedance_ohm.imag[0])
        return max(top, 1e-3 * self.base_ohm) / float(self.spectrum.omega[0])


def starts(circuit: Circuit, spectrum: Spectrum) -> Iterator[Numbers]:
    """Several theta to begin with, the likeliest first."""
    found = distribution(spectrum)
    arcs = sum(is_arc(part) for part in branches(circuit.tree))
    tail = any(isinstance(part, Element) and part.kind.code in _TAILS for part in branches(circuit.tree))
    ways = list(_ways(found, spectrum, arcs, tail=tail))
    for number, (base, shared) in enumerate(ways):
        for exponent in EXPONENTS if number == 0 else EXPONENTS[:1]:
            guess = _Guess(spectrum, exponent, base, tuple(shared))
            yield circuit.theta(np.array(list(_values(circuit, guess))))


_TAILS = ("W", "CPE", "C", "Wo")
Shares = list[tuple[float, float]]


def _ways(
    found: Distribution, spectrum: Spectrum, arcs: int, *, tail: bool
) -> Iterator[tuple[float, Shares]]:
    """Resistance in series and so many (R, τ): peaks as they are, the largest of them, or τ spread evenly."""
    smallest = float(np.maximum(spectrum.impedance_ohm.real, 0).min())
    floor = max(1e-3 * float(np.abs(spectrum.impedance_ohm).min()), 1e-12)
    base = max(found.resistance_ohm, 0.02 * smallest, floor)
    seen = [peak for peak in hints_of(found) if not (tail and peak.tau_s > 0.3 / spectrum.omega[-1])]
    if arcs == 0:
        yield max(smallest, floor), []
        return
    if seen:
        yield base, _exactly(seen, arcs)
    whole = max(found.polarisation_ohm if not tail else sum(peak.resistance_ohm for peak in seen), 10 * floor)
    fast, slow = 1 / spectrum.omega[0], 1 / spectrum.omega[-1]
    for low, high in ((0.15, 0.85), (0.0, 0.6), (0.4, 1.0)):
        shares = np.linspace(low, high, arcs) if arcs > 1 else np.array([(low + high) / 2])
        yield max(smallest, floor), [(whole / arcs, float(fast * (slow / fast) ** share)) for share in shares]


def _exactly(seen: list[Peak], arcs: int) -> Shares:
    """So many arcs out of the peaks: the strongest, or the strongest one cut in two until they are enough."""
    kept = sorted(seen, key=lambda peak: -peak.resistance_ohm)[:arcs]
    pairs = [(peak.resistance_ohm, peak.tau_s) for peak in kept]
    while len(pairs) < arcs:
        resistance, tau = pairs.pop(int(np.argmax([pair[0] for pair in pairs])))
        pairs += [(resistance / 2, tau / 3), (resistance / 2, tau * 3)]
    return sorted(pairs, key=lambda pair: pair[1])


def _values(circuit: Circuit, guess: _Guess) -> Iterator[float]:
    arcs = iter(guess.arcs)
    for part in branches(circuit.tree):
        if is_arc(part):
            resistance, tau = next(arcs)
            yield from _in_arc(part, guess, resistance, tau)
        else:
            yield from _alone(part, guess)


def _alone(node: Node, guess: _Guess) -> Iterator[float]:
    """A part in series without a time constant of its own."""
    if isinstance(node, Element):
        omega = guess.last_omega
        yield from {
            "R": (guess.base_ohm,),
            "L": (guess.inductance_H,),
            "C": (1 / (omega * guess.tail_ohm),),
            "CPE": (1 / (omega**guess.exponent * guess.tail_ohm), guess.exponent),
            "W": (guess.tail_ohm * np.sqrt(omega),),
            "Wo": (guess.tail_ohm / 3, 1 / omega),
        }[node.kind.code]


def _in_arc(node: Node, guess: _Guess, resistance: float, tau: float) -> Iterator[float]:
    """Everything in a bracket shares its resistance and time constant."""
    if isinstance(node, Element):
        exponent = guess.exponent
        yield from {
            "R": (resistance,),
            "L": (resistance * tau,),
            "C": (tau / resistance,),
            "CPE": (tau**exponent / resistance, exponent),
            "W": (resistance / np.sqrt(tau) * np.sqrt(guess.last_omega * tau),),
            "Wo": (resistance, tau),
            "Ws": (resistance, tau),
            "G": (resistance, tau),
            "ZARC": (resistance, tau, exponent),
        }[node.kind.code]
        return
    inner = len(node.parts) if isinstance(node, Series) else 1
    for part in node.parts:
        yield from _in_arc(part, guess, resistance / inner, tau)
