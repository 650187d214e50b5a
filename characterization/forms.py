"""Forms of characterization: a study, that is a question and the cells that answer it; choices for an analysis."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cells.models import Cell, Study
from characterization.analysis.choices import Choice, checked
from synthesis import access
from synthesis.access import Actor

MOST_CELLS = 500


class StudyForm(forms.ModelForm[Study]):
    """The cells to choose from are those of the projects that the person may see."""

    class Meta:
        model = Study
        fields = ("project", "name", "reference_cycle", "note", "cells")
        widgets: ClassVar = {"cells": forms.CheckboxSelectMultiple, "note": forms.Textarea(attrs={"rows": 2})}
        labels: ClassVar = {"name": _("Question")}

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        projects = access.editable_projects(actor)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]  # a ModelChoiceField by the model
        self.fields["project"].initial = projects.first()
        visible = access.visible(Cell.objects.all(), actor).order_by("group", "-pk")
        self.fields["cells"].queryset = visible  # type: ignore[attr-defined]  # a ModelMultipleChoiceField by the model
        self._shown = list(visible[:MOST_CELLS])

    @property
    def cell_list(self) -> list[dict[str, Any]]:
        """The cells to choose from, by additive, each with whether it is ticked."""
        values = self["cells"].value() or []
        ticked = {str(getattr(value, "pk", value)) for value in values}
        return [
            {
                "pk": c.pk,
                "code": c.code,
                "group": c.group,
                "left_out": c.left_out,
                "ticked": str(c.pk) in ticked,
            }
            for c in self._shown
        ]


class ChoicesForm(forms.Form):
    """A field for each choice that a method declares, and why. ``chosen`` is what the method will read."""

    def __init__(self, choices: Iterable[Choice], present: Mapping[str, Any], *args: Any) -> None:
        super().__init__(*args)
        self.choices = tuple(choices)
        self.chosen: dict[str, Any] = {}
        for choice in self.choices:
            self.fields[choice.name] = _field(choice, present.get(choice.name))
        self.fields["reason"] = forms.CharField(label=_("Reason"), max_length=300)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = {choice.name: cleaned.get(choice.name) for choice in self.choices}
        self.chosen, errors = checked(self.choices, given)
        for name, sentence in errors.items():
            self.add_error(name, sentence)
        return cleaned


def _field(choice: Choice, present: Any) -> forms.CharField:
    label = f"{choice.label} ({choice.unit})" if choice.unit else choice.label
    shown = ", ".join(map(str, present)) if isinstance(present, list) else present
    if isinstance(present, dict):
        shown = json.dumps(present, ensure_ascii=False, indent=1)
    options = [("", _("not chosen")), *((option, option) for option in choice.options)]
    widget: forms.Widget = forms.Select(choices=options) if choice.options else forms.TextInput()
    if choice.kind == "json":
        widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
    return forms.CharField(label=label, required=False, initial=shown, help_text=choice.help, widget=widget)
