"""Basytec result files: titles behind tildes, German dates, counters per cycle, blanks for tabs."""

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given, settings

from characterization.instruments import registry
from characterization.instruments.base import Recording
from characterization.instruments.formats.basytec import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

HEAD = (
    "~Resultfile from Basytec Battery Test System\n~Name of Test: formation\n~Battery: CELL-0007\n"
    "~Start of Test: 19.06.2023 17:56:53\n~End of Test: 19.06.2023 19:56:54\n~\n"
)
TITLES = (
    "~Time[h]\tDataSet\tt-Step[h]\tLine\tCommand\tU[V]\tI[A]\tAh[Ah]\tAh-Cyc-Charge\tAh-Cyc-Discharge\tT1[°C]"
    "\tCyc-Count\tState\n"
)
ROWS = (
    "0\t1\t0\t3\tPause\t3.5\t0\t0\t0\t0\t25.5\t1\t3\n"
    "1\t2\t1\t4\tCharge\t4.0\t0.5\t0.5\t0.5\t0\t25.6\t1\t1\n"
    "1.1\t3\t0.1\t5\tDischarge\t3.9\t-0.4\t0.46\t0.5\t0.04\t25.7\t1\t1\n"
    "2\t4\t1\t5\tDischarge\t3.2\t-0.4\t0.1\t0.5\t0.4\t25.7\t1\t2\n"
)
RAW = (HEAD + TITLES + ROWS).encode("cp1252")


def read(text: str | bytes) -> Recording:
    found = outcome(READER, text.encode() if isinstance(text, str) else text, "cell.txt")
    assert isinstance(found, list), found
    return found[0]


def test_columns_become_ours():
    table = read(RAW).table
    assert table["time_s"].to_list() == pytest.approx([0, 3600, 3960, 7200])
    assert table["current_mA"].to_list() == [0, 500, -400, -400]
    assert table["charge_capacity_mAh"].to_list() == [0, 500, 500, 500]
    assert table["discharge_capacity_mAh"].to_list() == [0, 0, 40, 400]
    assert table["step_type"].cast(pl.String).to_list() == ["Pause", "Charge", "Discharge", "Discharge"]
    assert table["t1_degC"].to_list() == [25.5, 25.6, 25.7, 25.7]
    assert table["step"].to_list() == [1, 2, 3, 3]


def test_the_header_says_when_and_what():
    recording = read(RAW)
    assert recording.started_at == datetime(2023, 6, 19, 17, 56, 53)
    assert recording.sample_hints == ("CELL-0007", "formation")
    assert recording.flags == []


def test_blanks_between_the_cells_are_read_as_tabs():
    assert read((HEAD + TITLES + ROWS).replace("\t", " ")).table.equals(read(RAW).table)


def test_a_blank_within_a_cell_is_not_taken_for_a_border():
    text = (HEAD + TITLES + ROWS).replace("\t", " ").replace("Pause", "Long Pause")
    assert code_of(READER, text.encode(), "cell.txt") == "needs_mapping"


def test_clock_like_times_and_decimal_commas_are_read():
    text = (
        (HEAD + TITLES + ROWS)
        .replace("~Time[h]", "~Time[h:min:s]")
        .replace("\n1\t2", "\n01:30:00,5\t2")
        .replace("\n1.1\t3", "\n01:40:00,0\t3")
    )
    text = (
        text.replace("\n0\t1", "\n00:00:00,0\t1")
        .replace("\n2\t4", "\n30:00:00,0\t4")
        .replace("\t3.5\t", "\t3,5\t")
    )
    table = read(text).table
    assert table["time_s"].to_list() == [0, 5400.5, 6000, 108000]
    assert table["voltage_V"].to_list() == [3.5, 4.0, 3.9, 3.2]


def test_only_net_ampere_hours_become_a_counter_per_direction():
    titles = TITLES.replace("Ah-Cyc-Charge", "R-AC").replace("Ah-Cyc-Discharge", "R-DC")
    table = read(HEAD + titles + ROWS).table
    assert table["charge_capacity_mAh"].to_list() == pytest.approx([0, 500, 500, 500])
    assert table["discharge_capacity_mAh"].to_list() == pytest.approx([0, 0, 40, 400])


def test_it_refuses_a_cut_row_and_knows_its_files():
    assert code_of(READER, RAW[:-16], "cell.txt") == "truncated"
    assert READER.sniff(RAW[:4096], "upload") == 3


@settings(max_examples=300, deadline=None)
@given(damaged(RAW))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.txt")


@pytest.mark.corpus
def test_the_real_file_keeps_every_row_and_says_that_it_is_a_part():
    path = corpus("cycler/basytec/sample_data_basytec.txt")
    result = registry.read(path, path.name)
    (recording,) = result.recordings
    assert result.reader.name == "basytec"
    below = path.read_bytes().split(b"\tState\n")[1]
    assert recording.table.height == 74 == below.count(b"\n") + 1
    assert [flag.code for flag in recording.flags] == ["last_line_open", "ends_early"]
    assert recording.table["charge_capacity_mAh"].max() == pytest.approx(1.248917, abs=1e-6)


def test_between_blanks_a_date_and_its_time_are_one_cell():
    titles = "~Time[h] DataSet DateTime Line Command U[V] I[A]\n"
    rows = "0 1 05.05.2025 14:36:06 2 Pause 2.9 0\n0.5 2 05.05.2025 15:06:06 3 Charge 3.0 0.005\n"
    recording = read(HEAD + titles + rows)
    assert recording.started_at == datetime(2025, 5, 5, 14, 36, 6)
    assert recording.table.select("time_s", "voltage_V", "current_mA").rows() == [(0, 2.9, 0), (1800, 3.0, 5)]


def test_a_table_without_its_header_is_known_by_its_first_title():
    raw = (TITLES + ROWS).encode()
    assert READER.sniff(raw, "cell.txt") == 3
    assert read(raw).table.equals(read(RAW).table)


def test_a_degree_sign_of_the_chinese_code_page_is_a_degree_sign():
    assert read((HEAD + TITLES + ROWS).encode("gb18030")).table["t1_degC"].to_list() == [
        25.5,
        25.6,
        25.7,
        25.7,
    ]
