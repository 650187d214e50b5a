"""What to print, on which paper, how often."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labsys.labels.document import Printing
from labsys.labels.matrices import Kind
from labsys.labels.sizes import DEFAULT, SIZES

MOST_COPIES = 100
_BETWEEN = re.compile(r"[,;\s]+")


class LabelForm(forms.Form):
    """Answers a Printing. Fields that the address leaves out have their usual value."""

    codes = forms.CharField(
        label=gettext_lazy("Codes"),
        max_length=20_000,
        widget=forms.Textarea({"rows": 4, "spellcheck": "false", "data-scan": "line"}),
        help_text=gettext_lazy("One after the other, as typed or scanned."),
    )
    size = forms.ChoiceField(
        label=gettext_lazy("Paper"), choices=[(size.key, size.name) for size in SIZES.values()]
    )
    kind = forms.ChoiceField(label=gettext_lazy("Code as"), choices=Kind.choices)
    copies = forms.IntegerField(label=gettext_lazy("Copies of each"), min_value=1, max_value=MOST_COPIES)
    start = forms.IntegerField(
        label=gettext_lazy("First free label of the sheet"),
        min_value=1,
        max_value=max(size.per_page for size in SIZES.values()),
        help_text=gettext_lazy("Counted along the rows from the top left."),
    )
    marks = forms.BooleanField(label=gettext_lazy("Print the edges, for cutting"), required=False)

    def __init__(self, asked: Any) -> None:
        usual = {"size": DEFAULT, "copies": "1", "start": "1"}
        given = {name: asked.get(name, "") for name in self.base_fields}
        data = {**given, **{name: given[name] or value for name, value in usual.items()}}
        size = SIZES.get(data["size"])
        small = size is not None and (size.round or size.height <= 10)
        data["kind"] = given["kind"] or (Kind.DATA_MATRIX if small else Kind.QR)
        super().__init__(data)

    def clean_codes(self) -> list[str]:
        """Separated by commas, blanks or lines."""
        return [code for code in _BETWEEN.split(self.cleaned_data["codes"]) if code]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        size = SIZES.get(values.get("size", ""))
        if size and size.is_sheet and values.get("start", 1) > size.per_page:
            self.add_error(
                "start",
                _("This sheet has %(count)s labels. Begin with one of them.") % {"count": size.per_page},
            )
        return values

    def printing(self, base: str) -> Printing:
        values = self.cleaned_data
        return Printing(
            SIZES[values["size"]],
            Kind(values["kind"]),
            base,
            values["copies"],
            values["start"],
            cut_marks=values["marks"],
        )
