"""Cathode batches and cells: steps that draw down samples, with figures that follow from the recipe."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cells.models import CathodeBatch, CathodeRecipe, Cell, Channel
from cells.services import active_share
from synthesis import access
from synthesis.conversion import in_unit_of
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
        components = self.cleaned_data["recipe"].components.all()
        target = self.cleaned_data["target_mass_mg"]
        for component in components if target else ():
            product.planned[component.material] = f"{float(component.share_wt_percent) * target / 100:g} mg"


def roles_of(recipe: CathodeRecipe, target_mg: float | None = None) -> list[dict[str, str]]:
    """One row per component, with the mass that its share asks for where a target is known."""
    return [
        {
            "role": component.material,
            "unit": "mg",
            "from": "yes" if component.role == component.Role.ADDITIVE else "",
            "planned": f"{float(component.share_wt_percent) * target_mg / 100:g} mg"
            if target_mg
            else f"{plain(component.share_wt_percent)} wt %",
        }
        for component in recipe.components.all()
    ]


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
            "anode",
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
        self.fields["active_mass_mg"].help_text = _("Left empty: by the share in the recipe.")

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
        active, composite = values.get("active_mass_mg"), values.get("composite_mass_mg")
        if active is not None and composite is not None and active > composite:
            self.add_error(
                "active_mass_mg",
                _("%(active)s mg of active material in %(composite)s mg of composite cannot be.")
                % {"active": f"{active:g}", "composite": f"{composite:g}"},
            )
        return values

    def finish(self, product: Sample, takes: Sequence[Take]) -> None:
        super().finish(product, takes)
        assert isinstance(product, Cell)  # noqa: S101  # this form's model
        cathode = next((take for take in takes if take.sample.kind == CathodeBatch.KIND), None)
        if cathode is None:
            return
        if product.composite_mass_mg is None:
            product.composite_mass_mg = float(in_unit_of(cathode.sample, cathode.amount).to("mg").value)
        own = cathode.sample.own
        share = active_share(own.recipe) if isinstance(own, CathodeBatch) else None
        if product.active_mass_mg is None and share is not None:
            product.active_mass_mg = round(product.composite_mass_mg * share, 6)


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
