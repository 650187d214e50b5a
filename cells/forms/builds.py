"""Cathode batches and cells: steps that draw down samples, with figures that follow from the recipe."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cells import kinds, services
from cells.models import CathodeBatch, CathodeRecipe, Cell, Channel, RecipeComponent
from cells.recipes import planned_text
from synthesis import access
from synthesis.forms.fields import split_label
from synthesis.forms.rows import SampleField
from synthesis.forms.steps import COMMON, StepForm, callback
from synthesis.ledger import Take
from synthesis.models import Sample
from synthesis.units import Quantity, plain


class CathodeForm(StepForm):
    title = gettext_lazy("Composite cathode batch")
    made_label = gettext_lazy("Mass obtained")
    made_unit = "mg"
    takes_unit = "mg"
    free_rows = 0

    class Meta:
        model = CathodeBatch
        fields = (*COMMON, "recipe", "target_mass_mg", "mixing_method", "mixing_time_min")
        formfield_callback = callback

    def __init__(self, *args: Any, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, actor=actor, **options)
        recipe = self.fields["recipe"]
        assert isinstance(recipe, forms.ModelChoiceField)  # noqa: S101  # narrows the type
        recipe.queryset = access.visible(CathodeRecipe.objects.all(), actor)
        recipe.empty_label = None
        self.fields["group"].help_text = _("Left empty it is that of the additive.")

    def finish(self, product: Sample, takes: Sequence[Take]) -> None:
        super().finish(product, takes)
        target = self.cleaned_data["target_mass_mg"]
        for component in self.cleaned_data["recipe"].components.all() if target else ():
            product.planned[component.material] = planned_text(component, target)


def roles_of(recipe: CathodeRecipe, target_mg: float | None = None) -> list[dict[str, Any]]:
    """One row per component, with the mass that its share asks for where a target is known, and its tolerance."""
    return [_role_of(component, target_mg) for component in recipe.components.all()]


def _role_of(component: RecipeComponent, target_mg: float | None) -> dict[str, Any]:
    share = f"{plain(component.share_wt_percent)} wt %"
    row = {
        "role": component.material,
        "unit": "mg",
        "share": share,
        "from": "yes" if component.role == component.Role.ADDITIVE else "",
        "planned": planned_text(component, target_mg) if target_mg else share,
    }
    return row | ({"limit": component.limit} if component.limit else {})


class CellForm(StepForm):
    """One cell; composite and active mass follow from the cathode taken where they are left empty."""

    title = gettext_lazy("Cell")
    made_unit = "piece"
    takes_unit = "mg"
    free_rows = 1
    roles = (
        {"role": "cathode", "unit": "mg"},
        {"role": "separator", "unit": "mg"},
        {"role": "anode", "unit": "mg"},
    )
    plan: ClassVar[dict[str, float]] = {
        "lower_voltage_V": 1.4,
        "upper_voltage_V": 3.7,
        "temperature_degC": 60,
    }

    class Meta:
        model = Cell
        fields = (
            *COMMON,
            "format",
            "composite_mass_mg",
            "active_mass_mg",
            "area_cm2",
            "separator",
            "separator_mass_mg",
            "separator_thickness_um",
            "separator_density_g_per_cm3",
            "electrolyte",
            "electrolyte_volume_uL",
            "anode",
            "anode_mass_mg",
            "anode_capacity_mAh_per_g",
            "fabrication_pressure_MPa",
            "stack_pressure_MPa",
            "temperature_degC",
            "lower_voltage_V",
            "upper_voltage_V",
            "voltage_reference",
            "nominal_capacity_mAh_per_g",
            "c_rate",
            "planned_cycles",
            "first_direction",
        )
        formfield_callback = callback

    def __init__(self, *args: Any, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, actor=actor, **options)
        del self.fields["amount_made"]
        self.fields["composite_mass_mg"].help_text = _("Left empty: what is taken of the cathode.")
        self.fields["active_mass_mg"].help_text = _(
            "Left empty: by what was weighed into the cathode, else by its recipe."
        )
        self.fields["separator_mass_mg"].help_text = _("Left empty: what is taken as separator.")
        self.fields["separator_density_g_per_cm3"].help_text = _(
            "Left empty: of the material or the crystal, where it is known."
        )
        self.fields["anode_capacity_mAh_per_g"].help_text = _("Of the anode mass above; lithium has 3861.")
        self.fields["format"].widget.attrs["data-hides"] = json.dumps(kinds.HAS_NOT)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        values["amount_made"] = Quantity(Decimal(1), "piece")
        low, high = values.get("lower_voltage_V"), values.get("upper_voltage_V")
        if low is not None and high is not None and low >= high:
            self.add_error(
                "upper_voltage_V",
                _("The window ends at %(high)s V, below its start at %(low)s V.")
                % {"high": f"{high:g}", "low": f"{low:g}"},
            )
        self._refuse_needless(values)
        active, composite = values.get("active_mass_mg"), values.get("composite_mass_mg")
        if active is not None and composite is not None and active > composite:
            self.add_error(
                "active_mass_mg",
                _("%(active)s mg of active material in %(composite)s mg of composite cannot be.")
                % {"active": f"{active:g}", "composite": f"{composite:g}"},
            )
        return values

    def _refuse_needless(self, values: dict[str, Any]) -> None:
        """Says of what a cell of this kind has not, beside its field."""
        kind = values.get("format", "")
        given = [name for name in kinds.NAMES if name in self.fields and values.get(name) not in (None, "")]
        for name in kinds.needless(kind, given):
            label = split_label(str(self.fields[name].label))[0]
            said = _("A cell of this kind (%(kind)s) has no %(label)s: leave it empty.")
            self.add_error(name, said % {"kind": Cell.Format(kind).label, "label": label})

    def planned_values(self) -> dict[str, Any]:
        kind = self.cleaned_data.get("format", "")
        return {name: value for name, value in super().planned_values().items() if kinds.has(kind, name)}

    def finish(self, product: Sample, takes: Sequence[Take]) -> None:
        super().finish(product, takes)
        assert isinstance(product, Cell)  # noqa: S101  # this form's model
        services.complete(product, takes)


class ChannelForm(forms.ModelForm[Channel]):
    class Meta:
        model = Channel
        fields = ("instrument", "name")

    def __init__(self, *args: Any, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["instrument"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # narrows the type
        field.queryset = access.visible_instruments(actor)


class PutOnForm(forms.Form):
    cell = SampleField(label=gettext_lazy("Cell"), kinds="cell")

    def __init__(self, *args: Any, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["cell"]
        assert isinstance(field, SampleField)  # noqa: S101  # narrows the type
        field.actor = actor

    def clean_cell(self) -> Cell:
        sample: Sample = self.cleaned_data["cell"]
        own = sample.own
        if not isinstance(own, Cell):
            raise forms.ValidationError(
                _("%(code)s is a %(kind)s; a channel takes a cell.")
                % {"code": sample.code, "kind": sample.get_kind_display()}
            )
        return own
