"""Clocks in a cycler's export: dates as people write them, OLE days, Unix seconds, and durations as ``H:MM:SS``."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

OLE_EPOCH = datetime(1899, 12, 30)
_UNIX_S = (631152000, 4102444800)
_SHAPES = (
    "%Y-%m-%d %H:%M:%S%.f", "%Y/%m/%d %H:%M:%S%.f", "%m/%d/%Y %H:%M:%S%.f", "%d/%m/%Y %H:%M:%S%.f",
    "%m/%d/%Y %I:%M:%S%.f %p", "%d/%m/%Y %I:%M:%S%.f %p", "%d.%m.%Y %H:%M:%S%.f", "%Y.%m.%d %H:%M:%S%.f",
    "%m-%d-%Y %H:%M:%S%.f", "%d-%m-%Y %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M", "%m/%d/%y %H:%M:%S%.f", "%m/%d/%y %H:%M",
)  # fmt: skip
_SAMPLE = 200


def ole(days: float | None) -> datetime | None:
    """The naive local time of an OLE date to the nearest millisecond, None where it is not of 1990 to 2100."""
    if days is None or not 32874 < days < 73051:
        return None
    return OLE_EPOCH + timedelta(milliseconds=round(days * 86400_000))


def moments(values: pl.Series) -> tuple[pl.Series, bool]:
    """Clock readings as microseconds of a naive Datetime, and whether they are UTC (counted from 1970).

    Numbers are OLE days, Unix seconds or Unix 100 ns, by their size; texts are tried by shape. Where month and day
    cannot be told apart the month comes first, as Arbin writes it, unless the clock would then run backwards.
    """
    if values.dtype == pl.Datetime:
        return values.cast(pl.Datetime("us")), False
    if values.dtype == pl.String:
        numbers = values.head(_SAMPLE).cast(pl.Float64, strict=False)
        if numbers.null_count() > values.head(_SAMPLE).null_count():
            return _written(values.str.strip_chars(" \t\"'")), False
        values = values.cast(pl.Float64, strict=False)
    numbers = values.cast(pl.Float64)
    middle = numbers.median()
    size = float(middle) if isinstance(middle, int | float) else 0.0
    for scale in (1.0, 1e3, 1e7, 1e9):
        if _UNIX_S[0] < size / scale < _UNIX_S[1]:
            return _of_microseconds(numbers / scale * 1e6), True
    if 32874 < size < 73051:
        days = (numbers * 86400e3).round() * 1e3 - 25569 * 86400e6
        return _of_microseconds(days), False
    return pl.Series(values.name, [None] * len(values), dtype=pl.Datetime("us")), False


def _of_microseconds(numbers: pl.Series) -> pl.Series:
    return (
        numbers.set(~numbers.is_finite(), None).round().cast(pl.Int64, strict=False).cast(pl.Datetime("us"))
    )


def _written(texts: pl.Series) -> pl.Series:
    whole = texts.drop_nulls()
    sample = pl.concat([whole.head(_SAMPLE), whole.tail(_SAMPLE)])
    best, most = "", 0
    for shape in _SHAPES:
        if most == 2 * len(sample) + 1:
            break
        read = sample.str.to_datetime(shape, strict=False, time_unit="us")
        score = 2 * (len(read) - read.null_count()) + bool(read.drop_nulls().is_sorted())
        if score > most and len(read) > read.null_count():
            best, most = shape, score
    if not best:
        return pl.Series(texts.name, [None] * len(texts), dtype=pl.Datetime("us"))
    return texts.str.to_datetime(best, strict=False, time_unit="us")


def seconds(texts: pl.Series) -> pl.Series:
    """Durations in s: ``26:03:04.5``, ``1-02:03:04``, ``1d 02:03:04``, or a number of seconds; else missing."""
    if texts.dtype != pl.String:
        return texts.cast(pl.Float64)
    frame = pl.DataFrame({"text": texts.str.strip_chars(" \t\"'").str.replace(",", ".", literal=True)})
    shape = r"^(?:(\d+)\s*(?:d|D|-|days?)\s*)?(\d+):(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?$"
    parts = [
        pl.col("text").str.extract(shape, place).cast(pl.Float64, strict=False) for place in (1, 2, 3, 4)
    ]
    days, hours, minutes, rest = (parts[0].fill_null(0), parts[1], parts[2], parts[3].fill_null(0))
    total = days * 86400 + hours * 3600 + minutes * 60 + rest
    return frame.select(
        total.fill_null(pl.col("text").cast(pl.Float64, strict=False)).alias(texts.name)
    ).to_series()
