import numpy as np
import pytest

from characterization.analysis.base import Conditions, Drawing, View
from characterization.analysis.methods import xrd_peaks
from characterization.analysis.xrd import bragg
from tests.characterization.analysis.recordings import pattern

CU = {"wavelength_angstrom": 1.5405929, "anode": "Cu"}
CU_BOTH = CU | {"wavelength_kalpha2_angstrom": 1.5444274}
LAB6 = [21.358, 30.385, 37.443, 43.507, 48.958, 53.990, 63.220, 67.549, 71.747, 75.846]
"""Lines of LaB6, a = 4.156826 Å, for Cu Kα1, in ° 2θ."""


def compute(recording, **parameters):
    return xrd_peaks.METHOD.compute(recording, Conditions(parameters=parameters))


def found(result):
    return {finding.name: finding.value for finding in result.findings}


@pytest.mark.parametrize(("angle", "spacing"), [(26.54, 3.3558), (40.77, 2.2114), (31.65, 2.8246)])
def test_spacings_follow_bragg(angle, spacing):
    assert bragg.spacing(np.array([angle]), 1.5405929)[0] == pytest.approx(spacing, abs=2e-4)


def test_lines_of_a_certified_powder_are_found_where_they_lie():
    result = compute(pattern([(at, 5000, 0.09) for at in LAB6], meta=CU))
    peaks = result.tables["peaks"]
    assert peaks["two_theta_deg"].to_list() == pytest.approx(LAB6, abs=0.01)
    edge = peaks["d_angstrom"].to_numpy() * np.sqrt([1, 2, 3, 4, 5, 6, 8, 9, 10, 11])
    assert edge == pytest.approx(4.1568, abs=0.002)
    assert found(result)["xrd_peak_count"] == 10


def test_width_height_and_area_of_a_line():
    row = compute(pattern([(40.0, 1000, 0.4)], meta=CU)).tables["peaks"].row(0, named=True)
    assert row["fwhm_deg"] == pytest.approx(0.4, rel=0.03)
    assert row["height_counts"] == pytest.approx(1000, rel=0.02)
    assert row["area_counts_deg"] == pytest.approx(1000 * 0.4 * 1.0645, rel=0.03)


def test_without_a_wavelength_no_spacing_is_made_up():
    result = compute(pattern([(40.0, 1000, 0.2)]))
    assert result.tables["peaks"]["d_angstrom"].to_list() == [None]
    assert "xrd_d_spacing_strongest" not in found(result)
    assert [flag.code for flag in result.flags] == ["wavelength_missing"]


def test_a_kalpha2_partner_is_part_of_its_line_and_no_line():
    partner = 2 * np.degrees(np.arcsin(1.5444274 / 1.5405929 * np.sin(np.radians(75.846 / 2))))
    result = compute(
        pattern([(75.846, 4000, 0.08), (partner, 2000, 0.08)], meta=CU_BOTH | {"kalpha_ratio": 0.5})
    )
    (row,) = result.tables["peaks"].iter_rows(named=True)
    assert row["two_theta_deg"] == pytest.approx(75.846, abs=0.001)
    assert row["area_counts_deg"] == pytest.approx(4000 * 0.08 * 1.0645, rel=0.01)


def test_a_ratio_that_the_file_does_not_name_is_flagged():
    flags = compute(pattern([(75.846, 4000, 0.08)], meta=CU_BOTH)).flags
    assert "kalpha_ratio_assumed" in [flag.code for flag in flags]


def test_a_wavelength_can_be_given_where_the_file_has_none():
    result = compute(pattern([(40.0, 1000, 0.2)]), wavelength_angstrom=1.540593)
    assert found(result)["xrd_d_spacing_strongest"] == pytest.approx(2.2522, abs=2e-4)


def test_noise_makes_no_lines():
    recording = pattern([], counts=400)
    noisy = np.random.default_rng(7).poisson(recording.table["intensity_counts"].to_numpy()).astype(float)
    recording.table = recording.table.with_columns(intensity_counts=noisy)
    assert found(compute(recording))["xrd_peak_count"] == 0


def test_broad_carbon_is_measured_apart_from_the_sharp_lines():
    result = found(compute(pattern([(24.5, 600, 5.0), (44.5, 2000, 0.3)], meta=CU)))
    assert result["xrd_carbon_002"] == pytest.approx(24.5, abs=0.3)
    assert result["xrd_carbon_d002"] == pytest.approx(3.63, abs=0.05)
    assert result["xrd_strongest_line"] == pytest.approx(44.5, abs=0.01)


def test_no_carbon_is_reported_where_there_is_none():
    assert "xrd_carbon_002" not in found(compute(pattern([(44.5, 2000, 0.3)], meta=CU)))


def test_too_few_points_are_told():
    recording = pattern([])
    recording.table = recording.table.head(10)
    assert [flag.code for flag in compute(recording).flags] == ["too_few_points"]


def drawn(result, recording):
    return xrd_peaks.draw(Drawing(result.tables, result.findings, recording.meta, recording.table), View())


def test_the_chart_names_the_strongest_lines_and_shows_fit_residual_and_sticks():
    recording = pattern([(at, 5000 - 100 * n, 0.09) for n, at in enumerate(LAB6)], meta=CU)
    chart, widths = drawn(compute(recording), recording)
    curves, residual, sticks = chart.panes
    assert 3 <= len(curves.notes) <= 8
    assert curves.notes[0].text == "21.36° · 4.157 Å"
    assert [layer.source for layer in curves.layers[1:]] == ["fit", "background"]
    assert np.nanmax(np.abs(residual.layers[0].y)) < 1
    assert sticks.layers[0].label == "LaB6"
    assert (chart.x.name, widths.key) == ("2θ (°)", "williamson_hall")


def test_without_a_pattern_the_chart_says_so():
    recording = pattern([])
    recording.table = recording.table.drop("intensity_counts")
    assert drawn(compute(recording), recording)[0].empty == "No pattern in this file."
