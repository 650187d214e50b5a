"""A furnace programme as a curve: temperature over hours, ready to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synthesis.models import ProgrammeSegment

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 26, 34


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class Drawing:
    """Points and ticks in px of a 640 × 200 picture. ``limit`` is the y of the highest temperature reached."""

    line: str
    area: str
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    reached: float | None
    hours: float


def corners(segments: Sequence[ProgrammeSegment]) -> list[tuple[float, float]]:
    """The programme's corners as (hours, °C): each segment is a ramp, then a hold."""
    if not segments:
        return []
    points = [(0.0, segments[0].from_degC)]
    for segment in segments:
        start = points[-1][0]
        ramp_h = abs(segment.to_degC - segment.from_degC) / segment.rate_degC_per_min / 60
        points.append((start + ramp_h, segment.to_degC))
        if segment.hold_h:
            points.append((start + ramp_h + segment.hold_h, segment.to_degC))
    return points


def draw(segments: Sequence[ProgrammeSegment], reached_degC: float | None) -> Drawing | None:
    points = corners(segments)
    if not points or points[-1][0] == 0:
        return None
    hours = points[-1][0]
    top = max([degC for _, degC in points] + ([reached_degC] if reached_degC else []))
    step = next(step for step in (50, 100, 200, 500, 1000, 5000) if top / step <= 5)
    top = max(step, -(-top // step) * step)

    def x(at_h: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * at_h / hours, 1)

    def y(degC: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * degC / top, 1)

    line = " ".join(f"{x(at_h)},{y(degC)}" for at_h, degC in points)
    hour_step = next(step for step in (0.5, 1, 2, 5, 10, 24, 100, 1000) if hours / step <= 8)
    return Drawing(
        line=line,
        area=f"{x(0)},{y(0)} {line} {x(hours)},{y(0)}",
        x_ticks=[Tick(x(i * hour_step), f"{i * hour_step:g}") for i in range(int(hours / hour_step) + 1)],
        y_ticks=[Tick(y(i * step), f"{i * step:,}") for i in range(int(top / step) + 1)],
        reached=y(reached_degC) if reached_degC else None,
        hours=hours,
    )
