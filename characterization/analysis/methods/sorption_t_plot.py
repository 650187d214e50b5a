"""Gas sorption: t-plot of nitrogen at 77 K with micropore volume and external area."""

from __future__ import annotations

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.choices import Choice
from characterization.analysis.sorption import charts
from characterization.analysis.sorption.isotherm import COMMON_CHOICES
from characterization.analysis.sorption.thickness import MODELS
from characterization.charts.chart import Chart
from characterization.instruments.base import Technique


def draw(drawing: Drawing, view: View) -> list[Chart]:
    return charts.t_plot(drawing, view)


CHOICES = (
    Choice("thickness", "Thickness", "one of", options=tuple(MODELS), help="Harkins-Jura unless told."),
    Choice("from_nm", "From", unit="nm", lowest=0.05, highest=3.0, help="0.35 nm unless told."),
    Choice("to_nm", "To", unit="nm", lowest=0.05, highest=3.0, help="0.50 nm unless told."),
    *COMMON_CHOICES,
)  # fmt: skip

METHOD = Method(
    "sorption_t_plot",
    "1.0",
    "t-plot",
    Technique.SORPTION,
    later("characterization.analysis.sorption.t_plot_analysis"),
    draw,
    CHOICES,
)
