"""Several tests of one cell as one history: which files it is made of, and the row that says it is to be made anew."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from characterization.models.measurements import Measurement
from synthesis.models import Sample


class Chain(models.Model):
    """The truth about the making of a sample's history; the broker is only a doorbell.

    ``wanted`` is a mark of its own for every reason to make it anew, None when there is none. A worker claims the row
    by ``holder`` and a lease that it renews.
    """

    sample = models.OneToOneField(Sample, on_delete=models.CASCADE, primary_key=True, related_name="+")
    wanted = models.UUIDField(null=True)
    wanted_at = models.DateTimeField(null=True)
    holder = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("wanted_at",), condition=Q(wanted__isnull=False), name="chain_wanted"),
        )

    def __str__(self) -> str:
        return f"history of {self.sample_id}"


class Piece(models.Model):
    """One file's table in a history. ``from_s`` and ``to_s`` are in the time of the history; ``by`` stands for it."""

    class State(models.TextChoices):
        TAKEN = "taken", _("taken")
        PARTLY = "partly", _("end taken from the next")
        REPLACED = "replaced", _("replaced")
        SAME = "same", _("same records")
        EMPTY = "empty", _("no records")

    chain = models.ForeignKey(Measurement, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    measurement = models.ForeignKey(Measurement, on_delete=models.CASCADE, related_name="piece_of")
    state = models.CharField(max_length=8, choices=State.choices)
    by = models.ForeignKey(Measurement, on_delete=models.CASCADE, null=True, related_name="+")
    rows = models.BigIntegerField()
    begins_at = models.DateTimeField(null=True)
    from_s = models.FloatField(null=True)
    to_s = models.FloatField(null=True)
    gap_s = models.FloatField(null=True)
    overlap_s = models.FloatField(default=0.0)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("chain", "measurement"), name="a_piece_once"),)

    def __str__(self) -> str:
        return f"{self.measurement}: {self.state}"

    @property
    def from_h(self) -> float | None:
        return _hours(self.from_s)

    @property
    def to_h(self) -> float | None:
        return _hours(self.to_s)

    @property
    def gap_h(self) -> float | None:
        return _hours(self.gap_s)

    @property
    def overlap_h(self) -> float:
        return self.overlap_s / 3600


def _hours(seconds: float | None) -> float | None:
    return seconds / 3600 if seconds is not None else None
