"""What an entry of the library looks like, and which entries are shipped."""

from __future__ import annotations

import importlib
from typing import Any

from characterization.analysis.library.drawing import draw, sticks
from characterization.analysis.library.entries import Shipped
from characterization.charts.chart import Chart
from characterization.models import LibraryEntry


def chart_of_entry(entry: LibraryEntry) -> Chart | None:
    """None for kinds that are no curve."""
    return draw(entry.kind, entry.name, entry.content)


def shipped_entries(kind: str) -> list[Shipped]:
    found: list[Shipped] = _room().entries(kind)
    return found


def shipped_entry(kind: str, name: str) -> Shipped | None:
    found: Shipped | None = _room().entry(kind, name)
    return found


def chart_of_shipped(kind: str, name: str) -> Chart | None:
    phase = _room().phase(name) if kind == LibraryEntry.Kind.PHASES else None
    return sticks(name, phase) if phase is not None else None


def _room() -> Any:
    """Imported when a page of the library is first opened: gemmi is not paid for by other pages."""
    return importlib.import_module("characterization.analysis.library.shipped")
