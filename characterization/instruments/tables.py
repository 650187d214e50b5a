"""Measured tables on disk: Parquet that is read by window, and an overview that keeps every extreme.

The overview holds, of each block of rows, its first row and the rows where any column is least or greatest. A
chart of a whole test is thus drawn from some hundredth of its rows and still shows every spike.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

ROW_GROUP = 131_072
BLOCK = 256
SMALL = 8_192


def write(table: pl.DataFrame, path: Path) -> None:
    """Zstandard-packed Parquet in row groups that a zoom can pick from by their statistics."""
    table.write_parquet(
        path, compression="zstd", compression_level=1, row_group_size=ROW_GROUP, statistics=True
    )


def overview(table: pl.DataFrame, block: int = BLOCK) -> pl.DataFrame:
    """The rows to draw a whole table by: at most 2 per block and number column, in order. Small tables stay whole."""
    if table.height <= SMALL:
        return table
    keep = [np.arange(0, table.height, block), np.array([table.height - 1])]
    for name in _drawn_columns(table):
        keep.append(_extremes(table[name].cast(pl.Float64).to_numpy(), block))
    return table[np.unique(np.concatenate(keep))]


def content_hash(table: pl.DataFrame) -> str:
    """A hash of names and values, equal for the same records in other bytes, whatever the file they came from."""
    digest = hashlib.sha256(repr(table.columns).encode())
    hashes = table.hash_rows(seed=0)
    digest.update(hashes.to_numpy().tobytes())
    return digest.hexdigest()


def _drawn_columns(table: pl.DataFrame) -> list[str]:
    """Columns that can have extremes inside a block: numbers that do not just climb."""
    return [
        name
        for name, kind in table.schema.items()
        if kind.is_numeric() and not table[name].is_sorted(descending=False)
    ]


def _extremes(values: npt.NDArray[np.float64], block: int) -> npt.NDArray[np.int64]:
    whole = len(values) // block * block
    blocks = values[:whole].reshape(-1, block)
    starts = np.arange(0, whole, block)
    low = starts + np.where(np.isnan(blocks), np.inf, blocks).argmin(axis=1)
    high = starts + np.where(np.isnan(blocks), -np.inf, blocks).argmax(axis=1)
    found = [low, high]
    rest = values[whole:]
    if np.isfinite(rest).any():
        found.append(np.array([whole + np.nanargmin(rest), whole + np.nanargmax(rest)]))
    return np.concatenate(found)
