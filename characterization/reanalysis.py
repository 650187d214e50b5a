"""Analyses of a cell that were told other masses, area, window or direction than stand on the cell now.

A cell is edited on a floor that knows no measurement, so nothing is called when it changes: PostgreSQL's own record
of every change is read on from where it was left.
"""

from __future__ import annotations

from datetime import timedelta

from django.apps import apps
from django.db.models import Max
from django.db.models.functions import Now

from cells.models import Cell
from characterization.analysis.registry import all_methods
from characterization.conditions import conditions_for
from characterization.matching import Owner
from characterization.models import Analysis, JobState, RawFile, Watermark

MARK = "cells"
LONGEST_TRANSACTION = timedelta(minutes=5)
MOST_EVENTS = 500


def told_otherwise(cell: Cell) -> list[RawFile]:
    """The read files of a cell whose present analyses were told other conditions than hold now."""
    present = Analysis.objects.filter(
        current=True,
        measurement__current=True,
        measurement__file__sample=cell.pk,
        measurement__file__job__state=JobState.DONE,
        method__in=[method.name for method in all_methods()],
    )
    others = present.exclude(conditions=conditions_for(Owner(cell)))
    files = RawFile.objects.filter(pk__in=others.values("measurement__file"))
    return list(files.order_by("pk"))


def changed_cells() -> list[Cell]:
    """Cells that were changed since this was last asked, at most MOST_EVENTS changes at once.

    What a transaction recorded may be seen later than what came after it, so the last five minutes are looked at
    again: to name a cell twice costs one query.
    """
    recorded = apps.get_model("cells", "CellEvent")._default_manager
    mark = Watermark.objects.filter(name=MARK).first()
    if mark is None:
        newest = recorded.aggregate(last=Max("pgh_id"))["last"] or 0
        Watermark.objects.get_or_create(name=MARK, defaults={"event": newest})
        return []
    new = recorded.filter(pgh_id__gt=mark.event).order_by("pgh_id")
    seen = list(new.values_list("pgh_id", "pgh_obj_id")[:MOST_EVENTS])
    settled = recorded.filter(
        pgh_id__in=[event for event, _ in seen], pgh_created_at__lt=Now() - LONGEST_TRANSACTION
    ).aggregate(last=Max("pgh_id"))["last"]
    if settled is not None:
        Watermark.objects.filter(name=MARK, event__lt=settled).update(event=settled)
    return list(Cell.objects.filter(pk__in={cell for _, cell in seen}))
