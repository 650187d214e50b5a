"""Measured tables on disk: Parquet that is read by window, and an overview that keeps every extreme.

The overview holds, of each block of rows, its first row and the rows where any column is least or greatest. A
chart of a whole test is thus drawn from some hundredth of its rows and still shows every spike.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

ROW, CLIMBING = "row_of_table", "climbing"
ROW_GROUP, OVERVIEW_GROUP = 65_536, 16_384
BLOCK = 256
SMALL = 8_192
HASHED_AT_ONCE = 2
FIRST_LOOK = 1024
INTEGERS = (np.int8, np.int16, np.int32, np.int64)


def write(table: pl.DataFrame, path: Path) -> None:
    """Zstandard-packed Parquet in row groups that a zoom can pick from by their statistics."""
    table.write_parquet(
        path, compression="zstd", compression_level=1, row_group_size=ROW_GROUP, statistics=True
    )


def write_overview(small: pl.DataFrame, path: Path, whole: pl.DataFrame) -> None:
    """The overview of ``whole``, in small row groups, with the names of the columns that climb through the whole table:
    of these a window is one piece of the rows."""
    climbing = json.dumps([name for name in whole.columns if _climbs(whole[name])])
    small.write_parquet(
        path,
        compression="zstd",
        compression_level=1,
        row_group_size=OVERVIEW_GROUP,
        statistics=True,
        metadata={CLIMBING: climbing},
    )


def climbing_columns(path: Path) -> list[str]:
    """What ``write_overview`` left there; of any other Parquet file none."""
    names: list[str] = json.loads(pl.read_parquet_metadata(path).get(CLIMBING, "[]"))
    return names


def overview(table: pl.DataFrame, block: int = BLOCK) -> pl.DataFrame:
    """The rows to draw a whole table by: at most 2 per block and number column, in order, and in ROW where each stands.

    Small tables stay whole and without ROW. Bytes (the pixels of a picture) are drawn nowhere and are left out.
    """
    table = table.select(pl.exclude(pl.Binary))
    if table.height <= SMALL:
        return table
    keep = [np.arange(0, table.height, block), np.array([table.height - 1])]
    for name in _drawn_columns(table):
        keep.append(_extremes(table[name].cast(pl.Float64).to_numpy(), block))
    rows = np.unique(np.concatenate(keep))
    return table[rows].with_columns(pl.Series(ROW, rows.astype(np.uint32)))


def content_hash(table: pl.DataFrame) -> str:
    """A hash of names and values, equal for the same records in other bytes, whatever the file they came from.

    It is a sha256 over each column's values as little-endian numbers of the least width that holds them all exactly,
    so that it is the same on every machine and with every version of polars, and however wide a number was stored.
    A missing value is not a zero.
    """
    with ThreadPoolExecutor(HASHED_AT_ONCE) as pool:  # hashlib and polars let go of the interpreter's lock
        digests = list(pool.map(_column_hash, table.get_columns()))
    return hashlib.sha256("\n".join([f"{table.height}", *digests]).encode()).hexdigest()


def _column_hash(column: pl.Series) -> str:
    kind, values, texts = _plain(column)
    missing = column.null_count()
    digest = hashlib.sha256()
    if missing:
        digest.update(np.packbits(column.is_null().to_numpy()).data)
        values = values.fill_null(0)
    numbers = _narrow(values.to_numpy())
    digest.update(numbers.astype(numbers.dtype.newbyteorder("<"), copy=False).data)
    digest.update(json.dumps([column.name, kind, numbers.itemsize, texts, missing]).encode())
    return digest.hexdigest()


def _plain(column: pl.Series) -> tuple[str, pl.Series, list[str | None]]:
    """A column as numbers; of texts how often each comes in a row, and beside it the texts themselves."""
    if column.dtype.is_float():
        return "float", (column + 0.0).fill_nan(float("nan")), []  # one zero, one NaN
    if column.dtype == pl.Datetime:
        return "time", column.dt.timestamp("us"), []
    if column.dtype.is_integer() or column.dtype == pl.Boolean:
        return "integer", column.cast(pl.Int64, strict=False), []
    if column.dtype == pl.Binary:
        sums = [None if one is None else hashlib.sha256(one).hexdigest() for one in column.to_list()]
        return "bytes", column.bin.size().cast(pl.Int64), sums
    lengths = _physical(column).rle().struct.field("len").cast(pl.Int64)
    return "text", lengths, column.gather(lengths.cum_sum() - lengths).cast(pl.String).to_list()


def _physical(column: pl.Series) -> pl.Series:
    """What changes where the text does and is quicker to compare: where the texts are known, their numbers."""
    return column.to_physical() if column.dtype in (pl.Categorical, pl.Enum) else column.cast(pl.String)


def _narrow(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The values in the least width that holds each of them exactly: floats in 4 or 8 bytes, integers in 1 to 8."""
    if values.dtype.kind == "f":
        return _narrow_floats(values)
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    kind = next(kind for kind in INTEGERS if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    return np.ascontiguousarray(values, dtype=kind)


def _narrow_floats(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if values.dtype == np.float32:
        return np.ascontiguousarray(values)
    with np.errstate(over="ignore"):
        short = values.astype(np.float32)
    head = slice(
        None, FIRST_LOOK
    )  # most measured columns show in their first rows that they need all 8 bytes
    fits = np.array_equal(short[head], values[head], equal_nan=True)
    fits = fits and np.array_equal(short, values, equal_nan=True)
    return short if fits else np.ascontiguousarray(values)


def _drawn_columns(table: pl.DataFrame) -> list[str]:
    """Columns that can have extremes inside a block: numbers that do not just climb."""
    return [name for name, kind in table.schema.items() if kind.is_numeric() and not _climbs(table[name])]


def _climbs(column: pl.Series) -> bool:
    return column.dtype.is_numeric() and not column.null_count() and column.is_sorted()


def _extremes(values: npt.NDArray[np.float64], block: int) -> npt.NDArray[np.int64]:
    """Where each block is least and greatest; what is missing or infinite is drawn nowhere and is neither."""
    drawn = np.isfinite(values)
    if drawn.all():
        return np.concatenate([_of_blocks(values, block, np.argmin), _of_blocks(values, block, np.argmax)])
    low = _of_blocks(np.where(drawn, values, np.inf), block, np.argmin)
    high = _of_blocks(np.where(drawn, values, -np.inf), block, np.argmax)
    return np.concatenate([low, high])


def _of_blocks(
    values: npt.NDArray[np.float64], block: int, which: Callable[..., Any]
) -> npt.NDArray[np.int64]:
    """Row of the first value of each block that is least or greatest; the last block may be shorter."""
    whole = len(values) // block * block
    rows = np.arange(0, whole, block) + which(values[:whole].reshape(-1, block), axis=1)
    return rows if whole == len(values) else np.append(rows, whole + which(values[whole:]))
