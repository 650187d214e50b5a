"""PEC exports: units and times by title, counters by direction, several cells in one file."""

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given, settings

from characterization.instruments import registry
from characterization.instruments.base import Recording
from characterization.instruments.formats.pec import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

TEXT = (
    "Request Year:,2026\nTest:,187\nTest Description:,Mo-Ni pouch\nTestRegime Name:,OCV long\n"
    "Start Time:,02/22/2026 16:21:35\nEnd Time:,1/1/0001 0:00\n#RESULTS CHECK\nReqYear,Test,\n#END RESULTS CHECK\n"
    "Test,Cell,Cell ID,Step,Instruction Name,Cycle,Total Time (Hours in hh:mm:ss.xxx),Step Time (Seconds),Real Time,"
    "Voltage (mV),Current (mA),Charge Capacity (mAh),Discharge Capacity (mAh),Charge Capacity (mWh),"
    "Discharge Capacity (mWh),Internal Resistance 1 (mOhm),Temp (°C),\n"
    "187,1,C-7,0,Idle,0,00:00:01.000,1,02/22/2026 16:23:27,3272.6,0,0,0,0,0,0,25.1,\n"
    "187,1,C-7,1,Charge,0,01:00:01.500,3600,02/22/2026 17:23:27,3672.6,100,100,0,350,0,0,25.2,\n"
    "187,1,C-7,2,Discharge,0,49:00:02.000,172800,02/24/2026 17:23:27,3172.6,-50,100,90,350,310,12,25.3,\n"
)
RAW = TEXT.encode()


def read(text: str) -> Recording:
    found = outcome(READER, text.encode(), "pec.csv")
    assert isinstance(found, list), found
    return found[0]


def test_millivolts_and_hours_of_more_than_two_days_are_read_by_their_titles():
    table = read(TEXT).table
    assert table["voltage_V"].to_list() == pytest.approx([3.2726, 3.6726, 3.1726])
    assert table["time_s"].to_list() == [1, 3601.5, 176402]
    assert table["step_time_s"].to_list() == [1, 3600, 172800]


def test_capacity_and_energy_of_one_name_are_told_by_their_unit():
    table = read(TEXT).table
    assert table["charge_capacity_mAh"].to_list() == [0, 100, 100]
    assert table["discharge_energy_mWh"].to_list() == [0, 0, 310]
    assert table["internal_resistance_1_ohm"].to_list() == pytest.approx([0, 0, 0.012])
    assert table["temp_degC"].to_list() == [25.1, 25.2, 25.3]


def test_amps_in_the_title_become_milliamps():
    assert read(TEXT.replace("Current (mA)", "Current (A)")).table["current_mA"].to_list() == [
        0,
        100000,
        -50000,
    ]


def test_the_header_names_cell_and_start():
    recording = read(TEXT)
    assert recording.started_at == datetime(2026, 2, 22, 16, 23, 27)
    assert recording.sample_hints == ("C-7", "Mo-Ni pouch")
    assert recording.flags == []


def test_an_end_that_lies_behind_the_last_record_is_flagged():
    recording = read(TEXT.replace("1/1/0001 0:00", "02/25/2026 17:23:27"))
    assert [flag.code for flag in recording.flags] == ["ends_early"]
    assert "24.0 h earlier" in recording.flags[0].message


def test_two_cells_in_one_file_are_two_recordings():
    rows = TEXT.splitlines(keepends=True)
    second = [line.replace("187,1,C-7", "187,2,C-8") for line in rows[-3:]]
    found = outcome(READER, "".join([*rows, *second]).encode(), "pec.csv")
    assert isinstance(found, list)
    assert [recording.part for recording in found] == ["cell 1", "cell 2"]
    assert [recording.sample_hints[0] for recording in found] == ["C-7", "C-8"]
    assert [recording.table.height for recording in found] == [3, 3]


def test_it_refuses_a_cut_row_and_knows_its_files():
    assert code_of(READER, RAW[:-30], "pec.csv") == "truncated"
    assert READER.sniff(RAW[:4096], "upload") == 3


@settings(max_examples=300, deadline=None)
@given(damaged(RAW))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "pec.csv")


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "rows"), [("pec.csv", 16255), ("Test25205.csv", 489)])
def test_real_files_keep_every_row(name: str, rows: int):
    path = corpus(f"cycler/pec/{name}")
    result = registry.read(path, name)
    assert result.reader.name == "pec"
    assert result.recordings[0].flags == []
    first = path.read_text().split("\nTest,Cell,")[1]
    assert result.recordings[0].table.height == rows == first.count("\n") - 1


@pytest.mark.corpus
def test_a_real_charge_of_cycle_1_is_44_425_mAh():
    """Read from the file's own counter at the end of step 8."""
    table = READER.read(corpus("cycler/pec/pec.csv"))[0].table
    cycle = table.filter(pl.col("vendor_cycle") == 1)
    assert cycle["charge_capacity_mAh"].max() == pytest.approx(44424.915)
    assert cycle["discharge_capacity_mAh"].max() == pytest.approx(44351.991)
    assert table["voltage_V"].max() == pytest.approx(3.79972, abs=1e-4)
