"""Colours, marks and sizes of every figure, on screen and on paper: one palette, told apart by colour-blind
eyes too.

Colours are named by role. ``s1`` … ``s8`` are groups in the order in which they came, ``s0`` is "no
additive", ``ramp:0.25`` is a place in an ordered series (cycles, state of charge). A mark always goes with a
colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]

SERIES: dict[Theme, dict[str, str]] = {
    "light": {
        "s1": "#30363D",
        "s2": "#B48A21",
        "s3": "#C92988",
        "s4": "#196DE7",
        "s5": "#19685A",
        "s6": "#470065",
        "s7": "#707738",
        "s8": "#8E2F00",
        "s0": "#8B8F96",
    },
    "dark": {
        "s1": "#D6DFEC",
        "s2": "#FDBB3D",
        "s3": "#DB4C97",
        "s4": "#5B8EFA",
        "s5": "#7FC2B5",
        "s6": "#7F4ACC",
        "s7": "#909D30",
        "s8": "#9D5640",
        "s0": "#8B8F96",
    },
}
LABELS: dict[Theme, dict[str, str]] = {
    "light": {"s2": "#7D5F12", "s0": "#5F646B"},
    "dark": {"s3": "#E67DB3", "s6": "#B08CF0", "s8": "#D08A72", "s0": "#A9AEB6"},
}
"""Series colours as text, where the series colour itself has a contrast under 4.5 : 1."""

MARKS = {
    "s1": "circle",
    "s2": "square",
    "s3": "triangle",
    "s4": "diamond",
    "s5": "triangle-down",
    "s6": "cross",
    "s7": "pentagon",
    "s8": "star",
    "s0": "ring",
}
RAMP: dict[Theme, tuple[str, str]] = {"light": ("#6A96A3", "#032A32"), "dark": ("#547480", "#C4F6F8")}
ADDITIVES = {"SP": "s1", "NPCs": "s2", "Mo@NPCs": "s3", "Mo-Ni@NPCs": "s4"}
NO_ADDITIVE = ("", "none", "no additive")
OTHERS = ("s5", "s6", "s7", "s8")
FILL_OPACITY = 0.16


@dataclass(frozen=True)
class Paper:
    """What is not data: ground, words, axes, grid, and the colour that says "simulated"."""

    surface: str
    text: str
    text2: str
    text3: str
    grid: str
    axis: str
    simulated: str


PAPER: dict[Theme, Paper] = {
    "light": Paper("#FFFFFF", "#1B1D20", "#4F5359", "#666A71", "#ECECE7", "#8E9197", "#6A48A6"),
    "dark": Paper("#1A1C1F", "#ECEDEE", "#B5B9BF", "#949AA2", "#25282C", "#6C7178", "#BDA3F0"),
}


def series_for(additive: str, others: Sequence[str] = ()) -> str:
    """The series of an additive. ``others`` are the lab's own groups in order of creation: they take s5 … s8.

    Beyond eight groups the answer is ``s0``: such a figure wants small multiples, not a ninth colour.
    """
    if additive in ADDITIVES:
        return ADDITIVES[additive]
    if additive.strip().lower() in NO_ADDITIVE:
        return "s0"
    own = [name for name in others if name not in ADDITIVES and name.strip().lower() not in NO_ADDITIVE]
    place = own.index(additive) if additive in own else 0
    return OTHERS[place] if place < len(OTHERS) else "s0"


def rgb(colour: str) -> tuple[int, int, int]:
    """``#196DE7`` as 0 … 255 each."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def ramp(place: float, theme: Theme) -> str:
    """The ordered series' colour at ``place``, 0 first to 1 last, straight in RGB."""
    first, last = (rgb(end) for end in RAMP[theme])
    at = min(max(place, 0.0), 1.0)
    return "#" + "".join(f"{round(a + (b - a) * at):02X}" for a, b in zip(first, last, strict=True))


def colour(role: str, theme: Theme = "light") -> str:
    """Hex colour of a role. Raises KeyError for a role that does not exist."""
    if role.startswith("ramp:"):
        return ramp(float(role.removeprefix("ramp:")), theme)
    if role in ("text", "text2"):
        return PAPER[theme].text if role == "text" else PAPER[theme].text2
    return SERIES[theme][role]


def label_colour(role: str, theme: Theme = "light") -> str:
    """Hex colour of words in a role's colour, at least 4.5 : 1 against the surface where the role is a
    series."""
    return LABELS[theme].get(role) or colour(role, theme)


def faint(role: str, theme: Theme = "light") -> str:
    """A role's colour for bands and fills, as ``rgba(…)``."""
    red, green, blue = rgb(colour(role, theme))
    return f"rgba({red},{green},{blue},{FILL_OPACITY})"


def mark_of(role: str, wanted: str = "") -> str:
    return wanted or MARKS.get(role, "circle")
