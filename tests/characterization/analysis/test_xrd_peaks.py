import numpy as np
import pytest

from characterization.analysis import diffraction
from characterization.analysis.base import Conditions, Drawing, View
from characterization.analysis.methods import xrd_peaks
from characterization.instruments import registry
from tests.characterization.analysis.recordings import pattern
from tests.corpus import corpus

CU = {"wavelength_angstrom": 1.5405929, "anode": "Cu"}
CU_BOTH = CU | {"wavelength_kalpha2_angstrom": 1.5444274}
LAB6 = [21.358, 30.385, 37.443, 43.507, 48.958, 53.990, 63.220, 67.549, 71.747, 75.846]
"""Lines of LaB6, a = 4.156826 Å, for Cu Kα1, in ° 2θ."""


def compute(recording):
    return xrd_peaks.compute(recording, Conditions())


def found(result):
    return {finding.name: finding.value for finding in result.findings}


@pytest.mark.parametrize(("angle", "spacing"), [(26.54, 3.3558), (40.77, 2.2114), (31.65, 2.8246)])
def test_spacings_follow_bragg(angle, spacing):
    assert diffraction.bragg_d(np.array([angle]), 1.5405929)[0] == pytest.approx(spacing, abs=2e-4)


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


def test_a_resolved_kalpha2_partner_is_told_from_a_line():
    partner = 2 * np.degrees(np.arcsin(1.5444274 / 1.5405929 * np.sin(np.radians(75.846 / 2))))
    result = compute(pattern([(75.846, 4000, 0.08), (partner, 2000, 0.08)], meta=CU_BOTH))
    assert result.tables["peaks"]["kalpha2_of_deg"].to_list() == [None, pytest.approx(75.846, abs=0.01)]
    assert found(result)["xrd_peak_count"] == 1


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


def test_the_chart_names_the_strongest_lines():
    recording = pattern([(at, 5000 - 100 * n, 0.09) for n, at in enumerate(LAB6)], meta=CU)
    result = compute(recording)
    (chart,) = xrd_peaks.draw(
        Drawing(result.tables, result.findings, recording.meta, recording.table), View()
    )
    assert len(chart.panes[0].notes) == 8
    assert chart.panes[0].notes[0].text == "21.36°"
    assert chart.x.name == "2θ (°)"


def bragg_angles(spacings):
    return 2 * np.degrees(np.arcsin(1.540598 / 2 / np.array(spacings)))


NIO = [4.1771 / np.sqrt(n) for n in (3, 4, 8)]
ZNO = [2.8143, 2.6033, 2.4759]
ANATASE = [3.5166]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "spacings", "shift"),
    [
        ("NiO_0p6007-Bi2O3_0p4008--8min.xrdml", NIO, (0.22, 0.36)),
        ("TiO2_0p4009-ZnO_0p6010--2min.xrdml", ZNO + ANATASE, (0.02, 0.12)),
    ],
)
def test_lines_of_real_mixtures_lie_at_the_cards_plus_one_displacement(name, spacings, shift):
    path = corpus(f"characterization/xrd/{name}")
    (recording,) = registry.read(path, path.name).recordings
    peaks = compute(recording).tables["peaks"]
    angles = peaks.sort("height_counts", descending=True).head(12)["two_theta_deg"].to_numpy()
    off = [angles[np.abs(angles - 0.15 - at).argmin()] - at for at in bragg_angles(spacings)]
    assert all(shift[0] <= each <= shift[1] for each in off), off
    assert max(off) - min(off) < 0.1
