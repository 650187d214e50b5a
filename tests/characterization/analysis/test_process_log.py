"""Logs whose overshoot, hold, ramps and gas gaps are known because they were written so, at every usual interval."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.analysis.base import Conditions, Drawing, Finding, Result, View
from characterization.analysis.methods.process_log import LIMITS, METHOD
from characterization.charts import print as press
from characterization.charts import web
from characterization.instruments.base import Recording, Technique

STUDY = [
    {"from_degC": 25.0, "to_degC": 700.0, "rate_degC_per_min": 5.0, "hold_h": 4.0},
    {"from_degC": 700.0, "to_degC": 25.0, "rate_degC_per_min": 5.0, "hold_h": 0.0},
]
TWO_HOLDS = [
    {"from_degC": 25.0, "to_degC": 300.0, "rate_degC_per_min": 2.0, "hold_h": 1.0},
    {"from_degC": 300.0, "to_degC": 700.0, "rate_degC_per_min": 5.0, "hold_h": 2.0},
    {"from_degC": 700.0, "to_degC": 100.0, "rate_degC_per_min": 10.0, "hold_h": 0.0},
]
RAMP_S = 675 / 5 * 60
INTERVALS = [1.0, 10.0, 60.0, 300.0]


def curve(points: list[tuple[float, float]], every_s: float, noise: float = 0.0) -> pl.DataFrame:
    """A log of straight lines between (minutes, °C), every so many seconds, with noise of that many °C (seeded)."""
    minutes, degrees = zip(*points, strict=True)
    seconds = np.arange(0, minutes[-1] * 60 + every_s / 2, every_s)
    exact = np.interp(seconds / 60, minutes, degrees)
    return pl.DataFrame(
        {"time_s": seconds, "temperature_degC": exact + np.random.default_rng(7).normal(0, noise, exact.size)}
    )


def computed(table: pl.DataFrame, segments: list[dict[str, float]] | None = None, **process: float) -> Result:
    planned = dict(process) | ({"segments": segments} if segments else {})
    return METHOD.compute(Recording(Technique.LOG, table), Conditions(process=planned))


def finding(result: Result, name: str, part: str = "") -> Finding:
    return next(one for one in result.findings if one.name == name and part in one.subject)


def value(result: Result, name: str, part: str = "") -> float:
    found = finding(result, name, part).value
    assert found is not None
    return found


def said(result: Result) -> dict[str, str]:
    return {flag.code: flag.message for flag in result.flags}


# 20 min of rest, 135 min up, 4 h of hold, 135 min down
AS_PLANNED = [(0.0, 25.0), (20.0, 25.0), (155.0, 700.0), (395.0, 700.0), (530.0, 25.0)]


@pytest.mark.parametrize("every_s", INTERVALS)
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_a_run_as_planned_is_found_as_planned_and_has_no_flag(every_s: float, noise: float):
    result = computed(curve(AS_PLANNED, every_s, noise), STUDY)
    assert value(result, "highest_temperature") == pytest.approx(700, abs=2.0 if noise else 0.01)
    assert value(result, "overshoot") == pytest.approx(0, abs=2.0 if noise else 0.01)
    assert value(result, "heating_rate") == pytest.approx(5, rel=0.01)
    assert value(result, "cooling_rate") == pytest.approx(5, rel=0.01)
    assert value(result, "hold_time") == pytest.approx(
        4 + 2 / 60, abs=0.02
    )  # a minute of each ramp is within ± 5 °C
    assert said(result) == {}


@pytest.mark.parametrize("every_s", INTERVALS)
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_the_start_is_where_the_temperature_begins_to_rise(every_s: float, noise: float):
    result = computed(curve(AS_PLANNED, every_s, noise), STUDY)
    assert result.parameters["start_s"] == pytest.approx(1200, abs=max(30.0, 0.2 * every_s))
    assert result.parameters["start_found"] == "where the temperature begins to rise"


def test_the_start_is_where_the_set_point_begins_to_move_where_there_is_one():
    table = curve(AS_PLANNED, 30)
    setpoint = np.interp(table["time_s"] / 60, [0, 12, 147, 600], [25, 25, 700, 700])
    result = computed(table.with_columns(pl.Series("setpoint_degC", setpoint)), STUDY)
    assert result.parameters["start_s"] == pytest.approx(720, abs=1)
    assert result.parameters["start_found"] == "where the set point begins to move"


def test_a_log_that_begins_inside_the_ramp_is_reckoned_back():
    table = curve([(0, 325), (75, 700), (315, 700), (450, 25)], 30)
    result = computed(table, STUDY)
    assert result.parameters["start_s"] == pytest.approx(-3600, abs=1)
    assert "where the log begins" in result.parameters["start_found"]
    assert value(result, "heating_rate") == pytest.approx(5, rel=0.01)


@pytest.mark.parametrize("every_s", [1.0, 10.0, 60.0])
@pytest.mark.parametrize("over", [6.0, 14.0, 40.0])
def test_an_overshoot_is_measured_and_told_with_its_time(every_s: float, over: float):
    minutes = over / 5
    points = [(0.0, 25.0), (135.0, 700.0), (135 + minutes, 700 + over), (140 + minutes, 700 + over),
              (160 + minutes, 700.0), (395.0, 700.0), (530.0, 25.0)]  # fmt: skip
    result = computed(curve(points, every_s), STUDY)
    assert value(result, "overshoot") == pytest.approx(over, abs=0.1)
    assert value(result, "highest_temperature") == pytest.approx(700 + over, abs=0.1)
    told = re.fullmatch(
        r"Overshoot of (\d+) °C \((\d+) °C at 2 h (\d+) min; limit 5 °C\)\.", said(result)["overshoot"]
    )
    assert told is not None
    assert [int(told[1]), int(told[2])] == [over, 700 + over]
    assert int(told[3]) == pytest.approx(15 + minutes, abs=1)


def test_an_overshoot_below_the_limit_is_measured_and_not_told():
    points = [(0.0, 25.0), (135.8, 704.0), (145.0, 704.0), (150.0, 700.0), (375.0, 700.0), (510.0, 25.0)]
    result = computed(curve(points, 10), STUDY)
    assert value(result, "overshoot") == pytest.approx(4, abs=0.1)
    assert said(result) == {}


@pytest.mark.parametrize("every_s", INTERVALS)
def test_a_short_hold_is_told(every_s: float):
    points = [(0.0, 25.0), (135.0, 700.0), (135 + 190.0, 700.0), (460.0, 25.0)]
    result = computed(curve(points, every_s), STUDY)
    assert value(result, "hold_time") == pytest.approx(3.2, abs=0.02)
    assert said(result) == {"short_hold": "Hold of 3.2 h instead of 4 h at 700 °C."}


@pytest.mark.parametrize("every_s", INTERVALS)
def test_a_slow_ramp_is_told_and_the_hold_after_it_is_whole(every_s: float):
    up = 675 / 3.1
    result = computed(curve([(0.0, 25.0), (up, 700.0), (up + 240, 700.0), (up + 375, 25.0)], every_s), STUDY)
    assert value(result, "heating_rate") == pytest.approx(3.1, rel=0.01)
    assert said(result) == {"slow_ramp": "Heated at 3.1 instead of 5 °C/min to 700 °C."}


def test_cooling_slower_than_planned_is_measured_and_not_told():
    result = computed(curve([(0.0, 25.0), (135.0, 700.0), (375.0, 700.0), (1050.0, 25.0)], 60), STUDY)
    assert value(result, "cooling_rate") == pytest.approx(1, rel=0.01)
    assert said(result) == {}


def test_cooling_faster_than_planned_is_told():
    result = computed(curve([(0.0, 25.0), (135.0, 700.0), (375.0, 700.0), (405.0, 25.0)], 10), STUDY)
    assert list(said(result)) == ["fast_ramp"]


def test_a_temperature_that_was_never_reached_is_told():
    result = computed(curve([(0.0, 25.0), (125.0, 652.0), (375.0, 652.0), (510.0, 25.0)], 10), STUDY)
    assert said(result) == {"not_reached": "Reached 652 instead of 700 °C."}


@pytest.mark.parametrize("every_s", [1.0, 10.0, 60.0])
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_two_holds_are_measured_apart_and_a_ramp_is_no_overshoot(every_s: float, noise: float):
    points = [(0.0, 25.0), (137.5, 300.0), (197.5, 300.0), (277.5, 700.0), (397.5, 700.0), (457.5, 100.0)]
    result = computed(curve(points, every_s, noise), TWO_HOLDS)
    assert value(result, "hold_time", "300 °C") == pytest.approx(1 + 3.5 / 60, abs=0.03)
    assert value(result, "hold_time", "700 °C") == pytest.approx(2 + 1.5 / 60, abs=0.03)
    assert value(result, "overshoot", "300 °C") == pytest.approx(0, abs=2.0 if noise else 0.2)
    assert value(result, "heating_rate", "300 °C") == pytest.approx(2, rel=0.02)
    assert value(result, "heating_rate", "700 °C") == pytest.approx(5, rel=0.02)
    assert said(result) == {}


def test_segments_that_go_on_holding_are_one_hold():
    longer = [
        STUDY[0],
        {"from_degC": 700.0, "to_degC": 700.0, "rate_degC_per_min": 1.0, "hold_h": 1.0},
        STUDY[1],
    ]
    result = computed(curve([(0.0, 25.0), (135.0, 700.0), (435.0, 700.0), (570.0, 25.0)], 30), longer)
    assert value(result, "hold_time") == pytest.approx(5 + 2 / 60, abs=0.02)
    assert said(result) == {}


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([(0.0, 25.0), (100.0, 525.0)], "after 1 h 40 min of 8 h 30 min, at 525 °C."),
        ([(0.0, 25.0), (135.0, 700.0), (300.0, 700.0)], "after 5 h of 8 h 30 min, at 700 °C."),
        ([(0.0, 25.0), (135.0, 700.0), (375.0, 700.0), (405.0, 550.0)], "after 6 h 45 min of 8 h 30 min, at 550 °C."),
    ],
)  # fmt: skip
def test_a_log_that_ends_early_is_told(points: list[tuple[float, float]], sentence: str):
    assert said(computed(curve(points, 30), STUDY)) == {
        "log_ends": f"Log ends before the programme: {sentence}"
    }


def test_a_log_that_ends_cold_is_whole():
    points = [(0.0, 25.0), (135.0, 700.0), (375.0, 700.0), (490.0, 125.0)]
    assert said(computed(curve(points, 30), STUDY)) == {}


@pytest.mark.parametrize("every_s", [1.0, 10.0, 60.0])
def test_the_longest_time_without_gas_counts_only_while_hot(every_s: float):
    table = curve(AS_PLANNED, every_s)
    minutes = table["time_s"].to_numpy() / 60
    off = (minutes < 30) | ((minutes >= 200) & (minutes < 212)) | ((minutes >= 300) & (minutes < 305))
    result = computed(table.with_columns(pl.Series("flow_mL_per_min", np.where(off, 0.0, 100.0))), STUDY,
                      flow_mL_per_min=100.0)  # fmt: skip
    assert value(result, "gas_gap") == pytest.approx(12, abs=every_s / 60)
    assert said(result) == {"gas_gap": "No gas for 12 min above 200 °C (from 3 h on)."}
    assert result.tables["gas_gaps"].height == 2


def test_two_gases_add_up():
    table = curve(AS_PLANNED, 60).with_columns(
        pl.lit(60.0).alias("flow_mL_per_min"), pl.lit(40.0).alias("flow_2_mL_per_min")
    )
    assert value(computed(table, STUDY, flow_mL_per_min=100.0), "gas_gap") == 0


def drying(pressures: list[tuple[float, float]]) -> pl.DataFrame:
    minutes, pascal = zip(*pressures, strict=True)
    seconds = np.arange(0, minutes[-1] * 60 + 30, 60.0)
    return pl.DataFrame({"time_s": seconds, "pressure_Pa": np.interp(seconds / 60, minutes, pascal)})


def test_a_freeze_drying_is_held_against_its_pressure_and_time():
    result = computed(drying([(0, 1e5), (60, 9), (1440 + 60, 9)]), pressure_Pa=9.0, time_h=24.0)
    assert value(result, "pressure_max") == pytest.approx(9, abs=1)
    assert value(result, "time_at_or_below") == pytest.approx(24, abs=0.05)
    assert said(result) == {}


def test_a_pressure_that_rises_and_a_drying_that_is_short_are_told():
    result = computed(drying([(0, 1e5), (60, 8), (600, 8), (601, 45), (700, 45), (701, 8), (900, 8)]),
                      pressure_Pa=9.0, time_h=24.0)  # fmt: skip
    told = said(result)
    assert told["pressure_high"] == "Pressure rose to 45 Pa instead of 9 Pa."
    assert told["short_drying"].startswith("At 9 Pa or below for 12.3 h instead of 24 h")


def test_a_log_without_a_plan_says_what_is_highest_and_flags_nothing():
    result = computed(curve(AS_PLANNED, 60))
    assert [one.name for one in result.findings] == ["highest_temperature"]
    assert result.flags == []


def test_deviations_carry_their_numbers_for_the_run():
    result = computed(curve([(0.0, 25.0), (135.0, 700.0), (325.0, 700.0), (460.0, 25.0)], 60), STUDY)
    (deviation,) = result.parameters["deviations"]
    assert deviation["code"] == "short_hold"
    assert deviation["values"]["planned_h"] == 4
    assert {name: result.parameters[name] for name in LIMITS} == LIMITS


def test_a_single_spike_is_no_overshoot():
    table = curve(AS_PLANNED, 10)
    spiked = table["temperature_degC"].to_numpy().copy()
    spiked[1500] = 900
    result = computed(table.with_columns(pl.Series("temperature_degC", spiked)), STUDY)
    assert value(result, "overshoot") == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("table", [
    pl.DataFrame({"time_s": [0.0, 1.0], "temperature_degC": [25.0, 26.0]}),
    pl.DataFrame({"time_s": [0.0] * 50, "temperature_degC": [25.0] * 50}),
    pl.DataFrame({"time_s": [0.0, 1.0, 2.0], "temperature_degC": pl.Series([None] * 3, dtype=pl.Float64)}),
    pl.DataFrame({"time_s": [0.0, 1e9, 2e9], "temperature_degC": [25.0, 3000.0, -200.0]}),
])  # fmt: skip
def test_poor_logs_do_not_break_it(table: pl.DataFrame):
    computed(table, STUDY, flow_mL_per_min=100.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-200, 2000), min_size=3, max_size=200), st.sampled_from(INTERVALS))
def test_whatever_was_measured_gives_findings_that_are_numbers(degrees: list[float], every_s: float):
    table = pl.DataFrame(
        {"time_s": [row * every_s for row in range(len(degrees))], "temperature_degC": degrees}
    )
    result = computed(table, STUDY)
    assert all(one.value is not None and np.isfinite(one.value) for one in result.findings)


def drawing(table: pl.DataFrame, result: Result) -> Drawing:
    return Drawing(result.tables, result.findings, {}, table, result.flags)


def test_the_chart_lays_the_curve_over_the_programme_and_the_gas_below():
    table = curve(AS_PLANNED, 60)
    minutes = table["time_s"].to_numpy() / 60
    off = (minutes >= 200) & (minutes < 212)
    table = table.with_columns(pl.Series("flow_mL_per_min", np.where(off, 0.0, 100.0)))
    (chart,) = METHOD.draw(drawing(table, computed(table, STUDY, flow_mL_per_min=100.0)), View())
    assert [pane.y.name for pane in chart.panes] == ["Temperature (°C)", "Gas flow (mL/min)"]
    planned, measured = chart.panes[0].layers
    assert (planned.label, planned.dash, planned.colour) == ("planned", True, "text2")
    assert planned.x[0] == pytest.approx(0, abs=0.01)
    assert measured.x[0] == pytest.approx(-1 / 3, abs=0.01)
    assert [note.text for note in chart.panes[1].notes] == ["no gas, 12 min"]
    assert press.press(chart, 120, 80).startswith(b"<?xml")
    assert web.press(chart, theme="light")["data"]


def test_a_log_of_nothing_is_drawn_as_empty_axes():
    table = pl.DataFrame({"time_s": [0.0, 1.0, 2.0]})
    (chart,) = METHOD.draw(drawing(table, computed(table)), View())
    assert chart.empty
