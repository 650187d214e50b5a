"""Means, spreads and differences between groups of cells, against numbers that can be followed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from characterization.analysis import comparison, comparison_charts
from characterization.analysis.comparison import CellCurve, Group
from characterization.analysis.comparison_charts import Look


def cell(code: str, discharge: list[float], efficiency: float = 99.5) -> CellCurve:
    cycles = np.arange(1, len(discharge) + 1, dtype=float)
    return CellCurve(code, cycles, np.array(discharge, dtype=float), np.full(len(discharge), efficiency))


def test_a_spread_is_mean_and_sample_standard_deviation():
    spread = comparison.spread([146.0, 148.0, 150.0])
    assert (spread.n, spread.mean, spread.sd) == (3, 148.0, 2.0)


def test_one_cell_has_a_mean_and_no_spread_and_none_has_neither():
    assert comparison.spread([148.0]) == comparison.Spread(1, 148.0, None)
    assert comparison.spread([float("nan")]) == comparison.Spread(0, None, None)


def test_a_difference_carries_welchs_interval():
    one, other = [93.1, 93.9, 92.8, 93.4, 93.3], [85.0, 86.6, 84.9, 85.5]
    found = comparison.welch(comparison.spread(one), comparison.spread(other))
    low, high = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert found is not None
    assert found.value == pytest.approx(7.8, abs=1e-9)
    assert (found.value - found.half_width, found.value + found.half_width) == pytest.approx((low, high))


def test_no_interval_is_claimed_for_a_group_of_one():
    assert comparison.welch(comparison.spread([93.0]), comparison.spread([85.0, 86.0])) is None


def test_retention_is_quoted_at_the_last_milestone_that_all_cells_reached():
    cells = [cell("CELL-0001", [100.0] * 120), cell("CELL-0002", [100.0] * 62)]
    assert comparison.last_common_cycle(cells) == 62
    assert comparison.retention_cycle(cells, reference=1) == 50


def test_retention_is_against_the_named_reference_cycle():
    faded = cell("CELL-0001", [160.0, 150.0, 75.0])
    assert faded.retention(2).tolist() == pytest.approx([106.6667, 100.0, 50.0], rel=1e-5)


def test_a_band_ends_with_the_first_cell_of_its_group():
    group = Group("SP", "s1", [cell("CELL-0001", [100.0, 98.0, 96.0]), cell("CELL-0002", [104.0, 102.0])])
    chart = comparison_charts.capacity_chart([group], Look("mAh/g active"))
    band, mean = chart.panes[1].layers
    assert band.x.tolist() == [1, 2]
    assert mean.y.tolist() == [102.0, 100.0]
    assert band.y2 is not None
    assert (band.y2 - mean.y).tolist() == pytest.approx([2.828427, 2.828427])  # 4 / √2
    assert mean.label == "SP n = 2"


def test_single_cells_are_shown_whole_and_named_in_the_hover_card():
    group = Group("SP", "s1", [cell("CELL-0001", [100.0, 98.0, 96.0]), cell("CELL-0002", [104.0, 102.0])])
    chart = comparison_charts.capacity_chart([group], Look("mAh/g active", "cells"))
    layers = chart.panes[1].layers
    assert [layer.source for layer in layers] == ["CELL-0001", "CELL-0002"]
    assert [len(layer.x) for layer in layers] == [3, 2]
    assert [layer.label for layer in layers] == ["SP n = 2", ""]


def test_what_the_efficiency_axis_cuts_away_is_counted_in_the_caption():
    curve = cell("CELL-0001", [100.0] * 40, efficiency=99.7)
    curve.efficiency[0] = 62.0
    chart = comparison_charts.capacity_chart([Group("SP", "s1", [curve])], Look("mAh"))
    assert chart.panes[0].y.range is not None and chart.panes[0].y.range[0] == 99.0
    assert "1 point of CE lies below 99 %" in chart.caption


def test_the_median_cell_of_an_even_number_is_the_lower_of_the_middle_two():
    group = Group(
        "SP", "s1", [cell(f"CELL-{n}", [value]) for n, value in enumerate([140.0, 120.0, 130.0, 150.0])]
    )
    assert comparison.median_cell(group).code == "CELL-2"


def test_nothing_to_compare_keeps_the_axes_and_says_why():
    chart = comparison_charts.capacity_chart([], Look("mAh"))
    assert chart.empty == comparison_charts.NO_CYCLES
    assert [pane.y.name for pane in chart.panes] == ["CE (%)", "Discharge capacity (mAh)"]
