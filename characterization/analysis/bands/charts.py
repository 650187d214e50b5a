"""Figures of curves with bands, and what a person may choose for their analysis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from characterization.analysis.base import Drawing, View
from characterization.analysis.choices import Choice
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Pane

QUANTITIES = {"absorbance": Axis("Absorbance"), "reflectance_percent": Axis("Reflectance", "%")}
NOTED = 8
UNKNOWN = Axis("Intensity", "a. u.")


def problem_of_ranges(text: str) -> str:
    """Why these are no ranges; empty where they are."""
    for part in filter(None, (part.strip() for part in text.split(";"))):
        ends = part.replace("–", "-").replace(",", ".").split("-")
        if len(ends) != 2 or not all(_is_number(end) for end in ends) or float(ends[0]) == float(ends[1]):
            return f"‘{part[:40]}’ is no range. Write ranges as 3000-3600; 1650-1800."
    return ""


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdigit()


CHOICES_OF_BANDS = (
    Choice("baseline", "Baseline", kind="one of", options=("asymmetric least squares", "none")),
    Choice(
        "ranges",
        "Areas of",
        kind="text",
        help="Ranges, such as 3000-3600; 1650-1800.",
        problem=problem_of_ranges,
    ),
)


def nothing(key: str, title: str, x: Axis, y: Axis, view: View) -> Chart:
    return Chart(key, title, x, [Pane(y, [])], empty="No curve in this file.", simulated=view.simulated)


def parts_of(table: pl.DataFrame) -> list[tuple[str, pl.DataFrame, str]]:
    """Subject, rows and colour of each curve: the group's where there is one, else a place in the ordered ramp."""
    parts = table.partition_by("subject", maintain_order=True)
    last = max(len(parts) - 1, 1)
    return [(str(part["subject"][0]), part, f"ramp:{place / last:.2f}") for place, part in enumerate(parts)]


def coloured(
    parts: Sequence[tuple[str, pl.DataFrame, str]], view: View
) -> list[tuple[str, pl.DataFrame, str]]:
    return [(subject, part, view.colour if len(parts) == 1 else ramp) for subject, part, ramp in parts]


def absorption(drawing: Drawing, view: View, x: Axis, axis: str, title: str) -> Chart:
    """Every curve with its baseline; the strongest bands of the first are named."""
    table, bands = drawing.tables.get("curves"), drawing.tables.get("bands")
    if table is None or bands is None or table.is_empty():
        return nothing(axis, title, x, UNKNOWN, view)
    layers: list[Layer] = []
    for subject, part, colour in coloured(parts_of(table), view):
        places = column(part, axis)
        layers.append(
            Layer("line", places, column(part, "ordinate"), subject, colour, thin=True, source=subject)
        )
        layers.append(
            Layer(
                "line", places, column(part, "baseline"), "", "text2", dash=True, thin=True, source="baseline"
            )
        )
    first = bands.filter(pl.col("subject") == bands["subject"][0]) if bands.height else bands
    part = table.filter(pl.col("subject") == table["subject"][0])
    places, ordinate = column(part, axis), column(part, "ordinate")
    notes = [
        Note(at, float(ordinate[int(np.argmin(np.abs(places - at)))]), f"{at:.0f}")
        for at in first.head(NOTED)[axis]
    ]
    quantity = QUANTITIES.get(str(table["quantity"][0]), UNKNOWN)
    return Chart(
        key="spectrum",
        title=title,
        x=x,
        panes=[Pane(quantity, layers, notes=notes)],
        caption="The strongest bands are named; baseline dashed.",
        description=f"{title} with {first.height} bands.",
        simulated=view.simulated,
        flags=tuple(flag.message for flag in drawing.flags),
    )
