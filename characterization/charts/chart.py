"""A figure as data: axes with units, panes, layers. ``web`` and ``print`` press it; nothing here draws.

A chart names colours by role (``s4``), never by value, so one description serves light, dark and paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
LayerKind = Literal["line", "points", "line+points", "band", "area", "sticks", "heat"]


@dataclass(frozen=True)
class Axis:
    """``quantity`` and ``unit`` make "Discharge capacity (mAh/g active)". ``reversed`` is for binding energy."""

    quantity: str
    unit: str = ""
    reversed: bool = False
    log: bool = False
    range: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        return f"{self.quantity} ({self.unit})" if self.unit else self.quantity


@dataclass(frozen=True)
class Layer:
    """One line, cloud, band or set of sticks.

    ``x`` and ``y`` have one length; ``band`` fills between ``y`` and ``y2``, ``area`` between ``y`` and ``y2`` or zero,
    ``sticks`` rise from zero. ``heat`` colours a field by ``z`` in cividis: one row per ``y`` and one column per ``x``,
    both ascending and of their own lengths; its ``label`` names z with its unit. NaN breaks a line. ``colour`` is
    ``s0`` … ``s8``, ``text``, ``text2`` or ``ramp:0.25`` (place in the ordered ramp, 0 first, 1 last). ``label`` is
    written at the end of the line; empty labels are not.
    ``hollow`` marks are for charge, filled ones for discharge. ``mark`` is circle, square, triangle, diamond,
    triangle-down, cross, pentagon, star, ring; empty means by colour. ``thin`` lines are spectra.
    ``source`` names the sample or measurement for the hover card. ``at`` is where an area has its middle, by which it
    can be moved; without it that is its highest point.
    """

    kind: LayerKind
    x: Numbers
    y: Numbers
    label: str = ""
    colour: str = "s4"
    y2: Numbers | None = None
    dash: bool = False
    hollow: bool = False
    mark: str = ""
    mark_every: int = 1
    thin: bool = False
    source: str = ""
    z: Numbers | None = None
    at: float | None = None


@dataclass(frozen=True)
class Note:
    """A word at a point of a pane: a peak's position, "slope before the plateau"."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Pane:
    """One y axis with its layers. ``share`` is its part of the height; panes share the x axis, first on top."""

    y: Axis
    layers: Sequence[Layer]
    share: float = 1.0
    notes: Sequence[Note] = ()


@dataclass(frozen=True)
class Chart:
    """``key`` is stable (``capacity``, ``voltage_curves``) and names exports. ``empty`` says why nothing is drawn.

    ``caption`` holds what the figure leaves out or which smoothing it uses. ``equal_scales`` is for Nyquist plots.
    """

    key: str
    title: str
    x: Axis
    panes: Sequence[Pane]
    subtitle: str = ""
    caption: str = ""
    description: str = ""
    empty: str = ""
    simulated: bool = False
    equal_scales: bool = False
    flags: Sequence[str] = field(default_factory=tuple)

    @property
    def layers(self) -> list[Layer]:
        return [layer for pane in self.panes for layer in pane.layers]

    @property
    def points(self) -> int:
        return sum(len(layer.x) for layer in self.layers)


def numbers(values: object) -> Numbers:
    """Any sequence or series as float64 without a copy where that is possible."""
    return np.asarray(values, dtype=np.float64)
