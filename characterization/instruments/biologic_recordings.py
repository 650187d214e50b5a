"""From the table of an EC-Lab file, whatever wrote it, to recordings: one of cycling, impedance or voltammetry,
or cycling and impedance where a protocol does both.

The charge that flows between two rows is EC-Lab's own: ``dq``, else the growth of ``Q-Qo``, else of the counter
by half cycle. Its sums by direction are the counters here. Text exports of BT-Lab may hold counters by direction
only. GCPL keeps no current; it is charge over time, as EC-Lab computes it on export. A new step begins with a new
sequence (Ns), a new mode, a new pass of a loop, and where an impedance sweep begins or ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from characterization.instruments.base import Flag, Recording, Technique, UnreadableFile
from characterization.instruments.biologic_charge import charge_columns, mean_current
from characterization.instruments.biologic_columns import rename
from characterization.instruments.biologic_impedance import has_impedance, impedance_columns
from characterization.instruments.biologic_steps import cycle_column, scan_rate, step_columns
from characterization.instruments.cycling import flag_clock, flag_values

EXPORT_AGAIN = "Export it again from EC-Lab with all columns, or send the .mpr file itself."
_VOLTAGES = (
    "Ewe_V", "mean_Ewe_V", "Ecell_V", "mean_Ecell_V", "Ewe_minus_Ece_V", "mean_Ewe_minus_Ece_V", "Estack_V",
    "mean_Estack_V", "E_V", "mean_E_V",
)  # fmt: skip
_CURRENTS = ("I_mA", "mean_I_mA")
_FIRST = (
    "time_s", "voltage_V", "current_mA", "step", "step_type", "vendor_cycle", "scan", "charge_capacity_mAh",
    "discharge_capacity_mAh", "charge_energy_mWh", "discharge_energy_mWh", "frequency_Hz", "z_real_ohm",
    "z_imag_ohm", "spectrum", "charge_mAh",
)  # fmt: skip


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


def recordings(export: Export) -> list[Recording]:
    """Cycling first where there are two. Raises UnreadableFile ``empty`` without rows, ``unsupported`` without
    time, voltage or impedance."""
    if not export.table.height:
        raise UnreadableFile(
            "empty",
            f"{export.name} holds no measured point: {export.technique or 'its technique'} recorded none.",
            "If the test did run, export it again from EC-Lab.",
        )
    table, units = rename(export.table, export.titles)
    table = _with_voltage_and_current(table, export)
    kind = _kind(table, export.technique)
    if kind is Technique.EIS:
        return [_impedance(table, export, units, "")]
    found = [_voltammetry(table, export, units) if kind is Technique.CV else _cycling(table, export, units)]
    if has_impedance(table) and (table["frequency_Hz"] > 0).any():
        found.append(
            _impedance(found[0].table.filter(pl.col("frequency_Hz") > 0), export, units, "impedance")
        )
    return found


def _kind(table: pl.DataFrame, technique: str) -> Technique:
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


def _with_voltage_and_current(table: pl.DataFrame, export: Export) -> pl.DataFrame:
    """Names the best potential and current of the table; what they were is kept in meta."""
    voltage = next((name for name in _VOLTAGES if name in table.columns), None)
    current = next((name for name in _CURRENTS if name in table.columns), None)
    names = {name: ours for name, ours in ((voltage, "voltage_V"), (current, "current_mA")) if name}
    export.meta |= {f"{ours}_is": name.rpartition("_")[0].replace("_", " ") for name, ours in names.items()}
    table = table.rename(names)
    if "current_mA" not in table.columns and "time_s" in table.columns:
        flowing, said = mean_current(table)
        table = table.with_columns(current_mA=flowing)
        export.meta["current_mA_is"] = said
    return table


def _ordered(table: pl.DataFrame) -> pl.DataFrame:
    first = [name for name in _FIRST if name in table.columns]
    return table.select(*first, *(name for name in table.columns if name not in first))


def _recording(
    kind: Technique, table: pl.DataFrame, export: Export, units: dict[str, str], part: str = ""
) -> Recording:
    table = _ordered(table)
    return Recording(
        kind,
        table,
        meta=dict(export.meta),
        units={name: unit for name, unit in units.items() if name in table.columns},
        started_at=export.started_at,
        part=part,
        title=_bare(str(export.meta.get("original_name", ""))),
        sample_hints=tuple(dict.fromkeys(_bare(hint) for hint in export.hints if _bare(hint))),
        flags=list(export.flags),
    )


def _bare(words: str) -> str:
    """A text without the ending of EC-Lab's files; empty where it was made unreadable (``***.mpr``)."""
    bare = re.sub(r"\.mp[rt]$", "", words.strip(), flags=re.IGNORECASE)
    return "" if not re.search(r"\w", bare) else bare


def _needs(export: Export, table: pl.DataFrame, column: str, words: str) -> None:
    if column not in table.columns or table[column].is_nan().fill_null(True).all():
        raise UnreadableFile("unsupported", f"{export.name} holds no {words}.", EXPORT_AGAIN)


def _cycling(table: pl.DataFrame, export: Export, units: dict[str, str]) -> Recording:
    _needs(export, table, "time_s", "time")
    _needs(export, table, "voltage_V", "cell voltage")
    table = table.with_columns(step_columns(table, export.loops))
    table = table.with_columns(cycle_column(table))
    recording = _recording(Technique.CYCLING, table.drop("cycle_number", strict=False), export, units)
    recording.table = _ordered(charge_columns(recording))
    flag_values(recording)
    flag_clock(recording)
    return recording


def _voltammetry(table: pl.DataFrame, export: Export, units: dict[str, str]) -> Recording:
    _needs(export, table, "time_s", "time")
    _needs(export, table, "voltage_V", "potential")
    scans = [column.alias("scan") for column in cycle_column(table)]
    recording = _recording(
        Technique.CV, table.with_columns(scans).drop("cycle_number", strict=False), export, units
    )
    if "scan_rate_mV_per_s" not in recording.meta and (rate := scan_rate(table)) is not None:
        recording.meta |= {"scan_rate_mV_per_s": rate, "scan_rate_is": "slope of the controlled potential"}
    flag_values(recording)
    flag_clock(recording)
    return recording


def _impedance(table: pl.DataFrame, export: Export, units: dict[str, str], part: str) -> Recording:
    table = table.with_columns(cycle_column(table)).with_columns(impedance_columns(table))
    table = table.drop("cycle_number", "Re_Z_ohm", "minus_Im_Z_ohm", strict=False)
    recording = _recording(Technique.EIS, table, export, units, part)
    frequency = recording.table["frequency_Hz"]
    resting = int((frequency == 0).sum())
    if resting:
        recording.meta["rows_at_0_Hz"] = resting
    if not (frequency > 0).any():
        raise UnreadableFile(
            "empty",
            f"{export.name} holds {table.height:,} rows and none of them has a frequency.",
            EXPORT_AGAIN,
        )
    bad = recording.table.filter(pl.col("frequency_Hz") > 0).select(
        (~pl.col("z_real_ohm").is_finite().fill_null(False) | ~pl.col("z_imag_ohm").is_finite().fill_null(False)).sum()
    ).item()  # fmt: skip
    if bad:
        recording.flag("not_a_number", f"{bad:,} of {table.height:,} rows have a frequency and no impedance.")
    return recording
