"""Forms of the gate: a decision, an allowance, a limit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, groups, quantities
from synthesis.errors import Refusal
from synthesis.forms.fields import measured, said
from synthesis.gates import LONGEST_REASON
from synthesis.models import Project, SpecificationLimit, Verdict
from synthesis.models.samples import Kind
from synthesis.quantities import Figure


class DecisionForm(forms.Form):
    verdict = forms.ChoiceField(
        label=gettext_lazy("Verdict"), choices=Verdict.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("Needed to hold, to reject, and to pass in spite of a missed limit."),
    )
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=gettext_lazy("Signs the decision. A rejection is always signed."),
    )


class AllowanceForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea,
        help_text=gettext_lazy("It stays with what is made of the sample."),
    )


class LimitForm(forms.Form):
    """A limit as it is laid down; a change retires the old one and lays down another."""

    project = forms.ModelChoiceField(label=gettext_lazy("Project"), queryset=Project.objects.none())
    kind = forms.ChoiceField(
        label=gettext_lazy("Product"), choices=[(kind.value, capfirst(kind.label)) for kind in Kind]
    )
    group = forms.CharField(
        label=gettext_lazy("Additive"),
        max_length=60,
        required=False,
        widget=forms.TextInput({"list": "groups"}),
        help_text=gettext_lazy("Empty: whatever the additive."),
    )
    quantity = forms.ChoiceField(label=gettext_lazy("Figure"))
    lower = forms.CharField(label=gettext_lazy("At least"), max_length=60, required=False)
    upper = forms.CharField(label=gettext_lazy("At most"), max_length=60, required=False)
    required = forms.BooleanField(label=gettext_lazy("Must be there before a pass"), required=False)

    def __init__(self, *args: Any, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor
        project, figure = self.fields["project"], self.fields["quantity"]
        assert isinstance(project, forms.ModelChoiceField)  # noqa: S101  # narrows the type
        assert isinstance(figure, forms.ChoiceField)  # noqa: S101  # narrows the type
        project.queryset = access.visible_projects(actor)
        figure.choices = [("", "–"), *_offered()]
        for name in ("lower", "upper"):
            self.fields[name].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    @property
    def group_names(self) -> list[str]:
        return groups.offered(self.actor)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        figure = quantities.by_name(values.get("quantity", ""))
        if figure is None:
            return values
        if values.get("kind") and values["kind"] not in figure.kinds:
            self.add_error("quantity", _not_of(figure, values["kind"]))
        for name in ("lower", "upper"):
            values[name] = self._read(name, values.get(name, ""), figure.unit)
        lower, upper = values["lower"], values["upper"]
        if not self.errors and lower is None and upper is None:
            self.add_error("lower", _("A limit has an end: say at least, at most, or both."))
        if lower is not None and upper is not None and lower > upper:
            self.add_error(
                "upper",
                _("At most %(upper)s is below at least %(lower)s: nothing would fit between them.")
                % {"upper": f"{upper:g}", "lower": f"{lower:g}"},
            )
        return values

    def _read(self, name: str, text: str, unit: str) -> float | None:
        if not text.strip():
            return None
        try:
            return float(measured(text, unit))
        except Refusal as refusal:
            self.add_error(name, said(refusal))
            return None

    def limit(self) -> SpecificationLimit:
        values = self.cleaned_data
        figure = quantities.by_name(values["quantity"])
        return SpecificationLimit(**values, unit=figure.unit if figure else "")


def _offered() -> list[tuple[str, str]]:
    figures = sorted(quantities.all_figures(), key=lambda figure: str(figure.label).casefold())
    return [(figure.name, _with_unit(figure)) for figure in figures]


def _with_unit(figure: Figure) -> str:
    label = capfirst(str(figure.label))
    return f"{label} ({figure.unit})" if figure.unit else label


def _not_of(figure: Figure, kind: str) -> str:
    kinds = ", ".join(str(Kind(name).label) for name in figure.kinds)
    return _("%(figure)s is a figure of %(kinds)s, not of a %(kind)s.") % {
        "figure": capfirst(str(figure.label)),
        "kinds": kinds,
        "kind": Kind(kind).label,
    }
