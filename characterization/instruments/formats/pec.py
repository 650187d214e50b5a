"""PEC battery testers, ``.csv``: the results of one test, for one cell or several.

Some thirty lines ``key:,value`` about the test, a block ``#RESULTS CHECK``, then titles with units in brackets and one
row per record: test, cell, rack and position, step, cycle, times in seconds or ``hh:mm:ss.xxx`` (the title says which,
column by column), the clock, voltage (mV or V), current (mA or A, positive while charging), capacity and energy per
direction, both counted from zero in each cycle, and what else was measured: temperatures, resistances.

Oddities: capacity and energy may have the same name and differ in unit (``Charge Capacity (mWh)``). Resistances and
temperatures are zero or empty in most rows. A test that still runs has year 1 as its end. Several cells in one file
become one recording each.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from characterization.instruments.base import Reader, Recording, Technique, decode
from characterization.instruments.cycler_common import COMMON
from characterization.instruments.cycler_header import describe, flag_end, pairs
from characterization.instruments.cycler_sheet import cycling_recording, understands
from characterization.instruments.cycler_titles import Column, Kind, places_of
from characterization.instruments.cycler_work import Dialect
from characterization.instruments.text_sheet import Sheet, read_sheet
from characterization.instruments.textual import looks_binary, unify

_OWN = re.compile(r"^\W*(Request Year:|TestRegime (Name|Suffix):)|^#RESULTS CHECK", re.MULTILINE)
_KEYS = {
    "test": "test_id", "test description": "description", "testregime name": "procedure", "lotid": "lot",
    "lot description": "lot_description", "testregime cellsize": "cell_size", "chemistry": "chemistry",
    "requestor": "operator", "product id": "product", "start time": "start_stated", "end time": "end_stated",
    "operator instructions": "instructions", "project": "project", "part name": "part_name",
}  # fmt: skip
_HINTS = ("cell_id", "description", "lot", "lot_description")
DIALECT = Dialect(columns=(Column("step_type", r"instruction name", Kind.TEXT), *COMMON))


def _is_titles(cells: list[str]) -> bool:
    return {"cell", "step"} <= {cell.lower() for cell in cells} and understands(cells, DIALECT.columns)


def _wanted(titles: list[str]) -> list[int]:
    return places_of(titles, DIALECT.columns, also=r"cell( id)?")


def _place(sheet: Sheet, title: str) -> int | None:
    return next((place for place, text in enumerate(sheet.titles) if text.lower() == title), None)


def _cells(sheet: Sheet) -> dict[str, Sheet]:
    """The rows of each cell by its number; the rows of one cell stay in the file's order."""
    place = _place(sheet, "cell")
    if place is None or sheet.column(place).n_unique() == 1:
        return {"": sheet}
    numbers = sheet.column(place).fill_null("").unique(maintain_order=True).to_list()
    return {
        number: Sheet(sheet.name, sheet.header, sheet.titles, rows, sheet.decimals, list(sheet.flags))
        for number in numbers
        if (rows := sheet.cells.filter(pl.col(str(place)).fill_null("") == number)).height
    }


def _one_cell(sheet: Sheet, number: str) -> Recording:
    said = pairs(sheet.header, _KEYS)
    dates = [said[key] for key in ("start_stated", "end_stated") if said.get(key)]
    recording = cycling_recording(sheet, DIALECT, dates)
    place = _place(sheet, "cell id")
    identity = str(sheet.column(place)[0] or "") if place is not None else ""
    describe(recording, said | ({"cell_id": identity} if identity else {}), _HINTS)
    recording.part = f"cell {number}" if number else ""
    flag_end(recording, said, DIALECT.date_order)
    return recording


def read(path: Path) -> list[Recording]:
    """One recording per cell of the file."""
    return [_one_cell(rows, number) for number, rows in _cells(read_sheet(path, _is_titles, _wanted)).items()]


def sniff(head: bytes, name: str) -> int:
    return 0 if looks_binary(head) else 3 * bool(_OWN.search(unify(decode(head))))


READER = Reader(
    name="pec",
    version="1.0",
    label="PEC tester export (csv)",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(".csv",),
)
