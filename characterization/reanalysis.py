"""Analyses of a cell that were told other masses, area, window or direction than stand on the cell now.

A cell is edited on a floor that knows no measurement, so nothing is called when it changes: PostgreSQL's own record
of every change is read on from where it was left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from django.db.models import Exists, Max, OuterRef
from django.db.models.functions import Now

from cells.models import Cell
from characterization.analysis.registry import all_methods
from characterization.conditions import Chosen, conditions_for, own_choices, with_own
from characterization.matching import Owner
from characterization.models import Analysis, AnalysisChoice, JobState, Measurement, Piece, RawFile, Watermark
from synthesis.models import Sample

MARK = "cells"
LONGEST_TRANSACTION = timedelta(minutes=5)
MOST_EVENTS = 500


@dataclass(frozen=True)
class Changes:
    """Cells that were changed, and the newest record after which nothing older can still appear."""

    cells: list[Cell]
    settled: int | None = None


def told_otherwise(sample: Sample, most: int) -> list[RawFile]:
    """The newest read files of a sample whose present analyses were told other conditions than hold now.

    What stands in the sample's history under another file is left out: nobody is shown its analyses.
    """
    stands_elsewhere = Piece.objects.filter(
        measurement=OuterRef("measurement"),
        chain__current=True,
        state__in=(Piece.State.SAME, Piece.State.REPLACED),
    )
    present = Analysis.objects.filter(
        ~Exists(stands_elsewhere),
        current=True,
        measurement__current=True,
        measurement__file__sample=sample.pk,
        measurement__file__job__state=JobState.DONE,
        method__in=[method.name for method in all_methods()],
    )
    conditions = conditions_for(Owner(sample))
    own = _tables_with_own(sample)
    others = present.exclude(conditions=conditions).exclude(measurement__in=own)
    files = {file for file in others.values_list("measurement__file", flat=True) if file is not None}
    for analysis in present.filter(measurement__in=own).select_related("measurement"):
        file = analysis.measurement.file_id
        if file is not None and analysis.conditions != with_own(conditions, own[analysis.measurement_id]):
            files.add(file)
    return list(RawFile.objects.filter(pk__in=files).order_by("-pk")[:most])


def _tables_with_own(sample: Sample) -> dict[int, dict[str, Chosen]]:
    """The present measurements of a sample for which somebody chose, with what."""
    own = own_choices(AnalysisChoice.objects.filter(file__sample=sample.pk))
    files = {file for file, _part in own}
    measured = Measurement.objects.filter(file__in=files, current=True).values_list("pk", "file", "part")
    return {pk: own[file, part] for pk, file, part in measured if (file, part) in own}


def changes() -> Changes:
    """What was changed since ``settle`` was last called, at most MOST_EVENTS changes at once.

    What a transaction recorded may be seen later than what came after it, so the last five minutes are looked at
    again: to name a cell twice costs one query.
    """
    recorded = apps.get_model("cells", "CellEvent")._default_manager
    mark = Watermark.objects.filter(name=MARK).first()
    if mark is None:
        newest = recorded.aggregate(last=Max("pgh_id"))["last"] or 0
        Watermark.objects.get_or_create(name=MARK, defaults={"event": newest})
        return Changes([])
    new = recorded.filter(pgh_id__gt=mark.event).order_by("pgh_id")
    seen = list(new.values_list("pgh_id", "pgh_obj_id")[:MOST_EVENTS])
    settled = recorded.filter(
        pgh_id__in=[event for event, _ in seen], pgh_created_at__lt=Now() - LONGEST_TRANSACTION
    ).aggregate(last=Max("pgh_id"))["last"]
    cells = Cell.objects.filter(pk__in={cell for _, cell in seen}).order_by("pk")
    return Changes(list(cells), settled)


def settle(changes: Changes) -> None:
    """Notes that all was done for these changes."""
    if changes.settled is not None:
        Watermark.objects.filter(name=MARK, event__lt=changes.settled).update(event=changes.settled)
