"""XRDML: positions, attenuation, several scans, and how many counts of a cut file arrived."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.panalytical_xrdml import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.characterization.instruments.written import xrdml
from tests.corpus import corpus

COUNTS = [100, 120, 900, 130, 90]
WRITTEN = xrdml(COUNTS)


def read(text: str, name: str = "scan.xrdml") -> list[Recording]:
    found = outcome(READER, text.encode(), name)
    assert isinstance(found, list), found
    return found


def complaint(text: str, name: str = "scan.xrdml") -> UnreadableFile:
    found = outcome(READER, text.encode(), name)
    assert isinstance(found, UnreadableFile)
    return found


def test_equal_steps_include_both_ends():
    table = read(WRITTEN)[0].table
    assert table["two_theta_deg"].to_list() == [10, 12.5, 15, 17.5, 20]
    assert table["intensity_counts"].to_list() == COUNTS


def test_listed_positions_are_taken_as_they_are():
    listed = "<listPositions>10 11 13 16 20</listPositions>"
    assert read(xrdml(COUNTS, positions=listed))[0].table["two_theta_deg"].to_list() == [10, 11, 13, 16, 20]


def test_raw_counts_are_multiplied_by_the_attenuation():
    factors = "<beamAttenuationFactors>1 1 10 1 1</beamAttenuationFactors>"
    text = xrdml(COUNTS, extra=factors)
    assert read(text)[0].table["intensity_counts"].to_list() == [100, 120, 9000, 130, 90]


def test_intensities_of_version_1_are_corrected_already():
    factors = "<beamAttenuationFactors>1 1 10 1 1</beamAttenuationFactors>"
    text = xrdml(COUNTS, version="1.5", data="intensities", extra=factors)
    assert read(text)[0].table["intensity_counts"].to_list() == COUNTS


def test_the_attenuators_factors_stand_beside_and_are_said():
    factors = "<beamAttenuationFactors>1 1 10 1 1</beamAttenuationFactors>"
    for data in ("counts", "intensities"):
        recording = read(xrdml(COUNTS, data=data, extra=factors))[0]
        assert recording.table["attenuation_factor"].to_list() == [1, 1, 10, 1, 1]
        assert recording.flags[0].code == "attenuated"


def test_one_factor_may_count_for_all_points():
    text = xrdml(COUNTS, extra="<commonBeamAttenuationFactor>10</commonBeamAttenuationFactor>")
    assert read(text)[0].table["intensity_counts"].to_list() == [10 * count for count in COUNTS]


def test_divergence_corrections_beside_raw_counts_are_said_and_not_put_on():
    text = xrdml(COUNTS, extra="<commonDivergenceCorrection>1.5</commonDivergenceCorrection>")
    assert read(text)[0].flags[0].code == "divergence_not_corrected"
    assert read(text)[0].table["intensity_counts"].to_list() == COUNTS


@pytest.mark.parametrize("version", ["1.0", "1.3", "1.5", "1.6", "2.0", "2.1", "2.3"])
def test_every_version_is_read(version: str):
    recording = read(xrdml(COUNTS, version=version, data="intensities" if version < "2" else "counts"))[0]
    assert (recording.table["intensity_counts"].to_list(), recording.meta["xrdml_version"]) == (
        COUNTS,
        version,
    )


def test_a_scan_over_omega_beside_patterns_is_left_out_and_said():
    rocking = xrdml(COUNTS, positions="<commonPosition>30</commonPosition>").replace('"Gonio"', '"Omega"')
    scan = rocking[rocking.index("<scan ") : rocking.index("</scan>") + len("</scan>")]
    (only,) = read(WRITTEN.replace("<scan ", scan + "<scan ", 1))
    assert (only.part, only.flags[0].code) == ("scan 2", "scans_not_read")
    assert "goes along Omega and not along 2θ" in only.flags[0].message


def test_a_scan_measured_downwards_is_turned_round():
    downwards = "<startPosition>20</startPosition><endPosition>10</endPosition>"
    recording = read(xrdml(COUNTS, positions=downwards))[0]
    assert recording.table["two_theta_deg"].to_list() == [10, 12.5, 15, 17.5, 20]
    assert recording.table["intensity_counts"].to_list() == COUNTS[::-1]
    assert recording.meta["measured_downwards"] is True


def test_the_optics_are_told():
    slit = '<divergenceSlit name="Fixed slit 1/4°"><angle unit="deg">0.25</angle></divergenceSlit></incidentBeamPath>'
    recording = read(WRITTEN.replace("</incidentBeamPath>", slit))[0]
    assert recording.meta["incident_optics"] == {"divergenceSlit": "Fixed slit 1/4°, angle 0.25 deg"}


def test_a_single_point_is_no_pattern():
    assert complaint(xrdml([7])).message == "scan.xrdml holds a single point, which is no pattern."


def test_positions_that_turn_back_are_damage():
    assert (
        complaint(xrdml(COUNTS, positions="<listPositions>10 11 10.5 12 13</listPositions>")).code
        == "damaged"
    )


def test_each_scan_is_a_recording():
    assert [recording.part for recording in read(xrdml(COUNTS, scans=3))] == ["scan 1", "scan 2", "scan 3"]


def test_it_says_what_the_file_says_of_itself():
    recording = read(WRITTEN)[0]
    assert recording.meta["wavelength_angstrom"] == 1.540598
    assert recording.meta["wavelength_kalpha2_angstrom"] == 1.544426
    assert recording.meta["kalpha_ratio"] == 0.5
    assert recording.meta["anode"] == "Cu"
    assert recording.meta["counting_time_s"] == 12.5
    assert recording.sample_hints == ("CCA-7",)
    assert recording.started_at == datetime.fromisoformat("2026-03-01T09:30:00+01:00")


def test_an_aborted_scan_is_flagged():
    text = WRITTEN.replace('scanAxis="Gonio" status="Completed"', 'scanAxis="Gonio" status="Aborted"')
    assert read(text)[0].flags[0].message == "The scan was Aborted after 5 points."


def test_a_scan_in_which_two_theta_stands_still_is_not_supported():
    assert complaint(xrdml(COUNTS, positions="<commonPosition>30</commonPosition>")).code == "unsupported"


def test_positions_and_counts_must_be_as_many():
    error = complaint(xrdml(COUNTS, positions="<listPositions>10 11</listPositions>"))
    assert error.message == "scan.xrdml: 2 positions of 2Theta for 5 counts."


def cut_in_counts(text: str, values: int) -> str:
    """The text up to the last scan's n-th count."""
    start = text.rindex('unit="counts">') + len('unit="counts">')
    return text[:start] + " ".join(text[start:].split()[:values])


def test_a_cut_file_says_how_many_counts_of_how_many_arrived():
    listed = "<listPositions>" + " ".join(map(str, range(3251))) + "</listPositions>"
    text = cut_in_counts(xrdml([7] * 3251, positions=listed), 2114)
    message = complaint(text, "scan0070.xrdml").message
    assert message == "scan0070.xrdml ends in the middle of the counts (2,114 of 3,251)."


def test_an_earlier_scan_over_the_same_range_tells_how_many_there_should_be():
    assert "(2 of 5)" in complaint(cut_in_counts(xrdml(COUNTS, scans=2), 2)).message


def test_where_nothing_tells_the_number_it_says_so():
    assert "3 arrived, and the file does not say of how many" in complaint(cut_in_counts(WRITTEN, 3)).message


def test_a_file_cut_before_its_counts_says_so():
    assert "before its counts" in complaint(WRITTEN[:300]).message


def test_broken_xml_with_its_end_is_damaged_and_not_cut():
    assert complaint(WRITTEN.replace("</scan>", "</scna>")).code == "damaged"


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>',
    ],
)
def test_entities_and_document_types_are_hostile(declaration: str):
    assert complaint(WRITTEN.replace("?>", f"?>{declaration}", 1)).code == "hostile"


@settings(max_examples=300, deadline=None)
@given(damaged(WRITTEN.encode()))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "scan.xrdml")


@settings(max_examples=60, deadline=None)
@given(st.integers(1, len(WRITTEN.rstrip()) - 1))
def test_a_cut_file_is_never_read_as_a_whole_one(keep: int):
    assert code_of(READER, WRITTEN.encode()[:keep], "scan.xrdml") == "truncated"


KNOWN = {
    "210520step1_30min": (4489, 5.00835563, 80.00853080, 10718, 50.165),
    "HL1-2_5-90_60min": (6474, 5.00116514, 89.99348491, 10841, 133.620),
    "GeO2-ZnO_700C_60min": (8301, 9.90343322, 100.09488522, 43174, 13.770),
    "NiO_0p6007-Bi2O3_0p4008--8min": (8282, 10.00943322, 99.99442286, 12775, 12.495),
    "TiO2_0p4009-ZnO_0p6010--2min": (2071, 10.02173288, 99.99585608, 11932, 10.965),
}


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "known"), KNOWN.items())
def test_real_scans_have_their_known_points(name: str, known: tuple[int, float, float, int, float]):
    recording = READER.read(corpus(f"characterization/xrd/{name}.xrdml"))[0]
    table = recording.table
    points, first, last, most, seconds = known
    assert table.height == points
    assert table["two_theta_deg"][0] == pytest.approx(first, abs=1e-8)
    assert table["two_theta_deg"][-1] == pytest.approx(last, abs=1e-8)
    assert table["intensity_counts"].max() == most
    assert recording.meta["counting_time_s"] == seconds


def test_a_hundred_thousand_nested_elements_are_survived():
    text = "<xrdMeasurements>" + "<a>" * 100_000 + "</a>" * 100_000 + "</xrdMeasurements>"
    assert complaint(text).code == "empty"
