"""What happened to a cell while one of its measurements ran."""

from __future__ import annotations

from datetime import timedelta

from cells.models import Cell, CellNote
from characterization.models import Measurement
from synthesis.models import Sample

MOST_EVENTS = 50


def events_during(measurement: Measurement, cell: Cell | None) -> list[tuple[float, str]]:
    """Seconds since the measurement began, and what happened then; events before it are left out."""
    if cell is None or measurement.started_at is None:
        return []
    found = cell.happenings.filter(at__gte=measurement.started_at).values_list("at", "text")[:MOST_EVENTS]
    second = timedelta(seconds=1)
    return [((at - measurement.started_at) / second, text) for at, text in found]


def events_of(sample: Sample) -> list[CellNote]:
    """All events of a cell, oldest first."""
    return list(CellNote.objects.filter(cell=sample.pk).select_related("created_by"))
