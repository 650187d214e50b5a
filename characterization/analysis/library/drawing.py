"""What an entry of the library looks like, drawn from what methods read of it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from characterization.charts.chart import Axis, Chart, Layer, Note, Pane, numbers

MOST_INDICES = 14


def draw(kind: str, title: str, content: Mapping[str, Any]) -> Chart | None:
    """None for kinds that are no curve."""
    if kind == "phases":
        phases = importlib.import_module("characterization.analysis.library.phases")
        return sticks(title, phases.structure_from_cif(content["cif"]))
    return _widths(title, content) if kind == "xrd_widths" else None


def sticks(title: str, phase: Any) -> Chart:
    """Lines of a powder for Cu Kα1. gemmi is imported now, because no other page needs it."""
    phases = importlib.import_module("characterization.analysis.library.phases")
    lines = phases.lines_of(phase, phases.COPPER_ALPHA_1)
    angle = numbers([line.two_theta_deg for line in lines])
    height = numbers([line.relative for line in lines])
    named = [lines[place] for place in np.argsort(-height)[:MOST_INDICES]]
    return Chart(
        "sticks",
        "Lines of the powder",
        Axis("2θ", "°", range=(float(max(angle[0] - 5, 0)), float(min(angle[-1] + 5, 120)))),
        [
            Pane(
                Axis("Intensity", "% of the strongest", range=(0, 110)),
                [Layer("sticks", angle, height, colour="s4", source=title)],
                notes=[Note(line.two_theta_deg, line.relative, line.index) for line in named],
            )
        ],
        subtitle=f"Cu Kα1, {phases.COPPER_ALPHA_1:g} Å",
        caption="Computed for crystallites in all directions: form factors, multiplicity, Lorentz and polarisation "
        f"factor. {len(lines)} lines of at least 0.1 %.",
        description=f"{len(lines)} computed lines of {title} for copper radiation, the strongest at "
        f"{angle[height.argmax()]:.2f}°.",
    )


def _widths(title: str, content: Mapping[str, Any]) -> Chart:
    points = content["points"]
    angle, width = numbers([one[0] for one in points]), numbers([one[1] for one in points])
    return Chart(
        "widths",
        "Line width of the instrument",
        Axis("2θ", "°"),
        [Pane(Axis("FWHM", "°"), [Layer("line+points", angle, width, colour="s4", source=title)])],
        description=f"Full width at half maximum of {len(points)} lines of a standard over the angle.",
    )
