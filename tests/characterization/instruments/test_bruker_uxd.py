"""UXD: positions in the lines or counted up, several ranges, other drives."""

import pytest
from hypothesis import given, settings

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.bruker_uxd import READER
from tests.characterization.instruments.mutations import damaged, keeps_its_promise, outcome
from tests.characterization.instruments.written_diffraction import uxd

PAIRS = "".join(f"{10 + 0.02 * at:.3f}\t{100 + at % 7}\n" for at in range(40))
BARE = "".join("  ".join(f"{100 + at % 7}" for at in range(row * 8, row * 8 + 8)) + "\n" for row in range(5))
COUNTS = [100 + at % 7 for at in range(40)]
TWO = uxd([("COUPLED", "_2THETACOUNTS", PAIRS), ("2THETA", "_COUNTS", BARE)])


def read(text: str) -> list[Recording]:
    found = outcome(READER, text.encode(), "scan.uxd")
    assert isinstance(found, list), found
    return found


def complaint(text: str) -> UnreadableFile:
    found = outcome(READER, text.encode(), "scan.uxd")
    assert isinstance(found, UnreadableFile), found
    return found


def test_each_range_is_a_recording_with_its_own_head():
    first, second = read(TWO)
    assert [first.part, second.part] == ["range 1", "range 2"]
    assert first.table["intensity_counts"].to_list() == second.table["intensity_counts"].to_list() == COUNTS
    assert first.table["two_theta_deg"].to_list() == [round(10 + 0.02 * at, 3) for at in range(40)]
    assert second.table["two_theta_deg"].to_list() == pytest.approx([20 + 0.02 * at for at in range(40)])
    assert [recording.meta["counting_time_s"] for recording in (first, second)] == [1, 2]
    assert first.meta["wavelength_angstrom"] == second.meta["wavelength_angstrom"] == 1.5406
    assert first.sample_hints == ("CCA-7",)


def test_counts_per_second_are_told_apart():
    assert read(uxd([("COUPLED", "_2THETACPS", PAIRS)]))[0].table.columns[1] == "intensity_cps"


def test_a_third_column_is_the_time():
    timed = PAIRS.replace("\n", "\t1.0\n")
    assert (
        read(uxd([("COUPLED", "_2THETACOUNTSTIME", timed)]))[0].table["intensity_counts"].to_list() == COUNTS
    )


def test_comments_blank_lines_and_decimal_commas_do_no_harm():
    text = uxd([("COUPLED", "_2THETACOUNTS", "; begin\n\n" + PAIRS.replace(".", ","))]).replace("\n", "\r\n")
    assert read(text)[0].table["intensity_counts"].to_list() == COUNTS


def test_a_rocking_curve_under_two_theta_is_refused():
    assert "goes along THETA and not along 2θ" in complaint(uxd([("THETA", "_2THETACOUNTS", PAIRS)])).message
    (only,) = read(uxd([("PHI", "_2THETACOUNTS", PAIRS), ("COUPLED", "_COUNTS", BARE)]))
    assert only.flags[0].code == "scans_not_read"


def test_a_row_cut_in_the_middle_is_refused():
    assert complaint(TWO[: TWO.index("10.500") + 6].rstrip()).message == (
        "scan.uxd ends in the middle of row 26 of range 1."
    )


def test_an_open_last_line_is_said():
    assert read(uxd([("COUPLED", "_2THETACOUNTS", PAIRS[:-1])]))[0].flags[0].code == "last_line_open"


def test_fewer_steps_than_stated_are_a_cut_file():
    text = uxd([("COUPLED", "_2THETACOUNTS", PAIRS)]).replace("_STEPSIZE", "_STEPCOUNT=90\n_STEPSIZE")
    assert complaint(text).message == "scan.uxd ends in range 1 after 40 of 90 points."


def test_a_head_without_data_is_cut():
    assert complaint(TWO[:150]).code == "truncated"


@settings(max_examples=300, deadline=None)
@given(damaged(TWO.encode()))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "scan.uxd")
