"""Lattice parameters from the positions of indexed lines, of several phases in one specimen at once.

Least squares on ° 2θ: every phase has its own cell, within what its symmetry leaves free, and all of them one
displacement s (Δ2θ = s · cos θ). A phase takes part when it has more lines than free edges and angles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from characterization.analysis.xrd.crystal import Cell, Phase, crystal_system
from characterization.charts.chart import Numbers

FREE = {
    "cubic": ("a",),
    "tetragonal": ("a", "c"),
    "hexagonal": ("a", "c"),
    "rhombohedral": ("a", "alpha"),
    "orthorhombic": ("a", "b", "c"),
    "monoclinic": ("a", "b", "c", "beta"),
    "triclinic": ("a", "b", "c", "alpha", "beta", "gamma"),
}
TIED = {
    "cubic": {"b": "a", "c": "a"},
    "tetragonal": {"b": "a"},
    "hexagonal": {"b": "a"},
    "rhombohedral": {"b": "a", "c": "a", "beta": "alpha", "gamma": "alpha"},
}
EDGES = ("a", "b", "c", "alpha", "beta", "gamma")
ALIGNMENT_DEG = 0.005
"""What an aligned goniometer leaves of its own error in any angle; added in quadrature to each line's σ."""

SPREAD_FOR_DISPLACEMENT_DEG = 15.0
ROUNDS = 12


@dataclass(frozen=True)
class Indexed:
    """Lines of one phase: measured angles (° 2θ), one standard deviation each, and their indices."""

    phase: Phase
    angle: Numbers
    sigma: Numbers
    hkl: Numbers

    @property
    def free(self) -> tuple[str, ...]:
        """Free edges and angles that these lines can tell: c of a tetragonal phase needs a line with l."""
        system = crystal_system(self.phase)
        return tuple(name for name in FREE[system] if self._told(system, name))

    def _told(self, system: str, name: str) -> bool:
        if system in ("tetragonal", "hexagonal"):
            h, k, l_ = self.hkl.T
            return bool((l_ != 0).any()) if name == "c" else bool(((h != 0) | (k != 0)).any())
        return True


@dataclass(frozen=True)
class Refined:
    """``sigma`` holds one standard deviation of each free edge (Å) and angle (°), by name. ``misfit`` is the root mean
    square of measured minus computed in ° 2θ."""

    phase: Phase
    cell: Cell
    sigma: dict[str, float]
    lines: int
    misfit_deg: float


@dataclass(frozen=True)
class Refinement:
    """``displacement_sigma`` is None where the displacement was not refined; ``words`` says what was done with it."""

    phases: tuple[Refined, ...]
    displacement: float
    displacement_sigma: float | None
    words: str


def refine(
    groups: Sequence[Indexed], wavelength: float, displacement: float | None = None, start: float = 0.0
) -> Refinement:
    """Cells of the phases. ``displacement`` holds s fixed at a value; None refines it where the lines can tell it.

    They can when there are more lines than parameters and they spread over 15° or more; else s stays at 0.
    Uncertainties are scaled by the misfit where it is larger than the lines' own σ. Phases with too few lines are
    left out.
    """
    taking = [one for one in groups if one.free and len(one.angle) > len(one.free)]
    alone = [one for one in groups if one.free and len(one.angle) == len(one.free)]
    refined_displacement = displacement is None and _tells(taking)
    fixed = start if refined_displacement else (displacement or 0.0)
    words = (
        "refined"
        if refined_displacement
        else ("held as asked for" if displacement is not None else _why(taking))
    )
    taking = taking if refined_displacement or not taking else [*taking, *alone]
    taking = taking or alone
    if not taking:
        return Refinement((), fixed, None, words)
    theta, covariance, misfit = _solve(taking, wavelength, fixed, free_displacement=refined_displacement)
    scale = np.sqrt(max(misfit, 1.0))
    sigma = scale * np.sqrt(np.maximum(np.diag(covariance), 0))
    return Refinement(
        tuple(_read(taking, theta, sigma, wavelength)),
        float(theta[0]),
        float(sigma[0]) if refined_displacement else None,
        words,
    )


def _tells(groups: Sequence[Indexed]) -> bool:
    if not groups:
        return False
    lines = sum(len(one.angle) for one in groups)
    spread = max(float(np.ptp(one.angle)) for one in groups)
    return lines > sum(len(one.free) for one in groups) + 1 and spread >= SPREAD_FOR_DISPLACEMENT_DEG


def _why(groups: Sequence[Indexed]) -> str:
    few = (
        "no phase has more lines than free edges"
        if not groups
        else "the lines are too few or too close together"
    )
    return f"taken as 0: {few}"


def _solve(
    groups: Sequence[Indexed], wavelength: float, fixed: float, *, free_displacement: bool
) -> tuple[Numbers, Numbers, float]:
    """Parameters (s, then the free ones of each phase), covariance, χ² per degree of freedom; Gauss–Newton."""
    theta = np.array([fixed, *(getattr(one.phase.cell, name) for one in groups for name in one.free)])
    weight = 1 / np.sqrt(np.concatenate([one.sigma for one in groups]) ** 2 + ALIGNMENT_DEG**2)
    measured = np.concatenate([one.angle for one in groups])
    part = np.arange(0 if free_displacement else 1, len(theta))
    jacobian = np.zeros((len(measured), len(part)))
    for _ in range(ROUNDS):
        residual = (measured - _angles(groups, theta, wavelength)) * weight
        jacobian = _jacobian(groups, theta, wavelength)[:, part] * weight[:, None]
        step = np.linalg.lstsq(jacobian, residual, rcond=1e-10)[0]
        theta[part] += np.clip(step, -0.05 * np.abs(theta[part]) - 0.1, 0.05 * np.abs(theta[part]) + 0.1)
        if np.abs(step).max() < 1e-8:
            break
    residual = (measured - _angles(groups, theta, wavelength)) * weight
    covariance = np.zeros((len(theta), len(theta)))
    covariance[np.ix_(part, part)] = np.linalg.pinv(jacobian.T @ jacobian)
    return theta, covariance, float(residual @ residual) / max(len(measured) - len(part), 1)


def _cells(groups: Sequence[Indexed], theta: Numbers) -> list[Cell]:
    cells, at = [], 1
    for one in groups:
        values = dict(zip(EDGES, one.phase.cell.values, strict=True))
        values |= dict(zip(one.free, theta[at : at + len(one.free)].tolist(), strict=True))
        values |= {name: values[other] for name, other in TIED.get(crystal_system(one.phase), {}).items()}
        cells.append(Cell(**values))
        at += len(one.free)
    return cells


def _angles(groups: Sequence[Indexed], theta: Numbers, wavelength: float) -> Numbers:
    parts = []
    for one, cell in zip(groups, _cells(groups, theta), strict=True):
        half = np.arcsin(np.clip(wavelength / 2 * np.sqrt(_inverse_square(cell, one.hkl)), -1, 1))
        parts.append(2 * np.degrees(half) + theta[0] * np.cos(half))
    found: Numbers = np.concatenate(parts)
    return found


def _jacobian(groups: Sequence[Indexed], theta: Numbers, wavelength: float) -> Numbers:
    columns = []
    for index in range(len(theta)):
        step = 1e-4 if index else 1e-3
        up, down = theta.copy(), theta.copy()
        up[index] += step
        down[index] -= step
        columns.append((_angles(groups, up, wavelength) - _angles(groups, down, wavelength)) / (2 * step))
    return np.column_stack(columns)


def _inverse_square(cell: Cell, hkl: Numbers) -> Numbers:
    """1/d² = hᵀ G⁻¹ h, with G the metric tensor."""
    a, b, c = cell.a, cell.b, cell.c
    cos_alpha, cos_beta, cos_gamma = (np.cos(np.radians(x)) for x in (cell.alpha, cell.beta, cell.gamma))
    metric = np.array(
        [
            [a * a, a * b * cos_gamma, a * c * cos_beta],
            [a * b * cos_gamma, b * b, b * c * cos_alpha],
            [a * c * cos_beta, b * c * cos_alpha, c * c],
        ]
    )
    found: Numbers = np.einsum("ij,jk,ik->i", hkl, np.linalg.inv(metric), hkl)
    return found


def _read(groups: Sequence[Indexed], theta: Numbers, sigma: Numbers, wavelength: float) -> list[Refined]:
    computed, found, at, row = _angles(groups, theta, wavelength), [], 1, 0
    for one, cell in zip(groups, _cells(groups, theta), strict=True):
        spread = dict(zip(one.free, sigma[at : at + len(one.free)].tolist(), strict=True))
        off = one.angle - computed[row : row + len(one.angle)]
        misfit = float(np.sqrt(np.mean(off**2)))
        if not np.isfinite(misfit) or min(cell.values) <= 0:
            continue
        found.append(Refined(one.phase, cell, spread, len(one.angle), misfit))
        at += len(one.free)
        row += len(one.angle)
    return found
