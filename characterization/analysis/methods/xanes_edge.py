"""XANES: energy and step of the edge, the normalised spectrum."""

from __future__ import annotations

from characterization.analysis.bands import charts
from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.choices import Choice
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Pane
from characterization.instruments.base import Technique

X, NORMALISED, MEASURED = Axis("Energy", "eV"), Axis("Normalised absorption"), Axis("Absorption", "a. u.")


def draw(drawing: Drawing, view: View) -> list[Chart]:
    table = drawing.tables.get("curves")
    if table is None or table.is_empty():
        return [charts.nothing("xanes", "X-ray absorption", X, MEASURED, view)]
    parts = charts.coloured(charts.parts_of(table), view)
    normal = [
        Layer(
            "line",
            column(part, "energy_eV"),
            column(part, "normalised"),
            subject,
            colour,
            thin=True,
            source=subject,
        )
        for subject, part, colour in parts
    ]
    raw: list[Layer] = []
    for subject, part, colour in parts:
        energy = column(part, "energy_eV")
        raw.append(
            Layer("line", energy, column(part, "absorption"), subject, colour, thin=True, source=subject)
        )
        raw += [
            Layer("line", energy, column(part, name), "", "text2", dash=True, thin=True, source=name)
            for name in ("before", "behind")
        ]
    flags = tuple(flag.message for flag in drawing.flags)
    step = next((one for one in drawing.findings if one.name == "xanes_edge_step"), None)
    return [
        Chart("xanes", "Normalised absorption", X, [Pane(NORMALISED, normal)], description="Normalised absorption.",
              caption=f"Edge step by {step.convention}." if step else "", simulated=view.simulated, flags=flags),
        Chart("xanes_raw", "Absorption as measured", X, [Pane(MEASURED, raw)],
              caption="Levels before and behind, dashed.",
              description="Absorption with the lines before and behind the edge.", simulated=view.simulated),
    ]  # fmt: skip


CHOICES = (
    Choice(
        "e0_eV",
        "E0",
        unit="eV",
        lowest=10,
        highest=200_000,
        help="Without it, where the spectrum rises fastest.",
    ),
    Choice("behind_to_eV", "Level behind the edge up to E0 +", unit="eV", lowest=60, highest=2000),
)

METHOD = Method(
    "xanes_edge",
    "1.0",
    "X-ray absorption edge",
    Technique.XANES,
    later("characterization.analysis.bands.edge"),
    draw,
    CHOICES,
)
