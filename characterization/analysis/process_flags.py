"""What of a process deviates from its plan, each as a sentence with its numbers and its limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from characterization.analysis.programme import Run
from characterization.instruments.process_clock import spoken


@dataclass(frozen=True)
class Deviation:
    code: str
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)


def of_run(run: Run, begun: float, limits: Mapping[str, float]) -> Iterator[Deviation]:
    """Overshoot, hold and rate of one step; times are told from the programme's start on."""
    step = run.step
    if run.reached is None and not run.open and step.up:
        yield Deviation(
            "not_reached",
            f"reached {run.furthest:.0f} instead of {step.target:g} °C",
            {"reached_degC": run.furthest, "planned_degC": step.target},
        )
    if run.over is not None and run.over_at is not None and run.over > limits["overshoot_limit_degC"]:
        yield Deviation(
            "overshoot",
            f"overshoot of {run.over:.0f} °C ({step.target + run.over:.0f} °C at {spoken(run.over_at - begun)}; "
            f"limit {limits['overshoot_limit_degC']:g} °C)",
            {"overshoot_degC": run.over, "highest_degC": step.target + run.over, "planned_degC": step.target},
        )
    yield from _hold(run, limits)
    yield from _rate(run, limits)


def _hold(run: Run, limits: Mapping[str, float]) -> Iterator[Deviation]:
    step, held, planned = run.step, run.held_s / 3600, run.step.hold_s / 3600
    if not planned or run.reached is None or run.open:
        return
    edges = 2 * limits["hold_tolerance_degC"] / step.rate / 3600  # the ramps' own time within the tolerance
    share = limits["hold_limit_percent"] / 100
    code = (
        "short_hold"
        if held < planned * (1 - share)
        else "long_hold"
        if held > planned * (1 + share) + edges
        else ""
    )
    if code:
        yield Deviation(
            code,
            f"hold of {_hours(held)} instead of {_hours(planned)} at {step.target:g} °C",
            {"hold_h": held, "planned_h": planned, "planned_degC": step.target},
        )


def _rate(run: Run, limits: Mapping[str, float]) -> Iterator[Deviation]:
    """Heating may be neither slower nor faster; cooling only not faster, as no furnace cools faster than it can."""
    step = run.step
    if run.rate is None:
        return
    share = run.rate / step.rate - 1
    limit = limits["rate_limit_percent"] / 100
    if share > limit or (step.up and share < -limit):
        way = "heated" if step.up else "cooled"
        yield Deviation(
            "slow_ramp" if share < 0 else "fast_ramp",
            f"{way} at {60 * run.rate:.2g} instead of {60 * step.rate:.2g} °C/min to {step.target:g} °C",
            {"rate_degC_per_min": 60 * run.rate, "planned_degC_per_min": 60 * step.rate},
        )


def _hours(hours: float) -> str:
    return f"{hours:.1f} h".replace(".0 h", " h") if hours >= 1 else f"{60 * hours:.0f} min"


def gas(longest_s: float, since: float, limits: Mapping[str, float]) -> Iterator[Deviation]:
    if longest_s > 60 * limits["gas_gap_limit_min"]:
        yield Deviation(
            "gas_gap",
            f"no gas for {spoken(longest_s)} above {limits['gas_from_degC']:g} °C (from {spoken(since)} on)",
            {"gas_gap_min": longest_s / 60, "from_s": since},
        )


def ends_early(degC: float, lasted_s: float, planned_s: float) -> Deviation:
    return Deviation(
        "log_ends",
        f"log ends before the programme: after {spoken(lasted_s)} of {spoken(planned_s)}, at {degC:.0f} °C",
        {"lasted_h": lasted_s / 3600, "planned_h": planned_s / 3600, "last_degC": degC},
    )


def pressure(
    highest_Pa: float, planned_Pa: float, low_h: float, planned_h: float | None, limits: Mapping[str, float]
) -> Iterator[Deviation]:
    """Of a freeze-drying: the pressure once it had come down, and how long it stayed down."""
    if highest_Pa > planned_Pa * limits["pressure_limit_factor"]:
        yield Deviation(
            "pressure_high",
            f"pressure rose to {highest_Pa:.3g} Pa instead of {planned_Pa:g} Pa",
            {"highest_Pa": highest_Pa, "planned_Pa": planned_Pa},
        )
    if planned_h and low_h < planned_h * (1 - limits["hold_limit_percent"] / 100):
        yield Deviation(
            "short_drying",
            f"at {planned_Pa:g} Pa or below for {_hours(low_h)} instead of {_hours(planned_h)}",
            {"time_h": low_h, "planned_h": planned_h},
        )
