"""Scribner ZPlot/ZView text (``.z``) and its Z60W variant.

``ZPLOT2 ASCII``: a header of ``Name: value`` lines in cp1252 (``Date:`` as month-day-year, ``Time:``, naive, ``Data
Points:`` as planned), the column names ``Freq(Hz) Ampl Bias Time(Sec) Z'(a) Z''(b) GD Err Range``, ``End Comments``,
rows parted by tabs. ``Z60W Data File``: quoted comment lines, a line of six numbers, the number of points, the same
names in quotes, rows parted by commas. ``ZPlotW Data File`` is the same with the date in its header and the points as
planned. Some write the rows without a line of names: the order is the same. Impedances are in Ω, Z'' has its sign
(negative for a capacitor), Bias is in V.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode, ending
from characterization.instruments.impedance import AGAIN, day_and_time, spectra
from characterization.instruments.textual import flag_open_end, read_text, separator_of, split_line, to_number

_MAGIC = re.compile(rb'\s*"?\s*(ZPLOT2? ASCII|Z60W Data File|ZPlotW Data File)', re.IGNORECASE)
_USUAL = ["frequency_Hz", "", "voltage_V", "time_s", "z_real_ohm", "z_imag_ohm", "", "", ""]
_COLUMNS = {
    "freq": "frequency_Hz",
    "bias": "voltage_V",
    "time": "time_s",
    "z'": "z_real_ohm",
    "z''": "z_imag_ohm",
}


def _head(lines: Sequence[str], name: str) -> tuple[int, list[str]]:
    """The place of the line of column names, and our names of the columns, empty for those left out."""
    for place, line in enumerate(lines):
        if re.search(r"Freq\s*\(Hz\)", line) and "Z''" in line:
            titles = re.findall(r"[^\s\t]+\s?\([^)]*\)|[^\s\t]+", line.strip().strip('"'))
            return place, [
                _COLUMNS.get(re.sub(r"\s*\(.*", "", title).strip().lower(), "") for title in titles
            ]
    end = next((place for place, line in enumerate(lines) if line.strip() == "End Comments"), None)
    if end is not None:
        return end, _USUAL
    raise UnreadableFile(
        "not_this_format", f"{name} has no line of column names with Freq(Hz) and Z''.", AGAIN
    )


def _rows(lines: Sequence[str], place: int, width: int, name: str) -> list[list[float]]:
    body = [line for line in lines[place + 1 :] if line.strip() and line.strip() != "End Comments"]
    rows: list[list[float]] = []
    for number, line in enumerate(body, 1):
        cells = [to_number(cell) for cell in split_line(line, separator_of(line))]
        if len(cells) != width or None in cells:
            code, where = (
                ("truncated", "ends in the middle of")
                if number == len(body)
                else ("damaged", "is damaged in")
            )
            raise UnreadableFile(code, f"{name} {where} row {number:,} of the spectrum.", AGAIN)
        rows.append([cell for cell in cells if cell is not None])
    return rows


def _declared(lines: Sequence[str], place: int) -> int | None:
    """The number of points that the file states: above the column names, alone or behind ``Data Points:``."""
    stated = lines[place - 1].rpartition(":")[2].strip() if place else ""
    return int(stated) if stated.isdecimal() else None


def read(path: Path) -> list[Recording]:
    """One spectrum or several, one below the other. Raises UnreadableFile."""
    text = read_text(path).lstrip("\ufeff\n ")
    lines = text.split("\n")
    if not _MAGIC.match(lines[0].encode()):
        raise UnreadableFile("not_this_format", f"{path.name} does not begin as a ZPlot file.", AGAIN)
    place, names = _head(lines, path.name)
    rows = _rows(lines, place, len(names), path.name)
    declared = _declared(lines, place)
    fewer = declared is not None and len(rows) < declared
    if fewer and "Z60W" in lines[0]:
        raise UnreadableFile(
            "truncated", f"{path.name} ends after {len(rows):,} of {declared:,} points.", AGAIN
        )
    columns = {ours: [row[at] for row in rows] for at, ours in enumerate(names) if ours}
    head = "\n".join(lines[:place]).replace("    Time:", "\nTime:")
    said = dict(re.findall(r"^\s*([^:\n]+?):[ \t]*(.*)$", head, re.MULTILINE))
    recording = spectra(
        path.name,
        columns,
        meta={name: said[name] for name in ("Experiment Type", "Measured Data, ZPlot") if said.get(name)},
        started_at=day_and_time(said.get("Date", ""), said.get("Time", "")),
        hints=_comments(lines[:place]),
    )
    if fewer:
        recording.flag(
            "rows_missing",
            f"The sweep was planned with {declared:,} points and holds {len(rows):,}: it was stopped, or the file was "
            "cut between two rows.",
        )
    if lines[place].strip() == "End Comments":
        recording.flag(
            "columns_not_named", "No line names the columns; they are taken in ZPlot's usual order."
        )
    flag_open_end(recording, text)
    return [recording]


def _comments(header: Sequence[str]) -> list[str]:
    """What the user wrote: between Begin and End User Comments, or in the quoted lines of a Z60W file."""
    marks = [place for place, line in enumerate(header) if "User Comments" in line]
    if len(marks) >= 2:
        return [line.strip() for line in header[marks[0] + 1 : marks[1]]]
    return [line.strip().strip('"') for line in header[1:] if line.startswith('"')]


def sniff(head: bytes, name: str) -> int:
    if _MAGIC.match(decode(head).lstrip("\ufeff").encode()):
        return 3
    return 1 if ending(name, ".z") else 0


READER = Reader(
    name="zplot_z",
    version="1.1",
    label="Scribner ZPlot (z, Z60W)",
    techniques=(Technique.EIS,),
    sniff=sniff,
    read=read,
    extensions=(".z",),
)
