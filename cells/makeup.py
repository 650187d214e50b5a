"""What a composite cathode really consists of: planned and weighed mass of each component, and its share by weight.

The real share is what was weighed of a component per sum of what was weighed of all components, in wt %. Whatever was
taken beside the components of the recipe (a solvent, milling balls) stays out of the sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from synthesis import deviations
from synthesis.deviations import Deviation, Limit

WHOLE = Decimal(100)
WEIGHED, BY_RECIPE = "weighed", "recipe"


@dataclass(frozen=True)
class Component:
    """One line of a recipe: share in wt %, and how far a weighing may lie from its plan, in % of the plan."""

    material: str
    role: str
    share: Decimal
    limit: Limit | None = None
    role_label: str = ""


@dataclass(frozen=True)
class Part:
    """A component as it was weighed. None where nothing was weighed, or where no target was named.

    ``apart`` is against the planned mass, or against the planned share where the batch has no target mass.
    """

    component: Component
    planned_mg: Decimal | None
    weighed_mg: Decimal | None
    real_share: Decimal | None
    apart: Deviation | None


@dataclass(frozen=True)
class Makeup:
    """``complete`` says that every component has its weighed mass; only then are there real shares."""

    parts: list[Part] = field(default_factory=list)
    total_mg: Decimal = Decimal(0)
    complete: bool = False

    def active_share(self) -> tuple[float | None, str]:
        """Share of active material, 0 … 1, and whether it is that of the weighing or of the recipe.

        None where the recipe names no active material.
        """
        active = [part for part in self.parts if part.component.role == "active"]
        if not active:
            return None, BY_RECIPE
        if self.complete:
            return float(sum(part.real_share or 0 for part in active) / WHOLE), WEIGHED
        return float(sum(part.component.share for part in active) / WHOLE), BY_RECIPE


def planned_mg(share: Decimal, target_mg: float | Decimal) -> Decimal:
    """The mass that a share of a target asks for, to the microgram."""
    return (share * Decimal(str(target_mg)) / WHOLE).quantize(Decimal("0.001")).normalize()


def of(
    components: Iterable[Component],
    weighed_mg: Mapping[str, Decimal],
    target_mg: float | None,
    limits: Mapping[str, Limit] | None = None,
) -> Makeup:
    """``weighed_mg`` is by material in small letters; ``limits`` of a protocol come before the recipe's own."""
    lines = list(components)
    found = [weighed_mg.get(line.material.lower()) for line in lines]
    known = [mass for mass in found if mass]
    complete = bool(lines) and len(known) == len(lines)
    total = sum(known, Decimal(0))
    parts = [
        _part(line, mass or None, target_mg, total if complete else None, (limits or {}).get(line.material))
        for line, mass in zip(lines, found, strict=True)
    ]
    return Makeup(parts, total, complete)


def _part(
    line: Component,
    mass: Decimal | None,
    target_mg: float | None,
    total: Decimal | None,
    limit: Limit | None,
) -> Part:
    planned = planned_mg(line.share, target_mg) if target_mg else None
    real = mass / total * WHOLE if mass and total else None
    allowed = limit or line.limit
    apart = None
    if planned and mass:
        apart = deviations.between(float(planned), float(mass), "mg", allowed)
    elif real is not None and target_mg is None:
        apart = deviations.between(float(line.share), float(real), "wt %", allowed)
    return Part(line, planned, mass, real, apart)
