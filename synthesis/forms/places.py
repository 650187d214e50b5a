"""The field for a place: a place of the tree by path, name or code; any other text stays what somebody wrote."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import places
from synthesis.models import Place


class PlaceInput(forms.TextInput):
    """A text with a list of places that fit, fetched while one types; it shows how much room each has."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        own = {
            "autocomplete": "off",
            "spellcheck": "false",
            "role": "combobox",
            "aria-expanded": "false",
            "aria-controls": f"{name}-places",
            "hx-get": f"{reverse('place-options')}?for={name}",
            "hx-trigger": "focus, input changed delay:200ms",
            "hx-target": "next .combo-list",
            "hx-sync": "this:replace",
            **(attrs or {}),
        }
        return format_html(
            '<span class="combo" data-combo>{}<span class="combo-list" id="{}-places" role="listbox"></span>'
            '<span class="combo-picked" aria-live="polite"></span></span>',
            super().render(name, value, own, renderer),
            name,
        )


class PlaceField(forms.CharField):
    """Gives the path of a place of the tree, or the text as it was written."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 400)
        super().__init__(**{**options, "widget": PlaceInput()})

    def clean(self, value: Any) -> str:
        text = str(super().clean(value) or "")
        found = places.find(text)
        return found.path if found else text


class PlaceForm(forms.ModelForm[Place]):
    class Meta:
        model = Place
        fields = ("name", "parent", "capacity", "note")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)  # noqa: S101  # as the model has it
        parent.queryset = Place.objects.order_by("path")
        parent.empty_label = _("the laboratory")

    def _post_clean(self) -> None:
        """The rules of the tree are the service's, which says them under its lock."""
        for name in self.Meta.fields:
            if name in self.cleaned_data:
                setattr(self.instance, name, self.cleaned_data[name])


class MoveHereForm(forms.Form):
    codes = forms.CharField(
        label=gettext_lazy("Move here"),
        max_length=2000,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("Scan or type codes, a space or a line between: NS-0112 CCA-0061."),
    )
