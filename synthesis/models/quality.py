"""Quality: limits for what is made, the verdicts on it, a manager's leave to use what is held, and flags."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from synthesis.models.samples import Kind
from synthesis.records import Record, tracked


class Verdict(models.TextChoices):
    PASS = "pass", _("pass")  # a verdict, no password
    HOLD = "hold", _("hold")
    REJECT = "reject", _("reject")


@tracked()
class SpecificationLimit(Record):
    """Between which values a figure of a product must lie. ``quantity`` is its name in ``synthesis.quantities``."""

    project = models.ForeignKey("synthesis.Project", on_delete=models.PROTECT, related_name="limits")
    kind = models.CharField(_("product"), max_length=16, choices=Kind.choices)
    group = models.CharField(_("additive"), max_length=60, blank=True)
    quantity = models.CharField(_("figure"), max_length=80)
    lower = models.FloatField(_("at least"), null=True, blank=True)
    upper = models.FloatField(_("at most"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    required = models.BooleanField(_("must be there before a pass"), default=False)
    retired_at = models.DateTimeField(_("retired"), null=True, editable=False)

    class Meta:
        ordering = ("kind", "group", "quantity")
        verbose_name = _("specification limit")
        verbose_name_plural = _("specification limits")
        constraints = (
            models.CheckConstraint(
                condition=Q(lower__isnull=False) | Q(upper__isnull=False), name="limit_limits_something"
            ),
            models.CheckConstraint(
                condition=Q(lower__isnull=True) | Q(upper__isnull=True) | Q(lower__lte=models.F("upper")),
                name="limits_in_order",
            ),
            models.UniqueConstraint(
                fields=("project", "kind", "group", "quantity"),
                condition=Q(retired_at__isnull=True),
                name="one_limit_per_figure",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.group} {self.quantity}"


@tracked()
class GateDecision(Record):
    """A verdict on a sample with its reason and what it was based on; the newest holds.

    ``checks``: [{"quantity", "label", "value", "unit", "lower", "upper", "fits"}] as they stood then.
    """

    sample = models.ForeignKey("synthesis.Sample", on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    checks = models.JSONField(default=list)
    by_itself = models.BooleanField(_("by the limits alone"), default=False)
    signature = models.OneToOneField(
        "synthesis.Signature", on_delete=models.PROTECT, null=True, related_name="decision"
    )

    class Meta:
        ordering = ("-id",)
        verbose_name = _("gate decision")
        verbose_name_plural = _("gate decisions")
        constraints = (
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="verdict_known"),
            models.CheckConstraint(
                condition=~Q(verdict="reject") | ~Q(reason=""), name="rejected_with_a_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sample} {self.verdict}"


@tracked()
class UseAllowance(Record):
    """A manager's leave to use a held or rejected sample once, with the reason; ``spent_on`` is the use it became."""

    sample = models.ForeignKey("synthesis.Sample", on_delete=models.PROTECT, related_name="allowances")
    reason = models.CharField(_("reason"), max_length=500)
    spent_on = models.OneToOneField(
        "synthesis.LedgerEntry", on_delete=models.PROTECT, null=True, related_name="allowance"
    )

    class Meta:
        ordering = ("id",)
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="allowed_with_a_reason"),
            models.UniqueConstraint(
                fields=("sample",), condition=Q(spent_on__isnull=True), name="one_open_allowance"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sample}: {self.reason}"


@tracked()
class Flag(Record):
    """Something odd about a run or a sample that everything made of it should know: overshoot, short hold, gas gap.

    ``measurement`` is the number of the measurement that showed it, where one did.
    """

    run = models.ForeignKey(
        "synthesis.CarbonizationRun", on_delete=models.CASCADE, null=True, related_name="flags"
    )
    sample = models.ForeignKey("synthesis.Sample", on_delete=models.CASCADE, null=True, related_name="flags")
    code = models.CharField(max_length=40)
    sentence = models.CharField(max_length=400)
    values = models.JSONField(default=dict)
    measurement = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("id",)
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        constraints = (
            models.CheckConstraint(
                condition=Q(run__isnull=False, sample__isnull=True)
                | Q(run__isnull=True, sample__isnull=False),
                name="flag_of_run_or_sample",
            ),
        )

    def __str__(self) -> str:
        return self.sentence
