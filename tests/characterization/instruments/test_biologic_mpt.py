"""BioLogic text exports: encodings, line ends, decimal commas, headers of all lengths, and no cut file as a whole
one."""

import re
from datetime import datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.biologic_columns import Column, parse_title
from characterization.instruments.formats.biologic_mpt import READER
from tests.characterization.instruments.biologic_written import (
    EIS_ROWS,
    EIS_TITLES,
    GCPL_ROWS,
    GCPL_TITLES,
    HEADER,
    mpt,
    number,
    rows_of,
)  # fmt: skip
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome

TEXT = mpt()
GCPL = TEXT.replace("\n", "\r\n").encode("cp1252")


def read(raw: bytes | str, name: str = "cell.mpt") -> list[Recording]:
    found = outcome(READER, raw.encode() if isinstance(raw, str) else raw, name)
    assert isinstance(found, list), found
    return found


def complaint(raw: bytes | str) -> UnreadableFile:
    found = outcome(READER, raw.encode() if isinstance(raw, str) else raw, "cell.mpt")
    assert isinstance(found, UnreadableFile)
    return found


def codes(recording: Recording) -> list[str]:
    return [flag.code for flag in recording.flags]


def test_it_reads_cycling_in_our_units():
    table = read(GCPL)[0].table
    assert table["time_s"].to_list() == [30, 40, 76, 112, 148, 184]
    assert table["voltage_V"].to_list() == [3.0, 3.5, 3.75, 4.0, 3.75, 3.5]
    assert table["current_mA"].to_list() == [0, 0, 2, 1, -1, -2]
    assert table["charge_capacity_mAh"].to_list() == pytest.approx([0, 0, 0.02, 0.03, 0.03, 0.03])
    assert table["discharge_capacity_mAh"].to_list() == pytest.approx([0, 0, 0, 0, 0.01, 0.03])
    assert table["temperature_degC"].to_list() == [25, 25, 25, 25.5, 25, 25]
    assert table["vendor_cycle"].to_list() == [0] * 6
    assert table["step"].to_list() == [1, 2, 2, 3, 4, 4]


COMMA = re.sub(r"(?<!:\d\d)(?<=\d)\.(?=\d)", ",", TEXT)
"""As EC-Lab writes it on a German computer: dates keep their point."""


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode("cp1252"), TEXT.encode(), TEXT.encode("utf-8-sig"), TEXT.encode("utf-16"),
        (TEXT + "\n").encode("cp1252"), (TEXT.replace("\n", "\r\n") + "\r\n\r\n").encode("cp1252"),
        TEXT.replace("°", "\ufffd").encode(), mpt(behind="").encode(), mpt(behind="\t Ewe-Ece/V").encode(),
        "\t\n".join(TEXT.rsplit("\n", 6)[:1] + TEXT.rsplit("\n", 6)[1:]).encode(),
        TEXT.replace("\n", "\r").encode(), b"\r\n\r\n" + TEXT.encode(),
    ],
    ids=["lf", "utf-8", "mark", "utf-16", "ended", "crlf", "resaved", "no tab", "surplus title", "tabs behind rows",
         "cr", "blank lines above"],
)  # fmt: skip
def test_encodings_line_ends_and_trailing_tabs_make_no_difference(raw: bytes):
    assert read(raw)[0].table.equals(read(GCPL)[0].table)


def test_a_decimal_comma_is_read_in_rows_and_header():
    recording = read(COMMA.encode("cp1252"))[0]
    assert recording.table.equals(read(GCPL)[0].table)
    assert recording.meta["active_mass_mg"] == 12.5
    assert recording.meta["scan_rate_mV_per_s"] == 50
    assert recording.started_at == datetime(2025, 5, 28, 14, 23, 16, 145000)


def test_it_hands_on_what_the_header_says_and_nothing_personal():
    recording = read(GCPL)[0]
    wanted = {
        "technique": "Galvanostatic Cycling with Potential Limitation", "active_mass_mg": 12.5,
        "electrode_area_cm2": 0.785, "battery_capacity_mAh": 1.8, "channel": "8", "channel_serial": "21637",
        "device": "VMP3", "device_serial": "0858", "technique_started_at": "2025-05-28T14:23:46.145000",
    }  # fmt: skip
    assert {key: recording.meta[key] for key in wanted} == wanted
    assert recording.sample_hints == ("CELL-7\nat 60 °C", "LCO", "CELL-7_02_GCPL_C08")
    assert recording.meta["settings"][1] == ["Set I/C", "I", "I", ""]
    assert not any(word in str(recording.meta) for word in ("alice", "192.0.2", "C:\\"))


@pytest.mark.parametrize(
    ("words", "month"),
    [
        ("05/28/2025 14:23:16", 5),
        ("28/05/2025 14:23:16", 5),
        ("03.04.2025 14:23:16", 3),
        ("05.20.2022 14:23:16", 5),
    ],
)
def test_the_month_comes_first_unless_it_cannot(words: str, month: int):
    recording = read(TEXT.replace("05/28/2025 14:23:16.145", words))[0]
    assert recording.started_at is not None
    assert recording.started_at.month == month


def test_words_of_another_language_do_not_hide_technique_and_start():
    header = HEADER.replace("Galvanostatic Cycling with Potential Limitation", "Spectroscopie d'impédance")
    header = header.replace("Acquisition started on", "Début de l'acquisition")
    text = mpt(EIS_TITLES, EIS_ROWS, header).replace("Nb header lines", "Nb de lignes d'en-tête")
    recording = read(text)[0]
    assert (recording.technique, recording.started_at) == (
        Technique.EIS, datetime(2025, 5, 28, 14, 23, 16, 145000)
    )  # fmt: skip


def test_impedance_is_negative_for_a_capacitor_and_rows_at_0_hz_stay():
    header = HEADER.replace("Galvanostatic Cycling", "Potentio Electrochemical Impedance Spectroscopy")
    recording = read(mpt(EIS_TITLES, EIS_ROWS, header))[0]
    assert recording.technique is Technique.EIS
    assert recording.table["frequency_Hz"].to_list() == [0, 1000, 100]
    assert recording.table["z_imag_ohm"].to_list() == [0, -1, -2]
    assert recording.table["spectrum"].to_list() == [None, 1, 1]


@pytest.mark.parametrize(
    "text",
    [mpt(header=""), TEXT[TEXT.index("mode\t") :]],
    ids=["three header lines", "no header"],
)
def test_an_export_without_header_is_read_by_its_columns(text: str):
    recording = read(text)[0]
    assert recording.table.equals(read(GCPL)[0].table)
    assert recording.started_at is None
    assert READER.sniff(text.encode(), "cell.txt") == 3


@pytest.mark.parametrize(
    ("titles", "rows", "technique"),
    [
        (EIS_TITLES, EIS_ROWS, Technique.EIS),
        (
            ("time/s", "control/V", "Ewe/V", "<I>/mA", "cycle number"),
            [(0.0, 1.0, 1.0, 1.0, 1.0)],
            Technique.CV,
        ),
        (("time/s", "Ecell/V", "I/mA"), [(0.0, 1.0, 1.0)], Technique.CYCLING),
    ],
)
def test_without_a_technique_the_columns_tell(
    titles: tuple[str, ...], rows: list[tuple[float, ...]], technique: str
):
    assert read(mpt(titles, rows, header=""))[0].technique == technique


def test_times_in_hours_and_titles_in_other_capitals_are_read():
    table = read(mpt(("Time/h", "Ewe/V", "<I>/µA"), [(0.0, 3.0, 1000.0), (1.0, 3.5, 500.0)], header=""))[
        0
    ].table
    assert table["time_s"].to_list() == [0, 3600]
    assert table["current_mA"].to_list() == [1, 0.5]


@pytest.mark.parametrize("title", ["<Ewe>/V", "<Ewe/V>", " Ecell/V", "Ewe-Ece/V", "Ewe/mV"])
def test_another_potential_is_taken_where_ewe_is_missing(title: str):
    factor = 1000 if title.endswith("mV") else 1
    table = read(mpt(("time/s", title, "I/mA"), [(0.0, 3.5 * factor, 1.0), (1.0, 3.5 * factor, 1.0)]))[
        0
    ].table
    assert table["voltage_V"].to_list() == pytest.approx([3.5, 3.5])


def test_counters_by_direction_serve_where_there_are_no_others():
    rows = [(0.0, 3.0, 1.0, 0.0, 0.0), (36.0, 3.1, 1.0, 0.01, 0.0), (72.0, 3.0, -1.0, 0.01, 0.01)]
    table = read(mpt(("time/s", "Ewe/V", "I/mA", "Q charge/mA.h", "Q discharge/mA.h"), rows))[0].table
    assert table["charge_capacity_mAh"].to_list() == [0, 0.01, 0.01]
    assert table["discharge_capacity_mAh"].to_list() == [0, 0, 0.01]


def test_the_counter_of_half_cycles_counts_through_its_restarts():
    """It restarts at each half cycle: 0.02 in, then 0.01 and 0.02 out, then 0.015 in."""
    rows = [(n * 36.0, 3.0, q) for n, q in enumerate((0.0, 0.01, 0.02, -0.01, -0.02, 0.015))]
    table = read(mpt(("time/s", "Ewe/V", "Q charge/discharge/mA.h"), rows))[0].table
    assert table["charge_capacity_mAh"][-1] == pytest.approx(0.035)
    assert table["discharge_capacity_mAh"][-1] == pytest.approx(0.02)


def test_times_that_are_dates_become_seconds_since_the_start():
    rows = [("05/28/2025 14:24:16.145", 3.0, 1.0), ("05/29/2025 14:24:16.645", 3.5, 1.0)]
    text = mpt(("time/s", "Ewe/V", "I/mA"), [(0.0, 3.0, 1.0)])
    text = text[: text.rindex("\n") + 1] + "\n".join(
        f"{at}\t{number(v, 7)}\t{number(i, 7)}" for at, v, i in rows
    )
    recording = read(text)[0]
    assert recording.table["time_s"].to_list() == pytest.approx([60.0, 86460.5])
    assert "not_a_number" not in codes(recording)


def test_unknown_columns_are_kept_with_their_unit():
    recording = read(
        mpt(("time/s", "Ewe/V", "I/mA", "Force/N", "Swelling/µm"), [(0.0, 3.0, 1.0, 5.0, 7.0)] * 2)
    )[0]
    assert recording.table["force_N"].to_list() == [5, 5]
    assert (recording.unit("force_N"), recording.unit("swelling")) == ("N", "µm")


def test_cells_that_are_no_numbers_are_counted_and_stay_empty():
    recording = read(TEXT.replace(number(4.0, 7), "-1.#IND0000E+000"))[0]
    assert recording.table["voltage_V"].to_list() == [3.0, 3.5, 3.75, None, 3.75, 3.5]
    assert "1 of 6 cells in column Ewe/V are no numbers." in [flag.message for flag in recording.flags]


@pytest.mark.parametrize(
    ("title", "column"),
    [
        ("Q charge/discharge/mA.h", Column("Q_charge_discharge_mAh", 1, "")),
        ("control/V/mA", Column("control", 1, "V or mA")),
        ("ox/red", Column("ox_red", 1, "")),
        ("|I|/A", Column("abs_I_mA", 1000, "")),
        ("-Im(Zwe-ce)/Ohm", Column("minus_Im_Zwe_ce_ohm", 1, "")),
        ("Re(Conductivity)/mS/cm", Column("Re_conductivity_mS_per_cm", 1, "mS/cm")),
        ("<Ewe/V>", Column("mean_Ewe_V", 1, "")),
        ("Temperature/\ufffdC", Column("temperature_degC", 1, "")),
        ("Capacitance charge/\u03bcF", Column("capacitance_charge_uF", 1, "µF")),
        ("Energy we charge/W.h", Column("energy_charge_mWh", 1000, "")),
    ],
)
def test_a_title_is_parted_into_quantity_and_unit(title: str, column: Column):
    assert parse_title(title) == column


def test_an_analog_input_is_not_believed_to_be_volts():
    recording = read(mpt(("time/s", "Ewe/V", "I/mA", "Analog IN 1/V"), [(0.0, 3.0, 1.0, 163.0)] * 2))[0]
    assert "aux_unit_doubtful" in codes(recording)


def test_a_file_cut_anywhere_is_never_whole_but_where_a_row_ends():
    """A row's end cannot be told from the file's: there it is flagged that the file does not say how many rows it
    has."""
    begin = GCPL.index(b"mode\t")
    ends = {at for at in range(begin, len(GCPL)) if GCPL[:at].endswith(b"\n") or GCPL[at : at + 1] == b"\r"}
    for keep in (*range(60, begin, 41), *range(begin, len(GCPL), 3), *ends):
        found = outcome(READER, GCPL[:keep], "cell.mpt")
        if isinstance(found, list):
            assert keep in ends
            assert "length_not_stated" in codes(found[0])
        else:
            assert found.code in {"truncated", "empty"}, keep


def test_loops_say_how_many_rows_there_are():
    text = mpt(loops=[(0, 2), (3, 5)])
    assert "length_not_stated" not in codes(read(text)[0])
    assert read(text)[0].table["step"].to_list() == [1, 2, 2, 3, 4, 4]
    error = complaint(text[: text.rindex("\n")])
    assert (error.code, error.message) == (
        "truncated",
        "cell.mpt is cut off: its loops end at row 6, 5 arrived.",
    )


def test_it_names_the_row_and_column_in_which_a_file_ends():
    message = complaint(TEXT[:-5]).message
    assert message == "cell.mpt ends in the middle of row 6, in its column 11 of 11."


def test_a_row_of_another_width_is_damage_with_its_line():
    lines = TEXT.split("\n")
    lines[-3] = lines[-3].rsplit("\t", 2)[0]
    error = complaint("\n".join(lines))
    assert error.code == "damaged"
    assert f"line {len(lines) - 2} has 9 cells" in error.message


def test_titles_in_another_line_than_declared_are_found_and_flagged():
    lines = TEXT.split("\n")
    recording = read("\n".join([*lines[:5], "Comments : added by hand", *lines[5:]]))[0]
    assert "header_differs" in codes(recording)
    assert recording.table.equals(read(GCPL)[0].table)


def test_a_header_without_rows_is_empty():
    assert complaint(TEXT[: TEXT.index("mode\t")] + "\t".join(GCPL_TITLES) + "\n").code == "empty"


@pytest.mark.parametrize("first", ["EC-Lab LOG FILE", "EC-LAB SETTING FILE", "VMP EXPERIMENT LOOP INDEXES"])
def test_logs_and_settings_of_ec_lab_are_named_as_such(first: str):
    error = complaint(first + "\n\nsomething\n")
    assert (error.code, "holds no measured points" in error.message) == ("unsupported", True)
    assert READER.sniff(first.encode(), "cell.mps") == 3


@pytest.mark.parametrize("title", ["time/s", "Ewe/V"])
def test_what_cycling_cannot_do_without_is_named(title: str):
    titles = [name for name in GCPL_TITLES if name != title]
    place = GCPL_TITLES.index(title)
    error = complaint(mpt(titles, [row[:place] + row[place + 1 :] for row in GCPL_ROWS]))
    assert error.code == "unsupported"


def test_other_text_is_left_to_other_readers():
    assert READER.sniff(b"two theta\tcounts\n", "scan.txt") == 0
    assert complaint("two theta\tcounts\n1\t2\n").code == "not_this_format"


def test_many_rows_take_no_step_by_step_reading():
    rows = rows_of([(float(n), 3.0, 1.0) for n in range(5000)])
    text = mpt(("time/s", "Ewe/V", "I/mA"), [(0.0, 3.0, 1.0)])
    table = read(text[: text.rindex("\n") + 1] + rows)[0].table
    assert table["time_s"].to_list() == pl.arange(0, 5000, eager=True).cast(pl.Float64).to_list()


@settings(max_examples=200, deadline=None)
@given(damaged(GCPL))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.mpt")


@settings(max_examples=100, deadline=None)
@given(damaged(COMMA.encode("cp1252")))
def test_damage_to_a_file_with_decimal_commas_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.mpt")


@settings(max_examples=50, deadline=None)
@given(st.permutations(TEXT[: TEXT.index("mode\t")].split("\n")[1:]))
def test_header_lines_in_any_order_give_a_table_or_a_named_fault(lines: list[str]):
    raw = "\n".join([TEXT.split("\n")[0], *lines]) + "\n" + TEXT[TEXT.index("mode\t") :]
    keeps_its_promise(READER, raw.encode(), "cell.mpt")


@pytest.mark.parametrize("count", ["0", "3", "999999", "99999999999999"])
def test_a_wrong_count_of_header_lines_gives_a_table_or_a_named_fault(count: str):
    line = TEXT.split("\n")[1]
    raw = TEXT.replace(line, f"Nb header lines : {count}").encode()
    keeps_its_promise(READER, raw, "cell.mpt")
    assert code_of(READER, raw, "cell.mpt") in {"read", "truncated", "damaged"}


def test_blanks_that_an_editor_took_off_the_settings_cost_no_scan_rate():
    trimmed = "\n".join(line.rstrip(" ") for line in TEXT.split("\n"))
    assert trimmed != TEXT
    assert read(trimmed)[0].meta["scan_rate_mV_per_s"] == 50


@pytest.mark.parametrize(
    ("form", "first", "second"),
    [
        ("MMDDYYYY", "05/28/2025 14:24:16.145", "05/29/2025 14:24:16.645"),
        ("MMDDYYYY", "05.28.2025 14:24:16.145", "05.29.2025 14:24:16.645"),
        ("DDMMYYYY", "28/05/2025 14:24:16.145", "29/05/2025 14:24:16.645"),
    ],
)
def test_times_as_dates_are_read_in_the_order_that_the_header_states(form: str, first: str, second: str):
    header = HEADER.rstrip("\n") + f"\n   Time format : Absolute {form}"
    text = mpt(("time/s", "Ewe/V"), [(0.0, 3.0)], header)
    text = text[: text.rindex("\n") + 1] + f"{first}\t{number(3.0, 7)}\n{second}\t{number(3.5, 7)}"
    assert read(text)[0].table["time_s"].to_list() == pytest.approx([60.0, 86460.5])


@pytest.mark.parametrize(
    ("start", "doubtful"), [("03.04.2025", True), ("03/04/2025", False), ("05.28.2025", False)]
)
def test_a_start_whose_day_could_be_its_month_is_said(start: str, doubtful: bool):
    recording = read(TEXT.replace("05/28/2025 14:23:16.145", f"{start} 14:23:16.145"))[0]
    assert ("start_day_doubtful" in codes(recording)) is doubtful
