import numpy as np
import polars as pl
import pytest
from scipy.integrate import cumulative_trapezoid

from characterization.analysis.base import Conditions, Drawing, View
from characterization.analysis.methods import xps_regions
from characterization.instruments import registry
from characterization.instruments.base import Recording, Technique
from tests.corpus import corpus

SURVEY = "Survey"


def gauss(energy, area, centre, sigma):
    return area * np.exp(-(((energy - centre) / sigma) ** 2) / 2) / sigma / np.sqrt(2 * np.pi)


def region(name, block, centre, area_cps_eV, seconds=0.5, noise=None):
    """Counts of one line on a Shirley background, counted ``seconds`` per point."""
    energy = np.arange(centre - 8, centre + 8, 0.1)
    line = gauss(energy, area_cps_eV, centre, 0.6)
    counts = (line + 300 + 0.05 * cumulative_trapezoid(line, energy, initial=0)) * seconds
    counts = noise.poisson(counts).astype(float) if noise else counts
    return pl.DataFrame(
        {"region": name, "block": block, "binding_energy_eV": energy, "intensity_counts": counts}
    )


def recording(*regions, dwell_s=0.25, scans=2):
    about = [{"block": n, "dwell_s": dwell_s, "scans": scans} for n in range(len(regions))]
    return Recording(Technique.XPS, pl.concat(regions), meta={"regions": about})


def compute(measured, **parameters):
    return xps_regions.compute(measured, Conditions(parameters=parameters))


def findings(result, name):
    return {finding.subject: finding for finding in result.findings if finding.name == name}


def test_energies_are_referenced_to_carbon():
    result = compute(recording(region("C 1s", 0, 283.3, 5000), region("O 1s", 1, 530.0, 8000)))
    assert findings(result, "xps_charge_shift")[""].value == pytest.approx(1.5, abs=0.01)
    assert findings(result, "xps_peak_position")["O 1s"].value == pytest.approx(531.5, abs=0.02)
    assert result.tables["regions"]["low_eV"][1] == pytest.approx(523.5, abs=0.02)


def test_the_charge_reference_can_be_switched_off():
    result = compute(recording(region("C 1s", 0, 283.3, 5000)), charge_reference=False)
    assert findings(result, "xps_charge_shift")[""].value == 0
    assert findings(result, "xps_peak_position")["C 1s"].value == pytest.approx(283.3, abs=0.01)


def test_without_carbon_energies_stand_as_measured_and_it_is_told():
    result = compute(recording(region("O 1s", 0, 530.0, 8000)))
    assert findings(result, "xps_charge_shift")[""].value == 0
    assert "no_charge_reference" in [flag.code for flag in result.flags]


def test_a_shift_that_no_charge_explains_is_told():
    result = compute(recording(region("C 1s", 0, 270.0, 5000)))
    assert "large_charge_shift" in [flag.code for flag in result.flags]


def test_areas_are_counts_per_second_above_the_background():
    result = compute(recording(region("C 1s", 0, 284.8, 5000, seconds=0.5), region("O 1s", 1, 531.0, 8000)))
    areas = findings(result, "xps_area")
    assert areas["C 1s"].value == pytest.approx(5000, rel=0.001)
    assert areas["O 1s"].value == pytest.approx(8000, rel=0.001)
    assert areas["C 1s"].unit == "counts/s·eV"
    assert "Shirley background" in areas["C 1s"].convention


def test_the_uncertainty_of_an_area_is_how_much_it_scatters():
    noise = np.random.default_rng(3)
    results = [compute(recording(region("C 1s", 0, 284.8, 5000, noise=noise))) for _ in range(60)]
    areas = [findings(result, "xps_area")["C 1s"] for result in results]
    told = np.median([area.uncertainty for area in areas])
    assert np.std([area.value for area in areas]) == pytest.approx(told, rel=0.35)
    assert np.mean([area.value for area in areas]) == pytest.approx(5000, rel=0.02)


def test_without_a_dwell_intensities_stay_counts():
    result = compute(recording(region("C 1s", 0, 284.8, 5000), dwell_s=None))
    assert findings(result, "xps_area")["C 1s"].unit == "counts·eV"
    assert "dwell_missing" in [flag.code for flag in result.flags]


def test_a_survey_has_no_area():
    energy = np.arange(0, 1000, 1.0)
    wide = pl.DataFrame(
        {"region": SURVEY, "block": 0, "binding_energy_eV": energy, "intensity_counts": energy + 100}
    )
    result = compute(recording(wide, region("C 1s", 1, 284.8, 5000)))
    assert list(findings(result, "xps_area")) == ["C 1s"]
    assert result.tables["regions"]["background"].to_list() == ["none", "Shirley"]


def test_two_regions_of_one_name_are_told_apart():
    result = compute(recording(region("C 1s", 0, 284.8, 5000), region("C 1s", 1, 284.8, 4000)))
    assert list(findings(result, "xps_area")) == ["C 1s (block 1)", "C 1s (block 2)"]


def test_a_region_of_one_energy_is_left_out_and_told():
    stuck = region("O 1s", 1, 531.0, 8000).with_columns(binding_energy_eV=pl.lit(531.0))
    result = compute(recording(region("C 1s", 0, 284.8, 5000), stuck))
    assert result.tables["regions"]["region"].to_list() == ["C 1s"]
    assert result.flags[0].message == "1 of 2 regions have fewer than 5 points: left out."


def test_each_region_is_drawn_with_binding_energy_falling_to_the_right():
    measured = recording(region("C 1s", 0, 284.8, 5000), region("O 1s", 1, 531.0, 8000))
    result = compute(measured)
    charts = xps_regions.draw(Drawing(result.tables, result.findings, measured.meta, measured.table), View())
    assert [chart.title for chart in charts] == ["C 1s", "O 1s"]
    assert all(chart.x.reversed for chart in charts)
    assert all(chart.panes[0].y.name == "Residual (σ)" for chart in charts)  # both have a fit model
    plain = compute(measured, fits={"C 1s": {"fitted": False}})
    charts = xps_regions.draw(Drawing(plain.tables, plain.findings, measured.meta, measured.table), View())
    assert charts[0].panes[0].notes[0].text == "284.80 eV"


@pytest.mark.corpus
def test_counts_and_counts_per_second_of_one_survey_become_equal():
    spectra = []
    for name in ("regular.vms", "irregular.vms"):
        path = corpus(f"characterization/xps/{name}")
        (measured,) = registry.read(path, path.name).recordings
        spectra.append(compute(measured).tables["spectra"])
    regular, irregular = (table["intensity"].to_numpy() for table in spectra)
    assert len(regular) == 1351
    assert regular == pytest.approx(irregular, rel=1e-4)
    assert spectra[0].filter(pl.col("intensity") > 0)["unit"].unique().to_list() == ["cps"]


@pytest.mark.corpus
def test_a_real_file_gives_every_region_with_carbon_at_its_reference():
    path = corpus("characterization/xps/Mutlipak_vms.npl")
    (measured,) = registry.read(path, path.name).recordings
    result = compute(measured)
    assert result.tables["regions"]["region"].to_list() == ["C 1s", "O 1s", "S 2p", "N 1s", "Mo 3d"]
    assert result.tables["regions"]["points"].to_list() == [601, 601, 501, 401, 401]
    positions = findings(result, "xps_peak_position")
    assert positions["C 1s"].value == pytest.approx(284.8, abs=0.01)
    assert 228 < positions["Mo 3d"].value < 229.5  # Mo(IV) 3d5/2, the line of lower energy
    told = {flag.code for flag in result.flags}
    assert not told & {
        "linear_background",
        "dwell_missing",
        "no_charge_reference",
        "not_fitted",
        "model_refused",
    }
