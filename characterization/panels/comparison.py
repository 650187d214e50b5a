"""Several cells as one comparison: a table by additive, capacity and efficiency, first cycle, who was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cells.models import Cell
from characterization import queries
from characterization.analysis import comparison as counting
from characterization.analysis.comparison import CellCurve, Difference, Group, Spread
from characterization.analysis.comparison_charts import Look, Shown, capacity_chart, named
from characterization.charts.chart import Chart
from characterization.panels.choice import BASES, Choice, bases_of, view_for, with_axis
from characterization.panels.first_cycle import first_cycle, shared_reference
from characterization.queries import Tested

ORDER = ("Mo-Ni@NPCs", "Mo@NPCs", "NPCs", "SP")
REFERENCE_GROUP = "SP"
SMALL_N = 6


@dataclass(frozen=True)
class Row:
    """One additive of the table. ``total`` counts its cells with those left out; ``delta`` is to the reference."""

    group: Group
    total: int
    first_discharge: Spread
    first_efficiency: Spread
    retention: Spread
    delta: Difference | None
    is_reference: bool

    @property
    def name(self) -> str:
        return named(self.group.name) if self.group.name else _("No additive")


@dataclass(frozen=True)
class Compared:
    """``unit`` is the capacity's; ``retention_at`` the cycle that retention is quoted at; ``remark`` on small n."""

    rows: Sequence[Row]
    charts: Sequence[Chart]
    unit: str
    basis: str
    reference: str
    reference_cycle: int
    retention_at: int
    left_out: Sequence[Cell]
    not_measured: Sequence[Cell]
    remark: str
    simulated: bool


def compare(
    cells: Sequence[Cell],
    choice: Choice,
    reference_cycle: int = 1,
    *,
    shown: Shown = "bands",
    as_retention: bool = False,
) -> Compared:
    """Compares cells by additive. Cells left out of statistics, and those without cycles, are named and not counted."""
    everyone = queries.tested(cells)
    counted = [one for one in everyone if one.cycle and not one.cell.left_out]
    basis = _basis(counted, choice)
    groups = _groups(counted, basis)
    curves = [cell for group in groups for cell in group.cells]
    at = counting.retention_cycle(curves, reference_cycle)
    simulated = any(cell.simulated for cell in cells)
    look = Look(BASES[basis], shown, reference_cycle if as_retention else None, simulated)
    return Compared(
        rows=_rows(groups, everyone, reference_cycle, at),
        charts=[
            with_axis(capacity_chart(groups, look), choice),
            first_cycle(groups, counted, choice, basis, look),
        ],
        unit=BASES[basis],
        basis=basis,
        reference=shared_reference([one.cell for one in counted], choice),
        reference_cycle=reference_cycle,
        retention_at=at,
        left_out=[one.cell for one in everyone if one.cell.left_out],
        not_measured=[one.cell for one in everyone if not one.cycle and not one.cell.left_out],
        remark=_remark(groups),
        simulated=simulated,
    )


def _basis(counted: Sequence[Tested], choice: Choice) -> str:
    """The basis asked for where every cell has what it takes, else per gram active, else absolute."""
    known = [set(bases_of(one.cell)) for one in counted]
    shared = set.intersection(*known) if known else {"total"}
    return next(basis for basis in (choice.basis, "active", "total") if basis in shared)


def _groups(counted: Sequence[Tested], basis: str) -> list[Group]:
    """Groups in one order everywhere: the additives best first as the study names them, others by name, none last."""
    names = {one.cell.group for one in counted}
    roles = queries.group_roles(names)
    ranked = sorted(
        names, key=lambda name: (name == "", ORDER.index(name) if name in ORDER else len(ORDER), name)
    )
    return [
        Group(name, roles[name], [_curve(one, basis) for one in counted if one.cell.group == name])
        for name in ranked
    ]


def _curve(one: Tested, basis: str) -> CellCurve:
    divisor, _unit = view_for(one.cell, Choice(basis), colour="s0", simulated=False).divisor()
    cycle, discharge, efficiency = (
        np.array([np.nan if value is None else value for value in column], dtype=np.float64)
        for column in (one.cycle, one.discharge_mAh, one.efficiency_percent)
    )
    return CellCurve(one.cell.code, cycle, discharge / divisor, efficiency)


def _rows(groups: Sequence[Group], everyone: Sequence[Tested], reference: int, at: int) -> list[Row]:
    base = next((group for group in groups if group.name == REFERENCE_GROUP), None)
    held = {group.name: _retention(group, reference, at) for group in groups}
    return [
        Row(
            group=group,
            total=sum(one.cell.group == group.name for one in everyone),
            first_discharge=counting.spread([float(cell.discharge[0]) for cell in group.cells]),
            first_efficiency=counting.spread([float(cell.efficiency[0]) for cell in group.cells]),
            retention=held[group.name],
            delta=counting.welch(held[group.name], held[base.name]) if base and group is not base else None,
            is_reference=group is base,
        )
        for group in groups
    ]


def _retention(group: Group, reference: int, at: int) -> Spread:
    if at <= reference:
        return Spread(0, None, None)
    return counting.spread(
        [100 * cell.at(at) / cell.at(reference) for cell in group.cells if cell.at(reference) > 0]
    )


def _remark(groups: Sequence[Group]) -> str:
    """Small numbers of cells, said in words."""
    sizes = [len(group.cells) for group in groups]
    if not sizes or max(sizes) == 1:
        return _("One cell per group: no spread is known, and a difference says little.") if sizes else ""
    if min(sizes) >= SMALL_N:
        return ""
    few = str(min(sizes)) if min(sizes) == max(sizes) else f"{min(sizes)}–{max(sizes)}"
    return ngettext(
        "n is %(few)s in one group: the spread is not well known, read small differences as unproven.",
        "n is %(few)s per group: the spread is not well known, read small differences as unproven.",
        len(sizes),
    ) % {"few": few}
