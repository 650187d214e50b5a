"""One cycle of each group, the first unless another is asked for: V–Q of its median cell, all against one reference."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cells.models import Cell
from characterization import store
from characterization.analysis import comparison as counting
from characterization.analysis.comparison import Group
from characterization.analysis.comparison_charts import FirstCurve, Look, first_cycle_chart
from characterization.charts.chart import Chart
from characterization.panels.choice import Choice, references_of, view_for
from characterization.queries import Tested


def first_cycle(
    groups: Sequence[Group], counted: Sequence[Tested], choice: Choice, basis: str, look: Look
) -> Chart:
    """Voltage against capacity in one cycle of the median cell of each group, all against one reference."""
    cycle = choice.cycles[0] if choice.cycles else 1
    owners = {one.cell.code: one for one in counted}
    picked = [(group, owners[counting.median_cell(group).code]) for group in groups]
    reference = shared_reference([one.cell for _, one in picked], choice)
    curves = [_curve_of(group, one, basis, reference, cycle) for group, one in picked]
    words = references_of(picked[0][1].cell).get(reference, "") if picked else ""
    return first_cycle_chart(
        [curve for curve in curves if curve is not None], look, f"V {words}".strip(), cycle
    )


def shared_reference(cells: Sequence[Cell], choice: Choice) -> str:
    """A reference that all voltages can be put against: the one asked for, else the first cell's own."""
    shared = [set(references_of(cell)) for cell in cells]
    own = [
        name for name in (references_of(cells[0]) if cells else {}) if all(name in known for known in shared)
    ]
    return choice.reference if choice.reference in own else next(iter(own), "")


def _curve_of(group: Group, one: Tested, basis: str, reference: str, cycle: int) -> FirstCurve | None:
    if one.analysis is None or "curves" not in one.analysis.tables:
        return None
    view = view_for(one.cell, Choice(basis, reference), colour=group.colour, simulated=False)
    table = store.analysis_table(one.analysis, "curves").filter(pl.col("cycle") == cycle)
    curves = table.select(
        "direction",
        (pl.col("capacity_mAh") / view.divisor()[0]).alias("capacity"),
        (pl.col("voltage_V") + view.voltage_offset_V).alias("voltage_V"),
    )
    return FirstCurve(group.name, group.colour, one.cell.code, curves)
