"""Infrared, UV-vis, EPR, XANES and thermogravimetry on curves whose answers are known."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.analysis.bands import absorption, charts, edge, resonance, thermogram
from characterization.analysis.base import Conditions, Drawing, Finding, Result, View
from characterization.analysis.registry import all_methods
from characterization.instruments import registry
from characterization.instruments.base import Recording, Technique
from tests.corpus import corpus


def found(result: Result, name: str, subject: str | None = None) -> Finding:
    (one,) = [one for one in result.findings if one.name == name and subject in (None, one.subject)]
    assert one.value is not None
    return one


def value(result: Result, name: str, subject: str | None = None) -> float:
    answer = found(result, name, subject).value
    assert answer is not None
    return answer


def drawn(recording: Recording, result: Result) -> list[str]:
    method = next(one for one in all_methods() if one.technique == recording.technique)
    shown = method.draw(Drawing(result.tables, result.findings, {}, pl.DataFrame()), View())
    assert all(chart.layers for chart in shown)
    return [chart.key for chart in shown]


WAVENUMBERS = np.linspace(600, 4000, 3400)


def infrared(column: str = "absorbance", noise: float = 0.0) -> Recording:
    y = 0.4 * np.exp(-0.5 * ((WAVENUMBERS - 1630) / 15) ** 2) + 0.8 * np.exp(
        -0.5 * ((WAVENUMBERS - 3400) / 90) ** 2
    )
    y = y + 0.05 + np.random.default_rng(1).normal(0, noise, y.size)
    y = 100 * 10**-y if column == "transmittance_percent" else y
    return Recording(Technique.FTIR, pl.DataFrame({"wavenumber_per_cm": WAVENUMBERS, column: y}))


@pytest.mark.parametrize("column", ["absorbance", "transmittance_percent"])
def test_the_area_of_a_band_is_that_of_its_gaussian_whether_absorbance_or_transmittance_was_kept(column):
    result = absorption.compute(infrared(column), Conditions(parameters={"ranges": "1550-1710"}))
    area = 0.4 * 15 * np.sqrt(2 * np.pi)
    assert value(result, "ftir_band_area", "1630 cm⁻¹") == pytest.approx(area, rel=0.02)
    assert value(result, "ftir_range_area", "1550 – 1710 cm⁻¹") == pytest.approx(area, rel=0.02)
    widths = dict(
        zip(result.tables["bands"]["wavenumber_per_cm"].round(0), result.tables["bands"]["fwhm"], strict=True)
    )
    assert widths[1630.0] == pytest.approx(2.3548 * 15, rel=0.03)
    assert drawn(infrared(column), result) == ["spectrum"]


def test_noise_is_no_band():
    result = absorption.compute(infrared(noise=0.003), Conditions())
    assert result.tables["bands"].height == 2


def test_what_transmits_nothing_is_said():
    recording = infrared("transmittance_percent")
    recording.table = recording.table.with_columns(pl.col("transmittance_percent") - 30)
    assert [flag.code for flag in absorption.compute(recording, Conditions()).flags] == ["opaque"]


@pytest.mark.parametrize("text", ["3000", "3000-", "a-b", "10-10", "1-2-3"])
def test_a_range_that_is_none_gets_a_sentence(text):
    assert "3000-3600" in charts.problem_of_ranges(text)
    with pytest.raises(ValueError, match="3000-3600"):
        absorption.ranges_of(text)


def test_ranges_may_be_written_either_way_round():
    assert charts.problem_of_ranges("3600–3000; 1650,5-1800") == ""
    assert absorption.ranges_of("3600–3000; 1650,5-1800") == [(3000, 3600), (1650.5, 1800)]


@pytest.mark.parametrize(
    ("name", "near"), [("7_CZ0-100_Pd_101.SPA", 1630), ("test.0000", 1500), ("benzene.jdx", 673)]
)
def test_every_infrared_file_of_the_corpus_gives_bands(name, near):
    read = registry.read(corpus(f"characterization/ftir/{name}"), name).recordings[0]
    result = absorption.compute(read, Conditions())
    assert result.tables["bands"].height > 0
    if name == "benzene.jdx":  # its strongest band, out of plane bending, 673 cm-1 in the gas
        assert result.tables["bands"]["wavenumber_per_cm"][0] == pytest.approx(near, abs=4)
    assert drawn(read, result) == ["spectrum"]


ENERGY = np.linspace(8100, 8700, 900)


def xanes(step: float = 1.3, noise: float = 0.0) -> Recording:
    rise = step * (0.5 + np.arctan((ENERGY - 8333) / 1.5) / np.pi)
    white = 0.4 * step * np.exp(-0.5 * ((ENERGY - 8350) / 4) ** 2)
    slope = 0.6 - 0.0004 * (ENERGY - 8333)
    y = rise + white + slope + np.random.default_rng(4).normal(0, noise, ENERGY.size)
    return Recording(Technique.XANES, pl.DataFrame({"energy_eV": ENERGY, "absorption_au": y}))


def test_the_edge_of_nickel_is_found_and_normalised_to_one():
    result = edge.compute(xanes(), Conditions())
    assert value(result, "xanes_edge_energy") == pytest.approx(8333, abs=1.0)
    # the tails of the arctangent lie 1 % short of both levels where these are fitted
    assert value(result, "xanes_edge_step") == pytest.approx(1.3, rel=0.03)
    assert value(result, "xanes_white_line_energy") == pytest.approx(8350, abs=1)
    normal = result.tables["curves"]
    assert normal.filter(pl.col("energy_eV") > 8550)["normalised"].mean() == pytest.approx(1, abs=0.02)
    assert normal.filter(pl.col("energy_eV") < 8290)["normalised"].mean() == pytest.approx(0, abs=0.02)
    assert drawn(xanes(), result) == ["xanes", "xanes_raw"]


def test_a_scan_that_ends_at_the_edge_is_not_normalised_and_says_why():
    recording = xanes()
    recording.table = recording.table.filter(pl.col("energy_eV") < 8345)
    result = edge.compute(recording, Conditions())
    assert [flag.code for flag in result.flags] == ["edge_not_covered"]
    assert not result.findings


def test_noise_alone_is_no_edge():
    recording = xanes(step=0.0, noise=0.05)
    result = edge.compute(recording, Conditions(parameters={"e0_eV": 8333}))
    assert [flag.code for flag in result.flags] == ["no_edge"]


FIELD = np.linspace(330, 350, 2000)
FREE_ELECTRON_G = 2.00232


def spin(centre: float, width: float, frequency: float | None) -> Recording:
    """The derivative of a Lorentzian line whose extremes lie ``width`` apart."""
    half = width * np.sqrt(3) / 2
    line = half**2 / ((FIELD - centre) ** 2 + half**2)
    meta = {"microwave_frequency_GHz": frequency} if frequency else {}
    table = pl.DataFrame({"field_mT": FIELD, "intensity_au": np.gradient(line, FIELD) + 0.02})
    return Recording(Technique.EPR, table, meta=meta)


def test_a_free_electron_gives_its_g_and_its_width():
    frequency = 9.5
    centre = resonance.MT_PER_GHZ * frequency / FREE_ELECTRON_G
    recording = spin(centre, 0.6, frequency)
    result = resonance.compute(recording, Conditions())
    assert value(result, "epr_g") == pytest.approx(FREE_ELECTRON_G, abs=2e-5)
    assert value(result, "epr_width") == pytest.approx(0.6, abs=0.02)
    assert drawn(recording, result) == ["epr"]


def test_without_a_frequency_there_is_no_g_until_it_is_chosen():
    recording = spin(339.0, 0.6, None)
    result = resonance.compute(recording, Conditions())
    assert [flag.code for flag in result.flags] == ["frequency_missing"]
    assert "epr_g" not in [one.name for one in result.findings]
    chosen = resonance.compute(recording, Conditions(parameters={"microwave_frequency_GHz": 9.5}))
    assert value(chosen, "epr_g") == pytest.approx(71.44773 * 9.5 / 339.0, abs=1e-4)


def test_noise_alone_is_no_line():
    y = np.random.default_rng(2).normal(0, 1, FIELD.size)
    table = pl.DataFrame({"field_mT": FIELD, "intensity_au": y})
    result = resonance.compute(Recording(Technique.EPR, table), Conditions())
    assert "no_line" in [flag.code for flag in result.flags]


def heated(column: str, first: float) -> Recording:
    """Two steps of 20 and 30 %, at 200 and 450 °C, as logistic curves."""
    temperature = np.linspace(30, 700, 3000)
    left = 1 - 0.2 / (1 + np.exp(-(temperature - 200) / 12)) - 0.3 / (1 + np.exp(-(temperature - 450) / 15))
    table = pl.DataFrame({"temperature_degC": temperature, column: first * left})
    return Recording(Technique.TGA, table)


@pytest.mark.parametrize(("column", "first"), [("mass_mg", 12.5), ("mass_percent", 100.0)])
def test_two_steps_and_the_residue_are_found(column, first):
    recording = heated(column, first)
    result = thermogram.compute(recording, Conditions())
    assert value(result, "tga_residue") == pytest.approx(50, abs=0.05)
    assert value(result, "tga_loss", "step 1") == pytest.approx(20, abs=0.3)
    assert value(result, "tga_loss", "step 2") == pytest.approx(30, abs=0.3)
    assert value(result, "tga_fastest", "step 1") == pytest.approx(200, abs=3)
    assert value(result, "tga_fastest", "step 2") == pytest.approx(450, abs=3)
    assert drawn(recording, result) == ["tga"]


def test_a_sample_that_was_only_held_gives_its_residue_and_no_steps():
    table = pl.DataFrame({"temperature_degC": np.full(100, 120.0), "mass_mg": np.linspace(10, 9, 100)})
    result = thermogram.compute(Recording(Technique.TGA, table), Conditions())
    assert value(result, "tga_residue") == pytest.approx(90)
    assert [flag.code for flag in result.flags] == ["not_heated"]


NUMBERS = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=0, max_size=80)


@pytest.mark.parametrize(
    ("technique", "axis", "ordinate", "compute"),
    [
        (Technique.FTIR, "wavenumber_per_cm", "transmittance_percent", absorption.compute),
        (Technique.UV_VIS, "wavelength_nm", "absorbance", absorption.compute),
        (Technique.XANES, "energy_eV", "absorption_au", edge.compute),
        (Technique.EPR, "field_mT", "intensity_au", resonance.compute),
        (Technique.TGA, "temperature_degC", "mass_mg", thermogram.compute),
    ],
)
@given(y=NUMBERS, start=st.floats(1, 1e4), step=st.floats(0.01, 20))
@settings(max_examples=40, deadline=None)
def test_whatever_the_curve_the_answer_is_numbers_or_a_sentence(
    technique, axis, ordinate, compute, y, start, step
):
    table = pl.DataFrame({axis: start + step * np.arange(len(y)), ordinate: np.array(y, dtype=float)})
    result = compute(Recording(technique, table), Conditions())
    assert all(one.value is not None and np.isfinite(one.value) for one in result.findings)
    assert result.findings or result.flags or result.tables
