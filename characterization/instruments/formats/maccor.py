"""Maccor Series 4000 testers, text exports ``.txt``, ``.csv`` and numbered by channel ``.041``, ``.070``: one test.

Above the table stand one to some fourteen lines about the test (``Today's Date``, ``Name:``), then one line of titles
that begins with ``Rec``. Per record: cycle and step of the procedure, test and step time, capacity and energy counted
up from zero in each step whichever way the current flows (Ah, Wh, some in mAh), current in A, voltage in V, a letter
for the state (C charge, D discharge, R rest, P pause, S suspended, O off), the reason why the record was logged (ES,
from 128 on the last one of its step), the clock; then auxiliary channels, each with its unit in a column beside it.

Oddities: five dialects. The current is unsigned in some, then the state says which way it flows. Times are
``0d 00:01:02.5``, seconds, or minutes without a title that says so. Day and month stand in the order of the computer.
The clock counts pauses, the test time does not. Cycle numbers count from 0 and only where the procedure advances
them. Auxiliary channels that are not connected read about −2500. Rows of an impedance measurement (state FRA) share
one record number; the spectrum itself is in the file ``.EDA0001.041`` beside it, which is read here too. The tester's
own binary files carry the same numbers as ending; only the tester's software exports them.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.clock_text import one_moment
from characterization.instruments.cycler_common import COMMON
from characterization.instruments.cycler_sheet import cycling_recording
from characterization.instruments.cycler_titles import Column, Kind, places_of
from characterization.instruments.cycler_work import Dialect
from characterization.instruments.maccor_aux import flag_records, name_auxiliaries
from characterization.instruments.maccor_header import describe, said_dates
from characterization.instruments.maccor_impedance import impedance_recording, is_impedance
from characterization.instruments.text_sheet import Sheet, read_sheet
from characterization.instruments.textual import looks_binary, unify

_OWN = re.compile(
    r"^\W*Today'{1,2}s Date|^\W*MACCOR, INC|^\W*Rec#?\W{1,4}(Cyc|Step)", re.IGNORECASE | re.MULTILINE
)
_NUMBERED = re.compile(r"\.\d{3}$")
_DPT, _TIME = re.compile(r"dpt ?time", re.IGNORECASE), re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_TITLES = re.compile(r"rec(ord)?\W*(#|no)?", re.IGNORECASE)
DIALECT = Dialect(
    columns=(
        Column("record", r"rec(ord)?", Kind.COUNT),
        Column("vendor_cycle", r"cyc(le)?", Kind.COUNT),
        Column("vendor_cycle", r"cycle p", Kind.COUNT),
        Column("vendor_cycle", r"cycle c", Kind.COUNT),
        Column("time_s", r"test ?(time)?", Kind.DURATION),
        Column("step_time_s", r"step ?time|step", Kind.DURATION),
        Column("capacity_mAh", r"cap(acity)?|[mu]?amp hr", unit="Ah"),
        Column("energy_mWh", r"ener(gy)?|[mu]?watt hr", unit="Wh"),
        Column("current_mA", r"current|[mu]?amps", unit="A"),
        Column("voltage_V", r"voltage|m?volts", unit="V"),
        Column("end_status", r"es", Kind.COUNT),
        *COMMON,
    ),
    per_step=True,
    words={
        "C": "Charge", "D": "Discharge", "R": "Rest", "P": "Pause", "S": "Suspended", "O": "Off", "FRA": "Impedance",
    },
)  # fmt: skip


def _is_titles(cells: list[str]) -> bool:
    return len(cells) > 5 and any(_TITLES.fullmatch(cell.strip('"')) for cell in cells)


def _wanted(titles: list[str]) -> list[int]:
    return places_of(titles, DIALECT.columns, also=r"aux.*|units?")


def _stated_start(sheet: Sheet, date: str) -> datetime | None:
    """The header's date with the time of the first record, where the records have a time and no date of their own."""
    clock = next((place for place, title in enumerate(sheet.titles) if _DPT.fullmatch(title)), None)
    time = (sheet.column(clock)[0] or "").strip() if clock is not None else ""
    stated = date if ":" in date else f"{date} {time}" if _TIME.fullmatch(time) else ""
    return one_moment(stated, DIALECT.date_order, said_dates(sheet.header))


def _read_table(sheet: Sheet) -> Recording:
    said = describe(sheet.header)
    name_auxiliaries(sheet)
    recording = cycling_recording(sheet, DIALECT, said_dates(sheet.header))
    recording.meta |= said
    recording.started_at = recording.started_at or _stated_start(sheet, said.get("start_stated", ""))
    hints = [said[key] for key in ("name", "barcode", "description", "file_name") if said.get(key)]
    recording.sample_hints = tuple(dict.fromkeys(hints))
    recording.title = str(hints[0]) if hints else ""
    flag_records(recording)
    return recording


def read(path: Path) -> list[Recording]:
    """One recording: of the cycling, or of an impedance file its spectrum. ``unsupported`` for the tester's binary."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.strip() and looks_binary(head):
        if not _NUMBERED.search(path.name):
            raise UnreadableFile("not_this_format", f"{path.name} is not text.")
        raise UnreadableFile(
            "unsupported",
            f"{path.name} is a Maccor tester's own binary file, which only its software can open.",
            "Open it in MacTest or MIMS Client and export it as text, all columns, then upload that file.",
        )
    if is_impedance(head):
        return [impedance_recording(path)]
    return [_read_table(read_sheet(path, _is_titles, _wanted))]


def sniff(head: bytes, name: str) -> int:
    numbered = bool(_NUMBERED.search(name))
    if looks_binary(head):
        return 1 if numbered else 0
    text = unify(decode(head))
    if _OWN.search(text):
        return 3
    return 2 if numbered and re.search(r"^Rec", text, re.MULTILINE) else 0


READER = Reader(
    name="maccor",
    version="1.0",
    label="Maccor text export (txt, csv, .041 …)",
    techniques=(Technique.CYCLING, Technique.EIS),
    sniff=sniff,
    read=read,
    extensions=(".txt", ".csv", ".041"),
)
