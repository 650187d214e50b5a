"""BioLogic .mpr: every version of the table, unknown columns, cut and damaged files, and no number that is not
the file's."""

import math
import struct
from datetime import datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.formats.biologic_mpr import READER
from tests.characterization.instruments.biologic_written import (
    CC,
    EIS_COLUMNS,
    GCPL_COLUMNS,
    GCPL_FLAGS,
    MB_COLUMNS,
    MB_FLAGS,
    REST,
    Column,
    mpr,
)  # fmt: skip
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome

GCPL = mpr(GCPL_COLUMNS, flags=GCPL_FLAGS)
MB = mpr(MB_COLUMNS, "MB", flags=MB_FLAGS, version=3)


def read(raw: bytes) -> list[Recording]:
    found = outcome(READER, raw, "cell.mpr")
    assert isinstance(found, list), found
    return found


def complaint(raw: bytes) -> UnreadableFile:
    found = outcome(READER, raw, "cell.mpr")
    assert isinstance(found, UnreadableFile)
    return found


def test_it_reads_cycling_in_our_units():
    table = read(GCPL)[0].table
    assert table["time_s"].to_list() == [30, 40, 76, 112, 148, 184]
    assert table["voltage_V"].to_list() == [3.0, 3.5, 3.75, 4.0, 3.75, 3.5]
    assert table["charge_capacity_mAh"].to_list() == pytest.approx([0, 0, 0.02, 0.03, 0.03, 0.03])
    assert table["discharge_capacity_mAh"].to_list() == pytest.approx([0, 0, 0, 0, 0.01, 0.03])


def test_the_current_of_galvanostatic_cycling_is_charge_over_time():
    """0.02 mAh in 36 s are 2 mA; the first row of the file has none."""
    recording = read(GCPL)[0]
    assert recording.table["current_mA"].to_list() == pytest.approx([0, 0, 2, 1, -1, -2])
    assert recording.meta["current_mA_is"] == "charge over time since the row before"


def test_a_step_begins_with_each_sequence_and_each_mode():
    table = read(GCPL)[0].table
    assert table["step"].to_list() == [1, 2, 2, 3, 4, 4]
    assert table["step_type"].cast(pl.String).to_list() == ["Rest", "CC", "CC", "CV", "CC", "CC"]


def test_a_step_begins_with_each_pass_of_a_loop():
    columns: list[Column] = [(4, "d", [0.0, 1.0, 2.0, 3.0]), (6, "f", [3.0] * 4), (8, "f", [1.0] * 4)]
    raw = mpr(columns, "MB", flags=[CC] * 4, loops=[0, 2, 4])
    assert read(raw)[0].table["step"].to_list() == [1, 1, 2, 2]


def test_it_knows_the_start_without_a_zone_and_what_was_entered():
    recording = read(GCPL)[0]
    assert recording.started_at == datetime(2024, 1, 10, 11, 2, 29, 988000)
    wanted = {
        "technique": "Galvanostatic Cycling with Potential Limitation", "active_mass_mg": 12.5,
        "electrode_area_cm2": 0.785, "battery_capacity_mAh": 1.8, "channel": "8", "channel_serial": "69336",
        "device_serial": "0858", "software": "11.50",
    }  # fmt: skip
    assert {key: recording.meta[key] for key in wanted} == wanted
    assert recording.sample_hints == ("CELL-7\nat 60 °C", "LCO", "CELL-7_02_GCPL_C08")
    assert (
        "characteristic_mass_mg" not in recording.meta
    )  # 0.001 g is what EC-Lab writes where nobody entered one


def test_no_path_computer_or_user_is_handed_on():
    assert "alice" not in str(read(GCPL)[0].meta)
    assert "192.0.2.7" not in str(read(GCPL)[0].meta)


@pytest.mark.parametrize("version", [2, 3])
def test_the_versions_of_the_table_hold_the_same(version: int):
    assert read(mpr(GCPL_COLUMNS, flags=GCPL_FLAGS, version=version))[0].table.equals(read(GCPL)[0].table)


def test_the_oldest_version_numbers_its_columns_by_bytes():
    columns: list[Column] = [column for column in GCPL_COLUMNS if column[0] < 256]
    assert read(mpr(columns, flags=GCPL_FLAGS, version=0))[0].table["voltage_V"].to_list()[:2] == [3.0, 3.5]


def test_a_version_that_nobody_knows_is_unsupported():
    raw = GCPL.replace(struct.pack("<I", 11) + b"01/10/24", struct.pack("<I", 99) + b"01/10/24")
    assert (complaint(raw).code, "version 99" in complaint(raw).message) == ("unsupported", True)


@pytest.mark.parametrize("kind", ["f", "d", "H"])
def test_an_unknown_column_is_kept_under_its_number_and_flagged(kind: str):
    columns: list[Column] = [*GCPL_COLUMNS[:3], (999, kind, [1, 2, 3, 4, 5, 6]), *GCPL_COLUMNS[3:]]
    recording = read(mpr(columns, flags=GCPL_FLAGS))[0]
    assert recording.table["column_999"].to_list() == [1, 2, 3, 4, 5, 6]
    assert recording.table["voltage_V"].to_list() == [3.0, 3.5, 3.75, 4.0, 3.75, 3.5]
    assert [flag.message for flag in recording.flags] == [
        "Columns of unknown meaning are kept under their numbers: 999."
    ]


def test_two_unknown_columns_of_one_width_are_kept():
    columns: list[Column] = [*GCPL_COLUMNS, (999, "f", [1.0] * 6), (998, "f", [2.0] * 6)]
    table = read(mpr(columns, flags=GCPL_FLAGS))[0].table
    assert (table["column_999"][0], table["column_998"][0]) == (1.0, 2.0)


def test_unknown_columns_of_unequal_width_are_left_out_with_what_lies_between():
    columns: list[Column] = [
        *GCPL_COLUMNS[:5], (999, "B", [9] * 6), (70, "f", [8.0] * 6), (998, "H", [9] * 6), GCPL_COLUMNS[5]
    ]  # fmt: skip
    recording = read(mpr(columns, flags=GCPL_FLAGS))[0]
    assert recording.table["half_cycle"].to_list() == [0, 0, 0, 0, 1, 1]
    assert not {"P_mW", "column_999", "column_998"} & set(recording.table.columns)
    assert [flag.message for flag in recording.flags] == [
        "Columns are left out, because their place in the record cannot be told: 999, 70, 998."
    ]


def test_flags_behind_unknown_columns_are_found_from_the_end():
    raw = mpr(
        [(999, "B", [9] * 2), (998, "H", [9] * 2), (4, "d", [0.0, 1.0]), (6, "f", [3.0, 3.5])],
        "OCV",
        version=3,
    )
    at = raw.index(b"MODULEVMP data") + 57
    named = struct.pack("<IB5H", 2, 5, 999, 998, 1, 4, 6).ljust(405, b"\0") + b"\1"
    rows = b"".join(b"\t\t\t\3" + struct.pack("<df", *row) for row in ((0.0, 3.0), (1.0, 3.5)))
    rest = raw[raw.index(b"MODULEVMP LOG") :]
    head = raw[: at - 16] + struct.pack("<I", len(named + rows)) + raw[at - 12 : at]
    table = read(head + named + rows + rest)[0].table
    assert (table["mode"].to_list(), table["voltage_V"].to_list()) == ([3, 3], [3.0, 3.5])


@pytest.mark.parametrize(("kind", "name"), [("d", "Q_charge_mAh"), ("f", "abs_Ece_h2_V")])
def test_a_number_that_two_programs_use_is_told_by_its_width(kind: str, name: str):
    assert name in read(mpr([*GCPL_COLUMNS, (498, kind, [1.0] * 6)], flags=GCPL_FLAGS))[0].table.columns


def test_impedance_is_negative_for_a_capacitor_and_parted_into_sweeps():
    recording = read(mpr(EIS_COLUMNS, "PEIS"))[0]
    assert recording.technique is Technique.EIS
    assert recording.table["z_real_ohm"].to_list() == [0, 10, 11, 12, 20, 21, 22]
    assert recording.table["z_imag_ohm"].to_list() == [0, -1, -2, -3, -4, -5, -6]
    assert recording.table["spectrum"].to_list() == [None, 1, 1, 1, 2, 2, 2]
    assert recording.meta["rows_at_0_Hz"] == 1


def test_a_protocol_that_cycles_and_sweeps_gives_two_recordings():
    cycling, impedance = read(MB)
    assert (cycling.technique, cycling.table.height, cycling.part) == (Technique.CYCLING, 5, "")
    assert (impedance.technique, impedance.table.height, impedance.part) == (Technique.EIS, 2, "impedance")
    assert impedance.table["z_real_ohm"].to_list() == pytest.approx([10 * math.cos(math.pi / 6), 0], abs=1e-6)
    assert impedance.table["z_imag_ohm"].to_list() == pytest.approx([-5, -20])
    assert cycling.table["step_type"].cast(pl.String).to_list()[-1] == "Rest EIS"


def test_a_sweep_of_potential_has_scans_and_a_rate():
    """5 mV every 0.1 s are 50 mV/s; the potential turns in the middle."""
    volts = [0.005 * min(n, 60 - n) for n in range(60)]
    columns: list[Column] = [
        (4, "d", [0.1 * n for n in range(60)]), (19, "f", volts), (6, "f", volts),
        (11, "d", [0.5] * 60), (24, "d", [1.0 + (n >= 30) for n in range(60)]),
    ]  # fmt: skip
    recording = read(mpr(columns, "CV"))[0]
    assert recording.technique is Technique.CV
    assert recording.table["scan"].unique().sort().to_list() == [1, 2]
    assert recording.meta["scan_rate_mV_per_s"] == pytest.approx(50, rel=1e-3)


def test_the_charge_of_a_loop_is_not_counted_where_it_starts_again():
    """Q-Qo falls from 0.02 to 0 with the second pass: that is no discharge."""
    columns: list[Column] = [
        (4, "d", [0.0, 36.0, 72.0, 108.0]), (6, "f", [3.0] * 4), (8, "f", [1.0] * 4), (13, "d", [0.0, 0.02, 0.0, 0.02])
    ]  # fmt: skip
    table = read(mpr(columns, "MB", flags=[CC] * 4, loops=[0, 2, 4]))[0].table
    assert table["charge_capacity_mAh"].to_list() == [0, 0.02, 0.02, 0.04]
    assert table["discharge_capacity_mAh"].to_list() == [0, 0, 0, 0]
    sweeps: list[Column] = [*EIS_COLUMNS, (13, "d", [0.0] * 7)]
    assert [flag.code for flag in read(mpr(sweeps, "PEIS", loops=[0, 4, 7]))[0].flags] == ["charge_restarts"]


@pytest.mark.parametrize("version", [3, 11])
def test_an_analog_input_has_the_name_and_unit_that_the_user_gave_it(version: int):
    raw = mpr([*GCPL_COLUMNS, (16, "f", [163.0] * 6)], flags=GCPL_FLAGS, version=version, analog="Force/N")
    recording = read(raw)[0]
    assert recording.table["force_N"].to_list() == [163.0] * 6
    assert recording.unit("force_N") == "N"


def test_at_open_circuit_no_current_flows():
    columns: list[Column] = [(4, "d", [0.0, 1.0]), (6, "f", [3.0, 3.1])]
    table = read(mpr(columns, "OCV", flags=[REST, REST]))[0].table
    assert table["current_mA"].to_list() == [0, 0]


def test_energies_below_zero_volts_are_not_taken_from_the_file():
    energies: list[Column] = [(123, "d", [0.0] * 6), (124, "d", [0.0] * 6)]
    assert "charge_energy_mWh" in read(mpr([*GCPL_COLUMNS, *energies], flags=GCPL_FLAGS))[0].table.columns
    columns: list[Column] = [column if column[0] != 6 else (6, "f", [-0.5] * 6) for column in GCPL_COLUMNS]
    recording = read(mpr([*columns, *energies], flags=GCPL_FLAGS))[0]
    assert "charge_energy_mWh" not in recording.table.columns
    assert [flag.code for flag in recording.flags] == ["energy_by_magnitude"]


def test_a_technique_without_points_is_empty():
    error = complaint(mpr([(4, "d", []), (6, "f", [])], "OCV"))
    assert error.code == "empty"
    assert "Open Circuit Voltage recorded none" in error.message


def test_a_file_cut_anywhere_is_never_whole():
    """Only a cut exactly between table and log looks like a test that still runs, and then it is flagged."""
    before_log = GCPL.index(b"MODULEVMP LOG")
    near = {at for at in range(60, len(GCPL)) if GCPL.find(b"MODULE", max(at - 70, 0), at + 20) >= 0}
    for keep in sorted({*range(60, len(GCPL), 53), *near, len(GCPL) - 1}):
        if keep != before_log:
            assert code_of(READER, GCPL[:keep], "cell.mpr") == "truncated", keep
    assert [flag.code for flag in read(GCPL[:before_log])[0].flags] == ["log_missing"]


def test_it_says_how_much_of_a_cut_file_arrived():
    at = GCPL.index(b"MODULEVMP data") + 65
    message = complaint(GCPL[: at + 500]).message
    assert message == "cell.mpr is cut off: its module VMP data speaks of 1,217 bytes, 500 arrived."


@pytest.mark.parametrize("count", [5, 7, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_count_that_does_not_fit_the_bytes_is_refused_without_memory(count: int):
    at = GCPL.index(b"MODULEVMP data") + 65
    raw = GCPL[:at] + struct.pack("<I", count) + GCPL[at + 4 :]
    assert complaint(raw).code == "damaged"


@pytest.mark.parametrize("columns", [0, 13, 501, 65535])
def test_a_count_of_columns_that_cannot_be_is_refused(columns: int):
    at = GCPL.index(b"MODULEVMP data") + 69
    raw = GCPL[:at] + struct.pack("<H", columns) + GCPL[at + 2 :]
    assert complaint(raw).code == "damaged"


def test_swapped_modules_are_read_and_swapped_heads_refused():
    data, log = GCPL.index(b"MODULEVMP data"), GCPL.index(b"MODULEVMP LOG")
    swapped = GCPL[:data] + GCPL[log:] + GCPL[data:log]
    assert read(swapped)[0].table.equals(read(GCPL)[0].table)
    heads = (
        GCPL[:data] + GCPL[log : log + 65] + GCPL[data + 65 : log] + GCPL[data : data + 65] + GCPL[log + 65 :]
    )
    assert complaint(heads).code in {"damaged", "truncated"}


def test_what_is_no_mpr_goes_to_the_next_reader():
    assert complaint(b"BIO-LOGIC is a firm").code == "not_this_format"


@settings(max_examples=150, deadline=None)
@given(damaged(GCPL))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.mpr")


@settings(max_examples=150, deadline=None)
@given(damaged(MB))
def test_damage_to_a_protocol_with_impedance_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.mpr")


@settings(max_examples=100, deadline=None)
@given(
    st.integers(GCPL.index(b"MODULEVMP data"), GCPL.index(b"MODULEVMP data") + 110),
    st.binary(min_size=4, max_size=4),
)
def test_any_number_in_the_head_of_the_table_gives_a_table_or_a_named_fault(place: int, numbers: bytes):
    at = GCPL.index(b"MODULEVMP data") + place
    keeps_its_promise(READER, GCPL[:at] + numbers + GCPL[at + 4 :], "cell.mpr")
