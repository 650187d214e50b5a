"""The rows of an EC-Lab text export as numbers, and whether they are whole.

Rows are numbers parted by tabs, all of one width, with a point or a comma as decimal mark; the last one may end
without a line break. They are handed to polars as they are; what it takes for no number is looked at cell by
cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import polars as pl

from characterization.instruments.base import UnreadableFile
from characterization.instruments.biologic_columns import COUNTS, parse_title

AGAIN = "Export it again from EC-Lab; the file that arrived is kept."
_LINES_ABOVE, _TAIL_BYTES = 20, 65536
_FORMS = {b"0%s%sE+000" % (mark, b"0" * digits) for mark in (b".", b",") for digits in (7, 15)}
"""Numbers as EC-Lab writes them, single and double."""
_SURPLUS = "Ewe-Ece/V"
"""EC-Lab names this column and writes no values for it, in some exports of three-electrode impedance."""


@dataclass
class Rows:
    """``table`` has one column for each title. ``first_line`` is the line of the first row, from 1.

    ``open_end``: the last number may be cut off. ``bad`` says for columns, by their title, how many cells are no
    numbers; ``texts`` holds those without a single number.
    """

    titles: list[str]
    first_line: int
    table: pl.DataFrame = field(default_factory=pl.DataFrame)
    open_end: bool = False
    bad: dict[str, int] = field(default_factory=dict)
    texts: dict[str, pl.Series] = field(default_factory=dict)


@dataclass(frozen=True)
class _Shape:
    """``trailing``: each row has a tab behind its last cell."""

    rows: int
    width: int
    trailing: bool


def read_rows(body: bytes, titles: list[str], first_line: int, name: str) -> Rows:
    """Reads what stands behind the titles; no rows are no error. Raises UnreadableFile ``truncated`` where the
    last row is not whole, ``damaged`` where rows and titles do not agree."""
    found = Rows(titles, first_line)
    whole = body.rstrip(b" \t\r\n")
    if not whole:
        return found
    first = whole[: whole.find(b"\n") if b"\n" in whole else None].rstrip(b"\r")
    trailing = first.endswith(b"\t")
    shape = _Shape(whole.count(b"\n") + 1, first.count(b"\t") + 1 - trailing, trailing)
    if len(titles) == shape.width + 1 and titles[-1] == _SURPLUS and shape.rows > 1:
        found.titles = titles[:-1]
    found.open_end = _open_end(whole, body[len(whole) :], found.titles, name)
    _check_widths(found, whole, shape, name)
    table = _parse(found, whole, shape.width + trailing, name)
    found.table = pl.DataFrame(table.get_columns()[: shape.width])
    return found


def _open_end(whole: bytes, behind: bytes, titles: list[str], name: str) -> bool:
    """Whether the last line has no line break and its last number may be cut off.

    EC-Lab ends files without a line break, and writes every number of a column with the same digits: so a last
    number that looks like those above it is whole. Raises UnreadableFile ``truncated`` where it does not, or
    where cells are missing.
    """
    last, width = whole[whole.rfind(b"\n") + 1 :].split(b"\t"), len(titles)
    if b"\n" in behind and len(last) == width:
        return False
    above = whole[-_TAIL_BYTES:].rsplit(b"\n", _LINES_ABOVE + 1)[-_LINES_ABOVE - 1 : -1]
    forms = {_form(line.rstrip(b"\t\r").rpartition(b"\t")[2]) for line in above}
    if not above and parse_title(titles[-1]).name not in COUNTS:
        forms = {_form(last[-1])} & _FORMS or {min(_FORMS)}
    alike = len(forms) == 1 and b"E" in min(forms)
    cut = alike and _form(last[-1]) not in forms
    if len(last) < width or cut or behind.strip(b" \t").endswith(b"\r"):
        row = whole.count(b"\n") + 1
        raise UnreadableFile(
            "truncated",
            f"{name} ends in the middle of row {row:,}, in its column {len(last)} of {width}.",
            AGAIN,
        )
    return not alike


def _form(cell: bytes) -> bytes:
    """A number with all digits alike and without signs: ``0.0000000E+000``."""
    return re.sub(rb"\d", b"0", cell.strip().lstrip(b"+-")).replace(b"E-", b"E+")


def _check_widths(found: Rows, whole: bytes, shape: _Shape, name: str) -> None:
    width = shape.width
    if width != len(found.titles):
        raise UnreadableFile(
            "damaged",
            f"{name} is damaged: {len(found.titles)} columns are named, the first row has {width}.",
            AGAIN,
        )
    if whole.count(b"\t") == shape.rows * (width - 1 + shape.trailing) - shape.trailing:
        return
    for number, line in enumerate(whole.split(b"\n")):
        cells = line.rstrip(b"\t\r").count(b"\t") + 1
        if cells != width:
            raise UnreadableFile(
                "damaged",
                f"{name} is damaged: line {found.first_line + number:,} has {cells} cells, the first row has {width}.",
                AGAIN,
            )


def _parse(found: Rows, whole: bytes, fields: int, name: str) -> pl.DataFrame:
    if b"," in whole[: whole.find(b"\n")]:
        whole = whole.replace(b",", b".")
    names = [str(place) for place in range(fields)]
    try:
        table = _csv(whole, dict.fromkeys(names, pl.Float64))
        if not any(column.null_count() for column in table.get_columns()[: len(found.titles)]):
            return table
    except pl.exceptions.PolarsError:
        pass
    try:
        table = _csv(whole, dict.fromkeys(names, pl.String))
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0][:200]
        raise UnreadableFile("damaged", f"{name} is damaged: {reason}.", AGAIN) from error
    return _cell_by_cell(found, table)


def _csv(whole: bytes, schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.read_csv(
        whole, separator="\t", has_header=False, schema=schema, quote_char=None, encoding="utf8-lossy"
    )


def _cell_by_cell(found: Rows, table: pl.DataFrame) -> pl.DataFrame:
    """Numbers where there are numbers; the rest is null, and counted by column."""
    cells = table.with_columns(pl.all().str.strip_chars().replace("", None))
    read = cells.with_columns(pl.all().cast(pl.Float64, strict=False))
    for title, column in zip(found.titles, read.columns, strict=False):
        bad = read[column].null_count()
        if bad:
            found.bad[title] = bad
            if bad == read.height:
                found.texts[title] = cells[column]
    return read
