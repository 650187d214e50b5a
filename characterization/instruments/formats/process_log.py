"""Logs of furnaces and freeze-dryers, ``.csv``, ``.tsv``, ``.txt``, ``.xlsx``: temperature, pressure and gas over time.

Written by furnace controllers (Nabertherm, Carbolite, Eurotherm, Yudian), paperless recorders, freeze-dryers and by
hand. One row per reading: a time (counter with a unit, clock, date, or several of them), one or more thermocouples, at
times the set point, the pressure, the flow of one or more gases. Heads are English, German or Chinese (``PV``/``SV``,
``Ist``/``Soll``, ``温度``), units stand in the head or in a row below it. The first temperature is the controller's;
further ones are ``temperature_2_degC`` and so on. K, °F, mbar, Torr, L/h become °C, Pa, mL/min here.

Oddities: lines of text before the table; heads again after each start of the recorder; clocks without a date, which
pass midnight, and clocks that are set back; times that stand twice; open thermocouples as 9999 or −999. All of it is
read and said. A pressure or a flow without a unit is left out, a time without one waits for a person; a temperature
without one is in °C. What speaks of voltage, capacity, mass or spectra is no process log.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from characterization.instruments import process_columns as columns
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.process_clock import Times
from characterization.instruments.process_grid import (
    HEAD_WITHIN,
    Grid,
    book_grid,
    head_place,
    separators,
    split,
    text_grid,
    text_of,
)
from characterization.instruments.textual import looks_binary
from characterization.instruments.workbook import AGAIN, ZIP_MAGIC, looks_like_workbook

FEWEST_ROWS = 2


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile ``needs_mapping`` where the time has no unit."""
    with path.open("rb") as file:
        book = file.read(4) == ZIP_MAGIC
    grid = book_grid(path) if book else text_grid(path)
    if grid is None:
        raise UnreadableFile(
            "not_this_format",
            f"{path.name} holds no table with a time and a temperature or a pressure, and no other reader knows it.",
            "For the log of a process, write a line of heads: Time (min), Temperature (°C), Flow (mL/min).",
        )
    _refuse_cut(grid, path.name)
    recording = Recording(Technique.LOG, pl.DataFrame())
    times = columns.times_of(grid, path.name)
    found = columns.measured(grid, recording)
    columns.flag_values(recording, found, path.name)
    _fill(recording, grid, times, found, path.name)
    return [recording]


def _refuse_cut(grid: Grid, name: str) -> None:
    """A last line without its end and with fewer cells than the others is cut."""
    if not grid.rows:
        raise UnreadableFile("empty", f"{name} has heads and no rows.", AGAIN)
    if grid.open_end and len(grid.rows) > 1 and len(grid.rows[-1]) < min(map(len, grid.rows[-6:-1])):
        raise UnreadableFile("truncated", f"{name} ends in the middle of row {len(grid.rows):,}.", AGAIN)


def _fill(recording: Recording, grid: Grid, times: Times, found: list[columns.Column], name: str) -> None:
    timed = np.isfinite(times.seconds)
    if timed.sum() < FEWEST_ROWS or not found:
        raise UnreadableFile(
            "damaged",
            f"{name}: {int(timed.sum()):,} rows have a time and {len(found)} columns a value.",
            AGAIN,
        )
    if (~timed).sum() > columns.MOST_UNREAD * len(timed):
        raise UnreadableFile(
            "damaged",
            f"{name}: {int((~timed).sum()):,} of {len(timed):,} rows have no time that can be read.",
            AGAIN,
        )
    data = {"time_s": times.seconds[timed]} | {column.name: column.values[timed] for column in found}
    recording.table = pl.DataFrame(data).fill_nan(None)
    recording.units = {column.name: "mL/min" for column in found if column.name.startswith("flow")}
    recording.started_at = times.start
    recording.sample_hints = tuple(dict.fromkeys([*grid.said, grid.sheet]))[:60]
    recording.title = next((text for text in grid.said if len(text) > 2), grid.sheet)[:120]
    recording.meta = {
        "columns_in_file": {column.name: column.head.title for column in found},
        "columns_left_out": _left_out(grid, found),
        "interval_s": _interval(data["time_s"]),
        "heading": grid.said[:20],
    }
    _flag(recording, grid, times, int((~timed).sum()))


def _flag(recording: Recording, grid: Grid, times: Times, untimed: int) -> None:
    for code, text in times.notes:
        recording.flag(code, text)
    if untimed:
        recording.flag("rows_without_time", f"{untimed:,} rows have no time and are left out.")
    if grid.repeated:
        recording.flag(
            "heads_again", f"The heads stand {grid.repeated + 1} times: the recorder was started anew."
        )
    if grid.open_end:
        recording.flag(
            "last_line_open", "The last line does not end in a line break: its last number may be cut off."
        )
    columns.flag_gaps(recording, recording.table["time_s"].to_numpy())


def _left_out(grid: Grid, found: list[columns.Column]) -> list[str]:
    used = {column.head.place for column in found} | {
        head.place for head in grid.heads if head.role in ("date", "clock")
    }
    return [title for place, title in enumerate(grid.titles) if title and place not in used][:40]


def _interval(seconds: np.ndarray) -> float | None:
    steps = np.diff(seconds)
    return float(np.median(steps[steps > 0])) if (steps > 0).any() else None


def sniff(head: bytes, name: str) -> int:
    if head.startswith(ZIP_MAGIC):
        return 1 if looks_like_workbook(head) else 0
    text = text_of(head)
    if looks_binary(text.encode()[:2000]):
        return 0
    lines = text.split("\n")[:HEAD_WITHIN]
    found = any(head_place(split(line, mark) for line in lines) for mark in separators(lines))
    return 2 if found else 0


READER = Reader(
    name="process_log",
    version="1.0",
    label="Log of a furnace or freeze-dryer (csv, tsv, txt, xlsx)",
    techniques=(Technique.LOG,),
    sniff=sniff,
    read=read,
    extensions=(".csv", ".tsv", ".txt", ".xlsx"),
)
