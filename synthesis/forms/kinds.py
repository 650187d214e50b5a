"""One form per kind of sample on this floor. Planned values are the reference study's, where it gives them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from synthesis import access
from synthesis.forms.fields import MeasuredField
from synthesis.forms.steps import COMMON, WITHOUT_GROUP, StepForm, callback
from synthesis.ledger import Take
from synthesis.models import (
    CarbonAdditive,
    ElectrolyteBatch,
    FreezeDriedBatch,
    ImpregnatedBatch,
    MaterialLot,
    NanospongeBatch,
    Sample,
)
from synthesis.protocols import Plan
from synthesis.units import Quantity, dimension

WATER_G_PER_ML = Decimal("0.997")  # at 25 °C


class LotForm(StepForm):
    title = _("Material lot")
    made_label = _("Amount delivered")
    made_hint = _("With its unit: 500 g, 1 L.")
    made_required = True

    class Meta:
        model = MaterialLot
        fields = (
            "project",
            "material",
            "supplier",
            "lot_number",
            "purity_percent",
            "opened_on",
            "expires_on",
            "made_at",
            "place",
            "note",
        )
        formfield_callback = callback
        labels: ClassVar[dict[str, Any]] = {"made_at": _("Arrived")}

    def fit(self, made: Quantity) -> Quantity:
        self.made_unit = "mL" if dimension(made.unit) == "volume" else "g"  # type: ignore[misc]  # of this one delivery
        return super().fit(made)

    def finish(self, product: Sample, takes: Sequence[Take]) -> None:
        super().finish(product, takes)
        made: Quantity = self.cleaned_data["amount_made"]
        product.unit = "mL" if dimension(made.unit) == "volume" else "g"
        product.name = str(self.cleaned_data["material"])


class NanospongeForm(StepForm):
    title = _("Nanosponge batch")
    made_label = _("Dry yield")
    roles = (
        {"role": "kerosene", "unit": "mL", "planned": "200 mL", "section": "oil"},
        {"role": "span 60", "unit": "g"},
        {"role": "tween 20", "unit": "g"},
        {"role": "β-cyclodextrin", "unit": "g"},
        {"role": "epichlorohydrin", "unit": "mL"},
        {"role": "melamine", "unit": "g"},
    )
    plan: ClassVar[dict[str, float]] = {
        "water_mL": 50,
        "stirring_speed_rpm": 300,
        "stirring_time_min": 30,
        "stirring_temperature_degC": 30,
        "addition_rate_mL_per_min": 5,
        "reaction_temperature_degC": 70,
        "reaction_time_h": 3,
    }
    late = ("washing", "drying")
    results = ("wet_yield_g",)

    class Meta:
        model = NanospongeBatch
        fields = (
            *WITHOUT_GROUP,
            "water_mL",
            "stirring_speed_rpm",
            "stirring_time_min",
            "stirring_temperature_degC",
            "addition_rate_mL_per_min",
            "reaction_temperature_degC",
            "reaction_time_h",
            "washing",
            "drying",
            "wet_yield_g",
        )
        formfield_callback = callback

    def __init__(self, *args: Any, actor: access.Actor, plan: Plan | None = None, **options: Any) -> None:
        super().__init__(*args, actor=actor, plan=plan, **options)
        water = self.fields["water_mL"]
        assert isinstance(water, MeasuredField)  # noqa: S101  # as the model has it
        water.density_g_per_mL = WATER_G_PER_ML


class ImpregnationForm(StepForm):
    title = _("Impregnation")
    made_label = _("Mass after soaking")
    roles = (
        {"role": "nanosponge", "unit": "g", "planned": "20 g"},
        {"role": "Mo salt", "unit": "mol", "planned": "0.005 mol"},
        {"role": "Ni salt", "unit": "mol", "planned": "0.05 mol"},
    )
    plan: ClassVar[dict[str, float]] = {"solvent_volume_mL": 100, "soak_time_h": 24}

    class Meta:
        model = ImpregnatedBatch
        fields = (*COMMON, "solvent", "solvent_volume_mL", "soak_time_h", "soak_temperature_degC")
        formfield_callback = callback


class FreezeDryingForm(StepForm):
    title = _("Freeze-drying")
    made_label = _("Mass out")
    roles = ({"role": "impregnated batch", "unit": "g"},)
    free_rows = 0
    plan: ClassVar[dict[str, float]] = {"temperature_degC": -60, "pressure_Pa": 9}

    class Meta:
        model = FreezeDriedBatch
        fields = (*WITHOUT_GROUP, "equipment", "temperature_degC", "pressure_Pa", "time_h")
        formfield_callback = callback


class AdditiveForm(StepForm):
    title = _("Bought additive")
    made_label = _("Amount delivered")
    made_hint = _("With its unit: 100 g.")
    made_required = True

    class Meta:
        model = CarbonAdditive
        fields = (*COMMON, "supplier", "lot_number")
        formfield_callback = callback


class ElectrolyteForm(StepForm):
    title = _("Electrolyte batch")
    results = ("ionic_conductivity_mS_per_cm",)
    roles = ({"role": "Li2S", "unit": "g"}, {"role": "P2S5", "unit": "g"}, {"role": "LiCl", "unit": "g"})

    class Meta:
        model = ElectrolyteBatch
        fields = (
            *WITHOUT_GROUP,
            "equipment",
            "composition",
            "mill_speed_rpm",
            "mill_time_h",
            "anneal_temperature_degC",
            "anneal_time_h",
            "ionic_conductivity_mS_per_cm",
        )
        formfield_callback = callback
