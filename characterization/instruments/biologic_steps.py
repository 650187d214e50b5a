"""Steps, cycles and scan rate of an EC-Lab table."""

from __future__ import annotations

import numpy as np
import polars as pl

_WORDS = {1: "CC", 2: "CV", 3: "Rest"}
_SLOPES = 20


def step_columns(table: pl.DataFrame, loops: list[int]) -> list[pl.Expr]:
    """``step``, counted up through the file, and ``step_type``: current controlled (CC), voltage controlled (CV),
    or Rest, with ``EIS`` behind it where impedance is swept. Empty where the table says nothing of either."""
    if not {"Ns", "mode"} & set(table.columns):
        return []
    begins = pl.lit(False)
    for name in {"Ns", "mode"} & set(table.columns):
        begins |= pl.col(name).ne_missing(pl.col(name).shift(1))
    if "Ns_changes" in table.columns:
        begins |= (pl.col("Ns_changes") > 0) & (pl.col("Ns_changes").shift(1) == 0)
    sweeping = pl.lit(False)
    if "frequency_Hz" in table.columns:
        sweeping = pl.col("frequency_Hz") > 0
        begins |= sweeping.ne_missing(sweeping.shift(1))
    begins |= pl.int_range(pl.len()).is_in(loops)
    columns = [begins.cum_sum().clip(1).cast(pl.Int32).alias("step")]
    if "mode" in table.columns:
        word = pl.col("mode").replace_strict(_WORDS, default="", return_dtype=pl.String)
        ending = pl.when(sweeping).then(pl.lit(" EIS")).otherwise(pl.lit(""))
        columns.append((word + ending).str.strip_chars().cast(pl.Categorical).alias("step_type"))
    return columns


def cycle_column(table: pl.DataFrame) -> list[pl.Expr]:
    """EC-Lab's cycle number as ``vendor_cycle``; it is kept as a float in the file."""
    if "cycle_number" not in table.columns:
        return []
    return [pl.col("cycle_number").fill_nan(None).round().cast(pl.Int32, strict=False).alias("vendor_cycle")]


def scan_rate(table: pl.DataFrame) -> float | None:
    """The slope at which the controlled potential is swept, in mV/s to four digits, None where it is not swept."""
    if "control_V" not in table.columns or "time_s" not in table.columns:
        return None
    volts = table["control_V"].cast(pl.Float64).to_numpy()
    seconds = np.diff(table["time_s"].cast(pl.Float64).to_numpy())
    moved = np.abs(np.diff(volts))
    swept = (seconds > 0) & (moved > 0)
    if swept.sum() < _SLOPES:
        return None
    return float(f"{1000 * np.median(moved[swept] / seconds[swept]):.4g}")
