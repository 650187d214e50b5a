"""The curves of a recording, one by one, and what several of these analyses need of a curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import savgol_filter

from characterization.analysis.base import Result
from characterization.analysis.rows import column
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

FEWEST_POINTS = 10
MOST_CURVES = 20


@dataclass(frozen=True)
class Curve:
    """``subject`` tells several curves of one file apart; it is empty where there is one."""

    x: Numbers
    y: Numbers
    subject: str = ""


def curves_of(recording: Recording, axis: str, ordinate: str, result: Result) -> list[Curve]:
    """The curves with enough finite points, at most MOST_CURVES; what is left out is flagged."""
    table = recording.table
    parts = table.partition_by("spectrum", maintain_order=True) if "spectrum" in table.columns else [table]
    names = recording.meta.get("spectra") or []
    found = []
    for number, part in enumerate(parts[:MOST_CURVES], 1):
        x, y = column(part, axis), column(part, ordinate)
        finite = np.isfinite(x) & np.isfinite(y)
        name = str(names[number - 1]) if number <= len(names) else f"spectrum {number}"
        if finite.sum() >= FEWEST_POINTS:
            found.append(Curve(x[finite], y[finite], name if len(parts) > 1 else ""))
    if len(parts) > MOST_CURVES:
        result.flag("more_curves", f"The first {MOST_CURVES} of {len(parts):,} curves were analysed.")
    if not found:
        result.flag("too_few_points", f"No curve has {FEWEST_POINTS} points.")
    return found


def smoothed(y: Numbers, most: int = 11) -> Numbers:
    points = min(most, y.size - 1 + y.size % 2) | 1
    smooth: Numbers = savgol_filter(y, points if points <= y.size else points - 2, 2)
    return smooth


def noise_of(y: Numbers) -> float:
    """Standard deviation of the points about a smooth curve, from differences of neighbours of second order."""
    second = np.diff(y, 2)
    return float(1.4826 * np.median(np.abs(second - np.median(second))) / np.sqrt(6))
