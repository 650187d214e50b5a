"""What is counted of a cyclic voltammogram; drawn by ``methods.cv``."""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.analysis import voltammetry
from characterization.analysis.base import Conditions, Finding, Result
from characterization.instruments.base import Recording

SAME_RATE_SHARE = 0.05
FEWEST_RATES = 3
MOST_SWEEPS = 1000
BASELINE = "above the straight line through the flattest stretch before the peak"
PEAK_SCHEMA = {
    "scan": pl.Int64,
    "direction": pl.String,
    "peak": pl.Int64,
    "potential_V": pl.Float64,
    "current_mA": pl.Float64,
    "raw_current_mA": pl.Float64,
    "half_peak_potential_V": pl.Float64,
    "area_mC": pl.Float64,
    "scan_rate_mV_per_s": pl.Float64,
}


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``curves`` (scan, voltage_V, current_mA) and ``peaks``; findings of the first and the last scan."""
    whole = pl.col("voltage_V").is_finite() & pl.col("current_mA").is_finite()
    table = recording.table.filter(whole)
    result = Result()
    found = voltammetry.sweeps(table)
    if not found:
        result.flag(
            "no_sweep",
            f"In {recording.table.height:,} rows the potential is swept nowhere: nothing to count.",
        )
        return result
    scans = len({sweep.scan for sweep in found})
    found = _chosen(found, result)
    rows = [row for sweep in found for row in voltammetry.peak_rows(table, sweep)]
    peaks = pl.DataFrame(rows, schema=PEAK_SCHEMA, nan_to_null=True)
    result.tables = {"curves": voltammetry.curve_table(table, found), "peaks": peaks}
    rates = [voltammetry.rate_mV_per_s(table, sweep) for sweep in found]
    result.findings = [*_scan_findings(recording, scans, rates), *_peak_findings(peaks), *_b_values(peaks)]
    _flag(result, recording, found, rates)
    return result


def _chosen(found: list[voltammetry.Sweep], result: Result) -> list[voltammetry.Sweep]:
    """All sweeps, or 1,000 in neighbouring pairs at equal distances, the first and the last among them."""
    if len(found) <= MOST_SWEEPS:
        return found
    result.flag(
        "many_sweeps",
        f"The file holds {len(found):,} sweeps. Pairs at equal distances are counted, first and last too.",
    )
    pairs = 2 * np.linspace(0, len(found) // 2 - 1, MOST_SWEEPS // 2).round().astype(np.int64)
    return [found[place] for place in sorted({*pairs.tolist(), *(pairs + 1).tolist(), len(found) - 1})]


def _scan_findings(recording: Recording, scans: int, rates: list[float]) -> list[Finding]:
    stated = recording.meta.get("scan_rate_mV_per_s")
    measured = float(np.nanmedian(rates)) if np.isfinite(rates).any() else None
    rate = float(stated) if stated else measured
    how = "as set on the instrument" if stated else "from potential and time"
    return [
        Finding("scan_count", "Scans", float(scans), "", convention="two sweeps, or as the file counts"),
        Finding("scan_rate", "Scan rate", rate, "mV/s", convention=how),
    ]


def _peak_findings(peaks: pl.DataFrame) -> list[Finding]:
    """Potential and current of each peak of the first and of the last scan, and the separation of the largest pair."""
    findings: list[Finding] = []
    scans = peaks["scan"].unique().sort().to_list()
    for scan in dict.fromkeys(scans[:1] + scans[-1:]):
        own = peaks.filter(pl.col("scan") == scan)
        for row in own.iter_rows(named=True):
            subject = f"scan {scan}, {row['direction']} {row['peak']}"
            findings += [
                Finding("peak_potential", "Peak potential", row["potential_V"], "V", subject=subject,
                        convention="greatest current of the sweep"),
                Finding("peak_current", "Peak current", row["current_mA"], "mA", subject=subject, convention=BASELINE),
            ]  # fmt: skip
        findings += _pair(own, scan)
    return findings


def _pair(own: pl.DataFrame, scan: int) -> list[Finding]:
    largest = {
        way: own.filter(pl.col("direction") == way).sort(pl.col("current_mA").abs()).tail(1)
        for way in ("oxidation", "reduction")
    }
    if not all(part.height for part in largest.values()):
        return []
    up, down = (part["potential_V"][0] for part in largest.values())
    subject = f"scan {scan}"
    return [
        Finding("peak_separation", "Peak separation", 1000 * (up - down), "mV", subject=subject,
                convention="largest oxidation minus largest reduction peak"),
        Finding("half_wave_potential", "Half-wave potential", (up + down) / 2, "V", subject=subject,
                convention="middle of the largest pair"),
    ]  # fmt: skip


def _b_values(peaks: pl.DataFrame) -> list[Finding]:
    """b of i = a v^b for each peak that was seen at three scan rates or more."""
    findings = []
    for (way, peak), own in peaks.drop_nulls("scan_rate_mV_per_s").group_by(
        "direction", "peak", maintain_order=True
    ):
        rates, currents = own["scan_rate_mV_per_s"].to_numpy(), own["current_mA"].to_numpy()
        distinct = 1 + int((np.diff(np.sort(rates)) > SAME_RATE_SHARE * np.sort(rates)[:-1]).sum())
        if distinct >= FEWEST_RATES and (currents != 0).all():
            b, spread = voltammetry.b_value(rates, currents)
            how = f"slope of log current against log rate, {len(rates)} scans at {distinct} rates"
            findings.append(
                Finding(
                    "b_value", "b-value", b, "", spread if np.isfinite(spread) else None, how, f"{way} {peak}"
                )
            )
    return findings


def _flag(result: Result, recording: Recording, found: list[voltammetry.Sweep], rates: list[float]) -> None:
    stated = recording.meta.get("scan_rate_mV_per_s")
    known = [rate for rate in rates if np.isfinite(rate)]
    if stated and known and abs(np.median(known) / float(stated) - 1) > SAME_RATE_SHARE:
        result.flag(
            "scan_rate_differs",
            f"The file states {float(stated):.4g} mV/s; potential and time give {np.median(known):.4g} mV/s.",
        )
    if len(found) == 1:
        result.flag("one_sweep", "The file holds one sweep only: a linear sweep, no cycle.")
