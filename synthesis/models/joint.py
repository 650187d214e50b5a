"""Samples that were recorded together, from one grid or one file."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from synthesis.models.samples import Sample
from synthesis.records import Record, tracked


@tracked()
class JointEntry(Record):
    """``kind`` is the logbook's word for what was recorded, ``source`` the name of the file, "" for the grid."""

    kind = models.CharField(max_length=40)
    source = models.CharField(_("file"), max_length=200, blank=True)
    samples = models.ManyToManyField(Sample, related_name="joint_entries")

    class Meta:
        ordering = ("-id",)
        verbose_name = _("joint entry")
        verbose_name_plural = _("joint entries")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        return f"/many/made/{self.pk}/"
