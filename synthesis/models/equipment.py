"""Instruments that send files, and the zone their clocks run in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from synthesis.records import Record, tracked


@tracked(exclude=("last_heard_at",))
class Instrument(Record):
    name = models.CharField(_("name"), max_length=120, unique=True)
    model = models.CharField(_("make and model"), max_length=120, blank=True)
    technique = models.CharField(_("technique"), max_length=20, blank=True)
    project = models.ForeignKey(
        "synthesis.Project",
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="instruments",
        help_text=_("Files that name no sample arrive in this project."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        blank=True,
        help_text=_("Zone of the instrument's clock, for files that do not say it. Empty: the laboratory's."),
    )
    last_heard_at = models.DateTimeField(_("last heard"), null=True, editable=False)

    class Meta:
        ordering = ("name",)
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")

    def __str__(self) -> str:
        return self.name
