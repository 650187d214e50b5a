"""Neware BTSDA and BTS 7 exports, ``.xlsx``: the workbook of one test.

``test`` (``Info``) says what the test is, in pairs of cells; ``cycle`` and ``step`` (``Cycle_…``, ``Statis_…``) sum up;
``record`` (``Detail_…``, further sheets with a number where one is full) holds the records with the heads of the csv
export: ``DataPoint``, ``Cycle Index``, ``Step Type``, ``Time``, ``Total Time``, ``Current(A)``, ``Voltage(V)`` …, in
English or Chinese, times as text or as cells of the workbook.

Oddities: the sheets' names depend on version and language, so the heads say what a sheet holds. The start is local.
The vendor's summary of cycles is kept in ``meta`` as ``vendor_cycles``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import polars as pl
from python_calamine import CalamineWorkbook

from characterization.instruments.arbin_book import columns_of
from characterization.instruments.arbin_table import named
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.neware_records import recording
from characterization.instruments.neware_words import are_records, is_summary, neware_heads
from characterization.instruments.workbook import Row, looks_like_workbook, opened, texts

HEAD_WITHIN = 60
_MOST_CYCLES = 20_000
_SAID = {
    "barcode": "barcode", "条码": "barcode", "remarks": "remark", "remark": "remark", "备注": "remark",
    "p/n": "part_number", "part number": "part_number", "builder": "operator", "creator": "operator",
    "创建者": "operator", "channel": "channel", "device": "device", "test name": "test_name", "step name": "schedule",
    "step file": "schedule", "active material": "active_material",
    "活性物质": "active_material", "nominal capacity": "nominal_capacity",
}  # fmt: skip


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile for a workbook without a sheet of Neware's records."""
    with opened(path) as book:
        sheets, cycles, said = _sheets(book)
    if not sheets:
        raise UnreadableFile(
            "not_this_format",
            f"{path.name} has no sheet of records with a time, a voltage, a current and a step as Neware names them.",
            "Export the records, not only the summary of cycles and steps.",
        )
    table = pl.concat(sheets, how="diagonal_relaxed")
    meta: dict[str, Any] = dict(said) | ({"vendor_cycles": cycles} if cycles else {})
    found = recording(table, meta, path.name)
    found.title = str(said.get("remark") or said.get("barcode") or said.get("test_name") or "")
    hints = [str(said[key]) for key in ("barcode", "remark", "test_name", "part_number") if said.get(key)]
    found.sample_hints = tuple(dict.fromkeys(hints))
    return [found]


def _sheets(book: CalamineWorkbook) -> tuple[list[pl.DataFrame], list[dict[str, Any]], dict[str, Any]]:
    """The sheets of records in the order of their numbers, the vendor's cycles, and what the test sheet says."""
    records: list[tuple[tuple[str, int], pl.DataFrame]] = []
    cycles: list[dict[str, Any]] = []
    said: dict[str, Any] = {}
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).iter_rows()
        near = list(islice(rows, HEAD_WITHIN))
        place = next((at for at, row in enumerate(near) if are_records(texts(row))), None)
        if place is not None:
            heads = neware_heads(texts(near[place]))
            body = _following(near[place + 1 :], rows)
            records.append((_order(name), named(columns_of(body, heads), heads)))
        elif near and is_summary(texts(near[0])):
            cycles = cycles or _cycles(near, rows)
        elif not said:
            said = _pairs(near)
    records.sort(key=lambda pair: pair[0])
    return [frame for _, frame in records], cycles, said


def _following(near: list[Row], rows: Iterator[Row]) -> Iterator[Row]:
    yield from near
    yield from rows


def _order(name: str) -> tuple[str, int]:
    found = re.match(r"^(.*?)[_\s(-]*(\d*)\)?$", name.strip())
    return (found[1].lower(), int(found[2] or 0)) if found else (name, 0)


def _cycles(near: list[Row], rows: Iterator[Row]) -> list[dict[str, Any]]:
    """The vendor's summary of cycles: capacities and energies by direction."""
    heads = [head for head in neware_heads(texts(near[0])) if not head.ours.startswith("step")]
    if not {"vendor_cycle", "charge_capacity_mAh", "discharge_capacity_mAh"} <= {head.ours for head in heads}:
        return []
    table = named(columns_of(_following(near[1:], rows), heads), heads).head(_MOST_CYCLES)
    return [
        {name.replace("vendor_cycle", "cycle"): value for name, value in row.items() if value is not None}
        for row in table.iter_rows(named=True)
    ]


def _pairs(rows: list[Row]) -> dict[str, Any]:
    """What pairs of neighbouring cells say: a known word and what stands to its right."""
    found: dict[str, Any] = {}
    for row in rows:
        cells = texts(row)
        for label, value in pairwise(cells):
            ours = _SAID.get(label.strip(" :：").lower())
            if ours and value and value != "-" and ours not in found:
                found[ours] = value
    return found


def sniff(head: bytes, name: str) -> int:
    """By name only: what the sheets hold is packed."""
    return 1 if looks_like_workbook(head) else 0


READER = Reader(
    name="neware_xlsx",
    version="1.0",
    label="Neware export (xlsx)",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(".xlsx",),
)
