"""An isotherm as the analyses want it: relative pressures and amounts of each branch, with what had to be assumed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Result
from characterization.analysis.choices import Choice
from characterization.analysis.rows import column
from characterization.analysis.sorption.gases import GASES, WITHIN_K, saturation_kPa
from characterization.charts.chart import Numbers
from characterization.instruments.base import Flag, Recording

ADSORPTION, DESORPTION = "adsorption", "desorption"
COMMON_CHOICES = (
    Choice("gas", "Gas", "one of", options=("N2", "Ar", "Kr", "CO2", "H2O", "other"),
           help="Where the file does not name it, or names it wrongly."),
    Choice("temperature_K", "Temperature", unit="K", lowest=1, highest=500,
           help="Of the bath, where the file does not say it."),
    Choice("saturation_pressure_kPa", "Saturation pressure", unit="kPa", lowest=1e-6, highest=1e5,
           help="For files with absolute pressures only. Without it, it is computed from the temperature."),
    Choice("sample_mass_g", "Sample mass", unit="g", lowest=1e-6, highest=1e3,
           help="The right mass, where that in the file is wrong: amounts are scaled by it."),
)  # fmt: skip


@dataclass
class Isotherm:
    """``relative`` ascends in ``adsorption`` and is in the order of measuring in ``desorption``; amounts in mmol/g.

    ``assumed`` are flags that every figure of it carries.
    """

    gas: str
    temperature_K: float | None
    adsorption: tuple[Numbers, Numbers]
    desorption: tuple[Numbers, Numbers]
    table: pl.DataFrame
    parameters: dict[str, Any] = field(default_factory=dict)
    assumed: list[Flag] = field(default_factory=list)

    @property
    def is_nitrogen(self) -> bool:
        near = self.temperature_K is None or abs(self.temperature_K - 77.35) <= WITHIN_K
        return self.gas == "N2" and near

    def why_no_area(self) -> str:
        """Why no BET area is given for this gas and temperature; empty where one is."""
        if not self.gas:
            return "The gas is not known: no area is given. Choose the gas."
        if self.gas not in GASES:
            return f"This is an isotherm of {self.gas}: BET areas are given for N2, Ar and Kr only."
        known = GASES[self.gas].near_K
        if (
            self.temperature_K is not None
            and min(abs(self.temperature_K - near) for near in known) > WITHIN_K
        ):
            return (
                f"{self.gas} was measured at {self.temperature_K:g} K: its cross-section is known near "
                f"{' and '.join(f'{near:g}' for near in known)} K only."
            )
        if not len(self.adsorption[0]):
            return "Relative pressures are not known: choose the saturation pressure or the temperature."
        return ""


def isotherm_of(recording: Recording, conditions: Conditions) -> Isotherm:
    """What the file says, with a person's choices over it."""
    chosen, meta = conditions.parameters, recording.meta
    gas = str(chosen.get("gas") or meta.get("gas") or "")
    kelvin = chosen.get("temperature_K") or meta.get("temperature_K")
    found = Isotherm(gas, float(kelvin) if kelvin else None, _nothing(), _nothing(), recording.table)
    scale = _mass_factor(found, meta, chosen)
    relative = _relative(found, recording.table, chosen)
    amount = column(recording.table, "amount_mmol_per_g") * scale
    branch = recording.table["branch"].to_numpy() == DESORPTION
    known = np.isfinite(relative) & np.isfinite(amount)
    rising, falling = known & ~branch, known & branch
    order = np.argsort(relative[rising], kind="stable")
    found.adsorption = relative[rising][order], amount[rising][order]
    found.desorption = relative[falling], amount[falling]
    found.table = pl.DataFrame(
        {"relative_pressure": relative, "amount_mmol_per_g": amount, "branch": recording.table["branch"]}
    ).with_columns(pl.Series("pressure_kPa", column(recording.table, "pressure_kPa")))
    _assume_temperature(found)
    found.parameters |= {"gas": gas or None, "temperature_K": found.temperature_K}
    return found


def _nothing() -> tuple[Numbers, Numbers]:
    return np.empty(0), np.empty(0)


def _mass_factor(found: Isotherm, meta: Any, chosen: Any) -> float:
    right, stated = chosen.get("sample_mass_g"), meta.get("sample_mass_g")
    if not right:
        return 1.0
    if not stated:
        text = "The file states no mass, so the amounts cannot be scaled to another one."
        found.assumed.append(Flag("mass_not_in_file", text))
        return 1.0
    found.parameters["mass_factor"] = float(stated) / float(right)
    text = f"Amounts are scaled from the file's {stated:g} g to {right:g} g."
    found.assumed.append(Flag("mass_corrected", text))
    return float(stated) / float(right)


def _relative(found: Isotherm, table: pl.DataFrame, chosen: Any) -> Numbers:
    """The file's relative pressures; where it has none, pressure over the chosen or computed saturation pressure."""
    relative, pressure = column(table, "relative_pressure"), column(table, "pressure_kPa")
    saturation = chosen.get("saturation_pressure_kPa")
    if saturation:
        found.parameters["saturation_pressure_kPa"] = float(saturation)
        return np.where(np.isfinite(pressure), pressure / float(saturation), relative)
    if np.isfinite(relative).all() or found.temperature_K is None:
        return relative
    computed = saturation_kPa(found.gas, found.temperature_K)
    if computed is None:
        return relative
    found.parameters["saturation_pressure_kPa"] = computed
    text = f"The saturation pressure is computed: {computed:.2f} kPa for {found.gas} at {found.temperature_K:g} K."
    found.assumed.append(Flag("saturation_computed", text))
    return np.where(np.isfinite(relative), relative, pressure / computed)


def _assume_temperature(found: Isotherm) -> None:
    if found.temperature_K is None and found.gas in GASES:
        near = GASES[found.gas].near_K[0]
        text = f"The file states no temperature: {found.gas} is taken as measured near {near:g} K."
        found.assumed.append(Flag("temperature_assumed", text))


def begun(found: Isotherm) -> Result:
    """A result with the isotherm's table, parameters and assumptions."""
    result = Result(parameters=dict(found.parameters))
    result.tables["isotherm"] = found.table
    result.flags.extend(found.assumed)
    return result
