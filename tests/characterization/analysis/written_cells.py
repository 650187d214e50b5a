"""Cycling tests whose resistance, constant-voltage part, rates and fade are known, because they are written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from characterization.instruments.base import Recording, Technique

ROWS = 401


class Test:
    """Rows of a test as they are written, step after step. Voltage in V, current in mA, time in s."""

    __test__ = False

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []
        self._now_s = 0.0

    def step(self, word: str, seconds: np.ndarray, volts: np.ndarray, current_mA: np.ndarray) -> None:
        moved = np.concatenate(([0.0], np.cumsum((current_mA[1:] + current_mA[:-1]) / 2 * np.diff(seconds))))
        self._parts.append(
            pl.DataFrame(
                {
                    "time_s": self._now_s + seconds,
                    "voltage_V": volts,
                    "current_mA": current_mA,
                    "step": np.full(len(seconds), len(self._parts) + 1),
                    "step_capacity_mAh": np.abs(moved) / 3600,
                }
            ).with_columns(pl.lit(word).alias("step_type"))
        )
        self._now_s += float(seconds[-1])

    def constant_current(
        self, word: str, hours: float, current_mA: float, volts: tuple[float, float], rows: int = ROWS
    ) -> None:
        share = np.linspace(0, 1, rows)
        self.step(
            word, 3600 * hours * share, volts[0] + (volts[1] - volts[0]) * share, np.full(rows, current_mA)
        )

    def constant_voltage(
        self, word: str, hours: float, current_mA: float, volts: float, decay_h: float
    ) -> None:
        share = np.linspace(0, 1, ROWS)
        current = current_mA * np.exp(-hours * share / decay_h)
        self.step(word, 3600 * hours * share, np.full(ROWS, volts), current)

    def rest(self, hours: float, volts: float) -> None:
        share = np.linspace(0, 1, 21)
        self.step("Rest", 3600 * hours * share, np.full(21, volts), np.zeros(21))

    def recording(self, *drop: str) -> Recording:
        return Recording(Technique.CYCLING, pl.concat(self._parts).drop(*drop))


def cycles_at(rates_mA: Sequence[float], capacities_mAh: Sequence[float]) -> Recording:
    """One cycle per entry: charge and discharge between 3 and 4 V at this current and of this capacity."""
    test = Test()
    for current, capacity in zip(rates_mA, capacities_mAh, strict=True):
        test.constant_current("CC_Chg", capacity / current, current, (3.0, 4.0), 11)
        test.constant_current("CC_DChg", capacity / current, -current, (4.0, 3.0), 11)
    test.rest(1.0, 3.2)
    return test.recording()
