"""What every cycler reader checks before it hands a table on: clocks and counters. Nothing is mended, all
is said."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from characterization.instruments.base import Recording

MOST_TIMES_NAMED = 5
MOST_V, MOST_MA = 1000.0, 1e6
LONGEST_TEST_S = 10 * 365.25 * 86400


def utc(unix_time_s: float | None) -> datetime | None:
    """The moment of a Unix time in s, None where there is none or it is before 1990 or after 2100."""
    if unix_time_s is None or not 631152000 < unix_time_s < 4102444800:
        return None
    return datetime.fromtimestamp(unix_time_s, UTC)


def name_times(times_s: list[float | None]) -> str:
    """The first few moments of a test as words: ``90,941.9 s, 91,037.0 s and 3 more``; None where a row has no time."""
    shown = times_s[:MOST_TIMES_NAMED]
    named = ", ".join("a row without a time" if time is None else f"{time:,.1f} s" for time in shown)
    more = len(times_s) - MOST_TIMES_NAMED
    return f"{named} and {more} more" if more > 0 else named


def counter_resets(table: pl.DataFrame, counter: str) -> list[float | None]:
    """Test times in s, None where a row has none, at which an absolute counter falls to less than half inside one step.

    A falling counter inside a step is no measurement: the cycler was resumed and counted from zero again.
    Values below a ten-thousandth of the file's largest are noise.
    """
    before = pl.col(counter).shift(1)
    same_step = pl.col("step") == pl.col("step").shift(1)
    fell = (pl.col(counter) < before / 2) & (before > pl.col(counter).max() * 1e-4) & same_step
    return table.filter(fell)["time_s"].to_list()


def flag_counters(recording: Recording, counter: str) -> None:
    times = counter_resets(recording.table, counter)
    if times:
        recording.flag(
            "counter_reset",
            f"The capacity counter starts again from zero inside a step at {name_times(times)}: the test was "
            "resumed there. Capacities are summed from the counter's increments, not from its last value.",
        )


def flag_clock(recording: Recording) -> None:
    """Says where the test time runs backwards, and where it is longer than any test."""
    time = recording.table["time_s"]
    falls = (time.diff() < 0).arg_true()
    if falls.len():
        recording.flag(
            "time_runs_backwards",
            f"The test time runs backwards {falls.len()} times, first from {time[falls[0] - 1]:,.1f} s to "
            f"{time[falls[0]]:,.1f} s at row {falls[0] + 1:,}. All rows are kept in the file's order.",
        )
    last = time.max()
    if isinstance(last, float) and last > LONGEST_TEST_S:
        recording.flag(
            "time_implausible",
            f"The test time reaches {last:,.0f} s, {last / 31557600:.1f} years: the file's unit of time is "
            "doubtful, and so is every capacity integrated over it.",
        )


def flag_values(recording: Recording) -> None:
    """Says where time, voltage or current is missing, no number, or beyond anything a cycler can do."""
    table = recording.table
    for column, most in (("voltage_V", MOST_V), ("current_mA", MOST_MA)):
        wild = table.select((pl.col(column).is_finite() & (pl.col(column).abs() > most)).sum()).item()
        if wild:
            recording.flag(
                "value_implausible", f"{wild:,} of {table.height:,} rows have a {column} beyond {most:,.0f}."
            )
    for column in ("time_s", "voltage_V", "current_mA"):
        bad = recording.table.select((~pl.col(column).is_finite().fill_null(False)).sum()).item()
        if bad:
            recording.flag("not_a_number", f"{bad:,} of {recording.table.height:,} rows have no {column}.")
