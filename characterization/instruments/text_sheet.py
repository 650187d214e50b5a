"""An exported table with lines of text above it: header, titles, and all its cells as text in a polars table.

Which line holds the titles is for the reader of the format to say. Rows are neither added nor dropped; blank lines and
repeated titles are no rows. A table whose lines are not alike is damaged, one that ends within a line is cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from characterization.instruments.base import Flag, UnreadableFile
from characterization.instruments.cycler_numbers import Decimals, decimals_of
from characterization.instruments.delimited import load
from characterization.instruments.text_sheet_rows import (
    AGAIN,
    MOST_COLUMNS,
    SAMPLE_BYTES,
    cells_of,
    parsed,
    whole_lines,
    without_titles,
)

TITLES_WITHIN = 300
_HEADER_BYTES = 2_000_000
_MOMENT = re.compile(r"(\d{1,4}[./-]\d{1,2}[./-]\d{1,4})[ \t]+(\d{1,2}:\d{2})")

IsTitles = Callable[[list[str]], bool]
Wanted = Callable[[list[str]], list[int]]


@dataclass
class Sheet:
    """``cells`` has one String column per column of the file, named by its place (``0``, ``1``); ``header`` are the
    lines above the titles."""

    name: str
    header: list[str]
    titles: list[str]
    cells: pl.DataFrame
    decimals: Decimals = Decimals.POINT
    flags: list[Flag] = field(default_factory=list)

    def column(self, place: int) -> pl.Series:
        return self.cells[str(place)]


def separators_of(line: str) -> list[str]:
    """What may part the cells of a line, likeliest first; the last resort is blanks."""
    return [*(mark for mark in ("\t", ";", ",", "|") if mark in line), " "]


def find_titles(lines: list[str], is_titles: IsTitles) -> tuple[int, str, list[str]] | None:
    """Place, separator and titles of the first line that is one of titles; None where no line is."""
    for place, line in enumerate(lines[:TITLES_WITHIN]):
        if not 2 < len(line) < 50_000:
            continue
        for separator in separators_of(line):
            titles = cells_of(line, separator)
            if 1 < len(titles) <= MOST_COLUMNS and is_titles(titles):
                return place, separator, titles
    return None


def read_sheet(path: Path, is_titles: IsTitles, wanted: Wanted | None = None) -> Sheet:
    """The table of a file, of its columns those that ``wanted`` picks by their titles (without it all).

    Raises UnreadableFile ``not_this_format`` where no line of it is a line of titles.
    """
    raw = load(path).raw
    lines, found = _titles_in(raw, is_titles)
    if found is None:
        raise UnreadableFile(
            "not_this_format", f"{path.name} has no line of titles that this reader knows.", AGAIN
        )
    place, separator, titles = found
    body = raw[sum(len(line) + 1 for line in lines[: place + 1]) :]
    if not body or body.isspace():
        raise UnreadableFile("empty", f"{path.name} has a line of titles and no rows.", AGAIN)
    header = [line.decode(errors="replace") for line in lines[:place]]
    return _sheet(path.name, header, titles, body, separator, wanted)


def _titles_in(raw: bytes, is_titles: IsTitles) -> tuple[list[bytes], tuple[int, str, list[str]] | None]:
    lines = raw[:_HEADER_BYTES].split(b"\n", TITLES_WITHIN)[:TITLES_WITHIN]
    return lines, find_titles([line.decode(errors="replace") for line in lines], is_titles)


def _sheet(
    name: str, header: list[str], titles: list[str], body: bytes, separator: str, wanted: Wanted | None
) -> Sheet:
    if separator == " ":
        body, separator = _tabbed(body.decode(errors="replace"), titles, name).encode(), "\t"
    flags: list[Flag] = []
    body = whole_lines(body, separator, name, flags)
    cells = without_titles(
        parsed(body, separator, len(titles), name, flags, wanted(titles) if wanted else None), titles, flags
    )
    if not cells.height:
        raise UnreadableFile("empty", f"{name} has a line of titles and no rows.", AGAIN)
    sample = body[:SAMPLE_BYTES].decode(errors="replace")
    return Sheet(name, header, titles, cells, decimals_of(sample, separator), flags)


def _tabbed(body: str, titles: list[str], name: str) -> str:
    """The body with tabs for blanks. Where each row has one cell more than there are titles and holds a date with a
    time behind it, these are one cell."""
    bare = re.sub(r"(?m)^[ \t]+|[ \t]+$", "", body)
    first = next(line for line in bare.split("\n") if line)
    if len(first.split()) == len(titles) + 1 and _MOMENT.search(first):
        bare = _MOMENT.sub(r"\1T\2", bare)
    tabbed = re.sub(r"[ \t]+", "\t", bare)
    _refuse_shifted(tabbed, titles, name)
    return tabbed


def _refuse_shifted(body: str, titles: list[str], name: str) -> None:
    """Where blanks part the cells, a blank within a cell shifts all that follow: titles and rows must be as many."""
    first = next(line for line in body.split("\n") if line)
    if (width := first.count("\t") + 1) != len(titles):
        text = f"{name} is parted by blanks and has {len(titles)} titles above rows of {width} cells."
        raise UnreadableFile(
            "needs_mapping", text, "Export it with tabs or semicolons between the columns.", titles
        )
