import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid
from scipy.special import voigt_profile

from characterization.analysis import spectra

LINES = ((10000, 284.8), (3000, 285.7), (1500, 286.9), (900, 289.0), (400, 292.0))


def carbon(lorentz_eV, step=0.05):
    """C 1s of five lines, 15,800 counts·eV in all, on 200 + 0.03 of the area passed: what Shirley means."""
    energy = np.arange(280, 296 + step / 2, step)
    lines = np.zeros_like(energy)
    for area, at in LINES:
        lines += area * voigt_profile(energy - at, 0.9 if at == 292 else 0.55, lorentz_eV)
    return energy, lines, 200 + 0.03 * cumulative_trapezoid(lines, energy, initial=0)


def area_above(energy, intensity):
    base = spectra.best_background(energy, intensity)
    return base, float(np.trapezoid(intensity[base.inside] - base.values, energy[base.inside]))


def test_a_shirley_background_is_found_again_where_the_lines_end_inside_the_window():
    energy, lines, background = carbon(lorentz_eV=1e-6)
    base, area = area_above(energy, lines + background)
    assert base.name == "Shirley"
    assert np.abs(base.values - background).max() < 0.1
    assert area == pytest.approx(15800, rel=0.001)


def test_lorentzian_tails_under_the_anchors_cost_three_percent_of_the_area():
    energy, lines, background = carbon(lorentz_eV=0.25)
    _, area = area_above(energy, lines + background)
    inside = float(np.trapezoid(lines, energy))
    assert 0.97 < area / inside < 0.98


def test_a_falling_background_is_drawn_straight_and_says_why():
    energy, lines, _ = carbon(lorentz_eV=1e-6)
    base, area = area_above(energy, lines + 1000 - 20 * (energy - 280))
    assert base.name == "linear"
    assert "does not rise" in base.why_linear
    assert area == pytest.approx(15800, rel=0.01)


def test_too_few_points_are_drawn_straight():
    energy = np.linspace(280, 290, 9)
    base = spectra.best_background(energy, np.linspace(1, 2, 9))
    assert base.name == "linear"
    assert "9 points are too few" in base.why_linear


def test_a_shake_up_at_the_far_end_is_left_out_of_the_window():
    energy, lines, background = carbon(lorentz_eV=1e-6)
    wide = np.arange(280, 310, 0.05)
    more = np.interp(wide, energy, lines + background, right=float((lines + background)[-1]))
    rising = more + 3000 * np.exp(-(((wide - 309) / 3) ** 2))
    base, area = area_above(wide, rising)
    assert 294 < wide[base.last] < 304
    assert area == pytest.approx(15800, rel=0.02)


def test_the_vertex_lies_between_the_points():
    x = np.arange(0, 10, 0.3)
    y = 100 - (x - 4.47) ** 2
    assert spectra.vertex(x, y, int(y.argmax())) == pytest.approx(4.47)


def test_a_maximum_at_the_edge_stays_there():
    x = np.arange(10.0)
    assert spectra.vertex(x, x, 9) == 9
