"""Bruker RAW 1.01 and 4.00: every range, to the last byte, and nothing that only looks whole."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.bruker_raw import READER
from characterization.instruments.formats.bruker_uxd import READER as UXD
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, largest, outcome
from tests.characterization.instruments.written_diffraction import raw_v3, raw_v4
from tests.corpus import corpus

COUNTS = [float(100 + step % 7) for step in range(40)]
TWO = [(10.0, 0.02, COUNTS), (30.0, 0.01, COUNTS[:25])]
V3, V4 = raw_v3(TWO), raw_v4(TWO)


def read(raw: bytes) -> list[Recording]:
    found = outcome(READER, raw, "scan.raw")
    assert isinstance(found, list), found
    return found


def complaint(raw: bytes) -> UnreadableFile:
    found = outcome(READER, raw, "scan.raw")
    assert isinstance(found, UnreadableFile), found
    return found


@pytest.mark.parametrize("raw", [V3, V4], ids=["1.01", "4.00"])
def test_each_range_is_a_recording(raw: bytes):
    first, second = read(raw)
    assert [first.part, second.part] == ["range 1", "range 2"]
    assert first.table["two_theta_deg"].to_list() == pytest.approx([10 + 0.02 * at for at in range(40)])
    assert first.table["intensity_counts"].to_list() == COUNTS
    assert second.table["two_theta_deg"][-1] == pytest.approx(30.24)


@pytest.mark.parametrize("raw", [V3, V4], ids=["1.01", "4.00"])
def test_it_says_what_the_file_says_of_itself(raw: bytes):
    recording = read(raw)[0]
    assert recording.meta["wavelength_angstrom"] == 1.5406
    assert recording.meta["wavelength_kalpha2_angstrom"] == 1.54439
    assert recording.meta["kalpha_ratio"] == 0.5
    assert recording.meta["anode"] == "Cu"
    assert recording.sample_hints == ("CCA-7",)
    assert recording.started_at == datetime(2026, 3, 1, 9, 30)


def test_a_single_range_has_no_number():
    assert read(raw_v4(TWO[:1]))[0].part == ""


@pytest.mark.parametrize("raw", [V3, V4], ids=["1.01", "4.00"])
def test_bytes_behind_the_last_range_are_not_passed_over(raw: bytes):
    assert isinstance(outcome(READER, raw + b"\1\2\3\4" * 9, "scan.raw"), UnreadableFile)


def test_a_cut_range_says_how_many_points_arrived():
    assert complaint(V3[:-10]).message == "scan.raw ends in range 2 of 2, after 22 of 25 points."
    assert complaint(V4[:-10]).message == "scan.raw ends in range 2, after 22 of 25 points."


def test_a_range_that_is_missing_altogether_is_missed():
    assert "header of range 2 of 2" in complaint(raw_v3(TWO[:1], stated=2)).message
    whole = raw_v4(TWO)
    assert complaint(whole[: len(raw_v4(TWO[:1]))]).message == "scan.raw ends after 1 of 2 ranges."


def test_further_numbers_of_a_point_are_no_counts():
    assert read(raw_v4(TWO, floats=2))[0].table["intensity_counts"].to_list() == COUNTS


def test_an_aborted_scan_is_flagged():
    assert read(raw_v4(TWO[:1], planned=90))[0].flags[0].message == "The scan ended after 40 of 90 points."


def test_a_rocking_curve_is_refused_and_beside_patterns_left_out():
    assert (
        "goes along Rocking Curve and not along 2θ"
        in complaint(raw_v4(TWO[:1], axis="Rocking Curve")).message
    )
    (only,) = read(raw_v4(TWO, axis=["Phi", "Locked Coupled"]))
    assert (only.part, only.flags[0].code) == ("range 2", "scans_not_read")
    assert only.flags[0].message.startswith(
        "1 of 2 ranges are not read: scan.raw: a scan of 40 points goes along Phi"
    )


def test_a_single_point_is_no_pattern():
    assert (
        complaint(raw_v4([(10.0, 0.02, [5.0])])).message
        == "scan.raw holds a single point, which is no pattern."
    )


def test_counts_below_zero_are_kept():
    assert read(raw_v4([(10.0, 0.02, [-3.0, 4.0, 5.0])]))[0].table["intensity_counts"][0] == -3


@pytest.mark.parametrize(("mark", "words"), [(b"RAW2", "version 2"), (b"RAW ", "version 1")])
def test_older_versions_are_refused_with_what_to_do(mark: bytes, words: str):
    error = complaint(mark + bytes(600))
    assert error.code == "unsupported"
    assert words in error.message
    assert "RAW1.01" in error.hint


@pytest.mark.parametrize("raw", [V3, V4], ids=["1.01", "4.00"])
@settings(max_examples=170, deadline=None)
@given(data=st.data())
def test_damage_gives_a_table_or_a_named_fault(raw: bytes, data: st.DataObject):
    keeps_its_promise(READER, data.draw(damaged(raw)), "scan.raw")


@pytest.mark.parametrize("raw", [V3, V4], ids=["1.01", "4.00"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_cut_file_is_never_read_as_a_whole_one(raw: bytes, data: st.DataObject):
    keep = data.draw(st.integers(8, len(raw) - 1))
    assert code_of(READER, raw[:keep], "scan.raw") == "truncated"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(5, 100), st.integers(2, 60)), min_size=1, max_size=4))
def test_what_was_written_is_read(shapes: list[tuple[int, int]]):
    ranges = [(float(start), 0.05, [float(7 * at) for at in range(points)]) for start, points in shapes]
    for written in (raw_v3(ranges), raw_v4(ranges)):
        assert [recording.table["intensity_counts"].to_list() for recording in read(written)] == [
            counts for _, _, counts in ranges
        ]


def real(name: str) -> list[Recording]:
    return READER.read(corpus(f"characterization/xrd/{name}"))


@pytest.mark.corpus
def test_a_raw_file_equals_its_uxd_twin():
    """T4: counts identical; the UXD rounds its angles to 0.001°."""
    one = real("BT86.raw")[0].table
    other = UXD.read(corpus("characterization/xrd/BT86_.UXD"))[0].table
    assert one.height == other.height == 2374
    assert one["intensity_counts"].equals(other["intensity_counts"])
    assert largest(one["two_theta_deg"] - other["two_theta_deg"]) <= 0.005


@pytest.mark.corpus
def test_a_real_file_has_three_ranges():
    assert [recording.table.height for recording in real("format1.raw")] == [101, 26, 51]


@pytest.mark.corpus
def test_a_real_file_of_version_4_ends_on_its_last_byte():
    """T4b: 1,647 points, 10.0000 + 0.036477·i °, the strongest is rutile (110) at 27.472°."""
    table = real("TiO2.raw")[0].table
    assert table.height == 1647
    assert table["two_theta_deg"][0] == 10
    assert table["two_theta_deg"][1] - 10 == pytest.approx(0.036477, abs=1e-6)
    top = table.row(table["intensity_counts"].arg_max() or 0)
    assert top[1] == 11493
    assert top[0] == pytest.approx(27.472, abs=0.0005)


@pytest.mark.corpus
def test_the_real_standard_has_its_known_points():
    recording = real("LaB6_Jan2018.raw")[0]
    assert recording.table.height == 3040
    assert recording.meta["counting_time_s"] == 95
    assert recording.meta["wavelength_angstrom"] == 1.5406
