"""Records of a Neware ``.ndax`` whose times and counters stand in a member of their own, put together column by column.

BTS writes voltage and current of every record (``data.ndc``), but time, capacity and energy only now and then
(``data_runInfo.ndc``), with the interval ``dt`` at which the records after it come; what holds for a whole step stands
in ``data_step.ndc``. Between two of these marks the time grows by ``dt`` per record, capacity by the sum of
``dt * I / 3600`` and energy by that of ``dt * V * I / 3600``. fastnda decodes the members and puts the records
together in this way too; here the same sums, in the same order and thus equal to the last bit, are taken over all
stretches of one length at once, which needs half its time. Whatever is not plainly so is left to fastnda.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from fastnda.dicts import DTYPE_MAP, STEP_TYPE_MAP
from fastnda.ndax import read_ndc  # that module also lets zip unpack with isal

RECORDS, MARKS, STEPS = "data.ndc", "data_runInfo.ndc", "data_step.ndc"
VERSIONS = {11, 14, 16, 17}
"""Versions of the members that are known from real files to be made like this."""
_VERSION_AT = 2
AT_ONCE = 2
MICROSECONDS = 6

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


def read_counted(path: Path) -> pl.DataFrame | None:
    """The records as ``fastnda.read(path, cycle_mode="raw")`` answers them, without the time in the step.

    None where the container holds auxiliary channels, members of other versions, or marks that do not fit the records.
    """
    members = _members(path)
    if members is None:
        return None
    records, marks, steps = (read_ndc(member) for member in members)
    marks = marks.sort("index")
    at = _places(records, marks)
    if at is None or not _are_plain(records, marks, steps):
        return None
    return _put_together(records, marks, steps, at)


def _members(path: Path) -> list[bytes] | None:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        extra = [name for name in names if name.endswith(".ndc") and name[:-4].rpartition("_")[2].isdigit()]
        if extra or not {RECORDS, MARKS, STEPS} <= set(names):
            return None
        with ThreadPoolExecutor(AT_ONCE) as pool:
            members = list(pool.map(archive.read, (RECORDS, MARKS, STEPS)))
    known = all(len(member) > _VERSION_AT and member[_VERSION_AT] in VERSIONS for member in members)
    return members if known else None


def _places(records: pl.DataFrame, marks: pl.DataFrame) -> Places | None:
    """The row of each mark's record; the first record has one, and each mark has a record, or there is no answer."""
    if not records.height or not marks.height:
        return None
    index, marked = records["index"].to_numpy(), marks["index"].to_numpy()
    at = np.searchsorted(index, marked)
    fits = at[0] == 0 and at[-1] < len(index) and np.array_equal(index[at], marked)
    return at if fits else None


def _are_plain(records: pl.DataFrame, marks: pl.DataFrame, steps: pl.DataFrame) -> bool:
    """Whether all are numbers, and the steps are counted up from 1 and all described."""
    measured = [records["voltage_V"], records["current_mA"], *(one for one in marks if one.dtype.is_float())]
    step = marks["step_count"]
    counted = step.is_sorted() and step[0] == 1 and step[-1] <= steps.height
    return counted and all(column.is_finite().all() for column in measured)


def _put_together(
    records: pl.DataFrame, marks: pl.DataFrame, steps: pl.DataFrame, at: Places
) -> pl.DataFrame:
    held = np.diff(at, append=records.height)
    parts = _Parts(records, marks, held, at, list(_stretches(at, held)))
    with ThreadPoolExecutor(AT_ONCE) as pool:  # numpy and polars let go of the interpreter's lock
        capacity, energy = pool.submit(parts.net_capacity), pool.submit(parts.net_energy)
        step = parts.of_mark("step_count")
        described = pl.Series(step - 1)
        kind = steps["step_type"].replace_strict(STEP_TYPE_MAP, default=None, return_dtype=pl.Categorical)
        unix, total = parts.times(step)
        columns = {
            "index": records["index"],
            "voltage_V": records["voltage_V"],
            "current_mA": records["current_mA"],
            "unix_time_s": pl.Series(unix).round(MICROSECONDS),
            "total_time_s": pl.Series(total).round(MICROSECONDS),
            "cycle_count": steps["cycle_count"].gather(described),
            "step_count": pl.Series(step),
            "step_type": kind.gather(described),
            "capacity_mAh": pl.Series(capacity.result()),
            "energy_mWh": pl.Series(energy.result()),
        }
    return pl.DataFrame([column.cast(DTYPE_MAP[name]).alias(name) for name, column in columns.items()])


@dataclass(frozen=True)
class _Parts:
    """Records and marks, sorted; how many records each mark holds for, where these begin, and their stretches."""

    records: pl.DataFrame
    marks: pl.DataFrame
    held: Places
    at: Places
    stretches: list[Places]

    def of_mark(self, name: str) -> npt.NDArray[Any]:
        """What the last mark says, for each record."""
        return np.repeat(self.marks[name].to_numpy(), self.held)

    def times(self, step: npt.NDArray[Any]) -> tuple[Floats, Floats]:
        """Unix time and test time in s of each record. The test time is that in the step and that of all before it."""
        passed = self._grown(self.of_mark("dt"))
        in_step = self.of_mark("step_time_s") + passed
        starts = np.flatnonzero(np.diff(step, prepend=step.dtype.type(0)))
        longest = np.maximum.reduceat(in_step, starts)
        before = np.cumsum(np.concatenate(([0.0], longest[:-1])))
        in_step += np.repeat(before, np.diff(starts, append=len(step)))
        passed += self.of_mark("unix_time_s")
        return passed, in_step

    def net_capacity(self) -> npt.NDArray[np.float32]:
        rate = self.of_mark("dt")
        rate *= self.records["current_mA"].to_numpy()
        return self._net("capacity_mAh", rate)

    def net_energy(self) -> npt.NDArray[np.float32]:
        rate = self.of_mark("dt")
        rate *= self.records["voltage_V"].to_numpy()
        rate *= self.records["current_mA"].to_numpy()
        return self._net("energy_mWh", rate)

    def _net(self, quantity: str, rate: Floats) -> npt.NDArray[np.float32]:
        """Charged less discharged; what came since the last mark counts by its own sign."""
        rate /= 3600
        since = self._grown(rate)
        charged, discharged = (
            np.repeat(self.marks[f"{way}_{quantity}"].abs().cast(pl.Float64).to_numpy(), self.held)
            for way in ("charge", "discharge")
        )
        charged += np.maximum(since, 0.0)
        discharged -= np.minimum(since, 0.0)
        charged -= discharged
        return charged.astype(np.float32)

    def _grown(self, values: Floats) -> Floats:
        """In their place running sums that begin anew behind each mark, each value added in turn; at a mark nothing."""
        values[self.at] = 0.0
        for rows in self.stretches:
            values[rows] = np.cumsum(values[rows], axis=1)
        return values


def _stretches(at: Places, held: Places) -> Iterator[Places]:
    """The rows between two marks, without the marks' own: one table of rows for each length of 2 or more."""
    order = np.argsort(held, kind="stable")
    lengths, firsts = np.unique(held[order], return_index=True)
    for length, begins in zip(lengths.tolist(), np.split(at[order], firsts[1:]), strict=True):
        if length > 2:
            yield begins[:, None] + np.arange(1, length)
