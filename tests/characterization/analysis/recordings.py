"""Recordings whose truth is known because the test wrote them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from characterization.instruments.base import Recording, Technique

ROWS_PER_STEP = 21


def step(
    mAh: float, number: int, word: str | None, begin_s: float, volts: tuple[float, float]
) -> pl.DataFrame:
    """One hour in which ``mAh`` flows at constant current (0: a rest), voltage going straight."""
    share = np.linspace(0, 1, ROWS_PER_STEP)
    voltage = volts[0] + (volts[1] - volts[0]) * share
    table = pl.DataFrame(
        {
            "time_s": begin_s + 3600 * share,
            "voltage_V": voltage,
            "current_mA": np.full(ROWS_PER_STEP, mAh),
            "step": np.full(ROWS_PER_STEP, number),
            "vendor_cycle": np.full(ROWS_PER_STEP, 7),
            "step_capacity_mAh": abs(mAh) * share,
            "step_energy_mWh": abs(mAh)
            * np.concatenate(([0], np.cumsum((voltage[1:] + voltage[:-1]) / 2)))
            / 20,
        }
    )
    return table if word is None else table.with_columns(pl.lit(word).alias("step_type"))


def word_for(mAh: float) -> str:
    if mAh == 0:
        return "Rest"
    return "CC_Chg" if mAh > 0 else "CC_DChg"


def cycler(steps_mAh: Sequence[float], *, typed: bool = True, drop: Sequence[str] = ()) -> Recording:
    """A test of one step after the other; charges run from 3.0 to 4.0 V, discharges back."""
    parts = []
    for number, mAh in enumerate(steps_mAh):
        volts = (3.0, 4.0) if mAh > 0 else (4.0, 3.0)
        word = word_for(mAh) if typed else None
        parts.append(step(mAh, number + 1, word, 3600.0 * number, volts if mAh else (3.5, 3.5)))
    return Recording(Technique.CYCLING, pl.concat(parts).drop(*drop))


def with_direction_counters(steps_mAh: Sequence[float], start_mAh: float = 0.0) -> Recording:
    """The same, counted by two counters that never restart and stand at ``start_mAh`` when the file begins."""
    recording = cycler(steps_mAh, typed=False)
    flowed = recording.table["step_capacity_mAh"].to_numpy()
    gone = np.repeat(np.concatenate(([0.0], np.cumsum(np.clip(steps_mAh, 0, None))[:-1])), ROWS_PER_STEP)
    back = np.repeat(
        np.concatenate(([0.0], np.cumsum(np.clip(np.negative(steps_mAh), 0, None))[:-1])), ROWS_PER_STEP
    )
    sign = np.repeat(np.sign(steps_mAh), ROWS_PER_STEP)
    recording.table = recording.table.drop("step_capacity_mAh", "step_energy_mWh").with_columns(
        pl.Series("charge_capacity_mAh", start_mAh + gone + np.where(sign > 0, flowed, 0)),
        pl.Series("discharge_capacity_mAh", start_mAh + back + np.where(sign < 0, flowed, 0)),
    )
    return recording


def pattern(
    lines: Sequence[tuple[float, float, float]],
    *,
    counts: float = 100.0,
    meta: dict[str, object] | None = None,
) -> Recording:
    """Gaussian lines (°, height, width at half height in °) on a slowly falling background, 10 to 90° by 0.02°."""
    angle = np.arange(10, 90, 0.02)
    intensity = counts + 200 * np.exp(-angle / 20)
    for centre, height, width in lines:
        intensity = intensity + height * np.exp(-4 * np.log(2) * ((angle - centre) / width) ** 2)
    table = pl.DataFrame({"two_theta_deg": angle, "intensity_counts": intensity})
    return Recording(Technique.XRD, table, meta=dict(meta or {}))
