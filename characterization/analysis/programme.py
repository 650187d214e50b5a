"""A furnace programme held against what was measured: where it began, and each of its steps as it was run.

Times are seconds of the log, temperatures °C. A step is a ramp to one temperature and the hold there; segments that go
on holding the same temperature are one step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from characterization.charts.chart import Numbers

RISE_DEGC = 5.0
LATE_DEGC = 20.0
FALLEN_DEGC = 50.0
LOW, HIGH = 0.1, 0.9
PARTLY = 0.3


@dataclass(frozen=True)
class Step:
    """``number`` is that of its first segment; ``rate`` in °C/s, always positive."""

    number: int
    start: float
    target: float
    rate: float
    hold_s: float

    @property
    def up(self) -> bool:
        return self.target > self.start

    @property
    def span(self) -> float:
        return abs(self.target - self.start)


@dataclass(frozen=True)
class Run:
    """A step as it was run; None where the log does not show it.

    ``rate`` in °C/s between 10 and 90 % of the way; ``reached`` and ``left`` when it came within and went out of the
    tolerance; ``held_s`` how long it was within; ``over`` the greatest excess above the target and when that was.
    ``furthest`` is as near as it came. ``open`` says that the log ended before the step was over.
    """

    step: Step
    rate: float | None
    reached: float | None
    left: float | None
    held_s: float
    over: float | None
    over_at: float | None
    furthest: float
    open: bool


@dataclass(frozen=True)
class Start:
    at: float
    how: str


def steps_of(segments: Sequence[Mapping[str, float]]) -> list[Step]:
    found: list[Step] = []
    for number, segment in enumerate(segments, start=1):
        hold = segment["hold_h"] * 3600
        if segment["to_degC"] == segment["from_degC"] and found and found[-1].target == segment["to_degC"]:
            last = found.pop()
            found.append(Step(last.number, last.start, last.target, last.rate, last.hold_s + hold))
        else:
            rate = segment["rate_degC_per_min"] / 60
            found.append(Step(number, segment["from_degC"], segment["to_degC"], rate, hold))
    return found


def corners(steps: Sequence[Step]) -> tuple[Numbers, Numbers]:
    """The programme's corners, from its start on."""
    times, degrees = [0.0], [steps[0].start if steps else 0.0]
    for step in steps:
        times.append(times[-1] + step.span / step.rate)
        degrees.append(step.target)
        if step.hold_s:
            times.append(times[-1] + step.hold_s)
            degrees.append(step.target)
    return np.array(times), np.array(degrees)


def smoothed(seconds: Numbers, degrees: Numbers, width_s: float) -> Numbers:
    """A running median over ``width_s``, which takes noise and single spikes and leaves ramps and plateaus as they are.

    A log with fewer than three rows in that width stays as it is.
    """
    steps = np.diff(seconds)
    usual = float(np.median(steps)) if steps.size else width_s
    rows = int(width_s / usual) if usual > 0 else 1
    rows -= 1 - rows % 2
    return median_filter(degrees, size=rows, mode="nearest") if rows >= 3 else degrees


def start_of(seconds: Numbers, degrees: Numbers, setpoint: Numbers | None, steps: Sequence[Step]) -> Start:
    """When the programme began: where the set point begins to move, else where the temperature begins to rise."""
    waited = 0.0  # a programme that begins with a hold began that much before anything moved
    first = next((step for step in steps if step.span > 0), None)
    for step in steps:
        if step is first:
            break
        waited += step.hold_s
    moved = _set_point_moves(seconds, setpoint) if setpoint is not None else None
    if moved is not None:
        return Start(moved - waited, "where the set point begins to move")
    if first is None:
        return Start(float(seconds[0]), "at the first row of the log")
    if first.up and degrees[0] > first.start + LATE_DEGC and _climbs(seconds, degrees, first.rate):
        back = (degrees[0] - first.start) / first.rate
        return Start(
            float(seconds[0]) - back - waited, f"reckoned back from {degrees[0]:.0f} °C, where the log begins"
        )
    risen = _rise(seconds, degrees, 1.0 if first.up else -1.0)
    if risen is None:
        return Start(float(seconds[0]), "at the first row of the log: nothing rises")
    return Start(
        risen - waited, "where the temperature begins to rise" if first.up else "where it begins to fall"
    )


def _set_point_moves(seconds: Numbers, setpoint: Numbers) -> float | None:
    known = np.flatnonzero(np.isfinite(setpoint))
    if known.size < 3:
        return None
    value, at = setpoint[known], seconds[known]
    moved = np.flatnonzero(np.abs(value - value[0]) > 1.0)
    if not moved.size:
        return None
    row = int(moved[0])
    if row + 1 < len(value) and value[row + 1] != value[row]:
        slope = (value[row + 1] - value[row]) / (at[row + 1] - at[row])
        back = at[row] - (value[row] - value[0]) / slope
        return float(np.clip(back, at[row - 1], at[row]))
    return float(at[row - 1])


def _climbs(seconds: Numbers, degrees: Numbers, rate: float) -> bool:
    """Whether the log begins inside the ramp: in its first minutes it rises at more than half the planned rate."""
    near = np.flatnonzero(seconds <= seconds[0] + max(300.0, 3 * float(np.median(np.diff(seconds)))))
    if near.size < 2:
        return False
    return bool((degrees[near[-1]] - degrees[0]) > rate / 2 * (seconds[near[-1]] - seconds[0]))


def _rise(seconds: Numbers, degrees: Numbers, sign: float) -> float | None:
    """The line through the first rise by 5 to 30 °C, followed back to where it came from."""
    gain = sign * (degrees - degrees[0])
    beyond = gain > RISE_DEGC
    lasting = np.flatnonzero(beyond[:-1] & beyond[1:])
    if not lasting.size:
        return None
    row = int(lasting[0])
    if row > 3:  # it rested before: what it rested at is known better than from one row
        gain = gain - np.median(gain[:row])
    above = np.flatnonzero(gain[row:] > max(6 * RISE_DEGC, gain[min(row + 1, len(gain) - 1)]))
    part = np.arange(row, row + int(above[0]) if above.size else len(gain))
    slope, level = np.polyfit(seconds[part] - seconds[row], gain[part], 1) if part.size > 1 else (0.0, 0.0)
    back = seconds[row] - level / slope if slope > 0 else seconds[max(row - 1, 0)]
    return float(np.clip(back, seconds[0], seconds[row]))


def runs_of(seconds: Numbers, degrees: Numbers, steps: Sequence[Step], tolerance: float) -> list[Run]:
    """Each step as it was run, in order. After a step that was never reached nothing more can be said."""
    found: list[Run] = []
    row = 0
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        run, row = _run(seconds, degrees, step, after, tolerance, row)
        found.append(run)
        if run.reached is None:
            break
    return found


def _run(
    seconds: Numbers, degrees: Numbers, step: Step, after: Step | None, tolerance: float, row: int
) -> tuple[Run, int]:
    sign = 1.0 if step.up else -1.0
    short = sign * (degrees - step.target)  # below zero on the way, above zero beyond the target
    rate = _rate(seconds[row:], short[row:], step.span) if step.span > 4 * tolerance else None
    furthest = step.target + sign * min(float(short[row:].max()), 0.0)
    reached = _first_at(seconds, short, -tolerance, row)
    if reached is None:
        ends_inside = int(short[row:].argmax()) + row >= len(short) - 1 - max(len(short) // 100, 1)
        return Run(step, rate, None, None, 0.0, None, None, furthest, ends_inside), row
    first = int(np.searchsorted(seconds, reached))
    region = _region(degrees, step, after, first)
    inside = np.flatnonzero(np.abs(degrees[first : region + 1] - step.target) <= tolerance) + first
    last = int(inside[-1]) if inside.size else first
    left = _leaving(seconds, degrees, step.target, tolerance, last)
    over, over_at = _excess(seconds, degrees, step, after, (first, last)) if step.up else (None, None)
    ended = last == len(seconds) - 1 and seconds[-1] - reached < step.hold_s
    held = _within(seconds, degrees - step.target, tolerance, reached, left)
    return Run(step, rate, reached, left, held, over, over_at, furthest, bool(ended)), last


def _rate(seconds: Numbers, short: Numbers, span: float) -> float | None:
    """°C/s between 10 and 90 % of the way, or as much of it as the log shows if that is a good part."""
    top = _first_at(seconds, short, -(1 - HIGH) * span, 0)
    end = int(np.searchsorted(seconds, top)) if top is not None else int(short.argmax())
    reached = -(1 - HIGH) * span if top is not None else float(short[end])
    below = np.flatnonzero(short[: end + 1] < -(1 - LOW) * span)
    begin = int(below[-1]) if below.size else 0
    start = _first_at(seconds, short, -(1 - LOW) * span, begin) if below.size else float(seconds[0])
    level = -(1 - LOW) * span if below.size else float(short[0])
    until = top if top is not None else float(seconds[end])
    if start is None or until <= start or reached - level < PARTLY * span:
        return None
    return (reached - level) / (until - start)


def _first_at(seconds: Numbers, values: Numbers, level: float, row: int) -> float | None:
    """When the values first come up to a level, between the rows if it is passed there."""
    there = np.flatnonzero(values[row:] >= level)
    if not there.size:
        return None
    at = int(there[0]) + row
    if at == row or values[at] == values[at - 1]:
        return float(seconds[at])
    part = (level - values[at - 1]) / (values[at] - values[at - 1])
    return float(seconds[at - 1] + part * (seconds[at] - seconds[at - 1]))


def _region(degrees: Numbers, step: Step, after: Step | None, first: int) -> int:
    """The row up to which the hold is looked for: half the way to the next temperature, or a clear fall."""
    if after is not None and after.target != step.target:
        gone = np.sign(after.target - step.target) * (degrees[first:] - (step.target + after.target) / 2) >= 0
    else:
        gone = (degrees[first:] - step.target) * (1 if step.up else -1) < -FALLEN_DEGC
    rows = np.flatnonzero(gone)
    return int(rows[0]) + first if rows.size else len(degrees) - 1


def _leaving(seconds: Numbers, degrees: Numbers, target: float, tolerance: float, last: int) -> float:
    if last + 1 >= len(seconds):
        return float(seconds[-1])
    here, there = degrees[last] - target, degrees[last + 1] - target
    edge = tolerance if there > here else -tolerance
    part = (edge - here) / (there - here) if there != here else 0.0
    return float(seconds[last] + min(max(part, 0.0), 1.0) * (seconds[last + 1] - seconds[last]))


def _excess(
    seconds: Numbers, degrees: Numbers, step: Step, after: Step | None, rows: tuple[int, int]
) -> tuple[float, float]:
    """How far above the target it came while it was there; what belongs to the next ramp up is not counted."""
    first, last = rows
    if after is not None and after.target > step.target:
        departs = _departure(seconds[first:], degrees[first:], after)
        last = max(first, min(last, int(np.searchsorted(seconds, departs, side="right")) - 1))
    top = first + int(degrees[first : last + 1].argmax())
    return max(float(degrees[top]) - step.target, 0.0), float(seconds[top])


def _departure(seconds: Numbers, degrees: Numbers, after: Step) -> float:
    """Where the next ramp, followed back, left this temperature."""
    low = _first_at(seconds, degrees, after.start + LOW * after.span, 0)
    high = _first_at(seconds, degrees, after.start + HIGH * after.span, 0)
    if low is None or high is None or high <= low:
        return float(seconds[-1])
    return low - (high - low) * LOW / (HIGH - LOW)


def _within(seconds: Numbers, off: Numbers, tolerance: float, begin: float, end: float) -> float:
    """How long a line through the rows lies within ± tolerance between two times."""
    inner = seconds[(seconds > begin) & (seconds < end)]
    at = np.concatenate(([begin], inner, [max(end, begin)]))
    value = np.interp(at, seconds, off)
    low, high = np.minimum(value[:-1], value[1:]), np.maximum(value[:-1], value[1:])
    overlap = np.clip(np.minimum(high, tolerance) - np.maximum(low, -tolerance), 0, None)
    flat = high - low < 1e-9
    share = np.where(flat, np.abs(low) <= tolerance + 1e-9, overlap / np.where(flat, 1.0, high - low))
    return float((share * np.diff(at)).sum())
