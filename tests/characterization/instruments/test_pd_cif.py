"""Powder CIF: angles listed or counted up, measured beside calculated, and files that hold no pattern."""

import pytest
from hypothesis import given, settings

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.pd_cif import READER
from tests.characterization.instruments.mutations import damaged, keeps_its_promise, outcome
from tests.corpus import corpus

HEAD = "data_CCA-7\n_chemical_formula_sum 'Ni2 Mo3 N'\n_diffrn_radiation_wavelength 1.5406\n"
RANGE = "_pd_meas_2theta_range_min 10.0\n_pd_meas_2theta_range_max 10.38\n_pd_meas_2theta_range_inc 0.02\n"
COUNTS = [100 + at % 7 for at in range(20)]
ANGLES = [10 + 0.02 * at for at in range(20)]


def loop(tags: list[str], rows: list[str]) -> str:
    return "loop_\n" + "\n".join(tags) + "\n" + "\n".join(rows) + "\n"


LISTED = HEAD + loop(
    ["_pd_meas_2theta_scan", "_pd_meas_counts_total"],
    [f"{x:.2f} {y}" for x, y in zip(ANGLES, COUNTS, strict=True)],
)
BESIDE = loop(
    ["_pd_meas_intensity_total", "_pd_calc_intensity_total"],
    [f"{y}.0(25) {y + 1}" if at else f"{y}.0(25) ." for at, y in enumerate(COUNTS)],
)


def read(text: str) -> list[Recording]:
    found = outcome(READER, text.encode(), "scan.cif")
    assert isinstance(found, list), found
    return found


def complaint(text: str) -> UnreadableFile:
    found = outcome(READER, text.encode(), "scan.cif")
    assert isinstance(found, UnreadableFile), found
    return found


@pytest.mark.parametrize("text", [LISTED, HEAD + RANGE + BESIDE])
def test_angles_are_listed_or_counted_up(text: str):
    recording = read(text)[0]
    assert recording.table["two_theta_deg"].to_list() == pytest.approx(ANGLES)
    assert recording.table["intensity_counts"].to_list() == COUNTS
    assert recording.meta["wavelength_angstrom"] == 1.5406
    assert recording.sample_hints[0] == "Ni2 Mo3 N"


def test_uncertainties_in_brackets_belong_to_the_last_digits():
    recording = read(HEAD + RANGE + BESIDE)[0]
    assert recording.table["sigma_counts"].to_list() == [2.5] * 20
    assert recording.table["calculated_counts"][1] == 102
    assert recording.flags[0].code == "arbitrary_intensity"


def test_two_wavelengths_with_weights_are_a_doublet():
    text = LISTED.replace("_diffrn_radiation_wavelength 1.5406\n", "") + loop(
        ["_diffrn_radiation_wavelength", "_diffrn_radiation_wavelength_wt"], ["1.5406 1.0", "1.5444 0.5"]
    )
    assert (read(text)[0].meta["wavelength_kalpha2_angstrom"], read(text)[0].meta["kalpha_ratio"]) == (
        1.5444,
        0.5,
    )


def test_a_calculated_pattern_alone_says_so():
    text = HEAD + RANGE.replace("meas", "proc") + loop(["_pd_calc_intensity_total"], [f"{y}" for y in COUNTS])
    assert read(text)[0].flags[0].code == "calculated"


def test_each_pattern_is_a_recording():
    second = LISTED.replace("data_CCA-7", "data_second")
    assert [recording.part for recording in read(LISTED + second)] == ["pattern 1", "pattern 2"]


def test_points_without_a_value_are_left_out_and_said():
    recording = read(LISTED.replace("10.10 105", "10.10 ?"))[0]
    assert recording.table.height == 19
    assert recording.flags[0].message == "1 points without a value are left out."


def test_time_of_flight_is_refused():
    assert complaint(LISTED.replace("_pd_meas_2theta_scan", "_pd_meas_time_of_flight")).code == "unsupported"


def test_a_structure_alone_is_told_where_it_belongs():
    error = complaint("data_ni\n_cell_length_a 3.524\nloop_\n_atom_site_label\n_atom_site_fract_x\nNi 0\n")
    assert (error.code, "phase library" in error.hint) == ("unsupported", True)


def test_fewer_points_than_the_range_are_a_cut_file():
    cut = HEAD + RANGE + "\n".join(BESIDE.split("\n")[:-6]) + "\n"
    assert complaint(cut).message == "scan.cif ends after 15 of 20 points."


@settings(max_examples=300, deadline=None)
@given(damaged((HEAD + RANGE + BESIDE).encode()))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "scan.cif")


@pytest.mark.corpus
def test_a_real_pattern_has_its_known_points():
    """The file's own items: 3,296 points from 1.5° to 166.25°, neutrons of 2.0785 Å, first intensity 5540(160)."""
    recording = READER.read(corpus("characterization/xrd/1517474.cif"))[0]
    table = recording.table
    assert table.height == 3296
    assert table["two_theta_deg"][-1] == pytest.approx(166.25, abs=1e-9)
    assert table.row(0)[:3] == (1.5, 5540, 160)
    assert recording.meta["wavelength_angstrom"] == 2.0785
    assert {flag.code for flag in recording.flags} == {"arbitrary_intensity", "neutrons"}
