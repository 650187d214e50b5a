"""The time in a process log: seconds since its first row, from counters, clocks and dates as furnaces write them.

Known: numbers with a unit; ``h:mm``, ``h:mm:ss.s``; dates with points, slashes (day or month first), dashes or
年月日, with or without a time, AM and PM in three languages, a zone; the serial numbers, dates, times and spans of a
spreadsheet. A clock without a date that falls by more than half a day has passed midnight; one that falls by less was
set back, and is counted on from there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

DAY_S = 86400.0
EPOCH = datetime(1970, 1, 1)
SHEET_EPOCH_DAYS = 25569  # days from 1899-12-30, where spreadsheets begin to count, to 1970-01-01
SHEET_DAYS = (20000.0, 80000.0)
LONGEST_DAYS = 100.0
_DATE = re.compile(r"(\d{1,4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,4})日?")
_TIME = re.compile(r"(-?\d{1,5})\s*[:时時h]\s*(\d{1,2})(?:\s*[:分]\s*(\d{1,2}(?:[.,]\d+)?))?\s*[秒分s]?")
_NOON = re.compile(r"\b([ap])\.?m\b|(上午|vorm)|(下午|nachm)", re.IGNORECASE)
_ZONE = re.compile(r"(?:\d|\s)(Z|[+-]\d\d:?\d\d)$")


@dataclass(frozen=True)
class Moment:
    """One cell: a day count since 1970 (None without a date) and seconds of the day, or of the test (None without)."""

    day: int | None
    seconds: float | None


@dataclass
class Times:
    """``seconds`` never fall and are NaN where a row has no time; ``notes`` are (code, sentence)."""

    seconds: Numbers
    start: datetime | None
    notes: list[tuple[str, str]]


def moments(cells: Sequence[Any]) -> list[Moment | None]:
    """What each cell says; None where it says no time. Dates with slashes are read one way throughout.

    Plain numbers are a spreadsheet's days where all of them are of the years 1954 to 2118 and within 100 days.
    """
    serial = _serials(cells)
    if serial is not None:
        return serial
    day_first = _day_first([cell for cell in cells if isinstance(cell, str)])
    return [_moment(cell, day_first) for cell in cells]


def joined(days: Sequence[Moment | None], clocks: Sequence[Moment | None]) -> list[Moment | None]:
    """A column of dates beside a column of clock times."""
    return [
        Moment(day.day, clock.seconds) if day and clock else None
        for day, clock in zip(days, clocks, strict=True)
    ]


def counted(numbers: Numbers, factor: float) -> Times:
    """A counter of seconds, minutes or hours."""
    return _going_on(numbers * factor, None)


def clocked(found: Sequence[Moment | None], zone: timezone | None = None) -> Times:
    """Clock times, with their dates where they have any."""
    raw = np.array([_absolute(moment) for moment in found], dtype=np.float64)
    dated = any(moment and moment.day is not None for moment in found)
    notes: list[tuple[str, str]] = []
    if not dated:
        raw, nights = _past_midnight(raw)
        if nights:
            notes.append(("midnight", f"The clock has no date and passed midnight {nights} times." if nights > 1
                          else "The clock has no date and passed midnight once."))  # fmt: skip
    times = _going_on(raw, zone if dated else None)
    times.notes = notes + times.notes
    known = raw[np.isfinite(raw)]
    if dated and known.size:
        begun = EPOCH + timedelta(seconds=float(known[0]))
        times.start = begun.replace(tzinfo=zone) if zone else begun
    return times


def zone_of(cells: Sequence[Any]) -> timezone | None:
    """The zone that the texts name, where all name the same."""
    named = {
        found[1] for cell in cells[:50] if isinstance(cell, str) and (found := _ZONE.search(cell.strip()))
    }
    if len(named) != 1 or not any(":" in str(cell) for cell in cells[:50]):
        return None
    text = named.pop()
    if text == "Z":
        return timezone.utc  # noqa: UP017  # the class itself is what the others are made of
    hours, minutes = int(text[1:3]), int(text[-2:])
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if text[0] == "-" else shift) if shift < timedelta(hours=24) else None


def date_in(text: str) -> Moment | None:
    """A date, perhaps with a time, that stands anywhere in a line of a preamble."""
    found = _DATE.search(text)
    return _moment(text[found.start() :], day_first=True) if found else None


def _moment(cell: Any, day_first: bool) -> Moment | None:
    if isinstance(cell, str):
        return _written(cell, day_first)
    if isinstance(cell, datetime):
        clock = cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
        return Moment((cell.replace(tzinfo=None) - EPOCH).days, clock)
    if isinstance(cell, date):
        return Moment((cell - EPOCH.date()).days, None)
    if isinstance(cell, time):
        return Moment(None, cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6)
    if isinstance(cell, timedelta):
        return Moment(None, cell.total_seconds())
    return None


def _serials(cells: Sequence[Any]) -> list[Moment | None] | None:
    days = [_plain(cell) for cell in cells]
    known = [day for day in days if day is not None]
    within = known and SHEET_DAYS[0] <= min(known) and max(known) <= SHEET_DAYS[1]
    if not within or max(known) - min(known) > LONGEST_DAYS or len(known) < len(days) / 2:
        return None
    return [None if day is None else _serial(day) for day in days]


def _plain(cell: Any) -> float | None:
    try:
        return float(cell) if isinstance(cell, str | int | float) and cell != "" else None
    except ValueError:
        return None


def _serial(value: float) -> Moment:
    day = int(value)
    return Moment(day - SHEET_EPOCH_DAYS, round((value - day) * DAY_S, 3))


def _written(text: str, day_first: bool) -> Moment | None:
    day = None
    found = _DATE.search(text)
    if found:
        day = _day(int(found[1]), int(found[2]), int(found[3]), len(found[1]), day_first)
        if day is None:
            return None
        text = text[found.end() :]
    clock = _TIME.search(text)
    if clock is None:
        return Moment(day, None) if day is not None and not text.strip() else None
    hours, minutes = int(clock[1]), int(clock[2])
    seconds = float((clock[3] or "0").replace(",", "."))
    if minutes > 59 or seconds >= 61 or (day is not None and hours > 24) or hours < 0:
        return None
    return Moment(day, _noon(hours, text) * 3600 + minutes * 60 + seconds)


def _noon(hours: int, text: str) -> int:
    half = _NOON.search(text)
    if half is None or hours > 12:
        return hours
    afternoon = bool(half[3]) or (half[1] or "").lower() == "p"
    return hours % 12 + (12 if afternoon else 0)


def _day(first: int, second: int, third: int, digits: int, day_first: bool) -> int | None:
    """Days since 1970, None for a day that is in no calendar."""
    if digits == 4:
        year, month, day = first, second, third
    else:
        year = third + 2000 if third < 100 else third
        day, month = (first, second) if day_first else (second, first)
    try:
        return (date(year, month, day) - EPOCH.date()).days
    except ValueError:
        return None


def _day_first(texts: Sequence[str]) -> bool:
    """Whether 5/6/2026 is the fifth of June: what gives days at all, then what spans less time."""
    spans = {way: _span(texts, way) for way in (True, False)}
    return spans[True] <= spans[False] if any("/" in text for text in texts[:20]) else True


def _span(texts: Sequence[str], day_first: bool) -> float:
    found = [match for text in texts[:: max(len(texts) // 500, 1)] if (match := _DATE.search(text))]
    days = [_day(int(m[1]), int(m[2]), int(m[3]), len(m[1]), day_first) for m in found]
    known = [day for day in days if day is not None]
    return float("inf") if len(known) < len(days) or not known else float(max(known) - min(known))


def _absolute(moment: Moment | None) -> float:
    if moment is None or moment.seconds is None:
        return float("nan")
    return (moment.day or 0) * DAY_S + moment.seconds


def _past_midnight(raw: Numbers) -> tuple[Numbers, int]:
    known = np.flatnonzero(np.isfinite(raw))
    falls = np.diff(raw[known]) < -DAY_S / 2
    days = np.zeros(len(raw))
    days[known[1:]] = np.cumsum(falls)
    return raw + days * DAY_S, int(falls.sum())


def _going_on(raw: Numbers, zone: timezone | None) -> Times:
    """Seconds from the first row. Where the clock falls back it goes on with the usual interval."""
    times = Times(np.full(len(raw), np.nan), None, [])
    known = np.flatnonzero(np.isfinite(raw))
    if not known.size:
        return times
    steps = np.diff(raw[known])
    forward = steps[steps > 0]
    usual = float(np.median(forward)) if forward.size else 0.0
    back = steps < 0
    for row in np.flatnonzero(back)[:3]:
        said = f"The clock goes back by {spoken(-steps[row])} at row {known[row + 1] + 1:,}; "
        said += f"time is counted on from there with {spoken(usual)} between rows."
        times.notes.append(("clock_set_back", said))
    if back.sum() > 3:
        times.notes.append(("clock_set_back", f"The clock goes back {int(back.sum()):,} times in all."))
    times.seconds[known] = np.concatenate(([0.0], np.cumsum(np.where(back, usual, steps))))
    return times


def spoken(seconds: float) -> str:
    """A span as people say it: ``12 s``, ``4 min``, ``2 h 21 min``, ``3 d 4 h``."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"
