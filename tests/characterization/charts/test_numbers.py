import csv
import io
from dataclasses import replace

import numpy as np

from characterization.charts import numbers as table
from characterization.charts.chart import Axis, Chart, Layer, Pane, numbers
from tests.characterization.charts.drawn import ALL_KINDS


def rows(chart):
    return list(csv.reader(io.StringIO(table.csv(chart))))


def test_there_is_one_row_per_plotted_point():
    assert len(rows(ALL_KINDS)) == 2 + ALL_KINDS.points
    assert rows(ALL_KINDS)[22] == ["Capacity", "SP", "CELL-0001", "1.0", "", "99.0", "mAh", ""]


def test_a_band_gives_both_its_edges():
    assert ["107.0", "mAh", "111.0"] in [row[5:] for row in rows(ALL_KINDS)]


def test_gaps_are_left_out():
    layer = Layer("line", numbers([1, 2, 3]), numbers([3.1, np.nan, 3.2]))
    assert len(rows(Chart("g", "Gap", Axis("Time", "h"), [Pane(Axis("Voltage", "V"), [layer])]))) == 4


def test_no_text_is_taken_for_a_formula():
    layer = Layer("line", numbers([1]), numbers([2]), label='=HYPERLINK("x")', source="@cmd")
    row = rows(Chart("f", "F", Axis("Time", "h"), [Pane(Axis("−Im Z", "Ω"), [layer])]))[-1]
    assert row[1:3] == ['\'=HYPERLINK("x")', "'@cmd"]


def test_simulated_numbers_say_so():
    assert rows(replace(ALL_KINDS, simulated=True))[1] == ["# simulated"]
