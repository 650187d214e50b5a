"""A dashboard as data: panels with title, chart and findings, for one measurement, one cell, or several."""

from characterization.panels.choice import (
    BASES,
    REFERENCES,
    Choice,
    bases_of,
    cycles_from,
    default_basis,
    references_of,
    view_for,
)
from characterization.panels.comparison import Compared, Row, compare
from characterization.panels.export import windowed
from characterization.panels.figures import Figure, figures_of_cell, number, retention, with_uncertainty
from characterization.panels.measured import Panel, chart_of, panels_of
from characterization.panels.strips import Sparkline, dot_places, sparkline

__all__ = [
    "BASES",
    "REFERENCES",
    "Choice",
    "Compared",
    "Figure",
    "Panel",
    "Row",
    "Sparkline",
    "bases_of",
    "chart_of",
    "compare",
    "cycles_from",
    "default_basis",
    "dot_places",
    "figures_of_cell",
    "number",
    "panels_of",
    "references_of",
    "retention",
    "sparkline",
    "view_for",
    "windowed",
    "with_uncertainty",
]
