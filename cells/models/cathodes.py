"""Recipes in versions whose shares sum to 100 wt %, and the batches mixed by them."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from cells import makeup
from cells.makeup import Component, Makeup
from synthesis import protocols
from synthesis.conversion import in_mass
from synthesis.deviations import Limit
from synthesis.models import LedgerEntry
from synthesis.models.samples import Kind, Sample, signed_stays
from synthesis.models.steps import measured
from synthesis.records import Record, tracked

# Deferred to the commit, so that components can be written one by one; the recipe row is locked, so that two
# writers of one recipe cannot both be right.
_SHARES_SUM_TO_100 = """
DECLARE
    recipe bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.recipe_id ELSE NEW.recipe_id END;
    total numeric;
BEGIN
    PERFORM 1 FROM cells_cathoderecipe WHERE id = recipe FOR UPDATE;
    SELECT sum(share_wt_percent) INTO total FROM cells_recipecomponent WHERE recipe_id = recipe;
    IF total IS NOT NULL AND total <> 100 THEN
        RAISE EXCEPTION 'shares of recipe % add to % wt %%, not 100', recipe, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'shares_sum_to_100';
    END IF;
    RETURN NULL;
END;
"""


@tracked()
class CathodeRecipe(Record):
    """One version of a recipe. A version that a batch was mixed by is not changed any more: a new version is made."""

    project = models.ForeignKey(
        "synthesis.Project",
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        related_name="cathode_recipes",
    )
    name = models.CharField(_("name"), max_length=120)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    note = models.TextField(_("note"), blank=True)
    simulated = models.BooleanField(_("simulated"), default=False, editable=False)

    class Meta:
        ordering = ("name", "-version")
        verbose_name = _("cathode recipe")
        verbose_name_plural = _("cathode recipes")
        constraints = (
            models.UniqueConstraint(fields=("project", "name", "version"), name="recipe_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"

    def get_absolute_url(self) -> str:
        return f"/recipes/{self.pk}/"


@tracked()
class RecipeComponent(Record):
    class Role(models.TextChoices):
        ACTIVE = "active", _("active material")
        ELECTROLYTE = "electrolyte", _("electrolyte")
        ADDITIVE = "additive", _("conductive additive")
        BINDER = "binder", _("binder")

    recipe = models.ForeignKey(CathodeRecipe, on_delete=models.CASCADE, related_name="components")
    number = models.PositiveSmallIntegerField(_("component"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    material = models.CharField(_("material"), max_length=80)
    share_wt_percent = models.DecimalField(_("share (wt %)"), max_digits=7, decimal_places=4)
    tolerance_percent = models.DecimalField(
        _("tolerance (%)"), max_digits=6, decimal_places=3, null=True, blank=True
    )

    class Meta:
        ordering = ("recipe", "number")
        verbose_name = _("recipe component")
        verbose_name_plural = _("recipe components")
        constraints = (
            models.UniqueConstraint(fields=("recipe", "number"), name="component_number_once"),
            models.CheckConstraint(
                condition=Q(share_wt_percent__gt=0, share_wt_percent__lte=100), name="share_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(tolerance_percent__isnull=True) | Q(tolerance_percent__gt=0),
                name="tolerance_above_zero",
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="shares_sum_to_100",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func=_SHARES_SUM_TO_100,
            ),
        )

    def __str__(self) -> str:
        return f"{self.material} {self.share_wt_percent.normalize():f} wt %"

    @property
    def limit(self) -> Limit | None:
        """How far a weighing may lie from its plan before a reason is asked for."""
        if self.tolerance_percent is None:
            return None
        return Limit(float(self.tolerance_percent), float(self.tolerance_percent), relative=True)

    @property
    def line(self) -> Component:
        return Component(
            self.material, self.role, self.share_wt_percent, self.limit, str(self.Role(self.role).label)
        )


WEIGHED_IN = models.Prefetch(
    "inputs", queryset=LedgerEntry.objects.select_related("sample__materiallot__material")
)
"""What went into a batch, with what its masses are told by."""


@tracked()
class CathodeBatch(Sample):
    """Composite cathode powder. What was weighed in stands in the ledger, its role being the component's material."""

    KIND = Kind.CATHODE
    PREFIX = "CAT"
    UNIT = "mg"

    recipe = models.ForeignKey(
        CathodeRecipe, verbose_name=_("recipe"), on_delete=models.PROTECT, related_name="batches"
    )
    target_mass_mg = measured(_("target mass (mg)"))
    mixing_method = models.CharField(_("mixing method"), max_length=120, blank=True)
    mixing_time_min = measured(_("mixing time (min)"))

    class Meta:
        verbose_name = _("composite cathode batch")
        verbose_name_plural = _("composite cathode batches")
        triggers = (signed_stays(),)

    @cached_property
    def makeup(self) -> Makeup:
        """What it really consists of, by the ledger."""
        lines = [component.line for component in self.recipe.components.all()]
        return makeup.of(lines, self._weighed_mg(), self.target_mass_mg, protocols.limits_of(self))

    def _weighed_mg(self) -> dict[str, Decimal]:
        """What was weighed in, by what it was used as, in small letters; what has no mass is left out."""
        found: dict[str, Decimal] = {}
        models.prefetch_related_objects([self], WEIGHED_IN)  # unless a list has done so for all its batches
        for entry in self.inputs.all():
            mass = in_mass(entry.sample, -entry.delta) if entry.kind != LedgerEntry.Kind.DISCARD else None
            if mass is not None:
                role = entry.role.lower()
                found[role] = found.get(role, Decimal(0)) + mass.to("mg").value
        return found
