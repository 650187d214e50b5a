"""Thermogravimetry: steps of mass loss, where each is fastest, and what remains.

The derivative is that of the smoothed mass over temperature while the sample is heated. A step reaches from one minimum
of the rate to the next; percentages refer to the first mass, or to the mass that the file counts as 100 %.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.signal import find_peaks

from characterization.analysis.bands.curves import noise_of, smoothed
from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.rows import column
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

FEWEST_POINTS = 20
GRID_DEGC = 1.0
LEAST_LOSS_PERCENT = 0.5
SMOOTHING_DEGC = 15
EARLY_PERCENT = 5.0


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``curve`` (temperature, mass, rate) and ``steps``; residue, losses and temperatures."""
    result = Result()
    table = recording.table
    name = next((name for name in ("mass_percent", "mass_mg") if name in table.columns), None)
    if name is None or "temperature_degC" not in table.columns:
        result.flag("no_thermogram", "The table has no temperature with a mass.")
        return result
    temperature, mass = column(table, "temperature_degC"), column(table, name)
    finite = np.isfinite(temperature) & np.isfinite(mass)
    temperature, mass = temperature[finite], mass[finite]
    if mass.size < FEWEST_POINTS or not mass[0] > 0:
        result.flag("too_few_points", f"{mass.size} points with a mass are too few ({FEWEST_POINTS}).")
        return result
    percent = mass if name == "mass_percent" else 100 * mass / mass[0]
    way = (
        "of what the file counts as 100 %"
        if name == "mass_percent"
        else f"of the first mass, {mass[0]:.3f} mg"
    )
    result.findings.append(
        Finding(
            "tga_residue",
            "Residue",
            float(percent[-1]),
            "%",
            noise_of(percent),
            f"{way}, at {temperature[-1]:.0f} °C",
        )
    )
    _steps(temperature, percent, way, result)
    return result


def _steps(temperature: Numbers, percent: Numbers, way: str, result: Result) -> None:
    hottest = int(np.argmax(temperature))
    heated, falling = temperature[: hottest + 1], percent[: hottest + 1]
    rising = np.maximum.accumulate(heated)
    keep = np.concatenate([[True], np.diff(rising) > 0])
    if keep.sum() < FEWEST_POINTS or np.ptp(heated) < 5 * SMOOTHING_DEGC:
        result.flag(
            "not_heated", "The sample was not heated through a range in which steps could be told apart."
        )
        return
    grid = np.arange(rising[0], rising[-1], GRID_DEGC)
    curve = smoothed(np.interp(grid, rising[keep], falling[keep]), SMOOTHING_DEGC)
    rate = -np.gradient(curve, grid)
    result.tables["curve"] = pl.DataFrame(
        {"temperature_degC": grid, "mass_percent": curve, "rate_percent_per_K": rate}
    )
    noise = max(noise_of(rate), 1e-6)
    places, _ = find_peaks(rate, prominence=max(6 * noise, 0.05 * float(rate.max())))
    rows = []
    for number, place in enumerate(places):
        low = 0 if number == 0 else places[number - 1] + int(np.argmin(rate[places[number - 1] : place]))
        high = (
            rate.size - 1
            if number == len(places) - 1
            else place + int(np.argmin(rate[place : places[number + 1]]))
        )
        loss = float(curve[low] - curve[high])
        if loss >= LEAST_LOSS_PERCENT:
            rows.append((float(grid[low]), float(grid[high]), float(grid[place]), loss))
    names = ("from_degC", "to_degC", "fastest_degC", "loss_percent")
    result.tables["steps"] = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Float64), orient="row")
    for number, (low_degC, high_degC, fastest, loss) in enumerate(rows, 1):
        between = f"{low_degC:.0f} – {high_degC:.0f} °C, {way}"
        said = f"greatest rate, smoothed over {SMOOTHING_DEGC} K"
        result.findings += [
            Finding("tga_loss", f"Mass loss, step {number}", loss, "%", None, between, f"step {number}"),
            Finding(
                "tga_fastest",
                f"Fastest loss, step {number}",
                fastest,
                "°C",
                GRID_DEGC,
                said,
                f"step {number}",
            ),
        ]
    below = np.flatnonzero(curve <= curve[0] - EARLY_PERCENT)
    if below.size:
        at = float(grid[below[0]])
        result.findings.append(Finding("tga_5_percent", "5 % lost at", at, "°C", GRID_DEGC, way))
