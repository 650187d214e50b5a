"""Cyclic voltammetry: scans, peaks above a baseline, separation, b-value over scan rates.

How sweeps and peaks are told stands in ``voltammetry``; ``cv_compute`` counts.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Pane
from characterization.instruments.base import Technique

MOST_SCANS = 6


def draw(drawing: Drawing, view: View) -> list[Chart]:
    scans = drawing.tables["peaks"]["scan"].n_unique()
    return [_voltammogram(drawing, view), *([_by_scan(drawing, view)] if scans > 2 else [])]


def _shown(available: list[int], wanted: tuple[int, ...]) -> list[int]:
    """The wanted scans; by default up to six from the first to the last."""
    if wanted:
        return [scan for scan in available if scan in wanted]
    places = np.unique(np.linspace(0, len(available) - 1, MOST_SCANS).round().astype(int))
    return [available[place] for place in places]


def _voltammogram(drawing: Drawing, view: View) -> Chart:
    curves = drawing.tables["curves"]
    shown = _shown(curves["scan"].unique().sort().to_list(), tuple(view.cycles))
    layers = []
    for place, scan in enumerate(shown):
        part = curves.filter(pl.col("scan") == scan)
        end = scan in (shown[0], shown[-1])
        layers.append(
            Layer("line", column(part, "voltage_V") + view.voltage_offset_V, column(part, "current_mA"),
                  f"scan {scan}" if end else "", f"ramp:{place / max(len(shown) - 1, 1):.3f}", source=f"scan {scan}")
        )  # fmt: skip
    names = ", ".join(map(str, shown))
    return Chart(
        key="voltammogram",
        title="Voltammogram",
        subtitle=f"scans {names}" if shown else "",
        x=Axis("Potential", f"V {view.voltage_reference}".strip()),
        panes=[Pane(Axis("Current", "mA"), layers, notes=_notes(drawing, view, shown))],
        caption="Peaks of the last scan shown are marked with their potential.",
        description=f"Current against potential of scans {names}." if shown else "No scan to show.",
        empty="" if layers else f"Scan {', '.join(map(str, view.cycles))} is not in this file.",
        simulated=view.simulated,
        flags=tuple(flag.message for flag in drawing.flags),
    )


def _notes(drawing: Drawing, view: View, shown: list[int]) -> list[Note]:
    peaks = drawing.tables["peaks"]
    own = peaks.filter(pl.col("scan") == shown[-1]) if shown else peaks.clear()
    return [
        Note(row["potential_V"] + view.voltage_offset_V, row["raw_current_mA"],
             f"{row['potential_V'] + view.voltage_offset_V:.3f} V")
        for row in own.iter_rows(named=True)
    ]  # fmt: skip


def _by_scan(drawing: Drawing, view: View) -> Chart:
    peaks = drawing.tables["peaks"]
    layers = []
    for (way, peak), own in peaks.group_by("direction", "peak", maintain_order=True):
        layers.append(
            Layer("line+points", column(own, "scan"), column(own, "current_mA"), f"{way} {peak}", view.colour,
                  hollow=way == "reduction", source=f"{way} {peak}")
        )  # fmt: skip
    return Chart(
        key="peak_currents",
        title="Peak currents",
        subtitle="by scan",
        x=Axis("Scan"),
        panes=[Pane(Axis("Peak current", "mA"), layers)],
        caption="Above the straight line through the flattest stretch before each peak.",
        description=f"Peak currents of {peaks['scan'].n_unique()} scans.",
        simulated=view.simulated,
    )


METHOD = Method(
    "cv", "1.0", "Cyclic voltammetry", Technique.CV, later("characterization.analysis.cv_compute"), draw
)
