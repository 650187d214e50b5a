"""Any other cycler's table as text or workbook whose titles name a time, a voltage and a current.

The last resort, asked after every reader of a vendor (also by its name, where they are equally sure): Digatron
(``Voltage#V``), scripts, published data sets. Columns are known by name, in English, German or Chinese, and by the unit
in the title or in a row of units below it: time, voltage, current, step and its kind, cycle, capacity and energy (per
direction, per step or running on), clock, temperatures.

Oddities: whatever people write. A current without a unit waits for a person to name it; a voltage without one is in V.
A time in bare numbers without a unit takes that in which it keeps pace with the clock, else a person is asked. A table
that speaks of scans, electrodes, frequencies, furnaces or spectra is another reader's, and so is one whose rows differ
in their number of columns.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from characterization.instruments.base import HEAD_BYTES, Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.book_sheet import read_book
from characterization.instruments.cycler_common import COMMON
from characterization.instruments.cycler_sheet import cycling_recording, understands
from characterization.instruments.cycler_titles import map_titles, parse_title
from characterization.instruments.cycler_work import Dialect
from characterization.instruments.delimited import text_of
from characterization.instruments.text_sheet import Sheet, find_titles, read_sheet
from characterization.instruments.textual import looks_binary, to_number
from characterization.instruments.workbook import looks_like_workbook

_ENDINGS = (".csv", ".tsv", ".txt", ".dat")
_ELSEWHERE = re.compile(
    r"freq|z'|\bre\(z|\bscan\b|\bwe\b|\bwe\(|\bewe\b|electrode|vs\.? ?(ref|ag|sce|rhe)|theta|wave|binding|raman"
    r"|intensit|furnace|heater|setpoint|set ?point|oven|ofen|炉|sorption|p/p0",
    re.IGNORECASE,
)
DIALECT = Dialect(columns=COMMON)
_LENIENT = tuple(replace(column, unit="A") if column.ours == "current_mA" else column for column in COMMON)
_NAME_IT = "Say what its columns are and in which units; the answer is remembered for files like it."


def _is_titles(cells: list[str]) -> bool:
    return not _ELSEWHERE.search(" ".join(cells)) and understands(cells, _LENIENT)


def _with_units_below(sheet: Sheet) -> None:
    """A first row of nothing but units is no row: its units go into the titles that have none."""
    below = [(cell or "").strip().strip("[]()") for cell in sheet.cells.row(0)]
    if any(to_number(cell) is not None for cell in below) or not any(below):
        return
    named = [f"{title} ({unit})" for title, unit in zip(sheet.titles, below, strict=False)]
    if "current_mA" in {column.ours for column in map_titles(named, COMMON)}:
        places = range(len(named))
        sheet.titles = [named[at] if parse_title(named[at]).unit else sheet.titles[at] for at in places]
        sheet.cells = sheet.cells.slice(1)


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile ``needs_mapping`` where the current or the time has no unit."""
    with path.open("rb") as file:
        book = looks_like_workbook(file.read(HEAD_BYTES))
    sheet = read_book(path, _is_titles) if book else read_sheet(path, _is_titles)
    if any(flag.code == "rows_uneven" for flag in sheet.flags):
        raise UnreadableFile(
            "not_this_format", f"{path.name} holds rows of different kinds under one line of titles."
        )
    _with_units_below(sheet)
    if not understands(sheet.titles, COMMON):
        text = f"{path.name} is a cycler's table whose current has no unit: {', '.join(sheet.titles)[:300]}."
        raise UnreadableFile("needs_mapping", text, _NAME_IT, sheet.titles)
    recording = cycling_recording(sheet, DIALECT)
    recording.meta["heading"] = [line.strip()[:200] for line in sheet.header if line.strip()][:20]
    recording.sample_hints = tuple(recording.meta["heading"][:5])
    return [recording]


def sniff(head: bytes, name: str) -> int:
    if looks_like_workbook(head):
        return 1
    if looks_binary(head):
        return 0
    lines = text_of(head).decode(errors="replace").split("\n")
    return 1 if ending(name, *_ENDINGS) or find_titles(lines, _is_titles) else 0


READER = Reader(
    name="titled_cycler",
    version="1.0",
    label="Other cycler's table by its titles (csv, tsv, txt, dat, xlsx)",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(*_ENDINGS, ".xlsx"),
)
