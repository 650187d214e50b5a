"""Cyclic voltammetry: sweeps, scans, and peaks above a baseline; potentials in V, currents in mA.

A sweep runs one way; it ends where the potential has turned back by more than a share of its whole range. Two sweeps
are a scan, unless the file counts scans itself. A peak's potential is that of the greatest current of its sweep there
(vertex of a parabola through the points around it); its current is counted from a baseline: the straight line through
the flattest stretch of the sweep before the peak's foot, drawn on below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from scipy.signal import find_peaks, savgol_filter

from characterization.analysis.rows import Indices, column
from characterization.charts.chart import Numbers

TURN_SHARE = 0.05
EDGE_SHARE = 0.02
PROMINENCE_SHARE = 0.03
NOISE_SIGMAS = 6.0
FILE_SHARE = 0.005
FLAT_SHARE = 0.1
FOOT_PROMINENCE_SHARE = 0.05
FEWEST_POINTS = 20
SMOOTH_SHARE = 0.01
CURVE_POINTS = 400
FARADAY_C_PER_MOL, GAS_J_PER_MOL_K = 96485.33212, 8.31446261815324


@dataclass(frozen=True)
class Sweep:
    """Rows ``first`` to ``last`` of one direction (1 anodic, −1 cathodic) in scan ``scan`` (from 1)."""

    first: int
    last: int
    sign: float
    scan: int

    @property
    def rows(self) -> slice:
        return slice(self.first, self.last + 1)


def sweeps(table: pl.DataFrame) -> list[Sweep]:
    """The sweeps of a voltammogram in order; those of fewer than 20 points are left out."""
    voltage = column(table, "voltage_V")
    turns = _turning_points(voltage)
    found: list[Sweep] = []
    counted = table["scan"].to_numpy() if "scan" in table.columns else None
    for place, (first, last) in enumerate(pairwise(turns)):
        if last - first + 1 >= FEWEST_POINTS:
            sign = float(np.sign(voltage[last] - voltage[first]))
            scan = int(counted[(first + last) // 2]) if counted is not None else place // 2 + 1
            found.append(Sweep(int(first) + (place > 0), int(last), sign, scan))
    return found


def _turning_points(voltage_V: Numbers) -> list[int]:
    """Rows at which the potential turns, with the first and the last row; small wiggles are none."""
    if len(voltage_V) < FEWEST_POINTS:
        return []
    least = TURN_SHARE * float(np.nanmax(voltage_V) - np.nanmin(voltage_V))
    if not least:
        return []
    peaks = find_peaks(voltage_V, prominence=least, plateau_size=1)[0]
    valleys = find_peaks(-voltage_V, prominence=least, plateau_size=1)[0]
    return sorted({0, *peaks.tolist(), *valleys.tolist(), len(voltage_V) - 1})


def rate_mV_per_s(table: pl.DataFrame, sweep: Sweep) -> float:
    """Scan rate of a sweep from its ends, NaN where time does not pass."""
    seconds = float(table["time_s"][sweep.last] - table["time_s"][sweep.first])
    change = float(table["voltage_V"][sweep.last] - table["voltage_V"][sweep.first])
    return 1000 * abs(change) / seconds if seconds > 0 else float("nan")


def peak_rows(table: pl.DataFrame, sweep: Sweep) -> list[dict[str, object]]:
    """The peaks of one sweep, one row each; ``current_mA`` is above the baseline, ``raw_current_mA`` above zero."""
    voltage = column(table, "voltage_V")[sweep.rows]
    current = sweep.sign * column(table, "current_mA")[sweep.rows]
    time_s = column(table, "time_s")[sweep.rows]
    smooth = _smoothed(current)
    whole = FILE_SHARE * float(np.ptp(table["current_mA"].to_numpy()))
    tops, lefts, rights = _peaks_of(smooth, current, whole)
    edge = EDGE_SHARE * abs(voltage[-1] - voltage[0])
    rows: list[dict[str, object]] = []
    for top, left, right in zip(tops, lefts, rights, strict=True):
        if min(abs(voltage[top] - voltage[0]), abs(voltage[-1] - voltage[top])) < edge:
            continue
        base = _baseline(voltage, smooth, int(left), int(top))
        potential, height = _vertex(voltage, smooth, int(top))
        above = smooth - base
        rows.append(
            {
                "scan": sweep.scan,
                "direction": "oxidation" if sweep.sign > 0 else "reduction",
                "peak": len(rows) + 1,
                "potential_V": potential,
                "current_mA": sweep.sign * (height - float(np.interp(top, np.arange(len(base)), base))),
                "raw_current_mA": sweep.sign * height,
                "half_peak_potential_V": _half(voltage, above, int(left), int(top)),
                "area_mC": sweep.sign * _area(time_s, above, int(left), int(right), int(top)),
                "scan_rate_mV_per_s": rate_mV_per_s(table, sweep),
            }
        )
    return rows


def _smoothed(current: Numbers) -> Numbers:
    window = max(5, int(SMOOTH_SHARE * len(current)) // 2 * 2 + 1)
    smooth: Numbers = savgol_filter(current, window, 2) if len(current) > window else current
    return smooth


def _peaks_of(smooth: Numbers, current: Numbers, least: float) -> tuple[Indices, Indices, Indices]:
    """Maxima that stand out by 3 % of the sweep's range, six times its noise and ``least``, in mA."""
    noise = 1.4826 * float(np.median(np.abs(np.diff(current) - np.median(np.diff(current))))) / np.sqrt(2)
    least = max(least, PROMINENCE_SHARE * float(np.ptp(smooth)), NOISE_SIGMAS * noise)
    found, shape = find_peaks(smooth, prominence=least, width=3)
    return found, shape["left_bases"], shape["right_bases"]


def _baseline(voltage: Numbers, smooth: Numbers, left: int, top: int) -> Numbers:
    """The straight line through the flattest tenth of the sweep between the peak's left base and its foot."""
    window = max(5, int(FLAT_SHARE * len(voltage)) // 2 * 2 + 1)
    height = smooth[left] + FOOT_PROMINENCE_SHARE * (smooth[top] - smooth[left])
    foot = left + int(np.argmax(smooth[left:top] > height))
    slopes = (
        np.abs(savgol_filter(smooth, window, 1, deriv=1)) if len(smooth) > window else np.zeros_like(smooth)
    )
    reach = window // 2
    begin, end = max(reach, min(left, foot - window)), max(foot - reach, left, reach) + 1
    flattest = min(begin, end - 1) + int(np.argmin(slopes[min(begin, end - 1) : end]))
    near = slice(flattest - reach, flattest + reach + 1)
    level, slope = np.polynomial.polynomial.polyfit(voltage[near], smooth[near], 1)
    line: Numbers = level + slope * voltage
    return line


def _vertex(voltage: Numbers, smooth: Numbers, top: int) -> tuple[float, float]:
    """Potential and current of the vertex of a parabola through the points around the greatest current."""
    reach = max(2, len(voltage) // 200)
    near = slice(max(0, top - reach), top + reach + 1)
    level, slope, bend = np.polynomial.polynomial.polyfit(voltage[near] - voltage[top], smooth[near], 2)
    shift = -slope / (2 * bend) if bend < 0 else 0.0
    within = abs(shift) <= float(np.ptp(voltage[near]))
    return (float(voltage[top] + shift), float(level + slope * shift / 2)) if within else (
        float(voltage[top]), float(smooth[top]))  # fmt: skip


def _half(voltage: Numbers, above: Numbers, left: int, top: int) -> float | None:
    """Potential at which the rising side has half the peak's height above the baseline."""
    below = np.flatnonzero(above[left : top + 1] <= above[top] / 2)
    if not len(below) or left + below[-1] >= top:
        return None
    at = left + int(below[-1])
    share = (above[top] / 2 - above[at]) / (above[at + 1] - above[at])
    return float(voltage[at] + share * (voltage[at + 1] - voltage[at]))


def _area(time_s: Numbers, above: Numbers, left: int, right: int, top: int) -> float:
    """Charge in mC above the baseline between the peak's bases."""
    inside = np.clip(above[left : right + 1], 0, None)
    return float(np.trapezoid(inside, time_s[left : right + 1])) if right > top > left else 0.0


def curve_table(table: pl.DataFrame, found: list[Sweep]) -> pl.DataFrame:
    """The voltammogram to draw: ``scan, voltage_V, current_mA``, at most 400 points per sweep, its ends kept."""
    rows = [
        np.unique(np.linspace(one.first, one.last, CURVE_POINTS).round().astype(np.int64)) for one in found
    ]
    picked = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    scans = np.concatenate(
        [np.full(len(part), one.scan) for part, one in zip(rows, found, strict=True)] or [picked]
    )
    return table.select("voltage_V", "current_mA")[picked].with_columns(
        pl.Series("scan", scans, dtype=pl.Int64)
    )


def randles_sevcik_A(
    electrons: int,
    area_cm2: float,
    mol_per_cm3: float,
    d_cm2_per_s: float,
    rate_V_per_s: float,
    kelvin: float = 298.15,
) -> float:
    """Peak current in A of a reversible couple, 0.4463 n F A C √(n F v D / R T)."""
    thermal = electrons * FARADAY_C_PER_MOL * rate_V_per_s * d_cm2_per_s / (GAS_J_PER_MOL_K * kelvin)
    return float(0.4463 * electrons * FARADAY_C_PER_MOL * area_cm2 * mol_per_cm3 * np.sqrt(thermal))


def b_value(rate: Numbers, current: Numbers) -> tuple[float, float]:
    """b of i = a v^b and its standard uncertainty (NaN from two rates): 0.5 for diffusion, 1 for a surface's charge."""
    x, y = np.log(rate), np.log(np.abs(current))
    powers = np.vander(x, 2)
    slope, level = np.linalg.lstsq(powers, y, rcond=None)[0]
    if len(x) < 3:
        return float(slope), float("nan")
    left = y - slope * x - level
    return float(slope), float(np.sqrt((left**2).sum() / (len(x) - 2) / ((x - x.mean()) ** 2).sum()))
