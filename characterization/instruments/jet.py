"""Access databases of the Jet 4 kind: tables of numbers and short texts, read straight from their pages.

A database is a row of pages of 4,096 bytes. Page 0 says what it is, page 2 begins the definition of the
catalogue (MSysObjects), which names the page of every other table's definition. A definition (type 2) holds
the number of rows, the columns with their types and places, and their names; it may go on in further pages. A
data page (type 1) names the table it belongs to and where its rows begin; rows are packed from the end of the
page. A row is a count of columns, the fixed columns, the texts, where each text begins, and one bit per
column that says whether it has a value (a boolean is that bit). Rows stand in no order.

Layout after the notes of the mdbtools project (HACKING) and the fact that all of it can be checked by row counts:
what is read is held against the number of rows that the definition states, so a cut file cannot pass as whole.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from characterization.instruments import jet_rows
from characterization.instruments.archive import COPY_AGAIN
from characterization.instruments.base import UnreadableFile
from characterization.instruments.jet_rows import Bytes, Column, Rows

MAGIC = b"\x00\x01\x00\x00Standard Jet DB\x00"
PAGE = 4096
MOST_BYTES = 2 * 1024**3
_DATA, _DEFINITION = 1, 2
_CATALOGUE = 2
_MOST_PARTS = 64


@dataclass(frozen=True)
class Definition:
    page: int
    rows: int
    columns: dict[str, Column]


class JetDatabase:
    """One database file. Every method raises UnreadableFile where the file is cut, damaged or no Jet 4."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(len(MAGIC) + 1)
        if not head.startswith(MAGIC[:19]):
            raise UnreadableFile("not_this_format", f"{path.name} is no Access database.", COPY_AGAIN)
        if size % PAGE or size < 3 * PAGE:
            raise UnreadableFile(
                "truncated",
                f"{path.name} is cut off: an Access database is made of pages of 4,096 bytes, and {size:,} bytes "
                f"arrived, {size // PAGE:,} pages and {size % PAGE:,} bytes.",
                COPY_AGAIN,
            )
        if len(head) <= 20 or head[20] != 1:
            raise UnreadableFile(
                "unsupported",
                f"{path.name} is an Access database of another version than Jet 4 (Access 2000 to 2003).",
                "Save it as an Access 2000 database (.mdb), or export the channel as .csv.",
            )
        if size > MOST_BYTES:
            raise UnreadableFile("too_large", f"{path.name} has {size:,} bytes, more than Jet can hold.")
        self._bytes: Bytes = np.memmap(path, dtype=np.uint8, mode="r")
        self._pages = self._bytes.reshape(-1, PAGE)
        words = self._pages[:, 4:8].copy().view("<u4")[:, 0]
        self._owners = np.where(self._pages[:, 0] == _DATA, words, 0)
        self._tables = self._catalogue()

    @property
    def tables(self) -> list[str]:
        return list(self._tables)

    def definition(self, table: str) -> Definition | None:
        """Columns and stated number of rows of a table, None where the database has no such table."""
        page = self._tables.get(table)
        return None if page is None else self._define(page)

    def read(self, table: str, wanted: tuple[str, ...] = ()) -> pl.DataFrame:
        """The rows of a table in the order of the file, by default all of its columns that are numbers, booleans
        or short texts; an empty frame where there is no such table.

        Raises UnreadableFile ``truncated`` where fewer rows are there than the definition states.
        """
        definition = self.definition(table)
        if definition is None:
            return pl.DataFrame()
        columns = [c for name, c in definition.columns.items() if not wanted or name in wanted]
        return self._frame(columns, self._all_rows(definition, table))

    def _all_rows(self, definition: Definition, table: str) -> Rows:
        rows = self._rows(definition.page)
        if len(rows.start) < definition.rows:
            raise UnreadableFile(
                "truncated",
                f"{self.name} is cut off: {table} should hold {definition.rows:,} rows, "
                f"{len(rows.start):,} are there.",
                COPY_AGAIN,
            )
        return rows

    def _frame(self, columns: list[Column], rows: Rows) -> pl.DataFrame:
        try:
            found = [jet_rows.values(self._bytes, rows, column) for column in columns]
        except jet_rows.ShortRow as error:
            raise self._damaged("a row is shorter than its columns") from error
        return pl.DataFrame([series for series in found if series is not None])

    def _catalogue(self) -> dict[str, int]:
        catalogue = self._define(_CATALOGUE)
        wanted = [column for name, column in catalogue.columns.items() if name in ("Id", "Name", "Type")]
        names = self._frame(wanted, self._all_rows(catalogue, "its catalogue of tables"))
        if not {"Id", "Name", "Type"}.issubset(names.columns):
            raise self._damaged("its catalogue of tables cannot be read")
        tables = names.filter((pl.col("Type") == 1) & pl.col("Name").is_not_null())
        return {name: number & 0xFFFFFF for name, number in tables.select("Name", "Id").iter_rows()}

    def _damaged(self, why: str) -> UnreadableFile:
        return UnreadableFile("damaged", f"{self.name} is damaged: {why}.", COPY_AGAIN)

    def _page(self, number: int) -> Bytes:
        if not 0 < number < len(self._pages):
            raise UnreadableFile(
                "truncated",
                f"{self.name} is cut off: it speaks of page {number:,}, and {len(self._pages):,} pages arrived.",
                COPY_AGAIN,
            )
        page: Bytes = self._pages[number]
        return page

    def _definition_bytes(self, page: int) -> bytes:
        """A definition with its further pages behind it."""
        first = self._page(page).tobytes()
        if first[0] != _DEFINITION:
            raise self._damaged(f"page {page:,} should define a table and does not")
        parts, seen, following = [first], {page}, int.from_bytes(first[4:8], "little")
        while following and following not in seen and len(parts) < _MOST_PARTS:
            part = self._page(following).tobytes()
            seen.add(following)
            parts.append(part[8:])
            following = int.from_bytes(part[4:8], "little")
        return b"".join(parts)

    def _define(self, page: int) -> Definition:
        raw = self._definition_bytes(page)
        (rows,) = struct.unpack_from("<I", raw, 16)
        (count,) = struct.unpack_from("<H", raw, 45)
        (indices,) = struct.unpack_from("<I", raw, 51)
        place, names_at = 63 + 12 * indices, 63 + 12 * indices + 25 * count
        columns: dict[str, Column] = {}
        try:
            for entry in range(place, names_at, 25):
                kind, number, text_place = struct.unpack_from("<B4xHH", raw, entry)
                flags, offset = raw[entry + 15], struct.unpack_from("<H", raw, entry + 21)[0]
                (length,) = struct.unpack_from("<H", raw, names_at)
                name = raw[names_at + 2 : names_at + 2 + length].decode("utf-16-le", errors="replace")
                columns[name] = Column(name, kind, number, text_place, bool(flags & 1), offset)
                names_at += 2 + length
        except (struct.error, IndexError) as error:
            raise self._damaged(f"the definition of a table on page {page:,} cannot be read") from error
        return Definition(page, rows, columns)

    def _rows(self, table: int) -> Rows:
        """Where the rows of a table stand; deleted ones are left out."""
        numbers = np.flatnonzero(self._owners == table)
        if not len(numbers):
            nothing = np.zeros(0, np.int64)
            return Rows(nothing, nothing)
        pages = self._pages[numbers]
        counts = pages[:, 12:14].copy().view("<u2")[:, 0].astype(np.int64)
        most = int(counts.max())
        if 14 + 2 * most > PAGE:
            raise self._damaged(f"a page speaks of {most:,} rows, more than fit on one")
        marks = pages[:, 14 : 14 + 2 * most].copy().view("<u2")
        place = (marks & 0x1FFF).astype(np.int64)
        there = np.arange(most) < counts[:, None]
        ends = np.concatenate([np.full((len(numbers), 1), PAGE), place[:, :-1]], axis=1)
        if ((place > ends) & there).any():
            raise self._damaged("the rows of a page overlap")
        base = (numbers * PAGE)[:, None]
        kept = there & (marks & 0x8000 == 0)
        start, end = (base + place)[kept], (base + ends)[kept]
        moved = (marks & 0x4000 != 0)[kept]
        for row in np.flatnonzero(moved):
            start[row], end[row] = self._moved_to(int(start[row]))
        return Rows(start, end)

    def _moved_to(self, start: int) -> tuple[int, int]:
        """A row that outgrew its page stands on another; four bytes say where."""
        pointer = int.from_bytes(self._bytes[start : start + 4].tobytes(), "little")
        row, number = pointer & 0xFF, pointer >> 8
        page = self._page(number)
        marks = page[14 : 14 + 2 * (row + 1)].copy().view("<u2") & 0x1FFF
        end = PAGE if row == 0 else int(marks[row - 1])
        if int(marks[row]) > end:
            raise self._damaged("a row that was moved cannot be found")
        return number * PAGE + int(marks[row]), number * PAGE + end
