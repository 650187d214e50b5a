"""Auxiliary channels of Neware files: names that can be typed and carry their unit, and doubts about what
they are."""

from __future__ import annotations

import re

from characterization.instruments.base import Recording

UNITS = {"kg": "kg", "bar": "bar", "N": "N"}
"""Units of auxiliary channels that no other column has."""

_MOST_CELL_VOLTS = 10.0


def tidy_aux(columns: list[str]) -> dict[str, str]:
    """Vendor-side name to ours: ``aux1_?`` is ``aux1_unknown``, ``aux2_humidity_%`` is
    ``aux2_humidity_percent``.

    Two that come out alike are told apart by a number, so that none is lost.
    """
    names: dict[str, str] = {}
    for column in columns:
        name = column.replace("%", "percent").replace("?", "unknown")
        name = re.sub(r"[^0-9A-Za-z_]+", "_", name).strip("_")
        while name in names.values():
            name += "_2"
        names[column] = name
    return names


def aux_units(columns: list[str]) -> dict[str, str]:
    return {
        column: UNITS[column.rpartition("_")[2]] for column in columns if column.rpartition("_")[2] in UNITS
    }


def flag_aux(recording: Recording) -> None:
    """A channel called a voltage that lies far above any cell's is probably a temperature under a wrong
    name."""
    for column in recording.table.columns:
        if not (column.startswith("aux") and column.endswith("voltage_V")):
            continue
        middle = recording.table[column].median()
        if isinstance(middle, float) and abs(middle) > _MOST_CELL_VOLTS:
            recording.flag(
                "aux_doubtful",
                f"{column} lies around {middle:.1f}: called a voltage, it looks like a temperature.",
            )
