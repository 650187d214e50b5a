"""The door to `print.py`: Matplotlib takes long to import and is wanted for exports and reports only, so it is
imported when the first figure is pressed and not at the start of each process."""

from __future__ import annotations

import importlib
from pathlib import Path

from characterization.charts.chart import Chart

DEFAULT_HEIGHT_MM = 58.0


def press(
    chart: Chart, width_mm: float = 84, height_mm: float = DEFAULT_HEIGHT_MM, fonts: Path | None = None
) -> bytes:
    """The chart as SVG, see `print.press`."""
    pressed: bytes = importlib.import_module("characterization.charts.print").press(
        chart, width_mm, height_mm, fonts
    )
    return pressed


def png(
    chart: Chart, scale: float = 2, width_mm: float = 148, height_mm: float = 85, fonts: Path | None = None
) -> bytes:
    """The chart as PNG, see `print.png`."""
    pressed: bytes = importlib.import_module("characterization.charts.print").png(
        chart, scale, width_mm, height_mm, fonts
    )
    return pressed


def characters(fonts: Path) -> frozenset[int]:
    """The characters that the faces in a folder hold."""
    held: frozenset[int] = importlib.import_module("characterization.charts.print").characters(fonts)
    return held
