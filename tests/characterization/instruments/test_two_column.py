"""Powder patterns as text: every way to write two columns, and no table of something else taken for one."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.panalytical_xrdml import READER as XRDML
from characterization.instruments.formats.two_column import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, largest, outcome
from tests.corpus import corpus

ANGLES = [10 + 0.02 * step for step in range(60)]
BARE = "".join(f"{angle:.4f} {100 + step}.0\n" for step, angle in enumerate(ANGLES))
TITLED = "2theta (deg),Intensity (counts)\n" + BARE.replace(" ", ",")
EVA = 'Id: "CCA-7" Comment: "after 700 °C" Anode: "Cu" Scantype: "Coupled TwoTheta/Theta" TimePerStep: "96"\n'
PANALYTICAL = (
    "[Measurement conditions]\nSample identification,CCA-7\nAnode material,Cu\n"
    "K-Alpha1 wavelength,1.5405980\nK-Alpha2 wavelength,1.5444260\nRatio K-Alpha2/K-Alpha1,0.500\n"
    "Generator voltage, 45\nNo. of points, 60\nTime per step,50.165\n[Scan points]\nAngle,Intensity\n"
) + BARE.replace(" ", ",")


def read(text: str | bytes, name: str = "scan.xy") -> Recording:
    found = outcome(READER, text.encode() if isinstance(text, str) else text, name)
    assert isinstance(found, list), found
    return found[0]


def complaint(text: str, name: str) -> UnreadableFile:
    found = outcome(READER, text.encode(), name)
    assert isinstance(found, UnreadableFile), found
    return found


def is_the_pattern(recording: Recording) -> bool:
    angles = recording.table["two_theta_deg"].to_list()
    return angles == pytest.approx(ANGLES) and recording.table.columns[1] == "intensity_counts"


def test_two_bare_columns_under_a_patterns_name_are_a_pattern():
    assert is_the_pattern(read(BARE))


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_every_line_end_gives_the_same_pattern(line_end: str):
    assert is_the_pattern(read(BARE.replace("\n", line_end)))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_every_encoding_gives_the_same_pattern(encoding: str):
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    recording = read(mark + (EVA + BARE).encode(encoding))
    assert is_the_pattern(recording)
    assert recording.meta["comment"] == "after 700 °C"


@pytest.mark.parametrize("separator", [" ", "\t", ";", "; ", "   "])
def test_decimal_commas_and_separators_are_told_apart(separator: str):
    assert is_the_pattern(read(BARE.replace(" ", separator).replace(".", ",")))


@pytest.mark.parametrize("mark", ["#", ";", "!", "//", "'"])
def test_comment_lines_are_header(mark: str):
    assert is_the_pattern(read(f"{mark} measured over night\n{mark}\n{BARE}"))


def test_c_style_comments_are_header():
    recording = read(f"/* run 3294\n# Calibrated wavelength = 0.414581\n# */\n{BARE}", "scan.xye")
    assert is_the_pattern(recording)
    assert recording.meta["wavelength_angstrom"] == 0.414581


def test_a_third_column_is_the_error():
    recording = read("".join(f"{line} 1.5\n" for line in BARE.splitlines()), "scan.xye")
    assert recording.table["sigma_counts"].to_list() == [1.5] * 60


def test_a_title_in_counts_per_second_is_believed():
    assert read(TITLED.replace("(counts)", "(cps)"), "scan.csv").table.columns[1] == "intensity_cps"


@pytest.mark.parametrize("head", ["", EVA])
def test_a_table_from_high_to_low_angles_is_turned_round(head: str):
    recording = read(head + "\n".join(BARE.splitlines()[::-1]) + "\n")
    assert is_the_pattern(recording)
    assert recording.table["intensity_counts"].to_list() == [100 + step for step in range(60)]
    assert recording.meta["measured_downwards"] is True


def test_the_quoted_line_of_eva_is_read():
    recording = read(EVA + BARE)
    assert recording.meta["anode"] == "Cu"
    assert recording.meta["counting_time_s"] == 96.0
    assert recording.sample_hints == ("CCA-7", "after 700 °C")


def test_a_wavelength_that_is_not_stated_is_absent():
    assert "wavelength_angstrom" not in read(EVA + BARE).meta


def test_the_sections_of_panalytical_are_read():
    recording = read(PANALYTICAL, "scan.csv")
    assert is_the_pattern(recording)
    assert recording.meta["wavelength_angstrom"] == 1.540598
    assert recording.meta["wavelength_kalpha2_angstrom"] == 1.544426
    assert recording.meta["kalpha_ratio"] == 0.5


def test_fewer_points_than_declared_is_a_cut_file():
    error = complaint("\n".join(PANALYTICAL.splitlines()[:-10]) + "\n", "scan.csv")
    assert (error.code, error.message) == ("truncated", "scan.csv ends after 50 of 60 points.")


def test_a_row_cut_in_the_middle_is_refused():
    assert complaint(BARE[:-6], "scan.xy").message == "scan.xy ends in the middle of row 60."


def test_a_number_cut_in_its_decimals_is_refused():
    assert complaint(BARE[:-2], "scan.xy").code == "truncated"


def test_a_word_among_the_numbers_is_damage():
    assert complaint(BARE.replace("10.5000", "1o.5000"), "scan.xy").message.startswith("scan.xy: line 26 ")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("BE/eV,Intensity\n" + BARE.replace(" ", ","), ["BE/eV", "Intensity"]),
        (
            "Time,Voltage,Current\n" + "".join(f"{t},3.7,0.1\n" for t in range(40)),
            ["Time", "Voltage", "Current"],
        ),
        ("".join(f"{t} 3.7\n" for t in range(0, 4000, 10)), ["column 1", "column 2"]),
        ("No;State;U/V\n1;CC_Chg;3,7\n2;Rest;3,6\n", ["No", "State", "U/V"]),
    ],
)
def test_a_table_of_something_else_waits_for_a_person(text: str, columns: list[str]):
    error = complaint(text, "upload.csv")
    assert error.code == "needs_mapping"
    assert error.columns == columns
    assert all(column in error.message for column in columns)


def test_a_spectrum_under_a_patterns_name_is_not_taken_for_one():
    text = "# Excitation Energy: 1486.61\n# ColumnLabels: energy counts/s\n#\n" + BARE
    assert complaint(text, "scan.xy").columns == ["energy", "counts/s"]


def test_two_bare_columns_under_a_tables_name_are_not_enough():
    assert complaint(BARE, "upload.txt").code == "needs_mapping"


def test_prose_is_no_table():
    assert complaint("Dear Alice,\nthe furnace ran well.\n", "note.txt").code == "not_this_format"


def test_binary_is_no_text():
    assert code_of(READER, bytes(range(256)) * 40, "scan.xy") == "not_this_format"


@settings(max_examples=300, deadline=None)
@given(damaged((EVA + BARE).encode()))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "scan.xy")


@settings(max_examples=60, deadline=None)
@given(st.integers(1, len(PANALYTICAL) - 2))
def test_a_cut_file_of_declared_length_is_never_read_as_a_whole_one(keep: int):
    assert code_of(READER, PANALYTICAL.encode()[:keep], "scan.csv") != "read"


@pytest.mark.corpus
def test_three_exports_of_one_scan_are_equal():
    """T4: the xrdml holds start and end to 1e-8°, the texts print nine decimals."""
    folder = "characterization/xrd/210520step1_30min"
    one = XRDML.read(corpus(f"{folder}.xrdml"))[0].table
    for ending in ("csv", "xy"):
        other = READER.read(corpus(f"{folder}.{ending}"))[0].table
        assert other.height == one.height == 4489
        assert largest(other["two_theta_deg"] - one["two_theta_deg"]) < 1e-7
        assert other["intensity_counts"].equals(one["intensity_counts"])
    assert one.row(0)[:2] == (5.00835563, 1719.0)


@pytest.mark.corpus
def test_a_real_beamline_file_has_its_wavelength_and_error():
    recording = READER.read(corpus("characterization/xrd/example_bmb.xye"))[0]
    assert recording.table.row(0) == (0.5, 662.407183, 37.744249)
    assert recording.meta["wavelength_angstrom"] == 0.414581
    assert [flag.code for flag in recording.flags] == ["range_shorter"]


OTHERS = [
    "xps/PET_C1s.csv", "xps/MgFe2O4_small.xy", "raman/Si_spectrum01.txt", "raman/testDW38C_pos1.txt",
    "ftir/FTIRText_020.txt", "eis/2ZARC0.csv", "bet/GVM-BET-Gemini.VII.2390.v1.03.TXT",
]  # fmt: skip


@pytest.mark.corpus
@pytest.mark.parametrize("name", OTHERS)
def test_real_tables_of_other_techniques_are_never_taken_for_patterns(name: str):
    path = corpus(f"characterization/{name}")
    assert code_of(READER, path.read_bytes(), path.name) == "needs_mapping"


@pytest.mark.parametrize("text", ["/*" * 200_000, "a " * 200_000, 'a: "' * 100_000, "1," * 200_000 + "\n"])
def test_long_odd_lines_cost_no_more_than_reading_them(text: str):
    started = time.process_time()  # of this process: a busy machine makes no difference
    keeps_its_promise(READER, text.encode(), "upload.txt")
    assert time.process_time() - started < 5
