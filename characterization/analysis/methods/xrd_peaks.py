"""X-ray diffraction: background, lines with position, spacing, width and height. Spacings need a wavelength
in the file."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from characterization.analysis import diffraction
from characterization.analysis.base import Conditions, Drawing, Finding, Method, Result, View
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Numbers, Pane
from characterization.instruments.base import Recording, Technique

FEWEST_POINTS = 20
NOTED_LINES = 8
INTENSITIES = {"intensity_counts": "counts", "intensity_cps": "cps"}
UNIT_WORDS = {"counts": "counts", "cps": "counts/s"}


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``pattern`` and ``peaks``; findings of the strongest line. Without a wavelength no spacing is
    given."""
    result = Result(parameters=_parameters(recording.meta))
    name = next((name for name in INTENSITIES if name in recording.table.columns), None)
    if name is None or "two_theta_deg" not in recording.table.columns:
        result.flag("no_pattern", "The table has no angle with an intensity: there is no pattern to look at.")
        return result
    unit = INTENSITIES[name]
    table = recording.table.select("two_theta_deg", name).drop_nulls().drop_nans()
    # An angle measured twice counts as its mean.
    table = table.group_by("two_theta_deg").mean().sort("two_theta_deg")
    if table.height < FEWEST_POINTS:
        result.flag(
            "too_few_points", f"{table.height} points are too few to find lines in ({FEWEST_POINTS})."
        )
        return result
    angle, intensity = column(table, "two_theta_deg"), column(table, name)
    background = diffraction.snip_background(angle, intensity)
    smoothed = diffraction.smooth(angle, intensity)
    noise = diffraction.noise_of(intensity, smoothed)
    lines = diffraction.find_lines(angle, smoothed - background, noise, unit)
    result.parameters["median_noise"] = float(np.median(noise))
    result.tables["pattern"] = table.with_columns(pl.Series(f"background_{unit}", background))
    result.tables["peaks"] = _with_spacings(lines, unit, recording.meta, result)
    result.findings = _findings(result.tables["peaks"], unit, recording.meta)
    result.findings += _carbon(angle, background, float(np.median(noise)), recording.meta)
    return result


def _parameters(meta: Any) -> dict[str, Any]:
    return {
        "background": f"SNIP, half window {diffraction.BACKGROUND_HALF_WINDOW_DEG}°",
        "smoothing": f"Savitzky–Golay, {diffraction.SMOOTHING_DEG}°, second order",
        "least_prominence": (
            f"{diffraction.PROMINENCE_SIGMAS:g} σ and "
            f"{100 * diffraction.PROMINENCE_SHARE:g} % of the strongest"
        ),
        "wavelength_angstrom": wavelength_of(meta),
    }


def wavelength_of(meta: Any) -> float | None:
    """Kα1 in Å as the file states it."""
    value = meta.get("wavelength_angstrom")
    return float(value) if value else None


def _with_spacings(lines: pl.DataFrame, unit: str, meta: Any, result: Result) -> pl.DataFrame:
    wavelength, second = wavelength_of(meta), meta.get("wavelength_kalpha2_angstrom")
    lines = lines.with_row_index("peak", offset=1).with_columns(pl.col("peak").cast(pl.Int64))
    if wavelength is None:
        text = (
            "The file does not say its wavelength: no lattice "
            "spacing is given. Give the wavelength to get spacings."
        )
        result.flag("wavelength_missing", text)
        spacings: list[float | None] = [None] * lines.height
        partners: list[float | None] = [None] * lines.height
    else:
        spacings = diffraction.bragg_d(lines["two_theta_deg"].to_numpy(), wavelength).tolist()
        unknown: list[float | None] = [None] * lines.height
        partners = diffraction.kalpha2_partner(lines, unit, wavelength, float(second)) if second else unknown
    return lines.with_columns(
        pl.Series("d_angstrom", spacings, dtype=pl.Float64),
        pl.Series("kalpha2_of_deg", partners, dtype=pl.Float64),
    )


def _radiation(meta: Any) -> str:
    wavelength = wavelength_of(meta)
    anode = str(meta.get("anode") or "").strip()
    if wavelength is None:
        return "wavelength not known"
    both = "Kα2 not stripped" if meta.get("wavelength_kalpha2_angstrom") else "one wavelength"
    return f"{anode} Kα1 {wavelength:.6f} Å, {both}".strip()


def _findings(peaks: pl.DataFrame, unit: str, meta: Any) -> list[Finding]:
    own = peaks.filter(pl.col("kalpha2_of_deg").is_null())
    limit = (
        f"prominence above {diffraction.PROMINENCE_SIGMAS:g} σ and "
        f"{100 * diffraction.PROMINENCE_SHARE:g} %, Kα2 partners left out"
    )
    count = Finding("xrd_peak_count", "Lines found", float(own.height), "", convention=limit)
    if own.is_empty():
        return [count]
    top = own.sort(f"height_{unit}", descending=True).row(0, named=True)
    way = f"maximum above background; {_radiation(meta)}"
    found = [Finding("xrd_strongest_line", "Strongest line", top["two_theta_deg"], "° 2θ", convention=way)]
    if top["d_angstrom"] is not None:
        name = "xrd_d_spacing_strongest"
        found.append(
            Finding(
                name,
                "Spacing of the strongest line",
                top["d_angstrom"],
                "Å",
                convention=f"Bragg, {_radiation(meta)}",
            )
        )
    return [*found, count]


def _carbon(angle: Numbers, background: Numbers, noise: float, meta: Any) -> list[Finding]:
    wavelength = wavelength_of(meta)
    hump = diffraction.broad_carbon(angle, background, noise, wavelength) if wavelength else None
    if hump is None or wavelength is None:
        return []
    centre, sigma, width = hump
    spacing = float(diffraction.bragg_d(np.array([centre]), wavelength)[0])
    way = f"Gaussian on a line, 15 – 35°, width {width:.1f}°; a glass holder can look the same"
    return [
        Finding(
            "xrd_carbon_002", "Broad line at carbon (002)", centre, "° 2θ", uncertainty=sigma, convention=way
        ),
        Finding(
            "xrd_carbon_d002",
            "Spacing at carbon (002)",
            spacing,
            "Å",
            convention=f"Bragg, {_radiation(meta)}",
        ),
    ]


def draw(drawing: Drawing, view: View) -> list[Chart]:
    pattern, peaks = drawing.tables.get("pattern"), drawing.tables.get("peaks")
    if pattern is None or peaks is None or pattern.is_empty():
        axes = [Pane(Axis("Intensity", "counts"), [])]
        return [
            Chart(
                "pattern",
                "Diffraction pattern",
                Axis("2θ", "°"),
                axes,
                empty="No pattern in this file.",
                simulated=view.simulated,
            )
        ]
    unit = "counts" if "intensity_counts" in pattern.columns else "cps"
    angle = column(pattern, "two_theta_deg")
    own = peaks.filter(pl.col("kalpha2_of_deg").is_null())
    strongest = own.sort(f"height_{unit}", descending=True).head(NOTED_LINES)
    intensity = column(pattern, f"intensity_{unit}")
    layers = [
        Layer(
            "line", angle, intensity, "", view.colour, thin=True, source=str(drawing.meta.get("title", ""))
        ),
        Layer(
            "line",
            angle,
            column(pattern, f"background_{unit}"),
            "",
            "text2",
            dash=True,
            thin=True,
            source="background",
        ),
    ]
    notes = _notes(strongest, angle, intensity)
    return [
        Chart(
            key="pattern",
            title="Diffraction pattern",
            subtitle=_radiation(drawing.meta),
            x=Axis("2θ", "°"),
            panes=[Pane(Axis("Intensity", UNIT_WORDS[unit]), layers, notes=notes)],
            caption=f"The {strongest.height} strongest lines are named; background SNIP, dashed.",
            description=(
                f"Diffraction pattern from {angle[0]:.1f} to {angle[-1]:.1f}° 2θ with {own.height} lines."
            ),
            simulated=view.simulated,
            flags=tuple(flag.message for flag in drawing.flags),
        )
    ]


def _notes(lines: pl.DataFrame, angle: Numbers, intensity: Numbers) -> list[Note]:
    notes = []
    for at in lines["two_theta_deg"].to_list():
        near = np.abs(angle - at) <= max(0.1, float(np.median(np.diff(angle))))
        notes.append(Note(at, float(intensity[near].max()), f"{at:.2f}°"))
    return notes


METHOD = Method("xrd_peaks", "1.0", "Diffraction lines", Technique.XRD, compute, draw)
