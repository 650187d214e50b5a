"""Impedance by equivalent circuits: Nyquist and Bode plots with the fit, its residuals, resistances over a series."""

from __future__ import annotations

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.impedance import charts
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


METHOD = Method(
    "eis_circuit",
    "1.0",
    "Equivalent circuit",
    Technique.EIS,
    later("characterization.analysis.impedance.circuit_analysis"),
    draw,
)
