"""Naming the columns of a table: a choice of quantity and unit for each, and what the file does not say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from characterization.instruments.base import Technique
from characterization.instruments.nameable import NAMEABLE, Told, problems

MARK = "|"


class ColumnsForm(forms.Form):
    """``given`` is what is kept of it: technique, columns, told."""

    def __init__(self, technique: Technique, titles: Sequence[str], present: Any, *args: Any) -> None:
        super().__init__(*args)
        self.technique, self.titles = technique, list(titles)
        self.given: dict[str, Any] = {}
        known = NAMEABLE[technique]
        options = [
            (f"{one.name}{MARK}{unit}", f"{one.label} ({unit})")
            for one in known.quantities
            for unit in one.units
        ]
        before = present.columns if present is not None and present.technique == technique else []
        for place, title in enumerate(titles):
            chosen = before[place] if place < len(before) else None
            self.fields[f"column_{place}"] = forms.CharField(
                label=title,
                required=False,
                initial=MARK.join(chosen) if chosen else "",
                widget=forms.Select(choices=[("", _("left out")), *options]),
            )
        for one in known.told:
            told = present.told.get(one.name) if present is not None else None
            self.fields[one.name] = _field(one, told)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        columns = [_pair(cleaned.get(f"column_{place}")) for place in range(len(self.titles))]
        told = {
            one.name: cleaned[one.name]
            for one in NAMEABLE[self.technique].told
            if cleaned.get(one.name) not in (None, "")
        }
        for name, sentence in problems(self.technique, columns, told).items():
            self.add_error(name if name in self.fields else None, sentence)
        self.given = {"technique": self.technique.value, "columns": columns, "told": told}
        return cleaned


def _pair(written: str | None) -> list[str] | None:
    return written.split(MARK, 1) if written else None


def _field(one: Told, present: Any) -> forms.Field:
    if one.is_text:
        return forms.CharField(label=one.label, required=False, max_length=40, initial=present)
    return forms.FloatField(label=one.label, required=False, initial=present, localize=False)
