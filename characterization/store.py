"""Measured tables as they are read: a window of a column pair, thinned to what a screen can show, or the whole.

Nothing here reads a raw file. A whole test is drawn from its overview; a zoom picks row groups of the full table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from tsdownsample import MinMaxLTTBDownsampler

from characterization import blobs
from characterization.models import Analysis, Measurement

MOST_POINTS = 20_000
_THINNER = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]  # the library's own signature is untyped
_KEPT_ALWAYS = 4  # first, last, least, greatest


class UnknownColumn(LookupError):
    """The measurement has no such column, or it holds no numbers."""


@dataclass(frozen=True)
class Series:
    """``rows`` is how many the window holds, ``x`` and ``y`` at most as many points as were asked for."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    x_unit: str
    y_unit: str
    rows: int


def series(
    measurement: Measurement,
    x: str,
    y: str,
    points: int = 2000,
    start: float | None = None,
    end: float | None = None,
) -> Series:
    """Column ``y`` against ``x`` for ``x`` in [start, end]; at most ``points``, the window's extremes among them.

    Raises UnknownColumn. Rows in which either is missing are left out.
    """
    units = {column["name"]: column["unit"] for column in measurement.columns}
    for name in (x, y):
        if name not in units:
            raise UnknownColumn(name)
    windowed = start is not None or end is not None
    source = _source(measurement, windowed)
    frame = _window(source, x, y, start, end)
    shown = frame[_thin(frame["y"].to_numpy(), max(_KEPT_ALWAYS, min(points, MOST_POINTS)))]
    rows = frame.height if windowed else measurement.rows
    return Series(shown["x"].to_numpy(), shown["y"].to_numpy(), units[x], units[y], rows)


def overview(measurement: Measurement) -> pl.DataFrame:
    """All columns of the rows that a whole test is drawn from."""
    return pl.read_parquet(blobs.path_of(measurement.overview_sha256))


def table(measurement: Measurement) -> pl.LazyFrame:
    return pl.scan_parquet(blobs.path_of(measurement.table_sha256))


def batches(measurement: Measurement, rows: int = 50_000) -> Iterator[pl.DataFrame]:
    """The whole table in pieces, for exports that must not fill the memory."""
    lazy = table(measurement)
    for start in range(0, max(measurement.rows, 1), rows):
        yield lazy.slice(start, rows).collect()


def analysis_table(analysis: Analysis, name: str) -> pl.DataFrame:
    """A table that an analysis left (``curves``). Raises UnknownColumn where it left none of that name."""
    if name not in analysis.tables:
        raise UnknownColumn(name)
    return pl.read_parquet(blobs.path_of(analysis.tables[name]))


def analysis_tables(analysis: Analysis) -> dict[str, pl.DataFrame]:
    return {name: analysis_table(analysis, name) for name in analysis.tables}


def _source(measurement: Measurement, windowed: bool) -> str:
    return measurement.table_sha256 if windowed else measurement.overview_sha256


def _window(sha256: str, x: str, y: str, start: float | None, end: float | None) -> pl.DataFrame:
    lazy = pl.scan_parquet(blobs.path_of(sha256))
    kinds = lazy.collect_schema()
    for name in (x, y):
        if not kinds[name].is_numeric():
            raise UnknownColumn(name)
    if start is not None:
        lazy = lazy.filter(pl.col(x) >= start)
    if end is not None:
        lazy = lazy.filter(pl.col(x) <= end)
    return (
        lazy.select(pl.col(x).cast(pl.Float64).alias("x"), pl.col(y).cast(pl.Float64).alias("y"))
        .drop_nulls()
        .filter(pl.col("x").is_finite() & pl.col("y").is_finite())
        .collect()
    )


def _thin(values: npt.NDArray[np.float64], points: int) -> npt.NDArray[np.intp]:
    """Indices of the rows to show, in order, never more than ``points``."""
    if len(values) <= points:
        return np.arange(len(values))
    always = [0, len(values) - 1, int(values.argmin()), int(values.argmax())]
    room = points - _KEPT_ALWAYS
    if room < 3:
        return np.unique(always)
    chosen = _THINNER.downsample(np.ascontiguousarray(values), n_out=room)
    return np.unique(np.concatenate([np.array(always), chosen.astype(np.intp)]))
