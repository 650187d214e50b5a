"""The rows of an Access database (Jet 4) as columns: numbers all at once, texts one by one.

A row is a count of its columns, the fixed columns, the texts, where each text begins (from the back), and one bit per
column that says whether it has a value.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

_TEXT, _BOOLEAN, _MEMO = 10, 1, 12
_NUMBERS = {2: "u1", 3: "<i2", 4: "<i4", 5: "<i8", 6: "<f4", 7: "<f8", 8: "<f8"}
_MOST_TEXTS = 200_000

Bytes = npt.NDArray[np.uint8]


class ShortRow(Exception):
    """A row ends before one of its columns does."""


@dataclass(frozen=True)
class Column:
    """``number`` is its bit in the null mask, ``text_place`` its place among the texts of a row."""

    name: str
    kind: int
    number: int
    text_place: int
    fixed: bool
    offset: int


@dataclass(frozen=True)
class Rows:
    """First byte and end of every row in the file."""

    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]


def values(raw: Bytes, rows: Rows, column: Column) -> pl.Series | None:
    """The column of every row; None for kinds that no measurement needs. Raises ShortRow."""
    if column.kind == _BOOLEAN:
        return pl.Series(column.name, _has_value(raw, rows, column))
    if column.fixed and column.kind in _NUMBERS:
        return _numbers(raw, rows, column)
    if column.kind in (_TEXT, _MEMO) and not column.fixed and len(rows.start) <= _MOST_TEXTS:
        return pl.Series(column.name, _texts(raw, rows, column), dtype=pl.String)
    return None


def _has_value(raw: Bytes, rows: Rows, column: Column) -> npt.NDArray[np.bool_]:
    """The bit of the column in the mask at the end of each row; rows older than the column have none."""
    if not len(rows.start):
        return np.zeros(0, bool)
    counts = _gather(raw, rows, rows.start, "<u2").astype(np.int64)
    place = rows.end - (counts + 7) // 8 + column.number // 8
    bits = raw[np.clip(place, 0, len(raw) - 1)]
    has: npt.NDArray[np.bool_] = (bits >> (column.number % 8) & 1 == 1) & (column.number < counts)
    return has


def _gather(raw: Bytes, rows: Rows, places: npt.NDArray[np.int64], kind: str) -> npt.NDArray[np.generic]:
    """Numbers that begin at these places, each inside its row."""
    width = np.dtype(kind).itemsize
    if (places + width > rows.end).any():
        raise ShortRow
    found: npt.NDArray[np.generic] = raw[places[:, None] + np.arange(width)].view(kind)[:, 0]
    return found


def _numbers(raw: Bytes, rows: Rows, column: Column) -> pl.Series:
    has = _has_value(raw, rows, column)
    kind = _NUMBERS[column.kind]
    values = np.zeros(len(has), np.dtype(kind).newbyteorder("="))
    if has.any():
        some = Rows(rows.start[has], rows.end[has])
        values[has] = _gather(raw, some, some.start + 2 + column.offset, kind)
    series = pl.Series(column.name, values)
    return series if has.all() else series.set(pl.Series(~has), None)


def _texts(raw: Bytes, rows: Rows, column: Column) -> list[str | None]:
    has = _has_value(raw, rows, column)
    return [
        _text(raw[start:end].tobytes(), column) if some else None
        for start, end, some in zip(rows.start, rows.end, has, strict=True)
    ]


def _text(row: bytes, column: Column) -> str | None:
    """The text at its place among the texts of a row; a long one, which stands elsewhere, is left out."""
    tail = len(row) - (int.from_bytes(row[:2], "little") + 7) // 8
    place = tail - 2 - 2 * (column.text_place + 1)
    if place < 2 or column.text_place >= int.from_bytes(row[tail - 2 : tail], "little"):
        return None
    (begin,) = struct.unpack_from("<H", row, place)
    (end,) = struct.unpack_from("<H", row, place - 2)
    raw = row[begin:end]
    if column.kind == _MEMO:
        inline = len(raw) >= 12 and raw[3] & 0x80
        raw = raw[12:] if inline else b""
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("latin-1")
    return raw.decode("utf-16-le", errors="replace")
