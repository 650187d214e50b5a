"""Steps and signs of an exported cycling table: where a step begins, and which way the current of each row flows."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.instruments.base import Flag
from characterization.instruments.cycler_work import Table

Numbers = npt.NDArray[np.float64]

_RESTING = re.compile(
    r"rest|pause|^pau$|ocv|open.?circ|idle|standby|静置|搁置|ruhe|^r$|^p$|^o$|^s$", re.IGNORECASE
)
_DISCHARGING = re.compile(r"d(is)?[ _-]?ch|^d($|[ _-])|rated$|entlad|放电|c[cvp]d$|[cvp]_d$", re.IGNORECASE)
_CHARGING = re.compile(
    r"ch(ar)?g|^cha?($|[ _-])|^c($|[ _-])|ratec$|laden|充电|c[cvp]c$|[cvp]_c$", re.IGNORECASE
)


def direction_of(word: str) -> float:
    """1 for a word of charging, −1 of discharging, 0 of resting, NaN where it says nothing."""
    if _RESTING.search(word):
        return 0.0
    if _DISCHARGING.search(word):
        return -1.0
    return 1.0 if _CHARGING.search(word) else float("nan")


def count_steps(table: Table) -> pl.Series | None:
    """Steps counted up through the file, None where no column tells of them.

    A step begins where the programme's step number changes or, where there is none, the kind of step; and wherever
    the time in the step falls.
    """
    changed = np.zeros(len(table["current_mA"]), dtype=bool)
    marks = [table[name] for name in ("vendor_step", "step_type") if name in table][:1]
    for mark in marks:
        runs = mark.rle_id().to_numpy()
        changed[1:] |= runs[1:] != runs[:-1]
    if "step_time_s" in table:
        changed[1:] |= np.diff(table["step_time_s"].to_numpy()) < 0
    elif not marks:
        return None
    return pl.Series("step", (np.cumsum(changed) + 1).astype(np.int32))


def told_directions(table: Table) -> Numbers | None:
    """Each row's direction by the words of its step, else by the counter that grows; None where nothing tells."""
    if "step_type" in table:
        words = table["step_type"].cast(pl.String).fill_null("")
        known = {word: direction_of(word) for word in words.unique().to_list()}
        if -1.0 in known.values() or 1.0 in known.values():
            return words.replace_strict(known, return_dtype=pl.Float64).to_numpy().copy()
    if "charge_capacity_mAh" in table and "discharge_capacity_mAh" in table:
        grown = [
            table[f"{way}_capacity_mAh"].diff().fill_null(0.0).to_numpy() for way in ("charge", "discharge")
        ]
        told: Numbers = np.sign(np.maximum(grown[0], 0.0) - np.maximum(grown[1], 0.0))
        return told if told.any() else None
    return None


def signed_current(table: Table, flags: list[Flag]) -> pl.Series:
    """The current in mA, positive while charging. Says where the file has it otherwise or does not tell."""
    current = table["current_mA"]
    values = np.nan_to_num(current.cast(pl.Float64).to_numpy())
    told = told_directions(table)
    if not values.any():
        return current
    if (values > 0).any() and (values < 0).any() and not _one_sided(values):
        return _checked(current, values, told, flags)
    if told is None:
        return current if (values < 0).any() else _by_voltage(table, current, values, flags)
    if (values < 0).any() and not (values[told > 0] < 0).any():
        return current
    wrong = (np.nan_to_num(told) != 0) & (np.sign(values) == -np.nan_to_num(told))
    return pl.Series("current_mA", np.where(wrong, -values, current.to_numpy()), nan_to_null=False)


def _one_sided(values: Numbers) -> bool:
    """Whether one sign is only noise around zero: no row of it beyond a thousandth of the largest current."""
    return bool(min(values.max(), -values.min()) < 1e-3 * np.abs(values).max())


def _checked(current: pl.Series, values: Numbers, told: Numbers | None, flags: list[Flag]) -> pl.Series:
    """A current with both signs; turned round where the file's own words say that it counts the other way."""
    if told is None or np.nansum(told * values) >= 0:
        return current
    flags.append(
        Flag(
            "sign_reversed",
            "The file counts the current as positive while discharging, by its own steps or counters; here it is "
            "positive while charging.",
        )
    )
    return -current


def _by_voltage(table: Table, current: pl.Series, values: Numbers, flags: list[Flag]) -> pl.Series:
    """A current without signs and without words: each step goes the way that its voltage goes."""
    step = table.get("step")
    runs = (step if step is not None else pl.Series(values != 0)).rle_id().to_numpy()
    starts = np.concatenate(([0], np.flatnonzero(np.diff(runs)) + 1))
    ends = np.append(starts[1:], len(values)) - 1
    voltage = np.nan_to_num(table["voltage_V"].cast(pl.Float64).to_numpy())
    fallen = (voltage[ends] < voltage[np.maximum(starts - 1, 0)]) & (
        np.add.reduceat(np.abs(values), starts) > 0
    )
    flags.append(
        Flag(
            "sign_not_stated",
            "All currents are positive and no column says which steps charge and which discharge: a step counts as a "
            f"discharge where its voltage falls, as it does in {int(fallen.sum())} of {len(starts)} steps.",
        )
    )
    by_row = np.repeat(fallen, ends - starts + 1)
    return pl.Series("current_mA", np.where(by_row, -values, values))
