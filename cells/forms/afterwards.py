"""What is learnt of a cell after it was built: why it is left out of statistics, and what was found inside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cells.models import Cell, CellNote
from synthesis.errors import Refusal
from synthesis.times import require_past


class LeftOutForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy(
            "Shown wherever the cell is missing: soft short from cycle 12, pressure lost."
        ),
    )


class EventForm(forms.ModelForm[CellNote]):
    """When it happened, by the lab's clock; left empty it is now."""

    class Meta:
        model = CellNote
        fields = ("text", "at")
        widgets = {"at": forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")}  # noqa: RUF012  # as Django declares it

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["at"].required = False
        self.fields["at"].help_text = _("Left empty: now.")

    def clean_at(self) -> datetime:
        try:
            return require_past(self.cleaned_data["at"] or timezone.now(), "at")
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class PostMortemForm(forms.ModelForm[Cell]):
    class Meta:
        model = Cell
        fields = ("post_mortem", "post_mortem_on", "post_mortem_note")
        widgets = {"post_mortem_on": forms.DateInput({"type": "date"}, "%Y-%m-%d")}  # noqa: RUF012  # as Django declares it

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.instance.post_mortem:
            self.initial["post_mortem_on"] = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not values.get("post_mortem"):
            if values.get("post_mortem_note"):
                self.add_error("post_mortem", _("Choose what was found, beside the note."))
            values["post_mortem_on"] = None
        opened = values.get("post_mortem_on")
        if opened is not None and opened > timezone.localdate():
            self.add_error("post_mortem_on", _("This day has not come yet."))
        return values

    def save(self, commit: bool = True) -> Cell:
        """Writes what this form asks and nothing else: what was changed meanwhile elsewhere stays."""
        cell: Cell = super().save(commit=False)
        if commit:
            cell.save(update_fields=self.Meta.fields)
        return cell
