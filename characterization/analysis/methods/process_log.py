"""A furnace run or a freeze-drying as it was logged, held against what was planned.

The measured curve is the first temperature, a running median over 60 s. The programme is laid beside it from its start
on: where the set point begins to move, else where the temperature begins to rise. Each step is then found by itself: a
late ramp does not make the hold after it look wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis import process_charts, process_flags, programme
from characterization.analysis.base import Conditions, Finding, Method, Result
from characterization.analysis.process_flags import Deviation
from characterization.analysis.programme import Run, Start, Step
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording, Technique

FEWEST_ROWS = 3
LIMITS = {
    "smoothing_s": 60.0,
    "overshoot_limit_degC": 5.0,
    "hold_tolerance_degC": 5.0,
    "hold_limit_percent": 5.0,
    "rate_limit_percent": 20.0,
    "gas_from_degC": 200.0,
    "gas_share": 0.5,
    "gas_gap_limit_min": 1.0,
    "end_limit_min": 5.0,
    "pressure_tolerance_percent": 10.0,
    "pressure_limit_factor": 1.5,
}


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Findings and deviations. Without a plan only what is highest, longest and on average."""
    limits = LIMITS | {name: float(value) for name, value in conditions.parameters.items() if name in LIMITS}
    result = Result(parameters=dict(limits))
    deviations: list[Deviation] = []
    table = _by_time(recording.table)
    if table.height < FEWEST_ROWS:
        result.flag("too_few_rows", f"{table.height} rows are too few to see a process in.")
        return result
    seconds = table["time_s"].to_numpy()
    begun = float(seconds[0])
    if "temperature_degC" in table.columns:
        begun = _temperature(result, deviations, table, conditions.process, limits)
    if "pressure_Pa" in table.columns:
        _pressure(result, deviations, table, conditions.process, limits)
    for deviation in deviations:
        result.flag(deviation.code, f"{deviation.sentence[0].upper()}{deviation.sentence[1:]}.")
    result.parameters["deviations"] = [asdict(deviation) for deviation in deviations]
    result.tables["start"] = pl.DataFrame({"start_s": [begun]})
    return result


def _by_time(table: pl.DataFrame) -> pl.DataFrame:
    """One row per time: what stands twice counts as its mean. Several gases add up to one flow."""
    flows = [name for name in table.columns if name.startswith("flow")]
    if flows:
        table = table.with_columns(pl.sum_horizontal(flows, ignore_nulls=False).alias("flow"))
    return table.group_by("time_s").mean().sort("time_s")


def _temperature(
    result: Result,
    deviations: list[Deviation],
    table: pl.DataFrame,
    process: Mapping[str, Any],
    limits: Mapping[str, float],
) -> float:
    """Answers when the programme began, in seconds of the log."""
    known = table.drop_nulls("temperature_degC")
    if known.height < FEWEST_ROWS:
        return float(table["time_s"][0])
    seconds = known["time_s"].to_numpy()
    degrees = programme.smoothed(seconds, known["temperature_degC"].to_numpy(), limits["smoothing_s"])
    steps = programme.steps_of(process.get("segments") or [])
    setpoint = (
        known["setpoint_degC"].fill_null(np.nan).to_numpy() if "setpoint_degC" in known.columns else None
    )
    start = programme.start_of(seconds, degrees, setpoint, steps)
    result.parameters |= {"start_found": start.how, "start_s": start.at}
    way = f"running median over {limits['smoothing_s']:g} s; programme laid on {start.how}"
    result.findings.append(
        Finding("highest_temperature", "Highest temperature", float(degrees.max()), "°C", convention=way)
    )
    if process.get("time_h") is not None or process.get("pressure_Pa") is not None:
        lowest = float(degrees.min())
        result.findings.append(
            Finding("lowest_temperature", "Lowest temperature", lowest, "°C", convention=way)
        )
    if steps:
        runs = programme.runs_of(seconds, degrees, steps, limits["hold_tolerance_degC"])
        for run in runs:
            result.findings += _of_step(run, limits)
            deviations.extend(process_flags.of_run(run, start.at, limits))
        deviations.extend(_end(seconds, degrees, steps, runs, start, limits))
        times, planned = programme.corners(steps)
        result.tables["programme"] = pl.DataFrame({"time_s": times + start.at, "temperature_degC": planned})
    if "flow" in table.columns:
        _gas(result, deviations, table, (seconds, degrees), process, start, limits)
    return start.at


def _of_step(run: Run, limits: Mapping[str, float]) -> list[Finding]:
    step, tolerance = run.step, limits["hold_tolerance_degC"]
    subject = f"segment {step.number}, {step.target:g} °C"
    found = []
    if run.rate is not None:
        name, label = ("heating_rate", "Heating rate") if step.up else ("cooling_rate", "Cooling rate")
        way = (
            f"between 10 and 90 % of {step.start:g} to {step.target:g} °C; planned {60 * step.rate:g} °C/min"
        )
        found.append(Finding(name, label, round(60 * run.rate, 3), "°C/min", convention=way, subject=subject))
    if run.over is not None:
        way = f"greatest excess above {step.target:g} °C between reaching and leaving it"
        found.append(
            Finding("overshoot", "Overshoot", round(run.over, 2), "°C", convention=way, subject=subject)
        )
    if step.hold_s:
        way = f"time within ± {tolerance:g} °C of {step.target:g} °C; planned {step.hold_s / 3600:g} h"
        found.append(
            Finding("hold_time", "Hold", round(run.held_s / 3600, 3), "h", convention=way, subject=subject)
        )
    return found


def _end(
    seconds: Numbers,
    degrees: Numbers,
    steps: Sequence[Step],
    runs: Sequence[Run],
    start: Start,
    limits: Mapping[str, float],
) -> list[Deviation]:
    """A log that stops inside a ramp or a hold, or while it is still hot before the programme's end."""
    planned = float(programme.corners(steps)[0][-1])
    lasted = float(seconds[-1]) - start.at
    hot = degrees[-1] > limits["gas_from_degC"] and len(runs) == len(steps) and not steps[-1].hold_s
    unfinished = any(run.open and (run.step.up or run.step.hold_s) for run in runs)
    unbegun = len(runs) < len(steps) and runs[-1].open
    early = lasted < planned - 60 * limits["end_limit_min"]
    if unfinished or (early and (hot or unbegun)):
        return [process_flags.ends_early(float(degrees[-1]), lasted, planned)]
    return []


def _gas(
    result: Result,
    deviations: list[Deviation],
    table: pl.DataFrame,
    curve: tuple[Numbers, Numbers],
    process: Mapping[str, Any],
    start: Start,
    limits: Mapping[str, float],
) -> None:
    flowing = table.drop_nulls("flow")
    if flowing.is_empty():
        return
    seconds, flow = flowing["time_s"].to_numpy(), flowing["flow"].to_numpy()
    hot = np.interp(seconds, *curve) > limits["gas_from_degC"]
    planned = process.get("flow_mL_per_min") or (
        float(np.median(flow[flow > 0])) if (flow > 0).any() else None
    )
    if planned is None or not hot.any():
        return
    low = limits["gas_share"] * planned
    gaps = _stretches(seconds, hot & (flow < low))
    longest, since = max(((end - begin, begin) for begin, end in gaps), default=(0.0, start.at))
    said = "planned" if process.get("flow_mL_per_min") else "usual"
    way = f"below {low:g} mL/min, half of the {said} {planned:g}, while above {limits['gas_from_degC']:g} °C"
    result.findings.append(
        Finding("gas_gap", "Longest time without gas", longest / 60, "min", convention=way)
    )
    deviations.extend(process_flags.gas(longest, since - start.at, limits))
    result.tables["gas_gaps"] = pl.DataFrame(
        {"from_s": [begin for begin, _ in gaps], "to_s": [end for _, end in gaps]},
        schema={"from_s": pl.Float64, "to_s": pl.Float64},
    )


def _stretches(seconds: Numbers, there: np.ndarray) -> list[tuple[float, float]]:
    """From the first row of each stretch to the row that ends it."""
    edges = np.diff(np.concatenate(([False], there, [False])).astype(np.int8))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    last = len(seconds) - 1
    return [(float(seconds[a]), float(seconds[min(int(b), last)])) for a, b in zip(begins, ends, strict=True)]


def _pressure(
    result: Result,
    deviations: list[Deviation],
    table: pl.DataFrame,
    process: Mapping[str, Any],
    limits: Mapping[str, float],
) -> None:
    known = table.drop_nulls("pressure_Pa")
    if known.height < FEWEST_ROWS:
        return
    seconds = known["time_s"].to_numpy()
    pascal = programme.smoothed(seconds, known["pressure_Pa"].to_numpy(), limits["smoothing_s"])
    planned, way = process.get("pressure_Pa"), "over the whole log"
    down = 0
    if planned:
        enough = planned * (1 + limits["pressure_tolerance_percent"] / 100)
        reached = np.flatnonzero(pascal <= enough)
        down = int(reached[0]) if reached.size else 0
        way = (
            f"once it had come down to {planned:g} Pa"
            if reached.size
            else f"never came down to {planned:g} Pa"
        )
    highest, mean = float(pascal[down:].max()), _mean(seconds[down:], pascal[down:])
    result.findings += [
        Finding("pressure_max", "Highest pressure", highest, "Pa", convention=way),
        Finding("pressure_mean", "Mean pressure", mean, "Pa", convention=f"{way}, weighted by time"),
    ]
    if planned:
        time_h = _time_below(seconds, pascal, enough) / 3600
        said = f"time at {planned:g} Pa or below, {limits['pressure_tolerance_percent']:g} % allowed"
        result.findings.append(Finding("time_at_or_below", "Time at or below", time_h, "h", convention=said))
        deviations.extend(process_flags.pressure(highest, planned, time_h, process.get("time_h"), limits))


def _mean(seconds: Numbers, values: Numbers) -> float:
    length = seconds[-1] - seconds[0]
    return float(np.trapezoid(values, seconds) / length) if length > 0 else float(values.mean())


def _time_below(seconds: Numbers, values: Numbers, level: float) -> float:
    return sum(end - begin for begin, end in _stretches(seconds, values <= level))


METHOD = Method("process_log", "1.0", "Process log", Technique.LOG, compute, process_charts.draw)
