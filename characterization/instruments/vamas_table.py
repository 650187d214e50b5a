"""VAMAS blocks as rows of one table, and as what meta says of each region."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import polars as pl

from characterization.instruments import casa
from characterization.instruments.base import UnreadableFile
from characterization.instruments.vamas_blocks import Block, Experiment

Numbers = np.ndarray[Any, np.dtype[np.float64]]

_RATE = re.compile(r"^(c/s|cps|counts/s|counts per second)$|per second", re.IGNORECASE)
_AGAIN = "Export it again on the instrument; the file that arrived is kept."


def region_of(block: Block) -> str:
    """``C 1s`` from species and transition, else the species alone, else the block's name."""
    return " ".join(part for part in (block.species, block.transition) if part) or block.name


def is_rate(block: Block, place: int) -> bool:
    label, unit = block.channels[place]
    return bool(_RATE.search(unit) or _RATE.search(label) or _RATE.search(block.name))


def axis_and_values(block: Block, name: str) -> tuple[Numbers, Numbers, int]:
    """Axis, the points x variables matrix, and which variable is the intensity. An axis not given is NaN."""
    width = len(block.channels)
    if not width or len(block.values) % width or not block.values:
        raise UnreadableFile(
            "damaged",
            f"{name}: block '{block.name}' has {len(block.values):,} values for {width} variables.",
            _AGAIN,
        )
    given = [np.nan if value is None else value for value in block.values]
    matrix = np.array(given, dtype=np.float64).reshape(-1, width)
    if first_channel(block):
        return matrix[:, 0], matrix, 1
    _, _, start, step = block.abscissa
    if start is None or step is None:
        return np.full(len(matrix), np.nan), matrix, 0
    return start + step * np.arange(len(matrix), dtype=np.float64), matrix, 0


def first_channel(block: Block) -> int:
    """The variable that is the intensity: the second where the first is the energy, as in IRREGULAR scans."""
    return 1 if not block.abscissa[0] and len(block.channels) > 1 else 0


def axis_name(block: Block) -> tuple[str, str]:
    label, unit, _, _ = block.abscissa
    if label:
        return label, unit
    return block.channels[0] if first_channel(block) else ("", "")


def photoelectrons(block: Block, place: int, name: str) -> pl.DataFrame:
    """The block as rows of the long table, intensity still under ``intensity``."""
    axis, matrix, first = axis_and_values(block, name)
    kinetic = "kinetic" in axis_name(block)[0].lower()
    energy, source = np.full(len(axis), np.nan), block.source_energy_eV
    if not kinetic:
        energy = axis
    elif source is not None:
        energy = source - axis
    columns: dict[str, object] = {
        "region": [region_of(block)] * len(axis),
        "block": np.full(len(axis), place, dtype=np.int32),
        "binding_energy_eV": energy,
        "kinetic_energy_eV": axis if kinetic else np.full(len(axis), np.nan),
        "intensity": matrix[:, first],
    }
    for column in range(first + 1, matrix.shape[1]):
        if "transmission" in block.channels[column][0].lower():
            columns["transmission"] = matrix[:, column]
    return pl.DataFrame(columns)


def entry_of(block: Block, place: int, head: Experiment) -> dict[str, object]:
    """What meta says of one region; what is not given is left out."""
    label, unit = axis_name(block)
    first = first_channel(block)
    said: dict[str, object] = {
        "block": place,
        "region": region_of(block),
        "block_name": block.name,
        "sample": block.sample,
        "points": len(block.values) // len(block.channels),
        "technique": block.technique,
        "axis": f"{label} / {unit}",
        "source": block.source,
        "excitation_energy_eV": block.source_energy_eV,
        "pass_energy_eV": block.pass_energy_eV,
        "analyser_mode": block.analyser_mode,
        "work_function_eV": block.work_function_eV,
        "dwell_s": block.dwell_s,
        "scans": block.scans,
        "counts_per_second": is_rate(block, first),
        "started_at": block.started_at.isoformat() if block.started_at else None,
        "variables": {
            label: value for (label, _), value in zip(head.variables, block.variables, strict=True)
        },
        "regions": casa.regions(block.comments, block.source_energy_eV),
        "position": [value for value in block.position if value is not None],
        "components": casa.components(block.comments, block.source_energy_eV),
        "comments": [line for line in block.comments if line and not line.startswith(("CASA ", "Casa "))],
    }
    return {key: value for key, value in said.items() if value not in (None, "", [], {})}


def other_rows(block: Block, place: int, name: str) -> pl.DataFrame:
    """A block of another technique over its own axis, in its own units."""
    axis, matrix, first = axis_and_values(block, name)
    return pl.DataFrame(
        {
            "region": [region_of(block)] * len(axis),
            "block": np.full(len(axis), place, dtype=np.int32),
            "abscissa": axis,
            "ordinate": matrix[:, first],
        }
    )
