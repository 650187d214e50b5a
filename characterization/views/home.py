"""Parts of the home page: cells that run, files that arrive, what needs somebody; and the counts of the navigation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cells.models import Cell, Occupation
from characterization import panels, queries
from characterization.models import JobState
from characterization.queries import Tested
from characterization.views.answers import page, page_query
from synthesis import access

CELLS_SHOWN, FILES_SHOWN, NEEDS_SHOWN = 12, 8, 6
SCALE_EDGE_PERCENT = 1.0


@dataclass(frozen=True)
class RunningCell:
    """One row of the running cells. Capacity in the table's unit, retention in % of the first complete cycle."""

    cell: Cell
    place: Occupation | None
    cycles: int
    line: panels.Sparkline | None
    role: str
    last: float | None
    efficiency: float | None
    retention: float | None

    @property
    def state(self) -> str:
        return panels.state_of(self.cell, self.cycles, on_channel=self.place is not None)


@require_GET
@page
def home_cells(request: HttpRequest) -> HttpResponse:
    """Cells on a channel and those measured last, with their retention on one scale."""
    found = queries.running_cells(request.user, CELLS_SHOWN)
    tests = queries.tested([cell for cell, _ in found])
    basis = "area" if page_query(request).get("basis") == "area" else "active"
    low, high = _scale([_retentions(test) for test in tests])
    roles = queries.group_roles(cell.group for cell, _ in found)
    rows = [
        _row(test, place, basis, (low, high), roles) for test, (_, place) in zip(tests, found, strict=True)
    ]
    context = {
        "rows": rows,
        "basis": basis,
        "unit": panels.BASES[basis].removesuffix(" active"),
        "low": low,
        "high": high,
        "running": sum(row.state == "running" for row in rows),
    }
    return render(request, "characterization/home_cells.html", context)


def _row(
    test: Tested, place: Occupation | None, basis: str, scale: tuple[float, float], roles: dict[str, str]
) -> RunningCell:
    divisor, unit = panels.view_for(test.cell, panels.Choice(basis), colour="s0", simulated=False).divisor()
    last = test.discharge_mAh[-1] if test.discharge_mAh else None
    retentions = _retentions(test)
    planned = test.cell.planned_cycles or len(retentions) or 1
    return RunningCell(
        cell=test.cell,
        place=place,
        cycles=test.cycle[-1] if test.cycle else 0,
        line=panels.sparkline(retentions, scale, len(retentions) / planned),
        role=roles[test.cell.group],
        last=last / divisor if last is not None and unit == panels.BASES[basis] else None,
        efficiency=test.efficiency_percent[-1] if test.efficiency_percent else None,
        retention=panels.retention(test),
    )


def _retentions(test: Tested) -> list[float | None]:
    first = test.discharge_mAh[0] if test.discharge_mAh else None
    return [100 * value / first if value is not None and first else None for value in test.discharge_mAh]


def _scale(curves: Sequence[Sequence[float | None]]) -> tuple[float, float]:
    """One scale for all rows, in whole per cent."""
    known = [value for curve in curves for value in curve if value is not None]
    return (
        (float(int(min(known) - SCALE_EDGE_PERCENT)), float(int(max(known) + SCALE_EDGE_PERCENT)))
        if known
        else (0, 100)
    )


@require_GET
@page
def home_files(request: HttpRequest) -> HttpResponse:
    context = {
        "files": list(queries.inbox(request.user)[:FILES_SHOWN]),
        "needs": queries.counts(request.user)["need"],
        "may_upload": access.editable_projects(request.user).exists(),
    }
    rows_only = request.GET.get("part") == "rows"
    template = "home_file_rows.html" if rows_only else "home_files.html"
    return render(request, f"characterization/{template}", context)


@require_GET
@page
def home_needs(request: HttpRequest) -> HttpResponse:
    """What waits for somebody: alarms and files that failed, one line each; the unmatched and unknown ones counted."""
    waiting = queries.needs(request.user)
    counts = queries.counts(request.user)
    rings = [alarm for alarm in queries.all_alarms(queries.board(request.user)) if alarm.rings]
    context = {
        "alarms": rings[:NEEDS_SHOWN],
        "more_alarms": max(len(rings) - NEEDS_SHOWN, 0),
        "failed": list(waiting.filter(job__state=JobState.FAILED)[:NEEDS_SHOWN]),
        "counts": counts,
        "oldest": waiting.filter(job__state__in=(JobState.UNMATCHED, JobState.NEEDS_MAPPING)).last(),
    }
    return render(request, "characterization/home_needs.html", context)


@require_GET
@page
def counts(request: HttpRequest) -> HttpResponse:
    """The numbers beside the navigation, swapped in wherever the frame shows them."""
    on_channel = access.visible(Occupation.objects.filter(to_at__isnull=True), request.user, "cell__project")
    context = {"needs": queries.counts(request.user)["need"], "running": on_channel.count()}
    return render(request, "characterization/counts.html", context)
