"""What was found in a measurement: by which method and version, under which conditions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from characterization.models.choices import AUTOMATIC, AnalysisChoice
from characterization.models.measurements import Measurement


class Analysis(models.Model):
    """One run of one method on one measurement. A newer version or other conditions are a new row beside it.

    ``tables`` maps names to sha256 of Parquet files ({"curves": …}); ``conditions`` is what it was told. ``choice`` is
    what a person had chosen for it, with its number in ``choice_version``; 1 is what the method finds by itself.
    """

    measurement = models.ForeignKey(Measurement, on_delete=models.CASCADE, related_name="analyses")
    method = models.CharField(_("method"), max_length=60)
    method_version = models.CharField(_("version"), max_length=20)
    conditions = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    tables = models.JSONField(default=dict)
    flags = models.JSONField(default=list)
    choice = models.ForeignKey(AnalysisChoice, on_delete=models.SET_NULL, null=True, related_name="analyses")
    choice_version = models.PositiveSmallIntegerField(_("version"), default=AUTOMATIC)
    current = models.BooleanField(default=True)
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("id",)
        verbose_name = _("analysis")
        verbose_name_plural = _("analyses")
        constraints = (
            models.UniqueConstraint(
                fields=("measurement", "method"),
                condition=Q(current=True),
                name="one_current_analysis_per_method",
            ),
        )

    def __str__(self) -> str:
        """Method and version, and the version of what was chosen for it where somebody chose."""
        chosen = f", version {self.choice_version}" if self.choice_version != AUTOMATIC else ""
        return f"{self.method} {self.method_version}{chosen}"


class Finding(models.Model):
    """``name`` is stable and of the field; ``subject`` tells findings of one name apart (region, peak, cycle)."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="findings")
    name = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    value = models.FloatField(null=True)
    unit = models.CharField(max_length=40, blank=True)
    uncertainty = models.FloatField(null=True)
    convention = models.CharField(max_length=300, blank=True)
    subject = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("analysis", "name", "subject"), name="a_finding_once"),
        )
        indexes = (models.Index(fields=("name", "value"), name="finding_by_name"),)

    def __str__(self) -> str:
        return f"{self.name} = {self.value} {self.unit}"


class Cycle(models.Model):
    """One cycle of a cell's test, absolute (mAh, mWh, V); per gram and per cm² are made when they are shown."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="cycles")
    cycle = models.PositiveIntegerField()
    vendor_cycle = models.IntegerField(null=True)
    charge_capacity_mAh = models.FloatField(null=True)
    discharge_capacity_mAh = models.FloatField(null=True)
    coulombic_efficiency_percent = models.FloatField(null=True)
    charge_energy_mWh = models.FloatField(null=True)
    discharge_energy_mWh = models.FloatField(null=True)
    energy_efficiency_percent = models.FloatField(null=True)
    mean_charge_voltage_V = models.FloatField(null=True)
    mean_discharge_voltage_V = models.FloatField(null=True)
    hysteresis_V = models.FloatField(null=True)
    cv_share_percent = models.FloatField(null=True)
    end_of_charge_voltage_V = models.FloatField(null=True)
    end_of_discharge_voltage_V = models.FloatField(null=True)
    charge_c_rate = models.FloatField(null=True)
    discharge_c_rate = models.FloatField(null=True)
    internal_resistance_ohm = models.FloatField(null=True)
    first_time_s = models.FloatField(null=True)
    last_time_s = models.FloatField(null=True)
    complete = models.BooleanField(default=True)

    class Meta:
        ordering = ("cycle",)
        constraints = (models.UniqueConstraint(fields=("analysis", "cycle"), name="a_cycle_once"),)

    def __str__(self) -> str:
        return f"{self.analysis} cycle {self.cycle}"
