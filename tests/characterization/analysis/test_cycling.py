import numpy as np
import polars as pl
import pytest

from characterization.analysis.base import Conditions
from characterization.analysis.curves import points_per_curve
from characterization.analysis.methods import cycling
from characterization.instruments.base import Recording, Technique
from tests.characterization.analysis.recordings import cycler, with_direction_counters


def compute(recording, **conditions):
    return cycling.compute(recording, Conditions(**conditions))


def value(result, name):
    return next(finding.value for finding in result.findings if finding.name == name)


def codes(result):
    return [flag.code for flag in result.flags]


def test_it_gives_capacity_energy_efficiency_and_mean_voltage_of_a_cycle():
    row = compute(cycler([2.0, -1.9, 0.0])).tables["cycles"].row(0, named=True)
    assert row["charge_capacity_mAh"] == pytest.approx(2.0)
    assert row["discharge_capacity_mAh"] == pytest.approx(1.9)
    assert row["coulombic_efficiency_percent"] == pytest.approx(95.0)
    assert row["charge_energy_mWh"] == pytest.approx(7.0)  # 2 mAh between 3 and 4 V
    assert row["mean_discharge_voltage_V"] == pytest.approx(3.5)
    assert row["hysteresis_V"] == pytest.approx(0.0, abs=1e-9)
    assert row["energy_efficiency_percent"] == pytest.approx(95.0)
    assert (row["vendor_cycle"], row["complete"]) == (7, True)


def test_an_anode_half_cell_is_charged_over_discharged():
    result = compute(cycler([-2.0, 1.8, 0.0]), first_direction="discharge")
    assert value(result, "first_coulombic_efficiency") == pytest.approx(90.0)
    assert "charge / discharge" in result.findings[2].convention


def test_a_lone_half_cycle_has_no_efficiency():
    first = compute(cycler([-1.0, 2.0, -2.0]), first_direction="charge").tables["cycles"].row(0, named=True)
    assert first["discharge_capacity_mAh"] == pytest.approx(1.0)
    assert first["charge_capacity_mAh"] is None
    assert first["coulombic_efficiency_percent"] is None
    assert first["complete"] is False


def test_a_counter_that_restarts_in_mid_step_loses_nothing_and_is_told():
    recording = cycler([2.0, -2.0, 0.0])
    counter = recording.table["step_capacity_mAh"].to_numpy().copy()
    counter[31:42] -= counter[30]  # resumed half way through the discharge
    recording.table = recording.table.with_columns(step_capacity_mAh=counter)
    result = compute(recording)
    assert value(result, "first_discharge_capacity") == pytest.approx(2.0)
    assert codes(result) == ["counter_restarted"]
    assert "ends the step at 1.1 mAh" in result.flags[0].message
    assert "sum of its increments is 2 mAh" in result.flags[0].message


def test_of_a_counter_that_restarts_in_every_step_ten_steps_are_told_and_the_rest_counted():
    row = np.arange(600)
    charges = row // 6 % 2 == 1
    table = pl.DataFrame(
        {
            "time_s": row * 1.0,
            "voltage_V": 3 + 0.5 * np.sin(row / 7),
            "current_mA": np.where(charges, 1.0, -1.0),
            "step": row // 6,
            "step_type": np.where(charges, "CC_Chg", "CC_DChg"),
            "step_capacity_mAh": row % 3 / 360,
        }
    )
    flags = [flag.message for flag in compute(Recording(Technique.CYCLING, table)).flags]
    told = [message for message in flags if message.startswith("The capacity counter restarts")]
    assert told[0].startswith("The capacity counter restarts at 3.0 s. ")
    assert (len(told), told[-1]) == (11, "The capacity counter restarts in 90 more steps.")


def test_an_infinite_voltage_costs_its_row_and_not_the_analysis():
    recording = cycler([2.0, -1.9, 0.0])
    whole = compute(recording)
    volts = recording.table["voltage_V"].to_numpy().copy()
    volts[5] = np.inf
    recording.table = recording.table.with_columns(voltage_V=volts)
    result = compute(recording)
    for name in ("first_charge_capacity", "first_discharge_capacity"):
        assert value(result, name) == pytest.approx(value(whole, name))


def test_a_counter_that_only_rounds_down_is_no_restart():
    recording = cycler([2.0, -2.0, 0.0])
    counter = recording.table["step_capacity_mAh"].to_numpy().copy()
    counter[20] -= 1e-6
    recording.table = recording.table.with_columns(step_capacity_mAh=counter)
    assert value(compute(recording), "first_charge_capacity") == pytest.approx(2.0, abs=1e-5)


def test_it_keeps_the_counter_where_the_integral_disagrees_and_says_so():
    recording = cycler([2.0, -2.0, 0.0])
    recording.table = recording.table.with_columns(pl.col("current_mA") * 3)
    result = compute(recording)
    assert value(result, "first_charge_capacity") == pytest.approx(2.0)
    assert "integral_differs" in codes(result)
    assert "counter 2 mAh, integral 6 mAh" in result.flags[0].message


def test_without_a_counter_it_integrates_and_says_so():
    result = compute(cycler([2.0, -1.0, 0.0], drop=["step_capacity_mAh", "step_energy_mWh"]))
    assert value(result, "first_charge_capacity") == pytest.approx(2.0)
    assert value(result, "mean_discharge_voltage") == pytest.approx(3.5)
    assert "integrated" in codes(result)


def test_a_leap_of_the_clock_is_not_integrated():
    recording = cycler([2.0, -1.0, 0.0], drop=["step_capacity_mAh", "step_energy_mWh"])
    late = pl.when(pl.int_range(pl.len()) >= 10).then(pl.col("time_s") + 1e6).otherwise(pl.col("time_s"))
    recording.table = recording.table.with_columns(late.alias("time_s"))
    result = compute(recording)
    assert value(result, "first_charge_capacity") == pytest.approx(1.9)  # one of 20 intervals is lost
    assert "clock_leaps" in codes(result)


def test_a_continued_counter_does_not_count_what_went_before():
    result = compute(with_direction_counters([2.0, -1.5, 0.0], start_mAh=100.0))
    assert value(result, "first_charge_capacity") == pytest.approx(2.0)
    assert value(result, "first_discharge_capacity") == pytest.approx(1.5)
    assert "counter_not_from_zero" in codes(result)


def test_an_excerpt_that_begins_inside_a_step_is_told():
    recording = cycler([-2.0, 2.0])
    recording.table = recording.table.slice(10).with_columns(pl.col("time_s") - 1800.0)
    result = compute(recording)
    assert value(result, "first_discharge_capacity") == pytest.approx(2.0)
    assert {"counter_not_from_zero", "integral_differs"} <= set(codes(result))


def test_a_part_of_a_long_test_began_within_a_step_however_long_the_test_had_run():
    recording = cycler([-2.0, 2.0])
    recording.table = recording.table.slice(10).with_columns(pl.col("time_s") + 800_000.0)
    result = compute(recording)
    assert value(result, "first_discharge_capacity") == pytest.approx(2.0)
    assert "counter_not_from_zero" in codes(result)


def test_a_counter_that_its_first_interval_explains_began_at_zero():
    recording = cycler([-2.0, 2.0])
    recording.table = recording.table.slice(1)  # the first record stands 180 s after the start
    assert "counter_not_from_zero" not in codes(compute(recording))


@pytest.mark.parametrize("steps", [[0.2, -2.0, 2.0, -2.0], [2.0, -0.5, 2.0, -2.0], [2.0, -2.5, 2.0, -2.0]])
def test_a_first_efficiency_that_says_little_is_told(steps):
    assert "first_efficiency_meaningless" in codes(compute(cycler(steps)))


def test_retention_names_its_reference_cycle():
    steps = [amount for n in range(60) for amount in (2.0 - 0.01 * n, -2.0 + 0.01 * n)]
    result = compute(cycler(steps))
    held = {finding.name: finding for finding in result.findings}
    assert held["capacity_retention_10"].value == pytest.approx(100 * 1.91 / 2.0)
    assert held["capacity_retention_50"].convention == (
        "discharge capacity over that of cycle 1; cycle 50 at 0.76C, the other at 1C"
    )
    assert held["capacity_retention_last"].value == pytest.approx(100 * 1.41 / 2.0)
    assert "capacity_retention_100" not in held
    third = compute(cycler(steps), reference_cycle=3)
    assert value(third, "capacity_retention_10") == pytest.approx(100 * 1.91 / 1.98)


def test_a_discharge_that_still_runs_is_not_complete():
    whole = compute(cycler([2.0, -2.0, 2.0, -2.0]))
    recording = cycler([2.0, -2.0, 2.0, -2.0])
    recording.table = recording.table.head(75)
    running = compute(recording)
    assert whole.tables["cycles"]["complete"].to_list() == [True, True]
    assert running.tables["cycles"]["complete"].to_list() == [True, False]


def test_a_rest_moves_nothing_and_says_so():
    result = compute(cycler([0.0]))
    row = result.tables["cycles"].row(0, named=True)
    assert (row["charge_capacity_mAh"], row["discharge_capacity_mAh"]) == (0.0, 0.0)
    assert value(result, "cycle_count") == 0
    assert codes(result) == ["no_charge"]


def test_a_table_without_rows_is_told():
    recording = cycler([1.0])
    recording.table = recording.table.clear()
    assert codes(compute(recording)) == ["no_rows"]


def test_rows_of_impedance_between_the_steps_change_nothing():
    recording = cycler([2.0, -1.9, 0.0])
    nulls = [pl.when(pl.int_range(pl.len()) == 10).then(None).otherwise(pl.col(name)).alias(name)
             for name in ("voltage_V", "current_mA", "step_capacity_mAh", "step_energy_mWh")]  # fmt: skip
    recording.table = recording.table.with_columns(nulls)
    result = compute(recording)
    assert value(result, "first_charge_capacity") == pytest.approx(2.0)
    assert value(result, "first_discharge_capacity") == pytest.approx(1.9)


def test_curves_keep_their_ends_and_extremes_in_300_points():
    recording = cycler([2.0, -2.0])
    rows = 5000
    share = np.linspace(0, 1, rows)
    voltage = 3 + share
    voltage[2345] = 4.7
    recording.table = pl.DataFrame(
        {"time_s": 3600 * share, "voltage_V": voltage, "current_mA": np.full(rows, 2.0), "step": np.ones(rows),
         "step_type": ["CC_Chg"] * rows, "step_capacity_mAh": 2 * share}
    )  # fmt: skip
    curve = compute(recording).tables["curves"]
    assert curve.height <= 300
    assert curve["voltage_V"].max() == 4.7
    assert curve["capacity_mAh"].to_list()[0] == 0.0
    assert curve["capacity_mAh"].to_list()[-1] == pytest.approx(2.0)
    assert curve["direction"].unique().to_list() == ["charge"]


def test_many_cycles_share_120_000_points():
    assert points_per_curve(400) == 300
    assert points_per_curve(2000) == 60
    assert points_per_curve(100_000) == 40
