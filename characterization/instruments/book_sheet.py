"""A cycler's table in a workbook, as the same sheet of texts that an export as text gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from characterization.instruments.base import UnreadableFile
from characterization.instruments.text_sheet import Sheet
from characterization.instruments.workbook import AGAIN, opened

TITLES_WITHIN = 60


def read_book(path: Path, is_titles: Callable[[list[str]], bool]) -> Sheet:
    """The first sheet with such titles, and what goes on below the same titles on further sheets.

    Raises UnreadableFile ``not_this_format`` where no sheet has them.
    """
    found: Sheet | None = None
    parts: list[pl.DataFrame] = []
    with opened(path) as book:
        for name in book.sheet_names:
            rows = [[_text(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
            place = next((at for at, row in enumerate(rows[:TITLES_WITHIN]) if is_titles(_bare(row))), None)
            if place is None or (found is not None and _bare(rows[place]) != found.titles):
                continue
            header = ["\t".join(filter(None, row)) for row in rows[:place]]
            found = found or Sheet(path.name, header, _bare(rows[place]), pl.DataFrame())
            parts.append(_frame(rows[place + 1 :], len(found.titles)))
    if found is None:
        raise UnreadableFile(
            "not_this_format", f"{path.name} has no sheet with titles that this reader knows.", AGAIN
        )
    found.cells = pl.concat(parts)
    if not found.cells.height:
        raise UnreadableFile("empty", f"{path.name} has a line of titles and no rows.", AGAIN)
    return found


def _bare(row: list[str | None]) -> list[str]:
    """Titles without the empty cells behind the last one."""
    titles = [cell or "" for cell in row]
    while titles and not titles[-1]:
        titles.pop()
    return titles


def _frame(rows: list[list[str | None]], width: int) -> pl.DataFrame:
    columns = {str(place): [row[place] for row in rows] for place in range(width)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return frame.filter(~pl.all_horizontal(pl.all().is_null()))


def _text(cell: Any) -> str | None:
    """A cell as an export would write it: dates by ISO 8601, durations as ``26:03:04.5``, whole numbers bare."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, timedelta):
        return _clocked(cell.total_seconds())
    if isinstance(cell, time):
        return _clocked(cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S" + (".%f" if cell.microsecond else ""))
    return (
        f"{cell.isoformat()} 00:00:00" if isinstance(cell, date) else str(cell).strip()
    )  # midnight comes as a date


def _clocked(seconds: float) -> str:
    minutes, rest = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else ''}{int(minutes // 60)}:{int(minutes % 60):02}:{rest:09.6f}"
