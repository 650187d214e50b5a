import pytest

from characterization.charts import layout
from characterization.charts.chart import Axis, Chart, Layer, Pane, numbers
from characterization.charts.layout import End
from tests.characterization.charts.drawn import ALL_KINDS


def test_panes_share_the_height_as_they_ask():
    (top, bottom) = layout.domains(ALL_KINDS, gap=0.1)
    assert top == pytest.approx((0.73, 1.0))
    assert bottom == pytest.approx((0.0, 0.63))


def test_labels_that_do_not_collide_stay_at_their_lines():
    places = layout.place_labels([End(100, 50, 40), End(100, 80, 40)], 12, 200)
    assert [(place.shift, place.left, place.leader) for place in places] == [(0, False, False)] * 2


def test_colliding_labels_move_by_at_most_twelve():
    places = layout.place_labels([End(100, 50, 40), End(100, 49, 40), End(100, 55, 40)], 12, 200)
    assert all(abs(place.shift) <= 12 for place in places)
    assert len({place.shift + end for place, end in zip(places, (50, 49, 55), strict=True)}) == 3


def test_a_crowd_of_labels_gets_leaders():
    places = layout.place_labels([End(100, 50, 40)] * 8, 12, 200)
    assert any(place.leader for place in places)


def test_a_label_that_would_leave_the_page_goes_before_its_end():
    (place,) = layout.place_labels([End(190, 50, 40)], 12, 200)
    assert place.left


def test_a_label_stays_above_the_axis():
    (place,) = layout.place_labels([End(100, 2, 40)], 12, 200, height=100)
    assert 2 + place.shift >= 6


def test_a_label_is_not_written_over_the_next_line():
    falls = layout.stroke(numbers([115, 115]), numbers([0, 100]), 4)
    (place,) = layout.place_labels([End(100, 50, 40)], 12, 200, strokes=[falls])
    assert place.left


def test_a_label_between_two_lines_goes_past_the_last_one_with_a_leader():
    falls = [layout.stroke(numbers([x, x]), numbers([0, 100]), 4) for x in (85, 115)]
    (place,) = layout.place_labels([End(100, 50, 40)], 12, 200, strokes=falls)
    assert place.leader
    assert 100 + place.across > 115


def test_a_stroke_has_no_gap_wider_than_asked():
    along = layout.stroke(numbers([0, 100]), numbers([0, 50]), 4)
    assert max(abs(along[1:, 0] - along[:-1, 0])) <= 4


def test_a_label_stands_at_the_right_hand_end_of_its_line():
    falling = Layer("line", numbers([1000, 100, 1]), numbers([10, 20, 30]))
    assert layout.label_point(falling, Axis("Frequency", "Hz")) == (1000, 10)
    assert layout.label_point(falling, Axis("Binding energy", "eV", reversed=True)) == (1, 30)
    assert layout.label_point(Layer("line", numbers([]), numbers([])), Axis("Cycle")) is None


def test_equal_scales_make_one_unit_as_long_on_both_axes():
    pane = Pane(Axis("−Im Z", "Ω"), [Layer("points", numbers([0, 100]), numbers([0, 10]))])
    chart = Chart("z", "", Axis("Re Z", "Ω"), [pane], equal_scales=True)
    across, up = layout.ranges(chart, pane, (200, 100))
    assert (across[1] - across[0]) / 200 == pytest.approx((up[1] - up[0]) / 100)


def test_a_reversed_axis_begins_with_its_largest_value():
    layer = Layer("line", numbers([280, 290]), numbers([1, 2]))
    chart = Chart("xps", "", Axis("Binding energy", "eV", reversed=True), [Pane(Axis("Intensity"), [layer])])
    assert layout.x_range(chart) == (290, 280)


def test_sticks_and_areas_stand_on_zero():
    layer = Layer("sticks", numbers([1, 2]), numbers([50, 60]))
    low, high = layout.y_range(Pane(Axis("Intensity"), [layer]))
    assert low < 0
    assert high > 60


def test_a_logarithmic_axis_leaves_out_what_has_no_logarithm():
    layer = Layer("line", numbers([0, 1, 2]), numbers([0, 1, 100]))
    low, high = layout.y_range(Pane(Axis("Z", "Ω", log=True), [layer]))
    assert 0.5 < low < 1
    assert 100 < high < 200


def test_a_pane_without_points_still_has_a_range():
    assert layout.y_range(Pane(Axis("Voltage", "V"), [])) == (0.0, 1.0)
