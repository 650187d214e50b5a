"""Titrations whose diffusion is known: exact series for a film and a sphere (H. S. Carslaw and J. C. Jaeger,
Conduction of Heat in Solids, 1959, sections 3.8 and 9.8), and a real one."""

import numpy as np
import polars as pl
import pytest
from scipy.optimize import brentq

from characterization.analysis.base import Conditions
from characterization.analysis.methods import gitt
from characterization.instruments import registry
from characterization.instruments.base import Recording, Technique
from tests.corpus import corpus

D = 1e-10
PER_MOLE = 0.05  # V per unit of surface concentration


def film(time_s, length_cm):
    """Surface concentration of a planar film, sealed behind, under constant flux 1 from time 0."""
    fourier = D * time_s / length_cm**2
    n = np.arange(1, 400)[:, None]
    series = ((np.exp(-(n**2) * np.pi**2 * fourier)) / n**2).sum(axis=0)
    return length_cm / D * (fourier + 1 / 3 - 2 / np.pi**2 * series)


def sphere(time_s, radius_cm):
    """Surface concentration of a sphere under constant flux 1 from time 0."""
    roots = np.array(
        [brentq(lambda x: np.tan(x) - x, k * np.pi + 1e-9, (k + 0.5) * np.pi - 1e-9) for k in range(1, 300)]
    )
    fourier = D * time_s / radius_cm**2
    series = (np.exp(-(roots[:, None] ** 2) * fourier) / roots[:, None] ** 2).sum(axis=0)
    return radius_cm / D * (3 * fourier + 0.2 - 2 * series)


def titration(profile, tau_s, *, pulses=6, jump_V=0.0, noise_V=0.0, seed=0, sign=1.0, per_s=40):
    """Pulses of ``tau_s`` with rests so long that the concentration is even again; linear OCV, voltage from profile."""
    since = np.concatenate(
        (np.geomspace(tau_s / 400, tau_s / 10, per_s), np.linspace(tau_s / 10, tau_s, 91)[1:])
    )
    rise = PER_MOLE * profile(since)
    gain = PER_MOLE * (profile(np.array([1e9 + tau_s])) - profile(np.array([1e9])))[0]
    rest = np.linspace(tau_s / 10, 20 * tau_s, 40)
    scale = 0.01 / gain  # each pulse lifts the relaxed voltage by 10 mV
    parts, clock, level = [], 0.0, 3.5
    parts.append((np.array([0.0, 5.0, 10.0, 15.0]), np.full(4, level), np.zeros(4)))
    clock = 15.0
    for _ in range(pulses):
        parts.append((clock + since, level + sign * (scale * rise + jump_V), np.full(len(since), sign)))
        level += sign * 0.01
        clock += tau_s
        parts.append((clock + rest, np.full(len(rest), level), np.zeros(len(rest))))
        clock += rest[-1]
    time, volts, current = (np.concatenate(column) for column in zip(*parts, strict=True))
    volts = volts + noise_V * np.random.default_rng(seed).standard_normal(len(volts))
    return Recording(
        Technique.CYCLING, pl.DataFrame({"time_s": time, "voltage_V": volts, "current_mA": current})
    )


def found(recording, length_cm=None, **parameters):
    if length_cm:
        parameters["diffusion_length_um"] = 1e4 * length_cm
    return gitt.compute(recording, Conditions(parameters=parameters))


@pytest.mark.parametrize(
    ("share", "ratio"),
    [(0.024, 1.0), (0.12, 1.0), (0.24, 0.994), (0.72, 0.827), (0.75, 0.814), (1.5, 0.568), (4.5, 0.245)],
)
def test_weppner_huggins_gives_what_the_exact_film_says_also_where_it_fails(share, ratio):
    length, tau = 1e-4, share * 1e-8 / D
    pulses = found(titration(lambda t: film(t, length), tau), length).tables["pulses"]
    assert pulses["d_cm2_per_s"].median() / D == pytest.approx(ratio, abs=0.004)
    assert pulses["short_enough"].all() == (share < 0.25)


def test_pulses_that_are_too_long_are_said_and_left_out_of_the_median():
    result = found(titration(lambda t: film(t, 1e-4), 72.0), 1e-4)
    assert [flag.code for flag in result.flags] == ["pulse_too_long"]
    assert [finding.name for finding in result.findings] == ["gitt_pulse_count"]


def test_an_ohmic_jump_of_20_mV_changes_nothing():
    plain = found(titration(lambda t: film(t, 1e-4), 6.0), 1e-4).tables["pulses"]
    jumped = found(titration(lambda t: film(t, 1e-4), 6.0, jump_V=0.02), 1e-4).tables["pulses"]
    assert jumped["d_cm2_per_s"].to_numpy() == pytest.approx(plain["d_cm2_per_s"].to_numpy(), rel=1e-9)
    assert jumped["ohmic_resistance_ohm"].to_numpy() == pytest.approx(20.0, abs=0.1)  # 20 mV at 1 mA


def test_the_slope_against_the_root_of_time_gives_d_too():
    pulses = found(titration(lambda t: film(t, 1e-4), 6.0, jump_V=0.02), 1e-4).tables["pulses"]
    assert pulses["d_sqrt_cm2_per_s"].to_numpy() == pytest.approx(D, rel=0.002)
    assert pulses["sqrt_r2"].min() > 0.9999


@pytest.mark.parametrize(("tau", "value"), [(60.0, 7.50e-11), (300.0, 5.03e-11), (600.0, 3.62e-11)])
def test_a_sphere_of_five_micrometres_comes_out_low_as_known(tau, value):
    radius = 5e-4
    pulses = found(titration(lambda t: sphere(t, radius), tau), radius / 3).tables["pulses"]
    assert pulses["d_cm2_per_s"].median() == pytest.approx(value, rel=0.01)


def test_discharge_pulses_count_downwards_and_stand_apart():
    result = found(titration(lambda t: film(t, 1e-4), 6.0, sign=-1.0), 1e-4)
    assert {finding.subject for finding in result.findings} == {"discharge"}
    assert result.tables["pulses"]["charge_mAh"].to_list()[-1] == pytest.approx(-6 * 6.0 / 3600)


def test_without_a_length_it_gives_d_over_l_squared_and_says_what_is_missing():
    result = found(titration(lambda t: film(t, 1e-4), 6.0))
    (rate,) = [finding for finding in result.findings if finding.name == "diffusion_rate"]
    assert rate.value == pytest.approx(D / 1e-8, rel=0.005)
    assert rate.unit == "1/s"
    assert "molar volume" in next(
        flag.message for flag in result.flags if flag.code == "diffusion_length_unknown"
    )


def test_the_length_follows_from_mass_and_molar_volume():
    conditions = Conditions(
        parameters={"molar_volume_cm3_per_mol": 19.6, "molar_mass_g_per_mol": 97.87},
        cell={"active_mass_mg": 10.0, "area_cm2": 0.785},
    )
    length, said = gitt.diffusion_length(conditions)
    assert length == pytest.approx(0.010 * 19.6 / (97.87 * 0.785))
    assert said == "m V_m / (M A)"


def test_the_stated_uncertainty_holds_the_true_value():
    """68 % of single pulses lie within one stated standard uncertainty; 95 % within two."""
    pulses = found(titration(lambda t: film(t, 1e-4), 6.0, pulses=300, noise_V=2e-5, seed=7), 1e-4).tables[
        "pulses"
    ]
    off = np.abs(pulses["d_cm2_per_s"].to_numpy() / D - 1) / pulses["relative_uncertainty"].to_numpy()
    assert 0.90 <= (off < 1.96).mean() <= 0.99


@pytest.mark.parametrize("currents", [[1, 0, -1, 0] * 4, [1, -1] * 6, [1, 0] * 4, [0.0] * 9])
def test_cycling_with_rests_is_no_titration(currents):
    current = np.repeat(np.array(currents, dtype=float), 10)
    table = pl.DataFrame(
        {"time_s": np.arange(len(current)) * 60.0, "voltage_V": 3.5 + 0.1 * current, "current_mA": current}
    )
    result = gitt.compute(Recording(Technique.CYCLING, table), Conditions())
    assert not result.tables
    assert not result.findings
    assert not result.flags


@pytest.mark.corpus
def test_the_titration_of_a_real_cell_is_found_pulse_by_pulse():
    path = corpus("cycler/arbin/20210210_FC_01_cc_02.res")
    (recording,) = registry.read(path, path.name).recordings
    result = gitt.compute(recording, Conditions())
    pulses = result.tables["pulses"]
    assert pulses["direction"].value_counts().sort("count")["count"].to_list() == [91, 92]
    assert pulses["duration_s"].median() == pytest.approx(180.02, abs=0.01)
    assert pulses["rest_s"].median() == pytest.approx(900.0, abs=0.01)
    assert "181 of 183 pulses" in next(flag.message for flag in result.flags if flag.code == "not_relaxed")
