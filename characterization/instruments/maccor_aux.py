"""Auxiliary channels of Maccor exports, and what their records say of the test: states, impedance rows, its end."""

from __future__ import annotations

import re

import polars as pl

from characterization.instruments.base import Flag, Recording
from characterization.instruments.cycler_numbers import number
from characterization.instruments.text_sheet import Sheet

NOT_CONNECTED = -1000.0
STEP_ENDED = 128
MILLIVOLTS_FROM = 100.0
_AUX = re.compile(r"aux\s*#?\s*(\d+)", re.IGNORECASE)
_QUANTITIES = {"c": "temperature (C)", "°c": "temperature (C)", "v": "voltage (V)", "mv": "voltage (mV)"}


def name_auxiliaries(sheet: Sheet) -> None:
    """Gives each ``Aux #n`` the quantity and unit that the column ``Units`` beside it names.

    Channels that are not connected lose their titles, so that nobody takes their −2500 for a temperature; they are
    counted in a flag.
    """
    pairs = {
        place: found[1]
        for place, title in enumerate(sheet.titles[:-1])
        if (found := _AUX.fullmatch(title.strip()))
        and sheet.titles[place + 1].strip().lower() in {"units", "unit"}
    }
    if not pairs:
        return
    highest = sheet.cells.select(number(pl.col(str(place)), sheet.decimals).max() for place in pairs).row(0)
    silent = 0
    for (place, channel), high in zip(pairs.items(), highest, strict=True):
        unit = str(sheet.column(place + 1)[0] or "").strip().lower()
        off = high is None or high < NOT_CONNECTED
        silent += off
        sheet.titles[place] = "" if off else f"aux{channel} {_QUANTITIES.get(unit, f'({unit})')}"
        sheet.titles[place + 1] = ""
    if silent:
        text = f"{silent} auxiliary channels read below {NOT_CONNECTED:,.0f}: nothing is connected, they are left out."
        sheet.flags.append(Flag("aux_not_connected", text))


def flag_records(recording: Recording) -> None:
    table = recording.table
    _flag_millivolts(recording)
    if "step_type" in table.columns:
        counted = table["step_type"].cast(pl.String).value_counts(sort=True)
        states = dict(zip(counted["step_type"].to_list(), counted["count"].to_list(), strict=True))
        recording.meta["states"] = {str(word): rows for word, rows in states.items()}
        if "Impedance" in states:
            recording.flag(
                "impedance_rows",
                f"{states['Impedance']} rows are of an impedance measurement and hold no spectrum; that is in the file "
                "with EDA in its name beside this one.",
            )
    if "end_status" in table.columns and (last := table["end_status"][-1]) is not None and last < STEP_ENDED:
        recording.flag(
            "end_not_recorded",
            f"The last record does not end a step (ES {last:g}): the test ran on when it was exported, or the file is "
            "a part of it.",
        )


def _flag_millivolts(recording: Recording) -> None:
    """Some exports in mA and mAh title the voltage ``Volts`` and write mV: no cell has hundreds of volts."""
    middle = recording.table["voltage_V"].abs().median()
    title = str(recording.meta.get("columns_in_file", {}).get("voltage_V", ""))
    current = str(recording.meta.get("columns_in_file", {}).get("current_mA", ""))
    if (
        not isinstance(middle, float)
        or middle < MILLIVOLTS_FROM
        or not current.strip().lower().startswith("ma")
    ):
        return
    recording.table = recording.table.with_columns(pl.col("voltage_V") / 1000)
    recording.flags = [flag for flag in recording.flags if "voltage_V beyond" not in flag.message]
    recording.flag(
        "unit_doubtful",
        f"The column {title} holds values around {middle:,.0f} beside a current in mA: it is read as mV.",
    )
