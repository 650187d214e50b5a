"""The furnace run: its programme in segments and its boats, on one form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, groups
from synthesis.forms.fields import MeasuredField, QuantityField
from synthesis.forms.rows import SampleField
from synthesis.forms.steps import callback, offer_projects
from synthesis.furnace import BoatLoad
from synthesis.models import CarbonizationRun, ProgrammeSegment

PLANNED_SEGMENTS = (
    {"from_degC": "25", "to_degC": "700", "rate_degC_per_min": "5", "hold_h": "4"},
    {"from_degC": "700", "to_degC": "25", "rate_degC_per_min": "5", "hold_h": "0"},
)


class RunForm(forms.ModelForm[CarbonizationRun]):
    class Meta:
        model = CarbonizationRun
        fields = (
            "project",
            "furnace",
            "atmosphere",
            "flow_mL_per_min",
            "started_at",
            "highest_temperature_degC",
            "note",
        )
        formfield_callback = callback

    def __init__(self, *args: Any, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor
        offer_projects(self.fields["project"], actor)
        self.fields["started_at"].required = False
        self.initial.setdefault("started_at", timezone.localtime())

    def clean_started_at(self) -> Any:
        return self.cleaned_data["started_at"] or timezone.now()

    @property
    def group_names(self) -> list[str]:
        return groups.offered(self.actor)


class SegmentForm(forms.Form):
    from_degC = MeasuredField("°C", label=gettext_lazy("From"), lowest=-273.15)
    to_degC = MeasuredField("°C", label=gettext_lazy("To"), lowest=-273.15)
    rate_degC_per_min = MeasuredField("°C/min", label=gettext_lazy("Rate"))
    hold_h = MeasuredField("h", label=gettext_lazy("Hold"), lowest=0, required=False)

    def clean_rate_degC_per_min(self) -> float:
        rate: float = self.cleaned_data["rate_degC_per_min"]
        if rate <= 0:
            raise forms.ValidationError(_("A rate is above zero, for cooling too."), code="too_low")
        return rate

    @property
    def segment(self) -> ProgrammeSegment:
        values = self.cleaned_data
        return ProgrammeSegment(**{**values, "hold_h": values.get("hold_h") or 0})


class BoatForm(forms.Form):
    source = SampleField(label=gettext_lazy("Put in"), kinds="nanosponge,impregnated,freeze_dried")
    mass_in = QuantityField("g", label=gettext_lazy("Mass in"))
    mass_out = QuantityField("g", label=gettext_lazy("Mass out"))
    group = forms.CharField(
        label=gettext_lazy("Additive"), max_length=60, widget=forms.TextInput({"list": "groups"})
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=120, required=False)

    def __init__(self, *args: Any, actor: access.Actor | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        source = self.fields["source"]
        assert isinstance(source, SampleField)  # noqa: S101  # narrows the type of the field declared above
        source.actor = actor
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("aria-label", str(field.label))
            field.widget.attrs.setdefault("data-column", "sample" if name == "source" else name)

    @property
    def load(self) -> BoatLoad:
        return BoatLoad(**self.cleaned_data, field=self.add_prefix("mass_in"))


SegmentRows: Any = forms.formset_factory(SegmentForm, extra=1, max_num=40, absolute_max=40)
BoatRows: Any = forms.formset_factory(
    BoatForm, extra=1, min_num=1, max_num=20, absolute_max=20, validate_min=True
)
