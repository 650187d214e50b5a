"""The charge reference: what is added to every binding energy so that C–C of C 1s lies where it is known to lie.

C–C is taken where a fitted model has it, since the maximum of C 1s is pulled up by what lies beside it; the maximum
stands in where no model is fitted, or where its C–C is not the largest component near the maximum. In a file with one
C 1s region for each of several regions of another name, the first belongs to the first, and so on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from characterization.analysis.base import Conditions, Result
from characterization.analysis.photoemission import Region
from characterization.analysis.xps import fitting
from characterization.analysis.xps.fitting import Fitted

REFERENCE_EV = 284.8
BELIEVABLE_SHIFT_EV = 10.0
ON, OFF = "on", "off"


@dataclass
class Reference:
    """``shifts``: subject, shift in eV and its standard deviation (None: not known), of each reference that is used."""

    way: str
    shifts: list[tuple[str, float, float | None]]
    fits: dict[int, Fitted] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)
    by_block: dict[int, float] = field(default_factory=dict)

    def shift_of(self, region: Region) -> float:
        return self.by_block.get(region.block, self.shifts[0][1])


def reference(regions: Sequence[Region], conditions: Conditions, result: Result) -> Reference:
    if conditions.parameters.get("charge_reference", ON) in (False, OFF):
        return Reference("charge reference switched off", [("", 0.0, None)])
    carbons = [region for region in regions if region.is_carbon and not region.survey]
    if not carbons:
        told = "The file has no C 1s region: energies stand as measured, not charge-referenced."
        result.flag("no_charge_reference", told)
        return Reference("no C 1s region, energies as measured", [("", 0.0, None)])
    usable = [region for region in carbons if region.stands_out]
    if not usable:
        told = "The C 1s region shows no maximum above its noise: energies stand as measured."
        result.flag("weak_charge_reference", told)
        return Reference("C 1s too weak, energies as measured", [("", 0.0, None)])
    return _by_carbon(regions, usable[: fitting.MOST_FITTED], conditions, result)


def _by_carbon(
    regions: Sequence[Region], carbons: Sequence[Region], conditions: Conditions, result: Result
) -> Reference:
    place_eV = _number(conditions, "charge_reference_eV", REFERENCE_EV)
    rough = [place_eV - region.position_eV for region in carbons]
    fits = fitting.fit_group(
        carbons, rough, conditions, result, refers=True, place_eV=place_eV,
        component=str(conditions.parameters.get("charge_component") or ""),
    )  # fmt: skip
    found = {one.region.block: one for one in fits}
    read = [_read(region, near, found.get(region.block)) for region, near in zip(carbons, rough, strict=True)]
    by_block = _shared(regions, carbons, [shift for shift, _, _ in read])
    first = found.get(carbons[0].block)
    shift, _, by_fit = read[0]
    what = f"fitted {first.model.reference}" if first is not None and by_fit else "maximum"
    if first is not None and first.model.reference and not by_fit:
        told = (
            f"{first.region.subject}: the fitted {first.model.reference} is not the largest component near the "
            "maximum; the maximum is taken for it."
        )
        result.flag("charge_reference_by_maximum", told)
    far = next((one for one, _, _ in read if abs(one) > BELIEVABLE_SHIFT_EV), None)
    if far is not None:
        told = f"C 1s lies at {place_eV - far:.2f} eV, {far:+.2f} eV from {place_eV:g} eV: check that this is C 1s."
        result.flag("large_charge_shift", told)
    way = f"{what} of {carbons[0].subject} at {place_eV:g} eV, shift {shift:+.2f} eV"
    several = len(carbons) > 1 and any(abs(moved - shift) > 1e-9 for moved, _, _ in read)
    if several:
        way = f"{what} of C 1s at {place_eV:g} eV, each of {len(carbons)} C 1s regions for itself and its companions"
    shifts = [
        (region.subject if several else "", *one[:2]) for region, one in zip(carbons, read, strict=True)
    ]
    return Reference(way, shifts if several else shifts[:1], found, {one.block for one in carbons}, by_block)


def _read(region: Region, rough_eV: float, found: Fitted | None) -> tuple[float, float | None, bool]:
    if found is None or not found.fit.shifted:
        return rough_eV, None, False
    return found.fit.layout.shift(found.fit.theta), found.fit.spread("shift", -1), True


def _shared(
    regions: Sequence[Region], carbons: Sequence[Region], shifts_eV: Sequence[float]
) -> dict[int, float]:
    """By block: its own shift for C 1s; the n-th region of a name takes the n-th C 1s, where there are as many."""
    own = {region.block: shift for region, shift in zip(carbons, shifts_eV, strict=True)}
    count = Counter(region.name for region in regions)
    seen: Counter[str] = Counter()
    for region in regions:
        place = seen[region.name]
        seen[region.name] += 1
        alike = count[region.name] == len(carbons)
        own.setdefault(region.block, shifts_eV[place] if alike else shifts_eV[0])
    return own


def _number(conditions: Conditions, name: str, default: float) -> float:
    given: Mapping[str, object] = conditions.parameters
    value = given.get(name, default)
    return float(value) if isinstance(value, int | float) else default
