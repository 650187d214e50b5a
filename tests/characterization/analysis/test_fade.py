"""Fade, rate blocks, formation, cliffs and soft shorts, against series whose truth is written or simulated."""

import numpy as np
import polars as pl
import pytest
from scipy.special import stdtrit

from characterization.analysis import fade, soft_short
from characterization.analysis.base import Conditions
from characterization.analysis.methods import cycling
from tests.characterization.analysis.written_cells import Test, cycles_at


def compute(recording, **conditions):
    return cycling.compute(recording, Conditions(**conditions))


def found(result, name, subject=""):
    return next(one for one in result.findings if (one.name, one.subject) == (name, subject))


def names(result):
    return {one.name for one in result.findings}


def test_a_straight_fade_is_its_slope_in_percent_of_its_first_cycle():
    result = compute(cycles_at([1.0] * 20, [2.0 - 0.01 * n for n in range(20)]))
    rate = found(result, "fade_rate")
    assert (rate.value, rate.unit) == (pytest.approx(0.5), "%/cycle")
    assert rate.uncertainty == pytest.approx(0.0, abs=1e-9)
    assert found(result, "capacity_slope").value == pytest.approx(-0.01)
    assert "20 complete cycles from 1 to 20" in rate.convention


@pytest.mark.parametrize("noise_percent", [0.2, 1.0])
def test_the_true_fade_lies_within_its_95_percent_interval_as_often_as_that(noise_percent):
    """100 cells of 60 cycles that lose 0.3 % of their first capacity per cycle."""
    random = np.random.default_rng(17)
    cycle = np.arange(1.0, 61.0)
    factor = float(stdtrit(58, 0.975))
    hits = 0
    for _ in range(100):
        capacity = 150 * (1 - 0.003 * (cycle - 1)) + random.normal(0, 1.5 * noise_percent, 60)
        line = fade.straight_line(cycle, capacity)
        assert line is not None
        hits += abs(line.loss_percent - 0.3) <= factor * line.loss_uncertainty
    assert 90 <= hits <= 99


def test_a_line_wants_five_cycles():
    assert "fade_rate" not in names(compute(cycles_at([1.0] * 4, [2.0, 1.9, 1.8, 1.7])))


LADDER = [0.2] * 3 + [0.4] * 3 + [1.0] * 3 + [2.0] * 3 + [0.2] * 3
HELD = [2.0] * 3 + [1.8] * 3 + [1.5] * 3 + [1.0] * 3 + [1.9] * 3


def test_runs_of_cycles_at_one_rate_are_found_by_themselves():
    result = compute(cycles_at(LADDER, HELD), cell={"nominal_capacity_mAh": 2.0})
    blocks = result.tables["rate_blocks"]
    assert blocks["first_cycle"].to_list() == [1, 4, 7, 10, 13]
    assert blocks["discharge_c_rate"].to_list() == pytest.approx([0.1, 0.2, 0.5, 1.0, 0.1])
    assert blocks["mean_discharge_capacity_mAh"].to_list() == pytest.approx([2.0, 1.8, 1.5, 1.0, 1.9])
    assert blocks["retention_percent"].to_list() == pytest.approx([100, 90, 75, 50, 95])
    assert found(result, "rate_retention", "1C, cycles 10–12").value == pytest.approx(50)
    assert result.tables["cycles"]["rate_block"].to_list() == [1] * 3 + [2] * 3 + [3] * 3 + [4] * 3 + [5] * 3


def test_a_ladder_of_rates_is_no_formation():
    assert found(compute(cycles_at(LADDER, HELD)), "formation_cycles").value == 0


def test_slow_first_cycles_are_formation_and_leave_the_fade():
    rates, held = [0.1] * 2 + [1.0] * 20, [2.4] * 2 + [2.0 - 0.01 * n for n in range(20)]
    result = compute(cycles_at(rates, held))
    assert found(result, "formation_cycles").value == 2
    assert found(result, "fade_rate").value == pytest.approx(0.5)
    assert found(result, "capacity_retention_last").convention == (
        "discharge capacity over that of cycle 1; cycle 22 at 0.42C, the other at 0.042C"
    )


def test_the_first_cycle_after_formation_can_be_the_reference():
    rates, held = [0.1] * 2 + [1.0] * 20, [2.4] * 2 + [2.0 - 0.01 * n for n in range(20)]
    result = compute(cycles_at(rates, held), parameters={"reference_cycle": "after formation"})
    kept = found(result, "capacity_retention_10")
    assert kept.value == pytest.approx(100 * 1.93 / 2.0)
    assert kept.convention == "discharge capacity over that of cycle 3; cycle 10"


def test_each_block_fades_at_its_own_rate():
    held = [2.0 - 0.01 * n for n in range(8)] + [1.5 - 0.03 * n for n in range(8)]
    result = compute(cycles_at([0.2] * 8 + [1.0] * 8, held), cell={"nominal_capacity_mAh": 2.0})
    assert found(result, "fade_rate", "0.1C, cycles 1–8").value == pytest.approx(0.5)
    assert found(result, "fade_rate", "0.5C, cycles 9–16").value == pytest.approx(2.0)


def noisy(seed, cycles=60):
    return 150 - 0.1 * np.arange(cycles) + np.random.default_rng(seed).normal(0, 0.5, cycles)


def test_a_cliff_is_told_with_its_cycle_and_what_it_cost():
    capacity = noisy(3)
    capacity[40:] -= 45
    cliff = fade.cliff(np.arange(1.0, 61.0), capacity)
    assert cliff is not None
    assert cliff.cycle == 41
    assert cliff.percent == pytest.approx(31, abs=1)  # 45 of 146
    result = compute(cycles_at([1.0] * 30, [2.0] * 20 + [1.2] * 10))
    assert found(result, "capacity_cliff_cycle").value == 21
    message = next(flag.message for flag in result.flags if flag.code == "capacity_cliff")
    assert message.startswith("Capacity falls off a cliff at cycle 21: 2 mAh before")


def test_a_sudden_death_within_a_few_cycles_is_a_cliff():
    capacity = noisy(4)
    capacity[50:] -= 12.0 * np.arange(1, 11)
    cliff = fade.cliff(np.arange(1.0, 61.0), capacity)
    assert cliff is not None
    assert 49 <= cliff.cycle <= 60


@pytest.mark.parametrize("seed", range(20))
def test_noise_a_steady_fade_and_two_odd_cycles_are_no_cliff(seed):
    capacity = noisy(seed)
    capacity[[20, 21]] -= 60
    capacity[-2:] -= 60
    assert fade.cliff(np.arange(1.0, 61.0), capacity) is None


def with_dips(depth_V, dips):
    test = Test()
    for cycle in range(3):
        share = np.linspace(0, 1, 1001)
        volts = 3 + share + np.random.default_rng(cycle).normal(0, 1e-4, 1001)
        if cycle == 1:
            volts[np.linspace(300, 700, dips).astype(int)] -= depth_V
        test.step("CC_Chg", 3600 * share, volts, np.full(1001, 1.0))
        test.constant_current("CC_DChg", 1.0, -1.0, (4.0, 3.0))
    return test.recording()


def test_dips_of_the_voltage_while_a_constant_current_charges_are_told():
    result = compute(with_dips(0.05, 4))
    assert found(result, "voltage_dips").value == 4
    assert found(result, "soft_short_cycle").value == 2
    message = next(flag.message for flag in result.flags if flag.code == "soft_short")
    assert "dips 4 times" in message
    assert "by up to 49 mV" in message


def test_one_dip_or_a_shallow_one_is_no_short():
    assert "voltage_dips" not in names(compute(with_dips(0.05, 1)))
    assert "voltage_dips" not in names(compute(with_dips(0.005, 4)))


def test_a_charge_that_never_ends_at_its_plateau_is_told():
    test = Test()
    for cycle in range(6):
        shorted = cycle == 4
        test.constant_current("CC_Chg", 2.0 if shorted else 1.0, 1.0, (3.0, 3.7 if shorted else 4.0))
        test.constant_current("CC_DChg", 1.0, -1.0, (4.0, 3.0))
    result = compute(test.recording())
    assert found(result, "soft_short_cycle").value == 5
    message = next(flag.message for flag in result.flags if flag.code == "soft_short")
    assert "cycle 5 charges 2 mAh after a discharge of 1 mAh, ends at 3.700 V (usual 4.000 V)" in message


def test_a_change_of_rate_is_no_short():
    assert "soft_short_cycle" not in names(compute(cycles_at(LADDER, HELD)))


def test_a_cell_that_begins_with_a_discharge_compares_a_charge_with_the_discharge_of_its_own_cycle():
    cycles = pl.DataFrame(
        {
            "cycle": [1, 2, 3, 4],
            "charge_capacity_mAh": [1.0, 1.0, 1.0, 2.0],
            "discharge_capacity_mAh": [1.0, 1.0, 1.0, 1.0],
            "end_of_charge_voltage_V": [1.0, 1.0, 1.0, 0.7],
            "coulombic_efficiency_percent": [100.0, 100.0, 100.0, 200.0],
            "complete": [True] * 4,
        }
    )
    assert [cycle for cycle, _ in soft_short.excess_cycles(cycles, discharge_first=True)] == [4]
