"""Logs of furnaces and freeze-dryers: every way to write them, and nothing else taken for one."""

import zipfile
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments import registry
from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.process_log import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome

MINUTES = range(40)
DEGREES = [25 + 5.0 * minute for minute in MINUTES]
STARTED = datetime(2026, 11, 12, 8, 30)
PLAIN = "Time (min),Temperature (°C)\n" + "".join(
    f"{m},{d:.1f}\n" for m, d in zip(MINUTES, DEGREES, strict=True)
)


def read(text: str | bytes, name: str = "furnace.csv") -> Recording:
    found = outcome(READER, text.encode() if isinstance(text, str) else text, name)
    assert isinstance(found, list), found
    return found[0]


def complaint(text: str | bytes, name: str = "furnace.csv") -> UnreadableFile:
    found = outcome(READER, text.encode() if isinstance(text, str) else text, name)
    assert isinstance(found, UnreadableFile), found
    return found


def column(recording: Recording, name: str) -> list[float]:
    return list(recording.table[name])


def is_the_log(recording: Recording) -> bool:
    seconds = [60.0 * minute for minute in MINUTES]
    right = column(recording, "time_s") == pytest.approx(seconds)
    return right and column(recording, "temperature_degC") == pytest.approx(DEGREES, abs=0.01)


def flags(recording: Recording) -> list[str]:
    return [flag.code for flag in recording.flags]


def table(head: str, times: list[str], *, separator: str = ",", decimal: str = ".") -> str:
    rows = [f"{t}{separator}{d:.1f}".replace(".", decimal) if decimal != "." else f"{t}{separator}{d:.1f}"
            for t, d in zip(times, DEGREES, strict=True)]  # fmt: skip
    return "\n".join([head, *rows]) + "\n"


def clock(form: str) -> list[str]:
    return [(STARTED + timedelta(minutes=minute)).strftime(form) for minute in MINUTES]


def book(rows: list[Any], title: str = "Log") -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def test_minutes_and_degrees_are_a_log():
    recording = read(PLAIN)
    assert is_the_log(recording)
    assert recording.technique == "log"
    assert recording.started_at is None
    assert recording.meta["interval_s"] == 60


@pytest.mark.parametrize(
    ("head", "factor"),
    [("Time (s)", 60), ("Zeit [min]", 1), ("t / h", 1 / 60), ("时间(min)", 1), ("Elapsed time, s", 60)],
)
def test_a_counter_is_read_in_its_unit(head: str, factor: float):
    text = table(f"{head};PV (°C)", [f"{m * factor:.6f}" for m in MINUTES], separator=";")
    assert column(read(text), "time_s") == pytest.approx([60.0 * m for m in MINUTES], abs=0.01)


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M",
     "%Y年%m月%d日 %H时%M分%S秒", "%Y-%m-%dT%H:%M:%S.000"],
)  # fmt: skip
def test_a_date_with_a_time_says_when_it_began(form: str):
    recording = read(table("Timestamp;Temperatur", clock(form), separator=";"))
    assert is_the_log(recording)
    assert recording.started_at in (STARTED, datetime(2026, 12, 11, 8, 30))


def test_a_zone_in_the_file_is_kept():
    recording = read(table("Timestamp,Temperature", clock("%Y-%m-%dT%H:%M:%S+01:00")))
    assert recording.started_at is not None
    assert recording.started_at.astimezone(UTC).hour == 7


def test_date_and_time_in_two_columns_belong_together():
    rows = [f"{stamp},{d:.1f}" for stamp, d in zip(clock("%d.%m.%Y,%H:%M:%S"), DEGREES, strict=True)]
    recording = read("\n".join(["Datum,Uhrzeit,Ist", *rows]) + "\n")
    assert is_the_log(recording)
    assert recording.started_at == STARTED


def test_slashed_days_are_read_the_way_in_which_they_follow_each_other():
    night = [datetime(2026, 5, 6, 23, 30) + timedelta(minutes=minute) for minute in MINUTES]
    recording = read(table("Time,PV", [moment.strftime("%d/%m/%Y %H:%M") for moment in night]))
    assert is_the_log(recording)
    assert recording.started_at == night[0]


@pytest.mark.parametrize("form", ["%H:%M:%S", "%H:%M"])
def test_a_clock_without_a_date_passes_midnight(form: str):
    night = [datetime(2026, 5, 6, 23, 45) + timedelta(minutes=minute) for minute in MINUTES]
    recording = read(table("时间,温度", [moment.strftime(form) for moment in night]))
    assert is_the_log(recording)
    assert recording.started_at is None
    assert "midnight" in flags(recording)


def test_hours_of_a_test_may_be_more_than_a_day():
    text = table("Elapsed (h:mm:ss),PV", [f"{23 + (m + 30) // 60}:{(m + 30) % 60:02d}:00" for m in MINUTES])
    assert is_the_log(read(text))


def test_a_clock_that_is_set_back_goes_on_and_is_told():
    moments = [STARTED + timedelta(minutes=m - (60 if m >= 20 else 0)) for m in MINUTES]
    recording = read(table("Time,PV", [moment.strftime("%Y-%m-%d %H:%M:%S") for moment in moments]))
    assert is_the_log(recording)
    told = next(flag.message for flag in recording.flags if flag.code == "clock_set_back")
    assert told.startswith("The clock goes back by 59 min at row 21;")


def test_times_that_stand_twice_are_kept_and_told():
    recording = read(table("Time (min),PV", [str(m // 2) for m in MINUTES]))
    assert recording.table.height == 40
    assert recording.flags[-1].message == "20 rows have the same time as the row before."


def test_a_gap_is_told_with_its_length_and_place():
    recording = read(table("Time (min),PV", [str(m + (90 if m >= 10 else 0)) for m in MINUTES]))
    told = next(flag.message for flag in recording.flags if flag.code == "gap")
    assert told == "Nothing was logged for 1 h 31 min from 9 min on."


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_chinese_heads_are_read_in_every_encoding(encoding: str):
    text = table("时间(min);炉温(℃);设定温度(℃)", [str(m) for m in MINUTES], separator=";")
    recording = read(text.replace(".0\n", ".0;700\n").encode(encoding))
    assert is_the_log(recording)
    assert set(column(recording, "setpoint_degC")) == {700.0}


def test_german_heads_with_decimal_commas_are_read_in_the_western_code_page():
    text = table("Zeit [min];Isttemperatur [°C]", [str(m) for m in MINUTES], separator=";", decimal=",")
    recording = read(("Ofen: Röhre 3\r\n" + text.replace("\n", "\r\n")).encode("cp1252"))
    assert is_the_log(recording)
    assert recording.title == "Ofen: Röhre 3"


def test_units_become_those_of_the_house():
    text = "Time (s),T1 (K),Pressure (mbar),Ar (L/h),N2 flow (sccm)\n0,300.15,1,6,5\n1,301.15,2,6,5\n"
    assert read(text).table.row(0) == pytest.approx((0.0, 27.0, 100.0, 100.0, 5.0))
    assert read(text).table.columns[3:] == ["flow_mL_per_min", "flow_2_mL_per_min"]
    assert read(text).unit("flow_mL_per_min") == "mL/min"


@pytest.mark.parametrize(
    ("unit", "pascal"),
    [("Pa", 1), ("mbar", 100), ("Torr", 133.3224), ("mTorr", 0.1333224), ("MPa", 1e6), ("mPa", 1e-3)],
)
def test_pressures_are_told_by_their_unit_and_its_capitals(unit: str, pascal: float):
    text = f"Time (s);Pressure ({unit})\n0;2\n1;2\n"
    assert column(read(text), "pressure_Pa") == pytest.approx([2 * pascal] * 2, rel=1e-6)


def test_units_may_stand_in_a_row_of_their_own():
    recording = read("Zeit;Temperatur;Druck\nmin;K;Torr\n0;300;1\n1;301;1\n")
    assert recording.table.row(1) == pytest.approx((60.0, 27.85, 133.322368))


def test_several_thermocouples_are_numbered_and_named():
    recording = read("Time (s),TC1 (°C),TC2 (°C),SV\n0,25,24,30\n1,26,25,30\n")
    assert recording.table.columns == ["time_s", "temperature_degC", "temperature_2_degC", "setpoint_degC"]
    assert recording.meta["columns_in_file"]["temperature_2_degC"] == "TC2 (°C)"


def test_heads_that_come_again_are_left_out():
    lines = PLAIN.splitlines()
    recording = read("\n".join([*lines[:20], lines[0], *lines[20:]]) + "\n")
    assert is_the_log(recording)
    assert "heads_again" in flags(recording)


def test_lines_above_the_table_are_kept_as_hints():
    recording = read("Program: CR-0007 pyrolysis\nStart: 12.11.2026 08:30:00\n\n" + PLAIN)
    assert recording.sample_hints[0] == "Program: CR-0007 pyrolysis"
    assert recording.started_at == STARTED


def test_missing_and_impossible_values_are_left_out_and_told():
    text = "Time (s),PV\n0,25\n1,---\n2,\n3,9999\n4,29\n5,n/a\n"
    recording = read(text)
    assert column(recording, "temperature_degC") == [25, None, None, None, 29, None]
    assert flags(recording) == ["values_impossible"]


def test_a_pressure_without_a_unit_is_left_out_and_told():
    recording = read("Time (s),PV,Vacuum\n0,25,9\n1,26,9\n")
    assert recording.table.columns == ["time_s", "temperature_degC"]
    assert recording.flags[0].message == "Vacuum names no unit and is left out."


def test_a_time_without_a_unit_waits_for_a_person():
    error = complaint("Time,Temperature (°C)\n0,25\n10,26\n20,27\n")
    assert (error.code, error.columns) == ("needs_mapping", ["Time", "Temperature (°C)"])
    assert "does not say in which unit" in error.message


def test_a_workbook_with_dates_is_read():
    rows = [[STARTED + timedelta(minutes=m), d, 700] for m, d in zip(MINUTES, DEGREES, strict=True)]
    recording = read(book([["Ofenlauf CR-0007"], [], ["Zeit", "Ist (°C)", "Soll (°C)"], *rows]), "log.xlsx")
    assert is_the_log(recording)
    assert recording.started_at == STARTED
    assert recording.sample_hints[0] == "Ofenlauf CR-0007"


def test_a_workbook_with_clock_times_and_spans_is_read():
    for first in (time(0, 30), timedelta(hours=30)):
        base = timedelta(hours=first.hour, minutes=first.minute) if isinstance(first, time) else first
        cells = [base + timedelta(minutes=m) for m in MINUTES]
        rows = [[(datetime.min + one).time() if isinstance(first, time) else one, d]
                for one, d in zip(cells, DEGREES, strict=True)]  # fmt: skip
        assert is_the_log(read(book([["时间", "温度(℃)"], *rows]), "log.xlsx"))


def test_serial_numbers_of_a_spreadsheet_are_dates():
    serial = [46338 + (8.5 * 60 + m) / 1440 for m in MINUTES]
    recording = read(table("Time,PV", [f"{one:.8f}" for one in serial]).replace(",", ";"))
    assert recording.table.height == 40


def test_a_workbook_without_a_log_is_of_another_format():
    assert complaint(book([["Name", "Mass"], ["a", 1]]), "list.xlsx").code == "not_this_format"


def test_a_workbook_with_a_cell_in_its_last_corner_is_refused_before_it_is_spread_out():
    made = BytesIO(book([["Time (s)", "PV"], [0, 25], [1, 26]]))
    out = BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            if name.startswith("xl/worksheets/"):
                raw = raw.replace(
                    b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
            new.writestr(name, raw)
    assert complaint(out.getvalue(), "log.xlsx").code == "hostile"


def test_a_zip_bomb_is_not_unpacked():
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("xl/workbook.xml", b" " * (80 * 1024**2))
    assert complaint(out.getvalue(), "log.xlsx").code == "hostile"


def test_a_row_that_is_cut_is_refused():
    error = complaint("Time (s),PV,SV\n0,25,30\n1,26,30\n2,27")
    assert error.message == "furnace.csv ends in the middle of row 3."


def test_a_table_of_words_is_damaged():
    text = "Time (s),PV\n" + "".join(f"{second},warm\n" for second in range(30)) + "30,25\n"
    assert complaint(text).message.startswith("furnace.csv: 30 of 31 cells of ‘PV’ are no numbers.")


@pytest.mark.parametrize("name", ["upload", "CR-0007.txt", "log.tsv", "scan.xy", "upload.nda"])
def test_what_it_holds_counts_more_than_its_name(tmp_path, name: str):
    path = tmp_path / "stored"
    path.write_text(PLAIN)
    assert registry.read(path, name).reader.name == "process_log"


@pytest.mark.parametrize(
    "text",
    [
        "Time (s),Voltage (V),Current (A),Temperature (°C)\n0,3.7,0.1,25\n1,3.7,0.1,25\n",
        "Test Time / s,Voltage / V,Current / A,Ambient Temperature / degC\n0,3.7,0.1,25\n",
        "Temperature (°C),Time (min),Weight (mg)\n25,0,10\n26,1,10\n",
        "Elapsed time (min),Pressure (mmHg),Quantity adsorbed (cm3/g)\n0,1,2\n1,2,3\n",
        "2theta (deg),Intensity,Temperature,Time (s)\n10,100,25,0\n11,100,25,1\n",
        "Time (s),Sample\n0,a\n1,b\n",
    ],
)
def test_tables_of_other_instruments_are_left_to_them(text: str):
    assert READER.sniff(text.encode(), "upload.csv") == 0
    assert code_of(READER, text.encode(), "upload.csv") == "not_this_format"


FULL = (
    "Furnace 3\nDate;Time;PV (°C);SV (°C);N2 (mL/min)\n"
    + "".join(f"12.11.2026;08:{m:02d}:00;{d:.1f};700;100\n" for m, d in zip(MINUTES, DEGREES, strict=True))
).encode()
BOOK = book([["Time (min)", "PV (°C)"], *([m, d] for m, d in zip(MINUTES, DEGREES, strict=True))])


@settings(max_examples=200, deadline=None)
@given(damaged(FULL))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "furnace.csv")


@settings(max_examples=100, deadline=None)
@given(damaged(BOOK))
def test_a_damaged_workbook_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "furnace.xlsx")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-200, 1500, allow_nan=False), min_size=2, max_size=60),
    st.integers(1, 3600),
    st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", ",")]),
)
def test_what_is_written_is_read_back(degrees: list[float], step_s: int, marks: tuple[str, str]):
    separator, decimal = marks
    rows = [
        f"{row * step_s}{separator}{value:.3f}".replace(".", decimal) for row, value in enumerate(degrees)
    ]
    recording = read("\n".join([f"Time (s){separator}Temp. (°C)", *rows]) + "\n")
    assert column(recording, "time_s") == [row * step_s for row in range(len(degrees))]
    assert column(recording, "temperature_degC") == pytest.approx(degrees, abs=0.0006)


@pytest.mark.parametrize(
    "text", ["a;" * 200_000, "Time (s),PV\n" + "1," * 200_000, ":" * 300_000, "1.1.1," * 90_000]
)
def test_long_odd_lines_cost_no_more_than_reading_them(text: str):
    keeps_its_promise(READER, text.encode(), "upload.txt")


def test_a_week_in_seconds_is_read_quickly():
    text = "Time (s),PV (°C),SV (°C)\n" + "".join(f"{s},{25 + s % 700}.5,700\n" for s in range(200_000))
    assert read(text).table.height == 200_000
