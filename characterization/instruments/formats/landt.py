"""LAND testers (Landt, Lanhe; LANDdt), ``.csv``, ``.txt``, ``.xlsx``: the records of one channel.

One line of titles whose units stand behind a slash (``Voltage/V``, ``Current/mA``, ``Capacity/uAh``), in English or
Chinese, at times below some lines about the test. Per record: number, cycle, step and its kind (``C_CC``, ``D_CC``,
``Rest``), test and step time as ``0-01:02:03`` or in a named unit, the clock, voltage, current, capacity and energy
counted up from zero in each step, the same per gram, temperature.

Oddities: Chinese versions write GB18030 and ``电流/mA``; some export the current without a sign, then the kind of the
step tells it. A test time in bare numbers has the unit in which it keeps pace with the clock. What is per gram is left
out: the mass is the cell's matter.
"""

from __future__ import annotations

import re
from pathlib import Path

from characterization.instruments.base import HEAD_BYTES, Reader, Recording, Technique
from characterization.instruments.book_sheet import read_book
from characterization.instruments.cycler_common import COMMON
from characterization.instruments.cycler_header import describe, pairs
from characterization.instruments.cycler_sheet import cycling_recording, understands
from characterization.instruments.cycler_titles import Column, Kind
from characterization.instruments.cycler_work import Dialect
from characterization.instruments.delimited import text_of
from characterization.instruments.text_sheet import read_sheet
from characterization.instruments.textual import looks_binary
from characterization.instruments.workbook import looks_like_workbook

_MARKS = re.compile(
    r"SpeCap|WorkMode|StepInProcess|Step-State|(TestTime|SysTime|Cycle-Index|测试时间).*(Voltage|电压)\s*/\s*m?V"
    r"|(Voltage|电压)\s*/\s*m?V.*(TestTime|SysTime|Cycle-Index|测试时间)"
)
_KEYS = {
    "test name": "test_name", "start time": "start_stated", "finish time": "end_stated", "channel": "channel",
    "barcode": "barcode", "remark": "remark", "active material": "active_material", "测试名称": "test_name",
    "开始时间": "start_stated", "通道": "channel", "备注": "remark",
}  # fmt: skip
_HINTS = ("barcode", "remark", "test_name")
DIALECT = Dialect(
    columns=(
        Column("clock", r"sys ?time|系统时间", Kind.CLOCK),
        Column("step_time_s", r"step ?time", Kind.DURATION),
        Column("step_type", r"step state|work ?mode|工作模式", Kind.TEXT),
        *COMMON,
    ),
    date_order="ymd",
    words={"R": "Rest", "静置": "Rest", "搁置": "Rest"},
)


def _is_titles(cells: list[str]) -> bool:
    return bool(_MARKS.search("\t".join(cells))) and understands(cells, DIALECT.columns)


def read(path: Path) -> list[Recording]:
    """One recording."""
    with path.open("rb") as file:
        book = looks_like_workbook(file.read(HEAD_BYTES))
    sheet = read_book(path, _is_titles) if book else read_sheet(path, _is_titles)
    recording = cycling_recording(sheet, DIALECT)
    describe(recording, pairs(sheet.header, _KEYS), _HINTS)
    return [recording]


def sniff(head: bytes, name: str) -> int:
    if looks_like_workbook(head):
        return 1
    if looks_binary(head):
        return 0
    text = text_of(head).decode(errors="replace")
    return 3 if any(_MARKS.search(line) for line in text.split("\n")) else 0


READER = Reader(
    name="landt",
    version="1.0",
    label="LAND tester export (csv, txt, xlsx)",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(".csv", ".txt", ".xlsx"),
)
