"""Novonix exports: hours and Ah, step types by number, counters that restart or run on."""

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given, settings

from characterization.instruments import registry
from characterization.instruments.base import Recording
from characterization.instruments.formats.novonix import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

HEAD = (
    "[Summary]\nNovonix UHPC data file\nNovonix\nChannel: 01\nCell: CELL-0007\nMass (g): 0.012\nCapacity (Ah): 5\n"
    "Started: 2025-07-19 15:26:20\nVersion: 2.13.0\n[End Summary]\n[Protocol]\n"
    '{"Version":"UHPC Control: 2.13.0","Steps":[{"U":"ΔV, 0.005"}]}\n[End Protocol]\n[Data]\n'
)
TITLES = (
    "Date and Time,Cycle Number,Step Type,Run Time (h),Step Time (h),Current (A),Potential (V),Capacity (Ah),"
    "Temperature (°C),Energy (Wh),Step Number,Step position\n"
)
ROWS = (
    "2025-07-19 15:26:20,1,7,0.0,0.0,0.0,3.8,0.0,24.6,0.0,1,1\n"
    "2025-07-19 16:26:20,1,7,1.0,1.0,0.5,4.0,0.5,24.7,2.0,1,1\n"
    "2025-07-19 16:26:21,1,9,1.0003,0.0003,-0.4,3.9,0.4999,24.7,1.99,2,1\n"
    "2025-07-19 17:26:20,1,9,2.0,1.0,-0.4,3.5,0.1,24.8,0.5,2,1\n"
)
RAW = (HEAD + TITLES + ROWS).encode()


def read(text: str | bytes) -> Recording:
    found = outcome(READER, text.encode() if isinstance(text, str) else text, "cell.csv")
    assert isinstance(found, list), found
    return found[0]


def test_hours_and_amps_become_seconds_and_milliamps():
    table = read(RAW).table
    assert table["time_s"].to_list() == pytest.approx([0, 3600, 3601.08, 7200])
    assert table["current_mA"].to_list() == [0, 500, -400, -400]
    assert table["temperature_degC"].to_list() == [24.6, 24.7, 24.7, 24.8]


def test_numbers_of_step_types_become_words():
    assert read(RAW).table["step_type"].cast(pl.String).to_list() == [
        "CC-CV charge (CC)", "CC-CV charge (CC)", "CC-CV discharge (CC)", "CC-CV discharge (CC)",
    ]  # fmt: skip


def test_a_capacity_that_falls_while_discharging_becomes_a_counter_per_direction():
    table = read(RAW).table
    assert table["charge_capacity_mAh"].to_list() == pytest.approx([0, 500, 500, 500])
    assert table["discharge_capacity_mAh"].to_list() == pytest.approx([0, 0, 0.1, 400])
    assert table["discharge_energy_mWh"].to_list() == pytest.approx([0, 0, 10, 1500])


def test_a_capacity_that_starts_anew_with_each_step_stays_one():
    text = (HEAD + TITLES + ROWS).replace(",0.4999,", ",0.0001,").replace(",0.1,24.8", ",0.4,24.8")
    assert read(text).table["step_capacity_mAh"].to_list() == pytest.approx([0, 500, 0.1, 400])


def test_the_summary_names_the_cell():
    recording = read(RAW)
    assert recording.sample_hints == ("CELL-0007",)
    assert recording.meta["mass_g"] == 0.012
    assert recording.meta["nominal_capacity_Ah"] == 5
    assert recording.started_at == datetime(2025, 7, 19, 15, 26, 20)
    assert recording.flags == []


def test_it_refuses_a_cut_row_and_knows_its_files():
    assert code_of(READER, RAW[:-30], "cell.csv") == "truncated"
    assert READER.sniff(RAW[:4096], "upload") == 3


@settings(max_examples=300, deadline=None)
@given(damaged(RAW))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.csv")


@pytest.mark.corpus
def test_the_real_file_keeps_every_row():
    path = corpus("cycler/novonix/sample_data_novonix.csv")
    result = registry.read(path, path.name)
    (recording,) = result.recordings
    assert result.reader.name == "novonix"
    assert recording.table.height == 207 == path.read_text().split("[Data]\n")[1].count("\n") - 1
    assert recording.table["step_capacity_mAh"].max() == pytest.approx(1706.52976)
    assert recording.flags == []
