"""UV-vis bands: baseline, positions, areas of bands and of chosen ranges."""

from __future__ import annotations

from characterization.analysis.bands import charts
from characterization.analysis.base import Drawing, Method, View, later
from characterization.charts.chart import Axis, Chart
from characterization.instruments.base import Technique

X = Axis("Wavelength", "nm")


def draw(drawing: Drawing, view: View) -> list[Chart]:
    return [charts.absorption(drawing, view, X, "wavelength_nm", "UV-vis spectrum")]


METHOD = Method(
    "uv_vis_bands",
    "1.0",
    "UV-vis bands",
    Technique.UV_VIS,
    later("characterization.analysis.bands.absorption"),
    draw,
    charts.CHOICES_OF_BANDS,
)
