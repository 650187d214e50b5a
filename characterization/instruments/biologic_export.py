"""The table of an EC-Lab file before it is a recording: what kind of measurement it is, its potential, its current."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from characterization.instruments.base import Flag, Technique, UnreadableFile
from characterization.instruments.biologic_charge import mean_current, numbers
from characterization.instruments.biologic_columns import rename
from characterization.instruments.biologic_impedance import has_impedance

EXPORT_AGAIN = "Export it again from EC-Lab with all columns, or send the .mpr file itself."
_VOLTAGES = (
    "Ewe_V", "mean_Ewe_V", "Ecell_V", "mean_Ecell_V", "Ewe_minus_Ece_V", "mean_Ewe_minus_Ece_V", "Estack_V",
    "mean_Estack_V", "E_V", "mean_E_V",
)  # fmt: skip
_CURRENTS = ("I_mA", "mean_I_mA")


@dataclass
class Export:
    """What one file holds. ``titles`` are EC-Lab's, one for each column of ``table``; ``technique`` is its long
    name, empty where the file does not say it; ``loops`` are the first rows of the passes of a loop."""

    name: str
    table: pl.DataFrame
    titles: list[str]
    technique: str = ""
    meta: dict[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    loops: list[int] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)

    def flag(self, code: str, message: str) -> None:
        self.flags.append(Flag(code, message))

    def need(self, table: pl.DataFrame, column: str, words: str) -> None:
        """Raises UnreadableFile ``unsupported`` where the table has no number in the column."""
        if column not in table.columns or np.isnan(numbers(table, column)).all():
            raise UnreadableFile("unsupported", f"{self.name} holds no {words}.", EXPORT_AGAIN)


def kind(table: pl.DataFrame, technique: str) -> Technique:
    """By the technique's name in any language, else by the columns that only one kind has."""
    if has_impedance(table) and re.search(r"imp[eé]dan|PEIS|GEIS", technique, re.IGNORECASE):
        return Technique.EIS
    if re.search(r"volt[aá]m", technique, re.IGNORECASE):
        return Technique.CV
    if technique:
        return Technique.CYCLING
    columns = set(table.columns)
    if has_impedance(table) and not columns & {"mode", "half_cycle", "Ns_changes"}:
        return Technique.EIS
    swept = {"cycle_number", "control_V"} <= columns and not columns & {"half_cycle", "control_mA", "dq_mAh"}
    return Technique.CV if swept else Technique.CYCLING


def named(export: Export) -> tuple[pl.DataFrame, dict[str, str]]:
    """The table with our names, its best potential and current as ``voltage_V`` and ``current_mA``, and the units that
    names cannot hold. What the two were is kept in meta."""
    table, units = rename(export.table, export.titles)
    voltage = next((name for name in _VOLTAGES if name in table.columns), None)
    current = next((name for name in _CURRENTS if name in table.columns), None)
    names = {name: ours for name, ours in ((voltage, "voltage_V"), (current, "current_mA")) if name}
    export.meta |= {f"{ours}_is": name.rpartition("_")[0].replace("_", " ") for name, ours in names.items()}
    table = table.rename(names)
    if "current_mA" not in table.columns and "time_s" in table.columns:
        flowing, said = mean_current(table, export.loops)
        table = table.with_columns(current_mA=flowing)
        export.meta["current_mA_is"] = said
    return table, units
