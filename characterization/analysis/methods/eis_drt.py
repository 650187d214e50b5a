"""Distribution of relaxation times of impedance: lines, contour and processes D1 … D6 over a series."""

from __future__ import annotations

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.choices import Choice
from characterization.analysis.impedance import charts, relaxation_charts
from characterization.analysis.impedance.reporting import CHOICE_OF_SPECTRA
from characterization.charts.chart import Chart
from characterization.instruments.base import Technique


def draw(drawing: Drawing, view: View) -> list[Chart]:
    spectra = drawing.tables.get("spectra")
    if spectra is None or spectra.is_empty():
        x, y = relaxation_charts.TIME_CONSTANT, relaxation_charts.GAMMA
        why = "No spectrum could be inverted."
        return [charts.nothing("drt", "Distribution of relaxation times", x, y, why, view)]
    drawn = [relaxation_charts.lines(drawing, view)]
    if spectra.height > 1:
        contour = relaxation_charts.contour(drawing, view)
        drawn += [*([contour] if contour else []), relaxation_charts.peaks_over(drawing, view)]
    return drawn


CHOICES = (
    Choice("lambda", "λ", lowest=1e-8, highest=1e3,
           help="Strength of the regularisation, one for all spectra. Without it, it is found by cross-validation."),
    CHOICE_OF_SPECTRA,
)  # fmt: skip

METHOD = Method(
    "eis_drt",
    "1.0",
    "Distribution of relaxation times",
    Technique.EIS,
    later("characterization.analysis.impedance.relaxation_analysis"),
    draw,
    CHOICES,
)
