"""Workbooks (xlsx) of instruments: looked over before they are unpacked, then read sheet by sheet.

calamine spreads a sheet out from its first to its last cell, and ends the whole process where that asks for more memory
than there is; so the far corner of every sheet is looked up first, in the XML itself.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine

from characterization.instruments.archive import UNPACKING_FAULTS, check_archive
from characterization.instruments.base import UnreadableFile

ZIP_MAGIC = b"PK\x03\x04"
MOST_CELLS = 20_000_000
MOST_SHEETS = 200
AGAIN = "Export it again on the instrument; the file that arrived is kept."
FAULTS: tuple[type[Exception], ...] = (python_calamine.CalamineError, *UNPACKING_FAULTS)
_PLACE = re.compile(rb"""<(?:\w+:)?(?:c|row)\b[^>]*?\sr\s*=\s*["']([A-Za-z]{0,3})(\d{1,7})["']""")

_LAST_SOUND: dict[str, tuple[Path, int, int]] = {}

Row = list[Any]


def looks_like_workbook(head: bytes) -> bool:
    return head.startswith(ZIP_MAGIC) and (b"xl/" in head or b"[Content_Types].xml" in head)


@contextmanager
def opened(path: Path) -> Iterator[python_calamine.CalamineWorkbook]:
    """The workbook, safe to read. Raises UnreadableFile ``not_this_format``, ``truncated``, ``hostile``,
    ``too_large`` or ``damaged``, the last also for what comes up while it is read."""
    _look_through(path)
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            if len(book.sheet_names) > MOST_SHEETS:
                raise UnreadableFile(
                    "too_large", f"{path.name} has {len(book.sheet_names):,} sheets.", "Split it."
                )
            yield book
    except FAULTS as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise UnreadableFile(
            "damaged", f"{path.name} is damaged: its sheets cannot be read ({reason}).", AGAIN
        ) from error


def _look_through(path: Path) -> None:
    """Refuses what cannot be opened safely. Several readers ask after one workbook: it is looked through once."""
    stored = path.resolve()
    known = stored.stat()
    this = (stored, known.st_mtime_ns, known.st_size)
    if _LAST_SOUND.get("book") == this:
        return
    names = check_archive(path)
    if not any(name.startswith("xl/") for name in names):
        raise UnreadableFile("not_this_format", f"{path.name} is a zip container, but no workbook.", AGAIN)
    refuse_far_cells(path, [name for name in names if name.endswith(".xml")])
    _LAST_SOUND["book"] = this


def refuse_far_cells(path: Path, members: list[str]) -> None:
    """A sheet with one cell in its last corner would be spread out to billions: that is refused before."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in members:
                rows = columns = 1
                for letters, number in _places(archive, name):
                    rows, columns = max(rows, int(number)), max(columns, _column(letters))
                if rows * columns > MOST_CELLS:
                    raise UnreadableFile(
                        "hostile",
                        f"{path.name}: a sheet spans {rows:,} rows and {columns:,} columns.",
                        "Export it as text, or check where it is from.",
                    )
    except UNPACKING_FAULTS as error:
        raise UnreadableFile("damaged", f"{path.name} is damaged: {error}.", AGAIN) from error


def _places(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[bytes, bytes]]:
    """The farthest cells of each piece of a sheet, as letters and number."""
    kept = b""
    with archive.open(name) as sheet:
        while piece := sheet.read(1 << 20):
            kept += piece
            found = _PLACE.findall(kept)
            if found:
                yield max(found, key=lambda place: (len(place[0]), place[0]))
                yield max(found, key=lambda place: int(place[1]))
            kept = kept[-400:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def texts(row: Row) -> list[str]:
    """The cells of a line of heads."""
    return [str(cell).strip() if cell is not None else "" for cell in row]


def numbers(cells: list[Any]) -> pl.Series:
    """Cells as Float64; what is no number is missing, numbers written as text are read."""
    return pl.Series([_number(cell) for cell in cells], dtype=pl.Float64)


def _number(cell: Any) -> float | None:
    if isinstance(cell, float | int):
        return float(cell)
    if isinstance(cell, str):
        try:
            return float(cell.replace(",", "."))
        except ValueError:
            return None
    return None


def moments_of(cells: list[Any]) -> pl.Series:
    """Cells of a clock: as Datetime where they are dates, else as text, numbers among them as they are."""
    if any(isinstance(cell, datetime | date) for cell in cells[:1000]):
        found = [cell if isinstance(cell, datetime) else _midnight(cell) for cell in cells]
        return pl.Series(found, dtype=pl.Datetime("us"))
    return words(cells)


def _midnight(cell: Any) -> datetime | None:
    return datetime(cell.year, cell.month, cell.day) if isinstance(cell, date) else None


def words(cells: list[Any]) -> pl.Series:
    return pl.Series([str(cell) if cell not in ("", None) else None for cell in cells], dtype=pl.String)


def durations(cells: list[Any]) -> pl.Series:
    """Cells of a duration: in s as Float64 where the workbook holds times, else as text."""
    if not any(isinstance(cell, time | timedelta | datetime | float) for cell in cells[:1000]):
        return words(cells)
    return pl.Series([_duration(cell) for cell in cells], dtype=pl.Float64)


def _duration(cell: Any) -> float | None:
    """Seconds. A workbook counts days: a bare number and a date since 1899-12-31 are durations too."""
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    if isinstance(cell, datetime):
        return (cell - datetime(1899, 12, 30)).total_seconds()
    return float(cell) * 86400 if isinstance(cell, float | int) else None
