import numpy as np
import pytest

from characterization.analysis.impedance.kramers_kronig import kramers_kronig
from tests.characterization.analysis.impedance.simulated import TWO_ARCS, from_circuit, noisy, spectrum

DRIFT = 1 + 0.1 * np.arange(81) / 80


def test_t26_two_arcs_pass_with_residuals_below_a_thousandth():
    verdict = kramers_kronig(spectrum(TWO_ARCS))
    assert verdict.passed
    assert verdict.largest_percent < 0.1
    assert verdict.words.startswith("passes the Kramers–Kronig test")


@pytest.mark.parametrize("drift", [DRIFT, DRIFT[::-1]])
def test_t26_a_drift_of_ten_percent_fails_and_the_threshold_is_named(drift):
    verdict = kramers_kronig(spectrum(TWO_ARCS * drift))
    assert verdict.state == "fails"
    assert verdict.systematic_percent == pytest.approx(0.78, abs=0.15)
    assert "limit 0.50 %" in verdict.words


@pytest.mark.parametrize("seed", range(8))
def test_noise_alone_passes(seed):
    verdict = kramers_kronig(spectrum(noisy(TWO_ARCS, 0.01, seed)))
    assert verdict.passed
    assert verdict.noise_percent == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("seed", range(4))
def test_the_drift_is_seen_through_noise_of_a_tenth_of_a_percent(seed):
    assert kramers_kronig(spectrum(noisy(TWO_ARCS * DRIFT, 0.001, seed))).state == "fails"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("R0-p(R1,CPE1)-W1", [5, 80, 1e-6, 0.85, 10]),
        ("L0-R0-p(R1,CPE1)-CPE2", [1e-6, 100, 1000, 2e-9, 0.85, 1e-6, 0.9]),
        ("R0-G1", [10, 100, 0.1]),
        ("R0-C1", [10, 1e-4]),
    ],
)
def test_diffusion_blocking_electrodes_and_inductance_obey_the_relations(text, values):
    assert kramers_kronig(spectrum(from_circuit(text, values))).passed


def test_a_jump_at_the_end_of_the_range_is_no_noise():
    jumping = TWO_ARCS * np.where(np.arange(81) < 6, 1.2, 1)
    verdict = kramers_kronig(spectrum(noisy(jumping, 0.001, 1)))
    assert verdict.state == "fails"
    assert verdict.noise_percent < 1


def test_what_is_mostly_noise_is_called_too_noisy():
    verdict = kramers_kronig(spectrum(noisy(TWO_ARCS, 0.2, 1)))
    assert verdict.state == "noisy"
    assert "too noisy" in verdict.words
