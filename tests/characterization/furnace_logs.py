"""Furnace logs that the tests write: the study's programme, run as it was or with what went wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from synthesis import furnace
from synthesis.models import CarbonizationRun, ProgrammeSegment, Project
from synthesis.units import Quantity
from tests import factories

PROGRAMME = ((25.0, 700.0, 5.0, 4.0), (700.0, 25.0, 5.0, 0.0))


def log(over_degC: float = 0.0, hold_h: float = 4.0, gas_off_min: float = 0.0, head: str = "") -> bytes:
    """One row per minute: temperature and gas flow, with an overshoot, another hold or a time without gas."""
    up, end = 135.0, 135 + 60 * hold_h
    points = [
        (0.0, 25.0),
        (up, 700.0),
        (up + 2, 700 + over_degC),
        (up + 20, 700.0),
        (end, 700.0),
        (end + 135, 25.0),
    ]
    minutes = np.arange(0, end + 136)
    times, temperatures = zip(*points, strict=True)
    degrees = np.interp(minutes, times, temperatures)
    off = (minutes >= 180) & (minutes < 180 + gas_off_min)
    flow = np.where(off, 0.0, 100.0)
    rows = (f"{m:.0f};{d:.1f};{f:.1f}\n" for m, d, f in zip(minutes, degrees, flow, strict=True))
    return (f"{head}\nTime (min);Temperature (°C);N2 (mL/min)\n" + "".join(rows)).encode()


def run(project: Project, boats: int = 1, **values: Any) -> CarbonizationRun:
    segments = [
        ProgrammeSegment(from_degC=a, to_degC=b, rate_degC_per_min=rate, hold_h=hold)
        for a, b, rate, hold in PROGRAMME
    ]
    loads = [
        furnace.BoatLoad(
            factories.sponge(project), Quantity(Decimal(10), "g"), Quantity(Decimal(4), "g"), "Mo-Ni@NPCs"
        )
        for _ in range(boats)
    ]
    values.setdefault("flow_mL_per_min", 100.0)
    return furnace.record_run(CarbonizationRun(project=project, **values), segments, loads, None)
