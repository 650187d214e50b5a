from dataclasses import replace

import numpy as np
import orjson
import pytest

from characterization.charts import web
from characterization.charts.chart import Axis, Chart, Layer, Pane, numbers
from tests.characterization.charts.drawn import ALL_KINDS, EMPTY, X, annotation, unpacked


def one(layer, **axis):
    return Chart("one", "One", Axis("Time", "h"), [Pane(Axis("Voltage", "V", **axis), [layer])])


def test_it_is_plain_json_without_a_template_or_a_title():
    pressed = orjson.loads(orjson.dumps(web.press(ALL_KINDS)))
    assert set(pressed) == {"data", "layout"}
    assert not {"template", "title"} & set(pressed["layout"])


def test_it_needs_no_more_than_scatter_and_bar():
    assert {trace["type"] for trace in web.press(ALL_KINDS)["data"]} == {"scatter", "bar"}


def test_every_point_is_there_and_none_is_added():
    traces = [trace for trace in web.press(ALL_KINDS)["data"] if trace.get("hoverinfo") != "skip"]
    assert sum(len(unpacked(trace["x"])) for trace in traces) == ALL_KINDS.points
    assert unpacked(traces[1]["y"]).tolist() == pytest.approx((100 - X).tolist())


def test_a_gap_in_a_line_stays_a_gap():
    (trace,) = web.press(one(Layer("line", numbers([1, 2, 3]), numbers([3.1, np.nan, 3.2]))))["data"]
    assert np.isnan(unpacked(trace["y"])[1])
    assert trace["connectgaps"] is False


def test_numbers_that_differ_little_keep_their_digits():
    times = numbers(1_766_393_064 + np.arange(5) * 0.25)
    (trace,) = web.press(one(Layer("line", times, numbers([1, 2, 3, 4, 5]))))["data"]
    assert unpacked(trace["x"]).tolist() == times.tolist()


def test_panes_are_stacked_on_one_x_axis():
    layout = web.press(ALL_KINDS)["layout"]
    assert layout["yaxis"]["domain"][0] > layout["yaxis2"]["domain"][1]
    assert layout["xaxis"]["anchor"] == "y2"
    assert {trace["xaxis"] for trace in web.press(ALL_KINDS)["data"]} == {"x"}


def test_axis_names_carry_their_units_and_stand_at_the_edge():
    pressed = web.press(ALL_KINDS)
    assert annotation(pressed, "Capacity (mAh)")["xanchor"] == "left"
    assert annotation(pressed, "Cycle")["xanchor"] == "right"


def test_lines_are_labelled_at_their_ends_without_a_legend():
    pressed = web.press(ALL_KINDS)
    assert pressed["layout"]["showlegend"] is False
    assert annotation(pressed, "<b>SP</b>")["x"] == 20
    assert annotation(pressed, "<b>SP</b>")["y"] == 80


def test_more_than_six_labels_become_a_legend():
    layers = [Layer("line", X, X + n, f"cell {n}", "s1") for n in range(7)]
    pressed = web.press(Chart("many", "", Axis("Cycle"), [Pane(Axis("Capacity", "mAh"), layers)]))
    assert pressed["layout"]["showlegend"] is True
    assert not [note for note in pressed["layout"]["annotations"] if note["text"].startswith("<b>")]


def test_the_hover_card_has_source_values_and_units():
    trace = next(trace for trace in web.press(ALL_KINDS)["data"] if trace["name"] == "SP")
    assert (
        trace["hovertemplate"]
        == "<b>CELL-0001 · SP</b><br>Cycle %{x:.6~g}<br>Capacity %{y:.6~g} mAh<extra></extra>"
    )


def test_words_of_a_file_are_no_markup():
    layer = Layer("line", X, X, "<img src=x>", source="%{x}<b>")
    pressed = web.press(one(layer))
    assert "<img" not in orjson.dumps(pressed).decode()
    assert "%{x}<b>" not in pressed["data"][0]["hovertemplate"]


def test_charge_is_hollow_and_discharge_filled():
    hollow = web.press(one(Layer("points", X, X, hollow=True)))["data"][0]["marker"]
    filled = web.press(one(Layer("points", X, X)))["data"][0]["marker"]
    assert (hollow["color"], hollow["line"]["color"]) == ("#FFFFFF", "#196DE7")
    assert filled["color"] == "#196DE7"


def test_marks_are_thinned_without_a_second_trace():
    trace = next(trace for trace in web.press(ALL_KINDS)["data"] if trace["name"] == "Mo-Ni@NPCs")
    assert trace["marker"]["maxdisplayed"] == 2
    assert len(unpacked(trace["x"])) == 20


def test_a_band_fills_between_its_edges():
    lower, upper = (t for t in web.press(one(Layer("band", X, X - 1, y2=X + 1)))["data"])
    assert unpacked(lower["y"])[0] == 2
    assert (upper["fill"], upper["fillcolor"]) == ("tonexty", "rgba(25,109,231,0.16)")


def test_binding_energy_falls_to_the_right():
    chart = replace(one(Layer("line", X, X)), x=Axis("Binding energy", "eV", reversed=True))
    assert web.press(chart)["layout"]["xaxis"]["range"] == [20, 1]


def test_a_logarithmic_axis_is_given_by_its_exponents():
    axis = web.press(one(Layer("line", X, 10.0**X), log=True, range=(1.0, 1000.0)))["layout"]["yaxis"]
    assert (axis["type"], axis["range"]) == ("log", [0.0, 3.0])


def test_nyquist_has_equal_scales():
    chart = replace(one(Layer("points", X, X)), equal_scales=True)
    assert web.press(chart)["layout"]["yaxis"]["scaleanchor"] == "x"


def test_an_empty_chart_keeps_its_axes_and_says_why():
    pressed = web.press(EMPTY)
    assert annotation(pressed, "No cycle finished yet.")["x"] == 0.5
    assert annotation(pressed, "Capacity (mAh)")
    assert all(not trace["x"] for trace in pressed["data"])
    assert pressed["layout"]["xaxis"]["showticklabels"] is False


def test_simulated_data_says_so_in_the_figure_and_in_the_hover_card():
    pressed = web.press(replace(ALL_KINDS, simulated=True))
    assert annotation(pressed, "simulated")["font"]["color"] == "#6A48A6"
    assert all(
        "simulated" in trace["hovertemplate"] for trace in pressed["data"] if trace.get("hovertemplate")
    )


def test_the_dark_theme_has_its_own_colours():
    trace = next(trace for trace in web.press(ALL_KINDS, "dark")["data"] if trace["name"] == "SP")
    assert trace["line"]["color"] == "#D6DFEC"


def test_a_line_of_2000_points_weighs_under_30_kB():
    chart = one(Layer("line", np.linspace(0, 1, 2000), np.random.default_rng(1).random(2000)))
    assert len(orjson.dumps(web.press(chart))) < 30_000
