"""What people quote of a test: its first cycle, its usual rate, its resistance, and against which cycle it fades."""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Finding
from characterization.analysis.rate_blocks import middle
from characterization.analysis.rows import column


def first_cycle(cycles: pl.DataFrame, anode: bool) -> list[Finding]:
    first = cycles.row(0, named=True)
    way = (
        "charge / discharge of cycle 1 (begins with a discharge)"
        if anode
        else "discharge / charge of cycle 1"
    )
    charge, discharge = first["charge_capacity_mAh"], first["discharge_capacity_mAh"]
    efficiency, mean = first["coulombic_efficiency_percent"], first["mean_discharge_voltage_V"]
    mean_words, count_words = "energy / capacity, cycle 1", "cycles in which charge flows"
    return [
        Finding("first_charge_capacity", "First charge capacity", charge, "mAh", convention="cycle 1"),
        Finding(
            "first_discharge_capacity", "First discharge capacity", discharge, "mAh", convention="cycle 1"
        ),
        Finding("first_coulombic_efficiency", "First coulombic efficiency", efficiency, "%", convention=way),
        Finding("mean_discharge_voltage", "Mean discharge voltage", mean, "V", convention=mean_words),
        Finding("cycle_count", "Cycles", float(cycles.height), "", convention=count_words),
    ]


def reference_cycle(cycles: pl.DataFrame, conditions: Conditions, formation: int) -> int:
    """The cycle that retention is counted against: the chosen one, the first complete one after formation where a
    person chose ``after formation``, else the first complete one; 0 where there is none."""
    chosen = conditions.parameters.get("reference_cycle", conditions.reference_cycle)
    whole = cycles.filter(pl.col("complete"))["cycle"].to_list()
    if chosen == "after formation":
        return whole[formation] if formation < len(whole) else 0
    return int(chosen) if chosen else next(iter(whole), 0)


def rates_and_resistance(
    cycles: pl.DataFrame, usual: pl.DataFrame, reference: int, rate_words: str
) -> list[Finding]:
    """Mean rates of the cycles at the usual rate, and figures of the reference cycle."""
    found = []
    if usual.height:
        rate = middle(column(usual, "discharge_c_rate"))
        words = f"median discharge rate of {usual.height} complete cycles at the usual rate; {rate_words}"
        found.append(Finding("mean_c_rate", "C-rate", rate, "C", convention=words))
        share = column(usual, "cv_share_percent")
        if np.isfinite(share).any():
            words = f"charge at constant voltage / charge, mean of {int(np.isfinite(share).sum())} complete cycles"
            mean = float(np.nanmean(share))
            found.append(Finding("cv_share", "Constant-voltage share of the charge", mean, "%", None, words))
    chosen = cycles.filter(pl.col("cycle") == reference)
    if chosen.is_empty():
        return found
    return found + _of_reference(chosen.row(0, named=True))


def _of_reference(row: dict[str, float | None]) -> list[Finding]:
    found = []
    names = (("internal_resistance", "charge"), ("discharged_resistance", "discharge"))
    for name, end in names:
        ohm, delay = row[f"{name}_ohm"], row[f"{name}_delay_s"]
        if ohm is not None:
            words = f"ΔV/ΔI at the step of the current after the {end} of cycle {row['cycle']}, {delay_text(delay)}"
            subject = f"end of {end}"
            found.append(
                Finding("internal_resistance", "Internal resistance", ohm, "Ω", None, words, subject)
            )
    if row["hysteresis_V"] is not None:
        words = f"mean charge voltage − mean discharge voltage of cycle {row['cycle']}"
        found.append(Finding("polarisation", "Polarisation", row["hysteresis_V"], "V", convention=words))
    return found


def delay_text(delay_s: float | None) -> str:
    if not delay_s:
        return "at once, within the time resolution of the file"
    return f"{delay_s:.3g} s after it"
