"""Battery Data Format: names and units of every kind, rows kept as they are, doubts said aloud."""

import io
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.bdf import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

LABELS = (
    "Test Time / s,Voltage / V,Current / A,Cycle Count / 1,Step Index / 1,Charging Capacity / Ah\n"
    "0.0,3.0,0.0,1,1,0.0\n"
    "10.0,3.1,0.001,1,2,0.0001\n"
    "20.0,3.2,0.001,1,2,0.0002\n"
    "30.0,3.1,-0.001,1,1,0.0002\n"
)
MACHINE = (
    "test_time_second,voltage_volt,current_ampere,unix_time_second,ambient_temperature_celsius\n"
    "0,3.0,0.0,1700000000,25.0\n60,3.1,0.001,1700000060,25.5\n"
)


def read(text: str | bytes, name: str = "cell.bdf.csv") -> Recording:
    found = outcome(READER, text.encode() if isinstance(text, str) else text, name)
    assert isinstance(found, list), found
    return found[0]


def complaint(raw: bytes, name: str = "cell.bdf.csv") -> UnreadableFile:
    found = outcome(READER, raw, name)
    assert isinstance(found, UnreadableFile)
    return found


def test_labels_become_our_columns_and_units():
    table = read(LABELS).table
    assert table["time_s"].to_list() == [0, 10, 20, 30]
    assert table["current_mA"].to_list() == pytest.approx([0, 1, 1, -1])
    assert table["charge_capacity_mAh"].to_list() == pytest.approx([0, 0.1, 0.2, 0.2])
    assert table["vendor_cycle"].to_list() == [1, 1, 1, 1]


def test_steps_count_up_where_only_an_index_is_given():
    table = read(LABELS).table
    assert table["step"].to_list() == [1, 2, 2, 3]
    assert table["step_index"].to_list() == [1, 2, 2, 1]


def test_machine_names_become_our_columns_and_units():
    recording = read(MACHINE)
    assert recording.table["ambient_temperature_degC"].to_list() == [25.0, 25.5]
    assert recording.started_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_older_units_are_understood():
    text = "test_time_millisecond,current_milliampere,voltage_millivolt,cycle_dimensionless\n1500,2,3700,0\n"
    assert read(text).table.row(0) == (1.5, 2.0, 3.7, 0)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_gives_the_same_table(line_end: str):
    assert read(LABELS.replace("\n", line_end)).table.equals(read(LABELS).table)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_gives_the_same_table(encoding: str):
    assert read(LABELS.encode(encoding)).table.equals(read(LABELS).table)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_are_numbers(separator: str):
    text = LABELS.replace(",", separator).replace(".", ",")
    assert read(text).table.equals(read(LABELS).table)


def test_a_column_of_an_unknown_unit_is_kept_with_its_unit():
    recording = read("Test Time / s,Voltage / V,Current / A,Thickness / um\n0,3,0,12\n1,3,0,13\n")
    assert recording.table["thickness_um"].to_list() == [12, 13]
    assert recording.unit("thickness_um") == "um"


def test_a_column_without_a_unit_is_left_out_and_named():
    recording = read("Test Time / s,Voltage / V,Current / A,Remark\n0,3,0,start\n1,3,0,\n")
    assert recording.meta["columns_left_out"] == ["Remark"]


def test_a_clock_that_runs_backwards_is_flagged_and_no_row_is_lost():
    recording = read("test_time_second,voltage_volt,current_ampere\n0,3,0\n7200,3,0\n0,3,1\n7210,3,1\n")
    assert recording.table["time_s"].to_list() == [0, 7200, 0, 7210]
    assert [flag.code for flag in recording.flags] == ["time_runs_backwards"]
    assert "7,200.0 s to 0.0 s at row 3" in recording.flags[0].message


def test_a_cell_that_is_no_number_is_counted():
    recording = read("test_time_second,voltage_volt,current_ampere\n0,3,0\n1,n/a,0\n")
    assert recording.flags[0].message == "1 of 2 rows have no voltage_V."


def test_it_reads_parquet():
    buffer = io.BytesIO()
    pl.read_csv(io.StringIO(MACHINE)).write_parquet(buffer)
    assert read(buffer.getvalue(), "cell.bdf.parquet").table.equals(read(MACHINE).table)


def test_it_refuses_a_cut_parquet():
    buffer = io.BytesIO()
    pl.read_csv(io.StringIO(MACHINE)).write_parquet(buffer)
    assert complaint(buffer.getvalue()[:-1], "cell.bdf.parquet").code == "truncated"


def test_it_refuses_a_row_cut_in_the_middle():
    error = complaint(LABELS.encode()[:-12])
    assert error.code == "truncated"
    assert "row 4: 3 of 6 columns" in error.message


def test_it_refuses_a_row_with_too_many_cells():
    assert complaint(LABELS.encode() + b"1,2,3,4,5,6,7,8\n").code == "damaged"


def test_a_header_alone_is_empty():
    assert complaint(LABELS.encode().split(b"\n")[0] + b"\n").code == "empty"


def test_a_table_without_a_voltage_goes_to_the_next_reader():
    assert code_of(READER, b"Test Time / s,Current / A\n0,1\n", "cell.bdf.csv") == "not_this_format"


def test_it_knows_its_files_by_their_header():
    assert READER.sniff(LABELS.encode(), "upload.txt") == 3
    assert READER.sniff(b"two theta,counts\n10,2\n", "scan.csv") == 0


@settings(max_examples=120, deadline=None)
@given(damaged(LABELS.encode()))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.bdf.csv")


KNOWN = {
    "DLR__LiLNMOHydra0b__20221125__POCV__25degC__Basytec.bdf.csv": (17860, ["time_implausible"]),
    "SINTEF__G20M7-202512-Gru6mV__20251228__C30__25degC__Neware.bdf.csv": (17587, ["count_not_whole"]),
    "SINTEF__LiGrR2032__2024-04-30__25degC__Landt.bdf.csv": (25162, []),
    "SINTEF__SLPBA842124HV__2024-10-23__Rate_25degC__Neware__Time_Bug.bdf.csv": (
        13086,
        ["time_runs_backwards"],
    ),
    "arbin_example.bdf.csv": (2150, []),
    "legacy.bdf.parquet": (5000, []),
}


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "known"), KNOWN.items())
def test_real_files_keep_their_rows_and_show_their_doubts(name: str, known: tuple[int, list[str]]):
    path: Path = corpus(f"cycler/bdf/{name}")
    recording = READER.read(path)[0]
    lines = path.read_bytes().count(b"\n") - 1 if name.endswith("csv") else 5000
    assert recording.table.height == known[0] == lines
    assert [flag.code for flag in recording.flags] == known[1]


@pytest.mark.corpus
def test_it_equals_the_raw_file_it_was_made_from():
    """Converted from SINTEF__G20M7_BTS91.nda by others; rounding of the csv is below 1e-4."""
    name = "SINTEF__G20M7-202512-Gru6mV__20251228__C30__25degC__Neware.bdf.csv"
    table = READER.read(corpus(f"cycler/bdf/{name}"))[0].table
    assert table["discharge_capacity_mAh"].max() == pytest.approx(3716.034, abs=1e-3)
    assert table["time_s"].max() == pytest.approx(175734.14, abs=0.01)


def test_a_last_line_without_an_end_is_read_with_a_doubt():
    assert [flag.code for flag in read(LABELS.rstrip()).flags] == ["last_line_open"]


@pytest.mark.parametrize("around", [("\n\n", ""), ("", "\n\n\n"), ("\r\n", "\r\n\r\n")])
def test_blank_lines_are_no_rows(around: tuple[str, str]):
    text = "Test Time / s,Voltage / V,Current / A\n0,3.7,0.1\n1,3.6,0.1\n"
    recording = read(around[0] + text + around[1])
    assert recording.table["voltage_V"].to_list() == [3.7, 3.6]
    assert not recording.flags


@pytest.mark.parametrize("name", ["step_id", "Step ID / 1", "step_index"])
def test_steps_count_up_also_where_the_step_has_an_id(name: str):
    recording = read(f"test_time_second,voltage_volt,current_ampere,{name}\n0,3,1,7\n1,3,1,9\n2,3,1,7\n")
    assert recording.table["step"].to_list() == [1, 2, 3]
    assert recording.table["step_index"].to_list() == [7, 9, 7]


def test_comment_lines_above_the_header_are_no_rows():
    recording = read(
        "# converted by a script\n\n# of ours\nTest Time / s,Voltage / V,Current / A\n0,3.7,1\n1,3.6,1\n"
    )
    assert recording.table["current_mA"].to_list() == [1000, 1000]


def test_a_time_that_parquet_holds_as_a_duration_is_in_seconds(tmp_path: Path):
    columns = {"Test Time / s": pl.Series([0, 1500], dtype=pl.Duration("ms")), "Voltage / V": [3.0, 3.1],
               "Current / A": [1.0, 1.0]}  # fmt: skip
    path = tmp_path / "cell.bdf.parquet"
    pl.DataFrame(columns).write_parquet(path)
    assert READER.read(path)[0].table["time_s"].to_list() == [0.0, 1.5]
