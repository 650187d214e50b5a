import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring
from matplotlib import font_manager
from PIL import Image

from characterization.charts import print as paper
from characterization.charts.chart import Axis, Chart, Layer, Pane, numbers
from tests.characterization.charts.drawn import ALL_KINDS, EMPTY, X


def test_same_chart_same_bytes():
    assert paper.press(ALL_KINDS) == paper.press(ALL_KINDS)
    assert paper.png(ALL_KINDS) == paper.png(ALL_KINDS)


def test_it_bears_no_date():
    assert not re.search(rb"<dc:date>", paper.press(ALL_KINDS))


@pytest.mark.parametrize("width_mm", [84, 172])
def test_it_is_as_wide_as_asked(width_mm):
    root = fromstring(paper.press(ALL_KINDS, width_mm=width_mm))
    assert float(str(root.get("width")).removesuffix("pt")) == pytest.approx(width_mm / 25.4 * 72, abs=0.01)


def test_letters_are_outlines_so_no_font_is_needed_to_show_it():
    assert b"<text" not in paper.press(ALL_KINDS)


def test_every_kind_of_layer_leaves_its_colour():
    svg = paper.press(ALL_KINDS).decode().lower()
    assert all(colour in svg for colour in ("#30363d", "#196de7", "#b48a21", "#8b8f96"))


def test_a_simulated_chart_differs_from_a_measured_one():
    assert b"#6a48a6" in paper.press(replace(ALL_KINDS, simulated=True))
    assert b"#6a48a6" not in paper.press(ALL_KINDS)


def test_an_empty_chart_is_drawn_too():
    assert fromstring(paper.press(EMPTY)).tag.endswith("svg")
    assert paper.press(EMPTY) != paper.press(replace(EMPTY, empty="Something else."))


def test_logarithmic_reversed_and_equal_axes_are_drawn():
    pane = Pane(Axis("−Im Z", "Ω", log=True), [Layer("line+points", X, X**2, "cell", "s3")])
    chart = Chart("z", "", Axis("Re Z", "Ω", reversed=True), [pane])
    assert fromstring(paper.press(chart)).tag.endswith("svg")
    flat = replace(chart, panes=[Pane(Axis("−Im Z", "Ω"), pane.layers)], equal_scales=True)
    assert fromstring(paper.press(flat)).tag.endswith("svg")


def test_a_png_has_twice_the_points_of_the_screen():
    picture = Image.open(io.BytesIO(paper.png(ALL_KINDS, scale=2, width_mm=127, height_mm=63.5)))
    assert picture.size == (960, 480)
    assert len({picture.getpixel((x, y)) for x in range(0, 960, 7) for y in range(0, 480, 7)}) > 3


def test_fonts_of_a_folder_are_used(tmp_path):
    serif = Path(font_manager.findfont("DejaVu Serif"))
    (tmp_path / "Face.ttf").write_bytes(serif.read_bytes())
    assert paper.press(ALL_KINDS, fonts=tmp_path) != paper.press(ALL_KINDS)


def test_ticks_have_equal_decimals_and_a_true_minus():
    layer = Layer("line", numbers([0, 1]), numbers([-0.5, 1.0]))
    figure = paper._figure(Chart("v", "", Axis("Time", "h"), [Pane(Axis("Voltage", "V"), [layer])]), 84, 60)
    shown = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert "−0.5" in shown
    assert {len(text.split(".")[1]) for text in shown} == {1}


def test_many_labels_become_a_legend():
    layers = [Layer("line", X, X + n, f"cell {n}", "s1") for n in range(7)]
    figure = paper._figure(Chart("m", "", Axis("Cycle"), [Pane(Axis("Capacity", "mAh"), layers)]), 84, 60)
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert len(legend.get_texts()) == 7


def test_gaps_are_not_bridged():
    layer = Layer("line", numbers([0, 1, 2]), numbers([1, np.nan, 1]))
    figure = paper._figure(Chart("g", "", Axis("Time", "h"), [Pane(Axis("Voltage", "V"), [layer])]), 84, 60)
    assert np.isnan(np.asarray(figure.axes[0].lines[0].get_ydata())[1])
