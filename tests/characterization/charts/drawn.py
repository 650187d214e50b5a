"""Charts that hold every kind of layer, and how to read what a press made of them."""

from __future__ import annotations

import base64
from dataclasses import replace

import numpy as np

from characterization.charts.chart import Axis, Chart, Layer, Note, Pane, numbers

X = numbers(range(1, 21))
ALL_KINDS = Chart(
    key="all_kinds",
    title="Everything",
    x=Axis("Cycle"),
    panes=[
        Pane(Axis("Coulombic efficiency", "%"), [Layer("points", X, 99 + X / 100, "", "s1")], share=0.3),
        Pane(
            Axis("Capacity", "mAh"),
            [
                Layer("line", X, 100 - X, "SP", "s1", source="CELL-0001"),
                Layer("line+points", X, 110 - X, "Mo-Ni@NPCs", "s4", hollow=True, mark_every=10),
                Layer("band", X, 108 - X, "", "s4", y2=112 - X),
                Layer("area", X, 20 + X, "", "s2", y2=numbers([20] * 20)),
                Layer("sticks", X[:3], X[:3] * 10, "", "s0"),
            ],
            share=0.7,
            notes=[Note(10, 95, "here")],
        ),
    ],
)
EMPTY = replace(
    ALL_KINDS, panes=[Pane(pane.y, []) for pane in ALL_KINDS.panes], empty="No cycle finished yet."
)


def unpacked(array: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(array["bdata"]), dtype=f"<{array['dtype']}")


def annotation(pressed: dict, text: str) -> dict:
    return next(note for note in pressed["layout"]["annotations"] if note["text"] == text)
