"""LAND exports: slashed units, Chinese titles, signs from the kind of step, workbooks."""

import io
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from openpyxl import Workbook

from characterization.instruments.base import Recording
from characterization.instruments.formats.landt import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome

TITLES = (
    "Record,Cycle-Index,Step-Index,Step-State,TestTime,StepTime,SysTime,Voltage/V,Current/mA,Capacity/mAh,"
    "SpeCap/mAh/g,Energy/mWh,AuxTemp/dC.\n"
)
ROWS = (
    "1,1,1,Rest,0-00:00:00,0-00:00:00,2024-04-30 10:00:00,3.0,0,0,0,0,25.0\n"
    "2,1,2,C_CC,0-01:00:00,0-00:00:01,2024-04-30 11:00:00,3.5,1,0.001,0.1,0.003,25.1\n"
    "3,1,2,C_CC,1-02:00:00,1-01:00:00,2024-05-01 12:00:00,4.0,1,25,10,90,25.2\n"
    "4,1,3,D_CC,1-02:00:01,0-00:00:01,2024-05-01 12:00:01,3.9,1,0.001,0.1,0.004,25.2\n"
    "5,1,3,D_CC,2-03:00:00,1-01:00:00,2024-05-02 13:00:00,3.0,1,24,9.6,84,25.3\n"
)
RAW = (TITLES + ROWS).encode()
CHINESE = (
    "记录序号\t循环序号\t工步序号\t工作模式\t测试时间\t系统时间\t电压/V\t电流/uA\t容量/uAh\n"
    "1\t1\t1\t静置\t00:00:00\t2024-04-30 10:00:00\t3.0\t0\t0\n"
    "2\t1\t2\t恒流充电\t00:30:00\t2024-04-30 10:30:00\t3.5\t500\t250\n"
    "3\t1\t3\t恒流放电\t01:00:00\t2024-04-30 11:00:00\t3.2\t-500\t240\n"
)


def read(text: str | bytes, name: str = "cell.csv") -> Recording:
    found = outcome(READER, text.encode() if isinstance(text, str) else text, name)
    assert isinstance(found, list), found
    return found[0]


def test_days_before_a_dash_and_slashed_units_are_read():
    table = read(RAW).table
    assert table["time_s"].to_list() == [0, 3600, 93600, 93601, 183600]
    assert table["voltage_V"].to_list() == [3.0, 3.5, 4.0, 3.9, 3.0]
    assert table["vendor_cycle"].to_list() == [1] * 5
    assert table["auxtemp_degC"].to_list() == [25.0, 25.1, 25.2, 25.2, 25.3]


def test_an_unsigned_current_takes_its_sign_from_the_kind_of_step():
    table = read(RAW).table
    assert table["current_mA"].to_list() == [0, 1, 1, -1, -1]
    assert table["step_capacity_mAh"].to_list() == [0, 0.001, 25, 0.001, 24]


def test_what_is_per_gram_is_left_out_and_named():
    assert read(RAW).meta["columns_left_out"] == ["SpeCap/mAh/g"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_chinese_titles_and_microamperes_are_read(encoding: str):
    recording = read(CHINESE.encode(encoding), "cell.txt")
    assert recording.table["current_mA"].to_list() == [0, 0.5, -0.5]
    assert recording.table["time_s"].to_list() == [0, 1800, 3600]
    assert recording.started_at == datetime(2024, 4, 30, 10)
    assert recording.table["step_type"].cast(pl.String)[0] == "Rest"


def test_bare_numbers_take_the_unit_that_keeps_pace_with_the_clock():
    text = (
        (TITLES + ROWS)
        .replace("0-01:00:00", "1")
        .replace("1-02:00:00", "26")
        .replace("1-02:00:01", "26.0003")
    )
    text = text.replace("2-03:00:00,1", "51,1").replace("Rest,0-00:00:00", "Rest,0")
    recording = read(text)
    assert recording.table["time_s"].to_list() == pytest.approx([0, 3600, 93600, 93601.08, 183600])
    assert recording.flags[0].code == "time_unit_by_clock"


def test_a_workbook_that_goes_on_on_a_second_sheet_is_one_table():
    book = Workbook()
    for sheet, rows in ((book.create_sheet("Record"), (0, 1)), (book.create_sheet("Record 2"), (2, 3))):
        sheet.append(
            ["Record", "Cycle-Index", "TestTime", "SysTime", "Voltage/V", "Current/uA", "Capacity/uAh"]
        )
        for n in rows:
            clock = datetime(2024, 4, 30) + timedelta(hours=9 * n)
            sheet.append([n + 1, 1, timedelta(hours=9 * n, seconds=0.5), clock, 3 + n / 10, 500.0, 250 * n])
    buffer = io.BytesIO()
    book.save(buffer)
    table = read(buffer.getvalue(), "cell.xlsx").table
    assert table["time_s"].to_list() == [0.5, 32400.5, 64800.5, 97200.5]
    assert table["clock_s"].to_list() == [0, 32400, 64800, 97200]
    assert table["voltage_V"].to_list() == [3.0, 3.1, 3.2, 3.3]
    assert table["current_mA"].to_list() == [0.5] * 4


def test_it_refuses_a_cut_row_and_knows_its_files():
    assert code_of(READER, RAW[:-16], "cell.csv") == "truncated"
    assert READER.sniff(RAW, "upload") == 3
    assert READER.sniff(CHINESE.encode("gb18030"), "upload") == 3
    assert READER.sniff(b"Time,Voltage/V,Current/mA\n", "x.csv") == 0


@settings(max_examples=300, deadline=None)
@given(damaged(RAW))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.csv")


def test_a_month_and_a_day_of_one_digit_are_a_date():
    recording = read(RAW.replace(b"2024-04-30", b"2024/4/3").replace(b"2024-05-0", b"2024/4/"))
    assert recording.started_at == datetime(2024, 4, 3, 10)
    assert "clock_s" in recording.table.columns


@pytest.mark.parametrize(("charge", "discharge"), [("CCC", "CCD"), ("CVC", "CVD"), ("CCCV_C", "CCCV_D")])
def test_kinds_of_step_that_end_in_their_direction_tell_the_sign(charge: str, discharge: str):
    raw = RAW.replace(b"C_CC", charge.encode()).replace(b"D_CC", discharge.encode())
    recording = read(raw)
    assert recording.table["current_mA"].to_list() == [0, 1, 1, -1, -1]
    assert "sign_not_stated" not in [flag.code for flag in recording.flags]
