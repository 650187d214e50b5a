"""The tables that an analysed pattern leaves: points, lines, phases, sticks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis.xrd import bragg, width
from characterization.analysis.xrd.lines import Line
from characterization.analysis.xrd.match import Match
from characterization.analysis.xrd.measure import Measured
from characterization.analysis.xrd.pattern import Pattern
from characterization.analysis.xrd.refine import Refined, Refinement
from characterization.analysis.xrd.width import InstrumentWidth
from characterization.charts.chart import Numbers

EDGES = ("a", "b", "c", "alpha", "beta", "gamma")


def pattern(pattern: Pattern, measured: Measured) -> pl.DataFrame:
    """Points with background, fit (null between the fitted stretches) and residual in σ."""
    fit = pl.Series(measured.fit).fill_nan(None)
    unit = pattern.unit
    return pl.DataFrame(
        {
            "two_theta_deg": pattern.angle,
            f"intensity_{unit}": pattern.intensity,
            f"background_{unit}": measured.background,
            f"fit_{unit}": fit,
            "residual_sigmas": pl.Series((pattern.intensity - measured.fit) / pattern.sigma).fill_nan(None),
        }
    )


def peaks(
    pattern: Pattern,
    measured: Measured,
    matches: Sequence[Match],
    instrument: InstrumentWidth,
    parameters: Mapping[str, Any],
) -> pl.DataFrame:
    """One row per fitted line, by angle, with the phases that have a line there."""
    columns = _columns(measured)
    unit, wavelength = pattern.unit, pattern.radiation.wavelength
    position, spread = columns["position"], columns["position_sigma"]
    subtraction: width.Subtraction = (
        "lorentzian" if parameters.get("subtraction") == "lorentzian" else "gaussian"
    )
    own = width.own_width(columns["width"], instrument.at(position), subtraction)
    own_sigma = width.own_width_sigma(
        columns["width"], columns["width_sigma"], instrument.at(position), subtraction
    )
    area = columns["area"]
    table = pl.DataFrame(
        {
            "peak": np.arange(1, len(position) + 1),
            "two_theta_deg": position,
            "two_theta_sigma_deg": spread,
            "fwhm_deg": columns["width"],
            "fwhm_sigma_deg": columns["width_sigma"],
            f"area_{unit}_deg": area,
            f"area_sigma_{unit}_deg": columns["area_sigma"],
            f"height_{unit}": columns["height"],
            "relative_area_percent": 100 * area / area.max() if len(area) else area,
            "mixing": columns["mixing"],
            "fitted_together": [line.together for line in measured.lines],
            "misfit": columns["misfit"],
            "own_width_deg": own,
            "own_width_sigma_deg": own_sigma,
        }
    )
    spacing, spacing_sigma, size, size_sigma = _by_wavelength(
        position,
        spread,
        own,
        own_sigma,
        wavelength,
        float(parameters.get("shape_factor", width.SHAPE_FACTOR)),
    )
    return table.with_columns(
        pl.Series("d_angstrom", spacing),
        pl.Series("d_sigma_angstrom", spacing_sigma),
        pl.Series("size_nm", size),
        pl.Series("size_sigma_nm", size_sigma),
        pl.Series("phases", _owners(len(position), matches), dtype=pl.String),
    ).with_columns(pl.col(pl.Float64).fill_nan(None))


def _columns(measured: Measured) -> dict[str, Numbers]:
    names = (
        "position",
        "position_sigma",
        "width",
        "width_sigma",
        "area",
        "area_sigma",
        "mixing",
        "height",
        "misfit",
    )
    return {
        name: np.array([getattr(line, name) for line in measured.lines], dtype=np.float64) for name in names
    }


def _by_wavelength(
    position: Numbers,
    spread: Numbers,
    own: Numbers,
    own_sigma: Numbers,
    wavelength: float | None,
    factor: float,
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    if wavelength is None:
        none = np.full(len(position), np.nan)
        return none, none, none, none
    d = bragg.spacing(position, wavelength)
    d_sigma = d * np.radians(spread) / 2 / np.tan(np.radians(position) / 2)
    size = width.scherrer_nm(position, own, wavelength, factor)
    return d, d_sigma, size, size * own_sigma / own


def _owners(count: int, matches: Sequence[Match]) -> list[str]:
    """``Nickel 111; NiO 200`` for each line; empty where nothing explains it."""
    told: list[list[str]] = [[] for _ in range(count)]
    for match in matches:
        best: dict[int, Line] = {}
        for pair in match.pairs:
            other = best.get(pair.observed)
            if other is None or pair.line.relative > other.relative:
                best[pair.observed] = pair.line
        for index, line in best.items():
            told[index].append(f"{match.name} {line.index}")
    return ["; ".join(names) for names in told]


def phases(matches: Sequence[Match], refinement: Refinement | None) -> pl.DataFrame:
    """One row per phase, the most convincing first, with its refined cell where there is one."""
    rows = [_phase(place, match, _refined(match, refinement)) for place, match in enumerate(matches, 1)]
    schema = {"place": pl.Int64, "phase": pl.String, "formula": pl.String, "score": pl.Float64}
    return pl.DataFrame(rows, infer_schema_length=None) if rows else pl.DataFrame(schema=schema)


def _phase(place: int, match: Match, refined: Refined | None) -> dict[str, object]:
    phase = match.reference.phase
    row: dict[str, object] = {
        "place": place,
        "phase": phase.name,
        "formula": phase.formula,
        "space_group": phase.space_group,
        "score": match.score,
        "hit": match.hit,
        "explained": match.explained,
        "shift_deg": match.shift_deg,
        "matched_lines": len({pair.observed for pair in match.pairs}),
        "missing_lines": ", ".join(f"{line.index} {line.two_theta_deg:.2f}°" for line in match.missing),
        "weak": match.weak,
        "texture_factor": match.texture,
        "rivals": ", ".join(match.rivals),
        "source": phase.source.words,
        "certainty": phase.source.certainty,
        "remark": phase.remark,
        "lines_in_cell": refined.lines if refined else None,
        "misfit_deg": refined.misfit_deg if refined else None,
    }
    for name, published in zip(EDGES, phase.cell.values, strict=True):
        unit = "angstrom" if len(name) == 1 else "deg"
        row[f"{name}_published_{unit}"] = published
        row[f"{name}_{unit}"] = getattr(refined.cell, name) if refined else None
        row[f"{name}_sigma_{unit}"] = refined.sigma.get(name) if refined else None
    return row


def _refined(match: Match, refinement: Refinement | None) -> Refined | None:
    cells = refinement.phases if refinement else ()
    return next((one for one in cells if one.phase == match.reference.phase), None)


def sticks(matches: Sequence[Match], refinement: Refinement | None) -> pl.DataFrame:
    """Computed lines of each phase, displaced as it fits best; ``matched`` says whether the pattern has the line."""
    rows = [
        {
            "phase": match.name,
            "two_theta_deg": float(bragg.displaced(np.array(line.two_theta_deg), match.shift_deg)),
            "d_angstrom": line.d_angstrom,
            "hkl": line.index,
            "relative_percent": line.relative,
            "matched": matched,
        }
        for match in matches
        for line, matched in [
            *((pair.line, True) for pair in match.pairs),
            *((one, False) for one in match.missing),
        ]
    ]
    schema = {
        "phase": pl.String,
        "two_theta_deg": pl.Float64,
        "d_angstrom": pl.Float64,
        "hkl": pl.String,
        "relative_percent": pl.Float64,
        "matched": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema)
