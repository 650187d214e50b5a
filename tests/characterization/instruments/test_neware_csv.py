"""Neware's text exports: flat in two languages and many units, and in three layers with the vendor's own summary."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.analysis.base import Conditions
from characterization.analysis.methods.cycling import METHOD
from characterization.instruments import registry
from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.cycling import flag_counters
from characterization.instruments.formats import neware
from characterization.instruments.formats.neware_csv import READER
from tests.characterization.instruments.mutations import damaged, keeps_its_promise, largest, outcome
from tests.corpus import corpus

BTSDA = (
    "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(A),Voltage(V),Capacity(Ah),Chg. Cap.(Ah),Date,"
    "Contact resistance(mO),T1(?)"
)
CHINESE = (
    "数据序号,循环号,工步号,工步类型,时间,总时间,电流(A),电压(V),容量(Ah),充电容量(Ah),绝对时间,"
    "接触电阻(mΩ),T1(℃)"
)
MICRO = BTSDA.replace("(A)", "(µA)").replace("(V)", "(mV)").replace("(Ah)", "(mAs)")
BTS7 = (
    "Record ID,Cycle ID,Step ID,Step Name,Time(h:min:s.ms),Current(mA),Voltage(V),Capacity(mAh),Realtime,"
    "Temperature(C)"
)
STEPS = [("Rest", 0.0), ("CC Chg", 1.0), ("Rest", 0.0), ("CC DChg", -1.0)]
IN_CHINESE = {"Rest": "静置", "CC Chg": "恒流充电", "CC DChg": "恒流放电"}
START = datetime(2025, 6, 17, 9, 26, 39)


def hms(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{round(seconds % 1 * 1000):03}"


def records(cycles: int = 2, points: int = 5) -> list[tuple[int, int, int, str, float, float, float, float]]:
    """(point, cycle, step, type, s in step, s in test, mA, mAh in step): 10 h at 1 mA, so 10 mAh a step."""
    found, point, total = [], 0, 0.0
    for cycle in range(1, cycles + 1):
        for step, (kind, current) in enumerate(STEPS, 1):
            for k in range(points):
                point += 1
                passed = k * 36000 / (points - 1)
                found.append(
                    (point, cycle, step, kind, passed, total + passed, current, abs(current) * passed / 3600)
                )
            total += 36000
    return found


def export(
    heads: str = BTSDA, a: float = 1e-3, v: float = 1.0, ah: float = 1e-3, chinese: bool = False
) -> str:
    lines = [heads]
    for point, cycle, step, kind, passed, total, current, filled in records():
        word = IN_CHINESE[kind] if chinese else kind
        clock = (START + timedelta(seconds=total)).isoformat(" ", "milliseconds")
        charged = filled if current > 0 else 0.0
        lines.append(
            f"{point},{cycle},{step},{word},{hms(passed)},{hms(total)},{current * a:.8g},{3.5 * v},{filled * ah:.8g},"
            f"{charged * ah:.8g},{clock},0,25.1"
        )
    return "\n".join(lines) + "\n"


WRITTEN = export().encode()


def read(raw: str | bytes, name: str = "cell.csv") -> Recording:
    found = outcome(READER, raw.encode() if isinstance(raw, str) else raw, name)
    assert isinstance(found, list), found
    return found[0]


def complaint(raw: str, name: str = "cell.csv") -> UnreadableFile:
    found = outcome(READER, raw.encode(), name)
    assert isinstance(found, UnreadableFile)
    return found


def assert_it_is_the_test(table: pl.DataFrame) -> None:
    assert table.height == 40
    assert table["time_s"][-1] == 8 * 36000
    assert table["current_mA"].to_list() == pytest.approx([row[6] for row in records()])
    assert table["voltage_V"].to_list() == pytest.approx([3.5] * 40)
    assert table["step_capacity_mAh"].to_list() == pytest.approx([row[7] for row in records()])
    assert table["step"].to_list() == [1 + place // 5 for place in range(40)]
    assert table["vendor_cycle"].to_list() == [1] * 20 + [2] * 20
    assert table["step_type"].to_list() == [row[3] for row in records()]


def test_units_are_those_of_the_heads():
    assert_it_is_the_test(read(export()).table)
    micro = read(export(MICRO, a=1e3, v=1e3, ah=3600).encode("cp1252"))
    assert_it_is_the_test(micro.table)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-8", "utf-16"])
def test_chinese_heads_and_step_types_are_read_in_every_encoding(encoding: str):
    recording = read(export(CHINESE, chinese=True).encode(encoding))
    assert_it_is_the_test(recording.table)
    assert recording.table["aux1_temperature_degC"].to_list() == pytest.approx([25.1] * 40)


def test_trap_7_the_start_is_local_and_has_no_zone():
    recording = read(export())
    assert recording.started_at == START
    assert recording.table["clock_s"][-1] == pytest.approx(8 * 36000)


def test_a_temperature_whose_sign_the_code_page_lost_is_one():
    assert read(export()).table["aux1_temperature_degC"][0] == pytest.approx(25.1)


def test_a_resistance_that_was_never_measured_is_left_out_and_named():
    assert read(export()).meta["columns_never_measured"] == ["contact_resistance_ohm"]


def test_semicolons_with_decimal_commas_are_read():
    text = export().replace(",", ";").replace(".", ",").replace("Cap,", "Cap.")
    assert_it_is_the_test(read(text.replace("Chg, Cap,", "Chg. Cap.")).table)


def bts7(unsigned: bool = False) -> str:
    lines = [BTS7]
    for point, cycle, step, kind, passed, total, current, filled in records():
        shown, clock = abs(current) if unsigned else current, START + timedelta(seconds=total)
        lines.append(f"{point},{cycle},{step},{kind},{hms(passed)},{shown},3.5,{filled:.6f},{clock},25")
    return "\n".join(lines) + "\n"


def test_without_a_test_time_the_steps_are_laid_behind_each_other_and_that_is_said():
    recording = read(bts7())
    assert_it_is_the_test(recording.table)
    assert [flag.code for flag in recording.flags] == ["time_summed"]


def test_currents_without_a_sign_take_it_from_the_step_type_and_that_is_said():
    recording = read(bts7(unsigned=True))
    assert_it_is_the_test(recording.table)
    assert "sign_from_step_type" in {flag.code for flag in recording.flags}


def test_times_with_days_are_read():
    text = export().replace("80:00:00.000", "3-08:00:00.000")
    assert read(text).table["time_s"][-1] == 8 * 36000


def test_trap_12_no_row_is_added_or_dropped_where_times_stand_twice():
    """Each step begins at the time at which the one before it ended: 7 times stand twice."""
    table = read(export()).table
    assert table.height - table["time_s"].n_unique() == 7


def test_a_comma_at_the_end_of_every_line_makes_no_column():
    assert_it_is_the_test(read(export().replace("\n", ",\n")).table)


def test_a_cut_last_line_is_truncated():
    assert complaint(export()[:-40]).code == "truncated"


def test_the_summary_alone_is_not_taken_for_records():
    text = "Cycle Index,Chg. Cap.(Ah),DChg. Cap.(Ah),Chg. Time,DChg. Time\n1,0.1,0.2,01:00:00,02:00:00\n"
    assert complaint(text).code == "unsupported"


def test_another_table_is_not_this_format():
    assert complaint("two theta,counts\n10,3\n").code == "not_this_format"


CYCLE_HEADS = "Cycle Index,Chg. Cap.(Ah),DChg. Cap.(Ah),Chg. Time,DChg. Time"
STEP_HEADS = ",Step Index,Step Number,Step Type,Step Time,Capacity(Ah),End Voltage(V)"
RECORD_HEADS = ",,DataPoint,Time,Total Time,Current(A),Voltage(V),Capacity(Ah),Date"


def layered(cycles: int = 2) -> str:
    """The same test in three layers: the first cycle's line runs on into its first step's."""
    lines = [CYCLE_HEADS, STEP_HEADS, RECORD_HEADS]
    number = 0
    for cycle in range(1, cycles + 1):
        line = f"{cycle},0.01,0.01,10:00:00,10:00:00"
        for step, (kind, current) in enumerate(STEPS, 1):
            number += 1
            own = f"{step},{number},{kind},10:00:00,{0.01 * abs(current)},3.5"
            if step > 1:
                lines.append(f",{own}")
            elif cycle == 1:
                lines.append(f"{line},{own}")
            else:
                lines += [line, f",{own}"]
            for row in records():
                if (row[1], row[2]) == (cycle, step):
                    clock = (START + timedelta(seconds=row[5])).isoformat(" ")
                    lines.append(
                        f",,{row[0]},{hms(row[4])},{hms(row[5])},{row[6] * 1e-3},3.5,{row[7] * 1e-3:.9f},{clock}"
                    )
    return "\n".join(lines) + "\n"


LAYERED = layered().encode()


def test_trap_16_three_layers_give_the_records_and_keep_the_vendors_summary():
    recording = read(LAYERED)
    assert_it_is_the_test(recording.table)
    assert recording.flags == []
    assert recording.meta["vendor_cycles"] == [
        {"cycle": number, "charge_capacity_mAh": 10.0, "discharge_capacity_mAh": 10.0} for number in (1, 2)
    ]


def test_trap_16_a_summary_that_differs_from_its_records_is_flagged():
    text = LAYERED.decode().replace("1,0.01,0.01,10", "1,0.02,0.01,10", 1)
    flags = read(text).flags
    assert [flag.code for flag in flags] == ["summary_differs"]
    assert "first of 1" in flags[0].message


def test_trap_16_a_layered_file_that_ends_inside_a_step_is_truncated():
    error = complaint("".join(LAYERED.decode().splitlines(keepends=True)[:-2]))
    assert error.code == "truncated"
    assert "should run for 36,000 s, its records end after 18,000 s" in error.message


def test_trap_16_a_layered_file_that_ends_between_two_steps_is_truncated():
    error = complaint("".join(LAYERED.decode().splitlines(keepends=True)[:-6]))
    assert error.code == "truncated"
    assert (
        "should hold 10 mAh of charge and 10 mAh of discharge, its records hold 10 and 0 mAh" in error.message
    )


@settings(max_examples=180, deadline=None)
@given(damaged(WRITTEN))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.csv")


@settings(max_examples=120, deadline=None)
@given(damaged(LAYERED))
def test_damage_to_a_layered_file_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.csv")


@settings(max_examples=60, deadline=None)
@given(st.integers(len("\n".join([CYCLE_HEADS, STEP_HEADS, RECORD_HEADS])) + 2, len(LAYERED) - 24))
def test_a_layered_file_cut_anywhere_is_refused(keep: int):
    """The lines of steps and cycles say how far their records go; a whole first cycle is a whole file."""
    found = outcome(READER, LAYERED[:keep], "cell.csv")
    if isinstance(found, UnreadableFile):
        assert found.code in {"truncated", "empty", "damaged"}
    else:
        assert found[0].table.height == 20
        assert found[0].table["step_capacity_mAh"].max() == pytest.approx(10.0)


@pytest.mark.corpus
def test_trap_12_the_csv_of_a_test_equals_its_ndax_row_for_row():
    """333 records; the csv writes mV to one decimal, and local time one hour ahead of UTC."""
    theirs = READER.read(corpus("cycler/neware/interp-test.csv"))[0]
    ours = neware.READER.read(corpus("cycler/neware/interp-test.ndax"))[0]
    assert theirs.table.height == ours.table.height == 333
    for column, most in (
        ("voltage_V", 5.1e-5),
        ("current_mA", 0.0),
        ("step_capacity_mAh", 0.0),
        ("time_s", 1e-6),
    ):
        assert largest(theirs.table[column] - ours.table[column]) <= most
    assert theirs.table["step"].to_list() == ours.table["step"].to_list()
    assert theirs.table["step_type"].to_list() == ours.table["step_type"].cast(pl.String).to_list()


@pytest.mark.corpus
def test_trap_7_the_csv_says_local_time_where_the_ndax_says_utc():
    theirs = READER.read(corpus("cycler/neware/interp-test.csv"))[0].started_at
    ours = neware.READER.read(corpus("cycler/neware/interp-test.ndax"))[0].started_at
    assert theirs is not None and ours is not None
    assert theirs == datetime(2025, 6, 17, 9, 26, 39, 383000)
    assert abs((theirs.replace(tzinfo=UTC) - ours).total_seconds() - 3600) < 1e-3


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "rows"),
    [("interp-test.csv", 333), ("neware_uio.csv", 9065), ("nw_regular_export_ife_example.csv", 9295)],
)
def test_the_corpus_files_keep_their_rows(name: str, rows: int):
    found = registry.read(corpus(f"cycler/neware/{name}"), name)
    assert (found.reader.name, found.recordings[0].table.height) == ("neware_csv", rows)


@pytest.mark.corpus
def test_trap_16_the_layered_corpus_file_agrees_with_the_vendors_twenty_cycles():
    """The summary has five decimals of Ah: 0.005 mAh. Cycle 1: 22.56 and 330.67 mAh."""
    recording = READER.read(corpus("cycler/neware/nw_regular_export_ife_example.csv"))[0]
    vendor = pl.DataFrame(recording.meta["vendor_cycles"])
    cycles = METHOD.compute(recording, Conditions()).tables["cycles"]
    assert vendor.height == cycles.height == 20
    assert (vendor["charge_capacity_mAh"][0], vendor["discharge_capacity_mAh"][0]) == pytest.approx(
        (22.56, 330.67)
    )
    for column in ("charge_capacity_mAh", "discharge_capacity_mAh"):
        assert largest(cycles[column] - vendor[column]) < 5.1e-3
    assert recording.flags == []


@pytest.mark.corpus
def test_the_steps_of_an_export_end_with_the_capacity_that_the_vendor_counts():
    """The three discharges of the first cycle: 4.68031 + 0.28183 + 0.12414 mAh."""
    recording = READER.read(corpus("cycler/neware/neware_uio.csv"))[0]
    cycles = METHOD.compute(recording, Conditions()).tables["cycles"]
    assert cycles["discharge_capacity_mAh"][0] == pytest.approx(5.08628, abs=1e-4)
    assert cycles["charge_capacity_mAh"][0] == pytest.approx(4.24934, abs=1e-4)


@pytest.mark.parametrize("end", ["\n\n\n", "\r\n\r\n"])
def test_blank_lines_at_the_end_are_no_rows(end: str):
    recording = read(export() + end)
    assert_it_is_the_test(recording.table)
    assert not recording.flags


def test_a_counter_that_restarts_in_a_row_without_a_time_is_said():
    table = pl.DataFrame(
        {"time_s": [0.0, 1.0, None], "step": [1, 1, 1], "step_capacity_mAh": [0.0, 5.0, 0.1]}
    )
    recording = Recording(Technique.CYCLING, table)
    flag_counters(recording, "step_capacity_mAh")
    assert "a row without a time" in recording.flags[0].message
