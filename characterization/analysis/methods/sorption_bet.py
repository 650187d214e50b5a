"""Gas sorption: the isotherm and its BET area by Rouquerol's criteria, beside the fixed range and what the instrument
printed.
"""

from __future__ import annotations

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.choices import Choice
from characterization.analysis.sorption import charts
from characterization.analysis.sorption.isotherm import COMMON_CHOICES
from characterization.charts.chart import Chart
from characterization.instruments.base import Technique


def draw(drawing: Drawing, view: View) -> list[Chart]:
    return [charts.isotherm(drawing, view), *charts.bet(drawing, view)]


CHOICES = (
    Choice("range", "Range", "one of", options=("printed", "rouquerol", "fixed"),
           help="The points of the instrument's own report where the file names them (unless told), Rouquerol's range, "
                "or p/p0 0.05 – 0.30."),
    Choice("from_relative_pressure", "From p/p0", lowest=0.0, highest=1.0, help="Goes before the range above."),
    Choice("to_relative_pressure", "To p/p0", lowest=0.0, highest=1.0, help="Goes before the range above."),
    Choice("cross_section_nm2", "Cross-section", unit="nm²", lowest=0.05, highest=1.0,
           help="Of one molecule; N2 0.162, Ar 0.142, Kr 0.202 unless told."),
    *COMMON_CHOICES,
)  # fmt: skip

METHOD = Method(
    "sorption_bet",
    "1.0",
    "BET area",
    Technique.SORPTION,
    later("characterization.analysis.sorption.bet_analysis"),
    draw,
    CHOICES,
)
