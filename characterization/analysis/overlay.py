"""Spectra of several measurements in one figure: cut, normalised, set apart, or as differences to the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from characterization.charts.chart import Axis, Chart, Layer, Numbers, Pane

Normalise = Literal["none", "max", "area"]
COLOURS = ("s4", "s3", "s2", "s1", "s5", "s6", "s7", "s8")


@dataclass(frozen=True)
class Curve:
    """One spectrum. ``x`` may fall; ``label`` is written at its end, ``source`` on its hover card."""

    label: str
    source: str
    x: Numbers
    y: Numbers


@dataclass(frozen=True)
class Sticks:
    """Reference lines of a phase: where, and how strong in % of the strongest."""

    name: str
    x: Numbers
    height: Numbers


@dataclass(frozen=True)
class Arrangement:
    """``offset`` sets each curve above the one before, in parts of the largest span; ``low`` and ``high`` cut x.

    ``difference`` takes the first curve from all others, where both were measured.
    """

    offset: float = 0.0
    normalise: Normalise = "none"
    difference: bool = False
    low: float | None = None
    high: float | None = None


def arranged(curves: Sequence[Curve], how: Arrangement) -> list[Curve]:
    """The curves as they are drawn, those without a point in the range left out."""
    kept = [_scaled(cut, how.normalise) for curve in curves if len((cut := _cut(curve, how)).x) > 1]
    if how.difference and len(kept) > 1:
        kept = [one for curve in kept[1:] if len((one := _less(curve, kept[0])).x) > 1]
    span = max((float(np.ptp(curve.y)) for curve in kept), default=0.0)
    return [replace(curve, y=curve.y + how.offset * span * place) for place, curve in enumerate(kept)]


def _cut(curve: Curve, how: Arrangement) -> Curve:
    inside = np.isfinite(curve.x) & np.isfinite(curve.y)
    if how.low is not None:
        inside &= curve.x >= how.low
    if how.high is not None:
        inside &= curve.x <= how.high
    return replace(curve, x=curve.x[inside], y=curve.y[inside])


def _scaled(curve: Curve, normalise: Normalise) -> Curve:
    """Divided by its maximum, or by the area below it; as it is where that is not positive."""
    if normalise == "max":
        by = float(curve.y.max())
    elif normalise == "area":
        order = np.argsort(curve.x, kind="stable")
        by = float(np.trapezoid(curve.y[order], curve.x[order]))
    else:
        return curve
    return replace(curve, y=curve.y / by) if by > 0 else curve


def _less(curve: Curve, first: Curve) -> Curve:
    """The curve less the first one, interpolated; only where both were measured."""
    order = np.argsort(first.x, kind="stable")
    x, y = first.x[order], first.y[order]
    inside = (curve.x >= x[0]) & (curve.x <= x[-1])
    shown = curve.x[inside]
    return replace(
        curve, x=shown, y=curve.y[inside] - np.interp(shown, x, y), source=f"{curve.source} − {first.source}"
    )


def overlay(
    title: str,
    axes: tuple[Axis, Axis],
    curves: Sequence[Curve],
    how: Arrangement,
    sticks: Sequence[Sticks] = (),
) -> Chart:
    """One figure; reference lines stand in a pane of their own below, so that no curve hides them."""
    drawn = arranged(curves, how)
    x, y = axes
    y = Axis(
        f"{y.quantity}, {_words(how)}" if _words(how) else y.quantity,
        "" if how.normalise != "none" else y.unit,
    )
    layers = [
        Layer("line", one.x, one.y, one.label, COLOURS[place % len(COLOURS)], thin=True, source=one.source)
        for place, one in enumerate(drawn)
    ]
    panes = [Pane(y, layers, 0.78 if sticks else 1.0)]
    if sticks:
        lines = [
            Layer(
                "sticks",
                *_inside(one, how),
                one.name,
                COLOURS[(place + len(drawn)) % len(COLOURS)],
                source=one.name,
            )
            for place, one in enumerate(sticks)
        ]
        panes.append(Pane(Axis("Reference lines", "%", range=(0, 110)), lines, 0.22))
    low, high = _ends(drawn)
    return Chart(
        "overlay", title, replace(x, range=(high, low) if x.reversed else (low, high)), panes,
        caption=_caption(len(curves) - len(drawn), how),
        description=f"{len(drawn)} curves: {', '.join(one.label for one in drawn)}.",
        empty="" if drawn else "No curve has a point in this range.",
    )  # fmt: skip


def _inside(sticks: Sticks, how: Arrangement) -> tuple[Numbers, Numbers]:
    kept = np.ones(len(sticks.x), dtype=bool)
    if how.low is not None:
        kept &= sticks.x >= how.low
    if how.high is not None:
        kept &= sticks.x <= how.high
    return sticks.x[kept], sticks.height[kept]


def _ends(drawn: Sequence[Curve]) -> tuple[float, float]:
    if not drawn:
        return 0.0, 1.0
    return min(float(one.x.min()) for one in drawn), max(float(one.x.max()) for one in drawn)


def _words(how: Arrangement) -> str:
    scaled = {"max": "over the maximum", "area": "over the area", "none": ""}[how.normalise]
    return ", ".join(
        part
        for part in (scaled, "less the first" if how.difference else "", "set apart" if how.offset else "")
        if part
    )


def _caption(missing: int, how: Arrangement) -> str:
    missing -= 1 if how.difference else 0
    said = [f"{missing} curves without a point in this range are left out."] if missing > 0 else []
    if how.difference:
        said.append("The first curve is interpolated and taken away where both were measured.")
    return " ".join(said)
