"""EPR: field, g, width and intensity of the strongest line."""

from __future__ import annotations

from characterization.analysis.bands import charts
from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.choices import Choice
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Pane
from characterization.instruments.base import Technique

X, DERIVATIVE, ABSORPTION = Axis("Field", "mT"), Axis("Derivative", "a. u."), Axis("Absorption", "a. u.")


def draw(drawing: Drawing, view: View) -> list[Chart]:
    table = drawing.tables.get("curves")
    if table is None or table.is_empty():
        return [charts.nothing("epr", "EPR spectrum", X, DERIVATIVE, view)]
    parts = charts.coloured(charts.parts_of(table), view)

    def layers(name: str) -> list[Layer]:
        return [
            Layer(
                "line",
                column(part, "field_mT"),
                column(part, name),
                subject,
                colour,
                thin=True,
                source=subject,
            )
            for subject, part, colour in parts
        ]

    panes = [Pane(ABSORPTION, layers("absorption"), share=0.35), Pane(DERIVATIVE, layers("intensity"))]
    caption = "Above: integrated once, less a straight line through both ends."
    return [
        Chart("epr", "EPR spectrum", X, panes, caption=caption,
              description="EPR spectrum and its integral.", simulated=view.simulated,
              flags=tuple(flag.message for flag in drawing.flags))
    ]  # fmt: skip


CHOICES = (Choice("microwave_frequency_GHz", "Microwave frequency", unit="GHz", lowest=0.1, highest=1000),)

METHOD = Method(
    "epr_line",
    "1.0",
    "EPR line",
    Technique.EPR,
    later("characterization.analysis.bands.resonance"),
    draw,
    CHOICES,
)
