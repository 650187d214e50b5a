"""The furnace: a run with its programme and several boats; each boat leaves a carbon additive lot."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from synthesis import codes
from synthesis.models.samples import Kind, Sample, signed_stays
from synthesis.models.steps import measured
from synthesis.records import Record, tracked

_SIGNED_RUN_STAYS = """
IF OLD.signed_at IS NOT NULL AND NEW.signed_at IS NULL AND (
    SELECT meaning FROM synthesis_signature WHERE run_id = OLD.id AND meaning <> 'decided' ORDER BY id DESC LIMIT 1
) IS DISTINCT FROM 'reopened'
THEN
    RAISE EXCEPTION '% is signed: open the review again before it is changed', OLD.code
        USING ERRCODE = 'check_violation';
END IF;
IF OLD.signed_at IS NOT NULL AND NEW.signed_at IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION '% is signed: open the review again before it is changed', OLD.code
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
_PART_OF_A_SIGNED_RUN_STAYS = """
PERFORM FROM synthesis_carbonizationrun
  WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.run_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.run_id END)
    FOR KEY SHARE;
IF EXISTS (SELECT FROM synthesis_carbonizationrun WHERE signed_at IS NOT NULL
            AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.run_id END,
                       CASE WHEN TG_OP <> 'DELETE' THEN NEW.run_id END))
THEN
    RAISE EXCEPTION 'the run is signed: open the review again before it is changed' USING ERRCODE = 'check_violation';
END IF;
IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
RETURN NEW;
"""


def _run_stays() -> pgtrigger.Trigger:
    """For the parts of a run: nothing is added to a signed run, changed in it or taken out of it."""
    return pgtrigger.Trigger(
        name="signed_run_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=_PART_OF_A_SIGNED_RUN_STAYS,
    )


@tracked()
class CarbonizationRun(Record):
    PREFIX = "CR"

    code = models.CharField(_("code"), max_length=32, unique=True, editable=False)
    project = models.ForeignKey(
        "synthesis.Project",
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        related_name="carbonization_runs",
    )
    furnace = models.CharField(_("furnace"), max_length=80, blank=True)
    atmosphere = models.CharField(_("atmosphere"), max_length=40, default="N2")
    flow_mL_per_min = measured(_("gas flow (mL/min)"))
    started_at = models.DateTimeField(_("started"), db_default=Now())
    highest_temperature_degC = measured(_("highest temperature reached (°C)"), lowest=-273.15)
    note = models.TextField(_("note"), blank=True)
    simulated = models.BooleanField(_("simulated"), default=False, editable=False)
    planned = models.JSONField(_("planned values"), default=dict, blank=True, editable=False)
    reasons = models.JSONField(_("reasons for deviations"), default=dict, blank=True, editable=False)
    protocol = models.ForeignKey(
        "synthesis.ProtocolVersion",
        verbose_name=_("protocol"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="runs",
    )
    equipment = models.ForeignKey(
        "synthesis.Instrument",
        verbose_name=_("equipment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="runs",
    )
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("carbonization run")
        verbose_name_plural = _("carbonization runs")
        indexes = (models.Index(fields=("highest_temperature_degC",), name="run_by_temperature"),)
        triggers = (
            pgtrigger.Trigger(
                name="signed_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=_SIGNED_RUN_STAYS
            ),
        )

    def __str__(self) -> str:
        return self.code

    def save(self, *args: object, **kwargs: object) -> None:
        if self._state.adding:
            if self.code:
                codes.claim(self.code, self._meta.db_table)
            self.code = self.code or codes.next_code(self.PREFIX)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passes through whatever Django's signature takes

    def get_absolute_url(self) -> str:
        return f"/furnace-runs/{self.code}/"


@tracked()
class ProgrammeSegment(Record):
    """One line of the furnace programme: a ramp from one temperature to another, then a hold."""

    run = models.ForeignKey(CarbonizationRun, on_delete=models.CASCADE, related_name="segments")
    number = models.PositiveSmallIntegerField(_("segment"))
    from_degC = models.FloatField(_("from (°C)"))
    to_degC = models.FloatField(_("to (°C)"))
    rate_degC_per_min = models.FloatField(_("rate (°C/min)"))
    hold_h = models.FloatField(_("hold (h)"), default=0)

    class Meta:
        ordering = ("run", "number")
        constraints = (
            models.UniqueConstraint(fields=("run", "number"), name="segment_number_once"),
            models.CheckConstraint(condition=Q(rate_degC_per_min__gt=0), name="ramp_goes_somewhere"),
            models.CheckConstraint(condition=Q(hold_h__gte=0), name="hold_not_negative"),
        )
        triggers = (_run_stays(),)

    def __str__(self) -> str:
        return f"{self.from_degC:g} → {self.to_degC:g} °C, {self.hold_h:g} h"


class ProgrammePeak(models.Model):
    """The hottest part of a run's programme, kept by PostgreSQL (a trigger on segments) so that it can be searched."""

    run = models.OneToOneField(
        CarbonizationRun, on_delete=models.CASCADE, primary_key=True, related_name="peak"
    )
    to_degC = models.FloatField(db_index=True)
    hold_h = models.FloatField()
    rate_degC_per_min = models.FloatField()

    def __str__(self) -> str:
        return f"{self.run} {self.to_degC:g} °C"


@tracked()
class CarbonAdditive(Sample):
    """A carbon additive lot: bought (SP) or from a boat of a furnace run. ``group`` is its kind of carbon."""

    KIND = Kind.ADDITIVE
    PREFIX = "CCA"

    supplier = models.CharField(_("supplier"), max_length=120, blank=True)
    lot_number = models.CharField(_("supplier's lot number"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("carbon additive lot")
        verbose_name_plural = _("carbon additive lots")
        triggers = (signed_stays(),)


@tracked()
class Boat(Record):
    """What went into the furnace in one boat and what came out; the masses are also in the ledger."""

    run = models.ForeignKey(CarbonizationRun, on_delete=models.CASCADE, related_name="boats")
    number = models.PositiveSmallIntegerField(_("boat"))
    source = models.ForeignKey(
        Sample, verbose_name=_("put in"), on_delete=models.PROTECT, related_name="boats"
    )
    additive = models.OneToOneField(
        CarbonAdditive, verbose_name=_("came out"), on_delete=models.PROTECT, related_name="boat"
    )
    mass_in_g = models.DecimalField(_("mass in (g)"), max_digits=14, decimal_places=6)
    mass_out_g = models.DecimalField(_("mass out (g)"), max_digits=14, decimal_places=6)

    class Meta:
        ordering = ("run", "number")
        verbose_name = _("boat")
        verbose_name_plural = _("boats")
        constraints = (
            models.UniqueConstraint(fields=("run", "number"), name="boat_number_once"),
            models.CheckConstraint(condition=Q(mass_in_g__gt=0), name="boat_holds_something"),
            models.CheckConstraint(
                condition=Q(mass_out_g__gt=0, mass_out_g__lte=F("mass_in_g")),
                name="nothing_grows_in_a_furnace",
            ),
        )
        triggers = (_run_stays(),)

    def __str__(self) -> str:
        return f"{self.run} · {self.number}"

    @property
    def yield_percent(self) -> float:
        return float(100 * self.mass_out_g / self.mass_in_g)
