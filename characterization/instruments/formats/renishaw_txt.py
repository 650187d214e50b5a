"""Renishaw WiRE text export: ``#Wave`` and ``#Intensity``, before them ``#X``, ``#Y`` or ``#Time`` for series and maps.

One row per point, parted by tabs (two between the titles); the points of one spectrum follow each other, from high to
low shift. Neither unit nor laser stands in the file: the positions are taken as Raman shifts in cm⁻¹, with a
flag. Every spectrum of a series has the same positions.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from characterization.instruments import spectral
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.text_table import parse_table
from characterization.instruments.textual import flag_open_end, looks_binary, read_text, unify

_HEAD = re.compile(r"^((?:#(?:X|Y|Z|Time)\s+)*)#Wave(?:number)?\s+#Intensity\s*$", re.MULTILINE)
_PLACES = {"#X": "x_um", "#Y": "y_um", "#Time": "time_s"}


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile."""
    text = read_text(path)
    head = _HEAD.search(text)
    table = parse_table(text, path.name) if head else None
    if head is None or table is None:
        raise UnreadableFile(
            "not_this_format", f"{path.name} is no text export of WiRE with rows of numbers.", spectral.AGAIN
        )
    if table.fault:
        raise table.fault
    titles = head[1].split()
    if table.width != len(titles) + 2:
        raise UnreadableFile(
            "damaged",
            f"{path.name} has {len(titles) + 2} titles above rows of {table.width}.",
            spectral.AGAIN,
        )
    values = np.array(table.rows)
    found = _recording(path.name, values, titles)
    found.flag(
        "axis_unit_missing",
        "The export states no unit of its positions; they are taken as Raman shifts in cm⁻¹.",
    )
    flag_open_end(found, text)
    return [found]


def _recording(name: str, values: spectral.Numbers, titles: list[str]) -> Recording:
    wave, places = values[:, -2], values[:, :-2]
    first = int((places == places[0]).all(axis=1).argmin()) if titles else 0
    points = first or len(values)
    if len(values) % points:
        raise UnreadableFile(
            "truncated",
            f"{name} ends inside a spectrum: {len(values):,} rows are no whole number of spectra of {points:,} points.",
            spectral.AGAIN,
        )
    spectra = len(values) // points
    axis, starts = wave.reshape(spectra, points), places.reshape(spectra, points, len(titles))
    if (axis != axis[0]).any() or (starts != starts[:, :1]).any():
        raise UnreadableFile(
            "damaged", f"{name}: its spectra do not stand over the same {points:,} positions.", spectral.AGAIN
        )
    said = {_PLACES[title]: starts[:, 0, at] for at, title in enumerate(titles) if title in _PLACES}
    return spectral.recording(
        name, Technique.RAMAN, "intensity_counts", axis[0], values[:, -1].reshape(-1, points), places=said
    )


def sniff(head: bytes, name: str) -> int:
    return 3 if not looks_binary(head) and _HEAD.search(unify(decode(head))) else 0


READER = Reader(
    name="renishaw_txt",
    version="1.0",
    label="Renishaw WiRE text export (txt)",
    techniques=(Technique.RAMAN,),
    sniff=sniff,
    read=read,
    extensions=(".txt",),
)
