"""Cells made of a sample, beside those that the same studies compare them with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cells.models import Cell, Study
from characterization import panels, queries
from characterization.analysis.comparison import Spread
from characterization.panels import Choice, Compared
from characterization.queries import Tested
from labsys.reports.content import CellLine, GroupLine
from synthesis import access
from synthesis.access import Actor
from synthesis.genealogy import Chain
from synthesis.models import Sample
from synthesis.models.samples import Kind

MOST_CELLS = 60


@dataclass(frozen=True)
class Cells:
    """``own`` were made of the sample (or are it); ``compared`` beside them; ``comparison`` is None without any."""

    own: Sequence[Cell]
    compared: Sequence[Cell]
    comparison: Compared | None


def of_sample(sample: Sample, chain: Chain, downstream: set[int], actor: Actor) -> Cells:
    """Own cells, and all visible cells of the studies in which they stand."""
    pks = [
        pk for pk in downstream | {sample.pk} if pk in chain.samples and chain.samples[pk].kind == Kind.CELL
    ]
    own = list(Cell.objects.filter(pk__in=pks).order_by("pk")[:MOST_CELLS])
    studies = access.visible(Study.objects.filter(cells__in=own), actor).distinct()
    beside = (
        access.visible(Cell.objects.filter(studies__in=studies), actor).distinct().order_by("pk")[:MOST_CELLS]
    )
    compared = list(beside) or own
    return Cells(own, compared, panels.compare(compared, Choice()) if compared else None)


def lines_of(cells: Cells) -> list[CellLine]:
    if cells.comparison is None:
        return []
    everyone = sorted(
        {cell.pk: cell for cell in [*cells.own, *cells.compared]}.values(), key=lambda cell: cell.pk
    )
    own = {cell.pk for cell in cells.own}
    return [_cell(one, cells.comparison, own=one.cell.pk in own) for one in queries.tested(everyone)]


def _cell(one: Tested, comparison: Compared, *, own: bool) -> CellLine:
    divisor, _unit = panels.view_for(
        one.cell, Choice(comparison.basis), colour="s0", simulated=False
    ).divisor()
    held = dict(zip(one.cycle, one.discharge_mAh, strict=True))
    first, last = held.get(comparison.reference_cycle), held.get(comparison.retention_at)
    remarks = [_("made of this sample")] if own else []
    remarks += [_("left out: %s") % one.cell.left_out_reason] if one.cell.left_out else []
    remarks += [] if one.cycle else [_("no cycle read yet")]
    return CellLine(
        code=one.cell.code,
        group=one.cell.group or _("no additive"),
        discharge="–" if first is None else f"{first / divisor:.2f}",
        efficiency="–"
        if not one.efficiency_percent or one.efficiency_percent[0] is None
        else f"{one.efficiency_percent[0]:.2f}",
        retention="–" if not first or last is None else f"{100 * last / first:.2f}",
        cycles=str(len(one.cycle)),
        remark=", ".join(remarks),
    )


def groups_of(cells: Cells) -> list[GroupLine]:
    """Mean ± sd by additive, in the order of the comparison."""
    if cells.comparison is None:
        return []
    return [
        GroupLine(
            group=str(row.name),
            n=str(len(row.group.cells))
            if row.total == len(row.group.cells)
            else f"{len(row.group.cells)} ({row.total})",
            discharge=_spread(row.first_discharge),
            efficiency=_spread(row.first_efficiency),
            retention=_spread(row.retention),
        )
        for row in cells.comparison.rows
    ]


def _spread(spread: Spread) -> str:
    if spread.mean is None:
        return "–"
    return f"{spread.mean:.2f}" if spread.sd is None else f"{spread.mean:.2f} ± {spread.sd:.2f}"


def remark_of(cells: Cells) -> str:
    """What stands under the tables: small n, cells left out, the reference of retention."""
    if cells.comparison is None:
        return ""
    left_out = cells.comparison.left_out
    said = [cells.comparison.remark]
    said += (
        [_("Left out: %s.") % ", ".join(f"{cell.code} ({cell.left_out_reason})" for cell in left_out)]
        if left_out
        else []
    )
    return " ".join(part for part in said if part)
