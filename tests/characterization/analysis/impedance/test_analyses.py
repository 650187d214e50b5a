import time

import numpy as np
import polars as pl
import pytest

from characterization.analysis.base import Conditions, Drawing, View
from characterization.analysis.registry import methods_for
from characterization.charts import print as press
from characterization.charts import web
from characterization.instruments.base import Recording, Technique
from tests.characterization.analysis.impedance.simulated import (
    CIRCUIT,
    FREQUENCY,
    OMEGA,
    TRUE,
    TWO_ARCS,
    codes,
    found,
    from_circuit,
    growing,
    noisy,
    recording,
)

CIRCUIT_FIT, DRT, KRAMERS_KRONIG = methods_for(Technique.EIS)
Z = CIRCUIT.impedance(OMEGA, CIRCUIT.theta(TRUE))
PELLET = from_circuit("R0-p(R1,CPE1)-CPE2", [10, 40, 2e-9, 0.95, 1e-6, 0.9])
DRIFTING = TWO_ARCS * (1 + 0.1 * np.arange(81) / 80)


def compute(method, recording, **conditions):
    return method.compute(recording, Conditions(**conditions))


def drawn(method, recording, result, view=None):
    return method.draw(
        Drawing(result.tables, result.findings, {}, recording.table, result.flags), view or View()
    )


@pytest.fixture(scope="module")
def series():
    measured = recording(*growing(), charge_mAh=np.linspace(0, 2, 20), time_s=3600 * np.arange(20))
    return measured, {method.name: compute(method, measured) for method in methods_for(Technique.EIS)}


def test_a_spectrum_gives_its_resistances_with_uncertainties():
    result = compute(CIRCUIT_FIT, recording(noisy(Z, 0.005, 1)))
    assert found(result, "ohmic_resistance").value == pytest.approx(10, rel=0.01)
    interfacial = found(result, "interfacial_resistance")
    assert interfacial.value == pytest.approx(250, rel=0.01)
    assert 0 < interfacial.uncertainty < 2
    assert "R1 + R2" in interfacial.convention
    assert found(result, "circuit_resistance", "R2").value == pytest.approx(200, rel=0.01)
    assert found(result, "effective_capacitance", "CPE1").value == pytest.approx(3.33e-7, rel=0.05)
    assert found(result, "circuit_misfit").value == pytest.approx(0.7, abs=0.1)
    assert result.parameters["circuit"] == "R0-p(R1,CPE1)-p(R2,CPE2)"
    assert "modulus" in result.parameters["weighting"]


def test_a_persons_circuit_is_fitted():
    result = compute(CIRCUIT_FIT, recording(TWO_ARCS), parameters={"circuit": "R0-ZARC1-ZARC2"})
    assert result.parameters["circuit"] == "R0-ZARC1-ZARC2"
    assert found(result, "circuit_resistance", "ZARC2").value == pytest.approx(200)
    assert found(result, "circuit_time_constant", "ZARC1").value == pytest.approx(1e-4)


def test_a_circuit_that_cannot_be_read_is_told_and_another_chosen():
    result = compute(CIRCUIT_FIT, recording(TWO_ARCS), parameters={"circuit": "R0-p(R1,CPE1"})
    assert "circuit_refused" in codes(result)
    assert result.parameters["circuit"] == "R0-p(R1,CPE1)-p(R2,CPE2)"


def test_a_circuit_that_is_too_simple_shows_its_misfit_and_says_so():
    result = compute(CIRCUIT_FIT, recording(TWO_ARCS), parameters={"circuit": "R0-p(R1,CPE1)"})
    assert found(result, "circuit_misfit").value > 3
    assert "systematic_misfit" in codes(result)


def test_conductivity_of_a_blocking_pellet_needs_its_geometry():
    cell = {
        "format": "ion_blocking",
        "separator_thickness_um": 1000,
        "area_cm2": 0.785,
        "temperature_degC": 25,
    }
    sigma = found(compute(CIRCUIT_FIT, recording(PELLET), cell=cell), "ionic_conductivity")
    assert sigma.value == pytest.approx(2.548, rel=0.002)
    assert sigma.unit == "mS/cm"
    assert "at 25 °C" in sigma.convention
    bare = compute(CIRCUIT_FIT, recording(PELLET), cell={"format": "ion_blocking", "area_cm2": 0.785})
    assert not [one for one in bare.findings if one.name == "ionic_conductivity"]
    assert "the separator's thickness" in next(
        flag.message for flag in bare.flags if flag.code == "conductivity_needs_geometry"
    )


def test_a_full_cell_gets_no_conductivity_and_is_not_asked_for_geometry():
    result = compute(CIRCUIT_FIT, recording(Z), cell={"format": "die", "area_cm2": 0.785})
    assert not [one for one in result.findings if one.name == "ionic_conductivity"]
    assert "conductivity_needs_geometry" not in codes(result)


def test_data_that_fail_the_kramers_kronig_test_are_shown_as_such_everywhere():
    measured = recording(DRIFTING)
    assert "kramers_kronig_failed" in codes(compute(KRAMERS_KRONIG, measured))
    circuit, drt = compute(CIRCUIT_FIT, measured), compute(DRT, measured)
    assert "fails the Kramers–Kronig test" in found(circuit, "interfacial_resistance").convention
    assert "fails the Kramers–Kronig test" in found(drt, "drt_resistance", "D1").convention
    assert "fails the Kramers–Kronig test" in drawn(CIRCUIT_FIT, measured, circuit)[0].caption


def test_residuals_of_the_kramers_kronig_test_are_a_table(series):
    measured, results = series
    table = results["eis_kramers_kronig"].tables["residuals"]
    assert table.height == measured.table.height
    assert table["residual_real_percent"].abs().max() < 2


def test_a_series_has_one_circuit_and_one_row_per_spectrum(series):
    table = series[1]["eis_circuit"].tables["spectra"]
    assert table.height == 20
    assert table["circuit"].n_unique() == 1
    true = 250 + 60 * np.linspace(0, 1, 20) + 300 * np.linspace(0, 1, 20) ** 2
    np.testing.assert_allclose(table["interfacial_ohm"].to_numpy(), true, rtol=0.01)
    np.testing.assert_allclose(table["ohmic_ohm"].to_numpy(), 10, rtol=0.02)
    assert table["charge_mAh"][19] == 2


def test_of_a_series_the_first_and_the_last_spectrum_are_quoted(series):
    result = series[1]["eis_circuit"]
    assert {one.subject for one in result.findings if one.name == "ohmic_resistance"} == {
        "spectrum 1",
        "spectrum 20",
    }
    assert found(result, "interfacial_resistance", "spectrum 20").value == pytest.approx(610, rel=0.01)


def test_processes_of_a_series_are_labelled_from_fast_to_slow_and_followed(series):
    peaks = series[1]["eis_drt"].tables["peaks"]
    whole = [label for label, count in peaks.group_by("label").len().sort("label").iter_rows() if count == 20]
    fast, slow = (peaks.filter(pl.col("label") == label).sort("spectrum") for label in (whole[0], whole[-1]))
    np.testing.assert_allclose(fast["resistance_ohm"].to_numpy(), 50 + 60 * np.linspace(0, 1, 20), rtol=0.12)
    np.testing.assert_allclose(slow["tau_s"].to_numpy(), 0.05 * (1 + 2 * np.linspace(0, 1, 20)), rtol=0.25)
    medians = peaks.group_by("label").agg(pl.col("tau_s").median()).sort("label")["tau_s"]
    assert medians.is_sorted()


def test_one_lambda_serves_all_spectra_of_a_series(series):
    table = series[1]["eis_drt"].tables["spectra"]
    assert table["lambda"].n_unique() == 1
    assert "median of 5 spectra" in series[1]["eis_drt"].parameters["lambda_from"]


def test_a_series_is_drawn_over_charge_with_a_contour(series):
    measured, results = series
    charts = {
        chart.key: chart
        for method in methods_for(Technique.EIS)
        for chart in drawn(method, measured, results[method.name])
    }
    assert set(charts) == {
        "nyquist", "bode", "fit_residuals", "resistance_series",
        "drt", "drt_contour", "drt_series", "kramers_kronig",
    }  # fmt: skip
    assert charts["nyquist"].equal_scales
    assert charts["drt_contour"].x.name == "Charge passed (mAh)"
    assert charts["drt_contour"].layers[0].z.shape == (len(charts["drt_contour"].layers[0].y), 20)
    for chart in charts.values():
        assert web.press(chart)["data"]
    assert press.press(charts["drt_contour"]).startswith(b"<?xml")


def test_the_spectra_that_are_asked_for_are_drawn(series):
    measured, results = series
    nyquist = drawn(CIRCUIT_FIT, measured, results["eis_circuit"], View(cycles=(3, 7)))[0]
    assert {layer.source for layer in nyquist.layers if layer.kind == "points"} == {
        "spectrum 3",
        "spectrum 7",
    }


def test_the_fit_lies_under_the_points_and_decades_are_noted():
    measured = recording(TWO_ARCS)
    nyquist = drawn(CIRCUIT_FIT, measured, compute(CIRCUIT_FIT, measured))[0]
    assert [layer.kind for layer in nyquist.layers] == ["line", "points"]
    assert "10⁰ Hz" in {note.text for note in nyquist.panes[0].notes}
    assert nyquist.layers[1].y.max() == pytest.approx(np.max(-TWO_ARCS.imag))


def test_rows_at_0_hz_are_left_out_and_told():
    measured = recording(TWO_ARCS)
    direct = measured.table.head(29).with_columns(
        pl.lit(0.0).alias("frequency_Hz"), pl.lit(0.0).alias("z_real_ohm"), pl.lit(0.0).alias("z_imag_ohm")
    )
    measured.table = pl.concat([direct, measured.table])
    result = compute(CIRCUIT_FIT, measured)
    assert "29 of 110 rows are at 0 Hz" in next(
        flag.message for flag in result.flags if flag.code == "dc_rows"
    )
    assert result.tables["points"].height == 81


def constant(value):
    return np.full(81, value, dtype=complex)


DEGENERATE = {
    "three points": (recording(TWO_ARCS[:3]), "spectrum_left_out"),
    "all equal": (recording(constant(5 - 3j)), "spectrum_left_out"),
    "nothing but NaN": (recording(constant(np.nan)), "no_impedance"),
    "positive imaginary only": (recording(np.abs(TWO_ARCS.real) + 1j * OMEGA * 1e-6), "spectrum_left_out"),
    "all zero": (recording(constant(0)), "no_impedance"),
    "infinite": (recording(constant(np.inf)), "no_impedance"),
    "enormous": (recording(TWO_ARCS * 1e290), "no_impedance"),
    "one frequency": (recording(TWO_ARCS, frequency=np.full(81, 10.0)), "spectrum_left_out"),
    "negative frequencies": (recording(TWO_ARCS, frequency=-FREQUENCY), "no_impedance"),
    "no rows": (recording(TWO_ARCS[:0]), "no_impedance"),
    "no columns": (Recording(Technique.EIS, pl.DataFrame({"a": [1.0]})), "no_impedance"),
}


@pytest.mark.parametrize("method", methods_for(Technique.EIS), ids=lambda method: method.name)
@pytest.mark.parametrize("case", DEGENERATE)
def test_what_is_no_spectrum_is_told_in_a_sentence(method, case):
    measured, code = DEGENERATE[case]
    result = compute(method, measured)
    assert code in codes(result)
    assert not result.findings
    assert all(flag.message.endswith((".", "export")) for flag in result.flags)
    assert all(chart.empty for chart in drawn(method, measured, result))


ODD = {
    "six points": TWO_ARCS[::16],
    "pure noise": noisy(constant(1), 1.0, 1),
    "a resistor with noise": noisy(constant(100), 1e-3, 2),
    "negative real parts": TWO_ARCS - 100,
    "a spike": np.where(np.arange(81) == 40, 1e9, TWO_ARCS),
    "tiny": TWO_ARCS * 1e-8,
    "some NaN": np.where(np.arange(81) % 3 == 0, np.nan, TWO_ARCS),
    "nearly nothing but a wire": 1e-3 + 1j * OMEGA * 1e-6 - 1e-6j,
}


@pytest.mark.parametrize("case", ODD)
def test_odd_spectra_are_bounded_in_time_and_leave_flags_not_errors(case):
    measured = recording(ODD[case], frequency=FREQUENCY[::16] if case == "six points" else FREQUENCY)
    began = time.process_time()
    for method in methods_for(Technique.EIS):
        result = compute(method, measured)
        for chart in drawn(method, measured, result):
            assert web.press(chart)["data"]
    assert time.process_time() - began < 4


def test_negative_real_parts_are_told():
    assert "negative_resistance" in codes(compute(KRAMERS_KRONIG, recording(TWO_ARCS - 100)))


def test_of_5000_spectra_120_are_analysed_in_bounded_time():
    few = [one[::3] for one in growing(10)]
    measured = recording(*(few[n * 10 // 5000] for n in range(5000)), frequency=FREQUENCY[::3])
    began = time.process_time()
    results = [compute(method, measured) for method in methods_for(Technique.EIS)]
    assert time.process_time() - began < 10
    for result in results:
        assert "many_spectra" in codes(result)
    numbers = results[0].tables["spectra"]["spectrum"]
    assert (numbers.len(), numbers[0], numbers[-1]) == (120, 1, 5000)


def test_more_spectra_are_analysed_where_a_person_asks_for_them():
    measured = recording(*growing(5))
    result = compute(KRAMERS_KRONIG, measured, parameters={"most_spectra": 3})
    assert result.tables["verdicts"]["spectrum"].to_list() == [1, 3, 5]
