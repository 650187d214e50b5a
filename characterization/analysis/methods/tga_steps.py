"""Thermogravimetry: steps of mass loss and the residue."""

from __future__ import annotations

from characterization.analysis.bands import charts
from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Pane
from characterization.instruments.base import Technique

X, MASS, RATE = Axis("Temperature", "°C"), Axis("Mass", "%"), Axis("Rate of loss", "%/K")


def draw(drawing: Drawing, view: View) -> list[Chart]:
    curve, steps = drawing.tables.get("curve"), drawing.tables.get("steps")
    if curve is None or steps is None or curve.is_empty():
        return [charts.nothing("tga", "Thermogram", X, MASS, view)]
    temperature, rate = column(curve, "temperature_degC"), column(curve, "rate_percent_per_K")
    notes = [
        Note(at, float(rate[int(abs(temperature - at).argmin())]), f"{at:.0f} °C")
        for at in steps["fastest_degC"]
    ]
    panes = [
        Pane(RATE, [Layer("line", temperature, rate, "", "text2", thin=True)], share=0.35, notes=notes),
        Pane(MASS, [Layer("line", temperature, column(curve, "mass_percent"), "", view.colour)]),
    ]
    return [
        Chart("tga", "Thermogram", X, panes, caption="While heated; the rate is that of the smoothed curve.",
              description=f"Mass over temperature with {steps.height} steps.", simulated=view.simulated,
              flags=tuple(flag.message for flag in drawing.flags))
    ]  # fmt: skip


METHOD = Method(
    "tga_steps",
    "1.0",
    "Mass loss",
    Technique.TGA,
    later("characterization.analysis.bands.thermogram"),
    draw,
)
