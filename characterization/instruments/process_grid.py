"""A furnace's log as rows of cells, from text in any encoding or from a workbook, with its line of heads found."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from characterization.instruments.base import UnreadableFile
from characterization.instruments.process_heads import Head, heads_of, is_foreign, is_log, unit_named
from characterization.instruments.textual import MOST_TEXT_BYTES, unify
from characterization.instruments.workbook import Row, opened

HEAD_WITHIN = 300
LONGEST_LINE = 20_000
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHINESE = re.compile("时间|日期|温度|压力|压强|真空|流量|设定|测量|炉")


@dataclass
class Grid:
    """``rows`` are those below the heads; ``said`` are the texts above them. ``open_end``: no line break at the end."""

    heads: list[Head]
    titles: list[str]
    rows: list[Row]
    said: list[str] = field(default_factory=list)
    open_end: bool = False
    repeated: int = 0
    sheet: str = ""


def text_of(raw: bytes) -> str:
    """The text, whichever encoding: a mark is believed, then NULs at every other byte, UTF-8, Chinese, Western."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return unify(raw.decode(encoding, errors="replace"))
    sample = raw[:2000]
    for encoding, odd in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(sample) > 20 and sample[odd::2].count(0) > 0.6 * len(sample[odd::2]):
            return unify(raw.decode(encoding, errors="replace"))
    try:
        return unify(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":  # the last letter is cut in two
            return unify(raw[: error.start].decode("utf-8"))
    chinese = raw.decode("gb18030", errors="replace")
    return unify(chinese if _CHINESE.search(chinese) else raw.decode("cp1252", errors="replace"))


def separators(lines: list[str]) -> list[str]:
    """What may part the cells of these lines, likeliest first; the empty one stands for two blanks or more."""
    found = [mark for mark in ("\t", ";", ",", "|") if any(mark in line for line in lines)]
    return [*found, ""]


def split(line: str, separator: str) -> list[str]:
    if not separator:
        return [cell for cell in re.split(r"\s{2,}|\t", line.strip()) if cell]
    if '"' not in line:
        return [cell.strip() for cell in line.split(separator)]
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    except csv.Error:
        return [cell.strip() for cell in line.split(separator)]


def head_place(lines: Iterable[list[str]]) -> tuple[int, list[str], list[str]] | None:
    """The row of heads, its cells and the cells of the units' row below it (empty where there is none)."""
    rows = list(lines)
    if any(is_foreign(" ".join(cells)) for cells in rows):
        return None
    for place, cells in enumerate(rows):
        if len(cells) < 2:
            continue
        below = rows[place + 1] if place + 1 < len(rows) else []
        units = below if _is_units(below) else []
        if is_log(cells, heads_of(cells, units)):
            return place, cells, units
    return None


def _is_units(cells: list[str]) -> bool:
    """A row of nothing but units, in brackets or not, and blanks; dates have ``h:mm:ss`` for theirs."""
    words = [cell.strip("()[]（） ") for cell in cells if cell.strip("()[]（） -")]
    known = [word for word in words if unit_named(word)]
    return bool(known) and not any(re.search(r"\d", word) and not unit_named(word) for word in words)


def text_grid(path: Path) -> Grid | None:
    """The log in a text; None where no line of it is that of a log's heads."""
    if path.stat().st_size > MOST_TEXT_BYTES // 4:
        raise UnreadableFile(
            "too_large", f"{path.name} has more than 256 MiB; a log of a process has less.", "Split it."
        )
    text = text_of(path.read_bytes())
    lines = text.split("\n")
    for separator in separators(lines[:HEAD_WITHIN]):
        near = [split(line[:LONGEST_LINE], separator) for line in lines[:HEAD_WITHIN]]
        found = head_place(near)
        if found is not None:
            place, titles, units = found
            grid = Grid(heads_of(titles, units), titles, [], _texts(near[:place]), not text.endswith("\n"))
            body = (
                split(line[:LONGEST_LINE], separator)
                for line in lines[place + 1 + bool(units) :]
                if line.strip()
            )
            return _filled(grid, body, titles, units)
    return None


def book_grid(path: Path) -> Grid | None:
    """The log in a workbook: the first sheet with such heads; None where no sheet has them."""
    with opened(path) as book:
        sheets = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=True) for name in book.sheet_names
        }
    if any(is_foreign(text) for rows in sheets.values() for text in _words(rows)):
        return None
    found = (_sheet_grid(rows, name) for name, rows in sheets.items())
    return next((grid for grid in found if grid is not None), None)


def _words(rows: list[Row]) -> list[str]:
    return [cell for row in rows[:HEAD_WITHIN] for cell in row if isinstance(cell, str)]


def _sheet_grid(rows: list[Row], name: str) -> Grid | None:
    near = [
        [str(cell).strip() if isinstance(cell, str) else "" for cell in row] for row in rows[:HEAD_WITHIN]
    ]
    found = head_place(near)
    if found is None:
        return None
    place, titles, units = found
    said = [
        *_texts(near[:place]),
        *(str(cell) for row in rows[:place] for cell in row if hasattr(cell, "year")),
    ]
    grid = Grid(heads_of(titles, units), titles, [], said, sheet=name)
    body = (row for row in rows[place + 1 + bool(units) :] if any(cell not in ("", None) for cell in row))
    return _filled(grid, body, titles, units)


def _filled(grid: Grid, body: Iterable[Row], titles: list[str], units: list[str]) -> Grid:
    """The rows below the heads; heads that are written again, after a new start of the recorder, are left out."""
    again = {_bare(titles), _bare(units)} - {()}
    for row in body:
        if isinstance(row[0] if row else "", str) and _bare(row) in again:
            grid.repeated += _bare(row) == _bare(titles)
        else:
            grid.rows.append(row)
    return grid


def _bare(cells: Row) -> tuple[str, ...]:
    texts = [str(cell).strip() for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _texts(rows: Iterable[list[str]]) -> list[str]:
    return [" ".join(cell for cell in row if cell)[:300] for row in rows if any(row)][:60]
