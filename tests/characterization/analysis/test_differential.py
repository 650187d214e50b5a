"""dQ/dV of written curves: area, place and track of the peaks, and the slope before a plateau."""

import numpy as np
import polars as pl
import pytest
from scipy.special import ndtr

from characterization.analysis import differential
from characterization.analysis.base import Conditions
from characterization.analysis.methods import cycling
from tests.characterization.analysis.written_cells import Test

WIDTH_V = 0.03


def capacity_of(volts, peaks):
    """Charge in mAh below each voltage: Gaussian peaks (voltage, mAh) of 30 mV on 0.2 mAh/V."""
    return 0.2 * (volts - 3.0) + sum(
        amount * (ndtr((volts - at) / WIDTH_V) - ndtr((3.0 - at) / WIDTH_V)) for at, amount in peaks
    )


def cell(cycles, rows=3000, noise_V=0.0):
    """Charges with the peaks of each entry and discharges with the same 50 mV lower, at 1 mA from 3.0 to 4.2 V."""
    test, random = Test(), np.random.default_rng(5)
    for peaks in cycles:
        for word, sign, shift in (("CC_Chg", 1.0, 0.0), ("CC_DChg", -1.0, -0.05)):
            volts = np.linspace(3.0, 4.2, 20_001)
            held = capacity_of(volts, [(at + shift, amount) for at, amount in peaks])
            passed = np.linspace(0, held[-1], rows)
            at = np.interp(passed, held, volts)
            seconds = 3600 * passed
            if sign < 0:
                at, seconds = at[::-1], 3600 * (held[-1] - passed)[::-1]
            test.step(word, seconds, at + random.normal(0, noise_V, rows), np.full(rows, sign))
    return test.recording()


def compute(recording, **conditions):
    return cycling.compute(recording, Conditions(**conditions))


PEAKS = [(3.5, 1.0), (3.9, 0.5)]


@pytest.mark.parametrize(("rows", "noise_V"), [(3000, 0.0), (120, 0.0), (40_000, 0.0), (3000, 0.0005)])
def test_the_area_is_the_capacity_and_the_peaks_stand_where_they_were_written(rows, noise_V):
    result = compute(cell([PEAKS], rows, noise_V))
    curve = result.tables["dqdv"].filter(pl.col("direction") == "charge")
    volts, height = curve["voltage_V"].to_numpy(), curve["dqdv_mAh_per_V"].to_numpy()
    assert np.trapezoid(height, volts) == pytest.approx(1.5 + 0.2 * 1.2, rel=2e-3)
    peaks = result.tables["dqdv_peaks"].filter(pl.col("direction") == "charge")
    assert peaks["voltage_V"].to_list() == pytest.approx([3.5, 3.9], abs=2e-3)


def test_a_smoothed_peak_is_as_high_as_a_gaussian_of_both_widths():
    peaks = compute(cell([PEAKS])).tables["dqdv_peaks"].filter(pl.col("direction") == "charge")
    width = np.hypot(WIDTH_V, 0.0048)  # 0.4 % of 1.2 V
    expected = [0.2 + amount / width / np.sqrt(2 * np.pi) for amount in (1.0, 0.5)]
    assert peaks["height_mAh_per_V"].to_list() == pytest.approx(expected, rel=0.01)


def test_discharge_is_negative_and_counts_from_its_beginning():
    curve = compute(cell([PEAKS])).tables["dqdv"].filter(pl.col("direction") == "discharge")
    assert curve["dqdv_mAh_per_V"].max() <= 0
    at = curve.sort("voltage_V")["capacity_mAh"].to_list()
    assert at[0] == pytest.approx(1.74, rel=0.01)
    assert at[-1] == pytest.approx(0.0, abs=0.02)


def test_dvdq_is_the_inverse_of_dqdv():
    curve = compute(cell([PEAKS])).tables["dqdv"].drop_nulls()
    product = curve["dqdv_mAh_per_V"] * curve["dvdq_V_per_mAh"]
    assert product.to_numpy() == pytest.approx(np.ones(curve.height))


def test_the_smoothing_is_stated_and_can_be_chosen():
    result = compute(cell([PEAKS]), parameters={"dqdv_smoothing_mV": 12})
    assert result.parameters["dqdv_smoothing_mV"] == pytest.approx(12)
    assert result.tables["dqdv"]["smoothing_mV"][0] == pytest.approx(12)


def test_peaks_keep_their_number_while_they_move():
    moving = [[(3.5 + 0.004 * n, 1.0), (3.9 - 0.004 * n, 0.5)] for n in range(12)]
    peaks = compute(cell(moving, 800)).tables["dqdv_peaks"].filter(pl.col("direction") == "charge")
    first, second = (peaks.filter(pl.col("peak") == number)["voltage_V"].to_list() for number in (1, 2))
    assert first == pytest.approx([3.5 + 0.004 * n for n in range(12)], abs=2e-3)
    assert second == pytest.approx([3.9 - 0.004 * n for n in range(12)], abs=2e-3)


def test_constant_voltage_is_left_out():
    test = Test()
    test.constant_current("CC_Chg", 2.0, 1.0, (3.0, 4.0))
    test.constant_voltage("CV_Chg", 1.0, 1.0, 4.0, 0.5)
    test.constant_current("CC_DChg", 2.0, -1.0, (4.0, 3.0))
    curve = compute(test.recording()).tables["dqdv"].filter(pl.col("direction") == "charge")
    assert curve["dqdv_mAh_per_V"].max() == pytest.approx(2.0, rel=0.01)  # 2 mAh over 1 V, no spike at 4 V


def test_at_most_400_half_cycles_are_counted_and_30_cycles_kept():
    result = compute(cell([[(3.5, 1.0)]] * 230, 30))
    assert 150 < result.tables["dqdv_peaks"]["cycle"].n_unique() <= 200
    kept = result.tables["dqdv"]["cycle"].unique().sort().to_list()
    assert len(kept) <= 30
    assert {1, 2, 10, 50, 230} <= set(kept)


def test_a_wanted_cycle_is_kept():
    result = compute(cell([[(3.5, 1.0)]] * 60, 30), parameters={"dqdv_cycles": [37]})
    assert 37 in result.tables["dqdv"]["cycle"]


def test_a_bump_on_the_flank_of_a_peak_is_none():
    x = np.arange(200.0)
    height = np.exp(-0.5 * ((x - 100) / 10) ** 2)
    height[118] += 0.01
    assert differential.peaks_of(height).tolist() == [100]
    assert differential.peaks_of(np.zeros(50)).tolist() == []


def test_the_slope_before_the_plateau_is_told_with_its_rule():
    """0.2 mAh flow from 3.0 to 3.6 V (3 V/mAh), then a plateau of 1.8 mAh from 3.6 to 3.7 V."""
    test = Test()
    share = np.linspace(0, 1, 401)
    charge_mAh = 2.0 * share
    volts = np.where(charge_mAh < 0.2, 3.0 + 3.0 * charge_mAh, 3.6 + 0.1 * (charge_mAh - 0.2) / 1.8)
    test.step("CC_Chg", 7200 * share, volts, np.full(401, 1.0))
    test.constant_current("CC_DChg", 2.0, -1.0, (3.7, 3.0))
    found = {one.name: one for one in compute(test.recording()).findings}
    assert found["capacity_before_plateau"].value == pytest.approx(0.2, abs=0.01)
    assert found["slope_before_plateau"].value == pytest.approx(3.0, rel=0.01)
    assert found["slope_before_plateau"].unit == "V/mAh"
    assert found["slope_before_plateau"].uncertainty < 0.1
    assert found["plateau_onset_voltage"].value == pytest.approx(3.6, abs=0.005)
    assert "half of its largest value" in found["slope_before_plateau"].convention


def test_a_cell_that_begins_with_a_discharge_has_no_slope_before_a_plateau():
    names = {one.name for one in compute(cell([PEAKS]), first_direction="discharge").findings}
    assert "slope_before_plateau" not in names
