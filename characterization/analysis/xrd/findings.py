"""What people quote of a pattern, and the sentences that go with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis.base import Finding, Result
from characterization.analysis.xrd import carbon as broad
from characterization.analysis.xrd import detect, width
from characterization.analysis.xrd.carbon import Broad
from characterization.analysis.xrd.match import Match
from characterization.analysis.xrd.pattern import Pattern
from characterization.analysis.xrd.refine import Refinement
from characterization.analysis.xrd.width import InstrumentWidth
from characterization.charts.chart import Numbers

GRAPHITE_SPACING = (3.33, 3.38)
SHARP_DEG = 1.0
TEXTURED = 3.0
KBETA = {1.5406: 1.39222, 1.7890: 1.62083, 0.7093: 0.632303}
"""Kβ1 (Å) of Cu, Co and Mo by their Kα1: R. D. Deslattes et al., Rev. Mod. Phys. 75 (2003) 35."""
KBETA_TOLERANCE_DEG = 0.1
COMPUTED = "cell and sites computed"  # as the library says it
MOST_NAMED = 8
EDGE_LABELS = {"a": "a", "b": "b", "c": "c", "alpha": "α", "beta": "β", "gamma": "γ"}


def lines(pattern: Pattern, peaks: pl.DataFrame) -> list[Finding]:
    """The number of lines, and the strongest one."""
    limit = (
        f"prominence above {detect.PROMINENCE_SIGMAS:g} σ and {100 * detect.PROMINENCE_SHARE:g} %, "
        "Kα2 partners not counted"
    )
    count = Finding("xrd_peak_count", "Lines found", float(peaks.height), "", convention=limit)
    if peaks.is_empty():
        return [count]
    top = peaks.sort(f"height_{pattern.unit}", descending=True).row(0, named=True)
    way = f"pseudo-Voigt, highest above background; {pattern.radiation.shown}"
    found = [
        Finding(
            "xrd_strongest_line",
            "Strongest line",
            top["two_theta_deg"],
            "° 2θ",
            top["two_theta_sigma_deg"],
            way,
        )
    ]
    if top["d_angstrom"] is not None:
        bragg = f"Bragg, {pattern.radiation.shown}; displacement not taken off"
        found.append(
            Finding(
                "xrd_d_spacing_strongest",
                "Spacing of the strongest line",
                top["d_angstrom"],
                "Å",
                top["d_sigma_angstrom"],
                bragg,
            )
        )
    return [*found, count]


def phases(matches: Sequence[Match], refinement: Refinement | None) -> list[Finding]:
    """Score of each phase, its refined cell, the displacement of the specimen."""
    found = [_match(place, match) for place, match in enumerate(matches, 1)]
    if refinement is None:
        return found
    if refinement.displacement_sigma is not None:
        way = "s of Δ2θ = s · cos θ, one for all phases, refined with their cells"
        found.append(
            Finding(
                "xrd_displacement",
                "Displacement of the specimen",
                refinement.displacement,
                "° 2θ",
                refinement.displacement_sigma,
                way,
            )
        )
    for one in refinement.phases:
        published = dict(zip(("a", "b", "c", "alpha", "beta", "gamma"), one.phase.cell.values, strict=True))
        for name, sigma in one.sigma.items():
            unit = "Å" if len(name) == 1 else "°"
            way = (
                f"least squares on {one.lines} lines, off by {one.misfit_deg:.3f}° (rms); displacement "
                f"{refinement.displacement:+.3f}° {refinement.words}; published {published[name]:g} {unit}, "
                f"{one.phase.source.certainty}"
            )
            label = f"Lattice parameter {EDGE_LABELS[name]}"
            value = float(getattr(one.cell, name))
            found.append(Finding(f"xrd_lattice_{name}", label, value, unit, sigma, way, one.phase.name))
    return found


def _match(place: int, match: Match) -> Finding:
    weak = f"; weak: {match.weak}" if match.weak else ""
    rivals = f"; {', '.join(match.rivals)} would do as well" if match.rivals else ""
    texture = (
        f"; intensities differ up to {match.texture:.1f}-fold from a random powder"
        if match.texture > TEXTURED
        else ""
    )
    way = (
        f"best match by lattice, place {place}: {len({pair.observed for pair in match.pairs})} lines matched, "
        f"{len(match.missing)} missing; hit {match.hit:.2f}, explains {match.explained:.0%} of the line intensity; "
        f"displacement {match.shift_deg:+.2f}°{weak}{rivals}{texture}"
    )
    return Finding("xrd_phase_match", "Match of phase", 100 * match.score, "%", None, way, match.name)


def sizes(
    pattern: Pattern,
    peaks: pl.DataFrame,
    matches: Sequence[Match],
    instrument: InstrumentWidth,
    parameters: Mapping[str, Any],
) -> tuple[list[Finding], pl.DataFrame]:
    """Crystallite size (Scherrer) and, from three lines on, size and strain (Williamson–Hall) of each phase; and the
    points of the latter."""
    schema = {"phase": pl.String, "x": pl.Float64, "y": pl.Float64, "sigma": pl.Float64, "line": pl.Float64}
    points: list[pl.DataFrame] = [pl.DataFrame(schema=schema)]
    if pattern.radiation.wavelength is None:
        return [], points[0]
    found: list[Finding] = []
    factor = float(parameters.get("shape_factor", width.SHAPE_FACTOR))
    for match in matches:
        own = peaks.filter(_alone(match, matches)).drop_nulls(
            ["size_nm", "own_width_sigma_deg", "size_sigma_nm"]
        )
        if own.is_empty():
            continue
        found.append(_scherrer(match, own, instrument, factor))
        angle, broadened, sigma = (
            own[name].to_numpy() for name in ("two_theta_deg", "own_width_deg", "own_width_sigma_deg")
        )
        plot = width.williamson_hall(angle, broadened, sigma, pattern.radiation.wavelength, factor)
        if plot is None:
            continue
        found += _williamson_hall(match, plot, instrument, factor)
        points.append(_points(match, angle, broadened, sigma, plot))
    return found, pl.concat(points)


def _alone(match: Match, matches: Sequence[Match]) -> pl.Series:
    """Which fitted lines this phase alone explains."""
    taken: dict[int, int] = {}
    for other in matches:
        for index in {pair.observed for pair in other.pairs}:
            taken[index] = taken.get(index, 0) + 1
    mine = {pair.observed for pair in match.pairs if taken[pair.observed] == 1}
    return pl.Series([index in mine for index in range(_rows(matches))], dtype=pl.Boolean)


def _rows(matches: Sequence[Match]) -> int:
    return matches[0].observed_lines


def _scherrer(match: Match, own: pl.DataFrame, instrument: InstrumentWidth, factor: float) -> Finding:
    """Mean over the phase's lines, weighted by their uncertainties; σ is that of the mean or the scatter of the lines,
    whichever is larger."""
    size, sigma = own["size_nm"].to_numpy(), own["size_sigma_nm"].to_numpy()
    weight = 1 / sigma**2
    mean = float((size * weight).sum() / weight.sum())
    spread = float(np.sqrt(1 / weight.sum()))
    if len(size) > 1:
        scatter = float((weight * (size - mean) ** 2).sum() / (len(size) - 1))
        spread *= float(np.sqrt(max(scatter, 1.0)))
    limit = "" if instrument.known else "; instrument width not known: the size is a lower limit"
    way = (
        f"Scherrer, K {factor:g}, FWHM, instrument width {instrument.words}, "
        f"{len(size)} line{'s' if len(size) > 1 else ''}{limit}"
    )
    return Finding("xrd_crystallite_size", "Crystallite size", mean, "nm", spread, way, match.name)


def _williamson_hall(
    match: Match, plot: width.SizeAndStrain, instrument: InstrumentWidth, factor: float
) -> list[Finding]:
    way = f"Williamson–Hall, K {factor:g}, {plot.lines} lines, instrument width {instrument.words}"
    found = [
        Finding(
            "xrd_microstrain", "Microstrain", 100 * plot.strain, "%", 100 * plot.strain_sigma, way, match.name
        )
    ]
    if plot.size_nm is not None:
        label = "Size free of strain"
        found.append(
            Finding("xrd_size_free_of_strain", label, plot.size_nm, "nm", plot.size_sigma, way, match.name)
        )
    return found


def _points(
    match: Match, angle: Numbers, broadened: Numbers, sigma: Numbers, plot: width.SizeAndStrain
) -> pl.DataFrame:
    half = np.radians(angle) / 2
    x = 4 * np.sin(half)
    return pl.DataFrame(
        {
            "phase": [match.name] * len(x),
            "x": x,
            "y": 1000 * np.radians(broadened) * np.cos(half),
            "sigma": 1000 * np.radians(sigma) * np.cos(half),
            "line": 1000 * (plot.intercept + plot.slope * x),
        }
    )


def carbon(pattern: Pattern, stack: Broad | None, layer: Broad | None) -> list[Finding]:
    """The broad lines of disordered carbon. (100) counts only beside a (002)."""
    wavelength = pattern.radiation.wavelength
    if stack is None or wavelength is None:
        return []
    spacing, spacing_sigma = broad.spacing_angstrom(stack, wavelength)
    size, size_sigma = broad.stack_nm(stack, wavelength, broad.SHAPE_LC)
    way = f"pseudo-Voigt beside the sharp lines, FWHM {stack.width:.1f}°; a glass holder can look the same"
    label = "Broad line at carbon (002)"
    lc = f"Scherrer, K {broad.SHAPE_LC:g}, no instrument width taken off; {way}"
    found = [
        Finding("xrd_carbon_002", label, stack.position, "° 2θ", stack.position_sigma, way),
        Finding("xrd_carbon_d002", "Spacing at carbon (002)", spacing, "Å", spacing_sigma, f"Bragg; {way}"),
        Finding("xrd_carbon_lc", "Stack height Lc", size, "nm", size_sigma, lc),
    ]
    if layer is not None:
        la, la_sigma = broad.stack_nm(layer, wavelength, broad.SHAPE_LA)
        told = f"(100) at {layer.position:.1f}°, FWHM {layer.width:.1f}°, K {broad.SHAPE_LA:g} (Warren)"
        found.append(Finding("xrd_carbon_la", "Layer size La", la, "nm", la_sigma, told))
    return found


def flags(
    result: Result,
    pattern: Pattern,
    peaks: pl.DataFrame,
    matches: Sequence[Match],
    instrument: InstrumentWidth,
) -> None:
    """What no phase explains, matches that prove little, missing instrument width, graphite that is too good."""
    if pattern.radiation.wavelength is None or peaks.is_empty():
        return
    left = peaks.filter(pl.col("phases") == "").sort("relative_area_percent", descending=True)
    if left.height:
        first = left.head(MOST_NAMED)
        named = ", ".join(
            f"{row['two_theta_deg']:.2f}°{_kbeta(pattern, peaks, row)} ({row['relative_area_percent']:.0f} %)"
            for row in first.iter_rows(named=True)
        )
        more = f" and {left.height - first.height} more" if left.height > first.height else ""
        result.flag("lines_not_explained", f"No phase of the library explains {named}{more}.")
    weak = [f"{match.name} ({match.weak})" for match in matches if match.weak]
    if weak:
        result.flag("weak_match", f"Weak, not proved by this pattern: {'; '.join(weak)}.")
    uncertain = [match.name for match in matches if "memory" in match.reference.phase.source.certainty]
    if uncertain:
        told = f"Published cells not read in their source: {', '.join(uncertain)}. Check them before quoting a match."
        result.flag("reference_from_memory", told)
    computed = [one.name for one in matches if one.reference.phase.source.certainty.startswith(COMPUTED)]
    if computed:
        told = f"Cells that were computed, not measured: {', '.join(computed)}. They may be off by half a percent."
        result.flag("reference_computed", told)
    if matches and not instrument.known:
        told = "No instrument width is known: sizes are lower limits. Measure a standard, or give a width."
        result.flag("instrument_width_missing", told)
    _flag_graphite(result, peaks, matches)


def _kbeta(pattern: Pattern, peaks: pl.DataFrame, row: Mapping[str, Any]) -> str:
    """`` (Kβ?)`` where a line lies at the Kβ angle of one that is ten times stronger."""
    wavelength = pattern.radiation.wavelength or 0.0
    beta = next((value for alpha, value in KBETA.items() if abs(alpha - wavelength) < 2e-3), None)
    if beta is None:
        return ""
    strong = peaks.filter(pl.col("relative_area_percent") >= 10 * row["relative_area_percent"])
    sine = beta / wavelength * np.sin(np.radians(strong["two_theta_deg"].to_numpy()) / 2)
    near = np.abs(2 * np.degrees(np.arcsin(sine)) - row["two_theta_deg"]) <= KBETA_TOLERANCE_DEG
    return " (perhaps Kβ)" if near.any() else ""


def _flag_graphite(result: Result, peaks: pl.DataFrame, matches: Sequence[Match]) -> None:
    sharp = peaks.filter(
        pl.col("d_angstrom").is_between(*GRAPHITE_SPACING) & (pl.col("fwhm_deg") < SHARP_DEG)
    )
    others = [match for match in matches if match.reference.phase.formula != "C" and not match.weak]
    for row in sharp.sort("relative_area_percent", descending=True).head(1).iter_rows(named=True):
        if any(row["phases"].startswith(match.name) for match in others):
            return
        told = (
            f"A sharp line at {row['two_theta_deg']:.2f}° ({row['d_angstrom']:.3f} Å, FWHM {row['fwhm_deg']:.2f}°) "
            "lies where graphite has its (002). Carbon made below about 1000 °C has a broad line between 23 and 25.5°: "
            "for such a sample look for graphite from the holder or the furnace, or for quartz (26.64°)."
        )
        result.flag("sharp_graphite", told)
