"""The form of a material: what it is, its figures, its hazards, and when to order it again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import material_rules
from synthesis.errors import Refusal
from synthesis.forms.fields import QuantityField, shown
from synthesis.forms.steps import callback
from synthesis.models import Material
from synthesis.units import Quantity, dimension, plain

SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (gettext_lazy("What it is"), ("name", "short_name", "formula", "cas_number", "phase", "supplier")),
    (
        gettext_lazy("Figures"),
        ("molar_mass_g_per_mol", "density_g_per_mL", "low_stock_amount"),
    ),
    (
        gettext_lazy("Hazards"),
        ("signal_word", "hazard_statements", "precautionary_statements", "pictograms"),
    ),
)
FIELDS = tuple(name for _title, names in SECTIONS for name in names)
BASES = {"mass": "g", "volume": "mL"}
KEPT_TO = Decimal("0.000001")  # as the column keeps it


class LowStockField(QuantityField):
    """An amount in g or mL, whichever the material is kept in: "50 g", "1 L"."""

    def clean(self, value: Any) -> Quantity | None:
        found: Quantity | None = super().clean(value)
        if found is None:
            return None
        if dimension(found.unit) not in BASES:
            raise ValidationError(
                _("‘%(amount)s’: write a mass or a volume, as 50 g or 1 L.") % {"amount": found}
            )
        try:
            return found.to(BASES[dimension(found.unit)])
        except Refusal as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from refusal


class MaterialForm(forms.ModelForm[Material]):
    class Meta:
        model = Material
        fields = FIELDS
        formfield_callback = callback

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        unit = self.instance.low_stock_unit or "g"
        low = LowStockField(unit, label=_("order again below"), required=False)
        low.help_text = _("As 50 g or 1 L. Compared with what is left in all lots that one sees.")
        self.fields["low_stock_amount"] = low
        amount = self.initial.get("low_stock_amount")
        if isinstance(amount, Decimal):
            self.initial["low_stock_amount"] = shown(Quantity(amount, unit))
        for name in ("molar_mass_g_per_mol", "density_g_per_mL"):
            if isinstance(value := self.initial.get(name), Decimal):
                self.initial[name] = plain(value)
        self.fields["formula"].help_text = _("The molar mass follows from it: (NH4)6Mo7O24·4H2O.")
        self.fields["cas_number"].help_text = _("Its last digit is checked.")
        self.fields["formula"].widget.attrs |= {
            "autocomplete": "off",
            "spellcheck": "false",
            "data-formula": "",
        }

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in SECTIONS]

    def clean_low_stock_amount(self) -> Decimal | None:
        low: Quantity | None = self.cleaned_data.get("low_stock_amount")
        self.low_stock_unit = low.unit if low else self.instance.low_stock_unit
        return low.value.quantize(KEPT_TO) if low else None

    def _post_clean(self) -> None:
        if hasattr(self, "low_stock_unit"):
            self.instance.low_stock_unit = self.low_stock_unit
        super()._post_clean()  # type: ignore[misc]  # of ModelForm, which its stubs leave out

    @property
    def wanted(self) -> dict[str, Any]:
        """All columns as they would be saved, each in the one spelling that is kept."""
        return {name: getattr(self.instance, name) for name in (*FIELDS, "low_stock_unit")}

    @property
    def doubt(self) -> str:
        return material_rules.doubt(self.instance)
