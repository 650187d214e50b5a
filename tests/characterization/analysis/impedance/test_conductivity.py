import numpy as np
import pytest

from characterization.analysis.impedance.conductivity import arrhenius, conductivity_mS_per_cm

TEMPERATURES = [-25, 0, 25, 50, 75]


def at(temperature_degC, energy_eV):
    kelvin = np.asarray(temperature_degC) + 273.15
    return 1e6 / kelvin * np.exp(-energy_eV / (8.617333262e-5 * kelvin))


def test_t25_conductivity_of_a_pellet():
    """0.1 cm thick, 0.785 cm², 50 Ω: 2.55e-3 S/cm."""
    assert conductivity_mS_per_cm(50, 1000, 0.785) == pytest.approx(2.548, abs=0.001)


def test_a_conductivity_needs_a_geometry():
    with pytest.raises(ValueError, match="above 0"):
        conductivity_mS_per_cm(50, 0, 0.785)


def test_t25_the_activation_energy_that_was_put_in_comes_out():
    found = arrhenius(TEMPERATURES, at(TEMPERATURES, 0.35))
    assert found.energy_eV == pytest.approx(0.35, abs=1e-9)
    assert found.uncertainty_eV == pytest.approx(0, abs=1e-8)
    assert found.r_squared == pytest.approx(1)
    np.testing.assert_allclose(found.line(), found.ln_sigma_t)


def test_the_uncertainty_of_an_activation_energy_is_the_spread_of_many():
    energies, told = [], []
    for seed in range(200):
        noise = np.exp(0.05 * np.random.default_rng(seed).standard_normal(5))
        found = arrhenius(TEMPERATURES, at(TEMPERATURES, 0.35) * noise)
        energies.append(found.energy_eV)
        told.append(found.uncertainty_eV or 0.0)
    assert np.mean(energies) == pytest.approx(0.35, abs=0.001)
    assert np.sqrt(np.mean(np.square(told))) == pytest.approx(np.std(energies), rel=0.15)


def test_two_temperatures_give_an_energy_without_an_uncertainty():
    found = arrhenius([0, 50], at([0, 50], 0.4))
    assert found.energy_eV == pytest.approx(0.4)
    assert found.uncertainty_eV is None


@pytest.mark.parametrize(
    ("temperatures", "sigma"), [([25], [1.0]), ([25, 25], [1.0, 2.0]), ([0, 25], [1.0, -1.0])]
)
def test_what_gives_no_slope_is_refused(temperatures, sigma):
    with pytest.raises(ValueError, match="temperatures"):
        arrhenius(temperatures, sigma)
