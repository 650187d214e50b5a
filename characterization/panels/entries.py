"""What an entry of the library looks like."""

from __future__ import annotations

from characterization.analysis.library.drawing import draw
from characterization.charts.chart import Chart
from characterization.models import LibraryEntry


def chart_of_entry(entry: LibraryEntry) -> Chart | None:
    """None for kinds that are no curve."""
    return draw(entry.kind, entry.name, entry.content)
