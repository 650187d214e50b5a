"""Maccor exports: five dialects, signs from states, pauses, cut files, and the corpus line for line."""

import re
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings

from characterization.instruments import registry
from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.maccor import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

TITLES = (
    "Rec#\tCyc#\tStep\tTestTime\tStepTime\tAmp-hr\tWatt-hr\tAmps\tVolts\tState\tES\tDPt Time\tAux #1\t Units"
)
ROWS = (
    (1, 0, 1, "0d 00:00:00.00", "0d 00:00:00.00", 0, 0, 0, 3.00, "R", 0, "12/31/2020 23:00:00", 25.5),
    (2, 0, 1, "0d 01:00:00.00", "0d 01:00:00.00", 0, 0, 0, 3.00, "R", 129, "01/01/2021 00:00:00", 25.5),
    (3, 0, 2, "0d 01:00:00.50", "0d 00:00:00.50", 0, 0, 2, 3.50, "C", 0, "01/01/2021 00:00:00", 25.6),
    (4, 0, 2, "0d 02:00:00.00", "0d 01:00:00.00", 2, 7, 2, 4.00, "C", 133, "01/01/2021 01:00:00", 25.7),
    (5, 0, 3, "1d 02:00:00.00", "1d 00:00:00.00", 1.5, 5, 1, 3.20, "D", 133, "01/02/2021 01:00:00", 25.8),
    (6, 0, 4, "1d 02:00:00.00", "0d 00:00:00.00", 0, 0, 0, 3.30, "O", 193, "01/02/2021 01:00:00", 25.8),
)


def row(cells: tuple[object, ...], unit: str = " C  ") -> str:
    return "\t".join([*map(str, cells), unit])


def dialect_a(rows=ROWS) -> str:
    head = (
        "Today's Date:\t14 January 2021\tDate of Test:\t31 December 2020, 11:00:00 PM\n"
        "    Filename:\tC:\\Users\\Bob\\CELL-0007.012\tTester Channel:\t12\n"
        "Procedure:\tCCCV.000\tDescription:\tMo-Ni at 60 °C\n"
    )
    return head + TITLES + "\n" + "".join(row(cells) + "\n" for cells in rows)


WRITTEN = dialect_a().encode("cp1252")


def read(text: str | bytes, name: str = "cell.012") -> Recording:
    found = outcome(READER, text.encode() if isinstance(text, str) else text, name)
    assert isinstance(found, list), found
    return found[0]


def complaint(raw: bytes, name: str = "cell.012") -> UnreadableFile:
    found = outcome(READER, raw, name)
    assert isinstance(found, UnreadableFile)
    return found


def codes(recording: Recording) -> list[str]:
    return [flag.code for flag in recording.flags]


def message(recording: Recording, code: str) -> str:
    return next(flag.message for flag in recording.flags if flag.code == code)


def test_days_hours_and_seconds_become_seconds():
    assert read(WRITTEN).table["time_s"].to_list() == [0, 3600, 3600.5, 7200, 93600, 93600]


def test_amps_and_amp_hours_become_milli():
    table = read(WRITTEN).table
    assert table["current_mA"].to_list() == [0, 0, 2000, 2000, -1000, 0]
    assert table["step_capacity_mAh"].to_list() == [0, 0, 0, 2000, 1500, 0]
    assert table["step_energy_mWh"].to_list() == [0, 0, 0, 7000, 5000, 0]


def test_letters_for_states_become_words():
    words = read(WRITTEN).table["step_type"].cast(pl.String).to_list()
    assert words == ["Rest", "Rest", "Charge", "Charge", "Discharge", "Off"]


def test_the_header_names_the_cell_and_no_person():
    recording = read(WRITTEN)
    assert recording.meta["file_name"] == "CELL-0007.012"
    assert recording.meta["channel"] == "12"
    assert recording.meta["procedure"] == "CCCV.000"
    assert recording.sample_hints == ("Mo-Ni at 60 °C", "CELL-0007.012")
    assert "Bob" not in str(recording.meta)


def test_an_auxiliary_channel_has_the_quantity_of_its_units_column():
    assert read(WRITTEN).table["aux1_temperature_degC"].to_list() == [25.5, 25.5, 25.6, 25.7, 25.8, 25.8]


def test_a_channel_without_a_sensor_is_left_out_and_said():
    recording = read(dialect_a([(*cells[:-1], -2501.7) for cells in ROWS]))
    assert not [name for name in recording.table.columns if name.startswith("aux")]
    assert "1 auxiliary channels read below -1,000" in message(recording, "aux_not_connected")


def test_a_part_above_12_tells_the_order_of_day_and_month():
    recording = read(WRITTEN)
    assert recording.started_at == datetime(2020, 12, 31, 23, 0)
    assert recording.table["clock_s"].to_list() == [0, 3600, 3600, 7200, 93600, 93600]
    assert codes(recording) == []


def test_the_clock_in_step_with_the_test_time_tells_the_order_of_day_and_month():
    days = ["01/02/2021", "02/02/2021"]
    rows = [(*ROWS[0][:11], f"{days[0]} 23:00:00", 25), (*ROWS[4][:11], f"{days[1]} 23:00:00", 25)]
    assert read(dialect_a(rows)).started_at == datetime(2021, 2, 1, 23, 0)


def test_a_date_that_can_be_read_both_ways_is_flagged():
    rows = [(*cells[:11], "03/04/2021 01:00:00", 25) for cells in ROWS[:2]]
    recording = read(dialect_a(rows))
    assert recording.started_at == datetime(2021, 3, 4, 1, 0)
    assert "03/04/2021 01:00:00 could be read with day and month exchanged" in message(
        recording, "date_ambiguous"
    )


def test_seconds_and_a_signed_current_are_taken_as_they_are():
    titles = TITLES.replace("TestTime", "Test (Sec)").replace("StepTime", "Step (Sec)")
    cells = (9, 0, 2, 5.01, 0.01, 0.001, 0.003, -9.4, 3.26, "D", 1, "07/13/2019 14:02:38", 20)
    first = (
        "Today's Date 07/17/2019  Date of Test:\t07/11/2019\t Filename:\tC:\\x\\a.070 "
        "Procedure: P.000\tComment/Barcode: EXP"
    )
    recording = read(f"{first}\n{titles}\n{row(cells)}\n")
    assert recording.table.row(0)[:3] == (5.01, 3.26, -9400.0)
    assert recording.meta["barcode"] == "EXP"
    assert recording.meta["procedure"] == "P.000"


def name_block(*rows: str) -> str:
    head = "Name:\tCELL-9\nChannel:\t81\nStarted\t13/05/2021 11:23:46\nSCap\t0,017\n\n"
    titles = (
        "Rec\tCycle P\tCycle C\tStep\tTestTime\tStepTime\tCap. [Ah]\tEner. [Wh]\tCurrent [A]\tVoltage [V]\tMd\tES"
        "\tDPT Time"
    )
    return head + titles + "\n\n" + "".join(line + "\n" for line in rows)


MINUTES = (
    "1\t0\t1\t1\t0,00\t0,00\t0,0\t0,0\t0,0\t0,1377\tR\t0\t13/05/2021 11:23:46",
    "2\t0\t1\t1\t1,50\t1,50\t0,0\t0,0\t0,0\t0,1385\tR\t1\t13/05/2021 11:25:16",
    "3\t0\t1\t1\t3,00\t3,00\t0,0\t0,0\t0,0\t0,1394\tR\t129\t13/05/2021 11:26:46",
)


def test_minutes_that_no_title_names_are_told_by_the_clock():
    recording = read(name_block(*MINUTES), "cell.txt")
    assert recording.table["time_s"].to_list() == [0, 90, 180]
    assert recording.table["voltage_V"].to_list() == [0.1377, 0.1385, 0.1394]
    assert message(recording, "time_unit_by_clock").endswith("it counts in min.")
    assert recording.started_at == datetime(2021, 5, 13, 11, 23, 46)
    assert recording.sample_hints == ("CELL-9",)


def test_without_a_clock_a_time_without_a_unit_waits_for_a_person():
    bare = (
        name_block(*MINUTES)
        .replace("\tDPT Time", "")
        .replace("\t13/05/2021 11:2", "\t")
        .replace("Started\t", "")
    )
    rows = "\n".join(
        line.rpartition("\t")[0] if re.match(r"\d\t", line) else line for line in bare.split("\n")
    )
    error = complaint(rows.encode(), "cell.txt")
    assert error.code == "needs_mapping"
    assert "'TestTime' names no unit" in error.message
    assert "TestTime" in error.columns


def test_a_last_line_that_the_export_cut_is_left_out_and_said():
    recording = read(name_block(*MINUTES, "4\t0\t1\t1\t4,50\t4,5"), "cell.txt")
    assert recording.table.height == 3
    assert "cut off after 6 of 13 columns" in message(recording, "last_line_cut")


CSV = (
    "Today's Date ,28-Nov-23\nDate of Test:,23-Nov-23 3:56:08 PM\n"
    "Rec,Cycle C,Step,Test Time (sec),Step Time (sec),Capacity,Energy,Current,Voltage,DPT Time,Temp 1\n"
    "1,1,1,0.0,0.0,0,0,0,3.668,23-Nov-23 3:56:11 PM,22.25\n"
    "2,1,2,10.0,0.0,0,0,2,3.709,23-Nov-23 3:56:21 PM,22.25\n"
    "3,1,2,20.0,10.0,0.005,0.02,2,3.716,23-Nov-23 3:56:31 PM,22.25\n"
    "4,1,3,30.0,0.0,0,0,2,3.600,23-Nov-23 3:56:41 PM,22.25\n"
    "5,1,3,40.0,10.0,0.005,0.02,2,3.590,23-Nov-23 3:56:51 PM,22.25\n"
)


def test_without_states_and_signs_the_voltage_tells_the_direction_and_a_flag_says_so():
    recording = read(CSV, "cell.csv")
    assert recording.table["current_mA"].to_list() == [0, 2000, 2000, -2000, -2000]
    assert "as it does in 1 of 3 steps" in message(recording, "sign_not_stated")
    assert recording.table["temp_1_degC"].to_list() == [22.25] * 5
    assert recording.started_at == datetime(2023, 11, 23, 15, 56, 11)


def test_milliamps_beside_volts_that_are_millivolts_are_read_and_said():
    titles = "Rec#\tCyc#\tStep\tTestTime\tStepTime\tmAmp-hr\tmWatt-hr\tmAmps\tVolts\tState\tES\tDPt Time\t"
    text = (
        f"Today''s Date\t03/28/2022 12:50:27 PM\n\nDate of Test:\t08/23/2021 6:04:18 PM\n\n{titles}\n"
        + "".join(
            f"{n}\t0\t1\t 0d 00:0{n}:00.00\t 0d 00:0{n}:00.00\t{n}\t2\t-0.5\t1853.{n}\tD\t1\t08/23/2021 6:0{n}:18 PM\n"
            for n in range(1, 4)
        )
    )
    recording = read(text, "cell.txt")
    assert recording.table["voltage_V"].to_list() == pytest.approx([1.8531, 1.8532, 1.8533])
    assert recording.table["current_mA"].to_list() == [-0.5] * 3
    assert recording.table["step_capacity_mAh"].to_list() == [1, 2, 3]
    assert codes(recording) == ["unit_doubtful", "end_not_recorded"]


def test_a_step_that_comes_again_in_a_loop_counts_as_a_new_step():
    again = (*ROWS[4][:4], "0d 00:00:00.00", *ROWS[4][5:])
    assert read(dialect_a([*ROWS[:5], again])).table["step"].to_list() == [1, 1, 2, 2, 3, 4]


def test_a_step_that_charges_and_discharges_gives_each_direction_its_own_counter():
    pulse = [(*ROWS[3][:5], 0.5, 2, 2, 4.0, "C", 1, "01/01/2021 01:00:00", 25),
             (*ROWS[3][:5], 0.8, 3, 1, 3.9, "D", 1, "01/01/2021 01:00:01", 25)]  # fmt: skip
    table = read(dialect_a([*ROWS[:3], *pulse])).table
    assert table["charge_capacity_mAh"].to_list() == pytest.approx([0, 0, 0, 500, 500])
    assert table["discharge_capacity_mAh"].to_list() == pytest.approx([0, 0, 0, 0, 300])


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_gives_the_same_table(line_end: str):
    assert read(dialect_a().replace("\n", line_end)).table.equals(read(WRITTEN).table)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_gives_the_same_table(encoding: str):
    assert read(dialect_a().encode(encoding)).table.equals(read(WRITTEN).table)


@pytest.mark.parametrize("separator", [",", ";"])
def test_commas_and_semicolons_part_cells_as_tabs_do(separator: str):
    assert read(dialect_a().replace("\t", separator)).table.equals(read(WRITTEN).table)


def test_thousands_that_are_parted_are_one_number():
    text = CSV.replace(",2,3.7", ',"1,002.5",3.7')
    assert read(text, "cell.csv").table["current_mA"].to_list()[1:3] == [1002500, 1002500]


def test_exports_that_were_joined_have_their_titles_again():
    recording = read(dialect_a() + TITLES + "\n" + row((7, *ROWS[5][1:])) + "\n")
    assert recording.table["record"].to_list() == [1, 2, 3, 4, 5, 6, 7]
    assert codes(recording) == ["heads_again"]


def test_it_refuses_a_row_cut_in_the_middle():
    assert "ends in the middle of a row: 7 of 14 columns" in complaint(WRITTEN[:-44]).message
    assert complaint(WRITTEN[:-44]).code == "truncated"


def test_a_last_number_with_fewer_decimals_than_all_others_is_cut():
    assert complaint(CSV.encode()[:-2], "cell.csv").code == "truncated"


def test_it_refuses_a_row_that_lost_a_separator():
    good, bad = row(ROWS[0]) + "\n", row(ROWS[1]).replace("\tR\t", "R\t") + "\n"
    error = complaint((dialect_a([ROWS[0]] * 8) + bad + good).encode())
    assert error.code == "damaged"
    assert "row 9 has 13 columns, the others have 14" in error.message


def test_the_testers_own_binary_asks_for_an_export():
    error = complaint(b"\x05\x00\x17\x00" * 300, "cell.041")
    assert error.code == "unsupported"
    assert "export it as text" in error.hint


IMPEDANCE = (
    "MACCOR, INC.    AC Impedance Test\nFrequency Sweep:   Open Circut Voltage\nEIS default\nPC_CELL-3.EDA0001.041\n"
    "Line 4\nStart Date:  Wednesday, November 2, 2016 Start Time:   15:58\n\n"
    "Freq(Hz)\tPolar(V)\ttime(sec)\tZ'(a)\tZ''(b)\tPhase_Angle\tZ-Mag\tC(F)\tStatus\tirg\tVMag\tIMag\tV-DC\tisg\trc\n\n"
    "1000.0\t6283.2\t38.2\t0.77\t-0.85\t-47.7\t1.15\t0.0\t7.15\t\t\t\t3.9098\n"
    "100.0\t628.32\t53.6\t0.81\t-1.66\t-64.1\t1.85\t0.0\t11.1\t\t\t\t3.9099\n"
)


def test_an_impedance_file_is_a_spectrum():
    recording = read(IMPEDANCE, "cell.EDA0001.041")
    assert recording.technique == "eis"
    assert recording.table.columns == [
        "frequency_Hz",
        "z_real_ohm",
        "z_imag_ohm",
        "time_s",
        "voltage_V",
        "spectrum",
    ]
    assert recording.table.row(0) == (1000.0, 0.77, -0.85, 38.2, 3.9098, 1)
    assert recording.started_at == datetime(2016, 11, 2, 15, 58)


def test_it_knows_its_files_whatever_they_are_called():
    for text in (dialect_a(), CSV, IMPEDANCE):
        assert READER.sniff(text.encode()[:4096], "upload") == 3
    assert READER.sniff(name_block(*MINUTES).encode(), "upload") == 3
    assert READER.sniff(b"Test Time / s,Voltage / V,Current / A\n", "x.csv") == 0


@settings(max_examples=200, deadline=None)
@given(damaged(WRITTEN))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.012")


@settings(max_examples=100, deadline=None)
@given(damaged(CSV.encode()))
def test_damage_to_a_csv_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.csv")


@settings(max_examples=60, deadline=None)
@given(damaged(IMPEDANCE.encode()))
def test_damage_to_an_impedance_file_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.EDA0001.041")


KNOWN = {
    "maccor_001.txt": (6704, ["aux_not_connected"]),
    "xTESLADIAG_000019_CH70.070": (11669, []),
    "PredictionDiagnostics_000151_paused.052": (332, ["paused", "end_not_recorded"]),
    "maccor_test_file_4267-66-6519.041": (74, ["date_ambiguous", "impedance_rows"]),
    "maccor_two.txt": (213, ["last_line_cut", "time_unit_by_clock", "date_ambiguous", "end_not_recorded"]),
    "sample_data_maccor.csv": (15, ["last_line_open", "sign_not_stated"]),
    "maccor_test_file_4267-66-6519.EDA0001.041": (60, []),
}


def _lines(path: Path) -> int:
    """Lines below the titles that hold more than blanks, a cut one aside."""
    lines = [line for line in path.read_bytes().decode("cp1252").splitlines() if line.strip()]
    below = next(place for place, line in enumerate(lines) if re.match(r"Rec\b|Freq\(Hz\)", line)) + 1
    return len(lines) - below - (path.name == "maccor_two.txt")


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "known"), KNOWN.items())
def test_trap_12_real_files_keep_every_row_and_show_their_doubts(name: str, known: tuple[int, list[str]]):
    path = corpus(f"cycler/maccor/{name}")
    result = registry.read(path, name)
    (recording,) = result.recordings
    assert result.reader.name == "maccor"
    assert recording.table.height == known[0] == _lines(path)
    assert codes(recording) == known[1]


@pytest.mark.corpus
def test_trap_03_cycle_numbers_that_are_all_0_are_kept_and_not_counted_by():
    table = READER.read(corpus("cycler/maccor/maccor_001.txt"))[0].table
    assert table["vendor_cycle"].unique().to_list() == [0]
    assert table["step"].max() == 24


@pytest.mark.corpus
def test_trap_11_a_pause_of_two_hours_is_in_the_clock_and_not_in_the_test_time():
    recording = READER.read(corpus("cycler/maccor/PredictionDiagnostics_000151_paused.052"))[0]
    assert recording.table.height == 332
    times = recording.table["time_s"].to_list()
    assert times[-1] - times[0] == pytest.approx(3.33, abs=0.001)
    assert recording.table["clock_s"].max() == 7203
    assert "2 h 00 min" in message(recording, "paused")


@pytest.mark.corpus
def test_trap_15_an_unsigned_current_takes_its_sign_from_the_state():
    table = READER.read(corpus("cycler/maccor/maccor_001.txt"))[0].table
    by_state = table.group_by(pl.col("step_type").cast(pl.String)).agg(
        pl.col("current_mA").min().alias("least"), pl.col("current_mA").max().alias("most")
    )
    found = {word: (least, most) for word, least, most in by_state.iter_rows()}
    assert found["Discharge"] == pytest.approx((-10018.31, -499.89), abs=5)
    assert found["Charge"][0] > 0
    assert found["Charge"][1] == pytest.approx(1502.33, abs=0.01)
    assert found["Rest"] == (0, 0)


@pytest.mark.corpus
@pytest.mark.parametrize("keep", [300_000, 1_700_003, 3_000_001])
def test_a_cut_real_file_is_never_read_as_a_whole_one(keep: int):
    raw = corpus("cycler/maccor/maccor_001.txt").read_bytes()[:keep]
    assert code_of(READER, raw, "maccor_001.txt") == "truncated"


def test_a_table_without_cycle_numbers_is_still_of_maccor(tmp_path: Path):
    titles = "Rec#,Step,Test Time (sec),Step Time (sec),Amps,Volts,Amp-hr,State\n"
    rows = "1,1,0,0,0,3.5,0,R\n2,2,3600,3600,2,3.6,2,D\n"
    path = tmp_path / "cell.csv"
    path.write_text(titles + rows)
    result = registry.read(path, path.name)
    assert result.reader.name == "maccor"
    assert result.recordings[0].table["current_mA"].to_list() == [0, -2000]


def test_columns_may_stand_in_any_order():
    head, table = dialect_a().split(TITLES)[0], dialect_a()[len(dialect_a().split(TITLES)[0]) :]
    turned = "\n".join("\t".join(reversed(line.split("\t")[:12])) for line in table.strip().split("\n"))
    recording, straight = read(head + turned + "\n"), read(WRITTEN)
    assert recording.table["current_mA"].equals(straight.table["current_mA"])
    assert recording.table["end_status"].equals(straight.table["end_status"])


def test_a_header_that_a_spreadsheet_parted_by_semicolons_is_understood():
    assert read(dialect_a().replace("Tester Channel:\t12", "Tester Channel;12")).meta["channel"] == "12"


def test_two_lines_that_make_up_for_each_other_s_cells_are_not_taken_for_even():
    lines = dialect_a([row for _ in range(3) for row in ROWS]).split("\n")
    lines[6], lines[9] = lines[6].rpartition("\t")[0], lines[9] + "\t1"
    assert complaint("\n".join(lines).encode()).code == "damaged"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_every_kind_of_line_end_gives_one_table(end: str):
    assert read(dialect_a().replace("\n", end)).table.equals(read(WRITTEN).table)


def test_a_clock_without_a_date_begins_on_the_date_of_the_header():
    head = "Today's Date 04/14/2016  Date of Test:\t04/01/2016\t Filename:\tC:\\Data\\CELL-0007.001\n"
    titles = "Rec#\tCyc#\tStep\tTest (Min)\tStep (Min)\tAmp-hr\tWatt-hr\tAmps\tVolts\tState\tES\tDPt Time\n"
    rows = "1\t0\t1\t0\t0\t0\t0\t0\t3.3\tR\t0\t16:05:31\n2\t0\t1\t0.5\t0.5\t0\t0\t0\t3.4\tR\t129\t16:06:01\n"
    recording = read(head + titles + rows, "cell.001")
    assert recording.started_at == datetime(2016, 4, 1, 16, 5, 31)
    assert recording.table["time_s"].to_list() == [0, 30]
