"""Protocols: how a step is meant to be done. Named, in numbered versions; a run is pinned to the one it used."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from synthesis.records import Record, tracked


@tracked()
class Protocol(Record):
    """``kind`` is the logbook's word for the step (nanosponge, impregnation, furnace-run)."""

    project = models.ForeignKey(
        "synthesis.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="protocols"
    )
    kind = models.SlugField(_("step"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    retired_at = models.DateTimeField(_("retired"), null=True, editable=False)

    class Meta:
        ordering = ("kind", "name")
        verbose_name = _("protocol")
        verbose_name_plural = _("protocols")
        constraints = (
            models.UniqueConstraint(fields=("project", "kind", "name"), name="protocol_named_once"),
        )

    def __str__(self) -> str:
        return self.name


_RELEASED_STAYS = """
IF OLD.released_at IS NOT NULL AND (
    (NEW.protocol_id, NEW.number, NEW.released_at, NEW.released_by_id)
        IS DISTINCT FROM (OLD.protocol_id, OLD.number, OLD.released_at, OLD.released_by_id)
    OR (NEW.values, NEW.limits, NEW.takes, NEW.segments)
        IS DISTINCT FROM (OLD.values, OLD.limits, OLD.takes, OLD.segments))
THEN
    RAISE EXCEPTION 'a released protocol is not changed: draw a new version' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


@tracked()
class ProtocolVersion(Record):
    """One version: a draft until a manager releases it, unchangeable from then on.

    ``values``: field -> planned value in the field's unit, a number or a text (washing).
    ``limits``: field or role -> {"minus": number, "plus": number, "in": "percent" or "unit"}, how far the actual
    value may lie from the planned one before a reason is asked for.
    ``takes``: [{"role", "unit", "planned": text as typed, "lot": code or ""}], in the order of the form.
    ``segments``: of a furnace programme, [{"from_degC", "to_degC", "rate_degC_per_min", "hold_h"}].
    """

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    values = models.JSONField(_("planned values"), default=dict, blank=True)
    limits = models.JSONField(_("limits"), default=dict, blank=True)
    takes = models.JSONField(_("takes"), default=list, blank=True)
    segments = models.JSONField(_("programme"), default=list, blank=True)
    note = models.TextField(_("what is new"), blank=True)
    released_at = models.DateTimeField(_("released"), null=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ("protocol", "-number")
        verbose_name = _("protocol version")
        verbose_name_plural = _("protocol versions")
        constraints = (
            models.UniqueConstraint(fields=("protocol", "number"), name="protocol_version_once"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(released_by__isnull=False),
                name="released_by_somebody",
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="released_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=_RELEASED_STAYS
            ),
        )

    def __str__(self) -> str:
        return f"{self.protocol} v{self.number}"
