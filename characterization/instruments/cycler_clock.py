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
    cannot be told apart that order is meant in which the clock does not run backwards and the test is shorter; on one
    and the same day the month comes first, as Arbin writes it.
    """
    if values.dtype == pl.Datetime:
        return values.cast(pl.Datetime("us")), False
    if values.dtype == pl.String:
        pointed = values.str.replace(",", ".", literal=True)
        numbers = pointed.head(_SAMPLE).cast(pl.Float64, strict=False)
        if numbers.null_count() > values.head(_SAMPLE).null_count():
            return _written(values.str.strip_chars(" \t\"'")), False
        values = pointed.cast(pl.Float64, strict=False)
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
    """Texts by the shape that reads most of them, in order, over the shortest span; of equals the first."""
    known = texts.drop_nulls()
    sample = known if len(known) <= 2 * _SAMPLE else pl.concat([known.head(_SAMPLE), known.tail(_SAMPLE)])
    best, most = "", (0, False, 0.0)
    for shape in _SHAPES:
        read = sample.str.to_datetime(shape, strict=False, time_unit="us").drop_nulls()
        if read.len():
            stamps = read.dt.epoch("s").to_numpy()
            span = float(stamps.max() - stamps.min())
            score = (read.len(), read.is_sorted(), -span)
            best, most = (shape, score) if score > most or not best else (best, most)
        if most[:2] == (len(sample), True) and "/" not in best:
            break
    if not best:
        return pl.Series(texts.name, [None] * len(texts), dtype=pl.Datetime("us"))
    return texts.str.to_datetime(best, strict=False, time_unit="us")


def seconds(texts: pl.Series) -> pl.Series:
    """Durations in s: ``26:03:04.5``, ``1-02:03:04``, ``1d 02:03:04``, or a number of seconds; else missing."""
    if texts.dtype != pl.String:
        return texts.cast(pl.Float64)
    frame = pl.DataFrame({"text": texts.str.strip_chars(" \t\"'")})
    part = pl.col("text").str.splitn(":", 3).struct
    hours, minutes, rest = (part.field(f"field_{place}").cast(pl.Float64, strict=False) for place in range(3))
    plain = frame.select((hours * 3600 + minutes * 60 + rest).alias(texts.name)).to_series()
    return plain if plain.null_count() == texts.null_count() else plain.fill_null(_unusual(frame, texts.name))


def _unusual(frame: pl.DataFrame, name: str) -> pl.Series:
    """Durations with days, without seconds, with a decimal comma, or as a bare number of seconds."""
    text = pl.col("text").str.replace(",", ".", literal=True)
    shape = r"^(?:(\d+)\s*(?:d|D|-|days?)\s*)?(\d+):(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?$"
    parts = [text.str.extract(shape, place).cast(pl.Float64, strict=False) for place in (1, 2, 3, 4)]
    total = parts[0].fill_null(0) * 86400 + parts[1] * 3600 + parts[2] * 60 + parts[3].fill_null(0)
    return frame.select(total.fill_null(text.cast(pl.Float64, strict=False)).alias(name)).to_series()
