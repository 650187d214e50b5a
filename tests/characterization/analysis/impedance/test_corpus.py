"""Real spectra, read by their readers: T27 of the reference cases, and what a fit of them must admit."""

import time

import numpy as np
import polars as pl
import pytest

from characterization.analysis.base import Conditions
from characterization.analysis.registry import methods_for
from characterization.instruments import registry
from characterization.instruments.base import Technique
from tests.characterization.analysis.impedance.simulated import codes, found
from tests.corpus import corpus

pytestmark = pytest.mark.corpus
CIRCUIT_FIT, DRT, KRAMERS_KRONIG = methods_for(Technique.EIS)
PELLET = "characterization/eis/PEIS_LPSCl_IonBlocking_-25C"


def spectra_in(path):
    read = registry.read(corpus(path), path.rpartition("/")[2])
    return next(one for one in read.recordings if one.technique == Technique.EIS)


def test_t27_mpr_and_txt_of_the_pellet_are_one_spectrum_of_79_points_from_7_mhz_to_100_mhz():
    one, other = (spectra_in(PELLET + ending).table for ending in (".mpr", ".txt"))
    assert one.height == other.height == 79
    assert one["frequency_Hz"].max() == pytest.approx(7e6, rel=1e-3)
    assert one["frequency_Hz"].min() == pytest.approx(0.1, rel=1e-3)
    for name in ("frequency_Hz", "z_real_ohm", "z_imag_ohm"):
        np.testing.assert_allclose(one[name].to_numpy(), other[name].to_numpy(), rtol=1e-5)


def test_the_pellet_is_fitted_with_its_misfit_shown_and_its_conductivity():
    """Arcs of the electrolyte end at a plateau of |Z| near 1.5 kΩ, which is read off the table itself.

    The geometry is made up (1000 µm, 0.785 cm²): the file does not say it.
    """
    measured = spectra_in(PELLET + ".mpr")
    phase = np.degrees(np.arctan2(measured.table["z_imag_ohm"], measured.table["z_real_ohm"]))
    plateau = float(measured.table["z_real_ohm"][int(np.argmax(phase))])
    cell = {
        "format": "ion_blocking",
        "separator_thickness_um": 1000,
        "area_cm2": 0.785,
        "temperature_degC": -25,
    }
    result = CIRCUIT_FIT.compute(measured, Conditions(cell=cell))
    resistance = found(result, "electrolyte_resistance")
    assert resistance.value == pytest.approx(plateau, rel=0.05)
    sigma = found(result, "ionic_conductivity")
    assert sigma.value == pytest.approx(1000 * 0.1 / (resistance.value * 0.785))
    assert "at -25 °C" in sigma.convention
    assert found(result, "circuit_misfit").value == pytest.approx(1.3, abs=0.5)
    assert {"systematic_misfit", "correlated_parameters"} <= codes(result)
    assert KRAMERS_KRONIG.compute(measured, Conditions()).tables["verdicts"]["verdict"].to_list() == [
        "passes"
    ]


def test_t27_the_solid_state_cell_has_89_points_and_arcs_of_electrolyte_and_interfaces():
    measured = spectra_in("characterization/eis/PEIS_SSB.mpr")
    assert measured.table.height == 89
    result = CIRCUIT_FIT.compute(measured, Conditions(cell={"format": "die"}))
    assert found(result, "circuit_misfit").value < 2
    assert found(result, "interfacial_resistance").value > 1000
    assert "interfacial_resistance" not in {one.name for one in result.findings if one.uncertainty is None}
    assert KRAMERS_KRONIG.compute(measured, Conditions()).tables["verdicts"]["verdict"].to_list() == [
        "passes"
    ]
    assert DRT.compute(measured, Conditions()).tables["spectra"]["misfit_percent"][0] < 0.5


def test_t27_the_61_spectra_of_a_galvanostatic_series_are_analysed_within_the_time_allowed():
    """Re Z is negative at high frequency in all of them: a three-electrode artefact, which is told, not mended."""
    measured = spectra_in("characterization/eis/geis.mpr")
    assert measured.table.height == 2528
    began = time.process_time()
    results = [method.compute(measured, Conditions()) for method in (CIRCUIT_FIT, DRT, KRAMERS_KRONIG)]
    assert time.process_time() - began < 6
    for result in results:
        assert {"dc_rows", "negative_resistance"} <= codes(result)
    assert "kramers_kronig_failed" in codes(results[2])
    table = results[0].tables["spectra"]
    assert table.height == 61
    assert table["charge_mAh"].is_sorted()
    growth = table["interfacial_ohm"]
    assert growth[60] > 4 * growth[0] > 400
    peaks = results[1].tables["peaks"].filter(pl.col("label") == "D2")
    assert peaks.height > 55
    assert peaks["frequency_Hz"].median() == pytest.approx(270, rel=0.15)


def test_an_eis_part_of_a_cycling_file_is_analysed():
    result = DRT.compute(spectra_in("cycler/biologic/mb.mpr"), Conditions())
    assert result.tables["spectra"].height == 8
    assert result.tables["spectra"]["polarisation_ohm"].to_numpy() == pytest.approx(1150, rel=0.05)


@pytest.mark.parametrize("path", ["cycler/ivium/data.idf", "cycler/palmsens/data.pssession"])
def test_a_dummy_cell_of_round_values_is_found_exactly_in_the_files_of_two_makers(path):
    """100 Ω in series with arcs of 700 Ω together, written without noise."""
    result = CIRCUIT_FIT.compute(spectra_in(path), Conditions())
    assert found(result, "ohmic_resistance").value == pytest.approx(100, rel=1e-4)
    assert found(result, "interfacial_resistance").value == pytest.approx(700, rel=1e-4)
