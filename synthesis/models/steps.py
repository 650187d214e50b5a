"""The steps before the furnace, each with what it made: nanosponge, impregnated, freeze-dried; and the electrolyte."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from synthesis.models.samples import Kind, Sample, signed_stays
from synthesis.records import tracked


def measured(label: object, *, lowest: float | None = 0) -> models.FloatField[float | None, float | None]:
    """A measured value of a step; the unit stands in the label and in the field's name."""
    validators = [] if lowest is None else [MinValueValidator(lowest)]
    return models.FloatField(label, null=True, blank=True, validators=validators)  # type: ignore[arg-type]


@tracked()
class NanospongeBatch(Sample):
    """Inverse emulsion polymerisation of β-cyclodextrin. The reagents are uses of lots in the ledger."""

    KIND = Kind.NANOSPONGE
    PREFIX = "NS"

    stirring_speed_rpm = measured(_("stirring (r/min)"))
    stirring_time_min = measured(_("stirring time (min)"))
    stirring_temperature_degC = measured(_("temperature while stirring (°C)"), lowest=-273.15)
    addition_rate_mL_per_min = measured(_("addition rate (mL/min)"))
    reaction_temperature_degC = measured(_("reaction temperature (°C)"), lowest=-273.15)
    reaction_time_h = measured(_("reaction time (h)"))
    water_mL = measured(_("water (mL)"))
    washing = models.CharField(_("washing"), max_length=200, blank=True)
    drying = models.CharField(_("drying"), max_length=200, blank=True)
    wet_yield_g = measured(_("wet yield (g)"))

    class Meta:
        verbose_name = _("nanosponge batch")
        verbose_name_plural = _("nanosponge batches")
        triggers = (signed_stays(),)


@tracked()
class ImpregnatedBatch(Sample):
    """Nanosponge soaked with metal salts; nanosponge and salts are uses in the ledger."""

    KIND = Kind.IMPREGNATED
    PREFIX = "IM"

    solvent = models.CharField(_("solvent"), max_length=60, blank=True)
    solvent_volume_mL = measured(_("solvent volume (mL)"))
    soak_time_h = measured(_("soak time (h)"))
    soak_temperature_degC = measured(_("soak temperature (°C)"), lowest=-273.15)

    class Meta:
        verbose_name = _("impregnated batch")
        verbose_name_plural = _("impregnated batches")
        triggers = (signed_stays(),)


@tracked()
class FreezeDriedBatch(Sample):
    KIND = Kind.FREEZE_DRIED
    PREFIX = "FD"

    temperature_degC = measured(_("shelf or trap temperature (°C)"), lowest=-273.15)
    pressure_Pa = measured(_("pressure (Pa)"))
    time_h = measured(_("time (h)"))

    class Meta:
        verbose_name = _("freeze-dried batch")
        verbose_name_plural = _("freeze-dried batches")
        triggers = (signed_stays(),)


@tracked()
class ElectrolyteBatch(Sample):
    """Li6PS5Cl or another solid electrolyte made in the laboratory by milling and annealing."""

    KIND = Kind.ELECTROLYTE
    PREFIX = "LPSC"

    composition = models.CharField(_("composition"), max_length=80, default="Li6PS5Cl")
    mill_speed_rpm = measured(_("mill speed (r/min)"))
    mill_time_h = measured(_("milling time (h)"))
    anneal_temperature_degC = measured(_("annealing temperature (°C)"), lowest=-273.15)
    anneal_time_h = measured(_("annealing time (h)"))
    ionic_conductivity_mS_per_cm = measured(_("ionic conductivity (mS/cm)"))

    class Meta:
        verbose_name = _("electrolyte batch")
        verbose_name_plural = _("electrolyte batches")
        triggers = (signed_stays(),)
