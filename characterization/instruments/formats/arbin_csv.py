"""Arbin MITS Pro 4 to 10, ``.csv``: the records of a test on one channel, and the sidecar that describes it.

One line of heads, one row per record: ``Test_Time(s)``, ``Step_Time(s)``, ``Voltage(V)``, ``Current(A)`` (positive
while charging), counters by direction ``Charge_Capacity(Ah)``, ``Discharge_Energy(Wh)``, ``Step_Index``,
``Cycle_Index``, ``Date_Time``; with underscores or blanks, with units or without (then SI), in any order, and
auxiliary channels ``Aux_Temperature_1(C)``. The clock is a date on the PC's own clock, OLE days, or Unix time in s.

Oddities: the counters run on over cycles, or start with what was there before; data points count from 0 or 1; dates are
month first, as in the USA, unless they cannot be. ``…_Metadata.csv``, one row beside each export of the MITS 7
database, holds no records: it comes as a table of its one row, so that what it says is kept and found.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl

from characterization.instruments.arbin_columns import NEEDED, arbin_heads, is_arbin, is_summary, units_of
from characterization.instruments.arbin_table import Said, named, recordings
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode, ending
from characterization.instruments.cycler_heads import Kind
from characterization.instruments.cycling import utc
from characterization.instruments.delimited import (
    AGAIN,
    Text,
    body_of,
    cells,
    load,
    separator_of,
    text_of,
)
from characterization.instruments.textual import looks_binary

HEAD_WITHIN = 60
_SIDECAR = {"test_id", "iv_ch_id", "first_start_datetime", "schedule_file_name"}


def _heads_at(text: bytes) -> tuple[int, str] | None:
    """Where the line of heads begins and what parts it; None where there is none among the first lines."""
    place = 0
    for line in text[:65536].split(b"\n")[:HEAD_WITHIN]:
        words = line.decode(errors="replace")
        separator = separator_of(words)
        if is_arbin(cells(words, separator)):
            return place, separator
        place += len(line) + 1
    return None


def _is_sidecar(first: str) -> bool:
    return {cell.lower() for cell in cells(first, ",")} >= _SIDECAR


def read(path: Path) -> list[Recording]:
    """One recording per test; of a sidecar one of its single row. Raises UnreadableFile for a cut, damaged or empty
    table, and for a text that is none of Arbin's."""
    text = load(path)
    found = _heads_at(text.raw)
    if found is None and _is_sidecar(text.line(0)):
        return [_sidecar(text)]
    if found is None:
        raise UnreadableFile(
            "not_this_format",
            f"{path.name} has no line of heads with a test time, a voltage, a current and a step as Arbin names them.",
            "Export the channel again from Arbin's Data Watcher or MITS Pro.",
        )
    place, separator = found
    titles = cells(text.line(place), separator)
    if is_summary(titles):
        raise UnreadableFile(
            "unsupported",
            f"{path.name} is Arbin's summary by cycle and holds no records.",
            "Export the channel's records: the cycles are computed from them.",
        )
    heads = arbin_heads(titles)
    start = (text.raw.find(b"\n", place) + 1) or len(text.raw)
    needed = max(head.place for head in heads if head.ours in NEEDED) + 1
    places = [head.place for head in heads]
    texts = [head.place for head in heads if head.kind not in (Kind.NUMBER, Kind.COUNT)]
    frame = body_of(text, start, separator, len(titles), places, texts, needed)
    heading = [line for line in text.raw[:place].decode(errors="replace").split("\n") if line.strip()]
    meta = {"columns_in_file": titles, "heading": heading[:20]}
    found_tests = recordings(named(frame, heads), {None: Said(meta)}, path.name, sort=False)
    for recording in found_tests:
        recording.units = {n: u for n, u in units_of(heads).items() if n in recording.table.columns}
        if not text.ended:
            recording.flag(
                "last_line_open",
                "The last line does not end in a line break: its last number may be cut off.",
            )
    return found_tests


def _sidecar(text: Text) -> Recording:
    """The one row of a ``_Metadata.csv``. Raises UnreadableFile ``truncated`` where it is not whole."""
    rows = list(csv.reader(io.StringIO(text.raw.decode(errors="replace"))))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2 or len(rows[1]) < len(rows[0]):
        raise UnreadableFile(
            "truncated", f"{text.name} ends before the one row that it should hold is whole.", AGAIN
        )
    said = {
        title.strip(): cell.strip() for title, cell in zip(rows[0], rows[1], strict=False) if title.strip()
    }
    start = pl.Series([said["first_start_datetime"]]).cast(pl.Float64, strict=False)[0]
    recording = Recording(
        Technique.OTHER,
        pl.DataFrame({title: [cell] for title, cell in said.items()}),
        meta=said,
        started_at=utc(start),
        title=said.get("item_id", ""),
        sample_hints=(said["item_id"],) if said.get("item_id") else (),
    )
    recording.flag(
        "describes_only",
        "This file describes a test and holds none of its records: these are in the file of the same name without "
        "“_Metadata”.",
    )
    return recording


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head):
        return 0
    text = text_of(head)
    if _heads_at(text) is not None:
        return 3
    return 3 if ending(name, ".csv") and _is_sidecar(decode(text).partition("\n")[0]) else 0


READER = Reader(
    name="arbin_csv",
    version="1.0",
    label="Arbin export (csv)",
    techniques=(Technique.CYCLING, Technique.OTHER),
    sniff=sniff,
    read=read,
    extensions=(".csv", ".txt"),
)
