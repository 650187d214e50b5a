"""Impedance as a plain table, text or workbook: Nova, Thales, EC-Lab and ZView exports, and what people write.

Columns are known by their titles: a frequency in Hz (kHz, MHz, or rad/s for an angular one); real and imaginary part
(``Z'``, ``Re(Z)``, ``Zreal``, ``Real``; ``Z''``, ``Im(Z)``, ``Imag``, with a minus before it where it is turned), or
modulus and phase (degrees, or rad where the title says so). µΩ, mΩ, kΩ and MΩ are told apart by the title, or by a line
of units below it, else they are Ω. Cells are parted by tabs, semicolons, commas or blanks; decimal commas and every
usual encoding are fine. Columns that are neither these nor time or potential, admittances among them, are left out.
Impedance per area (Ω·cm²) is refused.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from characterization.instruments.base import (
    HEAD_BYTES,
    Reader,
    Recording,
    Technique,
    UnreadableFile,
    decode,
    ending,
)
from characterization.instruments.book_sheet import read_book
from characterization.instruments.impedance import AGAIN, spectra
from characterization.instruments.impedance_titles import MINUS, UNITS, columns_of, factor_of, find
from characterization.instruments.text_table import TextTable, parse_table
from characterization.instruments.textual import (
    flag_open_end,
    looks_binary,
    read_text,
    separator_of,
    split_line,
    to_number,
)
from characterization.instruments.workbook import looks_like_workbook

_OTHERS = {
    "time_s": re.compile(r"^(elapsed\s*)?time\s*[(/\[]?\s*s", re.IGNORECASE),
    "voltage_V": re.compile(r"^<?(e_?dc|v_?dc|ewe|bias|potential|voltage)>?\s*[(/\[]\s*v", re.IGNORECASE),
}
_ENDINGS = (".csv", ".txt", ".dat", ".tsv", ".prn", ".asc")
_FEWEST = 3


def _parts(
    titles: list[str], values: npt.NDArray[np.float64], at: dict[str, int]
) -> dict[str, npt.NDArray[np.float64]]:
    """Frequency, real and imaginary part in Hz and Ω, the imaginary part negative for a capacitor."""
    frequency = values[:, at["frequency"]] * factor_of(titles[at["frequency"]])
    if "real" in at:
        real = values[:, at["real"]] * factor_of(titles[at["real"]])
        turned = -1.0 if MINUS.search(titles[at["imaginary"]]) else 1.0
        imaginary = turned * values[:, at["imaginary"]] * factor_of(titles[at["imaginary"]])
    else:
        title = titles[at["phase"]]
        turn = 1.0 if re.search(r"rad", title, re.IGNORECASE) else np.pi / 180
        turn = turn / 1000 if re.search(r"\bmrad", title, re.IGNORECASE) else turn
        phase = values[:, at["phase"]] * turn * (-1.0 if MINUS.search(title) else 1.0)
        modulus = values[:, at["modulus"]] * factor_of(titles[at["modulus"]])
        real, imaginary = modulus * np.cos(phase), modulus * np.sin(phase)
    found = {"frequency_Hz": frequency, "z_real_ohm": real, "z_imag_ohm": imaginary}
    for name, pattern in _OTHERS.items():
        place = find(titles, pattern)
        if place is not None and place not in at.values():
            found[name] = values[:, place]
    return found


def _with_units(table: TextTable) -> list[str]:
    """The titles, where a line of units stands between them and the rows: ``Zreal`` above ``mOhm``."""
    lines = [line for line in table.header if line.strip()]
    if len(lines) < 2 or not table.titles or not all(UNITS.fullmatch(cell) for cell in table.titles):
        return table.titles
    above = split_line(lines[-2], separator_of(lines[-2]))
    return _joined(above, table.titles) if len(above) == table.width else table.titles


def _joined(titles: list[str], units: list[str]) -> list[str]:
    return [f"{title} ({unit.strip('[]() ')})" for title, unit in zip(titles, units, strict=True)]


def _book(path: Path) -> TextTable:
    """The table of a workbook; a cell that is no number is NaN, for the spectrum to count."""
    sheet = read_book(path, lambda cells: bool(columns_of(cells)))
    first = [cell or "" for cell in sheet.cells.row(0)]
    has_units = any(first) and all(UNITS.fullmatch(cell) for cell in first)
    numbers = [[to_number(cell or "") for cell in row] for row in sheet.cells.rows()[has_units:]]
    rows = [[float("nan") if number is None else number for number in row] for row in numbers]
    return TextTable(
        sheet.header, _joined(sheet.titles, first) if has_units else sheet.titles, rows, len(first)
    )


def _table(text: str, name: str) -> TextTable:
    table = parse_table(text, name)
    if table is not None:
        table.titles = _with_units(table)
    if table is None or not columns_of(table.titles):
        raise UnreadableFile("not_this_format", f"{name} is not a table of frequency and impedance.", AGAIN)
    if table.fault is not None:
        raise table.fault
    return table


def _refuse_per_area(table: TextTable, name: str) -> None:
    if any(re.search(r"(Ω|ohm)s?\W{0,3}cm", title, re.IGNORECASE) for title in table.titles):
        raise UnreadableFile(
            "unsupported",
            f"{name} holds impedance per area (Ω·cm²).",
            "Export it in Ω: the area stands with the cell.",
        )


def read(path: Path) -> list[Recording]:
    """All spectra of the table as one recording. Raises UnreadableFile."""
    with path.open("rb") as file:
        book = looks_like_workbook(file.read(HEAD_BYTES))
    text = "\n" if book else read_text(path)
    table = _book(path) if book else _table(text, path.name)
    _refuse_per_area(table, path.name)
    titles = [title.strip().strip('"') for title in table.titles]
    columns = _parts(
        titles, np.array(table.rows, dtype=np.float64).reshape(-1, table.width), columns_of(titles)
    )
    recording = spectra(path.name, columns, meta={"columns": titles})
    _flag_sign(recording, titles)
    flag_open_end(recording, text)
    return [recording]


def _flag_sign(recording: Recording, titles: list[str]) -> None:
    """Says where nearly all imaginary parts are positive: the title may lack its minus."""
    imaginary = recording.table["z_imag_ohm"]
    if imaginary.len() >= _FEWEST and (imaginary > 0).mean() > 0.9:  # type: ignore[operator]  # a mean of booleans
        recording.flag(
            "imaginary_sign",
            "Over 90 % of the imaginary parts are positive, as of an inductor; the column's title may lack a minus "
            f"(columns: {', '.join(titles)}).",
        )


def sniff(head: bytes, name: str) -> int:
    if looks_like_workbook(head):
        return 1
    if looks_binary(head):
        return 0
    lines = decode(head).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    titled = any(
        columns_of([cell for cell in re.split(r"[\t;,]|\s{2,}", line) if cell.strip()]) for line in lines
    )
    return 2 if titled and ending(name, *_ENDINGS) else int(titled)


READER = Reader(
    name="impedance_text",
    version="1.2",
    label="Impedance as a table (text, xlsx)",
    techniques=(Technique.EIS,),
    sniff=sniff,
    read=read,
    extensions=(*_ENDINGS, ".xlsx"),
)
