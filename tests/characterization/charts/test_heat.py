"""A coloured field in both presses, in the numbers and in a window of it."""

import numpy as np
import pytest

from characterization.charts import layout, numbers, web
from characterization.charts import print as press
from characterization.charts.chart import Axis, Chart, Layer, Pane
from characterization.panels.export import windowed
from tests.characterization.charts.drawn import annotation, unpacked

X = np.array([0.0, 1.0, 3.0])
Y = np.array([1e-6, 1e-4, 1e-2, 1.0])
Z = np.arange(12.0).reshape(4, 3)
FIELD = Chart(
    "field",
    "Field",
    Axis("Charge", "mAh"),
    [Pane(Axis("τ", "s", log=True), [Layer("heat", X, Y, "γ (Ω)", z=Z)])],
)


def test_it_is_a_heatmap_in_cividis_with_its_scale_named():
    (trace,) = web.press(FIELD)["data"]
    assert trace["type"] == "heatmap"
    assert (trace["colorscale"][0][1], trace["colorscale"][-1][1]) == ("#00224e", "#fee838")
    assert trace["colorbar"]["title"]["text"] == "γ (Ω)"
    assert trace["z"]["shape"] == "4, 3"
    np.testing.assert_array_equal(unpacked(trace["z"]).reshape(4, 3), Z)


def test_its_hover_card_names_all_three_values():
    (trace,) = web.press(FIELD)["data"]
    assert trace["hovertemplate"] == "Charge %{x:.6~g} mAh<br>τ %{y:.6~g} s<br>γ (Ω) %{z:.4~g}<extra></extra>"


def test_its_name_stands_at_the_scale_and_not_at_the_end_of_a_line():
    pressed = web.press(FIELD)
    with pytest.raises(StopIteration):
        annotation(pressed, "<b>γ (Ω)</b>")
    assert layout.labelled(FIELD) == []
    assert pressed["layout"]["margin"]["r"] > 60


def test_colours_end_at_the_98th_percentile_so_that_one_bright_column_does_not_darken_the_others():
    field = np.ones((10, 100))
    field[:, 99] = 1000
    assert layout.colour_range(field * np.linspace(0, 1, 10)[:, None])[1] == pytest.approx(1)
    assert layout.colour_range(np.full((2, 2), 3.0)) == pytest.approx((3, 3))


def test_the_field_fills_its_axes():
    assert layout.x_range(FIELD) == (0, 3)
    assert layout.y_range(FIELD.panes[0]) == (1e-6, 1)


def test_paper_shows_it_with_a_scale():
    drawn = press.press(FIELD)
    assert b"QuadMesh" in drawn or b"<image" in drawn
    assert press.png(FIELD).startswith(b"\x89PNG")


def test_the_numbers_hold_every_cell():
    rows = numbers.csv(FIELD).splitlines()
    assert len(rows) == 2 + 12
    assert rows[2:4] == ["τ,γ (Ω),,0.0,mAh,1e-06,s,0.0", "τ,γ (Ω),,1.0,mAh,1e-06,s,1.0"]


def test_a_window_cuts_columns_and_keeps_rows():
    (layer,) = windowed(FIELD, 0.5, 4).layers
    assert layer.x.tolist() == [1, 3]
    assert layer.y.tolist() == Y.tolist()
    assert layer.z is not None
    assert layer.z.tolist() == Z[:, 1:].tolist()
