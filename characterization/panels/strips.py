"""Graphics within a table's row, as coordinates for an inline SVG: sparkline and dot strip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SPARK_WIDTH, SPARK_HEIGHT, SPARK_PAD = 104, 22, 3
SPARK_POINTS = 52


@dataclass(frozen=True)
class Sparkline:
    """``points`` for an SVG polyline in a box of 104 × 22; ``x`` and ``y`` are its last point. Empty where unknown."""

    points: str
    x: float
    y: float


@dataclass(frozen=True)
class Dot:
    """Where a mean and the ends of its standard deviation stand, 0 … 100 along the strip."""

    at: float
    left: float
    width: float


def sparkline(values: Sequence[float | None], scale: tuple[float, float], share: float) -> Sparkline | None:
    """Values left to right on a shared scale; ``share`` of the width stands for the part of the plan that is done."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if not known:
        return None
    step = max(len(known) // SPARK_POINTS, 1)
    shown = [*known[:-1:step], known[-1]]
    length = (SPARK_WIDTH - 2 * SPARK_PAD) * min(max(share, 0.0), 1.0)
    last = max(len(values) - 1, 1)
    places = [(SPARK_PAD + length * place / last, _height(value, scale)) for place, value in shown]
    x, y = places[-1]
    return Sparkline(
        " ".join(f"{across:.1f},{down:.1f}" for across, down in places), round(x, 1), round(y, 1)
    )


def _height(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    share = (value - low) / (high - low) if high > low else 0.5
    return SPARK_PAD + (SPARK_HEIGHT - 2 * SPARK_PAD) * (1 - min(max(share, 0.0), 1.0))


def dot_places(means: Sequence[tuple[float | None, float | None]]) -> list[Dot | None]:
    """Means with their sd (None where not known) on one strip from the lowest to the highest edge."""
    edges = [(mean - (sd or 0), mean + (sd or 0)) for mean, sd in means if mean is not None]
    low, high = min((a for a, _ in edges), default=0.0), max((b for _, b in edges), default=1.0)
    span = high - low or 1.0
    return [None if mean is None else _dot(mean, sd or 0.0, low, span) for mean, sd in means]


def _dot(mean: float, sd: float, low: float, span: float) -> Dot:
    return Dot(
        round(100 * (mean - low) / span, 1),
        round(100 * (mean - sd - low) / span, 1),
        round(200 * sd / span, 1),
    )
