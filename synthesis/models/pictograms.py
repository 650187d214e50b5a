"""The column for GHS pictograms: a list of codes, which a form shows as nine boxes to tick."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models

from synthesis.hazards import PICTOGRAMS


class PictogramsField(models.JSONField):
    def formfield(self, **options: Any) -> Any:
        options = {"required": False, "label": self.verbose_name, "help_text": self.help_text, **options}
        return forms.MultipleChoiceField(
            choices=[(code, word) for code, word in PICTOGRAMS.items()],
            widget=forms.CheckboxSelectMultiple,
            **options,
        )

    def deconstruct(self) -> Any:
        """To the database it is JSON like any other."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
