"""The tables of an Arbin ``.res`` database as one frame of records, and what they say of the tests."""

from __future__ import annotations

from typing import Any

import polars as pl

from characterization.instruments.arbin_columns import arbin_heads
from characterization.instruments.arbin_table import Said, named
from characterization.instruments.base import UnreadableFile
from characterization.instruments.cycler_clock import ole
from characterization.instruments.jet import JetDatabase

RECORDS = "Channel_Normal_Table"
_KINDS = {0: ("voltage", "V"), 1: ("temperature", "degC"), 2: ("pressure", ""), 3: ("ph", ""), 4: ("flow_rate", ""),
          5: ("concentration", ""), 6: ("digital_input", ""), 7: ("digital_output", "")}  # fmt: skip
"""Kinds of auxiliary channels in the order in which Global_Table counts them."""

_MOST_AUX = 256
_MOST_EVENTS = 200
_SAID = {
    "Test_Name": "test_name", "Channel_Index": "channel", "Schedule_File_Name": "schedule", "Creator": "operator",
    "Comments": "comment", "Item_ID": "item_id", "Software_Version": "software", "Serial_Number": "device_serial",
    "Schedule_Version": "schedule_version",
}  # fmt: skip
_AMOUNTS = {
    "MASS": ("active_mass_mg", 1e3), "Specific_Capacity": ("nominal_specific_capacity_mAh_per_g", 1e3),
    "Capacity": ("nominal_capacity_mAh", 1e3),
}  # fmt: skip


def records(database: JetDatabase) -> tuple[pl.DataFrame, dict[str, str]]:
    """The records with their auxiliary channels, and the units that names cannot hold."""
    raw = database.read(RECORDS)
    heads = arbin_heads(raw.columns)
    missing = {"time_s", "voltage_V", "current_mA", "data_point"} - {head.ours for head in heads}
    if missing:
        raise UnreadableFile(
            "damaged", f"{database.name} is damaged: {RECORDS} has no {', '.join(sorted(missing))}.",
            "Copy it again from the instrument; the file that arrived is kept.",
        )  # fmt: skip
    table = named(raw.rename({title: f"{place}" for place, title in enumerate(raw.columns)}), heads)
    units = {head.ours: head.unit for head in heads if head.unit}
    aux, aux_units = _auxiliary(database)
    if aux is not None:
        table = table.join(aux, on=["test_id", "data_point"], how="left", maintain_order="left")
    return table, units | aux_units


def _auxiliary(database: JetDatabase) -> tuple[pl.DataFrame | None, dict[str, str]]:
    """One column per auxiliary channel (and one of its rate where that is kept), by test and data point."""
    long = database.read("Auxiliary_Table")
    if not long.height or not {"Test_ID", "Data_Point", "Auxiliary_Index", "Data_Type", "X"} <= set(
        long.columns
    ):
        return None, {}
    stated = _stated_units(database)
    channels = (
        long.select("Data_Type", "Auxiliary_Index").unique().drop_nulls().sort("Data_Type", "Auxiliary_Index")
    )
    keys = [
        pl.col("Test_ID").cast(pl.Int32).alias("test_id"),
        pl.col("Data_Point").cast(pl.Int32).alias("data_point"),
    ]
    wide: pl.DataFrame | None = None
    units: dict[str, str] = {}
    for kind, index in channels.head(_MOST_AUX).iter_rows():
        name, unit = _aux_name(kind, index, stated.get((kind, index), ""))
        own = long.filter((pl.col("Data_Type") == kind) & (pl.col("Auxiliary_Index") == index))
        values = [pl.col("X").cast(pl.Float64).alias(name)]
        units |= {name: unit} if unit else {}
        if "dX_dt" in long.columns:
            rate, per_s = _rate_name(name, unit)
            values.append(pl.col("dX_dt").cast(pl.Float64).alias(rate))
            units[rate] = per_s
        own = own.select(*keys, *values).unique(["test_id", "data_point"], keep="first", maintain_order=True)
        wide = (
            own if wide is None else wide.join(own, on=["test_id", "data_point"], how="full", coalesce=True)
        )
    return wide, units


def _aux_name(kind: int, index: int, stated: str) -> tuple[str, str]:
    """``aux1_temperature_degC`` for the first temperature; a unit that names cannot hold stands beside."""
    quantity, suffix = _KINDS.get(kind, (f"kind_{kind}", ""))
    name = f"aux{index + 1}_{quantity}"
    return (f"{name}_{suffix}", "") if suffix else (name, stated)


def _rate_name(name: str, unit: str) -> tuple[str, str]:
    for suffix, shown in (("degC", "°C/s"), ("V", "V/s")):
        if name.endswith(f"_{suffix}"):
            return f"{name.removesuffix(suffix)}rate_{suffix}_per_s", shown
    return f"{name}_rate", f"{unit}/s" if unit else "1/s"


def _stated_units(database: JetDatabase) -> dict[tuple[int, int], str]:
    table = database.read("Aux_Global_Data_Table")
    if not {"Data_Type", "Auxiliary_Index", "Unit"} <= set(table.columns):
        return {}
    rows = table.select("Data_Type", "Auxiliary_Index", "Unit").iter_rows()
    return {(kind, index): unit or "" for kind, index, unit in rows}


def said(database: JetDatabase) -> dict[int | None, Said]:
    """What Global_Table and Event_Table say of each test."""
    tests, events = database.read("Global_Table"), _events(database)
    schema = _schema(database)
    aux_names = _nicknames(database)
    found: dict[int | None, Said] = {}
    for row in tests.iter_rows(named=True):
        meta: dict[str, Any] = {ours: row[theirs] for theirs, ours in _SAID.items() if row.get(theirs)}
        meta |= {
            ours: _single(row[theirs] * times)
            for theirs, (ours, times) in _AMOUNTS.items()
            if row.get(theirs)
        }
        meta |= {"schema": schema} if schema else {}
        meta |= {"aux_names": aux_names} if aux_names else {}
        number = row.get("Test_ID")
        meta["events"] = [event for test, event in events if test == number][:_MOST_EVENTS]
        name = str(row.get("Test_Name") or "")
        bare = "-".join(name.split("-")[:-2])  # MITS adds -DAQ-channel
        hints = [name, bare, str(row.get("Item_ID") or ""), str(row.get("Comments") or "")]
        start = ole(row.get("Start_DateTime"))
        found[number] = Said(meta, start, name, tuple(dict.fromkeys(hint for hint in hints if hint)))
    return found


def _single(value: float) -> float:
    """A number to the seven digits that single precision holds."""
    return float(f"{value:.7g}")


def _events(database: JetDatabase) -> list[tuple[int, dict[str, Any]]]:
    table = database.read("Event_Table")
    if not {"Test_ID", "Test_Time", "Event_Type", "Event_Describe"} <= set(table.columns):
        return []
    rows = table.sort("Test_Time").select("Test_ID", "Test_Time", "Event_Type", "Event_Describe").iter_rows()
    return [(test, {"time_s": time, "kind": kind, "text": text}) for test, time, kind, text in rows]


def _nicknames(database: JetDatabase) -> dict[str, str]:
    table = database.read("Aux_Global_Data_Table")
    if not {"Data_Type", "Auxiliary_Index", "Nickname"} <= set(table.columns):
        return {}
    rows = table.select("Data_Type", "Auxiliary_Index", "Nickname").iter_rows()
    return {_aux_name(kind, index, "")[0]: name for kind, index, name in rows if name}


def _schema(database: JetDatabase) -> str:
    table = database.read("Version_Table")
    texts = [name for name in table.columns if table.schema[name] == pl.String]
    return str(table[texts[0]][0] or "") if table.height and texts else ""
