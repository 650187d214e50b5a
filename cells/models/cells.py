"""The cell: masses, area, pressures, window and its reference, and whether statistics count it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from synthesis.models.samples import Kind, Sample, signed_stays
from synthesis.models.steps import measured
from synthesis.records import tracked

LI_IN_ABOVE_LI_V = 0.62
"""A Li-In anode sits 0.62 V above Li⁺/Li."""
AFTERWARDS = ("left_out", "left_out_reason", "post_mortem", "post_mortem_on", "post_mortem_note")
"""What is learnt of a cell after it was built, and may be written after its making was signed."""


@tracked()
class Cell(Sample):
    KIND = Kind.CELL
    PREFIX = "CELL"
    UNIT = "piece"

    class Format(models.TextChoices):
        DIE = "die", _("die cell")
        POUCH = "pouch", _("pouch cell")
        COIN = "coin", _("coin cell")
        NON_ACTIVE = "non_active", _("non-active-material cell")
        SYMMETRIC = "symmetric", _("symmetric cell")
        ION_BLOCKING = "ion_blocking", _("ion-blocking cell")

    class Reference(models.TextChoices):
        LI_IN = "In-InLi", _("vs In-InLi")
        LI = "Li+/Li", _("vs Li⁺/Li")
        CELL = "cell", _("cell voltage")

    class FirstDirection(models.TextChoices):
        CHARGE = "charge", _("charge")
        DISCHARGE = "discharge", _("discharge")

    class PostMortem(models.TextChoices):
        OPENED = "opened", _("opened, nothing found")
        SHORT = "short", _("short found")
        DELAMINATED = "delaminated", _("delaminated")
        CRACKED = "cracked", _("separator cracked")
        LEAKED = "leaked", _("leaked or took up air")
        CONTACT = "contact", _("lost contact")
        OTHER = "other", _("other, see note")

    format = models.CharField(_("cell kind"), max_length=14, choices=Format.choices, default=Format.DIE)
    composite_mass_mg = measured(_("composite mass (mg)"))
    active_mass_mg = measured(_("active mass (mg)"))
    area_cm2 = measured(_("area (cm²)"))
    separator = models.CharField(_("separator"), max_length=80, blank=True, default="Li6PS5Cl")
    separator_mass_mg = measured(_("separator mass (mg)"))
    separator_thickness_um = measured(_("separator thickness (µm)"))
    separator_density_g_per_cm3 = measured(_("density of the separator's material (g/cm³)"))
    separator_density_from = models.CharField(_("density by"), max_length=120, blank=True)
    electrolyte = models.CharField(_("liquid electrolyte"), max_length=120, blank=True)
    electrolyte_volume_uL = measured(_("electrolyte volume (µL)"))
    anode = models.CharField(_("anode"), max_length=80, blank=True)
    anode_mass_mg = measured(_("anode mass (mg)"))
    anode_capacity_mAh_per_g = measured(_("anode capacity (mAh/g)"))
    fabrication_pressure_MPa = measured(_("fabrication pressure (MPa)"))
    stack_pressure_MPa = measured(_("stack pressure (MPa)"))
    temperature_degC = measured(_("test temperature (°C)"), lowest=-273.15)
    lower_voltage_V = measured(_("lower voltage limit (V)"), lowest=None)
    upper_voltage_V = measured(_("upper voltage limit (V)"), lowest=None)
    voltage_reference = models.CharField(
        _("voltage reference"), max_length=10, choices=Reference.choices, default=Reference.LI_IN
    )
    nominal_capacity_mAh_per_g = measured(_("nominal capacity (mAh/g)"))
    c_rate = measured(_("C-rate"))
    planned_cycles = models.PositiveIntegerField(_("planned cycles"), null=True, blank=True)
    first_direction = models.CharField(
        _("starts with"),
        max_length=10,
        choices=FirstDirection.choices,
        blank=True,
        help_text=_("Empty: as the data say. A Li-In or Li cell with a cathode starts with a charge."),
    )
    left_out = models.BooleanField(_("left out of statistics"), default=False)
    left_out_reason = models.CharField(_("why it is left out"), max_length=200, blank=True)
    post_mortem = models.CharField(_("post-mortem"), max_length=12, choices=PostMortem.choices, blank=True)
    post_mortem_on = models.DateField(_("opened on"), null=True, blank=True)
    post_mortem_note = models.TextField(_("what was found"), blank=True)

    class Meta:
        verbose_name = _("cell")
        verbose_name_plural = _("cells")
        triggers = (signed_stays(*AFTERWARDS),)
        indexes = (models.Index(fields=("format", "sample_ptr"), name="cell_by_format"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(left_out=False) | ~Q(left_out_reason=""), name="left_out_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(active_mass_mg__isnull=True)
                | Q(composite_mass_mg__isnull=True)
                | Q(active_mass_mg__lte=models.F("composite_mass_mg")),
                name="active_within_composite",
            ),
            models.CheckConstraint(
                condition=Q(lower_voltage_V__isnull=True)
                | Q(upper_voltage_V__isnull=True)
                | Q(lower_voltage_V__lt=models.F("upper_voltage_V")),
                name="window_opens_upwards",
            ),
            models.CheckConstraint(
                condition=~Q(post_mortem="") | Q(post_mortem_on__isnull=True, post_mortem_note=""),
                name="post_mortem_says_what",
            ),
        )

    def offset_to_V(self, reference: str) -> float:
        """What to add to this cell's voltages so that they stand against ``reference``; 0 where that is not defined."""
        if self.voltage_reference == self.Reference.LI_IN and reference == self.Reference.LI:
            return LI_IN_ABOVE_LI_V
        if self.voltage_reference == self.Reference.LI and reference == self.Reference.LI_IN:
            return -LI_IN_ABOVE_LI_V
        return 0.0
