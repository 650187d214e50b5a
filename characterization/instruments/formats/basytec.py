"""Basytec battery test systems, ``.txt``, ``.dat``: the result file of one test.

Lines that begin with ``~`` say what the test is (name, battery, plan, channel, start, end, operator); the last of them
holds the titles with units in square brackets. Per record: time in s, min, h or ``h:min:s``, the line of the test plan
and its command (Charge, Discharge, Pause), voltage in V, current in A (positive while charging), Ah and Wh counted in
several ways, temperatures, resistances. Cells are parted by tabs or blanks, dates are day.month.year.

Oddities: cp1252, whose ° may have become the mark of a character that could not be decoded. ``Ah-Cyc-Charge`` and
``Ah-Cyc-Discharge`` start anew with each cycle and have no unit in their titles (Ah); ``Ah`` is the net charge since
the start. Which columns there are was chosen at the export. The same line of the plan comes again in every loop.
"""

from __future__ import annotations

import re
from pathlib import Path

from characterization.instruments.base import Reader, Recording, Technique, decode
from characterization.instruments.clock_text import one_moment
from characterization.instruments.cycler_common import COMMON
from characterization.instruments.cycler_header import describe, flag_end, pairs
from characterization.instruments.cycler_sheet import cycling_recording, understands
from characterization.instruments.cycler_titles import Column, Kind
from characterization.instruments.cycler_work import Dialect
from characterization.instruments.text_sheet import read_sheet
from characterization.instruments.textual import looks_binary, unify

_OWN = re.compile(
    r"^~?\s*Resultfile from Basytec|Basytec Battery Test System|^~\s*Time\s*\[", re.IGNORECASE | re.MULTILINE
)
_KEYS = {
    "name of test": "test_name", "battery": "battery", "testplan": "procedure", "testchannel": "channel",
    "start of test": "start_stated", "end of test": "end_stated", "operator (test)": "operator",
    "date and time of data converting": "exported_stated", "comment": "comment",
}  # fmt: skip
_HINTS = ("battery", "test_name", "comment")
DIALECT = Dialect(
    columns=(
        Column("vendor_step", r"line", Kind.COUNT),
        Column("step_type", r"command", Kind.TEXT),
        Column("vendor_cycle", r"cyc count", Kind.COUNT),
        Column("record", r"data ?set", Kind.COUNT),
        Column("step_time_s", r"t step", Kind.DURATION),
        Column("charge_capacity_mAh", r"ah cyc charge", unit="Ah"),
        Column("discharge_capacity_mAh", r"ah cyc discharge", unit="Ah"),
        Column("charge_energy_mWh", r"wh cyc charge", unit="Wh"),
        Column("discharge_energy_mWh", r"wh cyc discharge", unit="Wh"),
        Column("capacity_mAh", r"ah step", unit="Ah"),
        Column("energy_mWh", r"wh step", unit="Wh"),
        Column("current_mA", r"i|current", unit="A"),
        *COMMON,
    ),
    date_order="dmy",
)


def _is_titles(cells: list[str]) -> bool:
    return understands(cells, DIALECT.columns)


def read(path: Path) -> list[Recording]:
    """One recording, begun when the header says where the rows have no date."""
    sheet = read_sheet(path, _is_titles)
    said = pairs(sheet.header, _KEYS)
    recording = cycling_recording(
        sheet, DIALECT, [text for key, text in said.items() if key.endswith("_stated")]
    )
    describe(recording, said, _HINTS)
    if recording.started_at is None:
        recording.started_at = one_moment(said.get("start_stated", ""), DIALECT.date_order)
    flag_end(recording, said, DIALECT.date_order)
    return [recording]


def sniff(head: bytes, name: str) -> int:
    return 0 if looks_binary(head) else 3 * bool(_OWN.search(unify(decode(head))))


READER = Reader(
    name="basytec",
    version="1.0",
    label="Basytec result file (txt, dat)",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(".txt", ".dat"),
)
