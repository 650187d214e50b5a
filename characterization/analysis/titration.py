"""Galvanostatic intermittent titration: pulses found in a cycling table, and the diffusion that each shows.

A pulse is a run of rows with current of one sign between two rests. Five pulses of one direction in a row, each parted
from the next by a rest, are a titration; charges and discharges with rests between them alternate and are none.

For each pulse of length τ, after W. Weppner and R. A. Huggins, J. Electrochem. Soc. 124, 1569 (1977):

    D = 4/(π τ) · L² · (ΔE_s / ΔE_t)²          ΔE_s between the relaxed ends, ΔE_t during the pulse without its iR jump
    D = 4/π · (L · (ΔE_s/τ) / (dE/d√t))²       from the slope against √t early in the pulse

L is the diffusion length: m V_m / (M A), a film's thickness, a third of a sphere's radius. Without it D/L² is all
that a titration can say. The first form holds for τ ≪ L²/D; beyond a quarter of that it comes out low.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from characterization.analysis.rows import Indices, column
from characterization.charts.chart import Numbers

FEWEST_PULSES = 5
QUIET_SHARE = 1e-3
FEWEST_ROWS = 3
LONGEST_SHARE_OF_L2_PER_D = 0.25
FOOT_SHARE = 0.1
SQRT_SHARE = 0.25
TAIL_SHARE, TAIL_ROWS = 0.1, 20


@dataclass(frozen=True)
class Pulse:
    """Rows of one pulse: the last row of the rest before, the first and last of its own, the last of the rest after."""

    before: int
    first: int
    last: int
    after: int
    sign: float


def find_pulses(time_s: Numbers, current_mA: Numbers) -> list[Pulse]:
    """The pulses of all titrations in a table; none where there are fewer than five of one direction in a row."""
    least, most = np.fmin.reduce(current_mA, initial=0.0), np.fmax.reduce(current_mA, initial=0.0)
    floor = QUIET_SHARE * max(most, -least)
    signs = (current_mA > floor).view(np.int8) - (current_mA < -floor).view(np.int8)
    starts: Indices = np.concatenate(([0], np.flatnonzero(signs[1:] != signs[:-1]) + 1))
    if len(starts) < 2 * FEWEST_PULSES + 1:
        return []
    ends = np.append(starts[1:], len(signs)) - 1
    kinds = signs[starts]
    middle = np.flatnonzero((kinds[1:-1] != 0) & (kinds[:-2] == 0) & (kinds[2:] == 0)) + 1
    long_enough = (ends[middle] - starts[middle] >= FEWEST_ROWS) & (
        time_s[ends[middle]] > time_s[starts[middle]]
    )
    return [
        Pulse(int(starts[run] - 1), int(starts[run]), int(ends[run]), int(ends[run + 1]), float(kinds[run]))
        for run in _in_a_row(middle[long_enough], kinds)
    ]


def _in_a_row(runs: Indices, kinds: np.ndarray[tuple[int], np.dtype[np.int8]]) -> Indices:
    """Those runs that stand with at least four others of their direction, one rest between each two."""
    if not len(runs):
        return runs
    broken = (np.diff(runs) != 2) | (kinds[runs[1:]] != kinds[runs[:-1]])
    series = np.concatenate(([0], np.cumsum(broken)))
    kept: Indices = runs[np.bincount(series)[series] >= FEWEST_PULSES]
    return kept


def pulse_table(table: pl.DataFrame, pulses: list[Pulse], length_cm: float | None) -> pl.DataFrame:
    """One row per pulse; times in s, voltages in V and mV, D/L² in 1/s, D in cm²/s (null without ``length_cm``)."""
    time_s, voltage_V = column(table, "time_s"), column(table, "voltage_V")
    current_mA = column(table, "current_mA")
    rows = [_measured(pulse, time_s, voltage_V, current_mA) for pulse in pulses]
    found = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.Float64), nan_to_null=True)
    area = length_cm**2 if length_cm else None
    return found.with_columns(
        pl.int_range(1, pl.len() + 1).alias("pulse"),
        pl.when(pl.col("sign") > 0).then(pl.lit("charge")).otherwise(pl.lit("discharge")).alias("direction"),
        (pl.col("sign") * pl.col("moved_mAh")).cum_sum().alias("charge_mAh"),
        (pl.col("duration_s") * pl.col("d_per_l2_per_s")).alias("tau_d_per_l2"),
        (pl.col("d_per_l2_per_s") * pl.lit(area, pl.Float64)).alias("d_cm2_per_s"),
        (pl.col("d_per_l2_sqrt_per_s") * pl.lit(area, pl.Float64)).alias("d_sqrt_cm2_per_s"),
    ).with_columns(
        (pl.col("tau_d_per_l2") <= LONGEST_SHARE_OF_L2_PER_D).alias("short_enough"),
    )


def _measured(pulse: Pulse, time_s: Numbers, voltage_V: Numbers, current_mA: Numbers) -> dict[str, float]:
    during = slice(pulse.first, pulse.last + 1)
    began_s = time_s[pulse.before] if pulse.before >= 0 else time_s[pulse.first]
    since = time_s[during] - began_s
    tau = float(since[-1])
    before, after = float(voltage_V[pulse.before]), float(voltage_V[pulse.after])
    onset, onset_share = _onset(since, voltage_V[during])
    steady, transient = after - before, float(voltage_V[pulse.last]) - onset
    current = float(np.median(current_mA[during]))
    slope, r2 = _sqrt_slope(since, voltage_V[during])
    noise, drift = _tail(time_s, voltage_V, pulse)
    spread = 2 * noise * np.hypot(_over(np.sqrt(2), steady), _over(np.sqrt(1 + onset_share), transient))
    return {
        "sign": pulse.sign,
        "start_s": float(began_s),
        "duration_s": tau,
        "rest_s": float(time_s[pulse.after] - time_s[pulse.last]),
        "current_mA": current,
        "moved_mAh": abs(current) * tau / 3600,
        "relaxed_before_V": before,
        "relaxed_after_V": after,
        "steady_change_mV": 1000 * steady,
        "transient_change_mV": 1000 * transient,
        "ohmic_resistance_ohm": 1000 * _over(onset - before, current),
        "d_per_l2_per_s": 4 / (np.pi * tau) * _over(steady, transient) ** 2,
        "d_per_l2_sqrt_per_s": 4 / np.pi * _over(steady / tau, slope) ** 2,
        "sqrt_r2": r2,
        "relative_uncertainty": float(spread),
        "drift_mV_per_h": 1000 * 3600 * drift,
    }


def _over(above: float, below: float) -> float:
    return above / below if below else float("nan")


def _onset(since_s: Numbers, voltage_V: Numbers) -> tuple[float, float]:
    """The voltage in V just after the iR jump, and its variance in units of that of one reading.

    The early points are drawn back along √t to the pulse's beginning.
    """
    few = max(FEWEST_ROWS, int((since_s <= FOOT_SHARE * since_s[-1]).sum()))
    early = np.flatnonzero(since_s > 0)[:few]
    if len(early) < 2:
        return float(voltage_V[0]), 1.0
    powers = np.vander(np.sqrt(since_s[early]), 2, increasing=True)
    inverse = np.linalg.pinv(powers)
    return float((inverse @ voltage_V[early])[0]), float((inverse[0] ** 2).sum())


def _sqrt_slope(since_s: Numbers, voltage_V: Numbers) -> tuple[float, float]:
    """dE/d√t in V/√s over the first quarter of the pulse and its r²; NaN where fewer than four points lie there."""
    early = (since_s > 0) & (since_s <= SQRT_SHARE * since_s[-1])
    if early.sum() < FEWEST_ROWS + 1 or np.ptp(voltage_V[early]) == 0:
        return float("nan"), float("nan")
    root, volts = np.sqrt(since_s[early]), voltage_V[early]
    slope = float(np.polynomial.polynomial.polyfit(root, volts, 1)[1])
    return slope, float(np.corrcoef(root, volts)[0, 1] ** 2)


def _tail(time_s: Numbers, voltage_V: Numbers, pulse: Pulse) -> tuple[float, float]:
    """Noise in V and drift in V/s at the end of the rest after the pulse.

    Scatter and slope of its last tenth, or of its last twenty rows where these are more and lie in its second half.
    """
    seconds, volts = time_s[pulse.last + 1 : pulse.after + 1], voltage_V[pulse.last + 1 : pulse.after + 1]
    tenth = int((seconds >= seconds[-1] - TAIL_SHARE * (seconds[-1] - seconds[0])).sum())
    half = int((seconds >= (seconds[-1] + seconds[0]) / 2).sum())
    few = max(tenth, min(TAIL_ROWS, half))
    if few < FEWEST_ROWS + 1 or np.ptp(seconds[-few:]) == 0:
        return 0.0, float("nan")
    offset = seconds[-few:] - seconds[-few]
    level, slope = np.polynomial.polynomial.polyfit(offset, volts[-few:], 1)
    return float(np.std(volts[-few:] - level - slope * offset, ddof=2)), float(slope)
