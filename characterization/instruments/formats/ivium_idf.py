"""Ivium (``.idf``): lines of text between a few binary bytes, CRLF.

``key=value`` lines give the method (``Method=Impedance``) and, after ``starttime=``, when it began (day.month.year,
naive). The data follow a line ``primary_data``: a line with the number of columns, one with the number of rows, then
rows of numbers parted by blanks and tabs. Impedance has three columns: Z' and Z'' in Ω (Z'' negative for a capacitor)
and the frequency in Hz. Other methods are not read. ``osc_data``, the waves of the points, is left out.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import numpy as np

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.impedance import AGAIN, day_and_time, spectra

_BLOCK = re.compile(r"primary_data\s*\n\s*(\d+)\s*\n\s*(\d+)\s*\n")
_MOST_ROWS = 1_000_000
_IMPEDANCE_COLUMNS = 3


def _block(text: str, at: re.Match[str], name: str) -> list[list[float]]:
    """The rows behind one ``primary_data``. Raises UnreadableFile where they are fewer than it states."""
    width, count = int(at[1]), int(at[2])
    if not 1 <= width <= 20 or count > _MOST_ROWS:
        raise UnreadableFile(
            "damaged", f"{name} states {count:,} rows of {width} columns, which cannot be.", AGAIN
        )
    lines = text[at.end() :].split("\n", count)
    rows: list[list[float]] = []
    for line in lines[:count]:
        cells = line.split()
        try:
            rows.append([float(cell) for cell in cells])
        except ValueError:
            break
        if len(cells) != width:
            rows.pop()
            break
    if len(rows) < count or len(lines) <= count:
        raise UnreadableFile("truncated", f"{name} ends after {len(rows):,} of {count:,} points.", AGAIN)
    return rows


def _started(text: str) -> datetime | None:
    for found in re.finditer(r"start ?time\s*[=:]\s*(\d+[./-]\d+[./-]\d+)\s+(\d+:\d+(?::\d+)?)", text):
        return day_and_time(found[1], found[2], day_first=True)
    return None


def read(path: Path) -> list[Recording]:
    """One recording of all spectra. Raises UnreadableFile, ``unsupported`` where the method is no impedance."""
    text = path.read_bytes().decode("cp1252", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    method = re.search(r"^Method=(.*)$", text, re.MULTILINE)
    if method is None and "primary_data" not in text:
        raise UnreadableFile("not_this_format", f"{path.name} is not an Ivium file.", AGAIN)
    said = method[1].strip() if method else ""
    if "impedance" not in said.lower():
        raise UnreadableFile(
            "unsupported",
            f"{path.name} holds the Ivium method ‘{said or 'not stated'}’; impedance is read.",
            "Export this measurement from IviumSoft as text (csv).",
        )
    blocks = [_block(text, at, path.name) for at in _BLOCK.finditer(text)]
    rows = [row for block in blocks for row in block if len(row) == _IMPEDANCE_COLUMNS]
    if not rows:
        raise UnreadableFile("truncated", f"{path.name} ends before its data.", AGAIN)
    real, imaginary, frequency = np.array(rows).T
    numbers = np.repeat(np.arange(1, len(blocks) + 1), [len(block) for block in blocks])
    columns = {"frequency_Hz": frequency, "z_real_ohm": real, "z_imag_ohm": imaginary}
    if len(blocks) > 1:
        columns["spectrum"] = numbers.astype(np.float64)
    title = re.search(r"^Title=(.*)$", text, re.MULTILINE)
    named = title[1].strip() if title else ""
    return [
        spectra(
            path.name, columns, meta={"method": said}, started_at=_started(text), title=named, hints=[named]
        )
    ]


def sniff(head: bytes, name: str) -> int:
    if b"primary_data" in head or b"\nMethod=" in head.replace(b"\r", b""):
        return 3 if ending(name, ".idf", ".ids") else 2
    return 1 if ending(name, ".idf", ".ids") else 0


READER = Reader(
    name="ivium_idf",
    version="1.0",
    label="Ivium (idf)",
    techniques=(Technique.EIS,),
    sniff=sniff,
    read=read,
    extensions=(".idf", ".ids"),
)
