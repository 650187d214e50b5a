"""t-plot, pore volume and pore sizes: analytic isotherms, instruments' own values, pyGAPS."""

import sys

import numpy as np
import pytest
import scipy.optimize

from characterization.analysis.base import Conditions, View
from characterization.analysis.methods import sorption_pores, sorption_t_plot
from characterization.analysis.sorption import bet, kernel, pore_analysis, pores, t_plot_analysis
from characterization.analysis.sorption.gases import area_per_mmol
from characterization.analysis.sorption.thickness import MODELS
from tests.characterization.analysis.sorption.isotherms import (
    bet_amount,
    chosen,
    codes,
    drawing,
    file,
    recording,
    values,
)

LIQUID = 34.67e-3
HARKINS_JURA = MODELS["Harkins-Jura"]


def test_a_flat_surface_with_filled_micropores_gives_back_both():
    x = np.linspace(0.01, 0.7, 70)
    n = (0.2 + 50 * HARKINS_JURA.nm(x) / 1000) / LIQUID
    found = values(t_plot_analysis.compute(recording(x, n), Conditions()))
    assert found["micropore_volume"] == pytest.approx(0.2, rel=1e-9)
    assert found["external_surface_area"] == pytest.approx(50, rel=1e-9)


def test_the_instruments_own_t_plot_comes_out_with_its_equation_and_range():
    """Gemini VII: STSA equation, 0.004062 cm³/g and 126.0746 m²/g, within 0.1 %. It fits the three points from 4.3 to
    5.7 Å; the one at 6.43 Å is inside its 4.2 to 6.5 Å, but above p/p0 0.5."""
    result = t_plot_analysis.compute(
        file("micromeritics.XLS"), chosen(thickness="Carbon black", from_nm=0.42, to_nm=0.60)
    )
    found = values(result)
    assert found["micropore_volume"] == pytest.approx(0.004062, rel=1e-3)
    assert found["external_surface_area"] == pytest.approx(126.0746, rel=1e-3)
    assert found["micropore_volume_printed"] == 0.004062


def test_the_usual_t_plot_is_that_of_the_second_instrument():
    """3Flex: 0.203617 cm³/g and 62.0489 m²/g, range not printed; within 0.5 %."""
    found = values(t_plot_analysis.compute(file("Sample_C.xls"), Conditions()))
    assert found["micropore_volume"] == pytest.approx(0.203617, rel=5e-3)
    assert found["external_surface_area"] == pytest.approx(62.0489, rel=5e-3)


def test_a_surface_without_micropores_is_said_to_have_none_for_sure():
    x = np.linspace(0.05, 0.6, 40)
    n = 50 * HARKINS_JURA.nm(x) / 1000 / LIQUID
    n *= 1 + 0.003 * np.sin(9 * np.arange(40))
    assert "no_micropores" in codes(t_plot_analysis.compute(recording(x, n), Conditions()))


@pytest.mark.parametrize("compute", [t_plot_analysis.compute, pore_analysis.compute])
@pytest.mark.parametrize("gas", ["H2O", "CO2", ""])
def test_other_gases_get_no_pores(compute, gas):
    x = np.linspace(0.01, 0.99, 50)
    result = compute(
        recording(x, bet_amount(np.minimum(x, 0.9)), {"gas": gas, "temperature_K": 298.0}), Conditions()
    )
    assert not result.findings
    assert codes(result) & {"no_t_plot", "no_pores"}


def test_t21_the_pore_volume_is_that_of_the_liquid_at_0_97():
    x = np.linspace(0.01, 0.99, 99)
    n = 2 + 10 * x
    found = values(pore_analysis.compute(recording(x, n), Conditions()))
    assert found["pore_volume"] == pytest.approx((2 + 9.7) * 34.67e-3, rel=1e-9)


def test_the_pore_volumes_that_instruments_print_come_out():
    """BELSORP at 0.960: 0.3405; 3P at 0.99: 0.496 cm³/g; within a unit of the last place."""
    belsorp = values(pore_analysis.compute(file("BET.xls"), chosen(gurvich_at=0.96)))
    threep = values(pore_analysis.compute(file("CBV712_N2_77K.xlsx"), chosen(gurvich_at=0.99)))
    assert belsorp["pore_volume"] == pytest.approx(belsorp["pore_volume_printed"], abs=1e-4)
    assert threep["pore_volume"] == pytest.approx(threep["pore_volume_printed"], abs=1e-3)


@pytest.mark.parametrize(("top", "code"), [(0.95, "gurvich_below"), (0.8, "no_pore_volume")])
def test_an_isotherm_that_ends_early_says_so(top, code):
    x = np.linspace(0.01, top, 60)
    assert code in codes(pore_analysis.compute(recording(x, 1 + x), Conditions()))


def test_bjh_finds_the_width_of_cylinders_that_empty_at_once():
    """Open cylinders of 8 nm: their cores, of radius 4 nm less the layer, empty at the pressure of Kelvin."""
    x = np.linspace(0.36, 0.99, 160)
    t = HARKINS_JURA.nm(x)
    empty = pores.KELVIN_NM / -np.log(x) + t < 4.0
    volume = np.where(empty, 0.5 * (1 - ((4.0 - t) / 4.0) ** 2), 0.5)
    found = pores.bjh(x, volume / LIQUID, LIQUID, HARKINS_JURA)
    assert found.width_nm[found.per_log_width.argmax()] == pytest.approx(8.0, rel=0.02)  # type: ignore[union-attr]
    assert found.volume_cm3_per_g.sum() == pytest.approx(0.5, rel=0.03)  # type: ignore[union-attr]


@pytest.mark.parametrize("branch", ["adsorption", "desorption"])
def test_bjh_volumes_are_near_those_of_the_instrument(branch):
    """TriStar: 0.641678 and 0.699796 cm³/g between 1.7 and 300 nm with another thickness."""
    result = pore_analysis.compute(file("Sample_A.xls"), chosen(branch=branch))
    found = {(one.name, one.subject): one.value for one in result.findings}
    assert found["bjh_pore_volume", branch] == pytest.approx(
        found["bjh_pore_volume_printed", branch], rel=0.12
    )


@pytest.mark.parametrize(("name", "width"), [("NaY N2 77K.json", 0.53), ("Takeda 5A N2 77K.json", 0.50)])
def test_dft_peaks_lie_where_pygaps_finds_them(name, width):
    """Within 0.1 nm."""
    found = values(pore_analysis.compute(file(name), Conditions()))
    assert found["dft_pore_width"] == pytest.approx(width, abs=0.1)


@pytest.mark.parametrize("width", [0.6, 1.0, 2.0, 4.0])
def test_dft_gives_back_the_width_and_volume_of_pores_made_from_the_kernel(width):
    single = kernel.kernel()
    place = int(np.abs(single.widths_nm - width).argmin())
    inside = single.pressures <= 0.9
    found = kernel.distribution(single.pressures[inside], 0.4 * single.amounts[inside, place])
    assert found.widths_nm[found.density.argmax()] == pytest.approx(width, rel=0.1)  # type: ignore[union-attr]
    assert found.volumes.sum() == pytest.approx(0.4, rel=0.02)  # type: ignore[union-attr]
    assert found.misfit_percent < 1  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", range(5))
def test_least_squares_without_negatives_are_those_of_scipy(seed):
    draw = np.random.default_rng(seed)
    matrix, target = draw.random((40, 15)), draw.normal(size=40)
    expected, _ = scipy.optimize.nnls(matrix, target)
    assert kernel.nonnegative(matrix, target) == pytest.approx(expected, abs=1e-8)


def test_pore_sizes_need_no_slow_import():
    """pyGAPS itself, with CoolProp, takes seconds: only its kernel's file is read."""
    kernel.kernel.cache_clear()
    before = set(sys.modules)
    kernel.kernel()
    assert not {"pygaps", "CoolProp", "matplotlib"} & (set(sys.modules) - before)


def test_areas_volumes_and_sizes_are_those_of_pygaps():
    """The same points, models and constants in both; BJH until a class of theirs is negative, ours then 0."""
    area_bet = pytest.importorskip("pygaps.characterisation.area_bet")
    psd_meso = pytest.importorskip("pygaps.characterisation.psd_meso")
    t_plots = pytest.importorskip("pygaps.characterisation.t_plots")
    own = file("Sample_A.xls")
    rising = own.table.filter(own.table["branch"] == "adsorption")
    x, n = rising["relative_pressure"].to_numpy(), rising["amount_mmol_per_g"].to_numpy()
    line = bet.between(x, n, 0.05, 0.30)
    theirs = area_bet.area_BET_raw(x, n / 1000, 0.162, p_limits=(0.05, 0.3))  # mol/g
    assert line.monolayer * area_per_mmol(0.162) == pytest.approx(theirs[0], rel=1e-5)  # type: ignore[union-attr]
    assert line.c == pytest.approx(theirs[1], rel=1e-6)  # type: ignore[union-attr]
    ours = values(t_plot_analysis.compute(own, Conditions()))
    usable = x < 0.8
    (plot,), _ = t_plots.t_plot_raw(
        n[usable], x[usable], HARKINS_JURA.nm, 28.0134 / 34.67, 28.0134, (0.35, 0.5)
    )
    assert ours["external_surface_area"] == pytest.approx(plot["area"], rel=1e-3)
    assert ours["micropore_volume"] == pytest.approx(plot["adsorbed_volume"], rel=1e-3)
    inside = (x >= pores.LOWEST) & (x <= pores.HIGHEST)
    sizes = psd_meso.psd_bjh(
        n[inside] * LIQUID, x[inside], "cylinder", HARKINS_JURA.nm, lambda p: pores.KELVIN_NM / -np.log(p)
    )
    expected = sizes["pore_volumes"][::-1]
    whole = int(np.argmax(expected < 0)) if (expected < 0).any() else len(expected)
    found = pores.bjh(x, n, LIQUID, HARKINS_JURA)
    assert whole > 5
    assert found.volume_cm3_per_g[:whole] == pytest.approx(expected[:whole], rel=1e-6)  # type: ignore[union-attr]


def test_every_figure_is_drawn_with_its_convention():
    own = file("Takeda 5A N2 77K.json")
    result = pore_analysis.compute(own, Conditions())
    charts = {chart.key: chart for chart in sorption_pores.METHOD.draw(drawing(result, own), View())}
    assert set(charts) == {"bjh", "dft", "dft_fit"}
    assert "Kelvin" in charts["bjh"].caption
    assert "carbon" in charts["dft"].caption
    plot = t_plot_analysis.compute(own, Conditions())
    (chart,) = sorption_t_plot.METHOD.draw(drawing(plot, own), View())
    assert "Harkins" in chart.caption


def test_nothing_to_draw_is_said():
    own = recording([0.1, 0.2], [1.0, 1.1], {"gas": "CO2"})
    for method, compute in (
        (sorption_pores, pore_analysis.compute),
        (sorption_t_plot, t_plot_analysis.compute),
    ):
        (chart,) = method.METHOD.draw(drawing(compute(own, Conditions()), own), View())
        assert chart.empty
