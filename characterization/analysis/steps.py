"""Where the steps of a cycling test begin, and which way each declares to go."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from characterization.analysis.rows import Floats, Indices, column
from characterization.charts.chart import Numbers

DISCHARGING = re.compile(r"d(is)?_?-?\s?ch", re.IGNORECASE)
CHARGING = re.compile(r"ch(ar)?g", re.IGNORECASE)
RESTING = re.compile(r"rest|pause|ocv|open.?circuit|idle", re.IGNORECASE)
CURRENT_DEADBAND = 1e-4


def direction_of(word: str) -> float:
    """Sign that a step's type declares: ``CC_Chg`` 1, ``CC_DChg`` −1, ``Rest`` 0, ``Pulse`` NaN (not
    declared)."""
    if RESTING.search(word):
        return 0.0
    if DISCHARGING.search(word):
        return -1.0
    return 1.0 if CHARGING.search(word) else float("nan")


def step_starts(table: pl.DataFrame, current_mA: Floats) -> Indices:
    """First row of each step; without a step number, of each run of one current direction."""
    marker: Floats | Indices
    if "step" not in table.columns:
        marker = quiet_sign(current_mA)
    elif table["step"].dtype.is_integer() and not table["step"].null_count():
        marker = table["step"].to_numpy()
    else:
        marker = column(table, "step")
    changed = np.flatnonzero(marker[1:] != marker[:-1]) + 1
    return np.concatenate(([0], changed)).astype(np.int64)


def step_directions(table: pl.DataFrame, starts: Indices) -> Numbers:
    if "step_type" not in table.columns:
        return np.full(len(starts), np.nan)
    words = table["step_type"].gather(starts).cast(pl.String).fill_null("").to_list()
    known = {word: direction_of(word) for word in set(words)}
    return np.array([known[word] for word in words], dtype=np.float64)


def quiet_sign(current_mA: Floats) -> Numbers:
    """Direction of a current, 0 where it is below 1e-4 of the file's largest."""
    current = np.nan_to_num(current_mA)
    floor = CURRENT_DEADBAND * np.abs(current).max(initial=0.0)
    sign: Numbers = np.where(np.abs(current) > floor, np.sign(current), 0.0)
    return sign
