"""When a deviation is past its limit."""

from __future__ import annotations

import pytest

from labsys.reports.limits import FURNACE, SETTING, TEMPERATURE, WEIGHED, deviation, limit_for


@pytest.mark.parametrize(
    ("planned", "actual", "limit", "said", "over"),
    [
        (700, 714, FURNACE, "+14\u00a0°C", True),
        (700, 710, FURNACE, "+10\u00a0°C", False),
        (-60, -61, TEMPERATURE, "−1\u00a0°C", False),
        (24, 23.8, SETTING, "−0.8\u00a0%", False),
        (4, 4.1, WEIGHED, "+2.5\u00a0%", True),
        (50, 50, SETTING, "0\u00a0%", False),
        (0, 1, SETTING, "", False),
    ],
)
def test_a_deviation_is_said_and_judged(planned, actual, limit, said, over):
    assert deviation(planned, actual, limit) == (said, over)


def test_temperatures_have_a_limit_of_their_own():
    assert limit_for("reaction_temperature_degC") == TEMPERATURE
    assert limit_for("soak_time_h") == SETTING
