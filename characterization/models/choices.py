"""What a person chose for an analysis of a sample: a reference cycle, a diffusion length, a circuit."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from synthesis.models import Sample
from synthesis.records import Record, tracked


@tracked()
class AnalysisChoice(Record):
    """The choices for one method, for all measurements of a sample. Without any, the method's own hold."""

    sample = models.ForeignKey(
        Sample, verbose_name=_("sample"), on_delete=models.PROTECT, related_name="analysis_choices"
    )
    method = models.CharField(_("method"), max_length=60)
    parameters = models.JSONField(_("choices"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("choice for an analysis")
        verbose_name_plural = _("choices for analyses")
        constraints = (models.UniqueConstraint(fields=("sample", "method"), name="choices_once_per_method"),)

    def __str__(self) -> str:
        return f"{self.sample_id} {self.method}"
