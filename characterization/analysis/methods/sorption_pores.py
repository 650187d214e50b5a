"""Gas sorption: pore volume by Gurvich's rule and pore sizes of nitrogen at 77 K by BJH and DFT."""

from __future__ import annotations

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.choices import Choice
from characterization.analysis.sorption import charts
from characterization.analysis.sorption.isotherm import COMMON_CHOICES
from characterization.analysis.sorption.thickness import MODELS
from characterization.charts.chart import Chart
from characterization.instruments.base import Technique


def draw(drawing: Drawing, view: View) -> list[Chart]:
    return charts.pore_sizes(drawing, view)


CHOICES = (
    Choice("branch", "Branch for BJH", "one of", options=("desorption", "adsorption"), help="Desorption unless told."),
    Choice("thickness", "Thickness for BJH", "one of", options=tuple(MODELS), help="Harkins-Jura unless told."),
    Choice("gurvich_at", "Pore volume at p/p0", lowest=0.5, highest=0.999, help="0.97 unless told."),
    *COMMON_CHOICES,
)  # fmt: skip

METHOD = Method(
    "sorption_pores",
    "1.0",
    "Pore volume and sizes",
    Technique.SORPTION,
    later("characterization.analysis.sorption.pore_analysis"),
    draw,
    CHOICES,
)
