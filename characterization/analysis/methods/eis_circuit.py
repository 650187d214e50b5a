"""Impedance by equivalent circuits: Nyquist and Bode plots with the fit, its residuals, resistances over a series."""

from __future__ import annotations

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.choices import Choice
from characterization.analysis.impedance import charts, grammar
from characterization.analysis.impedance.reporting import CHOICE_OF_SPECTRA
from characterization.charts.chart import Axis, Chart
from characterization.instruments.base import Technique


def draw(drawing: Drawing, view: View) -> list[Chart]:
    spectra = drawing.tables.get("spectra")
    if spectra is None or spectra.is_empty():
        why = "No spectrum could be fitted."
        return [charts.nothing("nyquist", "Nyquist plot", Axis("Re Z", "Ω"), Axis("−Im Z", "Ω"), why, view)]
    picked = charts.chosen(spectra, view)
    words = charts.caption(spectra, picked)
    residuals = drawing.tables["points"]
    drawn = [
        charts.nyquist(drawing, view),
        charts.bode(drawing, view),
        charts.residuals(residuals, picked, "fit_residuals", "Residuals of the fit", words, view),
    ]
    return [*drawn, charts.trend(spectra, view)] if spectra.height > 1 else drawn


def _problem(text: str) -> str:
    """What the reader of circuits says against a text."""
    try:
        grammar.parse(text)
    except grammar.CircuitError as error:
        return str(error)
    return ""


CHOICES = (
    Choice("circuit", "Circuit", "text", problem=_problem,
           help="R0-p(R1,CPE1)-W1: - in series, p( , ) side by side. Without it a circuit is chosen."),
    Choice("weighting", "Weighting", "one of", options=("modulus", "unit"),
           help="Residuals relative to |Z| (modulus, unless told), or in Ω (unit)."),
    CHOICE_OF_SPECTRA,
)  # fmt: skip

METHOD = Method(
    "eis_circuit",
    "1.0",
    "Equivalent circuit",
    Technique.EIS,
    later("characterization.analysis.impedance.circuit_analysis"),
    draw,
    CHOICES,
)
