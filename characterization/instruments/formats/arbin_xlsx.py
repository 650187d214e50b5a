"""Arbin MITS Pro 4 to 10, ``.xlsx``: the workbook that the vendor's export makes of a test.

``Info`` or ``Global_Info`` says what the test is; ``Channel_1-008``, ``Channel_11_1``, ``Channel_11_2`` … hold the
records, one row each, in sheets of at most a million rows that continue each other; ``Statistics…`` hold the vendor's
summary by cycle. The columns of the records are those of the csv export, with units in the heads: ``Test_Time(s)``,
``Current(A)`` (positive while charging), ``Charge_Capacity(Ah)``; the clock is a date on the PC's own clock.

Oddities: the start in ``Global_Info`` may lie after the first record; then the records' own clock counts. The vendor's
cycle may never advance. Several channels in one workbook come as one recording each.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from characterization.instruments.arbin_book import record_sheets, said
from characterization.instruments.arbin_table import recordings
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.workbook import looks_like_workbook, opened


def read(path: Path) -> list[Recording]:
    """One recording per channel and test. Raises UnreadableFile for a workbook that holds none of Arbin's records."""
    with opened(path) as book:
        channels, spoken = record_sheets(book), said(book)
    if not channels:
        raise UnreadableFile(
            "not_this_format",
            f"{path.name} has no sheet of records with a test time, a voltage and a current as Arbin names them.",
            "Export the channel's records, not only the summary.",
        )
    found = []
    for channel, frames in channels.items():
        table = pl.concat(frames, how="diagonal_relaxed")
        for recording in recordings(table, {None: spoken}, path.name, sort=False):
            if len(channels) > 1:
                recording.part = " ".join([channel, recording.part]).strip()
            if len(frames) > 1:
                recording.meta["sheets"] = len(frames)
            recording.units = {"dvdt_V_per_s": "V/s"} if "dvdt_V_per_s" in recording.table.columns else {}
            found.append(recording)
    return found


def sniff(head: bytes, name: str) -> int:
    """By name only: what the sheets hold is packed."""
    return 1 if looks_like_workbook(head) else 0


READER = Reader(
    name="arbin_xlsx",
    version="1.0",
    label="Arbin export (xlsx)",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(".xlsx",),
)
