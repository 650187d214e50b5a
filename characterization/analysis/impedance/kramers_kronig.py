"""The linear Kramers–Kronig test: can these data be the impedance of anything that is linear, causal and at rest?

A chain of a resistor, an inductor, a capacitor and M RC elements with fixed time constants obeys the
Kramers–Kronig relations whatever its resistances are. They are found by linear complex least squares, weighted by
the modulus (B. A. Boukamp, J. Electrochem. Soc. 142, 1885 (1995)). M grows until μ, which compares negative with
positive resistances, falls to 0.85 or less (M. Schönleber, D. Klotz, E. Ivers-Tiffée, Electrochim. Acta 131, 20
(2014)). What the chain cannot follow is no impedance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from characterization.analysis.impedance.spectra import Complex, Spectrum, stacked
from characterization.charts.chart import Numbers

MU_LIMIT = 0.85
PER_DECADE = (2.5, 6.0)
"""Where M starts and where it stops, in RC elements per decade. Below the first μ dips for want of elements."""

LIMIT_PERCENT = 0.5
NOISE_SIGMAS = 4.0
TOO_NOISY_PERCENT = 5.0
SMOOTHING_POINTS = 5
NOISE_POINTS = 21
CRITERION = (
    f"fails where the mean residual of {SMOOTHING_POINTS} neighbouring points exceeds {LIMIT_PERCENT:g} % of |Z| "
    f"and {NOISE_SIGMAS:g} σ of its noise; μ ≤ {MU_LIMIT:g}"
)


@dataclass(frozen=True)
class Verdict:
    """``residual`` is (Z − chain)/|Z|, complex. Percentages are of |Z|: ``systematic`` is the running mean of the
    residual at ``worst_Hz``, where it exceeds its limit most; ``noise`` the scatter from point to point (1 σ)."""

    state: str
    elements: int
    mu: float
    residual: Complex
    systematic_percent: float
    noise_percent: float
    limit_percent: float
    worst_Hz: float

    @property
    def passed(self) -> bool:
        return self.state == "passes"

    @property
    def largest_percent(self) -> float:
        return 100 * float(np.abs(stacked(self.residual)).max())

    @property
    def words(self) -> str:
        """The verdict as a sentence's end: ``passes the Kramers–Kronig test (…)``."""
        if self.state == "noisy":
            return (
                f"is too noisy for the Kramers–Kronig test: {self.noise_percent:.1f} % from point to point, "
                f"limit {TOO_NOISY_PERCENT:g} %"
            )
        size = f"{self.systematic_percent:.2f} % of |Z| at {self.worst_Hz:.3g} Hz, limit {self.limit_percent:.2f} %"
        word = "passes" if self.passed else "fails"
        return f"{word} the Kramers–Kronig test: systematic residual up to {size}"


def kramers_kronig(spectrum: Spectrum) -> Verdict:
    """The test of one spectrum. Asked again for the same numbers it remembers its answer."""
    return _tested(spectrum.frequency_Hz.tobytes(), spectrum.impedance_ohm.tobytes())


@lru_cache(maxsize=256)
def _tested(frequency: bytes, impedance: bytes) -> Verdict:
    omega = 2 * np.pi * np.frombuffer(frequency, dtype=np.float64)
    measured = np.frombuffer(impedance, dtype=np.complex128)
    elements, mu, residual = _shortest_chain(omega, measured)
    systematic, limit, place = _systematic(residual)
    noise = float(_noise(residual).mean())
    state = "noisy" if noise > TOO_NOISY_PERCENT else "fails" if systematic > limit else "passes"
    worst = float(omega[place] / (2 * np.pi))
    return Verdict(state, elements, mu, residual, systematic, noise, limit, worst)


def _shortest_chain(omega: Numbers, measured: Complex) -> tuple[int, float, Complex]:
    """The first M whose μ falls to the limit; the largest tried where none does."""
    decades = np.log10(omega.max() / omega.min())
    most = max(min(int(PER_DECADE[1] * decades), len(omega) - 3), 1)
    elements = min(max(int(PER_DECADE[0] * decades), 1), most)
    while True:
        mu, residual = _chain(omega, measured, elements)
        if mu <= MU_LIMIT or elements >= most:
            return elements, mu, residual
        elements += 1


def _chain(omega: Numbers, measured: Complex, elements: int) -> tuple[float, Complex]:
    """μ and relative residual of the best chain of so many RC elements."""
    size = np.abs(measured)
    tau = np.geomspace(1 / omega.max(), 1 / omega.min(), elements)
    s = 1j * omega[:, None]
    lone = np.concatenate([np.ones_like(s), s / omega.max(), omega.min() / s], axis=1)
    columns = np.concatenate([lone, 1 / (1 + s * tau)], axis=1) / size[:, None]
    target = measured / size
    rows = np.concatenate([columns.real, columns.imag])
    best = np.linalg.lstsq(rows, stacked(target), rcond=1e-12)[0]
    resistances = best[3:]
    negative, positive = -resistances[resistances < 0].sum(), resistances[resistances >= 0].sum()
    mu = 1 - negative / positive if positive > 0 else 0.0
    return float(mu), target - columns @ best


def _systematic(residual: Complex) -> tuple[float, float, int]:
    """Running mean of the residual and its limit, both in %, where it exceeds the limit most; and that point."""
    width = min(SMOOTHING_POINTS, len(residual))
    window = np.ones(width) / width
    means = np.stack([np.convolve(part, window, "valid") for part in (residual.real, residual.imag)])
    largest = 100 * np.abs(means).max(axis=0)
    middle = np.arange(len(largest)) + width // 2
    limits = np.maximum(LIMIT_PERCENT, NOISE_SIGMAS * _noise(residual)[middle] / np.sqrt(width))
    worst = int((largest / limits).argmax())
    return float(largest[worst]), float(limits[worst]), int(middle[worst])


def _noise(residual: Complex) -> Numbers:
    """Scatter of each point in %: the median of the second differences around it, real and imaginary together.

    What varies slowly leaves nothing in them, and a jump at the end of the range does not count as noise.
    """
    parts = stacked(residual).reshape(2, -1)
    bends = np.abs(parts[:, 2:] - 2 * parts[:, 1:-1] + parts[:, :-2])
    width = min(NOISE_POINTS, bends.shape[1])
    around = sliding_window_view(bends, width, axis=1)
    medians = np.median(np.moveaxis(around, 0, -1).reshape(around.shape[1], -1), axis=1)
    scatter: Numbers = 100 * 1.4826 * medians / np.sqrt(6)
    middle = np.arange(len(medians)) + (width + 1) / 2
    return np.interp(np.arange(parts.shape[1]), middle, scatter)
