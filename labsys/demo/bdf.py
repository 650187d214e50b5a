"""Writes a cycling table as a Battery Data Format file (``.bdf.csv``), as a cycler's exporter does: A, Ah, Wh, V, s."""

from __future__ import annotations

import polars as pl

_COLUMNS = (
    ("time_s", "Test Time / s", 1.0, 1),
    ("voltage_V", "Voltage / V", 1.0, 5),
    ("current_mA", "Current / A", 1e-3, 10),
    ("unix_time_s", "Unix Time / s", 1.0, 1),
    ("charge", "Charging Capacity / Ah", 1e-3, 12),
    ("discharge", "Discharging Capacity / Ah", 1e-3, 12),
    ("charge_energy", "Charging Energy / Wh", 1e-3, 12),
    ("discharge_energy", "Discharging Energy / Wh", 1e-3, 12),
    ("temperature_degC", "Ambient Temperature / degC", 1.0, 2),
)
_COUNTS = (("cycle", "Cycle Count / 1"), ("step", "Step Count / 1"))


def write(table: pl.DataFrame) -> bytes:
    """UTF-8 text with a header line; the same table gives the same bytes."""
    numbers = [
        (pl.col(ours) * factor).round(places).alias(theirs) for ours, theirs, factor, places in _COLUMNS
    ]
    counts = [pl.col(ours).alias(theirs) for ours, theirs in _COUNTS]
    return table.select([*numbers, *counts]).write_csv().encode()
