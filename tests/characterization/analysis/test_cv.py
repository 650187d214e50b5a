"""Voltammograms whose peaks are known: a reversible couple and a capacitor, simulated here."""

import numpy as np
import polars as pl
import pytest
from scipy.signal import fftconvolve

from characterization.analysis import cv_compute, voltammetry
from characterization.analysis.base import Conditions, Drawing, View
from characterization.analysis.methods import cv
from characterization.instruments.base import Recording, Technique

F, R, T = 96485.33212, 8.31446261815324, 298.15
AREA_CM2, MOL_PER_CM3, D = 1.0, 1e-6, 1e-5


def reversible(rate_V_per_s=0.1, scans=1, points=8000, low=-0.4, high=0.4):
    """A reduction under Nernst's law and semi-infinite planar diffusion: the current is the semi-derivative of
    n F A C √D / (1 + θ) (K. B. Oldham, Anal. Chem. 44, 196 (1972)), by the weights of Grünwald."""
    down = np.linspace(high, low, points)
    potential = np.concatenate(
        [np.concatenate((down, down[::-1][1:]))] + [np.concatenate((down[1:], down[::-1][1:]))] * (scans - 1)
    )
    step_s = (high - low) / (points - 1) / rate_V_per_s
    moved = F * AREA_CM2 * MOL_PER_CM3 * np.sqrt(D) / (1 + np.exp(F * potential / (R * T)))
    weights = np.cumprod(
        np.concatenate(([1.0], (np.arange(1, len(potential)) - 1.5) / np.arange(1, len(potential))))
    )
    current = -fftconvolve(moved, weights)[: len(potential)] / np.sqrt(step_s)
    return recording(np.arange(len(potential)) * step_s, potential, 1000 * current)


def recording(time_s, voltage_V, current_mA, **meta):
    table = pl.DataFrame({"time_s": time_s, "voltage_V": voltage_V, "current_mA": current_mA})
    return Recording(Technique.CV, table, meta=dict(meta))


def triangle(rate_V_per_s, scans=1, points=500, low=0.0, high=1.0):
    up = np.linspace(low, high, points)
    potential = np.concatenate([np.concatenate((up[place > 0 :], up[::-1][1:])) for place in range(scans)])
    return np.arange(len(potential)) * (high - low) / (points - 1) / rate_V_per_s, potential


def found(measured):
    result = cv_compute.compute(measured, Conditions())
    return result, {(f.name, f.subject): f.value for f in result.findings}


def test_a_reversible_couple_has_the_peaks_of_randles_and_sevcik():
    known_A = voltammetry.randles_sevcik_A(1, AREA_CM2, MOL_PER_CM3, D, 0.1)
    assert known_A == pytest.approx(2.6865e-4, rel=1e-4)
    result, values = found(reversible())
    assert values["peak_current", "scan 1, reduction 1"] / (-1000 * known_A) == pytest.approx(
        1.0003, abs=0.002
    )
    assert values["peak_potential", "scan 1, reduction 1"] == pytest.approx(-0.0285, abs=0.0005)
    assert values["peak_potential", "scan 1, oxidation 1"] == pytest.approx(0.0290, abs=0.0005)
    assert values["peak_separation", "scan 1"] == pytest.approx(57.5, abs=0.7)
    assert values["half_wave_potential", "scan 1"] == pytest.approx(0.0, abs=0.0006)
    assert values["scan_rate", ""] == pytest.approx(100.0, rel=1e-3)
    assert not result.flags


def test_current_goes_with_the_root_of_the_rate_where_diffusion_limits():
    rates = np.array([0.01, 0.03, 0.1, 0.3])
    currents = np.array([found(reversible(rate))[1]["peak_current", "scan 1, reduction 1"] for rate in rates])
    b, spread = voltammetry.b_value(rates, currents)
    assert b == pytest.approx(0.500, abs=0.002)
    assert spread < 0.002


def test_current_goes_with_the_rate_where_a_capacitor_is_charged():
    rates = np.array([1.0, 5.0, 20.0])
    assert voltammetry.b_value(rates, 0.02 * rates)[0] == pytest.approx(1.000, abs=1e-9)


def test_several_scan_rates_in_one_file_give_b_by_themselves():
    parts, clock = [], 0.0
    for place, rate in enumerate((0.02, 0.05, 0.2)):
        part = reversible(rate, points=2000).table
        parts.append(part.with_columns(pl.col("time_s") + clock, pl.lit(place + 1).alias("scan")))
        clock = float(parts[-1]["time_s"][-1]) + 1.0
    _, values = found(Recording(Technique.CV, pl.concat(parts)))
    assert values["b_value", "reduction 1"] == pytest.approx(0.5, abs=0.01)
    assert values["scan_count", ""] == 3


def gaussian_peak(noise=0.0, slope=0.5, seed=0):
    """An oxidation peak of 2 mA at 0.6 V on a sloping baseline, sweeping 0 → 1 → 0 V at 10 mV/s."""
    time, potential = triangle(0.01)
    current = 0.3 + slope * potential
    current[:500] += 2 * np.exp(-((potential[:500] - 0.6) ** 2) / (2 * 0.04**2))
    return recording(
        time, potential, current + noise * np.random.default_rng(seed).standard_normal(len(time))
    )


def test_a_peak_is_counted_from_its_sloping_baseline():
    _, values = found(gaussian_peak())
    assert values["peak_current", "scan 1, oxidation 1"] == pytest.approx(2.0, rel=0.01)
    assert values["peak_potential", "scan 1, oxidation 1"] == pytest.approx(0.6, abs=0.001)


def test_noise_makes_no_peaks():
    result, values = found(gaussian_peak(noise=0.05, seed=3))
    assert result.tables["peaks"].height == 1
    assert values["peak_potential", "scan 1, oxidation 1"] == pytest.approx(0.6, abs=0.01)


def test_a_box_of_capacitor_current_has_no_peak():
    time, potential = triangle(0.01, scans=3)
    current = 0.1 * np.sign(np.gradient(potential))
    result, values = found(recording(time, potential, current))
    assert not result.tables["peaks"].height
    assert values["scan_count", ""] == 3


def test_the_charge_of_a_peak_is_its_area():
    result, _ = found(gaussian_peak(slope=0.0))
    (area,) = result.tables["peaks"]["area_mC"]
    assert area == pytest.approx(2 * 0.04 * np.sqrt(2 * np.pi) / 0.01, rel=0.01)


def test_another_rate_than_the_stated_one_is_said():
    time, potential = triangle(0.01)
    result, values = found(recording(time, potential, potential, scan_rate_mV_per_s=50.0))
    assert values["scan_rate", ""] == 50.0
    assert "50 mV/s; potential and time give 10 mV/s" in result.flags[0].message


@pytest.mark.parametrize("volts", [np.full(50, 1.0), np.arange(3.0), np.full(50, np.nan), np.zeros(0)])
def test_what_is_not_swept_has_a_sentence_and_no_crash(volts):
    result, _ = found(recording(np.arange(len(volts), dtype=float), volts, volts))
    assert [flag.code for flag in result.flags] == ["no_sweep"]
    assert not result.tables


def test_the_chosen_scans_are_drawn_with_the_peaks_of_the_last():
    result, _ = found(reversible(scans=4, points=1000))
    drawing = Drawing(result.tables, result.findings, {}, pl.DataFrame())
    first, by_scan = cv.draw(
        drawing, View(cycles=(1, 3), voltage_reference="vs Li⁺/Li", voltage_offset_V=0.62)
    )
    assert [layer.source for layer in first.layers] == ["scan 1", "scan 3"]
    assert first.x.name == "Potential (V vs Li⁺/Li)"
    assert {note.text for note in first.panes[0].notes} >= {"0.649 V"}
    assert by_scan.key == "peak_currents"


def test_of_very_many_sweeps_pairs_spread_over_the_file_are_counted_and_a_flag_says_so(monkeypatch):
    monkeypatch.setattr(cv_compute, "MOST_SWEEPS", 6)
    time_s, potential = triangle(0.1, scans=21, points=60)
    result, values = found(recording(time_s, potential, np.sin(potential * 9)))
    assert values["scan_count", ""] == 21
    assert result.tables["curves"]["scan"].unique().sort().to_list() == [1, 11, 21]
    assert result.tables["peaks"]["direction"].n_unique() == 2
    assert [flag.code for flag in result.flags] == ["many_sweeps"]
