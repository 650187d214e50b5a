"""Infrared bands: baseline, positions, areas of bands and of chosen ranges."""

from __future__ import annotations

from characterization.analysis.bands import charts
from characterization.analysis.base import Drawing, Method, View, later
from characterization.charts.chart import Axis, Chart
from characterization.instruments.base import Technique

X = Axis("Wavenumber", "cm⁻¹", reversed=True)


def draw(drawing: Drawing, view: View) -> list[Chart]:
    return [charts.absorption(drawing, view, X, "wavenumber_per_cm", "FTIR spectrum")]


METHOD = Method(
    "ftir_bands",
    "1.0",
    "Infrared bands",
    Technique.FTIR,
    later("characterization.analysis.bands.absorption"),
    draw,
    charts.CHOICES_OF_BANDS,
)
