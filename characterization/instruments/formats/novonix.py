"""Novonix UHPC cyclers, ``.csv``: one test on one channel.

Sections ``[Summary]`` (cell, mass, capacity, start), ``[Protocol]`` (JSON in one long line, or text) and ``[Data]``
with titles and rows: date and time, cycle, step type, run and step time in h, current in A (positive while charging),
potential in V, capacity in Ah and energy in Wh, temperatures of cell and circuit in °C, slopes, power.

Oddities: the step type is a number: 0 open circuit, 1 constant-current charge, 2 constant-current discharge, 7 and 8
the two parts of a CC-CV charge, 9 and 10 those of a CC-CV discharge; older versions call that column ``Step Number``.
``Step position`` is 1 in the first and the last record of a step. Whether the capacity counts up in each step or runs
on through charge and discharge depends on the version and is told from the rows.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from characterization.instruments.base import Reader, Recording, Technique, decode
from characterization.instruments.cycler_common import COMMON
from characterization.instruments.cycler_header import describe, pairs
from characterization.instruments.cycler_sheet import cycling_recording, understands
from characterization.instruments.cycler_titles import Column, Kind
from characterization.instruments.cycler_work import Dialect
from characterization.instruments.text_sheet import read_sheet
from characterization.instruments.textual import looks_binary, to_number, unify

_OWN = re.compile(r"Novonix|^\[Summary\]\s*$|UHPC Control", re.MULTILINE)
_KEYS = {
    "channel": "channel", "cell": "cell", "serial number": "serial_number", "description": "description",
    "mass (g)": "mass_g", "capacity (ah)": "nominal_capacity_Ah", "area (cm2)": "area_cm2", "cellid": "cell_id",
    "started": "start_stated", "version": "software",
}  # fmt: skip
_NUMBERS = ("mass_g", "nominal_capacity_Ah", "area_cm2")
_HINTS = ("cell_id", "cell", "description", "serial_number")
DIALECT = Dialect(
    columns=(
        Column("step_type", r"step type", Kind.TEXT),
        Column("vendor_step", r"step number|step type", Kind.COUNT),
        Column("step_position", r"step position|state.*", Kind.COUNT),
        *COMMON,
    ),
    date_order="ymd",
    words={
        "0": "Rest", "1": "CC charge", "2": "CC discharge", "7": "CC-CV charge (CC)", "8": "CC-CV charge (CV)",
        "9": "CC-CV discharge (CC)", "10": "CC-CV discharge (CV)",
    },
)  # fmt: skip


def _is_titles(cells: list[str]) -> bool:
    return understands(cells, DIALECT.columns)


def read(path: Path) -> list[Recording]:
    """One recording."""
    sheet = read_sheet(path, _is_titles)
    recording = cycling_recording(sheet, DIALECT)
    said = pairs(sheet.header, _KEYS)
    describe(recording, said, _HINTS)
    numbers = {key: number for key in _NUMBERS if (number := to_number(said.get(key, ""))) is not None}
    recording.meta |= numbers
    if "step_type" in recording.table.columns:
        words = recording.table["step_type"].cast(pl.String).unique().drop_nulls().sort()
        recording.meta["step_types"] = words.to_list()
    return [recording]


def sniff(head: bytes, name: str) -> int:
    return 0 if looks_binary(head) else 3 * bool(_OWN.search(unify(decode(head))))


READER = Reader(
    name="novonix",
    version="1.0",
    label="Novonix UHPC export (csv)",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(".csv",),
)
