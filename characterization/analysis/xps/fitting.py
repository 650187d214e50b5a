"""Which model a region is fitted with, and the fit: asked for by a person, or the one that comes nearest.

The regions of one name in a file are a series and get one model. Where C–C of a C 1s region is the charge reference,
the whole region moves until C–C lies where the model has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from characterization.analysis.base import Conditions, Result
from characterization.analysis.photoemission import Region
from characterization.analysis.xps import asked
from characterization.analysis.xps.fit import Fit, NoFitError, Points, fit
from characterization.analysis.xps.layout import Layout
from characterization.analysis.xps.models import Model

SHIFT_WINDOW_EV = 0.5
"""C–C lies so near the maximum of C 1s, or the maximum is something else."""

REPRESENTATIVES = 3
MOST_FITTED = 100
MOST_POINTS = 2000
LEAST_COVERED = 0.5


@dataclass(frozen=True)
class Fitted:
    """A region with its fit; ``why`` says how the model was chosen."""

    region: Region
    model: Model
    fit: Fit
    why: str


def points_of(region: Region, model: Model, shift_eV: float) -> Points:
    """The region's points within the model's window. Raises NoFitError where too little of it was measured."""
    low, high = (end - shift_eV for end in model.window_eV)
    inside = (region.energy_eV >= low) & (region.energy_eV <= high)
    energy = region.energy_eV[inside]
    covered = float(np.ptp(energy)) if len(energy) else 0.0
    if covered < LEAST_COVERED * (high - low):
        told = f"only {covered:.1f} of the {high - low:.1f} eV of its window were measured"
        raise NoFitError(told)
    if len(energy) > MOST_POINTS:
        told = f"{len(energy):,} points are more than the {MOST_POINTS:,} that are fitted at the most"
        raise NoFitError(told)
    return Points(energy, region.intensity[inside], counts_per_unit(region))


def counts_per_unit(region: Region) -> float | None:
    """What turns the region's intensity into counts; None where that is not known."""
    if region.unit != "counts":
        return region.seconds
    return 1.0 if bool((region.intensity == np.round(region.intensity)).all()) else None


def fit_region(region: Region, model: Model, shift_eV: float, *, refers: bool) -> Fit:
    """With ``refers`` the shift is fitted, so that the model's reference lies in its place, and the window with it.

    A reference that is not the largest component, or at the end of its reach, is none: then the maximum is it.
    Raises NoFitError.
    """
    shift_eV += model.maximum_off_eV if refers else 0.0
    points = points_of(region, model, shift_eV)
    if not refers or not model.reference:
        return fit(Layout(model, points.energy_eV, shift_eV), points)
    found = fit(Layout(model, points.energy_eV, shift_eV, SHIFT_WINDOW_EV), points)
    if not found.shifted:
        held = _holding(model, model.reference)
        return fit(Layout(held, points.energy_eV, shift_eV), points)
    there = found.layout.shift(found.theta)
    points = points_of(region, model, there)
    again = fit(Layout(model, points.energy_eV, there, SHIFT_WINDOW_EV), points)
    return again if again.shifted else found


def _holding(model: Model, name: str) -> Model:
    parts = tuple(
        replace(one, centre_tolerance_eV=0.0) if one.name == name else one for one in model.components
    )
    return replace(model, components=parts)


def fit_group(
    regions: Sequence[Region], shifts_eV: Sequence[float], conditions: Conditions, result: Result, *,
    refers: bool = False, place_eV: float = 0.0, component: str = "",
) -> list[Fitted]:  # fmt: skip
    """The fits of regions of one name, with what went wrong told. ``refers``: the charge shift is read off them.

    ``place_eV`` is where the reference then lies; ``component`` names it, where it is not the model's own.
    """
    if not regions:
        return []
    given = asked.wanted(regions[0], conditions, result)
    if not given.candidates:
        return []
    models = (
        [asked.referring(one, component, place_eV, result) for one in given.models]
        if refers
        else given.models
    )
    found, told = series(regions, shifts_eV, models, given.why, refers=refers)
    for sentence in told:
        result.flag("not_fitted", f"{sentence}. No components are fitted.")
    return [one for one in found if one is not None]


def series(
    regions: Sequence[Region],
    shifts_eV: Sequence[float],
    models: Sequence[Model],
    why: str = "",
    *,
    refers: bool = False,
) -> tuple[list[Fitted | None], list[str]]:
    """One model for all regions of a name: the one with the lowest Bayesian information criterion over up to three of
    them. Of each region its fit, or nothing and in the second list why."""
    errors: dict[str, str] = {}
    model = _nearest(regions, shifts_eV, models, errors, refers=refers)
    found: list[Fitted | None] = []
    for region, shift in zip(regions, shifts_eV, strict=True):
        try:
            if model is None:
                raise NoFitError(errors.get("", "no model"))
            found.append(Fitted(region, model, fit_region(region, model, shift, refers=refers), why))
        except (NoFitError, np.linalg.LinAlgError, ValueError, FloatingPointError) as error:
            errors[region.subject] = str(error)
            found.append(None)
    return found, [f"{name}: {why}" for name, why in errors.items() if name]


def _nearest(
    regions: Sequence[Region],
    shifts_eV: Sequence[float],
    models: Sequence[Model],
    errors: dict[str, str],
    *,
    refers: bool,
) -> Model | None:
    if len(models) == 1:
        return models[0]
    places = sorted({0, len(regions) // 2, len(regions) - 1})[:REPRESENTATIVES]
    scored: list[tuple[float, Model]] = []
    for model in models:
        try:
            fits = [fit_region(regions[place], model, shifts_eV[place], refers=refers) for place in places]
        except (NoFitError, np.linalg.LinAlgError, ValueError, FloatingPointError) as error:
            errors[""] = str(error)
        else:
            scored.append((sum(_criterion(one) for one in fits), model))
    return min(scored, key=lambda one: one[0])[1] if scored else None


def _criterion(one: Fit) -> float:
    """Bayesian information criterion, with the misfit's own scale where the counts are not known."""
    points = len(one.points.energy_eV)
    misfit = one.chi_square if one.points.per_unit else points * float(np.log(max(one.chi_square, 1e-300)))
    return misfit + len(one.theta) * float(np.log(points))
