"""Workbooks of instruments in the old binary ``.xls`` (BIFF in OLE2) or in ``.xlsx``: sheets as rows of cells.

The old ones are read by xlrd, which keeps rows as long as they are; calamine spreads a sheet out to its farthest cell,
and a damaged file may name one anywhere. It is imported when the first such file comes.
"""

from __future__ import annotations

import importlib
import io
from pathlib import Path
from typing import Any

from characterization.instruments.base import UnreadableFile
from characterization.instruments.workbook import AGAIN, MOST_CELLS, MOST_SHEETS, ZIP_MAGIC, opened

OLE2_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_OLD_BYTES = 64 * 1024**2
_NUMBER_CELLS = (2, 4)
_TEXT_CELL, _DATE_CELL = 1, 3
Grid = list[list[Any]]


def is_old_workbook(head: bytes) -> bool:
    return head.startswith(OLE2_MAGIC)


def grids(path: Path) -> dict[str, Grid]:
    """All sheets by name, whichever kind of workbook it is. Empty cells are ``""``; those behind a row's last may miss.

    Raises UnreadableFile ``not_this_format``, ``too_large``, ``hostile``, ``truncated`` or ``damaged``.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(ZIP_MAGIC):
        return _new(path)
    if not is_old_workbook(head):
        raise UnreadableFile("not_this_format", f"{path.name} is no workbook.", AGAIN)
    if path.stat().st_size > MOST_OLD_BYTES:
        raise UnreadableFile("too_large", f"{path.name} is larger than 64 MiB.", "Export it in parts.")
    try:
        return _old(path)
    except (UnreadableFile, MemoryError):
        raise
    except Exception as error:  # what xlrd raises on a damaged file is of any kind
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise UnreadableFile(
            "damaged", f"{path.name} is damaged: its sheets cannot be read ({reason}).", AGAIN
        ) from error


def _new(path: Path) -> dict[str, Grid]:
    with opened(path) as book:
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
        cells = sum(sheet.total_height * sheet.total_width for sheet in sheets.values())
        if cells > MOST_CELLS:
            raise UnreadableFile(
                "hostile", f"{path.name}: its sheets span {cells:,} cells.", "Export it as text."
            )
        return {name: sheet.to_python(skip_empty_area=True) for name, sheet in sheets.items()}


def _old(path: Path) -> dict[str, Grid]:
    xlrd = importlib.import_module("xlrd")
    book = xlrd.open_workbook(
        file_contents=path.read_bytes(), on_demand=True, ragged_rows=True, logfile=io.StringIO()
    )
    if book.nsheets > MOST_SHEETS:
        raise UnreadableFile("too_large", f"{path.name} has {book.nsheets:,} sheets.", "Split it.")
    found: dict[str, Grid] = {}
    for number, name in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(number)
        found[name] = [
            [_plain(cell, book.datemode, xlrd) for cell in sheet.row(row)] for row in range(sheet.nrows)
        ]
        book.unload_sheet(number)
    return found


def _plain(cell: Any, datemode: int, xlrd: Any) -> Any:
    if cell.ctype == _TEXT_CELL:
        return cell.value
    if cell.ctype == _DATE_CELL:
        return xlrd.xldate_as_datetime(cell.value, datemode)
    return float(cell.value) if cell.ctype in _NUMBER_CELLS else ""
