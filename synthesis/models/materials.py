"""What is bought: materials and their lots."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from synthesis import material_rules
from synthesis.hazards import Statement, statements
from synthesis.models.pictograms import PictogramsField
from synthesis.models.samples import Kind, Sample, signed_stays
from synthesis.records import Record, tracked


@tracked()
class Material(Record):
    class Phase(models.TextChoices):
        SOLID = "solid", _("solid")
        LIQUID = "liquid", _("liquid")
        GAS = "gas", _("gas")

    name = models.CharField(_("name"), max_length=120, unique=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    formula = models.CharField(_("formula"), max_length=120, blank=True)
    cas_number = models.CharField(_("CAS number"), max_length=12, blank=True)
    molar_mass_g_per_mol = models.DecimalField(
        _("molar mass (g/mol)"), max_digits=12, decimal_places=5, null=True, blank=True
    )
    density_g_per_mL = models.DecimalField(
        _("density (g/mL)"), max_digits=10, decimal_places=5, null=True, blank=True
    )
    supplier = models.CharField(_("usual supplier"), max_length=120, blank=True)
    pictograms = PictogramsField(_("GHS pictograms"), default=list, blank=True)
    signal_word = models.CharField(
        _("signal word"),
        max_length=8,
        blank=True,
        choices=(("danger", _("Danger")), ("warning", _("Warning"))),
    )
    hazard_statements = models.CharField(
        _("hazard statements"), max_length=300, blank=True, help_text=_("H phrases: H301 H315 EUH014")
    )
    precautionary_statements = models.CharField(
        _("precautionary statements"), max_length=400, blank=True, help_text=_("P phrases: P280 P301+P310")
    )
    low_stock_amount = models.DecimalField(
        _("order again below"), max_digits=14, decimal_places=6, null=True, blank=True
    )
    low_stock_unit = models.CharField(max_length=8, default="g", editable=False)
    phase = models.CharField(_("phase"), max_length=8, choices=Phase.choices, default=Phase.SOLID)

    class Meta:
        ordering = ("name",)
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        constraints = (
            models.CheckConstraint(
                condition=Q(molar_mass_g_per_mol__isnull=True) | Q(molar_mass_g_per_mol__gt=0),
                name="molar_mass_positive",
            ),
            models.CheckConstraint(
                condition=Q(density_g_per_mL__isnull=True) | Q(density_g_per_mL__gt=0),
                name="density_positive",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Brings formula and phrases into one spelling; what does not fit is said by field."""
        if errors := material_rules.check(self):
            raise ValidationError(dict(errors))

    def get_absolute_url(self) -> str:
        return f"/materials/{self.pk}/"

    @property
    def hazard_lines(self) -> list[Statement]:
        """Its H phrases with their words."""
        return statements(self.hazard_statements)


@tracked()
class MaterialLot(Sample):
    KIND = Kind.LOT
    PREFIX = "LOT"

    material = models.ForeignKey(
        Material, verbose_name=_("material"), on_delete=models.PROTECT, related_name="lots"
    )
    supplier = models.CharField(_("supplier"), max_length=120, blank=True)
    lot_number = models.CharField(_("supplier's lot number"), max_length=80, blank=True)
    purity_percent = models.DecimalField(
        _("purity (%)"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    opened_on = models.DateField(_("opened"), null=True, blank=True)
    expires_on = models.DateField(_("best before"), null=True, blank=True)

    class Meta:
        verbose_name = _("material lot")
        verbose_name_plural = _("material lots")
        indexes = (models.Index(fields=("expires_on",), name="lot_expires"),)
        triggers = (signed_stays(),)
        constraints = (
            models.CheckConstraint(
                condition=Q(purity_percent__isnull=True) | Q(purity_percent__gt=0, purity_percent__lte=100),
                name="purity_is_a_share",
            ),
        )
