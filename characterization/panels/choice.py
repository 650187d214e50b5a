"""How a person wants to see it: basis, voltage reference, cycles. What stands in an address becomes a View."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from cells.models import Cell
from characterization.analysis.base import View
from characterization.charts.chart import Chart
from synthesis.errors import Refusal

BASES = {"active": "mAh/g active", "composite": "mAh/g composite", "area": "mAh/cm²", "total": "mAh"}
REFERENCES: dict[str, tuple[str, str]] = {
    "In-InLi": (Cell.Reference.LI_IN, "vs In-InLi"),
    "Li": (Cell.Reference.LI, "vs Li⁺/Li"),
    "cell": (Cell.Reference.CELL, ""),
}
MOST_CURVES = 30
_RANGE = re.compile(r"^(\d+|last)(?:\s*[-–]\s*(\d+|last)(?:\s+step\s+(\d+))?)?$")


@dataclass(frozen=True)
class Choice:
    """As in an address: ``basis`` a key of BASES, ``reference`` a key of REFERENCES, empty for what fits best.

    ``log_cycles`` asks for cycle numbers on a logarithmic axis.
    """

    basis: str = ""
    reference: str = ""
    cycles: tuple[int, ...] = ()
    log_cycles: bool = False


def with_axis(chart: Chart, choice: Choice) -> Chart:
    """The chart with its cycle numbers on the axis that was asked for; any other chart as it is."""
    if not choice.log_cycles or chart.x.quantity != "Cycle":
        return chart
    return replace(chart, x=replace(chart.x, log=True))


def cycles_from(text: str, last: int) -> tuple[int, ...]:
    """Cycles as people write them: "1, 2, 10-50 step 10, last". Raises Refusal where a part is no cycle."""
    chosen: set[int] = set()
    for part in (part.strip().lower() for part in text.split(",")):
        if part:
            chosen.update(_part(part, last))
    if len(chosen) > MOST_CURVES:
        raise Refusal(
            _("%(count)s cycles are asked for, %(most)s fit into one figure. Name fewer, or a larger step.")
            % {"count": len(chosen), "most": MOST_CURVES},
            field="cycles",
        )
    return tuple(sorted(chosen))


def _part(part: str, last: int) -> range:
    match = _RANGE.match(part)
    if match is None:
        raise Refusal(
            _("‘%(part)s’ names no cycle. Write them as 1, 2, 10-50 step 10, last.") % {"part": part},
            field="cycles",
        )
    first, end = (last if word == "last" else int(word) for word in (match[1], match[2] or match[1]))
    return range(first, min(end, max(last, first)) + 1, max(int(match[3] or 1), 1))


def bases_of(cell: Cell | None) -> dict[str, str]:
    """The bases whose divisor is known for a cell, with the unit that each gives."""
    known = {
        "active": cell and cell.active_mass_mg,
        "composite": cell and cell.composite_mass_mg,
        "area": cell and cell.area_cm2,
        "total": True,
    }
    return {name: unit for name, unit in BASES.items() if known[name]}


def default_basis(cell: Cell | None) -> str:
    """Per gram of active material where that is known, as the field quotes it."""
    return "active" if "active" in bases_of(cell) else "total"


def references_of(cell: Cell | None) -> dict[str, str]:
    """The voltage references that a cell's voltages can be put against, its own first."""
    if cell is None:
        return {}
    own = {name: words for name, (value, words) in REFERENCES.items() if value == cell.voltage_reference}
    if cell.voltage_reference == Cell.Reference.CELL:
        return own
    others = {name: words for name, (_value, words) in REFERENCES.items() if words and name not in own}
    return own | others


def view_for(cell: Cell | None, choice: Choice, *, colour: str, simulated: bool) -> View:
    """The choice as a method's ``draw`` takes it; for what is no cell, only colour and cycles mean something."""
    if cell is None:
        return View(colour=colour, cycles=choice.cycles, simulated=simulated)
    references = references_of(cell)
    reference = choice.reference if choice.reference in references else next(iter(references))
    basis = choice.basis if choice.basis in BASES else default_basis(cell)
    return View(
        basis=BASES[basis],
        active_mass_mg=cell.active_mass_mg,
        composite_mass_mg=cell.composite_mass_mg,
        area_cm2=cell.area_cm2,
        voltage_reference=references[reference],
        voltage_offset_V=cell.offset_to_V(REFERENCES[reference][0]),
        cycles=choice.cycles,
        colour=colour,
        simulated=simulated,
    )


def query_of(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Basis and reference out of an address, unknown words left out."""
    basis, reference = str(parameters.get("basis", "")), str(parameters.get("reference", ""))
    return {
        "basis": basis if basis in BASES else "",
        "reference": reference if reference in REFERENCES else "",
    }
