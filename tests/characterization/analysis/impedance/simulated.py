"""Spectra with known answers: T23 and T24 of the reference cases, series, and recordings made of them."""

import numpy as np
import polars as pl

from characterization.analysis.impedance.choice import first_fit
from characterization.analysis.impedance.circuit import Circuit
from characterization.analysis.impedance.spectra import Spectrum
from characterization.instruments.base import Recording, Technique

FREQUENCY = np.logspace(6, -2, 81)
OMEGA = 2 * np.pi * FREQUENCY


def zarc(resistance, tau, n, omega=OMEGA):
    return resistance / (1 + (1j * omega * tau) ** n)


TWO_ARCS = 10 + zarc(50, 1e-4, 0.9) + zarc(200, 0.1, 0.8)
"""T23."""

CIRCUIT = Circuit.of("R0-p(R1,CPE1)-p(R2,CPE2)")
TRUE = np.array([10, 50, 1e-6, 0.9, 200, 1e-4, 0.85])
"""T24: R0, R1, Q1, n1, R2, Q2, n2."""


def noisy(impedance, share, seed):
    """Gaussian noise of ``share`` · |Z| on the real and on the imaginary part."""
    real, imaginary = np.random.default_rng(seed).standard_normal((2, len(impedance)))
    return impedance + share * np.abs(impedance) * (real + 1j * imaginary)


def spectrum(impedance, frequency=FREQUENCY, number=1):
    return Spectrum(number, frequency, np.asarray(impedance, dtype=np.complex128))


def from_circuit(text, values, frequency=FREQUENCY):
    circuit = Circuit.of(text)
    return circuit.impedance(2 * np.pi * frequency, circuit.theta(np.array(values, dtype=float)))


def fitted(circuit, impedance, weighting="modulus"):
    """The fit from the circuit's own starting values."""
    own = first_fit(circuit, spectrum(impedance), weighting)
    assert own is not None
    return own


def recording(*impedances, frequency=FREQUENCY, **columns):
    """One spectrum after the other; ``columns`` hold one value per spectrum (``charge_mAh=[0, 1]``)."""
    z = np.concatenate(impedances)
    lengths = [len(one) for one in impedances]
    table = {
        "frequency_Hz": np.concatenate([frequency[:length] for length in lengths]),
        "z_real_ohm": z.real,
        "z_imag_ohm": z.imag,
        "spectrum": np.repeat(np.arange(1, len(lengths) + 1), lengths),
        **{name: np.repeat(np.asarray(values, dtype=float), lengths) for name, values in columns.items()},
    }
    return Recording(Technique.EIS, pl.DataFrame(table))


def growing(count=20, noise=0.003):
    """A series like in-situ GEIS: the fast arc grows a little, the slow one from 200 to 500 Ω."""
    shares = np.linspace(0, 1, count)
    return [
        noisy(
            10 + zarc(50 + 60 * x, 1e-5, 0.9) + zarc(200 + 300 * x * x, 0.05 * (1 + 2 * x), 0.8), noise, place
        )
        for place, x in enumerate(shares)
    ]


def found(result, name, subject=""):
    return next(one for one in result.findings if (one.name, one.subject) == (name, subject))


def codes(result):
    return {flag.code for flag in result.flags}
