"""Neware's exported records as a recording: time from the steps where no test time is written, signs from the step
types where the current has none, one counter per step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from characterization.instruments.arbin_table import flag_pauses, flag_points
from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.cycler_clock import moments
from characterization.instruments.cycling import flag_clock, flag_counters, flag_values
from characterization.instruments.neware_words import in_english

AGAIN = "Export it again from BTSDA; the file that arrived is kept."
_ORDER = (
    "time_s", "voltage_V", "current_mA", "step", "step_type", "step_index", "vendor_cycle", "step_capacity_mAh",
    "step_energy_mWh", "charge_capacity_mAh", "discharge_capacity_mAh", "charge_energy_mWh", "discharge_energy_mWh",
    "step_time_s",
)  # fmt: skip
_OFTEN_UNUSED = ("dc_resistance_ohm", "contact_resistance_ohm")
_DISCHARGING = r"(?i)d(is)?_?-?\s?ch"


def recording(
    table: pl.DataFrame, meta: Mapping[str, Any], name: str, *, started: datetime | None = None
) -> Recording:
    """The records in our columns. ``table`` has known columns in our units, clocks unread; it may hold ``step``.

    Raises UnreadableFile ``empty`` or ``damaged``.
    """
    if not table.height:
        raise UnreadableFile("empty", f"{name} holds no records.", AGAIN)
    found = Recording(Technique.CYCLING, table, meta=dict(meta))
    _types(found)
    _steps(found)
    _times(found, name)
    _clock(found, started)
    _signs(found)
    _counters(found)
    for column in ("time_s", "voltage_V"):
        if found.table[column].is_null().all():
            raise UnreadableFile("damaged", f"{name} holds no number in its column {column}.", AGAIN)
    points = found.table["data_point"].sort() if "data_point" in found.table.columns else None
    _tidy(found)
    _flag(found, points)
    return found


def _types(found: Recording) -> None:
    if "step_type" in found.table.columns:
        found.table = found.table.with_columns(in_english(found.table["step_type"]))


def _steps(found: Recording) -> None:
    """``step`` counts up: the vendor's own count where it is written, else with every change of cycle, step or type,
    and where the time in the step starts again."""
    table = found.table
    if "step" in table.columns:
        return
    marks = [
        name for name in ("vendor_cycle", "step_index", "step_type", "step_number") if name in table.columns
    ]
    changed = [pl.col(name).ne_missing(pl.col(name).shift(1)) for name in marks]
    if "step_time_s" in table.columns:
        changed.append((pl.col("step_time_s").diff() < 0).fill_null(False))
    if changed:
        first = pl.int_range(pl.len()) == 0
        step = (pl.any_horizontal(changed) | first).cum_sum().cast(pl.Int32).alias("step")
        found.table = table.with_columns(step)


def _times(found: Recording, name: str) -> None:
    """The test time; where none is written, that of the steps behind each other, or of the clock."""
    table = found.table
    if "time_s" in table.columns:
        return
    if "step_time_s" in table.columns and "step" in table.columns:
        ends = table.group_by("step", maintain_order=True).agg(pl.col("step_time_s").max().alias("end"))
        before = ends.with_columns(pl.col("end").fill_null(0).cum_sum().shift(1, fill_value=0.0))
        joined = table.join(before, on="step", how="left", maintain_order="left")
        found.table = joined.with_columns((pl.col("end") + pl.col("step_time_s")).alias("time_s")).drop("end")
        found.flag("time_summed", "The file holds no test time: it is the sum of the times in the steps.")
    elif "clock" in table.columns:
        clock, _ = moments(table["clock"])
        if clock.is_null().all():
            raise UnreadableFile("damaged", f"{name} has a clock that cannot be read.", AGAIN)
        since = (clock - clock.drop_nulls()[0]).dt.total_microseconds() / 1e6
        found.table = table.with_columns(since.alias("time_s"))
        found.flag(
            "time_of_clock", "The file holds no test time: it is the clock's, counted from the first record."
        )


def _clock(found: Recording, started: datetime | None) -> None:
    """The start by the instrument's own clock, without a zone, and that clock beside the test time."""
    found.started_at = started
    if "clock" not in found.table.columns:
        return
    clock, _ = moments(found.table["clock"])
    found.table = found.table.drop("clock")
    place = next(iter(clock.is_not_null().arg_true()), None)
    passed = found.table["time_s"][place] if place is not None else None
    if place is not None and passed is not None and abs(passed) < 1e9:
        began: datetime = clock[place] - timedelta(seconds=passed)
        found.started_at = began
        since = (clock - began).dt.total_microseconds() / 1e6
        found.table = found.table.with_columns(since.alias("clock_s"))


def _signs(found: Recording) -> None:
    """Discharge is negative here; where the file writes magnitudes the step types give the sign."""
    table = found.table
    if "step_type" not in table.columns or not table.height:
        return
    current, falling = table["current_mA"], table["step_type"].str.contains(_DISCHARGING).fill_null(False)
    largest = current.abs().max()
    moving = falling & (current.abs() > 1e-3 * (largest if isinstance(largest, float) else 0.0))
    if moving.any() and not (current < 0).any():
        signed = pl.when(falling).then(-pl.col("current_mA")).otherwise(pl.col("current_mA"))
        found.table = table.with_columns(signed.alias("current_mA"))
        found.flag("sign_from_step_type", "The file writes currents without a sign: the step types give it.")


def _counters(found: Recording) -> None:
    """The counter of the step where it is written, absolute; else those by direction."""
    table = found.table
    for quantity in ("capacity_mAh", "energy_mWh"):
        if f"step_{quantity}" in table.columns:
            table = table.drop(f"charge_{quantity}", f"discharge_{quantity}", strict=False)
            table = table.with_columns(pl.col(f"step_{quantity}").abs())
    found.table = table


def _tidy(found: Recording) -> None:
    table = found.table.drop("data_point", "step_number", strict=False)
    unused = [n for n in _OFTEN_UNUSED if n in table.columns and not (table[n].fill_nan(0.0) != 0).any()]
    unused += [n for n in table.columns if n not in (*_ORDER[:3], *unused) and table[n].is_null().all()]
    if unused:
        found.meta["columns_never_measured"] = unused
    ordered = [name for name in _ORDER if name in table.columns and name not in unused]
    found.table = table.select(*ordered, *(n for n in table.columns if n not in ordered and n not in unused))


def _flag(found: Recording, points: pl.Series | None) -> None:
    if points is not None:
        flag_points(found, points)
    flag_values(found)
    flag_clock(found)
    flag_pauses(found)
    if {"step_capacity_mAh", "step"} <= set(found.table.columns):
        flag_counters(found, "step_capacity_mAh")
