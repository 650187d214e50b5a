"""A recorded pattern made ready: ascending angles, the range that was asked for, the radiation, the noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Result
from characterization.analysis.rows import column
from characterization.analysis.xrd import detect
from characterization.analysis.xrd.profile import Doublet
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

FEWEST_POINTS = 20
INTENSITIES = {"intensity_counts": "counts", "intensity_cps": "cps"}
UNIT_WORDS = {"counts": "counts", "cps": "counts/s"}
COUNTING_SCALE = (0.8, 1.25)
NO_NOISE = 0.05
"""Below this a pattern was computed, not measured."""

USUAL_RATIO = 0.5
ANODES = {
    "cu": (1.5405929, 1.5444274),
    "co": (1.789010, 1.792900),
    "mo": (0.70931715, 0.713607),
    "fe": (1.936041, 1.939973),
    "cr": (2.289726, 2.293651),
    "ag": (0.55942178, 0.5638131),
}
"""Kα1 and Kα2 in Å: R. D. Deslattes et al., Rev. Mod. Phys. 75 (2003) 35."""


@dataclass(frozen=True)
class Radiation:
    """``wavelength`` is Kα1 in Å, None where nobody said it; ``words`` says where it comes from."""

    wavelength: float | None
    doublet: Doublet
    anode: str = ""
    words: str = ""

    @property
    def shown(self) -> str:
        if self.wavelength is None:
            return "wavelength not known"
        partner = f"Kα2 held to it, ratio {self.doublet.ratio:g}" if self.doublet.ratio else "one wavelength"
        return f"{self.anode} Kα1 {self.wavelength:.6f} Å {self.words}, {partner}".replace("  ", " ").strip()


@dataclass(frozen=True)
class Pattern:
    """``sigma`` is the noise of each point; ``noise_scale`` is 1 for pure counting."""

    angle: Numbers
    intensity: Numbers
    sigma: Numbers
    smoothed: Numbers
    noise_scale: float
    unit: str
    radiation: Radiation


def read(recording: Recording, conditions: Conditions, result: Result) -> Pattern | None:
    """None, with a flag that says why, where there is no pattern to look at."""
    name = next((name for name in INTENSITIES if name in recording.table.columns), None)
    if name is None or "two_theta_deg" not in recording.table.columns:
        result.flag("no_pattern", "The table has no angle with an intensity: there is no pattern to look at.")
        return None
    table = recording.table.select(pl.col("two_theta_deg", name).cast(pl.Float64)).drop_nulls()
    table = table.filter(pl.all_horizontal(pl.all().is_finite()))
    # An angle measured twice counts as its mean.
    table = table.group_by("two_theta_deg").mean().sort("two_theta_deg")
    table = _within(table, conditions.parameters)
    if table.height < FEWEST_POINTS:
        told = f"{table.height} points are too few to find lines in ({FEWEST_POINTS})."
        result.flag("too_few_points", told)
        return None
    angle, intensity = column(table, "two_theta_deg"), column(table, name)
    smoothed = detect.smooth(angle, intensity)
    scale = _noise_scale(angle, intensity, smoothed, INTENSITIES[name], result)
    floor = max(float(np.median(np.abs(smoothed))) * 1e-2, 1.0 if name == "intensity_counts" else 1e-9)
    sigma = scale * np.sqrt(np.maximum(smoothed, floor))
    radiation = radiation_of(recording.meta, conditions.parameters, result)
    return Pattern(angle, intensity, sigma, smoothed, scale, INTENSITIES[name], radiation)


def _within(table: pl.DataFrame, parameters: Mapping[str, Any]) -> pl.DataFrame:
    low, high = parameters.get("from_deg"), parameters.get("to_deg")
    angle = pl.col("two_theta_deg")
    table = table.filter(angle >= float(low)) if low is not None else table
    return table.filter(angle <= float(high)) if high is not None else table


def _noise_scale(angle: Numbers, intensity: Numbers, smoothed: Numbers, unit: str, result: Result) -> float:
    """The noise over the root of the intensity: 1 for counts that scatter as counts do, else as they do scatter."""
    scale = detect.scatter_scale(angle, intensity, smoothed)
    if not np.isfinite(scale) or scale < NO_NOISE:
        return 1.0
    if unit != "counts":
        return scale
    if COUNTING_SCALE[0] <= scale <= COUNTING_SCALE[1]:
        return 1.0
    told = (
        f"The counts scatter {scale:.2g} times as much as counting does (they were scaled, smoothed or corrected): "
        "uncertainties follow their own scatter."
    )
    result.flag("not_counting_noise", told)
    return scale


def radiation_of(meta: Mapping[str, Any], parameters: Mapping[str, Any], result: Result) -> Radiation:
    """What the file says; where it says nothing, what a person chose; nothing is assumed."""
    anode = str(meta.get("anode") or "").strip()
    own, asked = meta.get("wavelength_angstrom"), parameters.get("wavelength_angstrom")
    if not own and not asked:
        text = (
            "The file does not say its wavelength: no lattice spacing, size or phase "
            "is given. Give the wavelength to get them."
        )
        result.flag("wavelength_missing", text)
        return Radiation(None, Doublet(), anode)
    if own and asked and abs(float(own) - float(asked)) > 1e-4:
        told = f"The file says {float(own):.6f} Å; {float(asked):.6f} Å was given and is used."
        result.flag("wavelength_replaced", told)
    wavelength = float(asked or own or 0)
    words = "as given" if asked else "as in the file"
    second = meta.get("wavelength_kalpha2_angstrom") if not asked else None
    return Radiation(wavelength, _doublet(wavelength, second, meta, parameters, result), anode, words)


def _doublet(
    wavelength: float, second: Any, meta: Mapping[str, Any], parameters: Mapping[str, Any], result: Result
) -> Doublet:
    wanted = str(parameters.get("kalpha2") or "as in the file")
    if wanted == "none":
        return Doublet()
    if not second and wanted == "fitted":
        second = next((two for one, two in ANODES.values() if abs(one - wavelength) < 1e-3), None)
    if not second or float(second) <= wavelength:
        return Doublet()
    ratio = meta.get("kalpha_ratio")
    if not ratio:
        told = f"The file names Kα2 and no ratio to Kα1; {USUAL_RATIO:g} is assumed."
        result.flag("kalpha_ratio_assumed", told)
    return Doublet(float(second) / wavelength, float(ratio or USUAL_RATIO))
