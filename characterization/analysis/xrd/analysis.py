"""A powder pattern analysed: lines, phases, cells, sizes, disordered carbon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from characterization.analysis.base import Conditions, Result
from characterization.analysis.xrd import detect, findings, library, measure, tables, width
from characterization.analysis.xrd.carbon import BAND_002, BAND_100, broad_line
from characterization.analysis.xrd.library import Reference
from characterization.analysis.xrd.match import Match, identify
from characterization.analysis.xrd.measure import Measured
from characterization.analysis.xrd.pattern import Pattern, read
from characterization.analysis.xrd.refine import Indexed, Refinement, refine
from characterization.instruments.base import Recording

SEARCH_DEG = 0.5
SURE_PERCENT = 4.0


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``pattern``, ``peaks`` (fitted lines), ``phases``, ``sticks`` (their computed lines), ``widths``.

    Parameters: ``from_deg``, ``to_deg``, ``background_half_window_deg``, ``wavelength_angstrom``, ``kalpha2``,
    ``phases`` (only these are considered), ``force`` (these are in any case), ``displacement_search_deg``,
    ``displacement_deg`` (held), ``shape_factor``, ``instrument_width_deg``, ``width_standard``, ``subtraction``.
    """
    result = Result()
    pattern = read(recording, conditions, result)
    if pattern is None:
        return result
    measured = measure.measure(pattern, conditions.parameters, result)
    instrument = width.instrument_width(
        conditions.parameters,
        conditions.library.get("xrd_widths") or (),
        str(recording.meta.get("instrument") or ""),
    )
    matches, refinement = _phases(pattern, measured, conditions, result)
    peaks = tables.peaks(pattern, measured, matches, instrument, conditions.parameters)
    result.tables = {
        "pattern": tables.pattern(pattern, measured),
        "peaks": peaks,
        "phases": tables.phases(matches, refinement),
        "sticks": tables.sticks(matches, refinement),
    }
    result.parameters = _parameters(pattern, measured, instrument, conditions, matches)
    result.findings = findings.lines(pattern, peaks)
    sizes, points = findings.sizes(pattern, peaks, matches, instrument, conditions.parameters)
    result.tables["widths"] = points
    result.findings += findings.phases(matches, refinement) + sizes
    result.findings += findings.carbon(
        pattern, broad_line(pattern, measured.lines, BAND_002), broad_line(pattern, measured.lines, BAND_100)
    )
    findings.flags(result, pattern, peaks, matches, instrument)
    return result


def _phases(
    pattern: Pattern, measured: Measured, conditions: Conditions, result: Result
) -> tuple[list[Match], Refinement | None]:
    wavelength = pattern.radiation.wavelength
    if wavelength is None or not measured.lines:
        return [], None
    asked = conditions.parameters
    every = library.references(conditions.library, result.flag)
    considered = _named(every, asked.get("phases"), result) or every
    forced = _named(every, asked.get("force"), result)
    search = float(asked.get("displacement_search_deg", SEARCH_DEG))
    matches = identify(measure.observed(pattern, measured), considered, wavelength, search, forced)
    held = asked.get("displacement_deg")
    start = next((match.shift_deg for match in matches if not match.weak), 0.0)
    groups = [indexed for match in matches if (indexed := _indexed(match, measured))]
    return matches, refine(groups, wavelength, float(held) if held is not None else None, start)


def _named(every: Sequence[Reference], text: Any, result: Result) -> tuple[Reference, ...]:
    if not text:
        return ()
    found, unknown = library.chosen(every, str(text))
    if unknown:
        told = f"No phase of the library is called {', '.join(f'‘{name[:40]}’' for name in unknown)}."
        result.flag("phase_unknown", told)
    return found


def _indexed(match: Match, measured: Measured) -> Indexed | None:
    """Lines that one strong reflection alone accounts for."""
    count: dict[int, int] = {}
    for pair in match.pairs:
        if pair.line.relative >= SURE_PERCENT:
            count[pair.observed] = count.get(pair.observed, 0) + 1
    alone = [pair for pair in match.pairs if pair.line.relative >= SURE_PERCENT and count[pair.observed] == 1]
    alone = [pair for pair in alone if np.isfinite(measured.lines[pair.observed].position_sigma)]
    if not alone:
        return None
    lines = [measured.lines[pair.observed] for pair in alone]
    return Indexed(
        match.reference.phase,
        np.array([line.position for line in lines]),
        np.array([line.position_sigma for line in lines]),
        np.array([pair.line.hkl for pair in alone], dtype=np.float64),
    )


def _parameters(
    pattern: Pattern,
    measured: Measured,
    instrument: width.InstrumentWidth,
    conditions: Conditions,
    matches: Sequence[Match],
) -> dict[str, Any]:
    asked = conditions.parameters
    search = float(asked.get("displacement_search_deg", SEARCH_DEG))
    own = [match.reference.named for match in matches if match.reference.own]
    return {
        "background": f"SNIP, half window {measured.half_window_deg:g}°; under fitted lines a polynomial of their own",
        "smoothing": f"Savitzky–Golay, {detect.SMOOTHING_DEG}°, second order, to find lines only",
        "least_prominence": (
            f"{detect.PROMINENCE_SIGMAS:g} σ and {100 * detect.PROMINENCE_SHARE:g} % of the strongest"
        ),
        "profile": f"pseudo-Voigt; {pattern.radiation.shown}",
        "weights": f"counting, noise {pattern.noise_scale:.3g} × √intensity; covariance scaled by the misfit",
        "median_noise": float(np.median(pattern.sigma)),
        "wavelength_angstrom": pattern.radiation.wavelength,
        "instrument_width": instrument.words,
        "shape_factor": float(asked.get("shape_factor", width.SHAPE_FACTOR)),
        "phases": f"{len(library.shipped())} shipped (version {library.SHIPPED_VERSION}) and the laboratory's own",
        "own_phases_matched": own,
        "displacement_search": f"±{search:g}°, Δ2θ = s · cos θ",
        "range_deg": [float(pattern.angle[0]), float(pattern.angle[-1])],
    }
