"""What a person chose for an analysis: a reference cycle, a diffusion length, a circuit, components of a fit."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from characterization.models.files import RawFile
from synthesis.models import Sample
from synthesis.records import Record, tracked

AUTOMATIC = 1
"""The version that a method finds by itself, where nobody chose anything."""


@tracked()
class AnalysisChoice(Record):
    """One version of the choices for one method: of all measurements of a sample, or of one table of a file.

    A table's own choices stand before its sample's. The table is named by its file and part, so that they outlive a
    newer reader. A change is a new version; the first is 2, because 1 is what the method finds by itself.
    """

    sample = models.ForeignKey(
        Sample, verbose_name=_("sample"), on_delete=models.PROTECT, null=True, related_name="analysis_choices"
    )
    file = models.ForeignKey(
        RawFile, verbose_name=_("file"), on_delete=models.CASCADE, null=True, related_name="analysis_choices"
    )
    part = models.CharField(_("part"), max_length=120, blank=True)
    method = models.CharField(_("method"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"), default=AUTOMATIC + 1)
    current = models.BooleanField(_("current"), default=True)
    parameters = models.JSONField(_("choices"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("choice for an analysis")
        verbose_name_plural = _("choices for analyses")
        constraints = (
            models.UniqueConstraint(fields=("sample", "method", "version"), name="choice_version_of_sample"),
            models.UniqueConstraint(
                fields=("file", "part", "method", "version"), name="choice_version_of_table"
            ),
            models.UniqueConstraint(
                fields=("sample", "method"), condition=Q(current=True), name="choices_once_per_method"
            ),
            models.UniqueConstraint(
                fields=("file", "part", "method"),
                condition=Q(current=True),
                name="own_choices_once_per_method",
            ),
            models.CheckConstraint(
                condition=Q(sample__isnull=True, file__isnull=False)
                | Q(sample__isnull=False, file__isnull=True),
                name="choices_of_sample_or_table",
            ),
        )

    def __str__(self) -> str:
        return f"{self.method}, version {self.version}"
