"""Arbin's workbooks, sheet by sheet: which sheets hold records, of which channel, in which order, and what the sheet
of information says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice, pairwise
from typing import Any

import polars as pl
from python_calamine import CalamineWorkbook

from characterization.instruments.arbin_columns import arbin_heads, is_arbin, is_summary
from characterization.instruments.arbin_table import Said, named
from characterization.instruments.cycler_heads import Head, Kind, split_unit
from characterization.instruments.workbook import Row, durations, moments_of, numbers, texts, words

HEAD_WITHIN = 60
_PIECE = 50_000
_CHANNEL = re.compile(r"^(chan\w*?_\d+(?:-\d+)?)(?:_(\d+))?$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(.*?)[_\s-]?(\d+)$")
_SAID = {
    "schedulefilename": "schedule", "creator": "operator", "comments": "comment", "itemid": "item_id",
    "softwareversion": "software", "scheduleversion": "schedule_version", "channel": "channel",
    "serialnumber": "device_serial", "testname": "test_name",
}  # fmt: skip


def channel_of(sheet: str) -> tuple[str, int]:
    """The channel of a sheet and its place among the channel's sheets: ``Channel_1-008_2`` is the second of 1-008."""
    found = _CHANNEL.match(sheet.strip()) or _NUMBERED.match(sheet.strip())
    return (found[1], int(found[2] or 1)) if found else (sheet, 1)


def record_sheets(book: CalamineWorkbook) -> dict[str, list[pl.DataFrame]]:
    """The records by channel, each sheet a frame of our columns, in their order."""
    found: dict[str, list[tuple[int, pl.DataFrame]]] = {}
    for name in book.sheet_names:
        if name.lower().startswith("statist"):
            continue
        frame = _frame(book.get_sheet_by_name(name).iter_rows())
        if frame is not None:
            channel, place = channel_of(name)
            found.setdefault(channel, []).append((place, frame))
    return {
        channel: [frame for _, frame in sorted(sheets, key=lambda pair: pair[0])]
        for channel, sheets in found.items()
    }


def _frame(rows: Iterator[Row]) -> pl.DataFrame | None:
    """The records of a sheet; None where no line among the first is one of heads."""
    for row in islice(rows, HEAD_WITHIN):
        titles = texts(row)
        if is_arbin(titles) and not is_summary(titles):
            return named(columns_of(rows, arbin_heads(titles)), arbin_heads(titles))
    return None


def columns_of(rows: Iterator[Row], heads: Sequence[Head]) -> pl.DataFrame:
    """The columns of the heads, by their place; rows that are empty in all of them are left out."""
    pieces = []
    while piece := list(islice(rows, _PIECE)):
        cells = list(zip(*piece, strict=True))
        pieces.append(pl.DataFrame({f"{h.place}": column_of(cells[h.place], h.kind) for h in heads}))
    if not pieces:
        return pl.DataFrame({f"{head.place}": column_of((), head.kind) for head in heads})
    table = pl.concat(pieces, how="vertical_relaxed")
    return table.filter(~pl.all_horizontal(pl.all().is_null()))


def column_of(cells: Sequence[Any], kind: Kind) -> pl.Series:
    values = list(cells)
    if kind is Kind.CLOCK:
        return moments_of(values)
    if kind is Kind.DURATION:
        return durations(values)
    return words(values) if kind is Kind.WORD else numbers(values)


def said(book: CalamineWorkbook) -> Said:
    """What ``Info`` or ``Global_Info`` says: the row below the one that begins with ``Channel``."""
    name = next((sheet for sheet in book.sheet_names if "info" in sheet.lower()), None)
    if name is None:
        return Said()
    rows = list(islice(book.get_sheet_by_name(name).iter_rows(), HEAD_WITHIN))
    meta: dict[str, Any] = {}
    start: datetime | None = None
    for above, below in pairwise(rows):
        slugs = [split_unit(title)[0] for title in texts(above)]
        if "schedulefilename" not in slugs:
            continue
        meta |= {
            _SAID[s]: _plain(cell) for s, cell in zip(slugs, below, strict=False) if s in _SAID and cell != ""
        }
        starts = [cell for slug, cell in zip(slugs, below, strict=False) if slug == "startdatetime"]
        start = next((cell for cell in starts if isinstance(cell, datetime)), None)
        break
    title = _title(rows)
    hints = [title, str(meta.get("item_id", "")), str(meta.get("comment", ""))]
    meta |= {"test_name": title} if title else {}
    return Said(meta, start, title, tuple(dict.fromkeys(hint for hint in hints if hint)))


def _title(rows: list[Row]) -> str:
    """The test's name stands below ``TEST REPORT``."""
    for above, below in pairwise(rows):
        for cell, under in zip(above, below, strict=False):
            if str(cell).strip().upper() == "TEST REPORT":
                return str(under).strip()
    return ""


def _plain(cell: Any) -> Any:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
