"""What equivalent circuits are made of: impedance of each element and its slope along each parameter.

Parameters are counted by their logarithm, exponents n as they are: ``theta``. Slopes are along theta. s = jω.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from characterization.analysis.impedance.spectra import Complex

Response = tuple[Complex, tuple[Complex, ...]]
LOWEST_EXPONENT, HIGHEST_EXPONENT = 0.3, 1.0


@dataclass(frozen=True)
class Parameter:
    """``symbol`` is added to the element's name where it has several (``CPE1_Q``). ``exponent``: between 0.3 and 1."""

    symbol: str
    unit: str
    exponent: bool = False


@dataclass(frozen=True)
class Kind:
    """``response(s, values)`` gives impedance and slopes; ``values`` are the parameters themselves."""

    code: str
    label: str
    parameters: tuple[Parameter, ...]
    response: Callable[[Complex, Sequence[float]], Response]


def _resistor(s: Complex, values: Sequence[float]) -> Response:
    z = np.full(len(s), values[0], dtype=np.complex128)
    return z, (z,)


def _capacitor(s: Complex, values: Sequence[float]) -> Response:
    z: Complex = 1 / (s * values[0])
    return z, (-z,)


def _inductor(s: Complex, values: Sequence[float]) -> Response:
    z: Complex = s * values[0]
    return z, (z,)


def _constant_phase(s: Complex, values: Sequence[float]) -> Response:
    """1/(Q sⁿ)."""
    size, exponent = values
    turned: Complex = np.log(s)
    z: Complex = np.asarray(np.exp(-exponent * turned) / size, dtype=np.complex128)
    return z, (-z, -z * turned)


def _warburg(s: Complex, values: Sequence[float]) -> Response:
    """A (1 − j)/√ω = A √2/√s, semi-infinite diffusion."""
    z: Complex = values[0] * np.sqrt(2) / np.sqrt(s)
    return z, (z,)


def _reflecting(s: Complex, values: Sequence[float]) -> Response:
    """R coth √(sτ)/√(sτ): diffusion that ends at a wall."""
    resistance, tau = values
    x: Complex = np.sqrt(s * tau)
    cotangent = 1 / np.tanh(x)
    z: Complex = resistance * cotangent / x
    return z, (z, -resistance / 2 * (cotangent**2 - 1 + cotangent / x))


def _transmissive(s: Complex, values: Sequence[float]) -> Response:
    """R tanh √(sτ)/√(sτ): diffusion through a layer of finite length."""
    resistance, tau = values
    x: Complex = np.sqrt(s * tau)
    tangent = np.tanh(x)
    z: Complex = resistance * tangent / x
    return z, (z, resistance / 2 * (1 - tangent**2 - tangent / x))


def _gerischer(s: Complex, values: Sequence[float]) -> Response:
    """R/√(1 + sτ): diffusion with a reaction on the way."""
    resistance, tau = values
    z: Complex = np.asarray(resistance / np.sqrt(1 + s * tau), dtype=np.complex128)
    return z, (z, -z / 2 * s * tau / (1 + s * tau))


def _zarc(s: Complex, values: Sequence[float]) -> Response:
    """R/(1 + (sτ)ⁿ): a depressed arc (Cole–Cole)."""
    resistance, tau, exponent = values
    turned = np.log(s * tau)
    power: Complex = np.exp(exponent * turned)
    z: Complex = resistance / (1 + power)
    inner = -z * power / (1 + power)
    return z, (z, inner * exponent, inner * turned)


_R, _TAU, _N = Parameter("R", "Ω"), Parameter("tau", "s"), Parameter("n", "", exponent=True)
KINDS = {
    kind.code: kind
    for kind in (
        Kind("R", "resistor", (_R,), _resistor),
        Kind("C", "capacitor", (Parameter("C", "F"),), _capacitor),
        Kind("L", "inductor", (Parameter("L", "H"),), _inductor),
        Kind("CPE", "constant phase element", (Parameter("Q", "S·sⁿ"), _N), _constant_phase),
        Kind("W", "Warburg, semi-infinite", (Parameter("A", "Ω/√s"),), _warburg),
        Kind("Wo", "Warburg, reflecting", (_R, _TAU), _reflecting),
        Kind("Ws", "Warburg, transmissive", (_R, _TAU), _transmissive),
        Kind("G", "Gerischer", (_R, _TAU), _gerischer),
        Kind("ZARC", "depressed arc", (_R, _TAU, _N), _zarc),
    )
}
"""The elements that a circuit may name, by their codes."""
