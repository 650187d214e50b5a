"""GSAS powder data: every type of field, banks that are no pattern, fields that touch."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.gsas import READER
from tests.characterization.instruments.mutations import damaged, keeps_its_promise, outcome
from tests.corpus import corpus

COUNTS = [100 + at % 7 for at in range(43)]
ANGLES = [10 + 0.02 * at for at in range(43)]


def lines_of(cells: list[str], per_line: int) -> str:
    rows = ["".join(cells[at : at + per_line]).ljust(80) for at in range(0, len(cells), per_line)]
    return "\n".join(rows) + "\n"


def bank(kind: str, body: str, binning: str = "CONST 1000.0 2.0 0 0", points: int = 43) -> str:
    return f"{f'BANK 1 {points} 5 {binning} {kind}':<80}\n{body}"


STD = bank("STD", lines_of([f"  {count:6d}" for count in COUNTS], 10))
ESD = bank("ESD", lines_of([f"{value:8.1f}" for count in COUNTS for value in (count, 3.5)], 10))
ALT = bank("ALT", lines_of([f"{at * 32:8d}{count:7.1f}{0.5:5.2f}" for at, count in enumerate(COUNTS)], 4))
FXYE = bank("FXYE", "".join(f"{100 * x:.3f} {y}.0 3.5\n" for x, y in zip(ANGLES, COUNTS, strict=True)))
TITLE = "CCA-7 after 700 C".ljust(80) + "\n"


def read(text: str) -> list[Recording]:
    found = outcome(READER, text.encode(), "scan.gsas")
    assert isinstance(found, list), found
    return found


def complaint(text: str) -> UnreadableFile:
    found = outcome(READER, text.encode(), "scan.gsas")
    assert isinstance(found, UnreadableFile), found
    return found


@pytest.mark.parametrize("body", [STD, ESD, ALT, FXYE], ids=["std", "esd", "alt", "fxye"])
def test_every_type_gives_the_same_pattern(body: str):
    recording = read(TITLE + body)[0]
    assert recording.table["two_theta_deg"].to_list() == pytest.approx(ANGLES)
    assert recording.table["intensity_counts"].to_list() == COUNTS
    assert recording.title == "CCA-7 after 700 C"


def test_errors_are_read_or_follow_from_the_number_of_counters():
    assert (
        read(TITLE + ESD)[0].table["sigma_counts"][7] == read(TITLE + FXYE)[0].table["sigma_counts"][7] == 3.5
    )
    four = STD.replace("     100", " 4   100")
    assert read(TITLE + four)[0].table["sigma_counts"][0] == 5
    assert read(TITLE + STD)[0].table["sigma_counts"][0] == 10


def test_fields_that_touch_are_parted_by_their_columns():
    cells = [f"{1:2d}{100_000 + at:6d}" for at in range(43)]
    counts = read(TITLE + bank("STD", lines_of(cells, 10)))[0].table["intensity_counts"]
    assert counts.to_list() == [100_000 + at for at in range(43)]


def test_files_by_hand_with_single_blanks_are_read():
    body = "\n".join(" ".join(map(str, COUNTS[at : at + 10])) for at in range(0, 43, 10)) + "\n"
    assert read(TITLE + bank("", body))[0].table["intensity_counts"].to_list() == COUNTS


def test_lines_without_line_ends_are_pieces_of_eighty():
    assert read((TITLE + STD).replace("\n", ""))[0].table["intensity_counts"].to_list() == COUNTS


def test_each_bank_is_a_recording():
    assert [recording.part for recording in read(TITLE + STD + FXYE)] == ["bank 1", "bank 2"]


def test_time_of_flight_is_no_pattern_over_two_theta():
    error = complaint(TITLE + bank("FXYE", FXYE.split("\n", 1)[1], "RALF 48008 64 64331 0.001"))
    assert (error.code, "RALF" in error.message) == ("unsupported", True)


@pytest.mark.parametrize("body", [STD, ESD, ALT, FXYE], ids=["std", "esd", "alt", "fxye"])
def test_a_file_that_lost_its_last_line_is_cut(body: str):
    error = complaint(TITLE + body[: body.rstrip().rindex("\n") + 1])
    assert error.code == "truncated"
    assert "of 43 points" in error.message


@pytest.mark.parametrize("body", [STD, ESD, ALT, FXYE], ids=["std", "esd", "alt", "fxye"])
@settings(max_examples=90, deadline=None)
@given(data=st.data())
def test_damage_gives_a_table_or_a_named_fault(body: str, data: st.DataObject):
    keeps_its_promise(READER, data.draw(damaged((TITLE + body).encode())), "scan.gsas")


@pytest.mark.corpus
def test_the_real_standard_has_its_known_points():
    """The bank's head: 8,378 points from 15.0066° by 0.0131303°; the strongest line is LaB6 (110) at 30.385°."""
    recording = READER.read(corpus("characterization/xrd/NIST660CBI.gsas"))[0]
    table = recording.table
    assert table.height == 8378
    assert table["two_theta_deg"][-1] == pytest.approx(15.0066 + 8377 * 0.0131303, abs=1e-9)
    assert (table["intensity_counts"][0], table["intensity_counts"][-1]) == (2364, 370)
    assert table["two_theta_deg"][table["intensity_counts"].arg_max() or 0] == pytest.approx(30.385, abs=0.1)
    assert "wavelength_angstrom" not in recording.meta
