"""Impedance files of Gamry, Scribner, Zahner, VersaStudio, Ivium and PalmSens: written here, real, and damaged."""

import json
import struct
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments import registry
from characterization.instruments.base import Technique, UnreadableFile
from characterization.instruments.formats import (
    gamry_dta,
    ivium_idf,
    palmsens_pssession,
    versastudio_par,
    zahner_ism,
    zplot_z,
)
from characterization.instruments.impedance import day_and_time, number_sweeps
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

POINTS = [(1000.0, 10.5, -2.25), (100.0, 12.0, -4.5), (10.0, 20.0, -1.0)]


def gamry(decimal=".", rows=POINTS, declared="", end="\n", tag="EISPOT"):
    lines = ["EXPLAIN", f"TAG\t{tag}", "TITLE\tLABEL\tCELL-0007 pellet\tTest", "DATE\tLABEL\t7/19/2026\tDate",
             "TIME\tLABEL\t16:43:15\tTime", "CONVENTION\tIQUANT\t1\tCurrent Convention",
             "OCVCURVE\tTABLE\t1", "\tPt\tT\tVf", "\t#\ts\tV vs. Ref.", "\t0\t0.5\t0.25",
             f"ZCURVE\tTABLE{declared}", "\tPt\tTime\tFreq\tZreal\tZimag\tIdc\tVdc",
             "\t#\ts\tHz\tohm\tohm\tA\tV"]  # fmt: skip
    lines += [f"\t{n}\t{n}\t{f:E}\t{re:E}\t{im:E}\t1E-6\t0.25" for n, (f, re, im) in enumerate(rows)]
    return ("\n".join(lines) + end).replace(".", decimal).encode()


def gamry_cv():
    body = "".join(
        f"CURVE{n}\tTABLE\n\tPt\tT\tVf\tIm\n\t#\ts\tV\tA\n\t0\t{n}.0\t0,{n}\t1E-003\n" for n in (1, 2)
    )
    return f"EXPLAIN\nTAG\tCV\nSCANRATE\tQUANT\t5,0E+001\t&Scan Rate (mV/s)\n{body}".encode()


ZPLOT_HEAD = """ZPLOT2 ASCII
  Date:  10-12-2018
  Time:  11:04:34
  Begin User Comments: 1
CELL-0007
  End User Comments: 1
  Data Points: PLANNED
  Freq(Hz)\tAmpl\tBias\tTime(Sec)\tZ'(a)\tZ''(b)\tGD\tErr\tRange
End Comments
"""


def zplot(rows=POINTS, planned=3):
    body = "".join(
        f"{f:E}\t1E-2\t0.5\t{n}.0\t{re:E}\t{im:E}\t0\t0\t3\n" for n, (f, re, im) in enumerate(rows)
    )
    return (ZPLOT_HEAD.replace("PLANNED", str(planned)) + body).replace("\n", "\r\n").encode()


def z60w(rows=POINTS, declared=3):
    head = '\ufeff"Z60W Data File: Version 1.1"\n"CELL-0007"\n0,2,0,1,0.1,10000\n'
    head += (
        f"{declared}\n\"  Freq (Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   Err   Range\"\n"
    )
    return (head + "".join(f"{f:g},0,0,0,{re:g},{im:g},0,0,0\n" for f, re, im in rows)).encode()


def zahner(rows=POINTS, texts=("260719", "CELL-0007")):
    values = np.array(rows)
    z = values[:, 1] + 1j * values[:, 2]
    columns = [values[:, 0], np.abs(z), np.angle(z), np.arange(len(rows)) + 100.0]
    body = b"".join(column.astype(">f8").tobytes() for column in columns) + b"\x03\xe8" * len(rows)
    said = b"".join(struct.pack(">H", len(text) + 1) + text.encode() + b"\0" for text in texts)
    return (2**32 - 1).to_bytes(6, "big") + (len(rows) - 1).to_bytes(6, "big") + body + said


def versastudio(rows=POINTS, end="</Segment1>\n"):
    head = "<Application>\nName=VersaStudio\n</Application>\n<Experiment>\nTimeAcquired=9:40:30 AM\n"
    head += "DateAcquired=Thursday, July 19, 2018\n</Experiment>\n<Segment1>\nType=2\n"
    head += "Definition=Segment #, Point #, E(V), I(A), Elapsed Time(s), Frequency(Hz), Z Real, Z Imag, 0\n"
    return (
        head
        + "".join(f"0,{n},0.5,1e-6,{n},{f:g},{re:g},{im:g}\n" for n, (f, re, im) in enumerate(rows))
        + end
    ).encode()


def ivium(rows=POINTS, count=None, method="Impedance"):
    body = "".join(f"{re:.5E}  {im:.5E}\t{f:.5E} \r\n" for f, re, im in rows)
    head = f"\0\0H\0\0\0\r\nTitle=CELL-0007\r\nMethod={method}\r\n"
    head += "Report=start time  : 19.07.2026 10:11:12\x1c\r\n>\x0c\x01\0\r\n"
    stated = len(rows) if count is None else count
    return (head + f"primary_data    \r\n3         \r\n{stated}\r\n{body}7 \r\n").encode("cp1252")


def palmsens(rows=POINTS, beside=None):
    def values(these):
        kinds = {
            5: [p[0] for p in these],
            7: [p[1] for p in these],
            8: [-p[2] for p in these],
            2: [5.0] * len(these),
        }
        return {
            "Values": [
                {"ArrayType": kind, "DataValues": [{"V": v} for v in vs]} for kind, vs in kinds.items()
            ]
        }

    measurement = {"Title": "CELL-0007", "UTCTimeStamp": 638282936195322907, "DataSet": values(rows),
                   "EISDataList": [{"DataSet": values(beside or rows)}]}  # fmt: skip
    whole = {"Type": "PalmSens.DataFiles.SessionFile", "Measurements": [measurement]}
    return json.dumps(whole).encode("utf-16-le") + b"\0\0"


WRITTEN = [
    (gamry_dta.READER, gamry(), "a.dta"),
    (zplot_z.READER, zplot(), "a.z"),
    (zplot_z.READER, z60w(), "a.txt"),
    (zahner_ism.READER, zahner(), "a.ism"),
    (versastudio_par.READER, versastudio(), "a.par"),
    (ivium_idf.READER, ivium(), "a.idf"),
    (palmsens_pssession.READER, palmsens(), "a.pssession"),
]


def read_bytes(raw, name, tmp_path):
    path = tmp_path / name
    path.write_bytes(raw)
    return registry.read(path, name)


def triples(recording):
    columns = (recording.table[column] for column in ("frequency_Hz", "z_real_ohm", "z_imag_ohm"))
    return np.array(list(zip(*columns, strict=True)))


@pytest.mark.parametrize(
    ("reader", "raw", "name"), WRITTEN, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_format_gives_the_same_spectrum_with_its_signs(reader, raw, name, tmp_path):
    found = read_bytes(raw, name, tmp_path)
    assert found.reader is reader
    recording = found.recordings[0]
    assert recording.technique is Technique.EIS
    assert triples(recording) == pytest.approx(np.array(POINTS), rel=1e-9)
    assert set(recording.table["spectrum"]) == {1}
    assert reader is versastudio_par.READER or any("CELL-0007" in hint for hint in recording.sample_hints)


@pytest.mark.parametrize(
    ("reader", "raw", "name"), WRITTEN, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_file_cut_in_a_row_is_never_whole(reader, raw, name):
    """Cut two bytes before the end of its data: an error, or a flag that says so."""
    marks = {"a.par": b"</Segment1>", "a.idf": b"7 \r\n", "a.ism": b"\x03\xe8"}
    end = raw.index(marks[name]) if name in marks else len(raw)
    found = outcome(reader, raw[: end - 8], name)
    assert getattr(found, "code", "") == "truncated"


@pytest.mark.parametrize(
    ("reader", "raw", "name"), WRITTEN, ids=lambda value: value if isinstance(value, str) else ""
)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged_files_are_read_or_complained_of(reader, raw, name, data):
    keeps_its_promise(reader, data.draw(damaged(raw)), name)


def test_a_german_gamry_file_has_decimal_commas(tmp_path):
    recording = read_bytes(gamry(","), "a.dta", tmp_path).recordings[0]
    assert triples(recording)[0] == pytest.approx([1000.0, 10.5, -2.25])
    assert str(recording.started_at) == "2026-07-19 16:43:15"


def test_gamry_gives_the_open_circuit_beside_the_spectrum_in_milliampere(tmp_path):
    spectrum, rest = read_bytes(gamry(), "a.dta", tmp_path).recordings
    assert spectrum.table["current_mA"].to_list() == pytest.approx([1e-3] * 3)
    assert (rest.technique, rest.part, rest.table["voltage_V"].to_list()) == (
        Technique.CYCLING,
        "open circuit",
        [0.25],
    )


def test_gamry_tables_of_a_voltammogram_are_its_scans(tmp_path):
    (recording,) = read_bytes(gamry_cv(), "a.dta", tmp_path).recordings
    assert recording.technique is Technique.CV
    assert recording.table["scan"].to_list() == [1, 2]
    assert recording.table["current_mA"].to_list() == [1.0, 1.0]
    assert recording.meta["scan_rate_mV_per_s"] == 50.0


def test_gamry_says_how_many_rows_are_missing(tmp_path):
    (flag,) = read_bytes(gamry(declared="\t56"), "a.dta", tmp_path).recordings[0].flags
    assert flag.code == "rows_missing"
    assert "declares 56 rows and holds 3" in flag.message


def test_a_z60w_file_that_lacks_points_is_truncated_and_a_stopped_sweep_is_flagged(tmp_path):
    assert code_of(zplot_z.READER, z60w(declared=4), "a.txt") == "truncated"
    (flag,) = read_bytes(zplot(planned=56), "a.z", tmp_path).recordings[0].flags
    assert "planned with 56 points and holds 3" in flag.message


def test_an_ism_that_declares_more_points_than_it_holds_is_truncated():
    raw = bytearray(zahner())
    raw[6:12] = (4000).to_bytes(6, "big")
    found = outcome(zahner_ism.READER, bytes(raw), "a.ism")
    assert isinstance(found, UnreadableFile)
    assert (found.code, "declares 4,001 points" in found.message) == ("truncated", True)


def test_another_method_of_ivium_is_said_to_be_unsupported():
    assert code_of(ivium_idf.READER, ivium(method="CyclicVoltammetry"), "a.idf") == "unsupported"


def test_palmsens_data_that_differ_are_both_there(tmp_path):
    first, second = read_bytes(palmsens(beside=POINTS[:2]), "a.pssession", tmp_path).recordings
    assert (first.table.height, second.table.height) == (3, 2)
    assert [flag.code for flag in second.flags] == ["data_sets_differ"]
    assert str(first.started_at) == "2023-08-22 09:33:39.532290+00:00"


def test_sweeps_are_told_apart_where_the_frequency_leaps_back():
    assert number_sweeps(np.array([100.0, 10, 1, 100, 10, 1])).tolist() == [1, 1, 1, 2, 2, 2]
    assert number_sweeps(np.array([1.0, 10, 100, 1, 10, 100])).tolist() == [1, 1, 1, 2, 2, 2]
    assert number_sweeps(np.array([50.0])).tolist() == [1]
    assert number_sweeps(np.array([0.0, 0.0, 100.0, 10.0])).tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("date", "time", "expected"),
    [
        ("7/19/2018", "16:43:15", "2018-07-19 16:43:15"),
        ("19.7.2018", "16:43", "2018-07-19 16:43:00"),
        ("2018-07-19", "12:05:00 AM", "2018-07-19 00:05:00"),
        ("10-12-2018", "11:04:34", "2018-10-12 11:04:34"),
        ("DD-M-YYYY", "HH:MM:SS", "None"),
        ("31/31/2018", "11:04:34", "None"),
    ],
)
def test_days_are_read_as_instruments_write_them(date, time, expected):
    assert str(day_and_time(date, time)) == expected


GAMRY_ENDS = ((200015.6, 825.8584, -1367.239), (0.0158898, 17007.49, -6635.557))
PELLET_ENDS = ((1e4, 109.009, -26.5557), (1.0, 645.479, -90.6181))
REAL = [
    ("cycler/gamry/exampleDataGamry.DTA", "gamry_dta", 72, *GAMRY_ENDS),
    ("cycler/gamry/exampleDataGamryABORT.DTA", "gamry_dta", 72, *GAMRY_ENDS),
    ("cycler/gamry/drift-corrected-data.dta", "gamry_dta", 55, (100078.1, 691.6887, -148.9397), (0.1001603,)),
    ("cycler/zplot/exampleDataZPlot.z", "zplot_z", 21, (3e5, 147.77, -11.335), (3000.0, 613.68, -137.13)),
    (
        "cycler/autolab/exampleDataAutolab.txt",
        "zplot_z",
        41,
        (1e4, 0.0137858639, 0.0071919463),
        (0.1, 0.0345697772),
    ),
    ("characterization/eis/exampleDataVersaStudio.par", "versastudio_par", 61, (1e5, 55.31571, 4.575431), ()),
    ("cycler/ivium/data.idf", "ivium_idf", 29, *PELLET_ENDS),
    ("cycler/palmsens/data.pssession", "palmsens_pssession", 29, *PELLET_ENDS),
    ("cycler/zahner/li-ion-battery.ism", "zahner_ism", 128, (5e-4,), (5000.0,)),
]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("path", "reader", "rows", "first", "last"), REAL, ids=[Path(real[0]).name for real in REAL]
)
def test_real_files_hold_what_their_text_says(path, reader, rows, first, last):
    file = corpus(path)
    found = registry.read(file, file.name)
    assert found.reader.name == reader
    table = triples(found.recordings[0])
    assert len(table) == rows
    assert table[0][: len(first)] == pytest.approx(np.array(first), rel=1e-5)
    assert table[-1][: len(last)] == pytest.approx(np.array(last), rel=1e-5)


@pytest.mark.corpus
def test_one_spectrum_from_two_makers_is_the_same():
    """The Ivium and the PalmSens file hold one spectrum, with 6 digits in the first."""
    ivium_file, palmsens_file = corpus("cycler/ivium/data.idf"), corpus("cycler/palmsens/data.pssession")
    one, other = (
        triples(registry.read(file, file.name).recordings[0]) for file in (ivium_file, palmsens_file)
    )
    assert one == pytest.approx(other, rel=1e-5)


@pytest.mark.corpus
def test_the_excerpt_with_decimal_commas_says_that_it_is_one():
    file = corpus("cycler/gamry/chronoa_de_data.dta")
    (recording,) = registry.read(file, file.name).recordings
    assert recording.table["voltage_V"].to_list()[:2] == [-5e-4, 0.499669]
    assert "declares 5,258 rows and holds 10" in recording.flags[0].message


ZPLOTW = """"ZPlotW Data File: Version 3.2c"
"CELL-0007"
Date: 12-17-2019    Time: 16:24:35
"Frequency"
0,3,0,1,1000,0.005
9
"  Freq(Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   Err   Range"
""" + "".join(f"{f:E}, 1.0E-02, 0.5, 1.0, {re:E}, {im:E}, 0.0E+00, 0, 5\n" for f, re, im in POINTS)  # fmt: skip


def test_a_zplotw_file_is_a_stopped_sweep_with_its_date(tmp_path):
    found = read_bytes(ZPLOTW.replace("\n", "\r\n").encode(), "a.z", tmp_path)
    assert found.reader is zplot_z.READER
    (recording,) = found.recordings
    assert triples(recording) == pytest.approx(np.array(POINTS))
    assert recording.started_at == datetime(2019, 12, 17, 16, 24, 35)
    assert "CELL-0007" in recording.sample_hints
    assert [flag.code for flag in recording.flags] == ["rows_missing"]


@pytest.mark.parametrize(
    "raw",
    [zplot().decode().encode("utf-16"), b"\r\n\r\n" + zplot(), z60w().decode("utf-8-sig").encode("utf-16")],
)
def test_a_zplot_file_saved_by_an_editor_is_known(raw, tmp_path):
    assert triples(read_bytes(raw, "a.txt", tmp_path).recordings[0]) == pytest.approx(np.array(POINTS))


def test_a_zplot_file_without_names_of_columns_is_read_in_the_usual_order_and_says_so(tmp_path):
    rows = "".join(f"{f:E},  0,  0.5,  1.0,  {re:E}, {im:E}, 0, 0, 1\n" for f, re, im in POINTS)
    (recording,) = read_bytes(f'"ZPlot2 ASCII"\nEnd Comments\n{rows}'.encode(), "a.z", tmp_path).recordings
    assert triples(recording) == pytest.approx(np.array(POINTS))
    assert [flag.code for flag in recording.flags] == ["columns_not_named"]


def gamry_table(tag, columns, rows, convention=1):
    head = f"EXPLAIN\nTAG\t{tag}\nCONVENTION\tIQUANT\t{convention}\tCurrent Convention\nCURVE\tTABLE\n"
    lines = [columns, columns, *rows]
    return (head + "".join("\t" + "\t".join(map(str, cells)) + "\n" for cells in lines)).encode()


def test_gamry_cycles_in_one_table_are_scans(tmp_path):
    rows = [(0, 0.1, 0.2, 1e-3, 0), (1, 0.2, 0.3, 1e-3, 0), (2, 0.3, 0.2, -1e-3, 1), (3, 0.4, 0.1, -1e-3, 2)]
    raw = gamry_table("CV", ("Pt", "T", "Vf", "Im", "Cycle"), rows)
    (recording,) = read_bytes(raw, "a.dta", tmp_path).recordings
    assert recording.technique is Technique.CV
    assert recording.table["scan"].to_list() == [1, 1, 2, 3]


def test_a_gamry_current_stays_as_written_whatever_its_convention(tmp_path):
    raw = gamry_table("CHRONOA", ("Pt", "T", "Vf", "Im"), [(0, 0.1, 0.2, -1e-3), (1, 0.2, 0.2, -2e-3)], 0)
    (recording,) = read_bytes(raw, "a.dta", tmp_path).recordings
    assert recording.table["current_mA"].to_list() == [-1.0, -2.0]
    assert [flag.code for flag in recording.flags] == ["current_convention"]


def test_a_gamry_table_that_is_not_read_is_named_and_a_header_alone_is_empty():
    raw = gamry_table("SQUARE_WAVE", ("Pt", "T", "Vfwd", "Ifwd"), [(0, 0.1, 0.2, -1e-3)])
    found = outcome(gamry_dta.READER, raw, "a.dta")
    assert isinstance(found, UnreadableFile)
    assert (found.code, "SQUARE_WAVE" in found.message, "Vfwd" in found.message) == (
        "unsupported",
        True,
        True,
    )
    assert code_of(gamry_dta.READER, raw.partition(b"CURVE")[0], "a.dta") == "empty"


def test_gamry_notes_of_several_lines_are_where_a_sample_may_stand(tmp_path):
    notes = (
        "NOTES\tNOTES\t3\tNotes...\n\tdry solvent\nCELL-0009 (3.5mg)\nWE: GC disk\nPSTAT\tPSTAT\tREF600\tx\n"
    )
    raw = gamry().replace(b"OCVCURVE", notes.encode() + b"OCVCURVE", 1)
    recording = read_bytes(raw, "a.dta", tmp_path).recordings[0]
    assert {"dry solvent", "CELL-0009 (3.5mg)", "WE: GC disk"} <= set(recording.sample_hints)
    assert recording.meta["device"] == "REF600"
    assert triples(recording) == pytest.approx(np.array(POINTS))


def versastudio_sweep(date, time, rate=".05"):
    text = versastudio().decode().replace("Thursday, July 19, 2018", date).replace("9:40:30 AM", time)
    action = f"<Action1>\nScan Rate (V/s)={rate}\nName=Cyclic Voltammetry (Multiple Cycles)\n</Action1>\n"
    return text.replace("<Segment1>", action + "<Segment1>", 1).replace("Frequency(Hz)", "Other").encode()


@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("Thursday, July 19, 2018", "4:05:06 PM"), ("Donnerstag, 19. Juli 2018", "16:05:06"),
        ("19 July 2018", "16:05:06"), ("2018-07-19", "16:05:06"), ("2018年7月19日", "16:05:06"),
    ],
)  # fmt: skip
def test_versastudio_starts_of_several_countries_are_read(date, time, tmp_path):
    (recording,) = read_bytes(versastudio_sweep(date, time), "a.par", tmp_path).recordings
    assert recording.technique is Technique.CV
    assert recording.meta["scan_rate_mV_per_s"] == 50
    assert recording.started_at == datetime(2018, 7, 19, 16, 5, 6)
    assert not recording.flags


def test_a_versastudio_start_that_is_not_understood_is_said(tmp_path):
    (recording,) = read_bytes(
        versastudio_sweep("jeudi 19 juillet 2018", "16:05:06"), "a.par", tmp_path
    ).recordings
    assert recording.started_at is None
    assert [flag.code for flag in recording.flags] == ["start_unknown"]
    assert "jeudi 19 juillet 2018" in recording.flags[0].message
