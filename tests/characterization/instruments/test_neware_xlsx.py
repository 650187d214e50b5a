"""Neware's workbooks: sheets of either language and age, told by their heads. No such file is in the corpus: these are
written after the exports' csv and the names of their sheets."""

import io
from datetime import datetime, time, timedelta

import pytest
from openpyxl import Workbook

from characterization.instruments import registry
from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.neware_xlsx import READER
from tests.characterization.instruments.mutations import outcome
from tests.characterization.instruments.test_neware_csv import (
    BTSDA,
    CHINESE,
    START,
    assert_it_is_the_test,
    hms,
    records,
)


def lines(first: int = 1, last: int = 40, cells: bool = False) -> list[list[object]]:
    """The records of the csv tests, times as text or as cells of the workbook."""
    found: list[list[object]] = []
    for point, cycle, step, kind, passed, total, current, filled in records()[first - 1 : last]:
        spent: list[object] = [hms(passed), hms(total)]
        if cells:
            spent = [time(int(passed) // 3600, int(passed) // 60 % 60), timedelta(seconds=total)]
        clock = START + timedelta(seconds=total)
        charged = filled * 1e-3 if current > 0 else 0
        found.append(
            [point, cycle, step, kind, *spent, current * 1e-3, 3.5, filled * 1e-3, charged, clock, 0, 25.1]
        )
    return found


def book(sheets: dict[str, list[list[object]]], heads: str = BTSDA) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    test = workbook.create_sheet("test")
    test.append(["Test information"])
    test.append(["Barcode", "LPS-007", "", "Remarks", "slow cycles"])
    cycle = workbook.create_sheet("cycle")
    cycle.append(["Cycle Index", "Chg. Cap.(Ah)", "DChg. Cap.(Ah)", "Chg. Time"])
    cycle.append([1, 0.01, 0.01, "10:00:00"])
    cycle.append([2, 0.01, 0.01, "10:00:00"])
    step = workbook.create_sheet("step")
    step.append(["Cycle Index", "Step Index", "Step Type", "Step Time", "Oneset Volt.(V)", "End Voltage(V)"])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        sheet.append(heads.split(","))
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


WRITTEN = book({"record": lines()})


def read(raw: bytes) -> Recording:
    found = outcome(READER, raw, "cell.xlsx")
    assert isinstance(found, list), found
    return found[0]


@pytest.mark.parametrize("cells", [False, True])
def test_the_records_are_those_of_the_csv(cells: bool):
    recording = read(book({"record": lines(cells=cells)}))
    assert_it_is_the_test(recording.table)
    assert recording.started_at == datetime(2025, 6, 17, 9, 26, 39)
    assert recording.flags == []


def test_chinese_heads_and_any_name_of_a_sheet_are_read():
    assert_it_is_the_test(read(book({"记录层": lines()}, heads=CHINESE)).table)


def test_sheets_that_continue_each_other_are_joined_in_the_order_of_their_numbers():
    parts = {"Detail_1_1_10": lines(31, 40), "Detail_1_1_2": lines(11, 30), "Detail_1_1_1": lines(1, 10)}
    assert_it_is_the_test(read(book(parts)).table)


def test_what_people_typed_and_the_vendors_cycles_are_kept():
    recording = read(WRITTEN)
    assert recording.sample_hints == ("LPS-007", "slow cycles")
    assert recording.meta["vendor_cycles"] == [
        {"cycle": number, "charge_capacity_mAh": 10.0, "discharge_capacity_mAh": 10.0} for number in (1, 2)
    ]


def test_a_workbook_without_records_goes_to_the_next_reader():
    found = outcome(READER, book({}), "cell.xlsx")
    assert isinstance(found, UnreadableFile) and found.code == "not_this_format"


def test_half_a_workbook_is_truncated():
    found = outcome(READER, WRITTEN[: len(WRITTEN) // 2], "cell.xlsx")
    assert isinstance(found, UnreadableFile) and found.code == "truncated"


def test_among_all_readers_it_is_the_one_that_takes_it(tmp_path):
    path = tmp_path / "cell.xlsx"
    path.write_bytes(WRITTEN)
    assert registry.read(path, "cell.xlsx").reader.name == "neware_xlsx"
