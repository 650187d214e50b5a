"""Arbin's workbooks: sheets that continue each other, channels side by side, and a corner that is too far."""

import io
import json
import zipfile
from datetime import datetime, timedelta

import pytest
from openpyxl import Workbook

from characterization.analysis.base import Conditions
from characterization.analysis.methods.cycling import METHOD
from characterization.instruments import registry
from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.arbin_xlsx import READER
from tests.characterization.instruments.mutations import outcome
from tests.corpus import corpus, truth

HEADS = [
    "Data_Point", "Test_Time(s)", "Date_Time", "Step_Time(s)", "Step_Index", "Cycle_Index", "Current(A)", "Voltage(V)",
    "Charge_Capacity(Ah)", "Discharge_Capacity(Ah)",
]  # fmt: skip
START = datetime(2024, 5, 3, 8)


def rows(first: int, last: int) -> list[list[object]]:
    return [
        [p, p * 10.0, START + timedelta(seconds=10 * p), p * 10.0, 1, 1, 1e-3, 3.5, p / 360 * 1e-3, 0]
        for p in range(first, last + 1)
    ]


def book(sheets: dict[str, list[list[object]]], start: datetime = START) -> bytes:
    workbook = Workbook()
    info = workbook.create_sheet("Global_Info", 0)
    info["D1"], info["D2"] = "TEST REPORT", "LPS-007"
    info.append(["Channel", "Start DateTime", "Schedule File Name", "Creator", "Comments", "Item ID"])
    info.append([11, start, "slow.sdu", "ben", "", "LPS-7"])
    for name, lines in sheets.items():
        sheet = workbook.create_sheet(name)
        sheet.append(HEADS)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def read(raw: bytes) -> list[Recording]:
    found = outcome(READER, raw, "cell.xlsx")
    assert isinstance(found, list), found
    return found


def complaint(raw: bytes) -> UnreadableFile:
    found = outcome(READER, raw, "cell.xlsx")
    assert isinstance(found, UnreadableFile)
    return found


def test_sheets_of_one_channel_continue_each_other_in_the_order_of_their_numbers():
    raw = book({"Channel_11_1": rows(1, 5), "Channel_11_10": rows(11, 12), "Channel_11_2": rows(6, 10)})
    (recording,) = read(raw)
    assert recording.table["time_s"].to_list() == [10.0 * point for point in range(1, 13)]
    assert recording.flags == []
    assert recording.table["current_mA"].to_list() == pytest.approx([1.0] * 12)


def test_channels_of_one_workbook_are_recordings_of_their_own():
    found = read(book({"Channel_1-008": rows(1, 3), "Channel_1-009": rows(1, 4)}))
    assert [(r.part, r.table.height) for r in found] == [("Channel_1-008", 3), ("Channel_1-009", 4)]


def test_the_sheet_of_information_names_test_item_and_schedule():
    (recording,) = read(book({"Channel_1-008": rows(1, 3)}))
    assert recording.title == "LPS-007"
    assert recording.sample_hints == ("LPS-007", "LPS-7")
    assert recording.meta["schedule"] == "slow.sdu"
    assert recording.started_at == START


def test_a_start_after_the_first_record_is_not_believed():
    (recording,) = read(book({"Channel_1": rows(1, 3)}, start=START + timedelta(seconds=105)))
    assert recording.started_at == START
    assert [flag.code for flag in recording.flags] == ["start_differs"]


def test_the_summary_by_cycle_is_not_taken_for_records():
    (recording,) = read(book({"Statistics_1-008": rows(1, 9), "Channel_1-008": rows(1, 3)}))
    assert recording.table.height == 3


def test_another_workbook_goes_to_the_next_reader():
    workbook = Workbook()
    workbook.create_sheet("scan").append(["two theta", "counts"])
    out = io.BytesIO()
    workbook.save(out)
    assert complaint(out.getvalue()).code == "not_this_format"


def test_heads_without_records_are_empty():
    assert complaint(book({"Channel_1": []})).code == "empty"


def test_half_a_workbook_is_truncated():
    raw = book({"Channel_1": rows(1, 30)})
    assert complaint(raw[: len(raw) // 2]).code == "truncated"


@pytest.mark.parametrize("corner", ['r="XFD1048576"', "r='XFD1048576'", 'r="xfd1048576"'])
def test_a_cell_in_the_far_corner_is_refused_before_it_is_spread_out(corner: str):
    raw = book({"Channel_1": rows(1, 3)})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'r="A4"', corner.encode()))
    error = complaint(out.getvalue())
    assert error.code == "hostile" and "1,048,576 rows" in error.message


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "rows_there"),
    [("CS2_35_8_17_10.xlsx", 1091), ("bs542_004_gr_li_50ua_50mv_1v_191020_Channel_11.xlsx", 4526)],
)
def test_trap_12_the_corpus_workbooks_keep_their_rows(name: str, rows_there: int):
    found = registry.read(corpus(f"cycler/arbin/{name}"), name)
    assert found.reader.name == "arbin_xlsx"
    assert [recording.table.height for recording in found.recordings] == [rows_there]


@pytest.mark.corpus
def test_trap_3_one_vendor_cycle_of_a_half_cell_is_two_discharges_and_a_charge():
    """The vendor counts one cycle, 5.7027 mAh in and 11.0549 mAh out; by our rule it is discharge, charge, discharge,
    and a charge of three records at the end."""
    name = "bs542_004_gr_li_50ua_50mv_1v_191020_Channel_11.xlsx"
    known = json.loads(truth("cycler.json").read_text())[f"arbin/{name}"]
    recording = READER.read(corpus(f"cycler/arbin/{name}"))[0]
    table = recording.table
    assert table["vendor_cycle"].unique().to_list() == [1]
    assert table["charge_capacity_mAh"].max() == pytest.approx(known["first_cycle"]["charge_mAh"], abs=5e-5)
    assert table["discharge_capacity_mAh"].max() == pytest.approx(
        known["first_cycle"]["discharge_mAh"], abs=5e-5
    )
    assert table["voltage_V"].min() == pytest.approx(known["v_min"], abs=1e-5)
    assert table["current_mA"].max() == pytest.approx(known["i_max_mA"], abs=1e-5)
    cycles = METHOD.compute(recording, Conditions()).tables["cycles"]
    assert cycles.height == 2
    assert cycles["discharge_capacity_mAh"].sum() == pytest.approx(
        known["first_cycle"]["discharge_mAh"], rel=2e-3
    )
    assert cycles["charge_capacity_mAh"].sum() == pytest.approx(known["first_cycle"]["charge_mAh"], rel=2e-3)
