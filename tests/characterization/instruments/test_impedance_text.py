"""Spectra as plain tables: titles of many makers, units, signs, decimal commas; and damaged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from characterization.instruments import registry
from characterization.instruments.base import UnreadableFile
from characterization.instruments.formats import impedance_text
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise
from tests.corpus import corpus

POINTS = np.array([(1000.0, 10.5, -2.25), (100.0, 12.0, -4.5), (10.0, 20.0, -1.0)])
MODULUS, PHASE = np.abs(POINTS[:, 1] + 1j * POINTS[:, 2]), np.angle(POINTS[:, 1] + 1j * POINTS[:, 2])
PARTS = (POINTS[:, 0], POINTS[:, 1], POINTS[:, 2])


def table(titles, columns, separator="\t", decimal="."):
    rows = [
        separator.join(f"{value:.9g}" for value in row).replace(".", decimal)
        for row in zip(*columns, strict=True)
    ]
    return ("\n".join([separator.join(titles), *rows]) + "\n").encode()


def triples(recording):
    columns = (recording.table[column] for column in ("frequency_Hz", "z_real_ohm", "z_imag_ohm"))
    return np.array(list(zip(*columns, strict=True)))


WRITTEN = [
    table(["Frequency (Hz)", "Z' (Ω)", "-Z'' (Ω)"], (PARTS[0], PARTS[1], -PARTS[2]), ";", ","),
    table(["freq / Hz", "Re(Z) / Ohm", "-Im(Z) / Ohm"], (PARTS[0], PARTS[1], -PARTS[2])),
    table(["", "Freq", "Real", "Imag"], (np.arange(3.0), *PARTS), ","),
    table(["f [kHz]", "Zre [kOhm]", "Zim [kOhm]"], (PARTS[0] / 1e3, PARTS[1] / 1e3, PARTS[2] / 1e3)),
    table(["Frequency (Hz)", "|Z| (Ohm)", "Phase (deg)"], (PARTS[0], MODULUS, np.degrees(PHASE)), ","),
    table(["Frequency/Hz", "Impedance (mΩ)", "-Phase (rad)"], (PARTS[0], 1000 * MODULUS, -PHASE)),
    table(["ω (rad/s)", "Z' (Ohm)", "Z'' (Ohm)"], (2 * np.pi * PARTS[0], PARTS[1], PARTS[2])),
    table(["freq_kHz", "z_real_mohm", "z_imag_mohm"], (PARTS[0] / 1e3, 1e3 * PARTS[1], 1e3 * PARTS[2]), ","),
    table(["Freq/Hz", "Re(Z)/m\u2126", "-Im(Z)/m\u2126"], (PARTS[0], 1e3 * PARTS[1], -1e3 * PARTS[2])),
    table(["Frequency", "Zreal", "Zimag\nkHz\tmOhm\tmOhm"], (PARTS[0] / 1e3, 1e3 * PARTS[1], 1e3 * PARTS[2])),
    table(["FREQ[Hz]", "Z[ohm]", "PHASE[deg]"], (PARTS[0], MODULUS, np.degrees(PHASE)), ","),
    table(["f/Hz", "|Z|/Ohm", "Phase/mrad"], (PARTS[0], MODULUS, 1000 * PHASE)),
    table(["Frequenz/Hz", "Realteil/Ohm", "Imaginärteil/Ohm"], PARTS, ";", ","),
    table(["Frequency (Hz)", "R(ohm)", "X(ohm)"], PARTS, ","),
    table(["Freq_Hz", "Zre_Ohm", "negZim_Ohm"], (PARTS[0], PARTS[1], -PARTS[2]), ","),
    table(["frequency", "Re_Z", "Minus_Im_Z"], (PARTS[0], PARTS[1], -PARTS[2]), ","),
    table(["", "freq/Hz", "Re(Z)/Ohm", "Im(Z)/Ohm"], (np.arange(3.0), *PARTS)),
    table(["", "Freq", "Real", "Imag"], (np.arange(3.0), *PARTS), ";", ","),
    table(
        ["freq/Hz", "Re(Y)/Ohm-1", "Im(Y)/Ohm-1", "Re(Z)/Ohm", "Im(Z)/Ohm"],
        (PARTS[0], *PARTS[:2], *PARTS[1:]),
        ",",
    ),
]


@pytest.mark.parametrize("raw", WRITTEN)
def test_titles_of_many_makers_give_the_same_spectrum(raw, tmp_path):
    path = tmp_path / "spectrum.csv"
    path.write_bytes(raw)
    found = registry.read(path, path.name)
    assert found.reader is impedance_text.READER
    (recording,) = found.recordings
    assert triples(recording) == pytest.approx(POINTS, rel=1e-6)
    assert not recording.flags


def test_a_sign_that_may_be_missing_is_said(tmp_path):
    path = tmp_path / "spectrum.csv"
    path.write_bytes(table(["Freq", "Real", "Imag"], (PARTS[0], PARTS[1], -PARTS[2]), ","))
    (recording,) = registry.read(path, path.name).recordings
    assert [flag.code for flag in recording.flags] == ["imaginary_sign"]


def test_impedance_per_area_is_refused():
    raw = table(["Freq (Hz)", "Z' (Ohm cm2)", "Z'' (Ohm cm2)"], PARTS)
    assert code_of(impedance_text.READER, raw, "a.txt") == "unsupported"


@pytest.mark.parametrize(
    "titles",
    [
        ["2Theta", "Counts"], ["Time (s)", "Voltage (V)", "Current (A)"], ["Freq", "Gain"],
        ["Frequency (Hz)", "Re(Y) (S)", "Im(Y) (S)"], ["Frequency (Hz)", "log|Z|", "Phase (deg)"],
    ],
)  # fmt: skip
def test_other_tables_are_left_to_others(titles):
    assert impedance_text.sniff(table(titles, PARTS[: len(titles)]), "a.csv") == 0


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged_tables_are_read_or_complained_of(data):
    keeps_its_promise(impedance_text.READER, data.draw(damaged(WRITTEN[0])), "a.csv")


@pytest.mark.corpus
def test_a_table_with_an_index_column_is_read():
    path = corpus("characterization/eis/2ZARC0.csv")
    (recording,) = registry.read(path, path.name).recordings
    assert recording.table.height == 81
    assert triples(recording)[0] == pytest.approx([0.01, 69.8119846505212, -0.5837650584118066])


def workbook(rows, path):
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(path)


@pytest.mark.parametrize(
    "heads",
    [
        [["Frequency (Hz)", "Z' (Ω)", "-Z'' (Ω)"]],
        [["from the bench"], ["Freq", "Zre", "-Zim"], ["Hz", "ohm", "ohm"]],
    ],
)
def test_a_spectrum_in_a_workbook_is_read_as_one_in_text(heads, tmp_path):
    path = tmp_path / "spectrum.xlsx"
    workbook([*heads, *[[f, re, -im] for f, re, im in POINTS.tolist()]], path)
    found = registry.read(path, path.name)
    assert found.reader is impedance_text.READER
    assert triples(found.recordings[0]) == pytest.approx(POINTS)
    assert not found.recordings[0].flags


def test_a_workbook_that_nobody_reads_is_not_called_by_one_vendor_s_name(tmp_path):
    path = tmp_path / "notes.xlsx"
    workbook([["what", "when"], ["weighed", "noon"]], path)
    with pytest.raises(UnreadableFile, match=r"Arbin.*Impedance.*Neware") as caught:
        registry.read(path, path.name)
    assert caught.value.code == "not_this_format"
