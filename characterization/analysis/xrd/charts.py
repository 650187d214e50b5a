"""Pictures of an analysed pattern: points with fit and background, residual, the sticks of its phases; widths."""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.analysis.base import Drawing, View
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Numbers, Pane

NOTED_LINES = 8
MOST_DRAWN_PHASES = 6
COLOURS = ("s2", "s3", "s5", "s6", "s7", "s8", "s1", "s0")
UNIT_WORDS = {"counts": "counts", "cps": "counts/s"}
STICK = 0.8
NOTE_ACROSS, NOTE_HIGH = 0.17, 0.07
"""What a written name takes of the figure's width and height."""


def pattern(drawing: Drawing, view: View) -> Chart:
    """One figure: pattern, residual, and a row of sticks for each phase."""
    points, peaks, sticks = (drawing.tables[name] for name in ("pattern", "peaks", "sticks"))
    unit = "counts" if "intensity_counts" in points.columns else "cps"
    angle = column(points, "two_theta_deg")
    panes = [
        Pane(
            Axis("Intensity", UNIT_WORDS[unit]),
            _curves(drawing, view, unit),
            0.62,
            _notes(peaks, points, unit),
        ),
        Pane(Axis("Residual", "σ"), [_residual(points)], 0.14),
    ]
    phases = (
        sticks["phase"].unique(maintain_order=True).to_list()[:MOST_DRAWN_PHASES] if sticks.height else []
    )
    if phases:
        rows = len(phases)
        layers = [
            layer for place, name in enumerate(phases) for layer in _sticks(sticks, name, rows - 1 - place)
        ]
        panes.append(Pane(Axis("Phases", range=(-0.15, rows + 0.1)), layers, min(0.1 + 0.07 * rows, 0.4)))
    return Chart(
        key="pattern",
        title="Diffraction pattern",
        subtitle=", ".join(phases),
        x=Axis("2θ", "°"),
        panes=panes,
        caption=_caption(peaks, sticks, phases),
        description=_description(angle, peaks, phases),
        simulated=view.simulated,
        flags=tuple(flag.message for flag in drawing.flags),
    )


def _curves(drawing: Drawing, view: View, unit: str) -> list[Layer]:
    points = drawing.tables["pattern"]
    angle = column(points, "two_theta_deg")
    title = str(drawing.meta.get("title", ""))
    measured = column(points, f"intensity_{unit}")
    return [
        Layer("line", angle, measured, "", view.colour, thin=True, source=title),
        Layer("line", angle, column(points, f"fit_{unit}"), "", "text", thin=True, source="fit"),
        Layer("line", angle, column(points, f"background_{unit}"), "", "text2", dash=True, thin=True,
              source="background"),
    ]  # fmt: skip


def _residual(points: pl.DataFrame) -> Layer:
    angle, left = column(points, "two_theta_deg"), column(points, "residual_sigmas")
    return Layer("line", angle, left, "", "text2", thin=True, source="measured − fit, in σ of counting")


def _sticks(sticks: pl.DataFrame, name: str, row: int) -> list[Layer]:
    """Full sticks with a mark for lines that the pattern has; those that it lacks are dashed."""
    own = sticks.filter(pl.col("phase") == name).sort("two_theta_deg")
    colour = _colour(sticks, name)
    layers = []
    for matched in (True, False):
        part = own.filter(pl.col("matched") == matched)
        if part.is_empty():
            continue
        x, tops = _rising(part, row)
        label = name if matched else ""
        layers.append(Layer("line", x, tops, label, colour, dash=not matched, thin=True, source=name))
        if matched:
            heights = row + STICK * _share(part)
            angle = column(part, "two_theta_deg")
            layers.append(Layer("points", angle, heights, "", colour, source=f"{name}, matched"))
    return layers


def _share(part: pl.DataFrame) -> Numbers:
    """Heights as the root of the intensity, so that weak lines are seen."""
    share: Numbers = np.sqrt(np.clip(column(part, "relative_percent"), 0, 100) / 100)
    return share


def _rising(part: pl.DataFrame, row: int) -> tuple[Numbers, Numbers]:
    """Upright strokes from the row's foot, parted by NaN."""
    angle = column(part, "two_theta_deg")
    x = np.column_stack((angle, angle, np.full_like(angle, np.nan))).ravel()
    tops = np.column_stack(
        (np.full_like(angle, row), row + STICK * _share(part), np.full_like(angle, np.nan))
    )
    return x, tops.ravel()


def _colour(sticks: pl.DataFrame, name: str) -> str:
    """One colour for a phase in every figure, by its place."""
    return COLOURS[sticks["phase"].unique(maintain_order=True).to_list().index(name) % len(COLOURS)]


def _notes(peaks: pl.DataFrame, points: pl.DataFrame, unit: str) -> list[Note]:
    """Names of the strongest lines; one that would be written over a stronger one's is left out."""
    strongest = peaks.sort(f"height_{unit}", descending=True).head(NOTED_LINES)
    angle, measured = column(points, "two_theta_deg"), column(points, f"intensity_{unit}")
    step, tall = float(np.median(np.diff(angle))), float(np.ptp(measured))
    across = NOTE_ACROSS * float(np.ptp(angle))
    notes: list[Note] = []
    for row in strongest.iter_rows(named=True):
        at = row["two_theta_deg"]
        top = float(measured[np.abs(angle - at) <= max(0.1, step)].max())
        if any(abs(note.x - at) < across and abs(note.y - top) < NOTE_HIGH * tall for note in notes):
            continue
        spacing = f" · {row['d_angstrom']:.3f} Å" if row["d_angstrom"] is not None else ""
        notes.append(Note(at, top, f"{at:.2f}°{spacing}"))
    return notes


def _caption(peaks: pl.DataFrame, sticks: pl.DataFrame, phases: list[str]) -> str:
    words = [
        f"Of {peaks.height} lines the strongest are named where there is room; background dashed; "
        "residual where lines were fitted."
    ]
    if phases:
        words.append(
            "Phases are best matches by lattice; sticks are displaced as each phase fits best, as high as the root of "
            "the computed intensity; dashed ones are missing in the pattern."
        )
    hidden = sticks["phase"].n_unique() - len(phases) if sticks.height else 0
    if hidden > 0:
        words.append(f"{hidden} more phases are in the table.")
    return " ".join(words)


def _description(angle: Numbers, peaks: pl.DataFrame, phases: list[str]) -> str:
    matched = f", matched by {', '.join(phases)}" if phases else ""
    return (
        f"Diffraction pattern from {angle[0]:.1f} to {angle[-1]:.1f}° 2θ with {peaks.height} lines{matched}."
    )


def nothing(view: View) -> Chart:
    return Chart(
        "pattern",
        "Diffraction pattern",
        Axis("2θ", "°"),
        [Pane(Axis("Intensity", "counts"), [])],
        empty="No pattern in this file.",
        simulated=view.simulated,
    )


def williamson_hall(drawing: Drawing, view: View) -> Chart | None:
    """β cos θ over 4 sin θ with a line for each phase; None where no phase has three lines of its own."""
    widths = drawing.tables.get("widths")
    if widths is None or widths.is_empty():
        return None
    layers = []
    for _, part in widths.group_by("phase", maintain_order=True):
        name = str(part["phase"][0])
        colour = _colour(drawing.tables["sticks"], name)
        ordered = part.sort("x")
        x = column(ordered, "x")
        layers.append(Layer("points", x, column(ordered, "y"), "", colour, source=name))
        layers.append(
            Layer("line", x, column(ordered, "line"), name, colour, thin=True, source=f"{name}, line")
        )
    return Chart(
        key="williamson_hall",
        title="Widths over angle (Williamson–Hall)",
        x=Axis("4 sin θ"),
        panes=[Pane(Axis("β cos θ", "10⁻³ rad"), layers)],
        caption="Lines that one phase alone explains; instrument width taken off. The slope is strain, the intercept "
        "K λ/size.",
        description=f"Williamson–Hall plot of {widths['phase'].n_unique()} phases.",
        simulated=view.simulated,
    )
