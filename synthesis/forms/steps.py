"""The form of a step: what was made, under which conditions planned and actual, how much came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, groups
from synthesis.errors import Refusal
from synthesis.forms.fields import MeasuredField, QuantityField, measured_field, shown
from synthesis.ledger import Take
from synthesis.models import Project, Sample
from synthesis.models.samples import State
from synthesis.units import Quantity

COMMON = ("project", "name", "group", "made_at", "place", "note")
WITHOUT_GROUP = tuple(name for name in COMMON if name != "group")
"""For what is no additive yet and holds none."""


class StepForm(forms.ModelForm[Sample]):
    """Base of all step forms. ``plan`` are planned values by field, ``roles`` what the step usually takes."""

    plan: ClassVar[dict[str, float]] = {}
    roles: ClassVar[Sequence[dict[str, str]]] = ()
    takes_unit: ClassVar[str] = "g"
    free_rows: ClassVar[int] = 1
    late: ClassVar[Sequence[str]] = ()
    """Fields without a unit that are filled in after the conditions, not before what is taken."""
    made_label: ClassVar[Any] = gettext_lazy("Yield")
    made_hint: ClassVar[Any] = gettext_lazy("Leave empty while the step is in progress.")
    made_unit: ClassVar[str] = "g"
    made_required: ClassVar[bool] = False
    title: ClassVar[Any] = ""

    amount_made = QuantityField("g", required=False)
    refused_status = 0

    def __init__(self, *args: Any, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor
        made = QuantityField(self.made_unit, label=self.made_label, required=self.made_required)
        made.help_text = self.made_hint
        self.fields["amount_made"] = made
        if "made_at" in self.fields:
            self.fields["made_at"].required = False
            self.initial.setdefault("made_at", timezone.localtime())
        if "group" in self.fields:
            self.fields["group"].widget.attrs["list"] = "groups"
        offer_projects(self.fields["project"], actor)

    @property
    def common_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in COMMON if name in self.fields and name != "note"]

    @property
    def measured_rows(self) -> list[tuple[forms.BoundField, str]]:
        """Fields with a unit, each with its planned value."""
        plan = self.planned_values()
        return [
            (self[name], shown(plan[name]) if name in plan else "")
            for name, field in self.fields.items()
            if isinstance(field, MeasuredField)
        ]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """This kind's own fields without a unit."""
        aside = {*COMMON, *self.late, "amount_made"}
        return [
            self[name]
            for name, field in self.fields.items()
            if name not in aside and not isinstance(field, MeasuredField)
        ]

    @property
    def late_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.late if name in self.fields]

    @property
    def group_names(self) -> list[str]:
        return groups.offered(self.actor)

    def planned_values(self) -> dict[str, Any]:
        return {name: value for name, value in self.plan.items() if name in self.fields}

    def clean_made_at(self) -> Any:
        return self.cleaned_data["made_at"] or timezone.now()

    def clean_amount_made(self) -> Quantity | None:
        made: Quantity | None = self.cleaned_data["amount_made"]
        return self.fit(made) if made is not None else None

    def fit(self, made: Quantity) -> Quantity:
        """The amount in a unit of the right dimension, or an error beside the field."""
        try:
            if made.value <= 0:
                raise Refusal(_("%(amount)s is nothing: an amount made is above zero.") % {"amount": made})
            made.to(self.made_unit)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
        return made

    def finish(self, product: Sample, takes: Sequence[Take]) -> None:
        """What follows from what was taken: the additive group, and the state of a step that has no yield yet."""
        product.group = product.group or next((take.sample.group for take in takes if take.sample.group), "")
        product.planned = self.planned_values()
        if self.cleaned_data["amount_made"] is None:
            product.state = State.IN_PROGRESS


def offer_projects(field: forms.Field, actor: access.Actor) -> None:
    """Offers the projects that one may log in. One that may only be seen is answered by the access rule, not hidden."""
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # narrows the type
    field.queryset = access.visible_projects(actor)
    offered: list[Project] = list(access.editable_projects(actor).distinct())
    choices: list[tuple[Any, str]] = [(project.pk, str(project)) for project in offered]
    field.empty_label = None
    field.widget.choices = choices if len(choices) == 1 else [("", "–"), *choices]


def callback(field: Any, **options: Any) -> forms.Field | None:
    return measured_field(field, **options)
