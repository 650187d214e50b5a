"""Fits a model to a region by least squares, background and peaks together, with honest uncertainties.

Points weigh by counting statistics, σ² = counts, the counts smoothed so that a low point does not weigh more than a
high one. Where the counting time is not known, σ² ∝ intensity, and its scale comes from the misfit. A place is drawn to
where the model has it as weakly as its window ± t says, σ = t/√3: that decides only where the points do not. The
covariance is that of the linearised problem, widened by the reduced χ² where that is above 1; what has limits in the
model is known to (most − least)/√12 without any data.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import least_squares, nnls

from characterization.analysis.spectra import end_levels, smoothed
from characterization.analysis.xps.layout import NAMES, Layout
from characterization.analysis.xps.models import Component
from characterization.charts.chart import Numbers

WIDTH_STARTS = (0.25, 0.5, 0.8)
"""Where between least and most the widths begin, on a logarithmic scale; the best of these is fitted."""

SMOOTHED_POINTS = 9
MOST_ROUNDS = 120
MOST_SECONDS = 6.0
TOLERANCE = 1e-9
AT_LIMIT = 1e-3


class NoFitError(Exception):
    """The points do not allow a fit; the message says why."""


@dataclass(frozen=True)
class Points:
    """Ascending energies; ``per_unit`` turns an intensity into counts, None where that is not known."""

    energy_eV: Numbers
    intensity: Numbers
    per_unit: float | None

    @cached_property
    def sigma(self) -> Numbers:
        """One standard deviation of each intensity, up to a factor where the counts are not known."""
        width = SMOOTHED_POINTS * float(np.median(np.diff(self.energy_eV)))
        even = smoothed(self.energy_eV, self.intensity, width)
        per_unit = self.per_unit or 1.0
        least = 1.0 / per_unit if self.per_unit else max(float(even.max()) * 1e-6, 1e-300)
        return np.asarray(np.sqrt(np.maximum(even, least) / per_unit), dtype=np.float64)


@dataclass(frozen=True)
class Fit:
    """``theta`` in the order of the layout's slots; areas in the intensity's unit · eV."""

    layout: Layout
    points: Points
    theta: Numbers
    envelope: Numbers
    slopes: Numbers

    @cached_property
    def residual_sigmas(self) -> Numbers:
        """(measured − fitted) / σ; where the counts are not known σ is such that their reduced χ² is 1."""
        scale = 1.0 if self.points.per_unit else max(np.sqrt(self.chi_square / self.freedom), 1e-300)
        sigmas: Numbers = (self.points.intensity - self.envelope) / self.points.sigma / scale
        return sigmas

    @cached_property
    def chi_square(self) -> float:
        return float((((self.points.intensity - self.envelope) / self.points.sigma) ** 2).sum())

    @property
    def freedom(self) -> int:
        return max(len(self.points.energy_eV) - len(self.theta), 1)

    @property
    def reduced_chi_square(self) -> float | None:
        """None where the counts are not known."""
        return self.chi_square / self.freedom if self.points.per_unit else None

    @cached_property
    def covariance(self) -> Numbers:
        weighted = self.slopes / self.points.sigma
        least, most = self.layout.limits
        known = [
            12 / (b - a) ** 2 if slot.windowed else 0.0
            for slot, a, b in zip(self.layout.slots, least, most, strict=True)
        ]
        scale = self.chi_square / self.freedom
        scale = max(scale, 1.0) if self.points.per_unit else scale
        curvature = weighted @ weighted.T / max(scale, 1e-300) + np.diag(known)
        size = np.sqrt(np.maximum(np.diag(curvature), 1e-300))
        scaled = np.linalg.pinv(curvature / np.outer(size, size), rcond=1e-12, hermitian=True)
        return np.asarray(scaled / np.outer(size, size), dtype=np.float64)

    @property
    def components(self) -> tuple[Component, ...]:
        return self.layout.components

    def spread(self, kind: str, component: int) -> float | None:
        """One standard deviation of a fitted number, None of what is held."""
        place = self.layout.place.get((kind, component))
        return None if place is None else float(np.sqrt(self.covariance[place, place]))

    @property
    def shifted(self) -> bool:
        """Whether a charge shift was fitted that can be believed: within its reach, and by the largest component unless
        another was asked for."""
        place = self.layout.place.get(("shift", -1))
        if place is None:
            return False
        model = self.layout.model
        largest = self.components[int(self.layout.areas(self.theta).argmax())].name
        off = abs(float(self.theta[place]) - self.layout.shift_eV)
        reach = self.layout.slots[place].most - self.layout.shift_eV
        return (model.reference_asked or largest == model.reference) and off < 0.98 * reach

    def at_limits(self) -> list[tuple[str, int]]:
        """What ended at a limit of the model: kind and component."""
        least, most = self.layout.limits
        near = np.where(np.isfinite(most - least), AT_LIMIT * (most - least), 0.0)
        ended = (self.theta <= least + near) | (self.theta >= most - near)
        return [
            (slot.kind, slot.component)
            for slot, end in zip(self.layout.slots, ended, strict=True)
            if end and slot.windowed
        ]


def fit(layout: Layout, points: Points) -> Fit:
    """Raises NoFitError where the points are too few or no sum of these lines comes near them."""
    if len(points.energy_eV) <= len(layout.slots):
        told = f"{len(points.energy_eV)} points are too few for {len(layout.slots)} fitted numbers"
        raise NoFitError(told)
    least, most = layout.limits
    scale = 1 / points.sigma

    pulled, pull = layout.pulls
    at = _once(layout, time.process_time() + MOST_SECONDS)

    def residual(theta: Numbers) -> Numbers:
        off = (at(theta)[0] - points.intensity) * scale
        return np.concatenate((off, theta[pulled] * pull))

    def slopes(theta: Numbers) -> Numbers:
        along = (at(theta)[1] * scale).T
        return np.vstack((along, np.diag(pull) @ np.eye(len(theta))[pulled]))

    start = _start(layout, points)
    found = least_squares(
        residual, start, slopes, bounds=(least, most), x_scale="jac", method="trf",
        ftol=TOLERANCE, xtol=TOLERANCE, gtol=TOLERANCE, max_nfev=MOST_ROUNDS,
    )  # fmt: skip
    envelope, along = layout.spectrum(found.x)
    if not np.isfinite(found.cost) or not np.isfinite(along).all():
        raise NoFitError("the least squares do not converge")
    return Fit(layout, points, found.x, envelope, along)


def _once(layout: Layout, until_s: float) -> Callable[[Numbers], tuple[Numbers, Numbers]]:
    """Spectrum and slopes, which are asked for one after the other, counted once. Raises NoFitError when late."""
    kept: dict[bytes, tuple[Numbers, Numbers]] = {}

    def at(theta: Numbers) -> tuple[Numbers, Numbers]:
        key = theta.tobytes()
        if key not in kept:
            if time.process_time() > until_s:
                told = f"{len(layout.components)} components are not found within {MOST_SECONDS:g} s"
                raise NoFitError(told)
            kept.clear()
            kept[key] = layout.spectrum(theta)
        return kept[key]

    return at


def _start(layout: Layout, points: Points) -> Numbers:
    """The best of a few widths, with the areas that go best with them, none below zero."""
    tried = [_linear(layout, points, _bent(layout, share)) for share in WIDTH_STARTS]
    return min(tried, key=lambda one: one[0])[1]


def _bent(layout: Layout, share: float) -> Numbers:
    theta = np.zeros(len(layout.slots))
    for place, slot in enumerate(layout.slots):
        if slot.kind == NAMES[1]:
            theta[place] = slot.least ** (1 - share) * slot.most**share
        elif slot.windowed or slot.kind == "shift":
            theta[place] = (slot.least + slot.most) / 2
    return theta


def _linear(layout: Layout, points: Points, theta: Numbers) -> tuple[float, Numbers]:
    """Areas, background's base and its strength by non-negative least squares, all bent numbers but that as given.

    The background that a spectrum's own net intensity leaves stands in for that of the peaks.
    """
    lines = layout.shapes(theta)[0]
    free = [number for number, one in enumerate(layout.components) if one.area is None]
    held = layout.areas(theta) @ lines
    base = layout.background.columns
    low = min(end_levels(points.intensity))
    columns = [*lines[free], *base, *(-base)]
    if layout.background.follows:
        columns.append(layout.background.under(np.maximum(points.intensity - low, 0.0)))
    matrix = np.stack(columns) / points.sigma
    size = np.sqrt((matrix**2).sum(axis=1)) + 1e-300
    found, misfit = nnls((matrix / size[:, None]).T, (points.intensity - held) / points.sigma)
    found = found / size
    made = theta.copy()
    for number, area in zip(free, found, strict=False):
        made[layout.place["area", number]] = area
    first = len(made) - len(base)
    made[first:] = (
        found[len(free) : len(free) + len(base)] - found[len(free) + len(base) : len(free) + 2 * len(base)]
    )
    if layout.background.follows:
        made[layout.place["strength", -1]] = max(found[-1], 1e-6)
    total = max(float(np.abs(points.intensity).max()), 1e-300)
    for number in free:
        place = layout.place["area", number]
        made[place] = max(made[place], 1e-3 * total)
    return float(misfit), made
