"""Where things stand in a figure: the height of each pane, the range of each axis, the place of each label.

Both presses use it, one in pixels, one in points; nothing here knows of either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from characterization.charts.chart import Axis, Chart, Layer, Numbers, Pane

PAD = 0.05
BRIGHTEST_QUANTILE = 0.98
LEGEND_ABOVE = 6
LABEL_SHIFTS = (0, 6, -6, 12, -12)
LEADER_SHIFTS = (20, -20, 30, -30, 42, -42, 54, -54)


@dataclass(frozen=True)
class End:
    """The end of a labelled line in the unit of the page (y upwards), and how wide its label is."""

    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Place:
    """Where a label goes, from its end: ``left`` puts it before the end; ``leader`` asks for a thin line
    back to it, ``across`` moves it that far to the right."""

    shift: float
    left: bool
    leader: bool
    across: float = 0.0


def domains(chart: Chart, gap: float) -> list[tuple[float, float]]:
    """Bottom and top of each pane as parts of the height, first pane on top, ``gap`` between neighbours."""
    shares = np.array([max(pane.share, 0.01) for pane in chart.panes])
    heights = shares / shares.sum() * (1 - gap * (len(shares) - 1))
    tops = 1 - np.concatenate(([0.0], np.cumsum(heights + gap)[:-1]))
    return [(max(float(top - height), 0.0), float(top)) for top, height in zip(tops, heights, strict=True)]


def x_range(chart: Chart) -> tuple[float, float]:
    """Left and right end, in data; the larger first where the axis is reversed."""
    low, high = chart.x.range or _span([layer.x for layer in chart.layers], chart.x, tight=_only_lines(chart))
    return (high, low) if chart.x.reversed else (low, high)


def y_range(pane: Pane) -> tuple[float, float]:
    values = [array for layer in pane.layers for array in _heights(layer, pane.y)]
    fields = bool(pane.layers) and all(layer.kind == "heat" for layer in pane.layers)
    low, high = pane.y.range or _span(values, pane.y, tight=fields)
    return (high, low) if pane.y.reversed else (low, high)


def _only_lines(chart: Chart) -> bool:
    return all(layer.kind in ("line", "band", "area", "heat") for layer in chart.layers)


def _heights(layer: Layer, axis: Axis) -> Iterable[Numbers]:
    yield layer.y
    if layer.y2 is not None:
        yield layer.y2
    elif layer.kind in ("sticks", "area") and not axis.log:
        yield np.zeros(1)


def _span(arrays: Sequence[Numbers], axis: Axis, *, tight: bool) -> tuple[float, float]:
    """Lowest and highest finite value, 5 % wider on both sides; 0 … 1 where there is none."""
    kept = [array[np.isfinite(array) & ((array > 0) | (not axis.log))] for array in arrays]
    held = [array for array in kept if array.size]
    if not held:
        return (0.1, 1.0) if axis.log else (0.0, 1.0)
    low, high = min(float(a.min()) for a in held), max(float(a.max()) for a in held)
    if tight and high > low:
        return low, high
    if axis.log:
        wider = (high / low) ** PAD if high > low else 2.0
        return low / wider, high * wider
    wider = PAD * (high - low) if high > low else max(abs(high) * PAD, 0.5)
    return low - wider, high + wider


def fraction(value: float, ends: tuple[float, float], *, log: bool) -> float:
    """Where a value lies between the ends of an axis, 0 … 1."""
    low, high, at = (np.log10([*ends, value]) if log else np.array([*ends, value])).tolist()
    return float((at - low) / (high - low)) if high != low else 0.5


def fractions(values: Numbers, ends: tuple[float, float], *, log: bool) -> Numbers:
    """`fraction` for many values; NaN where a value has no logarithm."""
    low, high = np.log10(ends) if log else np.array(ends)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.log10(values) if log else values
    return (at - low) / (high - low) if high != low else np.full(len(at), 0.5)


def label_point(layer: Layer, axis: Axis) -> tuple[float, float] | None:
    """Where a label is written: the first or the last finite point of a layer, whichever lies further right."""
    good = (
        np.flatnonzero(np.isfinite(layer.x) & np.isfinite(layer.y))
        if layer.kind != "heat"
        else np.zeros(0, int)
    )
    if not good.size:
        return None
    first, last = good[0], good[-1]
    turned = (layer.x[first] > layer.x[last]) != axis.reversed and layer.x[first] != layer.x[last]
    at = first if turned else last
    return float(layer.x[at]), float(layer.y[at])


def ranges(
    chart: Chart, pane: Pane, size: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Ends of x and y; with equal scales both are widened about their middles so that one unit is as long on each."""
    across, up = x_range(chart), y_range(pane)
    if not chart.equal_scales:
        return across, up
    unit = max(abs(across[1] - across[0]) / size[0], abs(up[1] - up[0]) / size[1])
    return _widened(across, unit * size[0]), _widened(up, unit * size[1])


def _widened(ends: tuple[float, float], span: float) -> tuple[float, float]:
    middle, half = (ends[0] + ends[1]) / 2, span / 2 * (1 if ends[1] >= ends[0] else -1)
    return middle - half, middle + half


def colour_range(field: Numbers) -> tuple[float, float]:
    """Values at which the colours of a field end: the lowest, and the 98th percentile, so that one bright column does
    not darken all others. Where nearly nothing stands out it is the highest."""
    known = field[np.isfinite(field)]
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(np.quantile(known, BRIGHTEST_QUANTILE))
    return low, high if high > low else max(float(known.max()), low + 1e-12)


def labelled(chart: Chart) -> list[Layer]:
    """Layers whose label is written beside them; that of a heat layer stands at its colour scale."""
    return [layer for layer in chart.layers if layer.label and layer.kind != "heat"]


def wants_legend(chart: Chart) -> bool:
    """Lines are labelled at their ends; a legend comes only when there are more than six."""
    return len({layer.label for layer in labelled(chart)}) > LEGEND_ABOVE


def place_labels(
    ends: Sequence[End],
    line_height: float,
    right_edge: float,
    *,
    height: float | None = None,
    strokes: Sequence[Numbers] = (),
) -> list[Place]:
    """Moves colliding labels by at most two half lines, then to the other side, then further off with a
    leader.

    ``line_height`` is the height of a label and ``right_edge`` the last place that a label may reach, both
    in the unit of ``ends``. Shifts are in that unit too, with 12 units for a label of 12. With ``height``
    a label stays between the axis and the top of its pane; ``strokes`` (N × 2, places along the drawn lines)
    are not written over where there is another way.
    """
    room = _Room(line_height, right_edge, height, np.concatenate([*strokes, np.empty((0, 2))]))
    lowest_first = sorted(range(len(ends)), key=lambda number: ends[number].y)
    placed = {number: room.place(ends[number]) for number in lowest_first}
    return [placed[number] for number in range(len(ends))]


@dataclass
class _Room:
    """What is written already, and where a label would lie on a line, on another label or outside its pane."""

    line_height: float
    right_edge: float
    height: float | None
    drawn: Numbers
    taken: list[tuple[float, float, float]] = field(default_factory=list)

    def place(self, end: End) -> Place:
        choices = self._choices(end)
        free = [place for place in choices if not self._written(end, place)]
        inside = [place for place in free if self._inside(end, place)]
        clear = (place for place in inside if not self._crosses(end, place))
        chosen = next(clear, None) or next(iter([*inside, *free]), choices[-1])
        left, right, y = self._box(end, chosen)
        self.taken.append((left, right, y))
        return chosen

    def _choices(self, end: End) -> list[Place]:
        unit = self.line_height / 12
        sides = (False, True) if end.x + end.width <= self.right_edge else (True,)
        near = [Place(shift * unit, left, leader=False) for left in sides for shift in LABEL_SHIFTS]
        far = [Place(shift * unit, sides[0], leader=True) for shift in LEADER_SHIFTS]
        beyond = [Place(place.shift, False, leader=True, across=self._past(end, place)) for place in far]
        fitting = [one for one in beyond if one.across and self._box(end, one)[1] <= self.right_edge]
        return [*near, *fitting, *far]

    def _past(self, end: End, place: Place) -> float:
        """How far to the right of the end the last line at the label's height lies; 0 where none does."""
        y = end.y + place.shift
        level = self.drawn[abs(self.drawn[:, 1] - y) < self.line_height]
        return max(float(level[:, 0].max()) + self.line_height / 2 - end.x, 0.0) if level.size else 0.0

    def _box(self, end: End, place: Place) -> tuple[float, float, float]:
        left = end.x - end.width if place.left else end.x + place.across
        return left, left + end.width, end.y + place.shift

    def _written(self, end: End, place: Place) -> bool:
        left, right, y = self._box(end, place)
        return any(
            left < there_right and there_left < right and abs(y - there_y) < self.line_height
            for there_left, there_right, there_y in self.taken
        )

    def _inside(self, end: End, place: Place) -> bool:
        """Half a label clear of the axis; a line that itself ends at the edge may be labelled as it ends."""
        if self.height is None:
            return True
        return self.line_height / 2 <= end.y + place.shift <= self.height

    def _crosses(self, end: End, place: Place) -> bool:
        left, right, y = self._box(end, place)
        inner = (left, right - 4) if place.left else (left + 4, right)
        x, up = self.drawn[:, 0], self.drawn[:, 1]
        return bool(((x > inner[0]) & (x < inner[1]) & (abs(up - y) < self.line_height / 2)).any())


def stroke(x: Numbers, y: Numbers, step: float) -> Numbers:
    """Places along a line, N × 2, no further apart than ``step`` in either direction; gaps stay gaps."""
    good = np.isfinite(x) & np.isfinite(y)
    x, y = x[good], y[good]
    if x.size < 2:
        return np.column_stack([x, y])
    steps = np.maximum(np.abs(np.diff(x)), np.abs(np.diff(y))) / step
    along = np.concatenate(([0.0], np.cumsum(np.maximum(steps, 1e-9))))
    at = np.linspace(0, along[-1], int(min(along[-1], 5000)) + 2)
    return np.column_stack([np.interp(at, along, x), np.interp(at, along, y)])
