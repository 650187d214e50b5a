"""BET area of an isotherm: over the points that the instrument's own report used or by Rouquerol's criteria, with
every check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.sorption import bet
from characterization.analysis.sorption.gases import GASES, area_per_mmol
from characterization.analysis.sorption.isotherm import Isotherm, begun, isotherm_of
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

FIXED = (0.05, 0.30)
LOW_C = 10.0
NOTHING_SHARE = 1e-9
PRINTED_DIFFERS_PERCENT = 2.0
WORDS = {
    "chosen": "chosen range",
    "printed": "the points of the instrument's own report",
    "rouquerol": "range by Rouquerol's criteria",
    "fixed": "fixed range 0.05 – 0.30",
}


@dataclass(frozen=True)
class Ranges:
    """The line that counts and which way it was chosen; those that stand beside it."""

    main: bet.Line | None
    way: str
    rouquerol: bet.Line | None
    fixed: bet.Line | None


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``isotherm``, ``points`` (of the BET plot, with ``used``) and ``checks``; findings of the area."""
    found = isotherm_of(recording, conditions)
    result = begun(found)
    why = found.why_no_area()
    if why:
        result.flag("no_area_for_this_gas", why)
        return result
    printed = recording.meta.get("printed") or {}
    x, n = _usable(found)
    ranges = _ranges(x, n, printed, conditions.parameters)
    section = float(conditions.parameters.get("cross_section_nm2") or GASES[found.gas].cross_section_nm2)
    result.parameters |= {
        "cross_section_nm2": section,
        "range": ranges.way,
        "points_below_0.3": int((x <= 0.3).sum()),
    }
    _report(result, found, x, n, ranges, section)
    _compare(result, printed, conditions)
    return result


def _usable(found: Isotherm) -> tuple[Numbers, Numbers]:
    """Points between vacuum and saturation at which something is adsorbed."""
    x, n = found.adsorption
    usable = (x > 0) & (x < 1) & (n > NOTHING_SHARE * n.max(initial=0.0))
    return x[usable], n[usable]


def _ranges(x: Numbers, n: Numbers, printed: Mapping[str, Any], chosen: Mapping[str, Any]) -> Ranges:
    """Chosen limits go first, then the points that the file's own report names, Rouquerol, and the fixed range."""
    rouquerol, fixed = bet.by_rouquerol(x, n), bet.between(x, n, *FIXED)
    limits = chosen.get("from_relative_pressure"), chosen.get("to_relative_pressure")
    if any(limit is not None for limit in limits):
        low = float(limits[0]) if limits[0] is not None else 0.0
        high = float(limits[1]) if limits[1] is not None else 1.0
        return Ranges(bet.between(x, n, low, high), "chosen", rouquerol, fixed)
    way = str(chosen.get("range") or "")
    first, last = printed.get("bet_from"), printed.get("bet_to")
    if way in ("", "printed") and first is not None and last is not None:
        line = bet.between(x, n, float(first), float(last))
        if line is not None:
            return Ranges(line, "printed", rouquerol, fixed)
    if way != "fixed" and rouquerol is not None:
        return Ranges(rouquerol, "rouquerol", rouquerol, fixed)
    return Ranges(fixed, "fixed", rouquerol, fixed)


def _report(result: Result, found: Isotherm, x: Numbers, n: Numbers, ranges: Ranges, section: float) -> None:
    main = ranges.main
    result.tables["points"] = _points(x, n, main)
    if main is None or main.c <= 0:
        _say_why_none(result, x, main, ranges)
    checked = bet.checks(x, n, main) if main is not None else []
    result.tables["checks"] = pl.DataFrame(
        [(one.name, one.found, one.wanted, one.passed) for one in checked],
        schema={"check": pl.String, "found": pl.String, "wanted": pl.String, "passed": pl.Boolean},
        orient="row",
    )
    result.tables["lines"] = _lines(x, ranges, section)
    if main is not None and main.c > 0:
        result.findings += _main_findings(x, main, ranges.way, section, found.gas, checked)
        _flag_checks(result, main, ranges, checked, section)
    _beside(result, x, ranges, section)


def _say_why_none(result: Result, x: Numbers, main: bet.Line | None, ranges: Ranges) -> None:
    if main is None:
        text = f"{WORDS[ranges.way].capitalize()}: there are too few points for a line ({len(x)} in all): no area."
    else:
        text = (
            f"{WORDS[ranges.way].capitalize()}: C is {main.c:.4g}, so there is no area. Choose another range."
        )
    result.flag("no_bet_area", text)


def _points(x: Numbers, n: Numbers, main: bet.Line | None) -> pl.DataFrame:
    place = np.arange(len(x))
    used = (place >= main.first) & (place <= main.last) if main is not None else np.zeros(len(x), dtype=bool)
    return pl.DataFrame(
        {
            "relative_pressure": x,
            "amount_mmol_per_g": n,
            "bet_g_per_mmol": bet.transform(x, n),
            "rouquerol_mmol_per_g": bet.rouquerol(x, n),
            "used": used,
        }
    )


def _lines(x: Numbers, ranges: Ranges, section: float) -> pl.DataFrame:
    """Each way's line with its range, area and C, the one that counts first."""
    rows: list[dict[str, Any]] = []
    for way, one in ((ranges.way, ranges.main), ("rouquerol", ranges.rouquerol), ("fixed", ranges.fixed)):
        if one is not None and way not in [row["way"] for row in rows]:
            rows.append(
                {
                    "way": way,
                    "from": float(x[one.first]),
                    "to": float(x[one.last]),
                    "points": one.points,
                    "slope_g_per_mmol": one.slope,
                    "intercept_g_per_mmol": one.intercept,
                    "correlation": one.correlation,
                    "c": one.c,
                    "monolayer_mmol_per_g": one.monolayer,
                    "area_m2_per_g": one.monolayer * area_per_mmol(section),
                }
            )
    return pl.DataFrame(rows)


def _range_words(x: Numbers, one: bet.Line, way: str) -> str:
    return f"{WORDS[way]}: {one.points} points, p/p0 {x[one.first]:.4g} – {x[one.last]:.4g}"


def _main_findings(
    x: Numbers, main: bet.Line, way: str, section: float, gas: str, checked: list[bet.Check]
) -> list[Finding]:
    per = area_per_mmol(section)
    own = section == GASES[gas].cross_section_nm2
    covers = GASES[gas].note if own else f"{gas} {section:g} nm², chosen"
    words = f"{_range_words(x, main, way)}; C {main.c:.4g}, r {main.correlation:.5f}; {covers}"
    words += "; σ of the regression, without mass and dead volume"
    sigma = main.monolayer_sigma
    passed = sum(check.passed for check in checked)
    return [
        Finding(
            "bet_surface_area",
            "BET area",
            main.monolayer * per,
            "m²/g",
            sigma and sigma * per,
            words,
        ),
        Finding("bet_c", "C of BET", main.c, "", main.c_sigma, _range_words(x, main, way)),
        Finding("bet_monolayer", "Monolayer", main.monolayer, "mmol/g", sigma, _range_words(x, main, way)),
        Finding(
            "bet_checks_passed",
            "Rouquerol's criteria met",
            float(passed),
            "",
            convention=f"of {len(checked)}",
        ),
    ]


def _flag_checks(
    result: Result, main: bet.Line, ranges: Ranges, checked: list[bet.Check], section: float
) -> None:
    failed = [f"{check.name} ({check.found})" for check in checked if not check.passed]
    if failed:
        other = ranges.rouquerol
        beside = (
            f" A range that meets all gives {other.monolayer * area_per_mmol(section):.4g} m²/g."
            if other is not None
            else " No range meets all of them."
        )
        text = f"Rouquerol's criteria are not all met by {WORDS[ranges.way]}: not {'; not '.join(failed)}.{beside}"
        result.flag("rouquerol_criteria", text)
    if main.c < LOW_C:
        text = (
            f"C is {main.c:.3g}: like an isotherm of type III or V, on which monolayer and further layers "
            "cannot be told apart. The area is doubtful."
        )
        result.flag("low_c", text)


def _beside(result: Result, x: Numbers, ranges: Ranges, section: float) -> None:
    """Areas by Rouquerol and over the fixed range, where these are not what counts already."""
    per = area_per_mmol(section)
    other = ranges.rouquerol
    if other is not None and ranges.way != "rouquerol":
        sigma = other.monolayer_sigma
        result.findings.append(
            Finding("bet_surface_area_rouquerol", "BET area by Rouquerol", other.monolayer * per, "m²/g",
                    sigma and sigma * per, f"{_range_words(x, other, 'rouquerol')}; C {other.c:.4g}")
        )  # fmt: skip
    fixed = ranges.fixed
    if fixed is None:
        return
    if fixed.c < 0:
        text = (
            f"The fixed range 0.05 – 0.30 gives C {fixed.c:.4g}, which cannot be: micropores fill below it. Its "
            f"{fixed.monolayer * per:.4g} m²/g is no area of this sample."
        )
        result.flag("fixed_range_c_negative", text)
    if ranges.way != "fixed":
        result.findings.append(
            Finding("bet_surface_area_fixed_range", "BET area, fixed range", fixed.monolayer * per, "m²/g",
                    convention=f"{_range_words(x, fixed, 'fixed')}; C {fixed.c:.4g}"
                    + ("; no area, as C < 0" if fixed.c < 0 else ""))
        )  # fmt: skip


def _compare(result: Result, printed: Mapping[str, Any], conditions: Conditions) -> None:
    """What the instrument printed, beside ours, with the difference."""
    area = printed.get("bet_area_m2_per_g")
    if not area:
        return
    words = [
        f"as the file says it; C {printed['bet_c']:.4g}" if printed.get("bet_c") else "as the file says it"
    ]
    words += [f"{printed['bet_points']} points"] if printed.get("bet_points") else []
    section = printed.get("cross_section_nm2")
    words += [f"{section:g} nm²"] if section else []
    sigma = printed.get("bet_area_uncertainty_m2_per_g")
    result.findings.append(
        Finding("bet_surface_area_printed", "BET area, printed", float(area), "m²/g", sigma, ", ".join(words))
    )
    own = next((one.value for one in result.findings if one.name == "bet_surface_area"), None)
    if own is None:
        return
    off = 100 * (own / float(area) - 1)
    way = WORDS[result.parameters["range"]]
    result.findings.append(
        Finding("bet_difference_to_printed", "Ours against printed", off, "%", convention=f"ours by {way}")
    )
    if abs(off) > PRINTED_DIFFERS_PERCENT:
        text = f"The instrument printed {area:g} m²/g; ours is {own:.4g} m²/g, {off:+.1f} %, by {way}."
        result.flag("differs_from_printed", text)
