"""The rows of an exported table, from text to cells: whether every line is whole and as wide as the others."""

from __future__ import annotations

import csv
import re

import numpy as np
import polars as pl

from characterization.instruments.base import Flag, UnreadableFile
from characterization.instruments.delimited import is_even

AGAIN = "Export it again on the instrument; the file that arrived is kept."
MOST_COLUMNS, MOST_CELLS = 2000, 400_000_000
SAMPLE_BYTES, _TAIL_BYTES = 20_000, 1_000_000
_UNEVEN_SHARE = 0.01


def cells_of(line: str, separator: str) -> list[str]:
    if separator == " ":
        return line.split()
    if '"' not in line:
        return [cell.strip() for cell in line.split(separator)]
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    except (csv.Error, StopIteration):
        return [cell.strip() for cell in line.split(separator)]


def whole_lines(body: bytes, separator: str, name: str, flags: list[Flag]) -> bytes:
    """The body without a last line that is cut. Raises ``truncated`` where that line has not even an end."""
    ended = body.endswith(b"\n")
    stop = len(body)
    while body[stop - 1 : stop] == b"\n":
        stop -= 1
    begin = body.rfind(b"\n", 0, stop) + 1
    last = body[begin:stop].decode(errors="replace")
    above = body[max(begin - _TAIL_BYTES, 0) : begin].rstrip(b"\n").decode(errors="replace").split("\n")[-5:]
    before = above[-1]
    cells, usual = last.count(separator) + 1, before.count(separator) + 1
    if not before or '"' in last or cells >= usual:
        if not ended:
            _refuse_cut_number(above, last, separator, name)
            text = "The last line does not end in a line break: its last number may be cut off."
            flags.append(Flag("last_line_open", text))
        return body if len(body) == stop + 1 else body[:stop] + b"\n"
    if not ended:
        raise UnreadableFile(
            "truncated", f"{name} ends in the middle of a row: {cells} of {usual} columns.", AGAIN
        )
    text = (
        f"The last line is cut off after {cells} of {usual} columns and is left out: the export did not end, or was "
        "cut. The whole lines above it are read."
    )
    flags.append(Flag("last_line_cut", text))
    return body[:begin]


def _refuse_cut_number(before: list[str], last: str, separator: str, name: str) -> None:
    """A last number without an end and with fewer decimals than all those before it is cut."""
    decimals = [len(re.split(r"[.,]", line.rpartition(separator)[2])[-1]) for line in [*before, last]]
    marked = [bool(re.search(r"\d[.,]\d*$", line.rpartition(separator)[2])) for line in before]
    if len(before) > 2 and all(marked) and len(set(decimals[:-1])) == 1 and decimals[-1] < decimals[0]:
        raise UnreadableFile(
            "truncated", f"{name} ends in the middle of the last number of its last row.", AGAIN
        )


def parsed(
    raw: bytes, separator: str, named: int, name: str, flags: list[Flag], places: list[int] | None
) -> pl.DataFrame:
    """The cells of the columns at ``places`` (None: of all) as text.

    Raises ``damaged`` where a few lines have another number of cells than all the others.
    """
    quoted, rows = b'"' in raw, raw.count(b"\n")
    width = raw.count(separator.encode(), 0, raw.find(b"\n")) + 1
    if quoted:
        width = _widest(raw, separator)
    elif width == 1 or not is_even(raw, separator, width):
        width = _counted_width(raw, separator, name, flags)
    cells = _parted(raw, separator, max(named, width), places, name)
    if quoted:
        _check_quotes(rows, cells.height, name)
    blank = cells.to_series(0).null_count() > 0
    return cells.filter(~pl.all_horizontal(pl.all().is_null())) if blank else cells


def _parted(raw: bytes, separator: str, width: int, places: list[int] | None, name: str) -> pl.DataFrame:
    rows = raw.count(b"\n")
    if width > MOST_COLUMNS or width * rows > MOST_CELLS:
        raise UnreadableFile("too_large", f"{name} holds {rows:,} rows of {width:,} columns.", "Split it.")
    try:
        return pl.read_csv(
            raw,
            separator=separator,
            has_header=False,
            schema={str(place): pl.String() for place in range(width)},
            quote_char='"' if b'"' in raw else None,
            infer_schema=False,
            truncate_ragged_lines=True,
            missing_columns="insert",
            columns=places or None,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).splitlines()[0][:200]
        raise UnreadableFile("damaged", f"{name} is damaged: {reason}.", AGAIN) from error


def _check_quotes(lines: int, height: int, name: str) -> None:
    if lines != height:
        text = f"{name} is damaged: {lines:,} lines make {height:,} rows, a quotation mark is missing or too many."
        raise UnreadableFile("damaged", text, AGAIN)


def _widest(raw: bytes, separator: str) -> int:
    sample = raw[:SAMPLE_BYTES].decode(errors="replace")
    return max((len(cells_of(line, separator)) for line in sample.split("\n")[:-1]), default=1)


def _counted_width(raw: bytes, separator: str, name: str, flags: list[Flag]) -> int:
    """Cells per line. Raises ``damaged`` where at most a hundredth of the lines differ from the others; where more
    do, that is said. ``raw`` ends in a line break.
    """
    letters = np.frombuffer(raw, np.uint8)
    ends = np.flatnonzero(letters == ord("\n"))
    marks = np.flatnonzero(letters == ord(separator))
    counts = np.diff(np.searchsorted(marks, ends), prepend=0)
    full = np.diff(ends, prepend=-1) > counts + 1
    usual = int(np.bincount(counts[full]).argmax()) if full.any() else 0
    odd = np.flatnonzero(full & (counts != usual))
    if 0 < odd.size <= max(3, _UNEVEN_SHARE * full.sum()) and full.sum() > odd.size * 2:
        row = int(full[: odd[0] + 1].sum())
        text = (
            f"{name} is damaged: row {row:,} has {counts[odd[0]] + 1} columns, the others have {usual + 1}."
        )
        raise UnreadableFile("damaged", text, AGAIN)
    if odd.size:
        text = f"{odd.size:,} of {int(full.sum()):,} rows have another number of columns than the {usual + 1} of most."
        flags.append(Flag("rows_uneven", text))
    return int(counts.max()) + 1


def without_titles(cells: pl.DataFrame, titles: list[str], flags: list[Flag]) -> pl.DataFrame:
    """Titles that stand again among the rows, as where exports were joined, are no rows."""
    again = _is_title(cells, titles, cells.columns[0])
    for column in cells.columns[1:4]:
        if not again.any():
            return cells
        again &= _is_title(cells, titles, column)
    flags.append(
        Flag(
            "heads_again", f"The line of titles stands {again.sum() + 1} times: several exports were joined."
        )
    )
    return cells.filter(~again)


def _is_title(cells: pl.DataFrame, titles: list[str], column: str) -> pl.Series:
    title = titles[int(column)].strip("~") if int(column) < len(titles) else ""
    return cells[column].fill_null("").str.strip_chars(" \t~") == title
