"""The furnace run: its programme in segments and its boats, on one form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, deviations, groups
from synthesis.deviations import Deviation
from synthesis.forms.equipment import offer_equipment
from synthesis.forms.fields import MeasuredField, QuantityField
from synthesis.forms.reasons import LONGEST_REASON, ReasonedForm
from synthesis.forms.rows import SampleField
from synthesis.forms.steps import callback, code_field, free_code, offer_projects, past
from synthesis.furnace import BoatLoad
from synthesis.models import CarbonizationRun, ProgrammeSegment
from synthesis.protocols import Plan

PLANNED_SEGMENTS = (
    {"from_degC": 25, "to_degC": 700, "rate_degC_per_min": 5, "hold_h": 4},
    {"from_degC": 700, "to_degC": 25, "rate_degC_per_min": 5, "hold_h": 0},
)
COMPARED = {"to_degC": "°C", "rate_degC_per_min": "°C/min", "hold_h": "h"}


class RunForm(ReasonedForm, forms.ModelForm[CarbonizationRun]):
    class Meta:
        model = CarbonizationRun
        fields = (
            "project",
            "furnace",
            "equipment",
            "atmosphere",
            "flow_mL_per_min",
            "started_at",
            "highest_temperature_degC",
            "note",
        )
        formfield_callback = callback

    def __init__(self, *args: Any, actor: access.Actor, plan: Plan | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor
        self.follows = plan or self.built_in()
        offer_projects(self.fields["project"], actor)
        offer_equipment(self.fields["equipment"], actor)
        self.fields["code"] = code_field(CarbonizationRun.PREFIX)
        self.fields["started_at"].required = False
        self.initial.setdefault("started_at", timezone.localtime())

    @classmethod
    def built_in(cls) -> Plan:
        """The programme of the reference study, where no protocol is followed."""
        return Plan(segments=PLANNED_SEGMENTS)

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """What has no unit, but for the note."""
        return [
            self[name]
            for name, field in self.fields.items()
            if name != "note" and not isinstance(field, MeasuredField)
        ]

    @property
    def group_names(self) -> list[str]:
        return groups.offered(self.actor)

    def clean_started_at(self) -> Any:
        return past(self.cleaned_data["started_at"]) or timezone.now()

    def clean_code(self) -> str:
        records = CarbonizationRun.objects.all()
        return free_code(self.cleaned_data["code"], CarbonizationRun.PREFIX, records, self.actor)


class SegmentForm(forms.Form):
    from_degC = MeasuredField("°C", label=gettext_lazy("From"), lowest=-273.15)
    to_degC = MeasuredField("°C", label=gettext_lazy("To"), lowest=-273.15)
    rate_degC_per_min = MeasuredField("°C/min", label=gettext_lazy("Rate"))
    hold_h = MeasuredField("h", label=gettext_lazy("Hold"), lowest=0, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():  # the heads of the columns say it to the eye only
            field.widget.attrs.setdefault("aria-label", str(field.label))

    def clean_rate_degC_per_min(self) -> float:
        rate: float = self.cleaned_data["rate_degC_per_min"]
        if rate <= 0:
            raise forms.ValidationError(_("A rate is above zero, for cooling too."), code="too_low")
        return rate

    @property
    def segment(self) -> ProgrammeSegment:
        values = self.cleaned_data
        return ProgrammeSegment(**{**values, "hold_h": values.get("hold_h") or 0})


class LoggedSegmentForm(SegmentForm):
    """A segment as it ran, beside the one that was planned in its place."""

    why = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST_REASON, required=False)
    planned: Mapping[str, Any] | None = None
    deviation: Deviation | None = None
    why_error = ""

    @property
    def over(self) -> bool:
        return self.deviation is not None and self.deviation.over

    @property
    def columns(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name != "why"]

    @property
    def segment(self) -> ProgrammeSegment:
        values = {name: value for name, value in self.cleaned_data.items() if name != "why"}
        return ProgrammeSegment(**{**values, "hold_h": values.get("hold_h") or 0})


class LoggedSegments(forms.BaseFormSet[LoggedSegmentForm]):
    def gives_reasons(self, plan: Plan) -> bool:
        """Whether every segment past a limit has its reason. Where nothing was planned nothing deviates."""
        for number, form in enumerate(self.forms):
            form.planned = plan.segments[number] if number < len(plan.segments) else None
            if form.planned and form.cleaned_data:
                form.deviation = _furthest(form.planned, form.cleaned_data, plan)
            if form.over and form.deviation and not form.cleaned_data.get("why", "").strip():
                label = _("Segment %(number)s") % {"number": number + 1}
                form.why_error = deviations.reason_asked(label, form.deviation)
        return not any(form.why_error for form in self.forms)

    def reasons(self) -> dict[str, str]:
        return {
            f"segment {number}": form.cleaned_data["why"].strip()
            for number, form in enumerate(self.forms, start=1)
            if form.over and form.cleaned_data.get("why", "").strip()
        }


def _furthest(planned: Mapping[str, Any], given: Mapping[str, Any], plan: Plan) -> Deviation | None:
    """Of what ran otherwise than planned, what needs a reason first."""
    found = [
        deviations.between(
            float(planned.get(name) or 0),
            float(given.get(name) or 0),
            unit,
            plan.limits.get(f"segment.{name}"),
        )
        for name, unit in COMPARED.items()
        if float(planned.get(name) or 0) != float(given.get(name) or 0)
    ]
    return next((one for one in found if one.over), found[0] if found else None)


class BoatForm(forms.Form):
    source = SampleField(label=gettext_lazy("Put in"), kinds="nanosponge,impregnated,freeze_dried")
    mass_in = QuantityField("g", label=gettext_lazy("Mass in"))
    mass_out = QuantityField("g", label=gettext_lazy("Mass out"))
    group = forms.CharField(
        label=gettext_lazy("Additive"), max_length=60, widget=forms.TextInput({"list": "groups"})
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=120, required=False)
    why = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST_REASON, required=False)
    deviation: Deviation | None = None
    why_error = ""

    def __init__(self, *args: Any, actor: access.Actor | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        source = self.fields["source"]
        assert isinstance(source, SampleField)  # noqa: S101  # narrows the type of the field declared above
        source.actor = actor
        if self.initial.get("left"):
            source.widget.attrs["data-left"] = self.initial["left"]
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("aria-label", str(field.label))
            field.widget.attrs.setdefault("data-column", "sample" if name == "source" else name)

    @property
    def over(self) -> bool:
        return self.deviation is not None and self.deviation.over

    @property
    def columns(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name != "why"]

    @property
    def hint(self) -> str:
        return "" if self.is_bound else str(self.initial.get("hint", ""))

    @property
    def load(self) -> BoatLoad:
        given = {name: value for name, value in self.cleaned_data.items() if name != "why"}
        return BoatLoad(**given, field=self.add_prefix("mass_in"))


class Boats(forms.BaseFormSet[BoatForm]):
    def gives_reasons(self, plan: Plan) -> bool:
        """Whether every boat whose mass in lies past the limit of its additive has its reason."""
        planned = {str(row["role"]): str(row.get("planned", "")) for row in plan.takes}
        for form in [form for form in self.forms if form.cleaned_data]:
            group = form.cleaned_data["group"]
            taken = [(form.cleaned_data["source"], form.cleaned_data["mass_in"])]
            if planned.get(group):
                form.deviation = deviations.of_amounts(planned[group], taken, plan.limits.get(group))
            if form.over and form.deviation and not form.cleaned_data.get("why", "").strip():
                form.why_error = deviations.reason_asked(_("Mass in"), form.deviation)
        return not any(form.why_error for form in self.forms)

    def reasons(self) -> dict[str, str]:
        return {
            f"boat {number}": form.cleaned_data["why"].strip()
            for number, form in enumerate(self.forms, start=1)
            if form.over and form.cleaned_data.get("why", "").strip()
        }


SegmentRows: Any = forms.formset_factory(SegmentForm, extra=1, max_num=40, absolute_max=40)
LoggedSegmentRows: Any = forms.formset_factory(
    LoggedSegmentForm, formset=LoggedSegments, extra=1, max_num=40, absolute_max=40
)
BoatRows: Any = forms.formset_factory(
    BoatForm, formset=Boats, extra=1, min_num=1, max_num=20, absolute_max=20, validate_min=True
)
