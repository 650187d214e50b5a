import numpy as np
import polars as pl
import pytest

from characterization.analysis.base import Conditions, Drawing, View
from characterization.analysis.cycling_charts import efficiency_axis
from characterization.analysis.methods import cycling
from tests.characterization.analysis.recordings import cycler

STEPS = [amount for n in range(12) for amount in (2.0 - 0.01 * n, -1.9 + 0.01 * n)]


def draw(steps=STEPS, **view):
    recording = cycler(steps)
    result = cycling.compute(recording, Conditions())
    drawing = Drawing(result.tables, result.findings, {}, recording.table, result.flags)
    return {chart.key: chart for chart in cycling.draw(drawing, View(**view))}


def test_efficiency_has_its_own_strip_above_capacity():
    strip, below = draw()["capacity"].panes
    assert (strip.share, below.share) == (0.3, 0.7)
    assert strip.layers[0].y[0] == pytest.approx(95)
    assert [(layer.label, layer.hollow) for layer in below.layers] == [("charge", True), ("discharge", False)]


def test_capacity_is_per_gram_of_active_material_where_its_mass_is_known():
    chart = draw(basis="mAh/g active", active_mass_mg=10)["capacity"]
    assert chart.panes[1].y.name == "Capacity (mAh/g active)"
    assert chart.panes[1].layers[1].y[0] == pytest.approx(190)


def test_a_basis_that_is_not_known_falls_back_and_says_so():
    chart = draw(basis="mAh/g active")["capacity"]
    assert chart.panes[1].y.name == "Capacity (mAh)"
    assert "the active mass is not known" in chart.caption


def test_curves_are_those_of_the_chosen_cycles_along_the_ramp():
    chart = draw(cycles=(1, 3, 99))["voltage_curves"]
    assert chart.subtitle == "cycles 1, 3"
    assert [layer.colour for layer in chart.layers] == ["ramp:0.000"] * 2 + ["ramp:1.000"] * 2
    assert [layer.label for layer in chart.layers if layer.label] == ["cycle 1", "cycle 3"]


def test_by_default_curves_are_of_the_first_second_tenth_and_last_cycle():
    assert draw()["voltage_curves"].subtitle == "cycles 1, 2, 10, 12"


def test_a_cycle_that_is_not_there_is_told():
    assert draw(cycles=(99,))["voltage_curves"].empty == "Cycle 99 is not in this file."


def test_a_voltage_reference_shifts_and_names_every_voltage():
    charts = draw(voltage_offset_V=0.62, voltage_reference="vs Li⁺/Li")
    assert charts["voltage_curves"].panes[0].y.name == "Voltage (V vs Li⁺/Li)"
    assert charts["voltage_curves"].layers[0].y.max() == pytest.approx(4.62)
    assert charts["voltage_time"].layers[0].y.max() == pytest.approx(4.62)


def test_time_is_in_hours():
    assert draw()["voltage_time"].layers[0].x.max() == pytest.approx(24)


def test_a_rest_draws_empty_axes_with_the_reason():
    charts = draw([0.0])
    assert charts["capacity"].empty == "No charge flows in this file: no cycle to show."
    assert charts["voltage_curves"].empty
    assert charts["voltage_time"].empty == ""


def test_one_wild_efficiency_does_not_flatten_the_others():
    within, cut = efficiency_axis(np.array([818.0] + [99.0] * 9))
    assert within == (80.0, 105.0)
    assert cut == " Efficiency is shown from 80 to 105 %; 1 point lies outside."
    assert efficiency_axis(np.array([94.0, 99.0, np.nan])) == (None, "")


def test_simulated_is_never_hidden():
    assert all(chart.simulated for chart in draw(simulated=True).values())


LADDER = [amount for mAh in (2.0, 2.0, 1.5, 1.5, 2.0) for amount in (mAh, -mAh)]


def test_one_rate_draws_no_rate_chart():
    assert list(draw([2.0, -2.0] * 6)) == ["capacity", "voltage_curves", "voltage_time", "dqdv"]


def test_rates_are_marked_and_named_with_what_they_keep():
    pane = draw(LADDER)["rate_capability"].panes[0]
    assert pane.y.name == "Discharge capacity (mAh)"
    assert [layer.y.tolist() for layer in pane.layers[1:]] == [
        pytest.approx([2.0, 2.0]), pytest.approx([1.5, 1.5]), pytest.approx([2.0, 2.0])
    ]  # fmt: skip
    assert [note.text for note in pane.notes] == ["1C", "0.75C", "1C"]
    assert "1C 100.0 %, 0.75C 75.0 %, 1C 100.0 %" in draw(LADDER)["rate_capability"].caption


def test_differential_capacity_names_its_smoothing():
    chart = draw(cycles=(1, 12), basis="mAh/g active", active_mass_mg=10)["dqdv"]
    assert "Gaussian of 4 mV standard deviation" in chart.caption
    assert chart.panes[0].y.name == "dQ/dV (mAh/g active V⁻¹)"
    assert [layer.label for layer in chart.layers if layer.label] == ["cycle 1", "cycle 12"]
    charge, discharge = chart.layers[:2]
    assert charge.y.max() == pytest.approx(200, rel=0.02)  # 2 mAh over 1 V in 10 mg
    assert discharge.y.min() == pytest.approx(-190, rel=0.02)


def test_a_cycle_without_differential_capacity_says_which_there_are():
    assert draw(cycles=(99,))["dqdv"].empty.startswith("dQ/dV was kept for the cycles 1, 2,")


def test_resistance_stands_above_the_end_voltages():
    recording = cycler([2.0, 0.0, -2.0] * 3)  # rests at 3.5 V: 0.5 V over 2 mA
    result = cycling.compute(recording, Conditions())
    drawing = Drawing(result.tables, result.findings, {}, recording.table, result.flags)
    view = View(voltage_offset_V=0.62, voltage_reference="vs Li⁺/Li")
    chart = next(chart for chart in cycling.draw(drawing, view) if chart.key == "resistance")
    above, below = chart.panes
    assert above.y.name == "Internal resistance (Ω)"
    assert above.layers[0].y[0] == pytest.approx(250)
    assert below.y.name == "Voltage (V vs Li⁺/Li)"
    assert below.layers[0].y[0] == pytest.approx(4.62)


def test_a_rest_draws_the_first_three_charts_only():
    assert list(draw([0.0])) == ["capacity", "voltage_curves", "voltage_time"]


def test_temperatures_have_a_pane_of_their_own_below_current():
    recording = cycler(STEPS)
    table = recording.table.with_columns(pl.lit(25.5).alias("aux1_temperature_degC"))
    result = cycling.compute(recording, Conditions())
    charts = cycling.draw(Drawing(result.tables, result.findings, {}, table, result.flags), View())
    chart = next(chart for chart in charts if chart.key == "voltage_time")
    assert [pane.y.name for pane in chart.panes] == ["Voltage (V)", "Current (mA)", "Temperature (°C)"]
    assert chart.panes[2].layers[0].y.tolist()[:2] == [25.5, 25.5]


def test_an_event_stands_at_its_time_and_above_its_cycle():
    charts = draw(options={"events": [(2.5 * 3600, "Power cut"), (1e9, "Long after")]})
    (note,) = charts["voltage_time"].panes[0].notes
    assert (note.x, note.text) == (pytest.approx(2.5), "▾ Power cut")
    assert note.y == pytest.approx(3.5)  # half way through the second charge
    (above,) = charts["capacity"].panes[1].notes
    assert (above.x, above.text) == (2, "▾ Power cut")
