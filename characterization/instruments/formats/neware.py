"""Neware BTS cyclers, ``.nda`` and ``.ndax``: the records of one test on one channel.

``.nda`` is one binary file that opens with ``NEWARE``; ``.ndax`` is a zip of ``.ndc`` tables and XML. Both
hold, per record: voltage in V, current in mA (positive while charging), time in the step and in the test in
s, Unix time in s (UTC), the number of the step and its kind, the cycle number as the programme counts it,
and capacity and energy counters that start again with each step (signed by direction in the file, absolute
here). Auxiliary channels (temperature, voltage) come as ``aux1_temperature_degC``.

Oddities: counters may be zeroed inside a step when a test is resumed; Unix time may run backwards, so the
test time is the clock here; older BTS 9 files hold no cycle number; auxiliary channels may carry the wrong
quantity's name. The records are decoded by fastnda (BSD-3-Clause), whose tables equal those of the vendor's
BTSDA row for row.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from characterization.instruments.archive import COPY_AGAIN
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.cycling import flag_clock, flag_counters, flag_values, utc
from characterization.instruments.neware_aux import aux_units, flag_aux, tidy_aux
from characterization.instruments.neware_decode import NDA_MAGIC, ZIP_MAGIC, Decoded, decode

_COLUMNS = (
    pl.col("total_time_s").alias("time_s"),
    pl.col("voltage_V"),
    pl.col("current_mA"),
    pl.col("step_count").cast(pl.Int32).alias("step"),
    pl.col("step_type"),
    pl.col("cycle_count").cast(pl.Int32).alias("vendor_cycle"),
    pl.col("capacity_mAh").abs().alias("step_capacity_mAh"),
)
_OPTIONAL = (
    pl.col("energy_mWh").abs().alias("step_energy_mWh"),
    pl.col("unix_time_s"),
)
_HINTS = ("barcode", "remark", "test_name", "part_number")
_MADE_UP_BY_CLOCK = re.compile(r"\d{4}-\d\d-\d\d \d\d-\d\d-\d\d")
"""What BTS puts where nobody typed a part number."""


def _table(raw: pl.DataFrame, name: str) -> pl.DataFrame:
    """The canonical columns. Raises UnreadableFile ``empty`` without records, ``damaged`` without a
    column."""
    if not raw.height:
        raise UnreadableFile(
            "empty",
            f"{name} is empty: a test was opened, but it holds no records.",
            "Check on the cycler whether the test ever started, then export it again.",
        )
    optional = [column for column in _OPTIONAL if column.meta.root_names()[0] in raw.columns]
    aux = tidy_aux([column for column in raw.columns if column.startswith("aux")])
    renamed = [pl.col(theirs).alias(ours) for theirs, ours in aux.items()]
    try:
        return raw.select(*_COLUMNS, *optional, *renamed)
    except pl.exceptions.PolarsError as error:
        raise UnreadableFile(
            "damaged", f"{name} is damaged: a column of its records is missing ({error}).", COPY_AGAIN
        ) from error


def _flag_notes(recording: Recording, decoded: Decoded) -> None:
    """Hands on what the decoder had to say."""
    if any("aux" in note.lower() for note in decoded.notes):
        recording.flag(
            "aux_left_out", "Auxiliary channels are left out: the file does not say what they are."
        )
    for note in dict.fromkeys(decoded.notes):
        if "cycle column missing" in note:
            recording.flag(
                "no_vendor_cycle", "The file holds no cycle numbers; those shown were counted on reading."
            )
        elif "results may be incorrect" in note or "may be missing" in note:
            recording.flag("unverified_format", f"This version of the format is little known: {note[:200]}")
    for member in decoded.unreadable:
        recording.flag(
            "texts_unreadable", f"{member} cannot be read: its texts are left out, the records are whole."
        )


def _flag_length(recording: Recording, decoded: Decoded) -> None:
    if not decoded.length_declared:
        recording.flag(
            "length_not_stated",
            f"The file does not say how many records it should hold; {recording.table.height:,} were read. "
            "Had it been cut between two records, that would not show.",
        )


def _flag_gaps(recording: Recording, index: pl.Series) -> None:
    first, last = int(index[0]), int(index[-1])
    if first != 1 or last != index.len():
        recording.flag(
            "records_missing",
            f"The records are numbered {first:,} to {last:,}, but there are {index.len():,} of them.",
        )


def _flag_all(recording: Recording, decoded: Decoded) -> None:
    _flag_notes(recording, decoded)
    _flag_length(recording, decoded)
    _flag_gaps(recording, decoded.table["index"])
    flag_values(recording)
    flag_clock(recording)
    flag_counters(recording, "step_capacity_mAh")
    flag_aux(recording)


def read(path: Path) -> list[Recording]:
    """One recording per file. Raises UnreadableFile for an empty, cut, damaged, hostile or unknown file."""
    decoded = decode(path)
    table = _table(decoded.table, path.name)
    hints = [str(decoded.meta[key]) for key in _HINTS if decoded.meta.get(key)]
    hints = [hint for hint in hints if not _MADE_UP_BY_CLOCK.fullmatch(hint)]
    started = table["unix_time_s"][0] if "unix_time_s" in table.columns else None
    recording = Recording(
        Technique.CYCLING,
        table,
        meta=dict(decoded.meta),
        units=aux_units(table.columns),
        started_at=utc(started),
        title=str(decoded.meta.get("remark") or decoded.meta.get("test_name") or ""),
        sample_hints=tuple(dict.fromkeys(hints)),
    )
    _flag_all(recording, decoded)
    return [recording]


def sniff(head: bytes, name: str) -> int:
    if head.startswith(NDA_MAGIC):
        return 3
    if head.startswith(ZIP_MAGIC):
        return 2 if ending(name, ".ndax") else 0
    return 1 if ending(name, ".nda", ".ndax") else 0


READER = Reader(
    name="neware",
    version="1.0",
    label="Neware BTS (nda, ndax)",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(".nda", ".ndax"),
)
