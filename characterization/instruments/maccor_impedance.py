"""A Maccor impedance file (``.EDA0001.041``): ten lines of text, titles, one line per frequency.

Frequency in Hz, Z' and Z'' in Ω with their physical sign, time in s, DC voltage in V. ``Polar(V)`` holds the angular
frequency. The last columns of the titles have no cells.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import polars as pl

from characterization.instruments.base import Recording, Technique, UnreadableFile, decode
from characterization.instruments.cycler_numbers import number
from characterization.instruments.text_sheet import Sheet, read_sheet
from characterization.instruments.text_sheet_rows import AGAIN

_START = re.compile(r"Start Date:\s*(?:\w+day,\s*)?(\w+ \d{1,2}, \d{4})\s*Start Time:\s*(\d{1,2}:\d{2})")
_COLUMNS = {
    "frequency_Hz": r"freq(uency)?\W*\(?hz\)?",
    "z_real_ohm": r"z'(\W*\(a\))?",
    "z_imag_ohm": r"z''(\W*\(b\))?",
    "time_s": r"time\W*\(?sec\)?",
    "voltage_V": r"v-dc",
}


def is_impedance(head: bytes) -> bool:
    return decode(head).lstrip().upper().startswith("MACCOR, INC") and b"Impedance" in head


def _is_titles(cells: list[str]) -> bool:
    return bool(re.fullmatch(_COLUMNS["frequency_Hz"], cells[0].lower()))


def _column(sheet: Sheet, pattern: str) -> pl.Series | None:
    for place, title in enumerate(sheet.titles):
        if re.fullmatch(pattern, title.strip().lower()):
            return sheet.cells.select(number(pl.col(str(place)), sheet.decimals)).to_series()
    return None


def impedance_recording(path: Path) -> Recording:
    sheet = read_sheet(path, _is_titles)
    found = {ours: _column(sheet, pattern) for ours, pattern in _COLUMNS.items()}
    table = pl.DataFrame({ours: values for ours, values in found.items() if values is not None})
    missing = [ours for ours in ("frequency_Hz", "z_real_ohm", "z_imag_ohm") if ours not in table.columns]
    if missing or table["frequency_Hz"].is_null().all():
        lack = ", ".join(missing) or "a number in frequency_Hz"
        raise UnreadableFile("damaged", f"{path.name} is an impedance file without {lack}.", AGAIN)
    table = table.with_columns(pl.lit(1, pl.Int32).alias("spectrum"))
    start = _START.search("\n".join(sheet.header))
    lines = [line.strip() for line in sheet.header]
    recording = Recording(Technique.EIS, table, flags=sheet.flags, meta={"heading": lines[:12]})
    recording.started_at = _moment(f"{start[1]} {start[2]}") if start else None
    recording.title = lines[3] if len(lines) > 3 else ""
    recording.sample_hints = tuple(line for line in lines[2:4] if line)
    return recording


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%B %d, %Y %H:%M")
    except ValueError:
        return None
