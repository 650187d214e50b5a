"""The table of a history: the rows of its pieces one after the other, with one clock and one pair of counters.

Vendors' counters start again with each file, step or direction, so each piece is first turned into the charge and
energy that flowed in each of its rows (see ``capacity``), and these are summed through the whole history into
``charge_capacity_mAh``, ``discharge_capacity_mAh`` and the two energies. Between two files only that flowed which
the counters of both agree on; nothing is made up for a time of which there is no record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from characterization.analysis import capacity
from characterization.analysis.chain import Piece
from characterization.analysis.flowed import by_row
from characterization.analysis.rows import column
from characterization.charts.chart import Numbers

SIGNS = {"step_capacity_mAh": 0.0, "charge_capacity_mAh": 1.0, "discharge_capacity_mAh": -1.0}
OWN_COUNTERS = (*SIGNS, "step_energy_mWh", "charge_energy_mWh", "discharge_energy_mWh", "step_count")
FIRST = ("time_s", "voltage_V", "current_mA", "step", "step_type", "vendor_cycle")
LONGEST_ROW = 3.0
SUMMED_ALLOWANCE, LEAST_MAH = 1.05, 1e-4


@dataclass(frozen=True)
class _Flown:
    """Charge and energy per row of a piece, signed, and whether its row begins a step."""

    charge_mAh: Numbers
    energy_mWh: Numbers
    begins_step: Numbers


def join(kept: Sequence[Piece]) -> pl.DataFrame:
    """The table of a history. ``piece`` counts from 1; ``piece_time_s`` is the time that the file itself gives."""
    tables, flown = [], []
    for number, piece in enumerate(kept):
        table = piece.table.head(piece.stop)
        own = _flown(table, first=number == 0)
        if number:
            own.charge_mAh[0] = _between(kept[number - 1], piece, own.charge_mAh[0])
            own.energy_mWh[0] = own.charge_mAh[0] * np.nan_to_num(piece.voltage_V[0])
        tables.append(_own_columns(table, piece, number + 1))
        flown.append(own)
    joined = pl.concat(tables, how="diagonal_relaxed")
    charge, energy, steps = (
        np.concatenate([getattr(own, name) for own in flown])
        for name in ("charge_mAh", "energy_mWh", "begins_step")
    )
    summed = {
        "step": np.cumsum(steps).astype(np.int32),
        "charge_capacity_mAh": np.cumsum(np.maximum(charge, 0.0)),
        "discharge_capacity_mAh": np.cumsum(np.maximum(-charge, 0.0)),
        "charge_energy_mWh": np.cumsum(np.maximum(energy, 0.0)),
        "discharge_energy_mWh": np.cumsum(np.maximum(-energy, 0.0)),
    }
    joined = joined.with_columns(pl.Series(name, values) for name, values in summed.items())
    order = [name for name in (*FIRST, *list(summed)[1:]) if name in joined.columns]
    return joined.select(*order, pl.exclude(order))


def _flown(table: pl.DataFrame, *, first: bool) -> _Flown:
    flow = capacity.flow(table)
    charge, energy = (by_row(quantity, flow.rows) for quantity in (flow.charge_mAh, flow.energy_mWh))
    if not first and flow.kept_before_mAh > 0:
        charge[0] = energy[0] = 0.0  # it flowed before this file began: in the file before, or in none
    begins = np.zeros(len(charge))
    begins[flow.starts] = 1.0
    return _Flown(charge, energy, begins)


def _between(before: Piece, piece: Piece, own_mAh: float) -> float:
    """What flowed into the first row of a piece, in mAh, signed.

    Where the counters of a test went on, what they grew by, if the current can explain it. Without counters the
    trapezoid over the gap, if that is no longer than three rows. Else what the piece itself says.
    """
    if piece.gap_s is None or piece.overlap_s > LONGEST_ROW:
        return own_mAh
    last = before.stop - 1
    currents = np.nan_to_num([before.current_mA[last], piece.current_mA[0]])
    counters = [name for name in SIGNS if name in before.table.columns and name in piece.table.columns]
    if not counters:
        contiguous = piece.gap_s <= LONGEST_ROW * max(_row_s(before), _row_s(piece))
        return float(currents.mean()) * piece.gap_s / 3600 if contiguous else own_mAh
    grown = {name: _grown(before.table, last, piece.table, name) for name in counters}
    possible = SUMMED_ALLOWANCE * float(np.abs(currents).max()) * piece.gap_s / 3600 + LEAST_MAH
    if sum(grown.values()) > possible:
        return own_mAh
    return float(sum(value * (SIGNS[name] or np.sign(currents[1])) for name, value in grown.items()))


def _grown(before: pl.DataFrame, last: int, after: pl.DataFrame, name: str) -> float:
    """What a counter grew by from the last row of one file to the first of the next; one that fell began again."""
    was, now = (
        abs(float(np.nan_to_num(column(table, name)[row]))) for table, row in ((before, last), (after, 0))
    )
    return now - was if now >= was else now


def _row_s(piece: Piece) -> float:
    """The usual time between two rows of a piece, in s."""
    seconds = np.diff(piece.time_s[: piece.stop])
    ahead = seconds[seconds > 0]
    return float(np.median(ahead)) if ahead.size else 0.0


def _own_columns(table: pl.DataFrame, piece: Piece, number: int) -> pl.DataFrame:
    others = [name for name in table.columns if name not in (*OWN_COUNTERS, "step")]
    return table.select(
        *others,
        pl.lit(number, dtype=pl.Int32).alias("piece"),
        pl.col("time_s").alias("piece_time_s"),
    ).with_columns(pl.col("time_s") - piece.time_s[0] + piece.from_s)
