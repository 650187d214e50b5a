"""Pore sizes by density functional theory: an isotherm as a sum of those of single pores.

The kernel is the one that pyGAPS ships (nitrogen at 77 K in slits of carbon, 0.4 to 9.2 nm wide; P. Iacomi, P.
Llewellyn, Adsorption 25 (2019) 1533): per relative pressure the amount in mmol per cm³ of pore for each width. Only
that file is taken, found without importing the package, whose import takes seconds.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from characterization.analysis.rows import Mask
from characterization.charts.chart import Numbers

FILE = "data/kernels/DFT-N2-77K-carbon-slit.csv"
FEWEST_POINTS = 10
SMOOTHINGS = tuple(10.0**power for power in np.arange(1.0, -4.1, -0.5))
MISFIT_ALLOWED = 1.15
MISFIT_FLOOR = 2e-3
HIGHEST = 0.90
"""Above it pores fill that are wider than any of the kernel, whose widest fills at 0.82."""


class NoKernel(Exception):
    """The kernel's file is not there."""


@dataclass(frozen=True)
class Kernel:
    pressures: Numbers
    widths_nm: Numbers
    amounts: Numbers


@dataclass(frozen=True)
class Distribution:
    """``density`` in cm³/g per nm at ``widths_nm``; ``fitted`` in mmol/g at the points that were ``used``.

    ``misfit_percent`` is the root mean square of the residual, relative to the largest amount.
    """

    widths_nm: Numbers
    density: Numbers
    volumes: Numbers
    used: Numbers
    fitted: Numbers
    misfit_percent: float
    smoothing: float


@cache
def kernel() -> Kernel:
    """Raises NoKernel."""
    found = importlib.util.find_spec("pygaps")
    places = list(found.submodule_search_locations or []) if found else []
    path = next((Path(place) / FILE for place in places if (Path(place) / FILE).is_file()), None)
    if path is None:
        raise NoKernel(FILE)
    widths = [float(cell) for cell in path.open().readline().strip().split(",")[1:] if cell]
    table = pl.read_csv(path, has_header=False, skip_rows=1, infer_schema=False).cast(
        pl.Float64, strict=False
    )
    cells = table.to_numpy()[:, : len(widths) + 1]
    return Kernel(cells[:, 0], np.array(widths), cells[:, 1:])


def distribution(x: Numbers, n: Numbers) -> Distribution | None:
    """The widths whose isotherms add up to this one, none negative, as smooth as the points allow.

    Amounts in mmol/g at ascending relative pressures; those above p/p0 0.90 are left out. Second differences over log
    width are held down with the largest weight at which the misfit is at most 15 % above the least (or 0.2 % of the
    largest amount). None for fewer than ten points inside the kernel's pressures.
    """
    single = kernel()
    inside = (x >= single.pressures[0]) & (x <= HIGHEST)
    if inside.sum() < FEWEST_POINTS:
        return None
    x, n = x[inside], n[inside]
    matrix = np.stack(
        [np.interp(np.log(x), np.log(single.pressures), column) for column in single.amounts.T], axis=1
    )
    spacing = np.gradient(single.widths_nm)
    scale = float(np.abs(n).max())
    matrix, target = matrix * spacing / scale, n / scale
    bend = _bending(single.widths_nm) * float(np.abs(matrix).mean())
    least = _misfit(matrix, nonnegative(matrix, target), target)
    allowed = max(MISFIT_ALLOWED * least, MISFIT_FLOOR)
    for weight in SMOOTHINGS:
        stacked = np.concatenate([matrix, weight * bend])
        density = nonnegative(stacked, np.append(target, np.zeros(len(bend))))
        if _misfit(matrix, density, target) <= allowed or weight == SMOOTHINGS[-1]:
            break
    fitted = matrix @ density * scale
    misfit = 100 * _misfit(matrix, density, target)
    return Distribution(single.widths_nm, density, density * spacing, x, fitted, misfit, float(weight))


def _bending(widths: Numbers) -> Numbers:
    """Second differences over the logarithm of the width; below the narrowest, which nitrogen (0.36 nm) just enters,
    there is nothing."""
    across = np.log(widths)
    step = np.diff(across)
    rows = np.zeros((len(widths) - 1, len(widths)))
    rows[0, :2] = -2 / step[0], 1 / step[0]
    for place in range(len(widths) - 2):
        left, right = step[place], step[place + 1]
        rows[place + 1, place : place + 3] = 1 / left, -1 / left - 1 / right, 1 / right
    return rows * float(step.mean())


def _misfit(matrix: Numbers, density: Numbers, target: Numbers) -> float:
    return float(np.sqrt(np.mean((matrix @ density - target) ** 2)))


def nonnegative(matrix: Numbers, target: Numbers) -> Numbers:
    """Least squares with no negative unknown: C. Lawson, R. Hanson, Solving Least Squares Problems (1974)."""
    gram, right = matrix.T @ matrix, matrix.T @ target
    count = len(right)
    solution = np.zeros(count)
    free = np.zeros(count, dtype=bool)
    tolerance = 1e-10 * float(np.abs(right).max() or 1.0)
    for _ in range(3 * count):
        gradient = np.where(free, -np.inf, right - gram @ solution)
        place = int(gradient.argmax())
        if gradient[place] <= tolerance:
            break
        free[place] = True
        solution = _settled(gram, right, free, solution)
        if not free[place]:
            break  # rounding alone made it look useful
    return solution


def _settled(gram: Numbers, right: Numbers, free: Mask, solution: Numbers) -> Numbers:
    """The least squares of the free unknowns; those that turn negative are taken out of ``free``, one per step."""
    while free.any():
        trial = np.zeros(len(right))
        own = gram[np.ix_(free, free)]
        ridge = 1e-13 * float(np.trace(own)) / len(own)
        trial[free] = np.linalg.solve(own + ridge * np.eye(len(own)), right[free])
        low = np.flatnonzero(free & (trial <= 0))
        if not low.size:
            return trial
        shares = solution[low] / np.maximum(solution[low] - trial[low], 1e-300)
        first = int(shares.argmin())
        solution = solution + float(shares[first]) * (trial - solution)
        free[low[first]] = False
        solution[~free] = 0.0
    return solution
