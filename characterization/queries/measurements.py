"""Read-only questions about what was measured."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Max, Prefetch, Q, QuerySet

from cells.models import Cell
from characterization.models import Analysis, Chain, Cycle, Finding, Measurement, Piece
from synthesis import access
from synthesis.models import Sample

CYCLE_COLUMNS = tuple(field.name for field in Cycle._meta.fields if field.name not in ("id", "analysis"))
_CAPACITIES = ("charge_capacity_mAh", "discharge_capacity_mAh")


def with_findings(measurements: QuerySet[Measurement]) -> QuerySet[Measurement]:
    """The measurements with their current analyses and findings, in a fixed number of queries."""
    analyses = Analysis.objects.filter(current=True).prefetch_related("findings")
    return measurements.select_related("sample", "run", "instrument", "file", "project").prefetch_related(
        "instrument__checks",
        Prefetch("analyses", queryset=analyses, to_attr="current_analyses"),
    )


def findings_of(measurement: Measurement) -> list[Finding]:
    """The current findings, each knowing its analysis (method and version)."""
    return list(
        Finding.objects.filter(analysis__measurement=measurement, analysis__current=True).select_related(
            "analysis"
        )
    )


def cell_of(sample: Sample | None) -> Cell | None:
    own = sample.own if sample is not None else None
    return own if isinstance(own, Cell) else None


def cycles_of(measurement: Measurement) -> QuerySet[Cycle]:
    return Cycle.objects.filter(analysis__measurement=measurement, analysis__current=True).order_by("cycle")


def cycle_rows(measurement: Measurement) -> list[dict[str, Any]]:
    """Per cycle, absolute and, where the cell's active mass is known, per gram of active material."""
    cell = cell_of(measurement.sample)
    grams = (cell.active_mass_mg or 0) / 1000 if cell else 0
    rows: list[dict[str, Any]] = list(cycles_of(measurement).values(*CYCLE_COLUMNS))
    if grams > 0:
        for row in rows:
            for name in _CAPACITIES:
                value = row[name]
                row[f"{name}_per_g"] = value / grams if value is not None else None
    return rows


def pieces_of(measurement: Measurement | None) -> list[Piece]:
    """What a history is made of, in its order; of any other measurement nothing."""
    if measurement is None or not measurement.is_history:
        return []
    return list(measurement.pieces.select_related("measurement__file", "by__file"))


def history_error(sample: Sample) -> str:
    """Why the files of a sample could not be joined; empty where they were, or need not be."""
    return Chain.objects.filter(pk=sample.pk, wanted=None).values_list("error", flat=True).first() or ""


def last_cycle(measurement: Measurement) -> int:
    """The highest cycle number found in a measurement; 0 where no cycle was found."""
    found = cycles_of(measurement).aggregate(last=Max("cycle"))["last"]
    return int(found or 0)


def listed_measurements(
    actor: AbstractBaseUser | AnonymousUser, technique: str = "", search: str = ""
) -> QuerySet[Measurement]:
    """The measurements that a person may see, newest first, with what a list row shows."""
    found = access.visible(Measurement.objects.filter(current=True), actor)
    if technique:
        found = found.filter(technique=technique)
    if search:
        found = found.filter(
            Q(sample__code__icontains=search)
            | Q(run__code__icontains=search)
            | Q(sample__name__icontains=search)
            | Q(title__icontains=search)
            | Q(file__name__icontains=search)
        )
    return found.select_related("sample", "run", "instrument", "file").order_by("-id")
