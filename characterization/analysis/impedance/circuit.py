"""A circuit ready to be counted: its parameters in order, its impedance and the slopes along each of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from characterization.analysis.impedance import grammar
from characterization.analysis.impedance.elements import Parameter
from characterization.analysis.impedance.grammar import Element, Node, Parallel, Series
from characterization.analysis.impedance.spectra import Complex
from characterization.charts.chart import Numbers

SIMPLE_ARCS = (("R", "CPE"), ("R", "C"), ("ZARC",))
LARGEST_LOG = 80.0
"""Parameters stay between e^−80 and e^80, which every unit of the field does."""


@dataclass(frozen=True)
class Slot:
    """One number of a circuit: the parameter of an element."""

    element: str
    code: str
    parameter: Parameter
    lone: bool

    @property
    def name(self) -> str:
        """``R1`` where the element has one parameter, else ``CPE1_Q``."""
        return self.element if self.lone else f"{self.element}_{self.parameter.symbol}"


@dataclass(frozen=True)
class Circuit:
    tree: Node

    @classmethod
    def of(cls, text: str) -> Circuit:
        """Raises grammar.CircuitError."""
        return cls(grammar.parse(text))

    @cached_property
    def text(self) -> str:
        return grammar.written(self.tree)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        return tuple(grammar.elements_of(self.tree))

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(
            Slot(element.name, element.kind.code, parameter, len(element.kind.parameters) == 1)
            for element in self.elements
            for parameter in element.kind.parameters
        )

    @cached_property
    def exponents(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.array([slot.parameter.exponent for slot in self.slots])

    def values(self, theta: Numbers) -> Numbers:
        """Parameters themselves from what is counted with."""
        grown = np.exp(np.clip(theta, -LARGEST_LOG, LARGEST_LOG))
        return np.where(self.exponents, theta, grown)

    def theta(self, values: Numbers) -> Numbers:
        """The other way; values are above 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.clip(np.log(values), -LARGEST_LOG, LARGEST_LOG)
        return np.where(self.exponents, values, logs)

    def alike(self) -> list[list[slice]]:
        """Places of the parameters of arcs that have the same shape, two or more of each: p(R,CPE), p(R,C), ZARC."""
        shapes: dict[tuple[str, ...], list[slice]] = {}
        at = 0
        for part in branches(self.tree):
            codes = tuple(element.kind.code for element in grammar.elements_of(part))
            end = at + sum(len(element.kind.parameters) for element in grammar.elements_of(part))
            if codes in SIMPLE_ARCS:
                shapes.setdefault(codes, []).append(slice(at, end))
            at = end
        return [blocks for blocks in shapes.values() if len(blocks) > 1]

    def impedance(self, omega: Numbers, theta: Numbers) -> Complex:
        return self.response(omega, theta)[0]

    def response(self, omega: Numbers, theta: Numbers) -> tuple[Complex, Complex]:
        """Impedance (N) and its slopes along theta (N × parameters)."""
        s: Complex = np.asarray(1j * omega, dtype=np.complex128)
        with np.errstate(all="ignore"):
            z, slopes, _ = _respond(self.tree, s, self.values(theta), 0)
        return z, np.stack(slopes, axis=1)


def _respond(node: Node, s: Complex, values: Numbers, at: int) -> tuple[Complex, list[Complex], int]:
    """Impedance and slopes of a part whose parameters begin at ``at``, and where those of the next begin."""
    if isinstance(node, Element):
        end = at + len(node.kind.parameters)
        z, own = node.kind.response(s, values[at:end].tolist())
        return z, list(own), end
    answers = []
    for part in node.parts:
        z, slopes, at = _respond(part, s, values, at)
        answers.append((z, slopes))
    if isinstance(node, Series):
        return sum((z for z, _ in answers), np.zeros_like(s)), [one for _, own in answers for one in own], at
    whole = 1 / sum((1 / z for z, _ in answers), np.zeros_like(s))
    return whole, [one * (whole / z) ** 2 for z, own in answers for one in own], at


def branches(node: Node) -> tuple[Node, ...]:
    """The parts in series of a whole circuit."""
    return node.parts if isinstance(node, Series) else (node,)


def is_arc(node: Node) -> bool:
    """Whether a part in series has a resistance and a time constant: a bracket, ZARC, G, Ws."""
    if isinstance(node, Parallel):
        return True
    return isinstance(node, Element) and node.kind.code in ("ZARC", "G", "Ws")
