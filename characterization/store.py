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
from characterization.instruments.tables import BLOCK, ROW, climbing_columns
from characterization.models import Analysis, Measurement

MOST_POINTS = 20_000
EDGE = 4 * BLOCK
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
    if start is None and end is None:
        frame, rows = _rows_of(_overview(measurement, x, y)), measurement.rows
    else:
        frame, rows = _window(measurement, x, y, _Span(start, end), points)
    shown = frame[_thin(frame["y"].to_numpy(), max(_KEPT_ALWAYS, min(points, MOST_POINTS)))]
    return Series(shown["x"].to_numpy(), shown["y"].to_numpy(), units[x], units[y], rows)


def overview(measurement: Measurement) -> pl.DataFrame:
    """All columns of the rows that a whole test is drawn from."""
    return pl.read_parquet(blobs.path_of(measurement.overview_sha256)).drop(ROW, strict=False)


def table(measurement: Measurement) -> pl.LazyFrame:
    return pl.scan_parquet(blobs.path_of(measurement.table_sha256))


def batches(measurement: Measurement, rows: int = 50_000) -> Iterator[pl.DataFrame]:
    """The whole table in pieces, for exports that must not fill the memory. Bytes are no cells and are left out."""
    lazy = table(measurement).select(pl.exclude(pl.Binary))
    for start in range(0, max(measurement.rows, 1), rows):
        yield lazy.slice(start, rows).collect()


def analysis_table(analysis: Analysis, name: str) -> pl.DataFrame:
    """A table that an analysis left (``curves``). Raises UnknownColumn where it left none of that name."""
    if name not in analysis.tables:
        raise UnknownColumn(name)
    return pl.read_parquet(blobs.path_of(analysis.tables[name]))


def analysis_tables(analysis: Analysis) -> dict[str, pl.DataFrame]:
    return {name: analysis_table(analysis, name) for name in analysis.tables}


@dataclass(frozen=True)
class _Span:
    """From one x to another, both included; None is open."""

    start: float | None
    end: float | None

    def holds(self) -> pl.Expr:
        inside = pl.lit(value=True)
        if self.start is not None:
            inside &= pl.col("x") >= self.start
        if self.end is not None:
            inside &= pl.col("x") <= self.end
        return inside

    def covers(self, first: float, last: float) -> bool:
        """Whether everything from the one to the other lies in it; never, where one of them is no number."""
        before = self.start is None or self.start <= first
        return before and (self.end is None or last <= self.end)


def _overview(measurement: Measurement, x: str, y: str) -> pl.LazyFrame:
    return _pair(pl.scan_parquet(blobs.path_of(measurement.overview_sha256)), x, y)


def _pair(lazy: pl.LazyFrame, x: str, y: str) -> pl.LazyFrame:
    """The two columns as numbers, and where their rows stand where the file says it. Raises UnknownColumn."""
    kinds = lazy.collect_schema()
    for name in (x, y):
        if not kinds[name].is_numeric():
            raise UnknownColumn(name)
    place = [pl.col(ROW)] if ROW in kinds else []
    return lazy.select(pl.col(x).alias("x"), pl.col(y).alias("y"), *place)


def _rows_of(lazy: pl.LazyFrame) -> pl.DataFrame:
    """The rows in which neither is missing nor infinite, as numbers of 8 bytes."""
    frame = lazy.collect().with_columns(pl.col("x", "y").cast(pl.Float64))
    drawn = frame.select(
        (pl.col("x").is_finite() & pl.col("y").is_finite()).fill_null(value=False)
    ).to_series()
    return frame if drawn.all() else frame.filter(drawn)


def _window(measurement: Measurement, x: str, y: str, span: _Span, points: int) -> tuple[pl.DataFrame, int]:
    """The rows of a window to draw from, and how many the window holds.

    A window about everything is the overview; one that holds enough rows of it is drawn from these. Else, and for a
    column that does not just climb, from the table; of a climbing one only from the row groups about the window.
    """
    if x not in climbing_columns(blobs.path_of(measurement.overview_sha256)):
        found = _rows_of(_pair(table(measurement), x, y).filter(span.holds()))
        return found, found.height
    sketch = _overview(measurement, x, y)
    if span.covers(*_ends(sketch)):
        return _rows_of(sketch), measurement.rows
    whole, inside = _pair(table(measurement), x, y), _rows_of(sketch.filter(span.holds()))
    first, last = _places(inside if inside.height else _beside(sketch, span), span, measurement.rows)
    if inside.height >= points:
        return _sketched(inside, whole, first, last, span)
    found = _rows_of(whole.slice(first, last - first).filter(span.holds()))
    return found, found.height


def _ends(sketch: pl.LazyFrame) -> tuple[float, float]:
    """The first and the last x, of which a row group each is read."""
    first, last = (sketch.select("x").slice(at, 1).collect().item() for at in (0, -1))
    return first, last


def _beside(sketch: pl.LazyFrame, span: _Span) -> pl.DataFrame:
    """The kept rows before and after a window so narrow that it holds none."""
    kept = sketch.select("x", ROW).collect()
    at = int(kept["x"].search_sorted(span.start if span.start is not None else span.end, side="left"))
    return kept[max(at - 1, 0) : at + 1]


def _places(kept: pl.DataFrame, span: _Span, rows: int) -> tuple[int, int]:
    """The rows of the table among which the window lies: a block about those kept of it, because the first row of
    each block is kept."""
    row = kept[ROW]
    first = max(int(row[0]) - BLOCK, 0) if span.start is not None else 0
    last = min(int(row[-1]) + BLOCK + 1, rows) if span.end is not None else rows
    return first, last


def _sketched(
    inside: pl.DataFrame, whole: pl.LazyFrame, first: int, last: int, span: _Span
) -> tuple[pl.DataFrame, int]:
    """The kept rows of a window, and at both its ends every row, so that its extremes are its own."""
    edge = min(EDGE, (last - first) // 2)
    ends = [_rows_of(whole.slice(start, edge).filter(span.holds())) for start in (first, last - edge)]
    between = inside.filter(pl.col(ROW).is_between(first + edge, last - edge, closed="left")).drop(ROW)
    found = pl.concat([ends[0], between, ends[1]])
    return found, ends[0].height + ends[1].height + last - first - 2 * edge


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
