"""What the elements of a fitted circuit mean: ohmic, electrolyte and interfacial resistance, effective capacitances.

An arc whose effective capacitance is below 1e-8 F is counted to the electrolyte (bulk and grain boundaries have
1e-12 to 1e-8 F, surface layers and interfaces 1e-9 to 1e-5 F: J. T. S. Irvine, D. C. Sinclair, A. R. West, Adv.
Mater. 2, 132 (1990), for cells of about 1 cm), every slower one to the interfaces. In a series the median over all
spectra decides, so that no arc changes sides on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from characterization.analysis.impedance.circuit import SIMPLE_ARCS, branches
from characterization.analysis.impedance.conductivity import effective_capacitance
from characterization.analysis.impedance.fit import Fit
from characterization.analysis.impedance.grammar import Element, elements_of

INTERFACE_FROM_F = 1e-8
Measured = tuple[float, float, str]
"""Value, standard uncertainty, and the elements it is made of (``R1 + R2``)."""


@dataclass(frozen=True)
class Arc:
    """A resistor beside a CPE or capacitor, or a ZARC. ``capacitance`` is effective, in F, with its uncertainty."""

    element: str
    capacitance: tuple[float, float]
    resistor: str


@dataclass(frozen=True)
class Resistances:
    """None where the circuit has no such element."""

    ohmic: Measured | None
    electrolyte: Measured | None
    interfacial: Measured | None
    arcs: tuple[Arc, ...]


def resistances(fits: Sequence[Fit]) -> list[Resistances]:
    """Of each of these fits, which are of one circuit."""
    arcs = [arcs_of(one) for one in fits]
    parts = branches(fits[0].circuit.tree)
    alone = [part.name for part in parts if isinstance(part, Element) and part.kind.code == "R"]
    middle = np.median([[arc.capacitance[0] for arc in own] for own in arcs], axis=0)
    names = [arc.resistor for arc in arcs[0]]
    fast = [name for name, size in zip(names, middle, strict=True) if size < INTERFACE_FROM_F]
    slow = [name for name in names if name not in fast]
    return [
        Resistances(_sum(one, alone), _sum(one, alone + fast), _sum(one, slow), tuple(own))
        for one, own in zip(fits, arcs, strict=True)
    ]


def _sum(found: Fit, names: list[str]) -> Measured | None:
    return (*found.sum_of(names), " + ".join(names)) if names else None


def arcs_of(found: Fit) -> list[Arc]:
    """Arcs of the simple shapes, in the circuit's order."""
    arcs = []
    for part in branches(found.circuit.tree):
        inner = list(elements_of(part))
        codes = tuple(element.kind.code for element in inner)
        if tuple(sorted(codes, reverse=True)) in SIMPLE_ARCS:
            arcs.append(_arc(found, {element.kind.code: element.name for element in inner}))
    return arcs


def _arc(found: Fit, names: dict[str, str]) -> Arc:
    places = {
        (slot.code, slot.parameter.symbol): place
        for place, slot in enumerate(found.circuit.slots)
        if slot.element in names.values()
    }
    if "C" in names:
        place = places["C", "C"]
        own = float(found.values[place]), float(found.uncertainties[place])
        return Arc(names["C"], own, names["R"])
    if "ZARC" in names:
        resistance, tau = places["ZARC", "R"], places["ZARC", "tau"]
        value = float(found.values[tau] / found.values[resistance])
        return Arc(names["ZARC"], (value, value * found.propagated({tau: 1, resistance: -1})), names["ZARC"])
    resistance, q, n = places["R", "R"], places["CPE", "Q"], places["CPE", "n"]
    r_ohm, q_value, exponent = (float(found.values[place]) for place in (resistance, q, n))
    value = effective_capacitance(r_ohm, q_value, exponent)
    along_n = -(np.log(r_ohm) + np.log(value)) / exponent
    spread = found.propagated({resistance: (1 - exponent) / exponent, q: 1 / exponent, n: along_n})
    return Arc(names["CPE"], (value, value * spread), names["R"])
