"""A version of a protocol on one form: a planned value and a limit for each field, what it takes, segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, deviations, units
from synthesis.errors import Refusal
from synthesis.forms.fields import MeasuredField, QuantityField, said, shown, split_label
from synthesis.forms.rows import SampleField
from synthesis.forms.steps import COMMON, offer_projects
from synthesis.models import Protocol

SEGMENT_LIMITS = {
    "segment.to_degC": (gettext_lazy("Segment, to"), "°C"),
    "segment.rate_degC_per_min": (gettext_lazy("Segment, rate"), "°C/min"),
    "segment.hold_h": (gettext_lazy("Segment, hold"), "h"),
}
_ASIDE = {*COMMON, "code", "amount_made", "started_at"}


class LimitField(forms.CharField):
    """How far the actual value may lie from the planned one: "3", "5 %", "-1 +3". Gives a Limit or None."""

    def __init__(self, unit: str, **options: Any) -> None:
        super().__init__(max_length=40, required=False, **options)
        self.unit = unit
        self.widget.attrs.update({"autocomplete": "off", "placeholder": "±"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return deviations.parse_limit(text, self.unit)
        except Refusal as refusal:
            raise said(refusal) from refusal


class NameForm(forms.ModelForm[Protocol]):
    """What a protocol is called and whose it is; both stay once it exists."""

    class Meta:
        model = Protocol
        fields = ("project", "name")

    def __init__(self, *args: Any, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_projects(self.fields["project"], actor)


class ContentForm(forms.Form):
    """The planned values of a step's own fields, built from the step's form."""

    note = forms.CharField(
        label=gettext_lazy("What is new"), required=False, widget=forms.Textarea({"rows": 2}), max_length=2000
    )

    def __init__(
        self, *args: Any, step: Any, actor: access.Actor, content: Mapping[str, Any], **options: Any
    ) -> None:
        options["initial"] = _typed(content)
        super().__init__(*args, **options)
        self.measured: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        for name, field in step(actor=actor).fields.items():
            if name in _ASIDE or name in getattr(step, "results", ()):
                continue
            if isinstance(field, MeasuredField):
                self._add_measured(name, str(field.label), field.unit, field.lowest)
            elif type(field) is forms.CharField:
                self._add_text(name, field)
        if step.Meta.model.__name__ == "CarbonizationRun":
            for name, (label, unit) in SEGMENT_LIMITS.items():
                self.fields[f"limit-{name}"] = LimitField(unit, label=label)

    def _add_measured(self, name: str, label: str, unit: str, lowest: float | None) -> None:
        self.measured.append((name, label, unit))
        self.fields[f"value-{name}"] = MeasuredField(unit, lowest=lowest, required=False, label=label)
        self.fields[f"limit-{name}"] = LimitField(unit, label=_("%(what)s, limit") % {"what": label})
        self.fields[f"limit-{name}"].widget.attrs["aria-label"] = _("Limit of %(what)s") % {"what": label}

    def _add_text(self, name: str, like: forms.CharField) -> None:
        self.texts.append(name)
        label = split_label(str(like.label))[0]
        self.fields[f"value-{name}"] = forms.CharField(
            label=label, required=False, max_length=like.max_length
        )

    @property
    def measured_rows(self) -> list[tuple[forms.BoundField, forms.BoundField, str]]:
        return [(self[f"value-{name}"], self[f"limit-{name}"], unit) for name, _label, unit in self.measured]

    @property
    def text_fields(self) -> list[forms.BoundField]:
        return [self[f"value-{name}"] for name in self.texts]

    @property
    def segment_limits(self) -> list[forms.BoundField]:
        return [self[f"limit-{name}"] for name in SEGMENT_LIMITS if f"limit-{name}" in self.fields]

    def content(self) -> dict[str, Any]:
        given = self.cleaned_data
        values = {name[6:]: value for name, value in given.items() if name.startswith("value-")}
        limits = {name[6:]: limit for name, limit in given.items() if name.startswith("limit-") and limit}
        return {
            "values": {name: value for name, value in values.items() if value not in (None, "")},
            "limits": {name: limit.stored() for name, limit in limits.items()},
            "note": given["note"],
        }


class PlannedTakeForm(forms.Form):
    """What the step takes, as what, how much, how far off it may be, and of which lot it usually is."""

    role = forms.CharField(label=gettext_lazy("Used as"), max_length=80, required=False)
    planned = QuantityField("g", label=gettext_lazy("Planned"), required=False)
    limit = forms.CharField(label=gettext_lazy("Limit"), max_length=40, required=False)
    lot = SampleField(label=gettext_lazy("Usual lot"), kinds="lot", required=False)

    def __init__(self, *args: Any, actor: access.Actor | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        lot = self.fields["lot"]
        assert isinstance(lot, SampleField)  # noqa: S101  # narrows the type of the field declared above
        lot.actor = actor
        self.fields["planned"] = QuantityField(
            str(self.initial.get("unit") or "g"), label=gettext_lazy("Planned"), required=False
        )
        self.fields["role"].widget.attrs["placeholder"] = gettext_lazy("Used as")
        self.fields["limit"].widget.attrs["placeholder"] = "±"
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("aria-label", str(field.label))
            field.widget.attrs.setdefault("data-column", "sample" if name == "lot" else name)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("role") and (values.get("planned") or values.get("lot") or values.get("limit")):
            self.add_error("role", _("Say as what it is used."))
        planned = values.get("planned")
        if planned is not None and planned.value <= 0:
            self.add_error("planned", _("An amount is above zero."))
        try:
            unit = planned.unit if planned is not None else "g"
            values["limit"] = deviations.parse_limit(values.get("limit") or "", unit)
        except Refusal as refusal:
            self.add_error("limit", refusal.message)
        return values

    @property
    def row(self) -> dict[str, str]:
        planned, lot = self.cleaned_data["planned"], self.cleaned_data["lot"]
        return {
            "role": self.cleaned_data["role"],
            "unit": planned.unit if planned is not None else str(self.initial.get("unit") or "g"),
            "planned": shown(planned) if planned is not None else "",
            "lot": lot.code if lot is not None else "",
        }


class PlannedTakes(forms.BaseFormSet[PlannedTakeForm]):
    def clean(self) -> None:
        roles = [form.cleaned_data.get("role", "").lower() for form in self.forms]
        for form, role in zip(self.forms, roles, strict=True):
            if role and roles.count(role) > 1:
                form.add_error("role", _("‘%(role)s’ stands here twice.") % {"role": role})

    def content(self) -> dict[str, Any]:
        """``takes``, and the limits of their roles."""
        named = [form for form in self.forms if form.cleaned_data.get("role")]
        limits = {form.cleaned_data["role"]: form.cleaned_data.get("limit") for form in named}
        return {
            "takes": [form.row for form in named],
            "limits": {role: limit.stored() for role, limit in limits.items() if limit},
        }


TakesFormSet: Any = forms.formset_factory(
    PlannedTakeForm, formset=PlannedTakes, extra=1, max_num=40, absolute_max=40
)


def planned_takes(
    data: Mapping[str, Any] | None, actor: access.Actor, content: Mapping[str, Any]
) -> PlannedTakes:
    limits = deviations.stored_limits(content.get("limits", {}))
    initial = [
        {**row, "limit": limits[row["role"]].typed() if row["role"] in limits else ""}
        for row in content.get("takes", ())
    ]
    rows: PlannedTakes = TakesFormSet(data, prefix="takes", initial=initial, form_kwargs={"actor": actor})
    rows.extra = 0 if data is not None else 1
    return rows


def checked_content(step: Any, actor: access.Actor, content: Mapping[str, Any]) -> dict[str, Any]:
    """A version's content as a script sends it, by the rules of the form. Raises Refusal naming what is wrong."""
    known = {name: field for name, field in step(actor=actor).fields.items() if name not in _ASIDE}
    for name, value in content.get("values", {}).items():
        field = known.get(name)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if field is None or number != isinstance(field, MeasuredField):
            raise Refusal(_("‘%(name)s’ is no value of this step.") % {"name": name}, field="values")
        if isinstance(field, MeasuredField) and field.lowest is not None and value < field.lowest:
            raise Refusal(
                _("%(name)s: %(value)s is below the lowest possible, %(lowest)s.")
                % {"name": name, "value": value, "lowest": field.lowest},
                field="values",
            )
    roles = [str(row.get("role", "")) for row in content.get("takes", ())]
    for row in content.get("takes", ()):
        if row.get("planned"):
            units.parse(str(row["planned"]), str(row.get("unit") or "g"))
    _check_limits(content.get("limits", {}), {*known, *roles, *SEGMENT_LIMITS})
    return dict(content)


def _check_limits(limits: Mapping[str, Any], names: Iterable[str]) -> None:
    for name, limit in limits.items():
        numbers = [limit.get("minus"), limit.get("plus")] if isinstance(limit, Mapping) else [None]
        if name not in names or not all(isinstance(n, int | float) and n >= 0 for n in numbers):
            raise Refusal(
                _(
                    "The limit of ‘%(name)s’ names a value or role of this step and has minus and plus above zero."
                )
                % {"name": name},
                field="limits",
            )


def _typed(content: Mapping[str, Any]) -> dict[str, Any]:
    """A version's content as it stands in the inputs."""
    values = {f"value-{name}": shown(value) for name, value in content.get("values", {}).items()}
    limits = deviations.stored_limits(content.get("limits", {}))
    return (
        values
        | {f"limit-{name}": limit.typed() for name, limit in limits.items()}
        | {"note": content.get("note", "")}
    )
