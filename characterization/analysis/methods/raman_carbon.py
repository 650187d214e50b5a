"""Raman bands of carbon: D and G by a named convention, in-plane size, calibration by silicon."""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.choices import Choice
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Pane
from characterization.instruments.base import Technique

SHIFT = "raman_shift_per_cm"
X = Axis("Raman shift", "cm⁻¹")
NOTED = 6
COLOURS = {"D": "s3", "G": "s4", "D4": "s7", "D3": "s5"}


def draw(drawing: Drawing, view: View) -> list[Chart]:
    table = drawing.tables.get("spectrum")
    if table is None or table.is_empty():
        pane = Pane(Axis("Intensity", "counts"), [])
        return [
            Chart(
                "raman",
                "Raman spectrum",
                X,
                [pane],
                empty="No spectrum in this file.",
                simulated=view.simulated,
            )
        ]
    charts = [_overview(table, drawing, view)]
    if "fit" in table.columns:
        charts.insert(0, _bands(table.filter(pl.col("fit").is_not_null()), drawing, view))
    return charts


def _bands(table: pl.DataFrame, drawing: Drawing, view: View) -> Chart:
    x, baseline = column(table, SHIFT), column(table, "baseline")
    layers = [
        Layer(
            "points",
            x,
            column(table, "intensity"),
            "",
            view.colour,
            hollow=True,
            thin=True,
            source="measured",
        )
    ]
    for name in [name for name in table.columns if name.startswith("band_")]:
        label = name.removeprefix("band_")
        layers.append(
            Layer(
                "area",
                x,
                baseline + column(table, name),
                label,
                COLOURS.get(label, "s0"),
                y2=baseline,
                thin=True,
            )
        )
    layers += [
        Layer("line", x, column(table, "fit"), "", "text", source="fit"),
        Layer("line", x, baseline, "", "text2", dash=True, thin=True, source="baseline"),
    ]
    ratio = next((one for one in drawing.findings if one.name == "id_ig_ratio"), None)
    said = (
        f"I_D/I_G {ratio.value:.3f} ± {ratio.uncertainty or 0:.3f}"
        if ratio and ratio.value is not None
        else ""
    )
    residual = Pane(
        Axis("Residual", "σ"),
        [Layer("line", x, column(table, "residual_sigma"), "", "text2", thin=True)],
        share=0.25,
    )
    return Chart(
        key="carbon_bands",
        title="D and G band",
        subtitle=said,
        x=X,
        panes=[residual, Pane(Axis("Intensity", str(table["unit"][0])), layers)],
        caption=(f"{ratio.convention}." if ratio else "")
        + " The ratio changes with the convention: see the findings.",
        description=f"Fitted bands of carbon. {said}",
        simulated=view.simulated,
        flags=tuple(flag.message for flag in drawing.flags),
    )


def _overview(table: pl.DataFrame, drawing: Drawing, view: View) -> Chart:
    x, y = column(table, SHIFT), column(table, "intensity")
    peaks = drawing.tables.get("peaks")
    named = peaks.head(NOTED)[SHIFT].to_list() if peaks is not None else []
    notes = [Note(at, float(y[int(np.argmin(np.abs(x - at)))]), f"{at:.0f}") for at in named]
    return Chart(
        key="raman",
        title="Raman spectrum",
        x=X,
        panes=[
            Pane(
                Axis("Intensity", str(table["unit"][0])),
                [Layer("line", x, y, "", view.colour, thin=True)],
                notes=notes,
            )
        ],
        caption="The strongest maxima above an asymmetric baseline are named.",
        description=f"Raman spectrum from {x[0]:.0f} to {x[-1]:.0f} cm⁻¹.",
        simulated=view.simulated,
    )


CHOICES = (
    Choice("convention", "I_D/I_G by", kind="one of",
           options=("2 bands, height", "2 bands, area", "4 bands, height", "4 bands, area"),
           help="The ratio differs threefold between these; compare only equal ones."),
    Choice("baseline", "Baseline", kind="one of",
           options=("line fitted with the bands", "line between the ends", "asymmetric least squares")),
    Choice("from_per_cm", "Fit from", unit="cm⁻¹", lowest=500, highest=1200),
    Choice("to_per_cm", "Fit to", unit="cm⁻¹", lowest=1700, highest=2200),
    Choice("calibration_offset_per_cm", "Calibration offset", unit="cm⁻¹", lowest=-30, highest=30,
           help="Added to every shift. Silicon's line should lie at 520.7 cm⁻¹ after it."),
)  # fmt: skip

METHOD = Method(
    "raman_carbon",
    "1.0",
    "Raman bands of carbon",
    Technique.RAMAN,
    later("characterization.analysis.raman.carbon_analysis"),
    draw,
    CHOICES,
)
