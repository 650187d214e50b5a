"""A recipe with its components, whose shares must add to 100 wt %."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cells.models import CathodeRecipe, RecipeComponent
from synthesis import access, units
from synthesis.errors import Refusal
from synthesis.forms.fields import UnitInput, said
from synthesis.forms.steps import offer_projects


class ShareField(forms.CharField):
    """A share in wt %, kept exact."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, widget=UnitInput("wt %", {"data-share": ""}), **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value).removesuffix("wt %").removesuffix("%").strip()
        try:
            share: Decimal = units.number(text)
        except Refusal as refusal:
            raise said(refusal) from refusal
        if not 0 < share <= 100:
            raise ValidationError(_("A share is above 0 and at most 100 wt %%.") % {}, code="share")
        return share


class RecipeForm(forms.ModelForm[CathodeRecipe]):
    class Meta:
        model = CathodeRecipe
        fields = ("project", "name", "note")

    def __init__(self, *args: Any, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_projects(self.fields["project"], actor)
        self.fields["name"].help_text = _("The name of an earlier recipe makes its next version.")


class ToleranceField(forms.CharField):
    """How far a weighing may lie from its plan, in % of the plan; empty for no limit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, required=False, widget=UnitInput("± %"), **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip("±% ")
        if not text:
            return None
        try:
            tolerance: Decimal = units.number(text)
        except Refusal as refusal:
            raise said(refusal) from refusal
        if not 0 < tolerance <= 100:
            raise ValidationError(_("A tolerance is above 0 and at most 100 %%.") % {}, code="tolerance")
        return tolerance


class ComponentForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=RecipeComponent.Role.choices)
    material = forms.CharField(label=gettext_lazy("Material"), max_length=80)
    share = ShareField(label=gettext_lazy("Share"))
    tolerance = ToleranceField(label=gettext_lazy("Tolerance when weighed"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs.setdefault("aria-label", str(field.label))

    def component(self) -> RecipeComponent:
        """The component that was typed, of no recipe yet."""
        values = self.cleaned_data
        return RecipeComponent(
            role=values["role"],
            material=values["material"].strip(),
            share_wt_percent=values["share"],
            tolerance_percent=values["tolerance"],
        )


ComponentRows: Any = forms.formset_factory(
    ComponentForm, extra=0, min_num=1, max_num=20, absolute_max=20, validate_min=True
)
