"""Arbin's records as recordings: one per test, whichever kind of file they came in.

The frame that comes in has the file's columns by their place (``"0"``, ``"1"``), as numbers, texts or moments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.cycler_clock import moments, seconds
from characterization.instruments.cycler_heads import Head, Kind, in_our_unit
from characterization.instruments.cycling import flag_clock, flag_counters, flag_values, utc

AGAIN = "Export it again on the instrument; the file that arrived is kept."
_ORDER = (
    "time_s", "voltage_V", "current_mA", "step", "step_index", "vendor_cycle", "charge_capacity_mAh",
    "discharge_capacity_mAh", "charge_energy_mWh", "discharge_energy_mWh", "step_time_s",
)  # fmt: skip
_OFTEN_UNUSED = ("internal_resistance_ohm", "ac_impedance_ohm", "aci_phase_deg", "acr_ohm")
_COUNTERS = ("charge_capacity_mAh", "discharge_capacity_mAh")
PAUSE_S = 60.0
LATE_S = 5.0
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Said:
    """What a file says of a test besides its records."""

    meta: Mapping[str, Any] = field(default_factory=dict)
    start: datetime | None = None
    title: str = ""
    hints: tuple[str, ...] = ()


def named(frame: pl.DataFrame, heads: Sequence[Head]) -> pl.DataFrame:
    """The known columns in our names and units; durations are read, clocks are left."""
    table = frame.select(in_our_unit(pl.col(f"{head.place}"), head) for head in heads)
    spelt = [seconds(table[head.ours]) for head in heads if head.kind is Kind.DURATION]
    return table.with_columns(spelt)


def recordings(
    table: pl.DataFrame, said: Mapping[int | None, Said], name: str, sort: bool
) -> list[Recording]:
    """One recording per test, in the order of their numbers; ``said`` is by test, under None for any.

    ``sort`` where the file keeps its rows in no order: then by their data point. Raises UnreadableFile ``empty``.
    """
    if not table.height:
        raise UnreadableFile("empty", f"{name} holds no records.", AGAIN)
    if "test_id" not in table.columns or table["test_id"].n_unique() == 1:
        tests = [(table["test_id"][0] if "test_id" in table.columns else None, table)]
    else:
        tests = sorted(
            ((key[0], part) for key, part in table.group_by("test_id", maintain_order=True)), key=str
        )
    found = []
    for number, rows in tests:
        own = said.get(number) or said.get(None) or Said()
        found.append(_recording(rows, own, name, sort))
        if len(tests) > 1:
            found[-1].part = f"test {number}"
        if number is not None:
            found[-1].meta["test_id"] = number
    return found


def _recording(rows: pl.DataFrame, said: Said, name: str, sort: bool) -> Recording:
    points = rows["data_point"] if "data_point" in rows.columns else None
    turned = points is not None and not points.is_sorted()
    if turned:
        rows = rows.sort("data_point", maintain_order=True, nulls_last=True)
    recording = Recording(
        Technique.CYCLING, rows, meta=dict(said.meta), title=said.title, sample_hints=said.hints
    )
    if turned and not sort:
        recording.flag(
            "rows_sorted", "The rows did not stand in the order of their data points; here they do."
        )
    _clock(recording, said.start)
    _steps(recording)
    _refuse_without_values(recording, name)
    _tidy(recording)
    _flag(recording, points.sort() if points is not None else None)
    return recording


def _refuse_without_values(recording: Recording, name: str) -> None:
    for column in ("time_s", "voltage_V"):
        if recording.table[column].is_null().all():
            raise UnreadableFile("damaged", f"{name} holds no number in its column {column}.", AGAIN)


def _clock(recording: Recording, start: datetime | None) -> None:
    """The start of the test, and the clock beside it: ``unix_time_s`` where the file counts from 1970, else
    ``clock_s``, the seconds since the start on the instrument's own clock, which also runs through pauses."""
    table = recording.table
    recording.started_at = start
    if "clock" not in table.columns:
        return
    clock, is_utc = moments(table["clock"])
    table = table.drop("clock")
    first, passed = (
        clock.drop_nulls().head(1).to_list(),
        table["time_s"].filter(clock.is_not_null()).head(1).to_list(),
    )
    if first and passed and passed[0] is not None and abs(passed[0]) < 1e9:
        began = first[0] - timedelta(seconds=passed[0])
        late = start is not None and (start - first[0]).total_seconds() > LATE_S
        recording.started_at = began if start is None or late else start
        if late:
            recording.flag(
                "start_differs",
                f"The file states a start at {start:%Y-%m-%d %H:%M:%S}, after its own first record of "
                f"{first[0]:%Y-%m-%d %H:%M:%S}: the test time of the first record says when the test began.",
            )
        if is_utc:
            table = table.with_columns((clock.dt.epoch("us") / 1e6).alias("unix_time_s"))
            recording.started_at = utc((began - _EPOCH).total_seconds())
        else:
            since = (clock - recording.started_at).dt.total_microseconds() / 1e6
            table = table.with_columns(since.alias("clock_s"))
    recording.table = table


def _steps(recording: Recording) -> None:
    """``step`` counts up: with every change of the schedule's step or cycle, and where the time in the step starts
    again."""
    table = recording.table
    marks = [name for name in ("vendor_cycle", "step_index") if name in table.columns]
    if not marks:
        return
    changed = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in marks)
    if "step_time_s" in table.columns:
        changed = changed | (pl.col("step_time_s").diff() < 0).fill_null(False)
    first = pl.int_range(pl.len()) == 0
    recording.table = table.with_columns((changed | first).cum_sum().cast(pl.Int32).alias("step"))


def _tidy(recording: Recording) -> None:
    """Canonical columns first; what was never measured is left out and named."""
    table = recording.table.drop("test_id", "data_point", strict=False)
    unused = [n for n in _OFTEN_UNUSED if n in table.columns and not (table[n].fill_nan(0.0) != 0).any()]
    never = [
        name for name in table.columns if name not in (*_ORDER[:3], *unused) and table[name].is_null().all()
    ]
    unused += never
    if unused:
        recording.meta["columns_never_measured"] = unused
        table = table.drop(unused)
    ordered = [name for name in _ORDER if name in table.columns]
    recording.table = table.select(*ordered, *(name for name in table.columns if name not in ordered))


def _flag(recording: Recording, points: pl.Series | None) -> None:
    if points is not None:
        flag_points(recording, points)
    flag_values(recording)
    flag_clock(recording)
    flag_pauses(recording)
    if "step" in recording.table.columns:
        for counter in _COUNTERS:
            if counter in recording.table.columns:
                flag_counters(recording, counter)


def flag_points(recording: Recording, points: pl.Series) -> None:
    """Says where data points are missing or stand twice. ``points`` are sorted."""
    known = points.drop_nulls()
    if not known.len():
        return
    first, last, several = int(known[0]), int(known[-1]), known.len() - known.n_unique()
    missing = (
        last - min(first, 1) + 1 - known.n_unique()
        if first in (0, 1)
        else last - first + 1 - known.n_unique()
    )
    if first > 1:
        recording.flag(
            "starts_later",
            f"The data points begin with {first:,}: what was measured before is not in this file.",
        )
    if missing > 0:
        recording.flag(
            "records_missing",
            f"The data points are numbered {first:,} to {last:,}, but there are {known.n_unique():,} of them.",
        )
    if several:
        recording.flag("records_twice", f"{several:,} data points stand more than once; all rows are kept.")


def flag_pauses(recording: Recording) -> None:
    """Says where the instrument's clock went on while the test time stood still."""
    name = next((n for n in ("clock_s", "unix_time_s") if n in recording.table.columns), None)
    if name is None:
        return
    ahead = recording.table[name].diff() - recording.table["time_s"].diff()
    pauses = (ahead > PAUSE_S).arg_true()
    if pauses.len():
        longest = float(ahead.max())  # type: ignore[arg-type]
        at = recording.table["time_s"].gather(pauses)[0]
        recording.flag(
            "paused",
            f"Pauses of the test: {pauses.len()}, first after {at:,.0f} s, the longest of {_spoken(longest)}. "
            "The clock went on, the test time did not.",
        )


def _spoken(duration_s: float) -> str:
    return f"{duration_s / 3600:,.1f} h" if duration_s >= 3600 else f"{duration_s / 60:,.0f} min"
