"""Arbin MITS 8 and later, ``.h5``: the tables of its SQL database, as pandas stores them.

``data_df`` has one row per record, under Arbin's own names without units (SI): ``Test_Time``, ``Step_Time`` in s,
``Voltage`` in V, ``Current`` in A (positive while charging), counters by direction in Ah and Wh, ``Step_Index``,
``Cycle_Index``, ``Aux_Voltage_1`` and so on; ``Date_Time`` counts 100 ns since 1970 (UTC). ``info_df`` says what the
test is (``SpecificMASS`` in g, capacities in Ah and Ah/g), ``stat_df`` sums up cycles and is left out.

Oddities: several tests, one after the other on one channel, may stand in one table and come as one recording each; the
test time falls back where a test was resumed. Any other HDF5 file with a table of such columns is read too. Links and
storage outside the file are refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from characterization.instruments.arbin_columns import arbin_heads, is_arbin, is_summary, units_of
from characterization.instruments.arbin_table import Said, named, recordings
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.hdf import MAGIC, frame, groups, opened

_SAID = {
    "Schedule_File_Name": "schedule", "Item_ID": "item_id", "IV_Ch_ID": "channel",
    "Schedule_Version": "schedule_version", "DataStructVersion": "schema", "Test_Name": "test_name",
}  # fmt: skip
_AMOUNTS = {
    "SpecificMASS": ("active_mass_mg", 1e3), "SpecificCapacity": ("nominal_specific_capacity_mAh_per_g", 1e3),
    "Capacity": ("nominal_capacity_mAh", 1e3),
}  # fmt: skip


def read(path: Path) -> list[Recording]:
    """One recording per test. Raises UnreadableFile for a cut, damaged or hostile file, and where no table in it has
    Arbin's columns."""
    with opened(path) as file:
        records, info, names = _tables(file, path.name)
    if records is None:
        raise UnreadableFile(
            "not_this_format",
            f"{path.name} is an HDF5 file without a table of a test time, a voltage and a current as Arbin names them.",
            "Export the channel as .csv or .xlsx.",
        )
    heads = arbin_heads(records.columns)
    table = named(records.rename({title: f"{place}" for place, title in enumerate(records.columns)}), heads)
    found = recordings(table, {None: _said(info, names)}, path.name, sort=False)
    for recording in found:
        recording.units = {n: u for n, u in units_of(heads).items() if n in recording.table.columns}
    return found


def _tables(file: Any, name: str) -> tuple[pl.DataFrame | None, pl.DataFrame | None, list[str]]:
    """The first table of records, the table that describes the test, and the names of tests in the summary."""
    records: pl.DataFrame | None = None
    info: pl.DataFrame | None = None
    names: list[str] = []
    for _, group in groups(file, name):
        table = frame(group, name)
        if table is None or not table.width:
            continue
        if "Test_Name" in table.columns and table.schema["Test_Name"] == pl.String:
            names = table["Test_Name"].unique(maintain_order=True).to_list()
        if is_arbin(table.columns) and not is_summary(table.columns):
            records = records if records is not None else table
        elif table.height and {"Test_ID", "Schedule_File_Name"} & set(table.columns):
            info = info if info is not None else table
    return records, info, names


def _said(info: pl.DataFrame | None, names: list[str]) -> Said:
    row = info.row(0, named=True) if info is not None and info.height else {}
    meta: dict[str, Any] = {ours: row[theirs] for theirs, ours in _SAID.items() if row.get(theirs)}
    for theirs, (ours, times) in _AMOUNTS.items():
        if isinstance(row.get(theirs), float) and row[theirs] > 0:
            meta[ours] = float(f"{row[theirs] * times:.7g}")
    if len(names) == 1:
        meta["test_name"] = names[0]
    title = str(meta.get("test_name", ""))
    hints = [title, str(meta.get("item_id", ""))]
    return Said(meta, title=title, hints=tuple(hint for hint in hints if hint))


def sniff(head: bytes, name: str) -> int:
    if not head.startswith(MAGIC):
        return 0
    return 2 if ending(name, ".h5", ".hdf5", ".hdf") else 1


READER = Reader(
    name="arbin_h5",
    version="1.0",
    label="Arbin database export (h5)",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(".h5", ".hdf5"),
)
