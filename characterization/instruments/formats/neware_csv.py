"""Neware BTS and BTSDA exports, ``.csv`` and ``.txt``: the records of one test, flat or in three layers.

Flat: one line of heads and one row per record: ``DataPoint``, ``Cycle Index``, ``Step Index``, ``Step Type`` (``CC
Chg``, ``Rest``), ``Time`` in the step and ``Total Time`` as ``H:MM:SS.mmm``, ``Current(A)`` (positive while charging),
``Voltage(V)``, ``Capacity(Ah)`` and ``Energy(Wh)`` that start again with each step, ``Date`` of the PC's own clock,
and auxiliary channels ``T1(℃)``, ``V1(V)``. Units stand in the heads and may be A, mA, µA, Ah, mAh, mAs, mV; heads
and step types may be Chinese. BTS 7 and older write ``Record ID``, ``Realtime``, ``Capacitance_Chg(mAh)`` and no test
time.

Layered: lines of cycles, of steps (indented by one empty cell) and of records (by two) in one file, with three lines of
heads; the first cycle's line runs on into that of its first step. The records are the table; the vendor's summary of
cycles is kept in ``meta`` as ``vendor_cycles`` and held against the records.

Oddities: the code page of the PC loses ``µ``, ``Ω`` and ``℃`` (``Contact resistance(mO)``, ``T1(?)``); a comma stands
at the end of every line, or not; the last line has no end; the start is local where the ``.ndax`` of the same test
says UTC.
"""

from __future__ import annotations

from pathlib import Path

from characterization.instruments.arbin_table import named
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.cycler_heads import Kind
from characterization.instruments.delimited import body_of, cells, load, separator_of, text_of
from characterization.instruments.neware_layers import Layers, read_layers
from characterization.instruments.neware_records import AGAIN, recording
from characterization.instruments.neware_words import are_layers, are_records, is_summary, neware_heads
from characterization.instruments.textual import looks_binary

HEAD_WITHIN = 60


def _heads_at(text: bytes) -> tuple[int, list[str], str] | Layers | None:
    """Where the records begin, their heads and what parts them; None where no line is one of heads."""
    lines = text[:65536].split(b"\n")[:HEAD_WITHIN]
    place = 0
    for number, line in enumerate(lines):
        words = line.decode(errors="replace")
        separator = separator_of(words)
        titles = cells(words, separator)
        place += len(line) + 1
        if are_records(titles) and titles[0]:
            return place, titles, separator
        following = [cells(raw.decode(errors="replace"), separator) for raw in lines[number + 1 : number + 3]]
        if len(following) == 2 and are_layers(titles, *following):
            start = place + sum(len(raw) + 1 for raw in lines[number + 1 : number + 3])
            return Layers([title for title in titles if title], following[0], following[1], separator, start)
    return None


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile for a cut, damaged or empty table, and for a text that is none of
    Neware's."""
    text = load(path)
    found = _heads_at(text.raw)
    if found is None and is_summary(cells(text.line(0), separator_of(text.line(0)))):
        raise UnreadableFile(
            "unsupported",
            f"{path.name} is Neware's summary by cycle or step and holds no records.",
            "Export the records (or all three layers): cycles and steps are computed from them.",
        )
    if found is None:
        raise UnreadableFile(
            "not_this_format",
            f"{path.name} has no line of heads with a time, a voltage, a current and a step as Neware names them.",
            AGAIN,
        )
    if isinstance(found, Layers):
        return [_said(read_layers(text, found), text.ended)]
    start, titles, separator = found
    heads = neware_heads(titles)
    needed = max(head.place for head in heads if head.ours in ("voltage_V", "current_mA")) + 1
    texts = [head.place for head in heads if head.kind not in (Kind.NUMBER, Kind.COUNT)]
    places = [head.place for head in heads]
    frame = body_of(text, start, separator, len(titles), places, texts, needed)
    return [_said(recording(named(frame, heads), {"columns_in_file": titles}, path.name), text.ended)]


def _said(found: Recording, ended: bool) -> Recording:
    if not ended:
        found.flag(
            "last_line_open",
            "The last line does not end in a line break: its last number may be cut off.",
        )
    return found


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head):
        return 0
    return 3 if _heads_at(text_of(head)) is not None else 0


READER = Reader(
    name="neware_csv",
    version="1.1",
    label="Neware export (csv, txt), flat or layered",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(".csv", ".txt"),
)
