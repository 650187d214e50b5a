"""Pictures: previews for pages, the scale, distances and lattice spacings that a person marked."""

from __future__ import annotations

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.choices import Choice
from characterization.analysis.pictures.marks import marks_problem, scale_problem
from characterization.charts.chart import Chart
from characterization.instruments.base import Technique


def draw(drawing: Drawing, view: View) -> list[Chart]:
    """A picture is no chart: the page shows its previews."""
    return []


METHOD = Method(
    "picture",
    "1.0",
    "Lengths in the picture",
    Technique.PICTURE,
    later("characterization.analysis.pictures.measuring"),
    draw,
    (
        Choice(
            "scale",
            "Scale set by hand",
            "json",
            help='Ends of the scale bar in pixels and its length: {"from": [x, y], "to": [x, y], "length_nm": 200}. '
            "It stands before the file's own.",
            problem=scale_problem,
        ),
        Choice(
            "marks",
            "Marks",
            "json",
            help='By name: {"rim": {"kind": "distance", "from": [x, y], "to": [x, y]}}; kinds are distance, spacing '
            "(with fringes) and fft (a box by two corners).",
            problem=marks_problem,
        ),
    ),
)
