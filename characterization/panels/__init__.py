"""A dashboard as data: panels with title, chart and findings, for one measurement, one cell, or several."""

from characterization.panels.among import Section, compared_groups, sections
from characterization.panels.board import CAPACITY, VOLTAGE, Board, Tile, board_of
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
from characterization.panels.entries import chart_of_entry, chart_of_shipped, shipped_entries, shipped_entry
from characterization.panels.export import windowed
from characterization.panels.figures import Figure, figures_of_cell, number, retention, with_uncertainty
from characterization.panels.grouping import Group, grouped
from characterization.panels.handles import handles_of
from characterization.panels.head import CellHead, head_of, state_of
from characterization.panels.measured import (
    Panel,
    chart_of,
    charts_of_run,
    draw_found,
    meta_of,
    panels_of,
    telling,
)
from characterization.panels.runs import RunLog, reached_by_log, run_log
from characterization.panels.strips import Sparkline, dot_places, sparkline

__all__ = [
    "BASES",
    "CAPACITY",
    "REFERENCES",
    "VOLTAGE",
    "Board",
    "CellHead",
    "Choice",
    "Compared",
    "Figure",
    "Group",
    "Panel",
    "Row",
    "RunLog",
    "Section",
    "Sparkline",
    "Tile",
    "bases_of",
    "board_of",
    "chart_of",
    "chart_of_entry",
    "chart_of_shipped",
    "charts_of_run",
    "compare",
    "compared_groups",
    "cycles_from",
    "default_basis",
    "dot_places",
    "draw_found",
    "figures_of_cell",
    "grouped",
    "handles_of",
    "head_of",
    "meta_of",
    "number",
    "panels_of",
    "reached_by_log",
    "references_of",
    "retention",
    "run_log",
    "sections",
    "shipped_entries",
    "shipped_entry",
    "sparkline",
    "state_of",
    "telling",
    "view_for",
    "windowed",
    "with_uncertainty",
]
