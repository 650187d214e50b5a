"""A LiCoO2 | Li6PS5Cl | In-InLi cell at constant current, as a table like a cycler's: simple, but of the right shape.

Capacities are given, voltages follow along the curves of ``curves``. Polarisation grows while the cell fades; on the
first charge some sulfide is oxidised, which shows as a slope and as lost efficiency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl

from labsys.demo.curves import (
    FULL,
    LI_IN_ABOVE_LI_V,
    SLOPE_BEGINS_V,
    Numbers,
    charge_curve_V,
    discharge_curve_V,
    grid,
    open_circuit_V,
)
from labsys.demo.seeds import Seed

NOMINAL_MAH_PER_G = 150.0
C_RATE = 0.1
CYCLES = 100
REST_S = 600.0
OXIDISED_SHARE = 0.6
"""Part of the first cycle's loss that is sulfide oxidation on the first charge: an assumption."""
LATE_EFFICIENCY_PERCENT = 99.7


@dataclass(frozen=True)
class Build:
    """A cell as the model needs it: what it is seeded with, its active mass in mg, its own deviation and noise.

    ``capacity_factor`` and the two shifts set replicates apart.
    """

    seed: Seed
    active_mass_mg: float
    noise_seed: int
    capacity_factor: float = 1.0
    efficiency_shift_percent: float = 0.0
    retention_shift_percent: float = 0.0
    cycles: int = CYCLES

    @property
    def current_mA(self) -> float:
        return C_RATE * NOMINAL_MAH_PER_G * self.active_mass_mg / 1000

    @property
    def first_discharge_mAh_per_g(self) -> float:
        return self.seed.first_discharge_mAh_per_g * self.capacity_factor

    @property
    def first_efficiency_percent(self) -> float:
        return self.seed.first_efficiency_percent + self.efficiency_shift_percent

    @property
    def retention_percent(self) -> float:
        return self.seed.retention_100_percent + self.retention_shift_percent


@dataclass
class _Record:
    """What has been written so far; time in s, charge in mAh, energy in mWh."""

    rows: list[pl.DataFrame] = field(default_factory=list)
    time_s: float = 0.0
    step: int = 0
    charge: Numbers = field(default_factory=lambda: np.zeros(2))
    energy: Numbers = field(default_factory=lambda: np.zeros(2))


def fade(cycles: int) -> Numbers:
    """How much of the loss has happened by each cycle: 0 in the first, 1 in cycle 100, faster at first."""
    n = np.arange(cycles, dtype=np.float64)
    settling = (1 - np.exp(-n / 12)) / (1 - np.exp(-99 / 12))
    return np.asarray(0.35 * settling + 0.65 * n / 99, dtype=np.float64)


def capacities_mAh_per_g(build: Build) -> tuple[Numbers, Numbers]:
    """Charge and discharge capacity of every cycle. The first and the hundredth are exact, others have 0.05 % noise."""
    n = np.arange(build.cycles)
    noise = np.random.default_rng(build.noise_seed).normal(0, 5e-4, build.cycles)
    noise[(n == 0) | (n == 99)] = 0
    loss = 1 - build.retention_percent / 100
    discharge = build.first_discharge_mAh_per_g * (1 - loss * fade(build.cycles)) * (1 + noise)
    efficiency = LATE_EFFICIENCY_PERCENT - (
        LATE_EFFICIENCY_PERCENT - build.first_efficiency_percent
    ) * np.exp(-n / 1.1)
    return discharge * 100 / efficiency, discharge


def polarisation_V(build: Build) -> Numbers:
    """Of every cycle: what it was at first, and ten times the lost share of capacity in addition to it."""
    loss = 1 - build.retention_percent / 100
    return np.asarray(build.seed.polarisation_V * (1 + 10 * loss * fade(build.cycles)), dtype=np.float64)


def table(build: Build, started_at: datetime) -> pl.DataFrame:
    """The whole test, one row per record, units in the names. Counters run on through the test, by direction."""
    charge, discharge = (each * build.active_mass_mg / 1000 for each in capacities_mAh_per_g(build))
    polarisation, part = polarisation_V(build), grid()
    lost = OXIDISED_SHARE * (charge[0] - discharge[0]) / charge[0]
    record = _Record()
    _rest(record, 1, SLOPE_BEGINS_V - 0.05, SLOPE_BEGINS_V)
    for n in range(build.cycles):
        up = charge_curve_V(part, polarisation[n], float(lost) if n == 0 else 0.0, n == 0)
        _flow(record, n + 1, part * charge[n], up, build.current_mA)
        _rest(record, n + 1, up[-1], up[-1] - polarisation[n])
        down = discharge_curve_V(part, polarisation[n])
        _flow(record, n + 1, part * discharge[n], down, -build.current_mA)
        _rest(record, n + 1, down[-1], float(open_circuit_V(FULL)) - LI_IN_ABOVE_LI_V)
    return _noisy(pl.concat(record.rows), build, started_at)


def _flow(record: _Record, cycle: int, moved_mAh: Numbers, voltage: Numbers, current_mA: float) -> None:
    side = 0 if current_mA > 0 else 1
    energy = np.concatenate(([0.0], np.cumsum(np.diff(moved_mAh) * (voltage[1:] + voltage[:-1]) / 2)))
    counters = {
        "charge": np.full(len(moved_mAh), record.charge[0]),
        "discharge": np.full(len(moved_mAh), record.charge[1]),
        "charge_energy": np.full(len(moved_mAh), record.energy[0]),
        "discharge_energy": np.full(len(moved_mAh), record.energy[1]),
    }
    counters[("charge", "discharge")[side]] += moved_mAh
    counters[("charge_energy", "discharge_energy")[side]] += energy
    record.charge[side] += moved_mAh[-1]
    record.energy[side] += energy[-1]
    _append(record, cycle, moved_mAh / abs(current_mA) * 3600, voltage, current_mA, counters)


def _rest(record: _Record, cycle: int, from_V: float, to_V: float) -> None:
    """Ten minutes without current, in which the voltage goes back most of the way."""
    time = np.array([1.0, 60.0, 300.0, REST_S])
    voltage = to_V + (from_V - to_V) * np.exp(-time / 120)
    names = ("charge", "discharge", "charge_energy", "discharge_energy")
    values = (*record.charge, *record.energy)
    counters = {name: np.full(len(time), value) for name, value in zip(names, values, strict=True)}
    _append(record, cycle, time, voltage, 0.0, counters)


def _append(
    record: _Record,
    cycle: int,
    time_s: Numbers,
    voltage: Numbers,
    current_mA: float,
    counters: dict[str, Numbers],
) -> None:
    record.step += 1
    rows = len(time_s)
    record.rows.append(
        pl.DataFrame(
            {
                "time_s": record.time_s + time_s,
                "voltage_V": voltage,
                "current_mA": np.full(rows, current_mA),
                "cycle": np.full(rows, cycle),
                "step": np.full(rows, record.step),
                **counters,
            }
        )
    )
    record.time_s += float(time_s[-1])


def _noisy(table: pl.DataFrame, build: Build, started_at: datetime) -> pl.DataFrame:
    """With 0.1 mV of noise, a laboratory around 25 °C, and the clock."""
    draw = np.random.default_rng(build.noise_seed + 1)
    hours = table["time_s"].to_numpy() / 3600
    warmth = 25 + 0.4 * np.sin(2 * np.pi * hours / 24) + draw.normal(0, 0.05, table.height)
    return table.with_columns(
        pl.Series("voltage_V", table["voltage_V"].to_numpy() + draw.normal(0, 1e-4, table.height)),
        pl.Series("temperature_degC", warmth),
        (pl.col("time_s") + started_at.timestamp()).alias("unix_time_s"),
    )
