"""What happened to a cell while it was measured: a power cut, a pressure corrected, a cable moved."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cells.models.cells import Cell
from synthesis.records import Record, tracked


@tracked()
class CellNote(Record):
    """A note at a moment; it stands in the cell's figures at that moment."""

    cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="happenings")
    at = models.DateTimeField(_("when"))
    text = models.CharField(_("what happened"), max_length=200)

    class Meta:
        ordering = ("at", "id")
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = (models.CheckConstraint(condition=~Q(text=""), name="event_says_something"),)
        indexes = (models.Index(fields=("cell", "at"), name="events_of_cell"),)

    def __str__(self) -> str:
        return self.text
