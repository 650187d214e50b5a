"""Cells as their tests show them: the measurement that speaks for a cell, its cycles, and who is running."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Count, Q, QuerySet, When

from cells.models import Cell, Occupation
from characterization.instruments.base import Technique
from characterization.models import Analysis, Cycle, Measurement
from synthesis import access, groups
from synthesis.models import Sample
from synthesis.models.samples import Kind

Actor = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True)
class Tested:
    """A cell with the complete cycles of its main measurement. Capacities in mAh, efficiency in %, None: missing."""

    cell: Cell
    analysis: Analysis | None
    cycle: Sequence[int] = field(default_factory=tuple)
    discharge_mAh: Sequence[float | None] = field(default_factory=tuple)
    efficiency_percent: Sequence[float | None] = field(default_factory=tuple)


def group_roles(names: Iterable[str]) -> dict[str, str]:
    """The colour role of each of these groups, as everywhere on the pages."""
    wanted = set(names)
    own = [] if wanted <= {*groups.SERIES_OF, *groups.NO_ADDITIVE} else groups.others()
    return {name: groups.series_of(name, own) for name in wanted}


def colour_of(sample: Sample | None) -> str:
    """The colour role of a sample's figures. What has no additive to be compared by is drawn in the colour of words."""
    if sample is None or not (sample.group or sample.kind in (Kind.CELL, Kind.CATHODE)):
        return "text"
    return group_roles([sample.group])[sample.group]


def main_measurements(cells: Iterable[Cell]) -> dict[int, Analysis]:
    """For each cell the cycling analysis that speaks for it: of its history where it was tested in several files, else
    of the current measurement with the most cycles.

    The same test exported again and again while it runs grows; a short formation file does not hide the long one.
    """
    analyses = (
        Analysis.objects.filter(
            current=True,
            measurement__current=True,
            measurement__technique=Technique.CYCLING,
            measurement__sample__in=[cell.pk for cell in cells],
        )
        .select_related("measurement")
        .annotate(
            cycle_count=Count("cycles"),
            history=Case(When(measurement__reader_name=Measurement.CHAIN, then=1), default=0),
        )
        .order_by("history", "cycle_count", "pk")
    )
    return {analysis.measurement.sample_id or 0: analysis for analysis in analyses}


def tested(cells: Sequence[Cell]) -> list[Tested]:
    """Cells with their complete cycles, in the given order, in two queries."""
    main = main_measurements(cells)
    rows: dict[int, list[tuple[int, float | None, float | None]]] = {}
    found = Cycle.objects.filter(analysis__in=[a.pk for a in main.values()], complete=True).order_by("cycle")
    columns = ("analysis_id", "cycle", "discharge_capacity_mAh", "coulombic_efficiency_percent")
    for owner, cycle, discharge, efficiency in found.values_list(*columns):
        rows.setdefault(owner, []).append((cycle, discharge, efficiency))
    return [_tested(cell, main.get(cell.pk), rows) for cell in cells]


def _tested(
    cell: Cell, analysis: Analysis | None, rows: dict[int, list[tuple[int, float | None, float | None]]]
) -> Tested:
    own = rows.get(analysis.pk, []) if analysis is not None else []
    return (
        Tested(cell, analysis, *(tuple(column) for column in zip(*own, strict=True)))
        if own
        else Tested(cell, analysis)
    )


def running_cells(actor: Actor, most: int = 12) -> list[tuple[Cell, Occupation | None]]:
    """Cells on a channel now, newest first, then those measured last, each with where it stands."""
    shown = access.visible(Cell.objects.all(), actor)
    on_channel = shown.filter(occupations__to_at__isnull=True, occupations__isnull=False)
    found = list(on_channel.distinct().order_by("-pk")[:most])
    if len(found) < most:
        measured = shown.filter(measurements__technique=Technique.CYCLING, measurements__current=True)
        others = measured.exclude(pk__in=[cell.pk for cell in found]).distinct().order_by("-pk")
        found += others[: most - len(found)]
    places = _places(found)
    return [(cell, places.get(cell.pk)) for cell in found]


def _places(cells: Sequence[Cell]) -> dict[int, Occupation]:
    now: QuerySet[Occupation] = Occupation.objects.filter(
        Q(to_at__isnull=True), cell__in=[cell.pk for cell in cells]
    ).select_related("channel__instrument")
    return {occupation.cell_id: occupation for occupation in now}
