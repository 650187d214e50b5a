"""What flowed from one row of an EC-Lab table to the next, and the counters by direction that it sums to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.instruments.base import Recording

Numbers = npt.NDArray[np.float64]
_RESTART_SHARE = 0.5
REST = 3
_ENERGIES = {
    "energy_charge_mWh": "charge_energy_mWh",
    "energy_discharge_mWh": "discharge_energy_mWh",
}
_COUNTERS = ("Q_charge_mAh", "Q_discharge_mAh")


def numbers(table: pl.DataFrame, name: str) -> Numbers:
    """A column as float64, nulls as NaN."""
    return table[name].cast(pl.Float64).to_numpy()


def passed(table: pl.DataFrame, loops: list[int]) -> Numbers | None:
    """Charge in mAh since the row before, positive while oxidising (charging); None where the table does not say
    it. ``loops`` are the first rows of the passes of a loop: there ``Q-Qo`` starts again."""
    if "dq_mAh" in table.columns:
        return np.nan_to_num(numbers(table, "dq_mAh"))
    if "charge_mAh" in table.columns:
        grown = _grown(numbers(table, "charge_mAh"))
        grown[[row for row in loops if row < len(grown)]] = 0.0
        return grown
    if "Q_charge_discharge_mAh" in table.columns:
        counter = numbers(table, "Q_charge_discharge_mAh")
        grown = _grown(counter)
        before = np.concatenate(([0.0], counter[:-1]))
        restarted = (counter * before < 0) | (np.abs(counter) < _RESTART_SHARE * np.abs(before))
        return np.where(restarted, np.nan_to_num(counter), grown)
    return None


def _grown(counter: Numbers) -> Numbers:
    return np.nan_to_num(np.diff(counter, prepend=counter[:1]))


def mean_current(table: pl.DataFrame, loops: list[int]) -> tuple[pl.Series, str]:
    """Current in mA where the file keeps none, and what it is: charge over time since the row before, as EC-Lab
    computes it on export (0 in the first row); without a charge 0 at rest, else null."""
    charge = passed(table, loops)
    if charge is None:
        resting = (
            numbers(table, "mode") == REST if "mode" in table.columns else np.zeros(table.height, dtype=bool)
        )
        said = "0 at rest" if resting.any() else "not in the file"
        return pl.Series(np.where(resting, 0.0, np.nan), nan_to_null=True), said
    time_s = numbers(table, "time_s")
    seconds = np.diff(time_s, prepend=time_s[:1])
    longer = seconds > 0
    current = np.where(longer, charge * 3600 / np.where(longer, seconds, 1.0), 0.0)
    return pl.Series(current), "charge over time since the row before"


def charge_columns(recording: Recording, loops: list[int]) -> pl.DataFrame:
    """The recording's table with ``charge_capacity_mAh`` and ``discharge_capacity_mAh``, and energies where the
    file keeps them and may be believed."""
    table = recording.table
    charge = passed(table, loops)
    if charge is not None:
        table = table.with_columns(
            charge_capacity_mAh=np.cumsum(np.maximum(charge, 0.0)),
            discharge_capacity_mAh=np.cumsum(np.maximum(-charge, 0.0)),
        )
    elif set(_COUNTERS) <= set(table.columns):
        renamed = zip(_COUNTERS, ("charge_capacity_mAh", "discharge_capacity_mAh"), strict=True)
        table = table.with_columns(pl.col(theirs).abs().alias(ours) for theirs, ours in renamed)
    return _with_energies(table, recording)


def _with_energies(table: pl.DataFrame, recording: Recording) -> pl.DataFrame:
    """EC-Lab counts energy by magnitude: below 0 V its energies have no sign, and are not used."""
    if not set(_ENERGIES) <= set(table.columns):
        return table
    lowest = table["voltage_V"].min()
    if isinstance(lowest, float) and lowest < 0:
        recording.flag(
            "energy_by_magnitude",
            f"The voltage falls to {lowest:.4g} V, and EC-Lab counts energy by magnitude: energies are computed "
            "from charge and voltage instead; the file's own are kept beside.",
        )
        return table
    return table.rename(_ENERGIES)
