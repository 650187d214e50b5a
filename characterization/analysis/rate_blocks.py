"""Runs of cycles at one rate, and the slow cycles at the beginning that form a cell.

A block ends where the rate of charge or of discharge changes by more than a fifth from one cycle to the next. The rate
of a charge of which over nine tenths flow at constant voltage says nothing and is passed over.
Formation are those first blocks, of at most ten cycles together, whose rates lie below two thirds of nearly all
(90 %) later ones, if these are at least twice as many and most of them (85 %) have one rate: a ladder of rates is
no formation.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

from characterization.analysis.base import Finding
from characterization.analysis.fade import RATE_LIKE, Line, straight_line
from characterization.analysis.rows import Indices, column
from characterization.charts.chart import Numbers

FASTER = 1.5
MOST_CV_PERCENT = 90.0
MOST_FORMATION = 10
LATER_TIMES, ALIKE_SHARE = 2, 0.85
FEWEST_FOR_FORMATION = 4
MOST_TOLD = 20
USED = ("cycle", "rate_block", "discharge_capacity_mAh", "charge_c_rate", "discharge_c_rate")
SCHEMA = {
    "block": pl.Int64,
    "first_cycle": pl.Int64,
    "last_cycle": pl.Int64,
    "cycles": pl.Int64,
    "charge_c_rate": pl.Float64,
    "discharge_c_rate": pl.Float64,
    "mean_discharge_capacity_mAh": pl.Float64,
    "sd_discharge_capacity_mAh": pl.Float64,
    "retention_percent": pl.Float64,
    "fade_percent_per_cycle": pl.Float64,
    "fade_uncertainty_percent_per_cycle": pl.Float64,
}


def block_numbers(cycles: pl.DataFrame) -> Indices:
    """The block, from 1, of each row of the table ``cycles``; a cycle without a rate belongs to the one before."""
    turns = np.zeros(cycles.height, dtype=bool)
    charge = pl.when(pl.col("cv_share_percent") <= MOST_CV_PERCENT).then(pl.col("charge_c_rate"))
    for known in cycles.select(charge, "discharge_c_rate"):
        rate = known.forward_fill()
        ratio = (rate / rate.shift(1)).fill_null(1.0).to_numpy()
        turns |= (ratio > RATE_LIKE) | (ratio < 1 / RATE_LIKE)
    return np.cumsum(turns) + 1


def block_table(cycles: pl.DataFrame) -> pl.DataFrame:
    """One row per block, of its complete cycles; retention is against the mean of the first block."""
    whole = cycles.filter(pl.col("complete") & pl.col("discharge_capacity_mAh").is_not_null())
    known = {name: column(whole, name) for name in USED}
    bounds = np.flatnonzero(np.diff(known["rate_block"], prepend=-1, append=-1))
    rows = [_block({name: values[a:b] for name, values in known.items()}) for a, b in pairwise(bounds)]
    first = rows[0]["mean_discharge_capacity_mAh"] if rows else None
    for row in rows:
        mean = row["mean_discharge_capacity_mAh"]
        row["retention_percent"] = 100 * mean / first if first and mean is not None else None
    return pl.DataFrame(rows, schema=SCHEMA)


def _block(known: dict[str, Numbers]) -> dict[str, float | int | None]:
    cycle, held = known["cycle"], known["discharge_capacity_mAh"]
    line = straight_line(cycle, held)
    return {
        "block": int(known["rate_block"][0]),
        "first_cycle": int(cycle[0]),
        "last_cycle": int(cycle[-1]),
        "cycles": len(cycle),
        "charge_c_rate": middle(known["charge_c_rate"]),
        "discharge_c_rate": middle(known["discharge_c_rate"]),
        "mean_discharge_capacity_mAh": float(held.mean()),
        "sd_discharge_capacity_mAh": float(held.std(ddof=1)) if len(held) > 1 else None,
        "fade_percent_per_cycle": line.loss_percent if line else None,
        "fade_uncertainty_percent_per_cycle": line.loss_uncertainty if line else None,
    }


def middle(values: Numbers) -> float | None:
    """Median of what is known."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else None


def formation_cycles(cycles: pl.DataFrame) -> int:
    """How many complete cycles at the beginning are formation."""
    whole = cycles.filter(pl.col("complete") & pl.col("discharge_c_rate").is_not_null())
    rates, block = column(whole, "discharge_c_rate"), whole["rate_block"].to_numpy()
    if whole.height < FEWEST_FOR_FORMATION:
        return 0
    ends = np.flatnonzero(np.diff(block)) + 1
    formed = [int(end) for end in ends if end <= MOST_FORMATION and _is_slower(rates[:end], rates[end:])]
    return formed[-1] if formed else 0


def _is_slower(first: Numbers, later: Numbers) -> bool:
    if later.size < LATER_TIMES * first.size:
        return False
    usual = np.median(later)
    alike = (later <= RATE_LIKE * usual) & (later >= usual / RATE_LIKE)
    return bool(FASTER * first.max() <= np.quantile(later, 0.1) and alike.mean() >= ALIKE_SHARE)


def rate_text(c_rate: float | None) -> str:
    """A rate as people say it: ``0.5C``."""
    return "an unknown rate" if c_rate is None else f"{c_rate:.2g}C"


def span_text(first: int, last: int) -> str:
    return f"cycles {first}–{last}" if last > first else f"cycle {first}"


def block_findings(blocks: pl.DataFrame, formation: int, rate_words: str) -> list[Finding]:
    """Mean capacity, retention and fade of each block, where there are several."""
    words = f"first complete cycles whose discharge is slower than two thirds of the later ones; {rate_words}"
    found = [Finding("formation_cycles", "Formation cycles", float(formation), "", convention=words)]
    if blocks.height < 2 or blocks.height > MOST_TOLD:
        return found
    for row in blocks.iter_rows(named=True):
        span = span_text(row["first_cycle"], row["last_cycle"])
        subject = f"{rate_text(row['discharge_c_rate'])}, {span}"
        words = f"mean discharge capacity of the complete cycles; {rate_words}"
        mean = row["mean_discharge_capacity_mAh"]
        found.append(Finding("rate_capacity", "Capacity at one rate", mean, "mAh", None, words, subject))
        words = f"mean discharge capacity over that of the first block; {rate_words}"
        kept = row["retention_percent"]
        found.append(Finding("rate_retention", "Retention at one rate", kept, "%", None, words, subject))
        if row["fade_percent_per_cycle"] is not None:
            line = Line.words(f"{span} at {rate_text(row['discharge_c_rate'])}")
            fade, margin = row["fade_percent_per_cycle"], row["fade_uncertainty_percent_per_cycle"]
            found.append(Finding("fade_rate", "Fade rate", fade, "%/cycle", margin, line, subject))
    return found
