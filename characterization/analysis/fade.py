"""How a cell fades: retention against a named cycle, a straight line through the capacities, a sudden fall.

The line is fitted by ordinary least squares, its loss per cycle given in % of the line's own value at its first
cycle. The uncertainty is one standard deviation, propagated from the covariance of slope and intercept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from characterization.analysis.base import Finding, Result
from characterization.analysis.rows import column
from characterization.charts.chart import Numbers

RATE_LIKE = 1.2
MILESTONES = (10, 50, 100, 200, 500, 1000)
FEWEST_FOR_LINE = 5
WINDOW = 5
CLIFF_SHARE = 0.1
CLIFF_NOISE = 6.0
FEWEST_FOR_CLIFF = 8


@dataclass(frozen=True)
class Line:
    """``slope`` in mAh per cycle, ``loss_percent`` in % per cycle and positive where capacity is lost."""

    slope: float
    slope_uncertainty: float
    loss_percent: float
    loss_uncertainty: float

    @staticmethod
    def words(which: str) -> str:
        return (
            f"least-squares line through the discharge capacity of {which}, in % of the line at its first cycle; "
            "± is one standard uncertainty of the fit"
        )


def straight_line(cycle: Numbers, capacity_mAh: Numbers) -> Line | None:
    """None below five points. Textbook formulas of the straight line, origin at the first cycle."""
    n = len(cycle)
    if n < FEWEST_FOR_LINE:
        return None
    x = cycle - cycle[0]
    centred = x - x.mean()
    spread = float(centred @ centred)
    slope = float(centred @ capacity_mAh) / spread
    start = float(capacity_mAh.mean() - slope * x.mean())
    residual = capacity_mAh - start - slope * x
    variance = float(residual @ residual) / (n - 2)
    of_slope, of_start = variance / spread, variance * (1 / n + x.mean() ** 2 / spread)
    both = -variance * x.mean() / spread
    if start <= 0:
        return None
    ratio = slope / start
    relative = (of_slope - 2 * ratio * both + ratio**2 * of_start) / start**2
    return Line(slope, of_slope**0.5, -100 * ratio, 100 * max(relative, 0.0) ** 0.5)


def main_cycles(cycles: pl.DataFrame, like: float = RATE_LIKE) -> pl.DataFrame:
    """The complete cycles at the usual rate: the one that most others come within a factor ``like`` of."""
    whole = cycles.filter(pl.col("complete") & pl.col("discharge_capacity_mAh").is_not_null())
    known = whole.filter(pl.col("discharge_c_rate").is_not_null())
    if known.is_empty():
        return whole
    rates = column(known, "discharge_c_rate")
    ranked = np.sort(rates)
    near = np.searchsorted(ranked, ranked * like, "right") - np.searchsorted(ranked, ranked / like)
    usual = ranked[near.argmax()]
    return known.filter(pl.Series((rates <= usual * like) & (rates >= usual / like)))


def retention(cycles: pl.DataFrame, reference: int) -> list[Finding]:
    """Discharge capacity of cycle n over that of the reference cycle, complete cycles only. Where the two ran at
    different rates the convention says so."""
    whole = cycles.filter(pl.col("complete"))
    numbers = whole["cycle"].to_list()
    held = dict(zip(numbers, whole["discharge_capacity_mAh"].to_list(), strict=True))
    rates = dict(zip(numbers, whole["discharge_c_rate"].to_list(), strict=True))
    if not held.get(reference):
        return []
    wanted = [n for n in MILESTONES if n in held and n != reference]
    names = [(f"capacity_retention_{n}", f"Retention at cycle {n}", n) for n in wanted]
    last = max(held)
    if last > reference:
        names.append(("capacity_retention_last", "Retention at the last cycle", last))
    way = f"discharge capacity over that of cycle {reference}"
    return [
        Finding(
            name,
            label,
            100 * held[n] / held[reference],
            "%",
            convention=f"{way}; cycle {n}{_rates_apart(rates[n], rates[reference])}",
        )
        for name, label, n in names
    ]


def _rates_apart(rate: float | None, other: float | None) -> str:
    if not rate or not other or 1 / RATE_LIKE <= rate / other <= RATE_LIKE:
        return ""
    return f" at {rate:.2g}C, the other at {other:.2g}C"


def fade_findings(chosen: pl.DataFrame, rate: str) -> list[Finding]:
    """Fade of the cycles at the usual rate, as % and as mAh per cycle."""
    line = straight_line(column(chosen, "cycle"), column(chosen, "discharge_capacity_mAh"))
    if line is None:
        return []
    which = f"{chosen.height} complete cycles from {chosen['cycle'][0]} to {chosen['cycle'][-1]} at {rate}"
    words = Line.words(which)
    plain = f"least-squares line through the discharge capacity of {which}; ± is one standard uncertainty of the fit"
    loss = Finding("fade_rate", "Fade rate", line.loss_percent, "%/cycle", line.loss_uncertainty, words)
    slope = Finding(
        "capacity_slope", "Slope of capacity", line.slope, "mAh/cycle", line.slope_uncertainty, plain
    )
    return [loss, slope]


@dataclass(frozen=True)
class Cliff:
    """A lasting fall: medians of five cycles before and after; ``cycle`` is the one with the largest single fall."""

    cycle: int
    before_mAh: float
    after_mAh: float

    @property
    def percent(self) -> float:
        return 100 * (self.before_mAh - self.after_mAh) / self.before_mAh


def cliff(cycle: Numbers, capacity_mAh: Numbers) -> Cliff | None:
    """Where the median of five cycles falls below that of the five before it by more than 10 %, by more than six times
    the scatter, and for good. At least three cycles stand on either side."""
    if len(cycle) < FEWEST_FOR_CLIFF:
        return None
    fall = -np.diff(capacity_mAh)
    usual = float(np.median(fall))
    noise = 1.4826 * float(np.median(np.abs(fall - usual))) / 2**0.5
    before, after = _medians(capacity_mAh)
    beyond = before - after - WINDOW * max(usual, 0.0)
    beyond[~np.isfinite(beyond)] = -np.inf
    place = int(beyond.argmax())
    level = before[place] - max(CLIFF_SHARE * before[place], CLIFF_NOISE * noise)
    if beyond[place] <= before[place] - level or np.median(capacity_mAh[place:]) > level:
        return None
    low = max(place - WINDOW, 0)
    steepest = low + int(fall[low : place + WINDOW].argmax()) + 1
    return Cliff(int(cycle[steepest]), float(before[place]), float(after[place]))


def _medians(values: Numbers) -> tuple[Numbers, Numbers]:
    """Median of the five values before each place and of the five from it on. What lies outside never makes a fall:
    it counts as very low before and as very high after."""
    outside = np.full(WINDOW, np.inf)
    padded = np.concatenate((-outside, values, outside))
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, WINDOW), axis=1)
    return middle[: len(values)], middle[WINDOW : WINDOW + len(values)]


def flag_cliff(result: Result, chosen: pl.DataFrame) -> None:
    found = cliff(column(chosen, "cycle"), column(chosen, "discharge_capacity_mAh"))
    if found is None:
        return
    result.flag(
        "capacity_cliff",
        f"Capacity falls off a cliff at cycle {found.cycle}: {found.before_mAh:.4g} mAh before (median of five "
        f"cycles), {found.after_mAh:.4g} mAh after, {found.percent:.1f} % less.",
    )
    words = "medians of five complete cycles at the usual rate before and after; largest single fall"
    result.findings += [
        Finding("capacity_cliff_cycle", "Capacity cliff at cycle", float(found.cycle), "", None, words),
        Finding("capacity_cliff", "Capacity lost at the cliff", found.percent, "%", None, words),
    ]
