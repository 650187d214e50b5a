"""The rows of an exported table, from text to cells: whether every line is whole and as wide as the others."""

from __future__ import annotations

import csv
import re

import numpy as np
import polars as pl

from characterization.instruments.base import Flag, UnreadableFile

AGAIN = "Export it again on the instrument; the file that arrived is kept."
MOST_COLUMNS, MOST_CELLS = 2000, 400_000_000
SAMPLE_CHARS = 20_000
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


def whole_lines(body: str, separator: str, name: str, flags: list[Flag]) -> str:
    """The body without a last line that is cut. Raises ``truncated`` where that line has not even an end."""
    ended = body.endswith("\n")
    bare = body.rstrip("\n")
    above, _, last = bare.rpartition("\n")
    before = above.rstrip("\n").rpartition("\n")[2]
    cells, usual = last.count(separator) + 1, before.count(separator) + 1
    if not before or '"' in last or cells >= usual:
        if not ended:
            _refuse_cut_number(above.rstrip("\n").rsplit("\n", 5)[-5:], last, separator, name)
            text = "The last line does not end in a line break: its last number may be cut off."
            flags.append(Flag("last_line_open", text))
        return bare + "\n"
    if not ended:
        raise UnreadableFile(
            "truncated", f"{name} ends in the middle of a row: {cells} of {usual} columns.", AGAIN
        )
    text = (
        f"The last line is cut off after {cells} of {usual} columns and is left out: the export did not end, or was "
        "cut. The whole lines above it are read."
    )
    flags.append(Flag("last_line_cut", text))
    return above + "\n"


def _refuse_cut_number(before: list[str], last: str, separator: str, name: str) -> None:
    """A last number without an end and with fewer decimals than all those before it is cut."""
    decimals = [len(re.split(r"[.,]", line.rpartition(separator)[2])[-1]) for line in [*before, last]]
    marked = [bool(re.search(r"\d[.,]\d*$", line.rpartition(separator)[2])) for line in before]
    if len(before) > 2 and all(marked) and len(set(decimals[:-1])) == 1 and decimals[-1] < decimals[0]:
        raise UnreadableFile(
            "truncated", f"{name} ends in the middle of the last number of its last row.", AGAIN
        )


def parsed(
    body: str, separator: str, named: int, name: str, flags: list[Flag], places: list[int] | None
) -> pl.DataFrame:
    """The cells of the columns at ``places`` (None: of all) as text.

    Raises ``damaged`` where a few lines have another number of cells than all the others.
    """
    quoted, raw = '"' in body, body.encode()
    width = max(named, _widest(body, separator) if quoted else _even_width(raw, separator, name, flags))
    rows = raw.count(b"\n")
    if width > MOST_COLUMNS or width * rows > MOST_CELLS:
        raise UnreadableFile("too_large", f"{name} holds {rows:,} rows of {width:,} columns.", "Split it.")
    try:
        cells = pl.read_csv(
            raw,
            separator=separator,
            has_header=False,
            schema={str(place): pl.String() for place in range(width)},
            quote_char='"' if quoted else None,
            infer_schema=False,
            truncate_ragged_lines=True,
            missing_columns="insert",
            columns=places or None,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).splitlines()[0][:200]
        raise UnreadableFile("damaged", f"{name} is damaged: {reason}.", AGAIN) from error
    if quoted:
        _check_quotes(body, cells.height, name)
    blank = cells.to_series(0).null_count() > 0
    return cells.filter(~pl.all_horizontal(pl.all().is_null())) if blank else cells


def _check_quotes(body: str, height: int, name: str) -> None:
    lines = body.count("\n")
    if lines != height:
        text = f"{name} is damaged: {lines:,} lines make {height:,} rows, a quotation mark is missing or too many."
        raise UnreadableFile("damaged", text, AGAIN)


def _widest(body: str, separator: str) -> int:
    return max((len(cells_of(line, separator)) for line in body[:SAMPLE_CHARS].split("\n")[:-1]), default=1)


def _even_width(raw: bytes, separator: str, name: str, flags: list[Flag]) -> int:
    """Cells per line. Raises ``damaged`` where at most a hundredth of the lines differ from the others; where more
    do, that is said. ``raw`` ends in a line break.
    """
    letters = np.frombuffer(raw, np.uint8)
    first = raw.partition(b"\n")[0].count(separator.encode())
    ends = np.flatnonzero(letters == ord("\n"))
    marks = letters == ord(separator)
    if first and np.count_nonzero(marks) == first * ends.size and b"\n\n" not in raw:
        return first + 1
    counts = np.diff(np.searchsorted(np.flatnonzero(marks), ends), prepend=0)
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
    again = pl.lit(True)
    for column in cells.columns[:4]:
        title = titles[int(column)].strip("~") if int(column) < len(titles) else ""
        again &= pl.col(column).fill_null("").str.strip_chars().str.strip_chars("~") == title
    count = int(cells.select(again.sum()).item())
    if not count:
        return cells
    flags.append(
        Flag("heads_again", f"The line of titles stands {count + 1} times: several exports were joined.")
    )
    return cells.filter(~again)
