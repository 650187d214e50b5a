"""Heads of exports as vendors and code pages spell them, and clocks as people write them."""

from datetime import datetime

import polars as pl
import pytest

from characterization.instruments.arbin_columns import arbin_heads
from characterization.instruments.cycler_clock import moments, ole, seconds
from characterization.instruments.cycler_heads import factor, split_unit
from characterization.instruments.neware_words import neware_heads


@pytest.mark.parametrize(
    ("title", "name", "times"),
    [
        ("Current(A)", "current_mA", 1e3),
        ("Current (mA)", "current_mA", 1.0),
        ("Charge_Capacity(Ah)", "charge_capacity_mAh", 1e3),
        ("Charge Capacity (mAh)", "charge_capacity_mAh", 1.0),
        ("Test_Time(h)", "time_s", 3600.0),
        ("Aux_Temperature_2 (C)", "aux2_temperature_degC", 1.0),
        ("Aux_Temperature(℃)_2", "aux2_temperature_degC", 1.0),
        ("Aux_Temperature(¡æ)_2", "aux2_temperature_degC", 1.0),
        ("Internal Resistance(Ohm)", "internal_resistance_ohm", 1.0),
        ("dV/dt(V/s)", "dvdt_V_per_s", 1.0),
    ],
)
def test_arbin_heads_become_our_columns(title: str, name: str, times: float):
    (head,) = arbin_heads([title])
    assert (head.ours, head.factor) == (name, times)


@pytest.mark.parametrize(
    ("title", "name", "times"),
    [
        ("Current(µA)", "current_mA", 1e-3),
        ("Current(μA)", "current_mA", 1e-3),
        ("Current(�A)", "current_mA", 1e-3),
        ("电流（mA）", "current_mA", 1.0),
        ("Cur(mA)", "current_mA", 1.0),
        ("Voltage(mV)", "voltage_V", 1e-3),
        ("Capacity(mAs)", "step_capacity_mAh", 1 / 3600),
        ("Capacitance_Chg(mAh)", "charge_capacity_mAh", 1.0),
        ("DCIR(mΩ)", "dc_resistance_ohm", 1e-3),
        ("T1(℃)", "aux1_temperature_degC", 1.0),
        ("T12(?)", "aux12_temperature_degC", 1.0),
        ("V3(V)", "aux3_voltage_V", 1.0),
    ],
)
def test_neware_heads_become_our_columns(title: str, name: str, times: float):
    (head,) = neware_heads([title])
    assert head.ours == name
    assert head.factor == pytest.approx(times)


@pytest.mark.parametrize("title", ["Spec. Cap.(mAh/g)", "dQ/dV(mAh/V)", "Current(kg)", "Power Supply", ""])
def test_what_is_not_known_is_left_out(title: str):
    assert neware_heads([title]) == []


def test_milli_and_mega_are_not_the_same():
    assert factor("mA", "mA") == 1.0
    assert factor("A", "mA") == 1e3
    assert split_unit("Voltage(V)") == ("voltage", "V")


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("26:03:04.5", 93_784.5), ("0:00:01", 1.0), ("1-02:03:04", 93_784.0), ("2d 00:00:10", 172_810.0),
        ("00:00:01,250", 1.25), ("12.5", 12.5),
    ],
)  # fmt: skip
def test_durations_are_seconds(text: str, want: float):
    assert seconds(pl.Series([text])).to_list() == pytest.approx([want])


def test_what_is_no_duration_is_missing():
    assert seconds(pl.Series(["soon"])).to_list() == [None]


def test_an_ole_date_is_local_and_rounded_to_milliseconds():
    assert ole(42587.67804398148) == datetime(2016, 8, 5, 16, 16, 23)
    assert ole(0.0) is None


def test_the_day_comes_first_where_the_month_cannot():
    read, _ = moments(pl.Series(["12/05/2024 10:00:00", "13/05/2024 10:00:00"]))
    assert read.to_list() == [datetime(2024, 5, 12, 10), datetime(2024, 5, 13, 10)]


def test_where_both_could_be_the_order_in_which_no_time_runs_backwards_is_meant():
    read, _ = moments(pl.Series(["09/11/2024 23:00:00", "10/11/2024 01:00:00", "01/12/2024 02:00:00"]))
    assert read.to_list()[2] == datetime(2024, 12, 1, 2)


def test_where_both_run_forwards_the_shorter_test_is_meant():
    """One hour past midnight: 4 to 5 May, not 5 April to 5 May; and 5 to 6 April, not 4 May to 4 June."""
    read, _ = moments(pl.Series(["04/05/2024 23:30:00", "05/05/2024 00:30:00"]))
    assert read.to_list() == [datetime(2024, 5, 4, 23, 30), datetime(2024, 5, 5, 0, 30)]
    read, _ = moments(pl.Series(["04/05/2024 23:30:00", "04/06/2024 00:30:00"]))
    assert read.to_list() == [datetime(2024, 4, 5, 23, 30), datetime(2024, 4, 6, 0, 30)]


def test_on_one_day_the_month_comes_first():
    read, _ = moments(pl.Series(["04/05/2024 10:00:00", "04/05/2024 11:00:00"]))
    assert read.to_list()[0] == datetime(2024, 4, 5, 10)
