import numpy as np
import pytest

from characterization.analysis.impedance.peaks import Peak, peaks_of, tracked
from characterization.analysis.impedance.relaxation import Distribution, distribution
from tests.characterization.analysis.impedance.simulated import (
    OMEGA,
    TWO_ARCS,
    from_circuit,
    noisy,
    spectrum,
    zarc,
)

TAU = np.exp(np.arange(np.log(1e-12), np.log(1e10), 0.02))


def zarc_gamma(tau, resistance, centre, n):
    """B. A. Boukamp: γ of a ZARC, analytic."""
    shape = np.cosh(n * np.log(tau / centre)) - np.cos((1 - n) * np.pi)
    return resistance / (2 * np.pi) * np.sin((1 - n) * np.pi) / shape


def gerischer_gamma(tau, resistance, longest):
    inside = tau < longest
    return np.where(inside, resistance / np.pi * np.sqrt(tau / np.where(inside, longest - tau, 1)), 0)


def analytic(gamma):
    return Distribution(TAU, gamma, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def within(found):
    return [peak for peak in peaks_of(found) if 1 / OMEGA[0] <= peak.tau_s <= 1 / OMEGA[-1]]


def test_t22_the_analytic_distribution_of_a_zarc_holds_its_resistance_and_rebuilds_its_impedance():
    found = analytic(zarc_gamma(TAU, 200, 0.1, 0.8))
    assert found.polarisation_ohm == pytest.approx(200, abs=1e-5)
    rebuilt = found.impedance(OMEGA)
    assert np.abs(rebuilt - zarc(200, 0.1, 0.8)).max() < 4e-7 * 200


def test_t22_the_analytic_distribution_of_a_gerischer_element_holds_its_resistance():
    """100 Ω but for the singular end, at which no grid point lies."""
    found = analytic(gerischer_gamma(TAU, 100, 0.1))
    assert found.polarisation_ohm == pytest.approx(100, rel=0.08)
    finer = np.exp(np.arange(np.log(1e-9), np.log(0.1), 1e-5))
    assert gerischer_gamma(finer, 100, 0.1).sum() * 1e-5 == pytest.approx(100, abs=0.3)


def test_t22_a_gerischer_spectrum_is_inverted_to_its_resistance():
    found = distribution(spectrum(from_circuit("R0-G1", [10, 100, 0.1])))
    assert found.resistance_ohm == pytest.approx(10, rel=0.03)
    assert found.polarisation_ohm == pytest.approx(100, rel=0.01)


def test_t22_an_rc_element_is_a_peak_of_its_resistance_at_its_time_constant():
    found = distribution(spectrum(from_circuit("R0-p(R1,C1)", [10, 100, 1e-5])))
    (peak,) = peaks_of(found)
    assert peak.tau_s == pytest.approx(1e-3, rel=0.03)
    assert peak.resistance_ohm == pytest.approx(100, rel=0.01)


def test_t23_without_noise_peaks_and_areas_are_those_that_were_put_in():
    found = distribution(spectrum(TWO_ARCS))
    fast, slow = within(found)
    assert found.resistance_ohm == pytest.approx(10, abs=0.05)
    assert fast.tau_s == pytest.approx(1e-4, rel=0.03)
    assert slow.tau_s == pytest.approx(0.1, rel=0.03)
    early = found.tau_s < 3e-3
    assert found.gamma_ohm[early].sum() * found.step == pytest.approx(52.2, rel=0.02)
    assert found.gamma_ohm[~early].sum() * found.step == pytest.approx(197, rel=0.02)
    true = zarc_gamma(found.tau_s, 50, 1e-4, 0.9) + zarc_gamma(found.tau_s, 200, 0.1, 0.8)
    assert np.linalg.norm(found.gamma_ohm - true) / np.linalg.norm(true) < 0.06
    assert np.abs(found.impedance(OMEGA) / TWO_ARCS - 1).max() < 1e-3


@pytest.mark.parametrize("seed", range(6))
def test_t23_with_one_percent_noise_areas_are_within_six_percent(seed):
    """The slow peak lies within one and a half steps of the grid, ten per decade."""
    found = distribution(spectrum(noisy(TWO_ARCS, 0.01, seed)))
    fast, slow = sorted(
        sorted(within(found), key=lambda peak: -peak.resistance_ohm)[:2], key=lambda peak: peak.tau_s
    )
    assert fast.tau_s == pytest.approx(1e-4, rel=0.2)
    assert slow.tau_s == pytest.approx(0.1, rel=0.2)
    early = found.tau_s < 3e-3
    assert found.gamma_ohm[early].sum() * found.step == pytest.approx(52.2, rel=0.06)
    assert found.gamma_ohm[~early].sum() * found.step == pytest.approx(197, rel=0.06)


def test_inductance_of_the_leads_is_not_taken_for_a_process():
    found = distribution(spectrum(TWO_ARCS + 1j * OMEGA * 2e-6))
    assert found.inductance_H == pytest.approx(2e-6, rel=0.05)
    assert [peak.tau_s for peak in within(found)] == pytest.approx([1e-4, 0.1], rel=0.05)


def test_a_blocking_electrode_is_not_taken_for_a_staircase_of_processes():
    found = distribution(spectrum(from_circuit("R0-p(R1,CPE1)-CPE2", [100, 1000, 2e-9, 0.9, 1e-6, 0.9])))
    assert found.blocking_exponent == pytest.approx(0.9, abs=0.01)
    (peak,) = [peak for peak in within(found) if peak.frequency_Hz > 100]
    assert peak.resistance_ohm == pytest.approx(1000, rel=0.1)


def test_a_ridge_that_is_asked_for_is_used_and_smooths():
    rough, smooth = (distribution(spectrum(noisy(TWO_ARCS, 0.005, 1)), ridge) for ridge in (1e-4, 1.0))
    assert (rough.ridge, smooth.ridge) == (1e-4, 1.0)
    bends = [np.abs(np.diff(found.gamma_ohm, 2)).sum() for found in (rough, smooth)]
    assert bends[0] > 2 * bends[1]


def test_processes_are_followed_while_they_move_and_pass_a_gap():
    spectra = [
        [Peak(1e-5, 10, 5), Peak(1e-2 * 1.3**n, 100, 50)] if n != 2 else [Peak(1e-5, 10, 5)] for n in range(8)
    ]
    fast, slow = tracked(spectra)
    assert [place for place, _ in fast.seen] == list(range(8))
    assert [place for place, _ in slow.seen] == [0, 1, 3, 4, 5, 6, 7]


def test_a_peak_that_is_seen_once_in_ten_is_no_process():
    spectra = [[Peak(1e-5, 10, 5)] for _ in range(10)]
    spectra[4] = [Peak(1e-5, 10, 5), Peak(1, 3, 1)]
    assert len(tracked(spectra)) == 1


def test_no_more_than_six_processes_get_a_label_and_they_are_those_with_most_resistance():
    many = [Peak(10.0**-n, float(n), 1.0) for n in range(1, 9)]
    kept = tracked([many])
    assert [track.seen[0][1].resistance_ohm for track in kept] == [8, 7, 6, 5, 4, 3]
