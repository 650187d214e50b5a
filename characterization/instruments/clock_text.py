"""Times as cyclers write them: durations (``0d 00:01:02.50``, ``12:34:56``, ``90.5``) and naive dates in any order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.instruments.cycler_numbers import Decimals, number

_HOURS = re.compile(r"(?:(\d{1,6})\s*(?:d|days?|[-.,])\s*,?\s*)?(\d{1,9})")
_DATE = re.compile(
    r"(?P<a>\d{1,4})(?P<mark>[/.\- ])(?P<b>\d{1,2}|[A-Za-z]{3,9})(?P=mark)"
    r"(?P<c>\d{2,4}|(?<=\d{4}.\d.)\d|(?<=\d{4}.\d\d.)\d)"
    r"(?:(?P<gap>[ T,]+)(?P<time>\d{1,2}:\d{2}(?P<sec>:\d{2}(?P<frac>[.,]\d+)?)?)(?P<pm>\s*[AaPp]\.?[Mm]\.?)?)?"
)
_SAMPLE_ROWS = 2000
_YEARS = 1970, 2100


def seconds(cells: pl.Series, factor: float, decimals: Decimals, *, clocked: bool) -> pl.Series:
    """Durations in s; a bare number is multiplied by ``factor``. What is none becomes null.

    ``clocked`` says that there are durations with colons in the column.
    """
    cell = pl.col("cell")
    if not clocked:
        bare = cells.to_frame("cell").select(number(cell, decimals, stripped=True) * factor).to_series()
        if bare.null_count() == cells.null_count():
            return bare
    plain = cells.to_frame("cell").select(number(cell, decimals) * factor).to_series()
    if not clocked:
        return plain
    parts = cells.str.strip_chars().str.splitn(":", 3).struct.unnest()
    heads = parts["field_0"].unique()
    before_colon = heads.to_frame("field_0").with_columns(_seconds_of_hours(heads))
    told = parts.join(before_colon, on="field_0", how="left", maintain_order="left", nulls_equal=True).select(
        pl.col("hours_s")
        + pl.col("field_1").cast(pl.Float64, strict=False) * 60
        + pl.when(pl.col("field_2").is_null()).then(0.0).otherwise(_decimal(pl.col("field_2")))
    )
    return told.to_series().zip_with(told.to_series().is_not_null(), plain)


def _seconds_of_hours(heads: pl.Series) -> pl.Series:
    """What stands before the first colon, days and hours, in s; there are few different ones of it."""
    found = [_HOURS.fullmatch(head or "") for head in heads.to_list()]
    values = [int(one[1] or 0) * 86400.0 + int(one[2]) * 3600 if one else None for one in found]
    return pl.Series("hours_s", values, dtype=pl.Float64)


def _decimal(rest: pl.Expr) -> pl.Expr:
    """Seconds whose fraction stands behind a point, a comma or, before milliseconds, a colon."""
    pointed = rest.str.replace(",", ".", literal=True).str.replace(":", ".", literal=True)
    return pointed.cast(pl.Float64, strict=False)


@dataclass(frozen=True)
class Clock:
    """``moments`` are naive. ``doubt`` says that day and month could be the other way round."""

    moments: pl.Series
    doubt: str = ""


def _format(text: str, order: str) -> str | None:
    """The strptime format of a date whose parts stand in ``order`` (``mdy``, ``dmy``, ``ymd``), None if it is none."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    month = "%b" if found["b"].isalpha() and len(found["b"]) == 3 else "%B" if found["b"].isalpha() else "%m"
    year = "%Y" if max(len(found["a"]), len(found["c"])) == 4 else "%y"
    names = {"m": month, "d": "%d", "y": year}
    date = found["mark"].join(names[letter] for letter in order)
    if not found["time"]:
        return date
    clock = ("%I" if found["pm"] else "%H") + ":%M" + (":%S%.f" if found["sec"] else "")
    after = (" %p" if found["pm"].startswith(" ") else "%p") if found["pm"] else ""
    return f"{date}{found['gap']}{clock}{after}"


def _orders(texts: Iterable[str]) -> list[str]:
    """The orders of day and month that all these dates allow."""
    possible = ["mdy", "dmy"]
    for text in texts:
        found = _DATE.match(text.strip())
        if not found:
            continue
        if len(found["a"]) == 4 and found["b"].isdigit() and int(found["b"]) <= 12:
            return ["ymd"]
        if found["b"].isalpha():
            return ["dmy"]
        if not int(found["a"]) <= 31 >= int(found["b"]):
            continue
        if int(found["a"]) > 12:
            possible = [order for order in possible if order == "dmy"]
        if int(found["b"]) > 12:
            possible = [order for order in possible if order == "mdy"]
    return possible


def read_clock(
    cells: pl.Series, said: Iterable[str], usual: str, elapsed_s: pl.Series | None
) -> Clock | None:
    """A column of dates; ``said`` are other dates of the same file, ``usual`` the order where nothing else tells.

    What tells: a part above 12, then which order keeps the clock in step with ``elapsed_s`` (the test time).
    None where the column holds no dates.
    """
    bare = cells.str.strip_chars()
    sample = next((cell for cell in bare.head(_SAMPLE_ROWS) if cell and _DATE.fullmatch(cell)), None)
    if sample is None:
        return None
    days = bare.str.head(len(sample.split()[0]) + 2).unique().drop_nulls().to_list()
    mark = _DATE.fullmatch(sample)["mark"]  # type: ignore[index]
    orders = _orders([*days, *(date for date in said if mark in date)]) or [usual]
    read = {order: moments for order in orders if (moments := _moments(bare, sample, order)) is not None}
    if not read:
        return None
    if len(read) == 1:
        return Clock(next(iter(read.values())))
    if elapsed_s is not None and (best := _in_step(read, elapsed_s)):
        return Clock(read[best])
    word = {"mdy": "month/day/year", "dmy": "day/month/year"}[usual]
    return Clock(read[usual], f"{sample} could be read with day and month exchanged; it is taken as {word}.")


def _moments(bare: pl.Series, sample: str, order: str) -> pl.Series | None:
    pattern = _format(sample, order)
    if pattern is None:
        return None
    try:
        moments = bare.str.to_datetime(pattern, strict=False, time_unit="us", exact=True)
    except pl.exceptions.PolarsError:
        return None
    first, last = moments.min(), moments.max()
    known = isinstance(first, datetime) and isinstance(last, datetime) and not moments.null_count()
    if known and _YEARS[0] <= first.year and last.year <= _YEARS[1]:  # type: ignore[union-attr]
        return moments
    believable = moments.dt.year().is_between(*_YEARS).fill_null(False)
    if not believable.any():
        return None
    return moments if believable.all() else moments.set(~believable, None)


def _in_step(read: dict[str, pl.Series], elapsed_s: pl.Series) -> str:
    """The order whose clock never falls and whose span is not shorter than the test; empty if that tells nothing."""
    test = _span(elapsed_s.to_numpy())
    fit = []
    for order, moments in read.items():
        clock = moments.dt.epoch("us").to_numpy() / 1e6
        falls = int((np.diff(clock) < -7200).sum())
        fit.append((falls, abs(_span(clock) - test) > 0.1 * test + 86400, order))
    fit.sort()
    return fit[0][2] if fit[0][:2] != fit[1][:2] else ""


def _span(values: npt.NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.max() - known.min()) if known.size else 0.0


def one_moment(text: str, usual: str, said: Iterable[str] = ()) -> datetime | None:
    """A single date of a header as a naive datetime, None where it is none."""
    found = _DATE.search(text)
    if not found:
        return None
    clock = read_clock(pl.Series([found[0]]), said, usual, None)
    moment = clock.moments[0] if clock else None
    return moment if isinstance(moment, datetime) else None
