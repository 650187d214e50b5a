"""Equipment: instruments that send files, furnaces, balances; until when each is calibrated and maintained."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
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
    checked_every_days = models.PositiveIntegerField(
        _("checked every (days)"),
        null=True,
        blank=True,
        help_text=_("How long a calibration or a maintenance holds. Empty: none is asked for."),
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    last_heard_at = models.DateTimeField(_("last heard"), null=True, editable=False)

    class Meta:
        ordering = ("name",)
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")

    def __str__(self) -> str:
        return self.name


@tracked()
class EquipmentCheck(Record):
    """A calibration or maintenance that was done; the equipment is in order until ``valid_until`` unless it failed."""

    class Kind(models.TextChoices):
        CALIBRATION = "calibration", _("calibration")
        MAINTENANCE = "maintenance", _("maintenance")

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices, default=Kind.CALIBRATION)
    done_at = models.DateTimeField(_("done"), db_default=Now())
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    passed = models.BooleanField(_("in order"), default=True)
    done_by = models.CharField(_("done by"), max_length=120, blank=True)
    note = models.TextField(_("what was found"), blank=True)

    class Meta:
        ordering = ("-done_at", "-id")
        verbose_name = _("check of equipment")
        verbose_name_plural = _("checks of equipment")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("calibration", "maintenance")), name="check_kind_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.instrument} {self.kind} {self.done_at:%Y-%m-%d}"
