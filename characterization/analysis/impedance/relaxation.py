"""Distribution of relaxation times γ(ln τ) of a spectrum by regularised non-negative least squares.

Z(ω) = R∞ + jωL + B (jω)^−m + ∫ γ(ln τ)/(1 + jωτ) d ln τ, on a grid of ten τ per decade that reaches one decade beyond
the measured frequencies at both ends. R∞, L, B and γ are not negative; the squared second differences of γ are added
with the weight λ² (Tikhonov ridge). Rows are weighted by 1/|Z|. B stands for what blocks: m is 1, or, where the
spectrum ends like a constant phase element, the slope of its last decade. As a sum of relaxations such an end would
be a staircase of peaks that nobody measured.

λ is where the generalised cross-validation score ‖r‖²/(n − 2·tr H)² of the same problem without signs is lowest
(G. H. Golub, M. Heath, G. Wahba, Technometrics 21, 215 (1979)). The factor 2 keeps ripples out that the plain score
lets in (the modification of Y.-J. Kim and C. Gu, J. R. Stat. Soc. B 66, 337 (2004), who take 1.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import nnls

from characterization.analysis.impedance.spectra import Complex, Spectrum, stacked
from characterization.charts.chart import Numbers

PER_DECADE = 10
BEYOND_DECADES = 1.0
ROBUST = 2.0
SMOOTHED_DECADES = 0.5
BLOCKS_BELOW_DEG, LEAST_EXPONENT = -50.0, 0.6
LAMBDAS = np.logspace(-6, 1, 57)
CRITERION = f"ridge on second differences, γ ≥ 0, λ by generalised cross-validation (factor {ROBUST:g})"


@dataclass(frozen=True)
class Distribution:
    """``gamma_ohm`` is γ per unit of ln τ. ``blocking_ohm`` is B (jω)^−m at 1 rad/s, 0 where nothing blocks."""

    tau_s: Numbers
    gamma_ohm: Numbers
    resistance_ohm: float
    inductance_H: float
    blocking_ohm: float
    blocking_exponent: float
    ridge: float
    misfit_percent: float

    @property
    def step(self) -> float:
        """Distance of two neighbours in ln τ."""
        return float(np.log(self.tau_s[1] / self.tau_s[0]))

    @property
    def polarisation_ohm(self) -> float:
        return float(self.gamma_ohm.sum() * self.step)

    def impedance(self, omega: Numbers) -> Complex:
        s = 1j * omega
        relaxing = (self.gamma_ohm * self.step / (1 + s[:, None] * self.tau_s)).sum(axis=1)
        lone = self.resistance_ohm + s * self.inductance_H + self.blocking_ohm * s**-self.blocking_exponent
        whole: Complex = relaxing + lone
        return whole


@dataclass(frozen=True)
class _Problem:
    """Weighted columns of γ and of R∞, L, B. γ counts in units of ``local``, the smoothed |Z| at ω = 1/τ, the
    others in ``scale``: so λ has no unit, and small arcs beside a blocking electrode are smoothed as large ones are.
    """

    tau_s: Numbers
    gammas: Numbers
    lone: Numbers
    target: Numbers
    bends: Numbers
    local: Numbers
    scale: float
    exponent: float


def distribution(spectrum: Spectrum, ridge: float | None = None) -> Distribution:
    """γ of a spectrum; ``ridge`` is λ, found by cross-validation where it is None."""
    return _inverted(spectrum.frequency_Hz.tobytes(), spectrum.impedance_ohm.tobytes(), ridge)


@lru_cache(maxsize=256)
def _inverted(frequency: bytes, impedance: bytes, ridge: float | None) -> Distribution:
    omega = 2 * np.pi * np.frombuffer(frequency, dtype=np.float64)
    measured = np.frombuffer(impedance, dtype=np.complex128)
    problem = _problem(omega, measured)
    weight = best_ridge(problem) if ridge is None else ridge
    count = len(problem.tau_s)
    bent = np.concatenate([weight * problem.bends, np.zeros((count, 3))], axis=1)
    rows = np.concatenate([np.concatenate([problem.gammas, problem.lone], axis=1), bent])
    found, _ = nnls(rows, np.concatenate([problem.target, np.zeros(count)]), maxiter=30 * rows.shape[1])
    gamma, lone = found[:count] * problem.local, found[count:] * problem.scale
    rest = problem.gammas @ found[:count] + problem.lone @ found[count:] - problem.target
    return Distribution(
        tau_s=problem.tau_s,
        gamma_ohm=gamma,
        resistance_ohm=float(lone[0]),
        inductance_H=float(lone[1] / omega.max()),
        blocking_ohm=float(lone[2] * omega.min() ** problem.exponent),
        blocking_exponent=problem.exponent,
        ridge=float(weight),
        misfit_percent=100 * float(np.sqrt(2 * np.mean(rest**2))),
    )


def _problem(omega: Numbers, measured: Complex) -> _Problem:
    low = np.floor((-np.log10(omega.max()) - BEYOND_DECADES) * PER_DECADE)
    high = np.ceil((-np.log10(omega.min()) + BEYOND_DECADES) * PER_DECADE)
    tau = 10 ** (np.arange(low, high + 1) / PER_DECADE)
    size = np.abs(measured)
    scale = float(np.median(size))
    s = 1j * omega[:, None]
    local = _smoothed_size(omega, size, tau)
    gammas = np.log(10) / PER_DECADE / (1 + s * tau) * local / size[:, None]
    exponent = _blocking_exponent(omega, measured)
    blocking = (s / omega.min()) ** -exponent
    lone = np.concatenate([np.ones_like(s), s / omega.max(), blocking], axis=1) * scale / size[:, None]
    count = len(tau)
    bends = 2 * np.eye(count) - np.eye(count, k=1) - np.eye(count, k=-1)
    return _Problem(
        tau_s=tau,
        gammas=np.concatenate([gammas.real, gammas.imag]),
        lone=np.concatenate([lone.real, lone.imag]),
        target=stacked(measured / size),
        bends=bends,
        local=local,
        scale=scale,
        exponent=exponent,
    )


def _blocking_exponent(omega: Numbers, measured: Complex) -> float:
    """m of the last decade where the spectrum ends steeper than −50°: −d ln(−Im Z)/d ln ω; else 1."""
    last = omega <= 10 * omega.min() * (1 + 1e-9)
    imaginary = -measured.imag[last]
    if (
        last.sum() < 4
        or (imaginary <= 0).any()
        or np.degrees(np.angle(measured[last])).max() > BLOCKS_BELOW_DEG
    ):
        return 1.0
    slope = -float(np.polyfit(np.log(omega[last]), np.log(imaginary), 1)[0])
    return slope if LEAST_EXPONENT <= slope < 1 else 1.0


def _smoothed_size(omega: Numbers, size: Numbers, tau: Numbers) -> Numbers:
    """|Z| at ω = 1/τ, a weighted mean of ln |Z| with a Gaussian of half a decade."""
    away = np.log10(np.outer(1 / tau, 1 / omega)) / SMOOTHED_DECADES
    weights = np.exp(-np.minimum((away**2 - (away**2).min(axis=1, keepdims=True)) / 2, 60))
    means: Numbers = np.exp(weights @ np.log(size) / weights.sum(axis=1))
    return means


def best_ridge(problem: _Problem) -> float:
    """λ with the lowest robust score of generalised cross-validation, R∞, L and B unpenalised."""
    basis, _ = np.linalg.qr(problem.lone)
    gammas = np.linalg.solve(problem.bends.T, problem.gammas.T).T
    gammas = gammas - basis @ (basis.T @ gammas)
    target = problem.target - basis @ (basis.T @ problem.target)
    left, singular, _ = np.linalg.svd(gammas, full_matrices=False)
    along = left.T @ target
    outside = max(float(target @ target - along @ along), 0.0)
    kept = singular**2 / (singular**2 + LAMBDAS[:, None] ** 2)
    misfit = outside + (((1 - kept) * along) ** 2).sum(axis=1)
    free = len(target) - ROBUST * (basis.shape[1] + kept.sum(axis=1))
    score = np.where(free > 0, misfit / np.maximum(free, 1e-9) ** 2, np.inf)
    return float(LAMBDAS[int(score.argmin())])
