"""Cycles as people write them, what a view offers, numbers with their digits, graphics in a row."""

from __future__ import annotations

import numpy as np
import pytest

from cells.models import Cell
from characterization import panels
from characterization.charts.chart import Axis, Chart, Layer, Pane
from characterization.panels.choice import with_axis
from characterization.panels.figures import number, with_uncertainty
from synthesis.errors import Refusal


@pytest.mark.parametrize(
    ("text", "cycles"),
    [
        ("", ()),
        ("1, 2, 10", (1, 2, 10)),
        ("10-50 step 10", (10, 20, 30, 40, 50)),
        ("1, 10 – 30 step 10, last", (1, 10, 20, 30, 87)),
        ("85-last", (85, 86, 87)),
        ("5-2", ()),
        ("2,2", (2,)),
    ],
)
def test_cycles_are_read_as_people_write_them(text, cycles):
    assert panels.cycles_from(text, last=87) == cycles


@pytest.mark.parametrize("text", ["two", "1;2", "-3", "1-", "1 step 2 step 3"])
def test_a_word_that_names_no_cycle_is_refused_with_an_example(text):
    with pytest.raises(Refusal, match=r"names no cycle\. Write them as 1, 2, 10-50 step 10, last\."):
        panels.cycles_from(text, last=87)


def test_more_cycles_than_fit_into_a_figure_are_refused_without_counting_them_all():
    with pytest.raises(Refusal, match="fit into one figure"):
        panels.cycles_from("1-1000", last=1000)
    assert panels.cycles_from("80-999999999", last=87) == tuple(range(80, 88))


def test_only_bases_whose_divisor_is_known_are_offered():
    cell = Cell(active_mass_mg=10.0, composite_mass_mg=None, area_cm2=0.785)
    assert list(panels.bases_of(cell)) == ["active", "area", "total"]
    assert list(panels.bases_of(None)) == ["total"]


def test_a_cell_against_indium_can_be_shown_against_lithium_and_others_cannot():
    assert list(panels.references_of(Cell(voltage_reference=Cell.Reference.LI_IN))) == ["In-InLi", "Li"]
    assert list(panels.references_of(Cell(voltage_reference=Cell.Reference.LI))) == ["Li", "In-InLi"]
    assert list(panels.references_of(Cell(voltage_reference=Cell.Reference.CELL))) == ["cell"]


def test_a_view_against_lithium_adds_0_62_V():
    view = panels.view_for(Cell(), panels.Choice(reference="Li"), colour="s4", simulated=False)
    assert (view.voltage_offset_V, view.voltage_reference) == (0.62, "vs Li⁺/Li")


@pytest.mark.parametrize(
    ("value", "uncertainty", "written"),
    [
        (20.394, 0.31, ("20.39", "± 0.31")),
        (8.7, 0.42, ("8.70", "± 0.42")),
        (40505.2, 88.0, ("40,505", "± 88")),
        (-0.40146, None, ("−0.40146", "")),
        (None, 0.1, ("–", "")),
        (0.0, None, ("0", "")),
        (3.21e-8, 4.4e-9, ("3.21×10⁻⁸", "± 0.44×10⁻⁸")),
        (-2.5e12, None, ("−2.5000×10¹²", "")),
    ],
)
def test_a_number_has_as_many_digits_as_its_uncertainty_allows(value, uncertainty, written):
    assert with_uncertainty(value, uncertainty) == written


def test_very_small_numbers_are_written_with_an_exponent():
    assert number(2.1e-7) == "2.1000×10⁻⁷"


def test_a_sparkline_is_as_long_as_the_share_of_the_plan_that_is_done():
    half = panels.sparkline([100.0, 90.0], scale=(80.0, 100.0), share=0.5)
    assert half is not None
    assert half.points == "3.0,3.0 52.0,11.0"
    assert panels.sparkline([None], scale=(0.0, 1.0), share=1) is None


def test_dots_stand_between_the_lowest_and_the_highest_edge():
    first, second, unknown = panels.dot_places([(10.0, 2.0), (18.0, None), (None, None)])
    assert first is not None and second is not None
    assert (first.left, first.at, first.width) == (0.0, 20.0, 40.0)
    assert (second.at, second.width) == (100.0, 0.0)
    assert unknown is None


def test_a_thinned_line_keeps_its_extremes_and_a_window_its_points():
    y = np.sin(np.linspace(0, 60, 50_000))
    y[31_234] = 9.0
    chart = Chart("c", "c", Axis("x"), [Pane(Axis("y"), [Layer("line", np.arange(50_000.0), y)])])
    whole = panels.windowed(chart).layers[0]
    assert len(whole.x) <= 2000 and whole.y.max() == 9.0
    part = panels.windowed(chart, 31_000, 31_500).layers[0]
    assert (len(part.x), part.x[0], part.x[-1]) == (501, 31_000, 31_500)


def test_cycle_numbers_go_on_a_logarithmic_axis_where_it_is_asked_for():
    layer = Layer("line", np.array([1.0, 10.0]), np.array([2.0, 1.0]))
    by_cycle = Chart("capacity", "Capacity", Axis("Cycle"), [Pane(Axis("Capacity", "mAh"), [layer])])
    by_time = Chart("time", "Voltage", Axis("Time", "h"), [Pane(Axis("Voltage", "V"), [layer])])
    assert with_axis(by_cycle, panels.Choice(log_cycles=True)).x.log
    assert not with_axis(by_cycle, panels.Choice()).x.log
    assert not with_axis(by_time, panels.Choice(log_cycles=True)).x.log
