"""Review: signatures on a sample or a run, with what was signed; the newest one locks it or reopens it."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from synthesis.records import Record, tracked


@tracked()
class Signature(Record):
    """Who signed what, and what that means; never changed. ``content`` is what was signed, ``sha256`` its hash."""

    class Meaning(models.TextChoices):
        PERFORMED = "performed", _("I did this as it is written here")
        REVIEWED = "reviewed", _("I checked the record and found it complete and right")
        APPROVED = "approved", _("I release it for use")
        DECIDED = "decided", _("I decided about its use")
        REOPENED = "reopened", _("I opened the record again")

    sample = models.ForeignKey(
        "synthesis.Sample", on_delete=models.PROTECT, null=True, related_name="signatures"
    )
    run = models.ForeignKey(
        "synthesis.CarbonizationRun", on_delete=models.PROTECT, null=True, related_name="signatures"
    )
    meaning = models.CharField(_("meaning"), max_length=12, choices=Meaning.choices)
    statement = models.CharField(_("signed as"), max_length=300)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    content = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("id",)
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = (
            models.CheckConstraint(
                condition=Q(run__isnull=False, sample__isnull=True)
                | Q(run__isnull=True, sample__isnull=False),
                name="signature_on_run_or_sample",
            ),
            models.CheckConstraint(
                condition=~Q(meaning__in=("reopened", "decided")) | ~Q(reason=""), name="signed_with_a_reason"
            ),
        )
        triggers = (pgtrigger.Protect(name="signature_stays", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.created_by} · {self.meaning}"
