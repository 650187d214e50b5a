"""Atomic shares: from areas whose answer is known, from regions and surveys, by other factors."""

import numpy as np
import polars as pl
import pytest

from characterization.analysis.xps import catalogue
from characterization.analysis.xps.composition import Amount, atomic_percent
from characterization.analysis.xps.models import checked_model, model_from
from tests.characterization.analysis.xps.written import codes, compute, recording, region, values

RSF = {
    "Li 1s": 0.0568, "C 1s": 1.0, "N 1s": 1.80, "O 1s": 2.93, "F 1s": 4.43, "P 2p": 1.192, "S 2p": 1.677,
    "Cl 2p": 2.285, "Ni 2p": 22.18, "Ni 2p3/2": 14.61, "Mo 3d": 9.50,
}  # fmt: skip


def line(name, block, centre, area, transmission=None):
    """A Gaussian of this area on a flat background, without noise."""
    energy = np.arange(centre - 8, centre + 8, 0.1)
    counts = 50 + area * np.exp(-(((energy - centre) / 0.6) ** 2) / 2) / 0.6 / np.sqrt(2 * np.pi)
    table = region(name, block, energy, counts)
    return table if transmission is None else table.with_columns(transmission=pl.lit(transmission))


def shares(result):
    return {subject: found.value for subject, found in values(result, "xps_atomic_percent").items()}


@pytest.mark.parametrize("name", RSF)
def test_shipped_factors_are_those_of_scofield(name):
    assert catalogue.scofield().of(name) == pytest.approx(RSF[name], abs=0.0005)


def test_areas_over_factors_are_atomic_shares():
    amounts = [Amount("C 1s", 1000, 10), Amount("O 1s", 293, 5), Amount("N 1s", 180, 5)]
    found = atomic_percent(amounts, catalogue.scofield())
    assert [round(one.percent, 2) for one in found] == [83.33, 8.33, 8.33]


def test_the_uncertainty_of_a_share_is_how_much_it_scatters():
    noise = np.random.default_rng(1)
    areas, spread = np.array((1000.0, 293.0, 180.0)), np.array((30.0, 12.0, 9.0))
    names = ("C 1s", "O 1s", "N 1s")

    def of(values):
        amounts = [Amount(*one) for one in zip(names, values, spread, strict=True)]
        return atomic_percent(amounts, catalogue.scofield())

    told = [one.uncertainty for one in of(areas)]
    drawn = [[one.percent for one in of(noise.normal(areas, spread))] for _ in range(2000)]
    assert np.std(drawn, axis=0) == pytest.approx(told, rel=0.08)


def test_a_composition_is_read_off_the_regions():
    measured = recording(
        line("C 1s", 0, 284.8, 50_000), line("F 1s", 1, 686.0, 22_150), excitation_energy_eV=1486.6
    )
    found = compute(measured, fits={"C 1s": {"fitted": False}})
    assert shares(found) == pytest.approx({"C 1s": 90.91, "F 1s": 9.09}, abs=0.1)
    told = values(found, "xps_atomic_percent")["F 1s"]
    assert told.uncertainty > 0
    assert "Scofield 1976, Al Kα, version 1" in told.convention
    assert "the file has none" in told.convention


def test_the_transmission_of_the_file_is_divided_out_and_that_is_said():
    two = line("C 1s", 0, 284.8, 50_000, 1.0), line("F 1s", 1, 686.0, 22_150, 0.5)
    found = compute(recording(*two), fits={"C 1s": {"fitted": False}})
    assert shares(found) == pytest.approx({"C 1s": 83.33, "F 1s": 16.67}, abs=0.1)
    assert "divided by the file's transmission" in values(found, "xps_atomic_percent")["F 1s"].convention
    assert "radiation_assumed" in codes(found)


def test_a_laboratory_uses_factors_of_its_own():
    own = {"name": "our Thermo", "version": 3, "factors": {"C 1s": 1.0, "F 1s": 2.215}, "excitation_eV": None}
    measured = recording(line("C 1s", 0, 284.8, 50_000), line("F 1s", 1, 686.0, 22_150))
    library = {"xps_sensitivities": [own]}
    found = compute(measured, library, sensitivities="our Thermo", fits={"C 1s": {"fitted": False}})
    assert shares(found) == pytest.approx({"C 1s": 83.33, "F 1s": 16.67}, abs=0.1)
    assert found.parameters["sensitivities"] == "our Thermo, version 3"


def test_factors_for_other_radiation_give_no_composition():
    two = line("C 1s", 0, 284.8, 50_000), line("F 1s", 1, 686.0, 22_150)
    found = compute(recording(*two, excitation_energy_eV=1253.6))
    assert "other_radiation" in codes(found)
    assert shares(found) == {}


def test_a_line_without_a_factor_is_left_out_and_told():
    own = {"name": "two", "version": 1, "factors": {"C 1s": 1.0, "O 1s": 2.93}}
    three = line("C 1s", 0, 284.8, 50_000), line("O 1s", 1, 532.0, 20_000), line("F 1s", 2, 686.0, 22_150)
    found = compute(recording(*three), {"xps_sensitivities": [own]}, sensitivities="two")
    assert set(shares(found)) == {"C 1s", "O 1s"}
    assert "no_factor" in codes(found)


def test_a_survey_gives_elements_by_their_main_lines():
    energy = np.arange(0.0, 1201.0, 1.0)
    noise = np.random.default_rng(5)
    rate = 2000 + 2.0 * energy
    for centre, area in ((285.0, 60_000.0), (532.0, 0.1 * 2.93 * 60_000), (686.0, 0.05 * 4.43 * 60_000)):
        rate += area * np.exp(-(((energy - centre) / 1.3) ** 2) / 2) / 1.3 / np.sqrt(2 * np.pi)
    wide = region("Survey", 0, energy, noise.poisson(rate).astype(float))
    found = compute(recording(wide))
    got = values(found, "xps_atomic_percent")
    assert set(got) == {"C 1s, survey", "O 1s, survey", "F 1s, survey"}
    for name, truth in (("C 1s", 86.96), ("O 1s", 8.70), ("F 1s", 4.35)):
        told = got[f"{name}, survey"]
        assert told.value == pytest.approx(truth, abs=4 * told.uncertainty + 0.2)
    fewer = compute(recording(wide), elements="C; O")
    assert set(shares(fewer)) == {"C 1s, survey", "O 1s, survey"}


@pytest.mark.parametrize(
    ("name", "line"),
    [("C 1s", "C 1s"), ("C1s Scan", "C 1s"), ("mo_3d", "Mo 3d"), ("S2p", "S 2p"), ("Ni 2p3/2", "Ni 2p3/2")]
    + [(name, "") for name in ("Survey", "wide", "C KLL", "")],
)
def test_a_region_is_known_by_its_name(name, line):
    assert catalogue.line_of(name) == line


def test_every_shipped_model_can_be_taken_and_says_where_it_is_from():
    models = catalogue.shipped_models()
    assert {one["region"] for one in models} == {"C 1s", "N 1s", "O 1s", "S 2p", "P 2p", "Mo 3d"}
    for one in models:
        assert checked_model(one) == []
        assert "doi" in one["source"]


@pytest.mark.parametrize(
    ("region", "splitting", "ratio"), [("S 2p", 1.18, 0.5), ("P 2p", 0.86, 0.5), ("Mo 3d", 3.13, 0.667)]
)
def test_shipped_doublets_are_the_physical_ones_and_say_what_the_study_has(region, splitting, ratio):
    for one in catalogue.models_for(region, {}):
        model = model_from(one)
        doublets = [part.doublet for part in model.components if part.doublet]
        assert {(part.splitting_eV, part.area_ratio) for part in doublets} == {(splitting, ratio)}
        assert "study" in model.source
    assert {part.name for part in model.components if not part.counted} == (
        {"S 2s"} if region == "Mo 3d" else set()
    )
