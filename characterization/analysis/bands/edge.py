"""X-ray absorption near an edge: the edge's energy, its step, and the normalised spectrum.

E0 is where the smoothed spectrum rises fastest. A straight line through what lies before the edge and a polynomial
through what lies behind it are drawn to E0; their distance there is the edge step, and µ less the first over the step
is the normalised spectrum, as B. Ravel and M. Newville describe it (J. Synchrotron Rad. 12, 537, 2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from characterization.analysis.bands.curves import Curve, curves_of, smoothed
from characterization.analysis.base import Conditions, Finding, Result
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

BEFORE = (-150.0, -30.0)
BEHIND = (30.0, 400.0)
FEWEST_BEFORE, FEWEST_BEHIND = 5, 8
QUADRATIC_FROM_EV = 150.0
WHITE_LINE_WITHIN_EV = 50.0


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``curves`` (energy, µ, before, behind, normalised); E0, step and white line."""
    result = Result()
    for curve in curves_of(recording, "energy_eV", "absorption_au", result):
        order = np.argsort(curve.x, kind="stable")
        _normalise(Curve(curve.x[order], curve.y[order], curve.subject), conditions, result)
    return result


def _normalise(curve: Curve, conditions: Conditions, result: Result) -> None:
    named = f"{curve.subject}: " if curve.subject else ""
    e0 = _edge_of(curve, conditions)
    reach = min(float(conditions.parameters.get("behind_to_eV", BEHIND[1])), float(curve.x[-1]) - e0)
    degree = 2 if reach >= QUADRATIC_FROM_EV else 1
    before = _level(curve, e0, BEFORE, 1, FEWEST_BEFORE)
    behind = _level(curve, e0, (BEHIND[0], reach), degree, FEWEST_BEHIND)
    if before is None or behind is None:
        where = "before" if before is None else "behind"
        text = f"{named}Too little was measured {where} the edge at {e0:.1f} eV to normalise it."
        result.flag("edge_not_covered", text)
        return
    step, sigma = behind.at_edge - before.at_edge, float(np.hypot(before.sigma, behind.sigma))
    if not step > 3 * sigma:
        text = f"{named}No edge stands out: the step at {e0:.1f} eV is {step:.3g} ± {sigma:.2g}."
        result.flag("no_edge", text)
        return
    normal = (curve.y - before.over) / step
    table = pl.DataFrame({
        "energy_eV": curve.x, "absorption": curve.y, "before": before.over, "behind": behind.over, "normalised": normal,
    }).with_columns(subject=pl.lit(curve.subject))  # fmt: skip
    kept = result.tables.get("curves")
    result.tables["curves"] = table if kept is None else pl.concat([kept, table])
    way = f"line {BEFORE[0]:g} … {BEFORE[1]:g} eV, polynomial of degree {degree} {BEHIND[0]:g} … {reach:.0f} eV from E0"
    result.findings += _findings(curve, e0, step, sigma, normal, way)


def _edge_of(curve: Curve, conditions: Conditions) -> float:
    chosen = conditions.parameters.get("e0_eV")
    slope = np.gradient(smoothed(curve.y, 7), curve.x)[2:-2]
    return float(chosen) if chosen else float(curve.x[2:-2][int(np.argmax(slope))])


def _findings(curve: Curve, e0: float, step: float, sigma: float, normal: Numbers, way: str) -> list[Finding]:
    near = np.abs(curve.x - e0) < 20
    spacing = float(np.median(np.diff(curve.x[near]))) if near.sum() > 2 else None
    line = np.where((curve.x > e0) & (curve.x < e0 + WHITE_LINE_WITHIN_EV), normal, -np.inf)
    top = int(np.argmax(line))
    at, of = curve.subject, "uncertainty is the spacing of the points"
    return [
        Finding("xanes_edge_energy", "Edge energy E0", e0, "eV", spacing, f"greatest slope; {of}", at),
        Finding("xanes_edge_step", "Edge step", step, "", sigma, way, at),
        Finding("xanes_white_line", "White line, normalised", float(normal[top]), "", sigma / step, way, at),
        Finding(
            "xanes_white_line_energy", "White line", float(curve.x[top]), "eV", spacing, f"maximum; {of}", at
        ),
    ]


@dataclass(frozen=True)
class _Level:
    at_edge: float
    sigma: float
    over: Numbers


def _level(curve: Curve, e0: float, about: tuple[float, float], degree: int, fewest: int) -> _Level | None:
    """A polynomial through the points of a range about E0, and its value there; None where they are too few."""
    inside = (curve.x >= e0 + about[0]) & (curve.x <= e0 + about[1])
    if inside.sum() < fewest:
        return None
    away = curve.x - e0
    found, covariance = np.polyfit(away[inside], curve.y[inside], degree, cov=True)
    return _Level(
        float(found[-1]), float(np.sqrt(covariance[-1, -1])), np.asarray(np.polyval(found, away), float)
    )
