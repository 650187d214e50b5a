"""From an exported table to a cycling recording: columns by their titles, time, steps, signs, counters, doubts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.clock_text import seconds
from characterization.instruments.cycler_counters import by_direction, counts_per_step, goes_both_ways
from characterization.instruments.cycler_numbers import number
from characterization.instruments.cycler_signs import count_steps, signed_current
from characterization.instruments.cycler_time import set_time
from characterization.instruments.cycler_titles import Column, Kind, Mapped, further, map_titles
from characterization.instruments.cycler_work import Dialect, Table, Work
from characterization.instruments.cycling import flag_clock, flag_counters, flag_values
from characterization.instruments.text_sheet import Sheet
from characterization.instruments.text_sheet_rows import AGAIN

_ORDER = (
    "time_s", "voltage_V", "current_mA", "step", "step_type", "vendor_cycle", "vendor_step", "record", "step_time_s",
    "clock_s", "step_capacity_mAh", "step_energy_mWh", "charge_capacity_mAh", "discharge_capacity_mAh",
    "charge_energy_mWh", "discharge_energy_mWh",
)  # fmt: skip


def understands(titles: list[str], columns: Sequence[Column]) -> bool:
    """Whether these titles name a voltage, a current and some time: without one of them it is no cycling table."""
    ours = {column.ours for column in map_titles(titles, columns)}
    return {"voltage_V", "current_mA"} <= ours and bool(ours & {"time_s", "step_time_s", "clock"})


def cycling_recording(sheet: Sheet, dialect: Dialect, said_dates: Sequence[str] = ()) -> Recording:
    """The recording of a table whose titles the dialect understands; ``said_dates`` are dates of its header.

    Raises UnreadableFile ``needs_mapping`` where nothing tells the unit of the test time, ``damaged`` without numbers.
    """
    work = Work(
        sheet, dialect, said_dates, map_titles(sheet.titles, dialect.columns), flags=list(sheet.flags)
    )
    extra = further(sheet.titles, work.mapped)
    wanted = [column for column in [*work.mapped, *extra] if column.kind is not Kind.CLOCK]
    work.table = _values(work, wanted)
    _refuse_empty(work)
    set_time(work)
    names = _drop_silent(work, extra)
    if (step := count_steps(work.table)) is not None:
        work.table["step"] = step
    work.table["current_mA"] = signed_current(work.table, work.flags)
    _set_counters(work)
    return _recording(work, names)


def _values(work: Work, wanted: list[Mapped]) -> Table:
    """The columns in our names and units, as they stand in the file."""
    cells, decimals = work.sheet.cells, work.sheet.decimals
    plain = [column for column in wanted if column.kind is not Kind.DURATION]
    found = cells.select(_expression(work, column, stripped=True) for column in plain)
    blank = [column for column in plain if _lost(found[column.ours], cells[str(column.place)])]
    if blank:
        found = found.with_columns(cells.select(_expression(work, column) for column in blank))
    table = {name: found[name] for name in found.columns}
    for column in wanted:
        if column.kind is Kind.DURATION:
            times, clocked = cells[str(column.place)], work.clocked(column)
            table[column.ours] = seconds(times, column.factor or 1.0, decimals, clocked=clocked).alias(
                column.ours
            )
    return table


def _lost(values: pl.Series, cells: pl.Series) -> bool:
    """Whether some cells gave no value: perhaps for the blanks around them."""
    return values.null_count() > cells.null_count()


def _expression(work: Work, column: Mapped, *, stripped: bool = False) -> pl.Expr:
    cells = pl.col(str(column.place))
    if column.kind is Kind.TEXT:
        words = cells.str.strip_chars().replace(work.dialect.words)
        return words.cast(pl.Categorical).alias(column.ours)
    values = number(cells, work.sheet.decimals, stripped=stripped)
    scaled = (
        values * column.factor if column.kind is Kind.NUMBER and column.factor not in (None, 1) else values
    )
    return scaled.alias(column.ours)


def _refuse_empty(work: Work) -> None:
    for needed in ("voltage_V", "current_mA"):
        if needed not in work.table or work.table[needed].is_null().all():
            raise UnreadableFile(
                "damaged", f"{work.sheet.name} holds no number in its {needed} column.", AGAIN
            )


def _drop_silent(work: Work, extra: list[Mapped]) -> dict[str, str]:
    """Leaves out what else has a unit but is all zero or empty; answers the names and titles of the rest."""
    counts = [column.ours for column in work.mapped if column.kind is Kind.COUNT]
    for name in counts:
        values = work.table[name]
        if (values.is_null() | ((values == values.round()) & (values.abs() < 2**31))).all():
            work.table[name] = values.cast(pl.Int32)
    names = {}
    for column in extra:
        values = np.nan_to_num(work.table[column.ours].to_numpy())
        if values.any():
            names[column.ours] = work.sheet.titles[column.place]
        else:
            del work.table[column.ours]
    return names


def _set_counters(work: Work) -> None:
    """Turns ``capacity_mAh`` and ``energy_mWh`` into counters of a step or of each direction, as they behave."""
    table = work.table
    capacity, energy = table.pop("capacity_mAh", None), table.pop("energy_mWh", None)
    if capacity is None or {"charge_capacity_mAh", "discharge_capacity_mAh"} <= table.keys():
        return
    step = table.get("step", pl.Series(np.zeros(len(capacity))))
    steps, current = step.to_numpy().astype(np.int64), np.nan_to_num(table["current_mA"].to_numpy())
    per_step = "step" in table and not goes_both_ways(current, steps)
    per_step = per_step and (work.dialect.per_step or counts_per_step(_filled(capacity), current, steps))
    for quantity, counter in (("capacity_mAh", capacity), ("energy_mWh", energy)):
        if counter is None:
            continue
        if per_step:
            table[f"step_{quantity}"] = counter.abs()
        else:
            charge, discharge = by_direction(_filled(counter), current, steps)
            table[f"charge_{quantity}"] = pl.Series(charge)
            table[f"discharge_{quantity}"] = pl.Series(discharge)


def _filled(counter: pl.Series) -> np.ndarray:
    return counter.fill_null(strategy="forward").fill_null(0.0).to_numpy()


def _recording(work: Work, extra: dict[str, str]) -> Recording:
    order = [name for name in _ORDER if name in work.table] + [
        name for name in work.table if name not in _ORDER
    ]
    used = {column.ours: work.sheet.titles[column.place] for column in work.mapped}
    shown = {*used.values(), *extra.values()}
    recording = Recording(
        Technique.CYCLING,
        pl.DataFrame({name: work.table[name] for name in order}),
        meta={
            "columns_in_file": used | extra,
            "columns_left_out": [title for title in work.sheet.titles if title and title not in shown],
        },
        started_at=work.started_at,
        flags=work.flags,
    )
    flag_values(recording)
    flag_clock(recording)
    if "step_capacity_mAh" in work.table:
        flag_counters(recording, "step_capacity_mAh")
    return recording
