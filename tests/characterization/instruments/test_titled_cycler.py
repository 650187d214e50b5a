"""The last resort: any table whose titles name time, voltage and current, and nothing that is another reader's."""

from datetime import datetime

import pytest
from hypothesis import given, settings

from characterization.instruments import registry
from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.titled_cycler import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

PLAIN = (
    "Test Time (s),Step Index,Cycle Index,Current (mA),Voltage (V),Charge Capacity (mAh),Discharge Capacity (mAh)\n"
    "0,1,1,0,3.0,0,0\n3600,2,1,1,3.5,1,0\n7200,3,1,-1,3.2,1,1\n"
)
RAW = PLAIN.encode()


def read(text: str | bytes, name: str = "cell.csv") -> Recording:
    found = outcome(READER, text.encode() if isinstance(text, str) else text, name)
    assert isinstance(found, list), found
    return found[0]


def complaint(text: str, name: str = "cell.csv") -> UnreadableFile:
    found = outcome(READER, text.encode(), name)
    assert isinstance(found, UnreadableFile)
    return found


@pytest.mark.parametrize(
    "titles",
    [
        "time/h,I/A,U/mV",
        "Time [h];I [A];U [mV]",
        "Zeit (h)\tStrom (A)\tSpannung (mV)",
        "时间/h,电流/A,电压/mV",
        "test_time_h,current_A,voltage_mV",
        "Program Duration#h,Current#A,Voltage#mV",
        "elapsed time(hours) , Cell Current (Amps) , Cell Voltage (mV)",
        "t(h)|I(A)|E(mV)",
    ],
)
def test_titles_of_every_spelling_give_one_table(titles: str):
    separator = next(mark for mark in "\t;|," if mark in titles)
    body = "0,0,3000\n1,0.5,3500\n2,-0.5,3200\n".replace(",", separator)
    table = read(f"made by a script\n{titles}\n{body}").table
    assert table.select("time_s", "current_mA", "voltage_V").rows() == [
        (0, 0, 3),
        (3600, 500, 3.5),
        (7200, -500, 3.2),
    ]


def test_units_may_stand_in_a_row_of_their_own():
    table = read("Time,Voltage,Current\ns,V,mA\n0,3.0,1\n10,3.1,2\n").table
    assert table.rows() == [(0, 3.0, 1), (10, 3.1, 2)]


def test_a_current_without_a_unit_waits_for_a_person():
    error = complaint("Time (s),Voltage,Current\n0,3.0,1\n10,3.1,2\n")
    assert error.code == "needs_mapping"
    assert error.columns == ["Time (s)", "Voltage", "Current"]


def test_a_time_without_a_unit_and_without_a_clock_waits_for_a_person():
    error = complaint("Time,Voltage (V),Current (A)\n0,3.0,1\n10,3.1,2\n")
    assert error.code == "needs_mapping"
    assert "names no unit of time" in error.message


def test_a_clock_alone_is_a_time_and_a_flag():
    recording = read(
        "Date Time;Voltage (V);Current (A)\n13.05.2024 10:00:00;3,0;0\n13.05.2024 10:01:00;3,1;0,5\n"
    )
    assert recording.table["time_s"].to_list() == [0, 60]
    assert recording.table["current_mA"].to_list() == [0, 500]
    assert recording.started_at == datetime(2024, 5, 13, 10)
    assert [flag.code for flag in recording.flags] == ["time_derived", "sign_not_stated"]


def test_step_times_alone_are_summed():
    text = (
        "Step,Step Time (s),Voltage (V),Current (mA)\n1,0,3,0\n1,60,3,0\n2,0,3.1,1\n2,30,3.2,1\n3,10,3.1,-1\n"
    )
    recording = read(text)
    assert recording.table["time_s"].to_list() == [0, 60, 60, 90, 100]
    assert recording.flags[0].code == "time_derived"


def test_a_current_that_counts_discharge_as_positive_is_turned_and_said():
    text = PLAIN.replace(",1,3.5,", ",-1,3.5,").replace(",-1,3.2,", ",1,3.2,")
    recording = read(text)
    assert recording.table["current_mA"].to_list() == [0, 1, -1]
    assert [flag.code for flag in recording.flags] == ["sign_reversed"]


def test_a_counter_of_the_total_throughput_becomes_one_per_direction():
    rows = "".join(f"{n * 60},{1 + n // 4},{(-1) ** (n // 4)},3.5,{n}\n" for n in range(12))
    table = read(
        f"Time (s),Step,Current (mA),Voltage (V),AhAccu (mAh)\n{rows}".replace("AhAccu", "Capacity")
    ).table
    assert table["charge_capacity_mAh"][-1] == 3 + 4
    assert table["discharge_capacity_mAh"][-1] == 4


@pytest.mark.parametrize(
    "titles",
    [
        "Frequency (Hz),Time (s),Voltage (V),Current (A)",
        "Time (s),Scan,WE(1).Potential (V),WE(1).Current (A)",
        "Time (s),Heater Voltage (V),Heater Current (A),Furnace (°C)",
        "2theta,intensity",
        "Time (s),Voltage (V)",
    ],
)
def test_what_is_another_readers_is_left_to_it(titles: str):
    row = ",".join("1" for _ in titles.split(","))
    assert complaint(f"{titles}\n{row}\n{row}\n").code == "not_this_format"


def test_rows_of_different_kinds_under_one_line_of_titles_are_left_to_others():
    layered = "".join(f"{n},0.5,1\n,1,Rest\n,,{n},0,3.0,1,0\n" for n in range(9))
    assert complaint(PLAIN + layered).code == "not_this_format"


def test_a_cut_row_is_truncated():
    assert code_of(READER, RAW[:-4], "cell.csv") == "truncated"


def test_it_never_takes_a_file_from_a_vendors_reader(tmp_path):
    path = tmp_path / "stored"
    path.write_text("test_time_second,voltage_volt,current_ampere\n0,3,0\n")
    assert registry.read(path, "cell.csv").reader.name == "bdf"
    path.write_text("Zeit (h);Strom (A);Spannung (V)\n0;0;3,0\n1;0,1;3,1\n")
    assert registry.read(path, "cell.csv").reader.name == "titled_cycler"
    assert READER.sniff(RAW, "cell.csv") == 1


@pytest.mark.corpus
def test_a_vendors_workbook_goes_to_its_vendors_reader():
    path = corpus("cycler/arbin/CS2_35_8_17_10.xlsx")
    result = registry.read(path, path.name)
    assert result.reader.name != "titled_cycler"
    assert READER.read(path)[0].table.height == result.recordings[0].table.height == 1091


@settings(max_examples=300, deadline=None)
@given(damaged(RAW))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.csv")


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name",
    ["DLR__LiLNMOHydra0b__20221125__POCV__25degC__Basytec", "SINTEF__LiGrR2032__2024-04-30__25degC__Landt"],
)
def test_converted_files_stay_with_the_exchange_format(name: str):
    path = corpus(f"cycler/bdf/{name}.bdf.csv")
    assert registry.candidates(path, path.name)[0].name == "bdf"


def test_units_in_brackets_in_a_row_of_their_own_below_a_digatron_head_are_read():
    recording = read(
        "\nMeasurement ID,557\nBattery Name,CELL-0007\n"
        "Time Stamp,Step,Status,Prog Time,Step Time,Cycle,Procedure,Voltage,Current,Temperature,Capacity,WhAccu,\n"
        ",,,,,,,[V],[A],[C],[Ah],[Wh],\n"
        "11/17/2018 5:08:07 PM,3,PAU,06:18:41.500,00:01:00.000,0,plan,3.4,0,38.1,0,0,\n"
        "11/17/2018 5:09:07 PM,4,DCH,06:19:41.500,00:01:00.000,0,plan,3.3,-3.0,38.2,-0.05,-0.2,\n"
    )
    table = recording.table
    assert table["time_s"].to_list() == [22721.5, 22781.5]
    assert table["current_mA"].to_list() == [0, -3000]
    assert table["temperature_degC"].to_list() == [38.1, 38.2]
    assert table["step_capacity_mAh"].to_list() == [0, 50]
    assert recording.started_at == datetime(2018, 11, 17, 17, 8, 7)


def test_a_comma_may_part_a_title_from_its_unit():
    table = read("Time,s;I,A;E,J;U,V\n0;0,0;0,0;3,4\n1;-0,5;3,6;3,5\n").table
    assert table.select("time_s", "voltage_V", "current_mA", "e_mWh").rows() == [
        (0, 3.4, 0, 0),
        (1, 3.5, -500, 1),
    ]


def test_names_without_brackets_keep_their_units_and_their_clock():
    table = read(
        "Record_number,Current_mA_,Voltage_V_,Relative_Time_h_min_s_ms_\n1,5,3.4,00:00:00.000\n2,5,3.5,01:00:01.500\n"
    ).table
    assert table["step_time_s"].to_list() == [0, 3601.5]
    assert table["current_mA"].to_list() == [5, 5]


def test_shortened_titles_of_a_total_time_and_of_both_capacities_are_known():
    table = read(
        "DataSequence,StepNo,Type,StepTime(H:M:S),TotTime(H:M:S),Voltage(V),Current(A),Capacity(Ah),CurCycle,TotCycle,"
        "Char. Cap.(Ah),Dischar. Cap.(Ah)\n"
        "1,1,Rest,00:00:00,10:00:00,3.4,0,0,1,7,0.2,0\n2,2,Discharge,01:00:00,11:00:00,3.3,0.5,0.5,1,7,0.2,0.5\n"
    ).table
    assert table["time_s"].to_list() == [36000, 39600]
    assert table["current_mA"].to_list() == [0, -500]
    assert table["charge_capacity_mAh"].to_list() == [200, 200]
    assert table["discharge_capacity_mAh"].to_list() == [0, 500]
    assert table["vendor_cycle"].to_list() == [7, 7]


def test_a_temperature_in_c_without_brackets_is_in_degrees():
    table = read("Time_s,Voltage_V,Current_A,Cell_Temperature_C\n0,3.0,1,25\n1,3.1,1,26\n").table
    assert table["cell_temperature_degC"].to_list() == [25, 26]
