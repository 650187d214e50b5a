"""Rates, end voltages, constant voltage, resistance and steps of written tests, against what was written."""

import numpy as np
import polars as pl
import pytest

from characterization.analysis.base import Conditions
from characterization.analysis.methods import cycling
from tests.characterization.analysis.written_cells import Test, cycles_at


def compute(recording, **conditions):
    return cycling.compute(recording, Conditions(**conditions))


def found(result, name, subject=""):
    return next(one for one in result.findings if (one.name, one.subject) == (name, subject))


def charged_with_constant_voltage(cc="CC_Chg", cv="CV_Chg"):
    """2 h at 1 mA, then 1 h at 4.2 V with a current that decays with 0.5 h; 30 min of rest after each half cycle."""
    test = Test()
    test.constant_current(cc, 2.0, 1.0, (3.0, 4.2))
    test.constant_voltage(cv, 1.0, 1.0, 4.2, 0.5)
    test.rest(0.5, 4.1)
    test.constant_current("CC_DChg", 2.0, -1.0, (4.0, 3.0))
    test.rest(0.5, 3.3)
    return test.recording()


CV_mAh = 0.5 * (1 - np.exp(-2.0))


def test_the_share_of_constant_voltage_is_what_flowed_in_its_step():
    cycle = compute(charged_with_constant_voltage()).tables["cycles"].row(0, named=True)
    assert cycle["cv_share_percent"] == pytest.approx(100 * CV_mAh / (2.0 + CV_mAh), rel=1e-4)


def test_one_step_of_constant_current_and_voltage_is_parted_by_its_data():
    recording = charged_with_constant_voltage()
    together = pl.when(pl.col("step") <= 2).then(1).otherwise(pl.col("step"))
    recording.table = recording.table.with_columns(
        together.alias("step"),
        pl.when(pl.col("step") == 2)
        .then(pl.col("step_capacity_mAh") + 2.0)
        .otherwise(pl.col("step_capacity_mAh")),
        pl.when(pl.col("step") <= 2)
        .then(pl.lit("CCCV_Chg"))
        .otherwise(pl.col("step_type"))
        .alias("step_type"),
    )
    result = compute(recording)
    assert result.tables["steps"]["kind"].to_list() == ["CCCV", "rest", "CC", "rest"]
    share = result.tables["cycles"]["cv_share_percent"][0]
    assert share == pytest.approx(100 * CV_mAh / (2.0 + CV_mAh), rel=0.02)


def test_steps_are_classified_by_their_data_where_the_vendor_is_silent():
    recording = charged_with_constant_voltage()
    recording.table = recording.table.drop("step_type")
    steps = compute(recording).tables["steps"]
    assert steps["kind"].to_list() == ["CC", "CV", "rest", "CC", "rest"]
    assert steps["direction"].to_list() == ["charge", "charge", "", "discharge", ""]
    assert steps["pair"].to_list() == [1, 1, None, None, None]


def test_a_brief_step_is_a_pulse():
    test = Test()
    test.constant_current("Charge", 2.0, 1.0, (3.0, 4.0))
    test.constant_current("Discharge", 10 / 3600, -2.0, (4.0, 3.9), 11)
    test.constant_current("Discharge", 2.0, -1.0, (4.0, 3.0))
    assert compute(test.recording()).tables["steps"]["kind"].to_list() == ["CC", "pulse", "CC"]


def test_half_cycles_and_the_rests_after_them_end_at_their_voltages():
    cycle = compute(charged_with_constant_voltage()).tables["cycles"].row(0, named=True)
    assert cycle["end_of_charge_voltage_V"] == pytest.approx(4.2)
    assert cycle["rest_after_charge_voltage_V"] == pytest.approx(4.1)
    assert cycle["end_of_discharge_voltage_V"] == pytest.approx(3.0)
    assert cycle["rest_after_discharge_voltage_V"] == pytest.approx(3.3)


def with_resistance(ohm, delay_s=2.0):
    """Charge and discharge at 2 mA through a resistor, without a rest; steps are first recorded after ``delay_s``."""
    test = Test()
    drop = 2.0 * ohm / 1000
    for _ in range(2):
        for word, sign, ends in (("CC_Chg", 1, (3.0, 4.0)), ("CC_DChg", -1, (4.0, 3.0))):
            seconds = np.concatenate(([0.0], np.linspace(delay_s, 3600.0, 600)))
            volts = np.linspace(ends[0], ends[1], 601) + sign * drop
            volts[1] = volts[0]
            test.step(word, seconds, volts, np.full(601, 2.0 * sign))
    recording = test.recording()
    first_of_step = pl.col("step").diff().fill_null(1) != 0
    recording.table = recording.table.filter(~first_of_step)  # what is recorded at once shows nothing yet
    return recording


def test_resistance_is_the_step_of_voltage_over_that_of_current():
    result = compute(with_resistance(50.0))
    cycles = result.tables["cycles"]
    assert cycles["internal_resistance_ohm"][0] == pytest.approx(50.0, rel=1e-6)
    assert cycles["internal_resistance_delay_s"][0] == pytest.approx(2.0)
    assert cycles["discharged_resistance_ohm"][0] == pytest.approx(50.0, rel=1e-6)
    told = found(result, "internal_resistance", "end of charge")
    assert (told.value, told.unit) == (pytest.approx(50.0), "Ω")
    assert told.convention == "ΔV/ΔI at the step of the current after the charge of cycle 1, 2 s after it"


def test_no_resistance_is_read_minutes_after_the_step():
    cycles = compute(with_resistance(50.0, delay_s=300.0)).tables["cycles"]
    assert cycles["internal_resistance_ohm"].to_list() == [None, None]


def test_a_longer_delay_can_be_asked_for():
    cycles = compute(with_resistance(50.0), parameters={"resistance_delay_s": 30}).tables["cycles"]
    assert cycles["internal_resistance_delay_s"][0] == pytest.approx(
        2.0 + 5 * 3598 / 599
    )  # the first row after 30 s


def test_a_rate_is_the_current_over_the_nominal_capacity():
    result = compute(cycles_at([0.5, 1.0], [2.0, 2.0]), cell={"nominal_capacity_mAh": 4.0})
    assert result.tables["cycles"]["discharge_c_rate"].to_list() == pytest.approx([0.125, 0.25])
    assert result.tables["cycles"]["charge_c_rate"].to_list() == pytest.approx([0.125, 0.25])
    assert found(result, "mean_c_rate").convention.endswith(
        "1C = 4 mA, from the nominal capacity of the cell"
    )


def test_without_a_nominal_capacity_a_rate_rests_on_the_measured_one_and_says_so():
    result = compute(cycles_at([0.5, 0.5], [2.0, 1.9]))
    assert result.tables["cycles"]["discharge_c_rate"][0] == pytest.approx(0.25)
    assert "from the largest capacity measured" in found(result, "mean_c_rate").convention


def test_the_rate_of_a_half_cycle_is_that_of_its_constant_current():
    cycle = compute(charged_with_constant_voltage(), cell={"nominal_capacity_mAh": 2.0}).tables["cycles"]
    assert cycle["charge_c_rate"][0] == pytest.approx(0.5)


def test_polarisation_is_mean_charge_minus_mean_discharge_voltage():
    test = Test()
    test.constant_current("CC_Chg", 1.0, 1.0, (3.1, 4.1))
    test.constant_current("CC_DChg", 1.0, -1.0, (3.9, 2.9))
    test.rest(0.5, 3.0)
    assert found(compute(test.recording()), "polarisation").value == pytest.approx(0.2)
