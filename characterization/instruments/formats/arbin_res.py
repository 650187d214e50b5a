"""Arbin MITS Pro 4 to 7, ``.res``: the records of a test on one channel in an Access database (Jet 4).

``Channel_Normal_Table`` has one row per record: ``Test_Time`` and ``Step_Time`` in s (running time, pauses do not
count), ``DateTime`` as OLE days of the PC's own clock, ``Current`` in A (positive while charging), ``Voltage`` in V,
counters of charge and energy by direction in Ah and Wh, ``Step_Index`` of the schedule and ``Cycle_Index`` as the
schedule advances it. ``Global_Table`` says what the test is, ``Auxiliary_Table`` holds auxiliary channels in long
form, here ``aux1_temperature_degC`` and so on. The older versions lack columns, which are read by name.

Oddities: rows stand in no order, so the data point orders them; the counters start again only with a new cycle, or
never; the start has no time zone; several tests may lie in one database and come as one recording each. A database
that was cut off still opens, so its rows are counted against what its definitions state.
"""

from __future__ import annotations

from pathlib import Path

from characterization.instruments.arbin_res import RECORDS, records, said
from characterization.instruments.arbin_table import recordings
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.jet import MAGIC, JetDatabase

_NEARLY = 1.02


def read(path: Path) -> list[Recording]:
    """One recording per test. Raises UnreadableFile for a cut, damaged, empty or foreign database."""
    database = JetDatabase(path)
    if RECORDS not in database.tables:
        raise UnreadableFile(
            "not_this_format",
            f"{path.name} is an Access database without {RECORDS}, so it is not from an Arbin cycler.",
            "Check that the file is what its name says.",
        )
    table, units = records(database)
    found = recordings(table, said(database), path.name, sort=True)
    for recording in found:
        recording.units = {name: unit for name, unit in units.items() if name in recording.table.columns}
        _flag_events(recording)
    return found


def _flag_events(recording: Recording) -> None:
    """Says where the events go on beyond the records, and where none of them ends the test."""
    events = recording.meta.get("events") or []
    last = recording.table["time_s"].max()
    if not events or not isinstance(last, float):
        return
    latest = max((event["time_s"] or 0.0 for event in events), default=0.0)
    if latest > _NEARLY * last + 60:
        recording.flag(
            "records_missing",
            f"The test's events go on to {latest:,.0f} s, its records end at {last:,.0f} s: this is a part of it.",
        )
    if not any("end" in str(event["text"]).lower() for event in events):
        recording.flag("not_ended", "No event says that the test ended: it was running, or was broken off.")


def sniff(head: bytes, name: str) -> int:
    if head.startswith(MAGIC[:19]):
        return 3 if ending(name, ".res") else 2
    return 1 if ending(name, ".res") else 0


READER = Reader(
    name="arbin_res",
    version="1.0",
    label="Arbin MITS Pro database (res)",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(".res",),
)
