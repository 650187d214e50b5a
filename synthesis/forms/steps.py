"""The form of a step: what was made, under which conditions planned and actual, how much came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, codes, groups
from synthesis.errors import Refusal
from synthesis.forms.equipment import offer_equipment
from synthesis.forms.fields import MeasuredField, QuantityField, measured_field
from synthesis.forms.places import PlaceField
from synthesis.forms.reasons import ReasonedForm
from synthesis.ledger import Take
from synthesis.models import Project, Sample
from synthesis.models.samples import State
from synthesis.protocols import Plan
from synthesis.times import require_past
from synthesis.units import Quantity

COMMON = ("project", "name", "group", "made_at", "place", "note")
WITHOUT_GROUP = tuple(name for name in COMMON if name != "group")
"""For what is no additive yet and holds none."""


class StepForm(ReasonedForm, forms.ModelForm[Sample]):
    """Base of all step forms: ``form_class(data, initial=…, actor=…, plan=…)``, with ``take_rows`` beside it.

    ``plan`` and ``roles`` of the class are what is planned and usually taken where no protocol is followed.
    """

    plan: ClassVar[Mapping[str, Any]] = {}
    roles: ClassVar[Sequence[Mapping[str, str]]] = ()
    takes_unit: ClassVar[str] = "g"
    free_rows: ClassVar[int] = 1
    late: ClassVar[Sequence[str]] = ()
    """Fields without a unit that are filled in after the conditions, not before what is taken."""
    results: ClassVar[Sequence[str]] = ()
    """What comes out of a step and is not copied to another one like it."""
    made_label: ClassVar[Any] = gettext_lazy("Yield")
    made_hint: ClassVar[Any] = gettext_lazy("Leave empty while the step is in progress.")
    made_unit: ClassVar[str] = "g"
    made_required: ClassVar[bool] = False
    title: ClassVar[Any] = ""

    amount_made = QuantityField("g", required=False)
    refused_status = 0

    def __init__(self, *args: Any, actor: access.Actor, plan: Plan | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor
        self.follows = plan or self.built_in()
        made = QuantityField(self.made_unit, label=self.made_label, required=self.made_required)
        made.help_text = self.made_hint
        self.fields["amount_made"] = made
        if "made_at" in self.fields:
            self.fields["made_at"].required = False
            self.initial.setdefault("made_at", timezone.localtime())
        if "group" in self.fields:
            self.fields["group"].widget.attrs["list"] = "groups"
        self.fields["code"] = code_field(self._meta.model.PREFIX)
        offer_projects(self.fields["project"], actor)
        if "equipment" in self.fields:
            offer_equipment(self.fields["equipment"], actor)

    @classmethod
    def built_in(cls) -> Plan:
        """What this step is planned to be where no protocol is followed."""
        return Plan(values=cls.plan, takes=cls.roles)

    @property
    def common_fields(self) -> list[forms.BoundField]:
        names = [name for name in COMMON if name in self.fields and name != "note"]
        return [self[name] for name in [*names, "code"]]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """This kind's own fields without a unit."""
        aside = {*COMMON, *self.late, "amount_made", "code"}
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

    def clean_made_at(self) -> Any:
        return past(self.cleaned_data["made_at"]) or timezone.now()

    def clean_code(self) -> str:
        return free_code(self.cleaned_data["code"], self._meta.model.PREFIX, Sample.objects.all(), self.actor)

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
        product.code = self.cleaned_data.get("code") or ""
        product.group = product.group or next((take.sample.group for take in takes if take.sample.group), "")
        product.planned = self.planned_values()
        product.protocol = self.follows.version
        product.reasons = self.reasons()
        if self.cleaned_data["amount_made"] is None:
            product.state = State.IN_PROGRESS


def code_field(prefix: str) -> forms.CharField:
    """For what was labelled before it was logged."""
    field = forms.CharField(label=gettext_lazy("Code"), required=False, max_length=32)
    field.help_text = gettext_lazy("Only for what is labelled already; else it is drawn.")
    field.widget.attrs.update({"placeholder": f"{prefix}-…", "autocomplete": "off", "spellcheck": "false"})
    return field


def free_code(typed: str, prefix: str, records: QuerySet[Any], actor: access.Actor) -> str:
    """A code that somebody gave, in our spelling; "" draws the next. An error beside the field where it is taken."""
    if not typed.strip():
        return ""
    try:
        code = codes.own_code(typed, prefix)
        if records.filter(code=code).exists():
            seen = (
                access.visible(records.filter(code=code), actor).values_list("created_at", flat=True).first()
            )
            raise codes.taken(code, formats.date_format(timezone.localtime(seen), "j M Y") if seen else "")
    except Refusal as refusal:
        raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
    return code


def past(at: Any) -> Any:
    """A time that has come, or an error beside its field."""
    try:
        return require_past(at, "")
    except Refusal as refusal:
        raise forms.ValidationError(refusal.message, code=refusal.code) from refusal


def offer_projects(field: forms.Field, actor: access.Actor) -> None:
    """Offers the projects that one may log in. One that may only be seen is answered by the access rule, not hidden."""
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # narrows the type
    field.queryset = access.visible_projects(actor)
    offered: list[Project] = list(access.editable_projects(actor).distinct())
    choices: list[tuple[Any, str]] = [(project.pk, str(project)) for project in offered]
    field.empty_label = None
    field.widget.choices = choices if len(choices) == 1 else [("", "–"), *choices]


def callback(field: Any, **options: Any) -> forms.Field | None:
    if field.name == "place" and issubclass(field.model, Sample):
        return PlaceField(**{"label": field.verbose_name, "required": False, **options})
    return measured_field(field, **options)
