"""Choices for an analysis: a field for each that its method declares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from characterization.analysis.choices import Choice, checked


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
