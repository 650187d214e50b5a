"""Complex nonlinear least squares of a circuit to one spectrum, with uncertainties and correlations.

Weighting ``modulus`` divides each residual by |Z| (constant relative noise), ``unit`` by nothing. The noise is not
known beforehand: it is taken from the misfit, s² = Σr²/(2N − k), and the covariance is s²(JᵀJ)⁻¹. Where the misfit
is systematic rather than noise, uncertainties are too small; the misfit is therefore always shown beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.optimize import least_squares

from characterization.analysis.impedance.circuit import Circuit
from characterization.analysis.impedance.elements import HIGHEST_EXPONENT, LOWEST_EXPONENT
from characterization.analysis.impedance.spectra import Complex, Spectrum, stacked
from characterization.charts.chart import Numbers

WEIGHTINGS = ("modulus", "unit")
CORRELATED = 0.9
EDGE = 2e-3
"""So near to 0.3 or 1 an exponent counts as held there."""

FARTHEST = 12.0
FINEST = 1e-7
"""The relative misfit below which nothing is gained: what a file writes has no more digits."""


@dataclass(frozen=True)
class Effort:
    """When the search ends: after so many evaluations, or when misfit or parameters change by less than a share."""

    evaluations: int
    tolerance: float


THOROUGH = Effort(120, 1e-10)
NEARBY = Effort(30, 1e-6)
QUICK = Effort(40, 1e-5)
"""Enough to tell circuits apart."""


@dataclass(frozen=True)
class Fit:
    """``theta`` as in ``Circuit``; ``covariance`` is of theta. ``residual`` is (Z − fit)/|Z|, complex."""

    circuit: Circuit
    spectrum: Spectrum
    weighting: str
    theta: Numbers
    covariance: Numbers
    held: np.ndarray[tuple[int], np.dtype[np.bool_]]
    chi_square: float

    @cached_property
    def values(self) -> Numbers:
        return self.circuit.values(self.theta)

    @cached_property
    def uncertainties(self) -> Numbers:
        """Standard uncertainties of the values; NaN for an exponent that lies at its bound."""
        spread = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
        own = np.where(self.circuit.exponents, spread, spread * self.values)
        return np.where(self.held, np.nan, own)

    @cached_property
    def fitted_ohm(self) -> Complex:
        return self.circuit.impedance(self.spectrum.omega, self.theta)

    @cached_property
    def residual(self) -> Complex:
        measured = self.spectrum.impedance_ohm
        off: Complex = (measured - self.fitted_ohm) / np.abs(measured)
        return off

    @property
    def misfit_percent(self) -> float:
        """Root mean square of |Z − fit|/|Z|, in %."""
        return 100 * float(np.sqrt(np.mean(np.abs(self.residual) ** 2)))

    @property
    def freedom(self) -> int:
        return max(2 * len(self.spectrum.frequency_Hz) - len(self.theta), 1)

    @property
    def bic(self) -> float:
        """Bayesian information criterion; a misfit below what files write counts as that."""
        count = 2 * len(self.spectrum.frequency_Hz)
        least = count * FINEST**2 if self.weighting == "modulus" else 0.0
        misfit = max(self.chi_square, least, 1e-300)
        return float(count * np.log(misfit / count) + len(self.theta) * np.log(count))

    @property
    def worst_uncertainty(self) -> float:
        """The largest relative uncertainty of a parameter that is not held."""
        shares = self.uncertainties[~self.held] / np.abs(self.values[~self.held])
        return float(np.nan_to_num(shares, nan=np.inf).max()) if shares.size else 0.0

    def of(self, element: str) -> float:
        """The first parameter of an element."""
        return float(self.values[self._place(element)])

    def _place(self, element: str) -> int:
        return next(place for place, slot in enumerate(self.circuit.slots) if slot.element == element)

    def sum_of(self, elements: list[str]) -> tuple[float, float]:
        """Sum of the resistances of these elements and its uncertainty, correlations counted."""
        places = [self._place(element) for element in elements]
        values = self.values[places]
        variance = values @ self.covariance[np.ix_(places, places)] @ values
        return float(values.sum()), float(np.sqrt(max(float(variance), 0.0)))

    def propagated(self, weights: dict[int, float]) -> float:
        """Standard uncertainty of Σ weight · theta[place]."""
        places, shares = list(weights), np.array(list(weights.values()), dtype=np.float64)
        return float(np.sqrt(max(float(shares @ self.covariance[np.ix_(places, places)] @ shares), 0.0)))

    def correlated(self) -> list[tuple[str, str, float]]:
        """Pairs of parameters with a correlation beyond 0.9, the strongest first."""
        spread = np.sqrt(np.maximum(np.diag(self.covariance), 1e-300))
        shares = self.covariance / np.outer(spread, spread)
        slots = self.circuit.slots
        pairs = [
            (slots[one].name, slots[two].name, float(shares[one, two]))
            for one in range(len(slots))
            for two in range(one + 1, len(slots))
            if abs(shares[one, two]) > CORRELATED and not (self.held[one] or self.held[two])
        ]
        return sorted(pairs, key=lambda pair: -abs(pair[2]))


def best_of(
    circuit: Circuit,
    spectrum: Spectrum,
    starts: Iterable[Numbers],
    weighting: str = "modulus",
    good_percent: float = 0.0,
    effort: Effort = THOROUGH,
) -> Fit | None:
    """The best fit from several starts; no further one is tried once the misfit is good enough."""
    best: Fit | None = None
    for start in starts:
        found = fit(circuit, spectrum, start, weighting, effort)
        if found is not None and (best is None or found.chi_square < best.chi_square):
            best = found
        if best is not None and best.misfit_percent <= good_percent:
            break
    return None if best is None else _fast_first(best)


def fit(
    circuit: Circuit,
    spectrum: Spectrum,
    start: Numbers,
    weighting: str = "modulus",
    effort: Effort = THOROUGH,
) -> Fit | None:
    """The best parameters near ``start`` (theta); None where the numbers run away from it."""
    size = np.abs(spectrum.impedance_ohm)
    weight = 1 / size if weighting == "modulus" else np.full(len(size), 1 / float(np.median(size)))
    scale = _Bounds(circuit.exponents, start)

    last: dict[bytes, tuple[Complex, Complex]] = {}

    def response(free: Numbers) -> tuple[Complex, Complex]:
        """Residuals and slopes are asked for the same place one after the other."""
        key = free.tobytes()
        if key not in last:
            last.clear()
            last[key] = circuit.response(spectrum.omega, scale.theta(free))
        return last[key]

    def residual(free: Numbers) -> Numbers:
        off = stacked((response(free)[0] - spectrum.impedance_ohm) * weight)
        return off if np.isfinite(off).all() else np.nan_to_num(off, nan=1e6, posinf=1e6, neginf=-1e6)

    def slopes(free: Numbers) -> Numbers:
        along = response(free)[1]
        rows = np.concatenate([along.real, along.imag]) * np.tile(weight, 2)[:, None] * scale.slope(free)
        return rows if np.isfinite(rows).all() else np.nan_to_num(rows, nan=0.0, posinf=0.0, neginf=0.0)

    if 2 * len(size) < len(start):
        return None
    found = least_squares(residual, scale.free(start), slopes, method="lm", max_nfev=effort.evaluations,
                          xtol=effort.tolerance, ftol=effort.tolerance)  # fmt: skip
    theta = scale.theta(found.x)
    if not np.isfinite(theta).all() or not np.isfinite(found.cost):
        return None
    return _judged(circuit, spectrum, weighting, theta, 2 * float(found.cost), weight)


@dataclass(frozen=True)
class _Bounds:
    """Free numbers for theta: exponents by a logistic curve between their bounds, logarithms near where they began."""

    exponents: np.ndarray[tuple[int], np.dtype[np.bool_]]
    start: Numbers

    @property
    def _span(self) -> Numbers:
        return np.where(self.exponents, HIGHEST_EXPONENT - LOWEST_EXPONENT, 1.0)

    def theta(self, free: Numbers) -> Numbers:
        curve = 1 / (1 + np.exp(-np.clip(free, -50, 50)))
        near = self.start + FARTHEST * np.tanh((free - self.start) / FARTHEST)
        return np.where(self.exponents, LOWEST_EXPONENT + self._span * curve, near)

    def slope(self, free: Numbers) -> Numbers:
        curve = 1 / (1 + np.exp(-np.clip(free, -50, 50)))
        near = 1 / np.cosh(np.clip((free - self.start) / FARTHEST, -50, 50)) ** 2
        return np.where(self.exponents, self._span * curve * (1 - curve), near)

    def free(self, theta: Numbers) -> Numbers:
        share = np.clip((theta - LOWEST_EXPONENT) / self._span, 1e-3, 1 - 1e-3)
        return np.where(self.exponents, np.log(share / (1 - share)), theta)


def _judged(
    circuit: Circuit, spectrum: Spectrum, weighting: str, theta: Numbers, chi_square: float, weight: Numbers
) -> Fit:
    _, along = circuit.response(spectrum.omega, theta)
    rows = np.nan_to_num(np.concatenate([along.real, along.imag]) * np.tile(weight, 2)[:, None])
    near_edge = (theta > HIGHEST_EXPONENT - EDGE) | (theta < LOWEST_EXPONENT + EDGE)
    held = circuit.exponents & near_edge
    variance = chi_square / max(2 * len(spectrum.frequency_Hz) - len(theta), 1)
    covariance = np.zeros((len(theta), len(theta)))
    free = np.flatnonzero(~held)
    covariance[np.ix_(free, free)] = variance * _inverse(rows[:, free].T @ rows[:, free])
    return Fit(circuit, spectrum, weighting, theta, covariance, held, chi_square)


def _fast_first(found: Fit) -> Fit:
    """The same fit with arcs of one shape in the order of their time constants, so that R1 is the fastest."""
    order = np.arange(len(found.theta))
    for blocks in found.circuit.alike():
        by_tau = sorted(blocks, key=lambda block: _log_tau(found.circuit, found.theta, block))
        for block, taken in zip(blocks, by_tau, strict=True):
            order[block] = np.arange(len(order))[taken]
    return replace(
        found,
        theta=found.theta[order],
        covariance=found.covariance[np.ix_(order, order)],
        held=found.held[order],
    )


def _log_tau(circuit: Circuit, theta: Numbers, block: slice) -> float:
    """ln τ of an arc: ln(RQ)/n of R beside CPE, ln(RC) beside C."""
    own = dict(
        zip((slot.parameter.symbol for slot in circuit.slots[block]), theta[block].tolist(), strict=True)
    )
    return float(
        own["tau"] if "tau" in own else (own["R"] + own.get("Q", own.get("C", 0.0))) / own.get("n", 1.0)
    )


def _inverse(normal: Numbers) -> Numbers:
    """Inverse of JᵀJ; what the data do not touch gets a variance beyond all limits."""
    size = np.sqrt(np.maximum(np.diag(normal), 1e-300))
    equal = normal / np.outer(size, size)
    values, vectors = np.linalg.eigh(equal)
    inverse = vectors @ np.diag(1 / np.maximum(values, 1e-14)) @ vectors.T
    return np.asarray(inverse / np.outer(size, size), dtype=np.float64)
