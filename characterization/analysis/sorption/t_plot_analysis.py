"""t-plot of a nitrogen isotherm: micropore volume and external area, beside what the instrument printed."""

from __future__ import annotations

from typing import Any

import polars as pl

from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.sorption.gases import GASES
from characterization.analysis.sorption.isotherm import begun, isotherm_of
from characterization.analysis.sorption.thickness import DEFAULT, MODELS, Thickness, TPlot, t_plot
from characterization.instruments.base import Recording

FROM_NM, TO_NM = 0.35, 0.50
HIGHEST = 0.8
SURE_SIGMAS = 2.0


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``isotherm`` and ``points`` (thickness, amount, ``used``); micropore volume and external area."""
    found = isotherm_of(recording, conditions)
    result = begun(found)
    if not found.is_nitrogen or found.why_no_area():
        own = found.gas in ("", "N2")
        text = (
            found.why_no_area()
            if own
            else f"No t-plot of {found.gas}: thicknesses are known for N2 at 77 K only."
        )
        result.flag("no_t_plot", text)
        return result
    chosen = conditions.parameters
    model = str(chosen.get("thickness") or DEFAULT)
    low, high = float(chosen.get("from_nm") or FROM_NM), float(chosen.get("to_nm") or TO_NM)
    x, n = found.adsorption
    usable = (x > 1e-5) & (x < HIGHEST) & (n > 0)
    x, n = x[usable], n[usable]
    t = MODELS[model].nm(x)
    plot = t_plot(t, n, low, high, GASES["N2"].liquid_cm3_per_mmol or 0.0)
    result.parameters |= {"thickness": model, "equation": MODELS[model].words, "from_nm": low, "to_nm": high}
    place = range(len(t))
    result.tables["points"] = pl.DataFrame(
        {
            "thickness_nm": t,
            "relative_pressure": x,
            "amount_mmol_per_g": n,
            "used": [plot is not None and plot.first <= one <= plot.last for one in place],
        },
        schema_overrides={"used": pl.Boolean},
    )
    if plot is None:
        text = f"Fewer than three points lie between {low:g} and {high:g} nm of thickness: no t-plot."
        result.flag("too_few_points", text)
        return result
    result.parameters |= {"slope_mmol_per_g_nm": plot.slope, "intercept_mmol_per_g": plot.intercept}
    result.findings = _findings(plot, MODELS[model], low, high)
    _compare(result, recording.meta.get("printed") or {})
    _flag(result, plot)
    return result


def _findings(plot: TPlot, model: Thickness, low: float, high: float) -> list[Finding]:
    words = (
        f"t-plot, {plot.last - plot.first + 1} points from {low:g} to {high:g} nm, r {plot.correlation:.4f}"
    )
    words = f"{words}; {model.words}"
    return [
        Finding(
            "micropore_volume",
            "Micropore volume",
            plot.micropore_volume,
            "cm³/g",
            plot.micropore_sigma,
            words,
        ),
        Finding(
            "external_surface_area", "External area", plot.external_area, "m²/g", plot.external_sigma, words
        ),
    ]


def _compare(result: Result, printed: dict[str, Any]) -> None:
    said = (
        f"as the file says it; {printed['thickness_equation']}"
        if "thickness_equation" in printed
        else "as the file says it"
    )
    for key, name, label, unit in (
        ("micropore_volume_cm3_per_g", "micropore_volume_printed", "Micropore volume, printed", "cm³/g"),
        ("external_area_m2_per_g", "external_surface_area_printed", "External area, printed", "m²/g"),
    ):
        if printed.get(key) is not None:
            result.findings.append(Finding(name, label, float(printed[key]), unit, convention=said))


def _flag(result: Result, plot: TPlot) -> None:
    spread = plot.micropore_sigma or 0.0
    if plot.micropore_volume < SURE_SIGMAS * spread:
        text = f"The intercept gives {plot.micropore_volume:.3g} ± {spread:.2g} cm³/g: there may be no micropores."
        result.flag("no_micropores", text)
    if plot.correlation < 0.99:
        text = (
            f"The t-plot is not straight in its range (r {plot.correlation:.3f}): choose other thicknesses."
        )
        result.flag("not_straight", text)
