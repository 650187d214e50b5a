"""Least squares within bounds: Levenberg–Marquardt with an analytic Jacobian, small and fast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from characterization.analysis.rows import Mask
from characterization.charts.chart import Numbers

MOST_ROUNDS = 40
SMALL_GAIN = 1e-6

Model = Callable[[Numbers], tuple[Numbers, Numbers]]
"""Parameters to residuals (weighted) and their Jacobian."""


@dataclass(frozen=True)
class Solution:
    """``covariance`` is that of the parameters for unit variance of the residuals; rows of parameters at a bound
    are NaN."""

    theta: Numbers
    chi_square: float
    covariance: Numbers
    held: Mask
    converged: bool

    @property
    def sigma(self) -> Numbers:
        """Standard deviations for unit variance; NaN where there is none."""
        variance = np.diag(self.covariance)
        found: Numbers = np.sqrt(np.where(variance >= 0, variance, np.nan))
        return found


def least_squares(model: Model, start: Numbers, low: Numbers, high: Numbers) -> Solution:
    """The parameters with the least sum of squares between ``low`` and ``high``.

    After D. W. Marquardt, J. SIAM 11 (1963) 431, with steps cut at the bounds; a parameter that lies at its bound and
    pushes outwards is held there.
    """
    theta = np.clip(start, low, high)
    residual, jacobian = model(theta)
    cost, damping, converged = float(residual @ residual), 1e-3, False
    for _ in range(MOST_ROUNDS):
        curvature, slope = jacobian.T @ jacobian, jacobian.T @ residual
        free = ~(((theta <= low) & (slope > 0)) | ((theta >= high) & (slope < 0)))
        step = _step(curvature, slope, free, damping)
        trial = np.clip(theta - step, low, high)
        new_residual, new_jacobian = model(trial)
        new_cost = float(new_residual @ new_residual)
        if not new_cost <= cost:
            damping *= 5
            if damping > 1e9:
                break
            continue
        gain = cost - new_cost
        theta, residual, jacobian, cost = trial, new_residual, new_jacobian, new_cost
        damping = max(damping / 5, 1e-9)
        if gain <= SMALL_GAIN * max(cost, 1e-12):
            converged = True
            break
    held = (theta <= low) | (theta >= high)
    return Solution(theta, cost, _covariance(jacobian, held), held, converged)


def _step(curvature: Numbers, slope: Numbers, free: Mask, damping: float) -> Numbers:
    step = np.zeros_like(slope)
    part = np.flatnonzero(free)
    inner = curvature[np.ix_(part, part)]
    scale = np.diag(inner).copy()
    scale[scale <= 0] = 1.0
    try:
        step[part] = np.linalg.solve(inner + damping * np.diag(scale), slope[part])
    except np.linalg.LinAlgError:
        step[part] = slope[part] / (scale * (1 + damping))
    return step


def _covariance(jacobian: Numbers, held: Mask) -> Numbers:
    """The inverse of the curvature among what is free, scaled first so that units do not matter."""
    count = jacobian.shape[1]
    found = np.full((count, count), np.nan)
    part = np.flatnonzero(~held)
    inner = jacobian[:, part].T @ jacobian[:, part]
    scale = np.sqrt(np.maximum(np.diag(inner), 1e-300))
    try:
        inverse = np.linalg.inv(inner / np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return found
    found[np.ix_(part, part)] = inverse / np.outer(scale, scale)
    return found
