"""Channels of cyclers, and which cell is on one from when to when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cells.models.cells import Cell
from synthesis.models import Instrument
from synthesis.records import Record, tracked


@tracked()
class Channel(Record):
    instrument = models.ForeignKey(
        Instrument, verbose_name=_("instrument"), on_delete=models.PROTECT, related_name="channels"
    )
    name = models.CharField(_("channel"), max_length=40)

    class Meta:
        ordering = ("instrument", "name")
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints = (models.UniqueConstraint(fields=("instrument", "name"), name="channel_once"),)

    def __str__(self) -> str:
        return f"{self.instrument} · {self.name}"


@tracked()
class Occupation(Record):
    """A cell on a channel from when to when. PostgreSQL refuses it a second cell, and the cell a second channel."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="occupations")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="occupations")
    from_at = models.DateTimeField(_("from"), db_default=Now())
    to_at = models.DateTimeField(_("to"), null=True, blank=True)

    class Meta:
        ordering = ("-from_at",)
        verbose_name = _("occupation")
        verbose_name_plural = _("occupations")
        constraints = (
            models.UniqueConstraint(
                fields=("channel",), condition=Q(to_at__isnull=True), name="one_cell_on_a_channel"
            ),
            models.UniqueConstraint(
                fields=("cell",), condition=Q(to_at__isnull=True), name="one_channel_for_a_cell"
            ),
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gt=F("from_at")), name="occupation_ends_later"
            ),
        )

    def __str__(self) -> str:
        return f"{self.cell} · {self.channel}"


@tracked()
class Acknowledgement(Record):
    """Somebody has seen an alarm and says why it need not ring: of a cell on its channel, or of an instrument.

    ``evidence`` is what the alarm rang for (the last file, the furthest voltage): when that changes, it rings again.
    """

    code = models.CharField(_("alarm"), max_length=40)
    occupation = models.ForeignKey(
        Occupation, on_delete=models.CASCADE, null=True, related_name="acknowledgements"
    )
    instrument = models.ForeignKey(
        Instrument, on_delete=models.CASCADE, null=True, related_name="acknowledgements"
    )
    evidence = models.CharField(max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("acknowledged alarm")
        verbose_name_plural = _("acknowledged alarms")
        constraints = (
            models.CheckConstraint(
                condition=Q(occupation__isnull=False, instrument__isnull=True)
                | Q(occupation__isnull=True, instrument__isnull=False),
                name="alarm_of_cell_or_instrument",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="acknowledged_with_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.code} · {self.occupation or self.instrument}"
