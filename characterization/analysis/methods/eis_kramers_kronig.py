"""Kramers–Kronig test of impedance: verdict and residuals of each spectrum."""

from __future__ import annotations

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.impedance import charts
from characterization.analysis.impedance.reporting import CHOICE_OF_SPECTRA
from characterization.charts.chart import Axis, Chart
from characterization.instruments.base import Technique

KEY, TITLE = "kramers_kronig", "Kramers–Kronig residuals"


def draw(drawing: Drawing, view: View) -> list[Chart]:
    verdicts = drawing.tables.get("verdicts")
    if verdicts is None or verdicts.is_empty():
        why = "No spectrum could be tested."
        return [charts.nothing(KEY, TITLE, charts.FREQUENCY, Axis("Residual", "% of |Z|"), why, view)]
    picked = charts.chosen(verdicts, view)
    passed = verdicts.filter(verdicts["verdict"] == "passes").height
    worst = verdicts.sort("systematic_percent", descending=True).row(0, named=True)
    alone = {"passes": "The spectrum passes", "fails": "The spectrum fails"}
    count = f"{passed} of {verdicts.height} spectra pass"
    if verdicts.height == 1:
        count = alone.get(worst["verdict"], "Too noisy to tell")
    words = (
        f"{count}. Largest systematic residual {worst['systematic_percent']:.2f} % "
        f"of |Z| at {worst['worst_Hz']:.3g} Hz, limit {worst['limit_percent']:.2f} %."
    )
    return [charts.residuals(drawing.tables["residuals"], picked, KEY, TITLE, words, view)]


METHOD = Method(
    "eis_kramers_kronig",
    "1.0",
    "Kramers–Kronig test",
    Technique.EIS,
    later("characterization.analysis.impedance.kramers_kronig_analysis"),
    draw,
    (CHOICE_OF_SPECTRA,),
)
