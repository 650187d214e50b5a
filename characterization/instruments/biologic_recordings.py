"""From the table of an EC-Lab file, whatever wrote it, to recordings: one of cycling, impedance or voltammetry,
or cycling and impedance where a protocol does both.

The charge that flows between two rows is EC-Lab's own: ``dq``, else the growth of ``Q-Qo``, else of the counter
by half cycle. Its sums by direction are the counters here. Text exports of BT-Lab may hold counters by direction
only. GCPL keeps no current; it is charge over time, as EC-Lab computes it on export. A new step begins with a new
sequence (Ns), a new mode, a new pass of a loop, and where an impedance sweep begins or ends.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.biologic_charge import charge_columns, numbers
from characterization.instruments.biologic_export import EXPORT_AGAIN, Export, kind, named
from characterization.instruments.biologic_impedance import has_impedance, impedance_columns
from characterization.instruments.biologic_steps import cycle_column, scan_rate, step_columns
from characterization.instruments.cycling import flag_clock, flag_values

_FIRST = (
    "time_s", "voltage_V", "current_mA", "step", "step_type", "vendor_cycle", "scan", "charge_capacity_mAh",
    "discharge_capacity_mAh", "charge_energy_mWh", "discharge_energy_mWh", "frequency_Hz", "z_real_ohm",
    "z_imag_ohm", "spectrum", "charge_mAh",
)  # fmt: skip


def recordings(export: Export) -> list[Recording]:
    """Cycling first where there are two. Raises UnreadableFile ``empty`` without rows, ``unsupported`` without
    time, voltage or impedance."""
    if not export.table.height:
        raise UnreadableFile(
            "empty",
            f"{export.name} holds no measured point: {export.technique or 'its technique'} recorded none.",
            "If the test did run, export it again from EC-Lab.",
        )
    table, units = named(export)
    found_kind = kind(table, export.technique)
    if found_kind is Technique.EIS:
        return [_impedance(table, export, units, "")]
    build = _voltammetry if found_kind is Technique.CV else _cycling
    found = [build(table, export, units)]
    if has_impedance(table) and (table["frequency_Hz"] > 0).any():
        found.append(
            _impedance(found[0].table.filter(pl.col("frequency_Hz") > 0), export, units, "impedance")
        )
    return found


def _ordered(table: pl.DataFrame) -> pl.DataFrame:
    first = [name for name in _FIRST if name in table.columns]
    return pl.DataFrame([table[name] for name in (*first, *(n for n in table.columns if n not in first))])


def _recording(
    technique: Technique, table: pl.DataFrame, export: Export, units: dict[str, str], part: str = ""
) -> Recording:
    return Recording(
        technique,
        _ordered(table),
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


def _cycling(table: pl.DataFrame, export: Export, units: dict[str, str]) -> Recording:
    export.need(table, "time_s", "time")
    export.need(table, "voltage_V", "cell voltage")
    table = table.with_columns(*step_columns(table, export.loops), *cycle_column(table))
    recording = _recording(Technique.CYCLING, table.drop("cycle_number", strict=False), export, units)
    recording.table = _ordered(charge_columns(recording, export.loops))
    flag_values(recording)
    flag_clock(recording)
    return recording


def _voltammetry(table: pl.DataFrame, export: Export, units: dict[str, str]) -> Recording:
    export.need(table, "time_s", "time")
    export.need(table, "voltage_V", "potential")
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
    frequency = numbers(recording.table, "frequency_Hz")
    if not (frequency > 0).any():
        raise UnreadableFile(
            "empty",
            f"{export.name} holds {table.height:,} rows and none of them has a frequency.",
            EXPORT_AGAIN,
        )
    if resting := int((frequency == 0).sum()):
        recording.meta["rows_at_0_Hz"] = resting
    parts = numbers(recording.table, "z_real_ohm") + numbers(recording.table, "z_imag_ohm")
    bad = int((~np.isfinite(parts[frequency > 0])).sum())
    if export.loops[1:] and "charge_mAh" in recording.table.columns:
        recording.flag("charge_restarts", f"The charge starts again with each of {len(export.loops)} passes.")
    if bad:
        recording.flag("not_a_number", f"{bad:,} of {table.height:,} rows have a frequency and no impedance.")
    return recording
