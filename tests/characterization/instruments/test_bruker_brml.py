"""Bruker BRML: what stands where in a point, several ranges, and containers that are not what they seem."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.bruker_brml import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.characterization.instruments.written_diffraction import brml, brml_range, zipped
from tests.corpus import corpus

POINTS = [[124.8, 1, 10 + 0.02 * at, 5 + 0.01 * at, 100 + at % 7] for at in range(40)]
WHOLE = brml([brml_range(POINTS), brml_range(POINTS[:25])])


def read(raw: bytes) -> list[Recording]:
    found = outcome(READER, raw, "scan.brml")
    assert isinstance(found, list), found
    return found


def complaint(raw: bytes) -> UnreadableFile:
    found = outcome(READER, raw, "scan.brml")
    assert isinstance(found, UnreadableFile), found
    return found


def test_each_range_is_a_recording():
    first, second = read(WHOLE)
    assert [first.part, second.part, second.table.height] == ["range 1", "range 2", 25]
    assert first.table["two_theta_deg"].to_list() == [10 + 0.02 * at for at in range(40)]
    assert first.table["intensity_counts"].to_list() == [point[4] for point in POINTS]


def test_ranges_keep_their_order_beyond_ten():
    ranges = [brml_range(POINTS[: 5 + at]) for at in range(12)]
    assert [recording.table.height for recording in read(brml(ranges))] == list(range(5, 17))


def test_it_says_what_the_file_says_of_itself():
    recording = read(WHOLE)[0]
    assert recording.meta["wavelength_angstrom"] == 1.5406
    assert recording.meta["wavelength_kalpha2_angstrom"] == 1.54439
    assert recording.meta["anode"] == "Cu"
    assert recording.meta["counting_time_s"] == 124.8
    assert recording.sample_hints == ("CCA-7",)
    assert recording.started_at == datetime.fromisoformat("2026-03-01T09:30:00.123456+01:00")


def test_without_views_the_usual_order_counts():
    assert read(brml([brml_range(POINTS, views=False)]))[0].table["intensity_counts"][39] == 104


def test_a_detector_scan_has_one_axis_less():
    points = [[1, 1, point[2], point[4]] for point in POINTS]
    assert read(brml([brml_range(points, axes=["TwoTheta"])]))[0].table["intensity_counts"][1] == 101


def test_a_rocking_curve_is_refused_and_beside_patterns_left_out():
    points = [[1, 1, 10 + 0.01 * at, 7] for at in range(30)]
    rocking = brml_range(points, axes=["Theta"])
    assert "30 points goes along Theta and not along 2θ" in complaint(brml([rocking])).message
    (only,) = read(brml([rocking, brml_range(POINTS)]))
    assert (only.part, only.flags[0].code) == ("range 2", "scans_not_read")


def test_a_picture_per_point_is_refused():
    assert "192 channels per point" in complaint(brml([brml_range(POINTS, channels=192)])).message


def test_an_absorber_is_said_and_not_put_on():
    points = [[1, 50.0 if at == 3 else 1.0, *POINTS[at][2:]] for at in range(40)]
    recording = read(brml([brml_range(points)]))[0]
    assert recording.table["intensity_counts"][3] == 103
    assert recording.flags[0].message.startswith(
        "An absorber of factor up to 50 stood in the beam at 1 of 40 points"
    )


def test_an_aborted_scan_and_points_without_a_count_are_said():
    points = [*POINTS[:-1], [*POINTS[-1][:4], -9999]]
    recording = read(brml([brml_range(points, planned=90)]))[0]
    assert recording.table.height == 39
    assert [flag.code for flag in recording.flags] == ["points_left_out", "not_completed"]


def test_a_range_that_lost_a_point_is_cut():
    text = brml_range(POINTS).replace("<Datum>124.8,1,10.1,5.05,105</Datum>", "")
    assert complaint(brml([text])).message == (
        "scan.brml ends in Experiment0/RawData0.xml after 39 of 40 points."
    )


def test_a_template_without_data_is_empty():
    assert complaint(zipped({"Experiment0/MeasurementContainer.xml": "<a/>"})).code == "empty"


def test_entities_and_zip_bombs_are_hostile():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    assert complaint(brml([brml_range(POINTS, declaration=bomb)])).code == "hostile"
    assert complaint(zipped({"Experiment0/RawData0.xml": bytes(200 * 1024**2)})).code == "hostile"


@settings(max_examples=300, deadline=None)
@given(damaged(WHOLE))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "scan.brml")


@settings(max_examples=300, deadline=None)
@given(damaged(brml_range(POINTS).encode()))
def test_damage_inside_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, zipped({"Experiment0/RawData0.xml": raw}), "scan.brml")


@settings(max_examples=40, deadline=None)
@given(st.integers(1, len(WHOLE) - 1))
def test_a_cut_file_is_never_read_as_a_whole_one(keep: int):
    assert code_of(READER, WHOLE[:keep], "scan.brml") == "truncated"


@pytest.mark.corpus
def test_a_real_range_has_its_known_points():
    """The file's own statistics: 2,469 steps, least 645, greatest 8,170 at step 841, mean 2371.825."""
    recording = READER.read(corpus("characterization/xrd/TiOF.brml"))[0]
    counts = recording.table["intensity_counts"]
    assert (counts.len(), counts.min(), counts.max(), counts.arg_max()) == (2469, 645, 8170, 841)
    assert counts.mean() == pytest.approx(2371.8250303766708, rel=1e-12)
    assert recording.table["two_theta_deg"][-1] == pytest.approx(60.012776, abs=1e-6)
