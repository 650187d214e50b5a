"""Arbin's csv exports: many spellings, one table; no row added, none dropped; a cut one refused."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments import registry
from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.arbin_csv import READER
from tests.characterization.instruments.mutations import damaged, keeps_its_promise, outcome
from tests.corpus import corpus

SPELLINGS = {
    "MITS 4": "Data_Point,Test_Time(s),Date_Time,Step_Time(s),Step_Index,Cycle_Index,Current(A),Voltage(V),"
              "Charge_Capacity(Ah),Discharge_Capacity(Ah)",
    "MITS 7": "Data_Point,Test_Time,DateTime,Step_Time,Step_Index,Cycle_Index,Current,Voltage,Charge_Capacity,"
              "Discharge_Capacity",
    "MITS 8": "Data Point,Test Time (s),Date Time,Step Time (s),Step Index,Cycle Index,Current (A),Voltage (V),"
              "Charge Capacity (Ah),Discharge Capacity (Ah)",
    "milli": "Data_Point,Test_Time (s),Date_Time,Step_Time (s),Step_ID,Cycle_ID,Current (mA),Voltage (mV),"
             "Charge_Capacity (mAh),Discharge_Capacity (mAh)",
}  # fmt: skip


def export(
    heads: str = SPELLINGS["MITS 4"], rows: int = 40, clock: str = "%m/%d/%Y %H:%M:%S.000", milli: int = 1
) -> str:
    """A charge of 1 mA in step 2, then a discharge in step 3; one record per 10 s, from 2024-05-03 08:00."""
    lines = [heads]
    for point in range(1, rows + 1):
        second, k = point > rows // 2, (point - 1) % (rows // 2)
        ah, at = k * 10 / 3600 * 1e-3 * milli, datetime.fromtimestamp(1_714_723_200 + point * 10, UTC)
        charge, discharge = (0, ah) if second else (ah, 0)
        lines.append(
            f"{point},{point * 10}.0001,{at.strftime(clock)},{k * 10},{2 + second},1,"
            f"{(-1e-3 if second else 1e-3) * milli:.6f},{3.5 * milli},{charge:.12f},{discharge:.12f}"
        )
    return "\n".join(lines) + "\n"


WRITTEN = export().encode()


def read(text: str | bytes, name: str = "cell.csv") -> Recording:
    found = outcome(READER, text.encode() if isinstance(text, str) else text, name)
    assert isinstance(found, list), found
    return found[0]


def complaint(text: str, name: str = "cell.csv") -> UnreadableFile:
    found = outcome(READER, text.encode(), name)
    assert isinstance(found, UnreadableFile)
    return found


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_spelling_gives_the_same_table(spelling: str):
    table = read(export(SPELLINGS[spelling], milli=1000 if spelling == "milli" else 1)).table
    assert table.height == 40
    assert table["current_mA"].to_list() == pytest.approx([1.0] * 20 + [-1.0] * 20)
    assert table["voltage_V"].to_list() == pytest.approx([3.5] * 40)
    assert table["charge_capacity_mAh"][19] == pytest.approx(190 / 3600)
    assert table["discharge_capacity_mAh"][39] == pytest.approx(190 / 3600)
    assert table["step"].to_list() == [1] * 20 + [2] * 20
    assert table["step_index"].to_list() == [2] * 20 + [3] * 20


CLOCKS = [
    "%m/%d/%Y %H:%M:%S.000", "%Y-%m-%d %H:%M:%S", "\t%m/%d/%Y %H:%M:%S.000", "%m/%d/%Y %I:%M:%S %p", "%Y/%m/%d %H:%M:%S"
]  # fmt: skip


@pytest.mark.parametrize("clock", CLOCKS)
def test_dates_are_read_as_the_local_time_that_they_are(clock: str):
    recording = read(export(clock=clock))
    assert recording.started_at is not None and recording.started_at.tzinfo is None
    assert abs((recording.started_at - datetime(2024, 5, 3, 8)).total_seconds()) < 1e-3
    assert recording.table["clock_s"].to_list() == pytest.approx(
        [point * 10.0 for point in range(1, 41)], abs=1e-3
    )


def test_a_count_since_1970_is_a_time_with_a_zone():
    recording = read(export(clock="%s.5"))
    assert recording.started_at == datetime(2024, 5, 3, 8, 0, 0, 499900, UTC)
    assert "unix_time_s" in recording.table.columns


def test_a_semicolon_export_may_have_decimal_commas():
    text = export(clock="%Y-%m-%d %H:%M:%S").replace(",", ";").replace(".", ",")
    table = read(text).table
    assert table["time_s"][0] == pytest.approx(10.0001)
    assert table["current_mA"][-1] == pytest.approx(-1.0)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_and_line_ends_make_no_difference(encoding: str):
    heads = SPELLINGS["MITS 4"] + ",Aux_Temperature_1(°C)"
    lines = export(heads).splitlines()
    text = "\r\n".join([lines[0], *(line + ",25.5" for line in lines[1:])]) + "\r\n"
    table = read(text.encode(encoding)).table
    assert table.height == 40
    assert table["aux1_temperature_degC"].to_list() == [25.5] * 40


def test_trap_12_no_row_is_added_or_dropped_where_records_repeat():
    """Two records at one time, and one that is written twice, are all kept."""
    lines = export().splitlines(keepends=True)
    recording = read("".join([*lines[:10], lines[9], *lines[10:]]))
    assert recording.table.height == 41
    assert "records_twice" in {flag.code for flag in recording.flags}


def test_missing_data_points_are_named():
    lines = export().splitlines(keepends=True)
    assert read("".join(lines[:10] + lines[15:])).flags[0].message == (
        "The data points are numbered 1 to 40, but there are 35 of them."
    )


def test_a_text_among_numbers_costs_that_number_and_is_said():
    recording = read(export().replace("3.5", "ERR", 1))
    assert recording.table["voltage_V"].null_count() == 1
    assert "not_a_number" in {flag.code for flag in recording.flags}


def test_a_line_of_another_width_is_damage_with_its_number():
    lines = export().splitlines(keepends=True)
    lines[7] = "7,70.0\n"
    error = complaint("".join(lines))
    assert error.code == "damaged" and "row 7" in error.message


def test_a_cut_last_line_is_truncated():
    assert complaint(export()[:-60]).code == "truncated"


def test_an_open_last_line_with_all_its_cells_is_flagged():
    assert [flag.code for flag in read(export()[:-1]).flags] == ["last_line_open"]


def test_heads_without_rows_are_empty():
    assert complaint(SPELLINGS["MITS 4"] + "\n").code == "empty"


def test_the_summary_by_cycle_is_not_taken_for_records():
    text = SPELLINGS["MITS 4"] + ",Vmax_On_Cycle(V)\n" + "1,2,,3,4,5,6,7,8,9,10\n"
    assert complaint(text).code == "unsupported"


def test_another_table_is_not_this_format():
    assert complaint("two theta,counts\n10,3\n").code == "not_this_format"


SIDECAR = (
    ",test_id,device_id,iv_ch_id,first_start_datetime,schedule_file_name,item_id\r\n"
    "0,153,6,7,1494645214,fast.SDU,EL15\r\n"
)


def test_the_sidecar_is_kept_as_the_one_row_that_it_is():
    recording = read(SIDECAR, "FastCharge_000025_CH8_Metadata.csv")
    assert recording.technique == "other"
    assert recording.table.rows() == [("153", "6", "7", "1494645214", "fast.SDU", "EL15")]
    assert recording.started_at == datetime(2017, 5, 13, 3, 13, 34, tzinfo=UTC)
    assert [flag.code for flag in recording.flags] == ["describes_only"]


def test_half_a_sidecar_is_truncated():
    assert complaint(SIDECAR[:-20], "x_Metadata.csv").code == "truncated"


@settings(max_examples=300, deadline=None)
@given(damaged(WRITTEN))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.csv")


@settings(max_examples=60, deadline=None)
@given(damaged(SIDECAR.encode()))
def test_damage_to_a_sidecar_gives_its_row_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "x_Metadata.csv")


@settings(max_examples=60, deadline=None)
@given(st.integers(len(SPELLINGS["MITS 4"]) + 2, len(WRITTEN) - 1))
def test_a_cut_export_never_has_a_row_with_less_than_it_said(keep: int):
    """What remains equals the whole up to its last row, which may have lost digits of its last number: that is said."""
    found = outcome(READER, WRITTEN[:keep], "cell.csv")
    if isinstance(found, UnreadableFile):
        assert found.code in {"truncated", "empty"}
        return
    whole, table = read(WRITTEN).table, found[0].table
    assert table[:-1].equals(whole[: table.height - 1].select(table.columns))
    open_end = not WRITTEN[:keep].endswith(b"\n")
    assert open_end == ("last_line_open" in {flag.code for flag in found[0].flags})


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "rows"), [("arbin_example.csv", 2142), ("FastCharge_000025_CH8.csv", 248)])
def test_trap_12_the_corpus_files_keep_their_rows(name: str, rows: int):
    path = corpus(f"cycler/arbin/{name}")
    found = registry.read(path, name)
    assert found.reader.name == "arbin_csv"
    raw = pl.read_csv(path)
    table = found.recordings[0].table
    assert table.height == raw.height == rows
    assert table["voltage_V"].to_list() == raw["Voltage"].to_list()
    assert table["current_mA"].to_list() == pytest.approx([1e3 * value for value in raw["Current"]], abs=1e-9)


@pytest.mark.corpus
def test_the_sidecar_of_the_corpus_goes_to_the_reader_of_its_table():
    path = corpus("cycler/arbin/FastCharge_000025_CH8_Metadata.csv")
    found = registry.read(path, path.name)
    assert (found.reader.name, found.recordings[0].title) == ("arbin_csv", "EL150800453116")


def test_a_line_with_a_cell_too_many_does_not_hide_one_with_a_cell_too_few():
    lines = export().splitlines(keepends=True)
    lines[5] = lines[5].replace("\n", ",1\n")
    lines[9] = lines[9].rpartition(",")[0] + "\n"
    recording = read("".join(lines))
    assert recording.table.height == 40
    assert recording.table["discharge_capacity_mAh"].null_count() == 1


def test_arbins_columns_beside_those_of_the_exchange_format_are_left_to_its_reader():
    text = SPELLINGS["MITS 7"] + ",Test Time / s,Voltage / V,Current / A\n"
    assert READER.sniff(text.encode(), "cell.bdf.csv") == 0


@pytest.mark.parametrize("end", ["\n\n\n", "   \n\n", ",,,,,,,,,\n,,,,,,,,,\n", ",,,\n", "\n  "])
def test_lines_without_a_value_at_the_end_are_no_rows(end: str):
    recording = read(export() + end)
    assert recording.table.equals(read(WRITTEN).table)
    assert recording.flags == []


def test_a_blank_line_in_the_middle_is_no_row():
    lines = export().split("\n")
    assert read("\n".join([*lines[:9], "", *lines[9:]])).table.height == 40


def test_a_last_line_of_separators_without_its_break_is_a_cut_one():
    assert complaint(export() + ",,,").code == "truncated"


def test_a_unix_clock_with_a_decimal_comma_is_read():
    rows = "0,0;1494645233,5;1;3,5;1;1\n1,0;1494645234,5;1;3,5;1;1\n"
    recording = read("Test_Time;DateTime;Current;Voltage;Step_Index;Cycle_Index\n" + rows)
    assert recording.started_at == datetime(2017, 5, 13, 3, 13, 53, 500_000, tzinfo=UTC)
    assert recording.table["unix_time_s"].to_list() == [1494645233.5, 1494645234.5]
