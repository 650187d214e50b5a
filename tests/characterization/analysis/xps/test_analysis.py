"""The whole analysis: charge reference, models by region, what a person changes, sulfite, series, figures."""

import json
import time

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.analysis.base import Drawing, View
from characterization.analysis.choices import checked
from characterization.analysis.methods import xps_regions
from characterization.analysis.xps import catalogue, series
from characterization.analysis.xps.lines import Line
from characterization.analysis.xps.models import Doublet
from tests.characterization.analysis.xps.written import (
    AREAS,
    ENERGY,
    codes,
    compute,
    five,
    five_model,
    recording,
    region,
    values,
)

TRUTH = dict(zip(("C–C, C=C", "C–N", "C–OH", "C=O", "satellite"), 100 * AREAS / AREAS.sum(), strict=True))
NOISE = np.random.default_rng(11)


def carbon(block=0, charging=0.0, areas=AREAS, scale=1.0):
    counts = scale * five(ENERGY + 0.0, areas, shift=charging)
    return region("C 1s", block, ENERGY, NOISE.poisson(counts).astype(float))


def doublets(name, block, energy, parts, splitting, ratio=0.5, width=1.1, base=300.0):
    line = Line("pseudo-voigt", Doublet(splitting, ratio))
    counts = base + sum(area * line.at(energy, centre, width, 0.3, 0.0)[0] for centre, area in parts)
    return region(name, block, energy, NOISE.poisson(counts).astype(float))


def sulfur(sulfite, block=1):
    """S 2p at the study's places, on an axis like that of C 1s."""
    parts = [(160.08, 9000.0), (161.73, 1500.0), (165.73, sulfite)]
    return doublets("S 2p", block, np.arange(155, 172, 0.05), parts, 1.18)


def shares(result, region="C 1s"):
    found = values(result, "xps_component_share")
    return {
        subject.removeprefix(f"{region}: "): one.value
        for subject, one in found.items()
        if subject.startswith(region)
    }


def test_the_shipped_model_finds_the_five_components_of_carbon_and_refers_energies_to_the_fitted_one():
    result = compute(recording(carbon(charging=-0.37)))
    shift = values(result, "xps_charge_shift")[""]
    assert shift.value == pytest.approx(0.37, abs=3 * shift.uncertainty)
    assert 0 < shift.uncertainty < 0.05
    assert "fitted C–C, C=C of C 1s at 284.8 eV" in shift.convention
    maximum = values(result, "xps_peak_position")["C 1s"].value
    assert maximum > 284.85  # what lies beside C–C pulls the maximum up
    found = values(result, "xps_component_share")
    for name, truth in TRUTH.items():
        told = found[f"C 1s: {name}"]
        assert told.value == pytest.approx(truth, abs=3 * told.uncertainty)
        assert "C 1s of carbon additives, version 1" in told.convention
        assert "active Shirley background, 280.5 – 296.4 eV" in told.convention
    assert sum(shares(result).values()) == pytest.approx(100.0)
    alcohol = values(result, "xps_c_oh_share")[""]
    assert (alcohol.value, alcohol.unit) == (found["C 1s: C–OH"].value, "%")


def test_the_shift_of_carbon_is_added_to_every_region():
    """The study's own S 2p and N 1s lie about 1.5 eV below what is usual: such a shift moves them there."""
    result = compute(recording(carbon(charging=-1.5, areas=AREAS * (1, 0, 0, 0, 0)), sulfur(0.0)))
    shift = values(result, "xps_charge_shift")[""].value
    assert shift == pytest.approx(1.5, abs=0.02)
    places = {subject: one.value for subject, one in values(result, "xps_component_position").items()}
    assert places["S 2p: PS₄³⁻"] == pytest.approx(160.08 + shift, abs=0.05)
    assert result.parameters["models"]["S 2p"].startswith("S 2p, usual energies")


def test_the_reference_can_be_switched_off_put_elsewhere_or_read_off_another_component():
    measured = recording(carbon())
    off = compute(measured, charge_reference="off")
    assert values(off, "xps_charge_shift")[""].value == 0
    assert values(off, "xps_component_position")["C 1s: C–C, C=C"].uncertainty > 0
    elsewhere = compute(measured, charge_reference_eV=285.0)
    assert values(elsewhere, "xps_charge_shift")[""].value == pytest.approx(0.2, abs=0.05)
    assert values(elsewhere, "xps_component_position")["C 1s: C–OH"].value == pytest.approx(287.1, abs=0.15)
    by_alcohol = compute(measured, charge_component="C–OH", charge_reference_eV=286.9)
    assert values(by_alcohol, "xps_charge_shift")[""].value == pytest.approx(0.0, abs=0.1)
    assert "fitted C–OH" in values(by_alcohol, "xps_charge_shift")[""].convention
    unknown = compute(measured, charge_component="C–X")
    assert "charge_component_refused" in codes(unknown)


def test_a_component_that_is_not_the_largest_is_no_charge_reference():
    result = compute(recording(carbon(areas=AREAS * (0.05, 3, 1, 1, 1))))
    assert "charge_reference_by_maximum" in codes(result)
    assert values(result, "xps_charge_shift")[""].convention.startswith("maximum of C 1s")


def test_what_a_person_changes_is_fitted_and_said():
    change = {
        "components": {"C–N": {"removed": True}, "C–OH": {"fwhm_eV": 1.6, "area": 1500.0}},
        "background": "linear",
    }
    given, errors = checked(xps_regions.CHOICES, {"fits": json.dumps({"C 1s": change})})
    assert errors == {}
    result = compute(recording(carbon()), **given)
    assert set(shares(result)) == {"C–C, C=C", "C–OH", "C=O", "satellite"}
    told = values(result, "xps_component_area")["C 1s: C–OH"]
    assert (told.value, told.uncertainty) == (1500.0, None)
    assert "as chosen, adjusted by hand" in told.convention
    assert "linear background" in told.convention


def test_a_window_of_ones_own_is_used():
    result = compute(recording(carbon()), fits={"C 1s": {"window_eV": [282, 294]}})
    assert "282.0 – 294.0 eV" in values(result, "xps_component_share")["C 1s: C–OH"].convention


@pytest.mark.parametrize("change", [{"model": "gone"}, {"components": {"C–X": {"removed": True}}},
                                    {"components": {"C–C, C=C": {"centre_eV": 400}}}])  # fmt: skip
def test_a_change_that_cannot_be_made_is_told_and_the_shipped_model_fitted(change):
    result = compute(recording(carbon()), fits={"C 1s": change})
    assert "model_refused" in codes(result)
    assert set(shares(result)) == set(TRUTH)


def test_a_laboratorys_own_model_comes_before_the_shipped_ones():
    own = five_model() | {"version": 4}
    result = compute(recording(carbon()), {"xps_models": [own]})
    assert result.parameters["models"]["C 1s"] == "five, version 4"
    asked = compute(
        recording(carbon()), {"xps_models": [own]}, fits={"C 1s": {"model": "C 1s of carbon additives"}}
    )
    assert asked.parameters["models"]["C 1s"].startswith("C 1s of carbon additives, version 1")
    broken = compute(recording(carbon()), {"xps_models": [own | {"background": "none"}]})
    assert "model_refused" in codes(broken)


def test_sulfite_is_found_where_it_is_and_limited_where_it_is_not():
    there = compute(recording(carbon(), sulfur(500.0)))
    told = values(there, "xps_sulfite_share")["S 2p"]
    axis = np.arange(165, 170, 0.01)
    inside = 500 * np.trapezoid(
        Line("pseudo-voigt", Doublet(1.18, 0.5)).at(axis, 165.73, 1.1, 0.3, 0.0)[0], axis
    )
    assert told.value == pytest.approx(100 * inside / (10_500 + inside), abs=3 * told.uncertainty)
    assert told.value > 3 * told.uncertainty
    assert " found (limit 3 σ)" in told.convention
    absent = compute(recording(carbon(), sulfur(0.0)))
    told, limit = (values(absent, f"xps_sulfite_{name}")["S 2p"] for name in ("share", "limit"))
    assert "not found" in told.convention
    assert told.value == pytest.approx(0.0, abs=3 * told.uncertainty)
    assert 0 < limit.value < 2.0


def test_molybdenum_is_fitted_with_its_stronger_line_lower_and_s_2s_has_no_share():
    energy = np.arange(219.5, 240, 0.1)
    moly = doublets("Mo 3d", 1, energy, [(226.58, 9000.0), (231.25, 3000.0)], 3.13, 0.667)
    result = compute(recording(carbon(), moly))
    found = shares(result, "Mo 3d")
    assert set(found) == {"Mo³⁺, Mo⁴⁺", "Mo⁶⁺"}
    assert found["Mo³⁺, Mo⁴⁺"] == pytest.approx(75.0, abs=2.0)
    assert values(result, "xps_component_position")["Mo 3d: Mo⁶⁺"].value == pytest.approx(231.25, abs=0.1)


def test_the_regions_of_one_name_are_a_series_with_one_model_and_each_its_own_reference():
    three = [carbon(block, charging, scale=0.5) for block, charging in enumerate((-0.4, 0.0, 0.6))]
    result = compute(recording(*three))
    shifts = values(result, "xps_charge_shift")
    assert [shifts[f"C 1s (block {n})"].value for n in (1, 2, 3)] == pytest.approx([0.4, 0.0, -0.6], abs=0.06)
    assert len(values(result, "xps_c_oh_share")) == 3
    assert set(result.parameters["models"].values()) == {"C 1s of carbon additives, version 1"}


def test_one_model_is_fitted_over_several_recordings():
    first, second = recording(carbon()), recording(carbon(areas=AREAS * (1, 1, 3, 1, 1)))
    model = next(one for one in catalogue.shipped_models() if one["name"] == "C 1s of carbon additives")
    table = series.over([first, second, recording(sulfur(0.0, block=0))], model)
    alcohol = table.filter(pl.col("component") == "C–OH").sort("recording")
    assert alcohol["recording"].to_list() == [0, 1]
    truth = [100 * 1500 / 15800, 100 * 4500 / 18800]
    spread = alcohol["share_uncertainty_percent"].to_numpy()
    assert np.abs(alcohol["share_percent"].to_numpy() - truth) == pytest.approx(0, abs=4 * spread.max())


def test_a_poor_fit_and_correlated_pairs_are_told():
    energy = np.arange(525, 540, 0.05)
    split = doublets("O 1s", 1, energy, [(528.6, 30_000.0)], 6.0, 1.0)
    result = compute(recording(carbon(), split))
    assert "poor_fit" in codes(result)
    assert "correlated" in codes(result)
    pairs = result.tables["correlations"]
    assert (pairs["correlation"].abs() > 0.9).all()
    assert ("area of C–C, C=C", "area of C–N") in set(pairs.select("one", "other").iter_rows())


def test_the_figure_has_residuals_on_top_components_on_the_background_and_energy_falling_to_the_right():
    measured = recording(carbon())
    result = compute(measured)
    (chart,) = xps_regions.draw(
        Drawing(result.tables, result.findings, measured.meta, measured.table), View(colour="s4")
    )
    assert chart.x.reversed
    assert [pane.y.name for pane in chart.panes] == ["Residual (σ)", "Intensity (counts/s)"]
    main = chart.panes[1]
    areas = [layer for layer in main.layers if layer.kind == "area"]
    assert [layer.source for layer in areas] == list(TRUTH)
    assert len({layer.colour for layer in areas}) == 5
    assert all(layer.y2 is not None and (layer.y >= layer.y2 - 1e-9).all() for layer in areas)
    (points,) = [layer for layer in main.layers if layer.kind == "points"]
    assert points.hollow
    assert {layer.source for layer in main.layers if layer.kind == "line"} == {"background", "envelope"}
    assert any(note.text.startswith("C–OH · ") and note.text.endswith(" %") for note in main.notes)
    assert np.std(chart.panes[0].layers[0].y) == pytest.approx(1.0, abs=0.15)
    assert "active Shirley" in chart.caption
    assert "Reduced χ²" in chart.caption


def test_a_region_of_very_many_points_is_told_and_not_fitted():
    energy = np.linspace(280, 296, 50_000)
    result = compute(recording(region("C 1s", 0, energy, NOISE.poisson(five(energy)).astype(float))))
    (told,) = [flag.message for flag in result.flags if flag.code == "not_fitted"]
    assert "points are more than the 2,000 that are fitted at the most" in told
    assert values(result, "xps_area")["C 1s"].value > 0


@pytest.mark.parametrize("kind", ["tougaard-u2", "shirley-linear"])
def test_a_heavy_model_of_a_persons_own_ends_in_time(kind):
    """Sixteen components, asymmetric, on the finest axis that is fitted, two energies almost alike."""
    energy = np.sort(np.append(np.linspace(280, 296, 1990), 284.8000001))
    parts = [{"name": f"no. {n}", "centre_eV": 281.0 + 0.9 * n, "centre_tolerance_eV": 0.1, "fwhm_eV": 0.6,
              "shape": "doniach-sunjic", "lorentz": 0.2, "asymmetry": 0.1} for n in range(16)]  # fmt: skip
    own = {
        "name": "heavy",
        "region": "C 1s",
        "window_eV": [280, 296],
        "background": kind,
        "components": parts,
    }
    begun = time.process_time()
    compute(
        recording(region("C 1s", 0, energy, NOISE.poisson(five(energy)).astype(float))), {"xps_models": [own]}
    )
    assert time.process_time() - begun < 20


def test_one_region_takes_less_than_400_ms():
    measured = recording(carbon())
    compute(measured)
    begun = time.process_time()
    compute(measured)
    assert time.process_time() - begun < 0.4


_counts = st.lists(st.floats(0, 1e7) | st.integers(0, 50).map(float), min_size=0, max_size=60)


@settings(max_examples=60, deadline=None)
@given(_counts, st.sampled_from(["C 1s", "O 1s", "S 2p", "Mo 3d", "Survey"]), st.floats(0.02, 1.0), st.floats(-9, 9),
       st.sampled_from([None, 0.1]))  # fmt: skip
def test_any_intensities_are_fitted_or_told_and_shares_are_the_whole(counts, name, step, off, dwell):
    start = {"C 1s": 280.0, "O 1s": 526.0, "S 2p": 156.0, "Mo 3d": 221.0, "Survey": 0.0}[name] + off
    energy = start + step * np.arange(len(counts))
    result = compute(recording(region(name, 0, energy, np.array(counts, dtype=float)), dwell_s=dwell))
    found = shares(result, name)
    assert not found or sum(found.values()) == pytest.approx(100.0)
    assert all(-1e-9 <= value <= 100 + 1e-9 for value in found.values())
    for one in result.findings:
        assert one.value is None or np.isfinite(one.value)
        assert one.uncertainty is None or (np.isfinite(one.uncertainty) and one.uncertainty >= 0)
    xps_regions.draw(Drawing(result.tables, result.findings, {}, pl.DataFrame()), View())
