"""What every impedance reader does at the end: one table of spectra, checked and in the house's signs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.instruments.base import Recording, Technique, UnreadableFile

Column = Sequence[float] | npt.NDArray[np.float64]
NEEDED = ("frequency_Hz", "z_real_ohm", "z_imag_ohm")
TURN_RATIO = 3.0
AGAIN = "Export it again on the instrument; the file that arrived is kept."


def spectra(
    name: str,
    columns: Mapping[str, Column],
    *,
    meta: Mapping[str, Any] | None = None,
    started_at: datetime | None = None,
    title: str = "",
    part: str = "",
    hints: Sequence[str] = (),
) -> Recording:
    """An eis recording of ``columns`` (``frequency_Hz``, ``z_real_ohm``, ``z_imag_ohm`` and others), all rows kept.

    Where there is no ``spectrum`` a new one begins at each return to high or low frequency. Raises UnreadableFile:
    ``empty`` without rows, ``damaged`` where a column is missing or a frequency is negative.
    """
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        raise UnreadableFile("damaged", f"{name}: its spectrum has no column of {', '.join(missing)}.", AGAIN)
    table = pl.DataFrame({column: np.asarray(values, dtype=np.float64) for column, values in columns.items()})
    if not table.height:
        raise UnreadableFile(
            "empty", f"{name} holds no point of a spectrum.", "Check that the measurement ran."
        )
    negative = table.filter(pl.col("frequency_Hz") < 0).height
    if negative:
        raise UnreadableFile(
            "damaged", f"{name}: {negative:,} of {table.height:,} frequencies are negative.", AGAIN
        )
    if "spectrum" not in table.columns:
        table = table.with_columns(pl.Series("spectrum", number_sweeps(table["frequency_Hz"].to_numpy())))
    told = [hint for hint in hints if hint.strip()]
    recording = Recording(Technique.EIS, table.with_columns(pl.col("spectrum").cast(pl.Int32)), dict(meta or {}),
                          started_at=started_at, title=title, part=part, sample_hints=tuple(told))  # fmt: skip
    for column in NEEDED:
        bad = table.select((~pl.col(column).is_finite().fill_null(False)).sum()).item()
        if bad:
            recording.flag("not_a_number", f"{bad:,} of {table.height:,} rows have no {column}.")
    return recording


def number_sweeps(frequency_Hz: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """1, 2, … for each row: a new sweep begins where the frequency leaps back against the way it was going."""
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.diff(np.log(np.where(frequency_Hz > 0, frequency_Hz, np.nan)))
    known = steps[np.isfinite(steps) & (steps != 0)]
    way = np.sign(np.median(known)) if known.size else -1.0
    leaps = np.nan_to_num(steps * -way) > np.log(TURN_RATIO)
    return (1 + np.concatenate(([0], np.cumsum(leaps)))).astype(np.int32)


def day_and_time(date: str, time: str, *, day_first: bool = False) -> datetime | None:
    """A naive moment out of ``7/19/2018`` (or ``19.7.2018``, ``2018-07-19``) and ``16:43:15`` or ``9:40:30 AM``; None
    where it is not one."""
    numbers = re.findall(r"\d+", date)
    clock = re.match(r"\s*(\d+):(\d+)(?::(\d+))?\s*([AaPp])?", time)
    if len(numbers) != 3 or clock is None:
        return None
    year, month, day = _ordered([int(number) for number in numbers], day_first or "." in date)
    hour = int(clock[1]) % 12 + 12 * (clock[4] in ("p", "P")) if clock[4] else int(clock[1])
    try:
        return datetime(
            year, month, day, hour, int(clock[2]), int(clock[3] or 0)
        )  # naive: the file states no zone
    except ValueError:
        return None


def _ordered(numbers: list[int], day_first: bool) -> tuple[int, int, int]:
    first, second, third = numbers
    if first > 31:
        return first, second, third
    year = third if third > 99 else 2000 + third
    return (year, second, first) if day_first or first > 12 else (year, first, second)
