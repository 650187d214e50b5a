"""A model over measured energies: which numbers are fitted, between which limits, and the spectrum that they give.

One vector holds, in this order: the charge shift (where it is read off this region), and of each component what is not
held: offset from its place, width, lorentz, asymmetry; the background's strength; then what the spectrum is linear in:
the areas that are not held, the background's constant and slope.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from characterization.analysis.xps.backgrounds import Background
from characterization.analysis.xps.lines import Line
from characterization.analysis.xps.models import Component, Model
from characterization.charts.chart import Numbers

OFFSET, FWHM, LORENTZ, ASYMMETRY = range(4)
NAMES = ("place", "width", "Lorentzian", "asymmetry")


@dataclass(frozen=True)
class Slot:
    """One fitted number. ``component`` is −1 for what belongs to all; ``kind`` as in NAMES, ``area``, ``shift``, …"""

    kind: str
    component: int
    least: float
    most: float

    @property
    def windowed(self) -> bool:
        """Whether the model gives it limits of its own."""
        return self.kind in NAMES


class Layout:
    """``shift_eV`` is (about) what is to be added to the energies; with ``shift_window_eV`` it is fitted around it."""

    def __init__(
        self, model: Model, energy_eV: Numbers, shift_eV: float, shift_window_eV: float = 0.0
    ) -> None:
        self.model = model
        self.energy_eV = energy_eV
        self.shift_eV = shift_eV
        self.background = Background(model.background, energy_eV)
        self.components: tuple[Component, ...] = model.components
        self.lines = [Line(one.shape, one.doublet) for one in model.components]
        place = {one.name: number for number, one in enumerate(model.components)}
        self.width_of = [
            place.get(one.share_width_with, number) for number, one in enumerate(model.components)
        ]
        self.shape_of = [
            place.get(one.share_width_with or one.share_shape_with, number)
            for number, one in enumerate(model.components)
        ]
        self.slots = self._slots(shift_window_eV)
        self.place = {(slot.kind, slot.component): number for number, slot in enumerate(self.slots)}

    def _slots(self, shift_window_eV: float) -> list[Slot]:
        slots: list[Slot] = []
        if shift_window_eV:
            slots.append(Slot("shift", -1, self.shift_eV - shift_window_eV, self.shift_eV + shift_window_eV))
        for number, one in enumerate(self.components):
            held = shift_window_eV and one.name == self.model.reference
            if one.centre_tolerance_eV > 0 and not held:
                slots.append(Slot(NAMES[OFFSET], number, -one.centre_tolerance_eV, one.centre_tolerance_eV))
            if self.width_of[number] == number and not one.fwhm_eV.held:
                slots.append(Slot(NAMES[FWHM], number, one.fwhm_eV.least, one.fwhm_eV.most))
            if self.shape_of[number] == number and not one.lorentz.held:
                slots.append(Slot(NAMES[LORENTZ], number, one.lorentz.least, one.lorentz.most))
            if one.shape == "doniach-sunjic" and self.shape_of[number] == number and not one.asymmetry.held:
                slots.append(Slot(NAMES[ASYMMETRY], number, one.asymmetry.least, one.asymmetry.most))
        if self.background.follows:
            slots.append(Slot("strength", -1, 0.0, np.inf))
        slots += [
            Slot("area", number, 0.0, np.inf)
            for number, one in enumerate(self.components)
            if one.area is None
        ]
        slots += [
            Slot(f"base {number}", -1, -np.inf, np.inf) for number in range(len(self.background.columns))
        ]
        return slots

    @cached_property
    def bent(self) -> int:
        """How many numbers, the first ones, the spectrum is not linear in."""
        return sum(slot.windowed or slot.kind in ("shift", "strength") for slot in self.slots)

    def value(self, theta: Numbers, kind: str, component: int, held: float) -> float:
        number = self.place.get((kind, component))
        return held if number is None else float(theta[number])

    def of_component(self, theta: Numbers, number: int) -> tuple[float, float, float, float]:
        """Centre after the charge reference, full width, lorentz, asymmetry."""
        one = self.components[number]
        wide, shaped = self.width_of[number], self.shape_of[number]
        widths, shapes = self.components[wide], self.components[shaped]
        return (
            one.centre_eV + self.value(theta, NAMES[OFFSET], number, 0.0),
            self.value(theta, NAMES[FWHM], wide, widths.fwhm_eV.middle),
            self.value(theta, NAMES[LORENTZ], shaped, shapes.lorentz.middle),
            self.value(theta, NAMES[ASYMMETRY], shaped, shapes.asymmetry.middle),
        )

    def shift(self, theta: Numbers) -> float:
        return self.value(theta, "shift", -1, self.shift_eV)

    def strength(self, theta: Numbers) -> float:
        return self.value(theta, "strength", -1, 0.0)

    def areas(self, theta: Numbers) -> Numbers:
        """Of each component, held ones too."""
        return np.array(
            [self.value(theta, "area", number, one.area or 0.0) for number, one in enumerate(self.components)]
        )

    def shapes(self, theta: Numbers) -> tuple[Numbers, Numbers]:
        """Unit lines (c, n) and their slopes (c, 4, n)."""
        made = []
        shift = self.shift(theta)
        for number, line in enumerate(self.lines):
            centre, *others = self.of_component(theta, number)
            made.append(line.at(self.energy_eV, centre - shift, *others))
        return np.stack([one for one, _ in made]), np.stack([slopes for _, slopes in made])

    def spectrum(self, theta: Numbers) -> tuple[Numbers, Numbers]:
        """The spectrum (n,) and its slopes along all slots (slots, n)."""
        lines, slopes = self.shapes(theta)
        areas, strength = self.areas(theta), self.strength(theta)
        peaks = areas @ lines
        along = np.zeros((len(self.slots), len(self.energy_eV)))
        for (kind, number), place in self.place.items():
            if kind in NAMES:
                which = NAMES.index(kind)
                sources = (range(len(areas)), self.width_of, self.shape_of, self.shape_of)[which]
                along[place] = sum(
                    areas[one] * slopes[one, which] for one, source in enumerate(sources) if source == number
                )
            elif kind == "shift":
                along[place] = -(areas @ slopes[:, OFFSET])
            elif kind == "area":
                along[place] = lines[number]
        base = self.background.columns
        first_base = len(self.slots) - len(base)
        if self.background.follows:
            under = self.background.under(np.vstack((along[:first_base], peaks)))
            along[:first_base] += strength * under[:-1]
            along[self.place["strength", -1]] = under[-1]
            peaks = peaks + strength * under[-1]
        along[first_base:] = base
        return peaks + theta[first_base:] @ base, along

    def under(self, theta: Numbers) -> Numbers:
        """The background alone."""
        base = self.background.columns
        found = theta[len(self.slots) - len(base) :] @ base
        if self.background.follows:
            found = found + self.strength(theta) * self.background.under(
                self.areas(theta) @ self.shapes(theta)[0]
            )
        return np.asarray(found, dtype=np.float64)

    @cached_property
    def pulls(self) -> tuple[npt.NDArray[np.intp], Numbers]:
        """Which numbers are places, and how strongly each is drawn to where the model has it: 1/σ of its window."""
        places = [number for number, slot in enumerate(self.slots) if slot.kind == NAMES[OFFSET]]
        return np.array(places, dtype=np.intp), np.array(
            [np.sqrt(3) / self.slots[one].most for one in places]
        )

    @cached_property
    def limits(self) -> tuple[Numbers, Numbers]:
        return (np.array([slot.least for slot in self.slots]), np.array([slot.most for slot in self.slots]))
