"""An entry of the library as somebody gives it: a file or its text, where it comes from, why it changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from characterization.analysis.library.entries import LONGEST_TEXT
from characterization.library import Given, Kind
from characterization.models import LibraryEntry
from synthesis import access
from synthesis.access import Actor
from synthesis.errors import Refusal
from synthesis.models import Instrument

HELP = {
    Kind.PHASES: gettext_lazy("A CIF with cell, symmetry and atom sites. Its lines are computed from these."),
    Kind.XPS_MODELS: gettext_lazy(
        'JSON: {"region": "C 1s", "components": […], …}, as the shipped ones are written.'
    ),
    Kind.XPS_SENSITIVITIES: gettext_lazy(
        "A line and its factor on each line: C 1s 1.00. ‘excitation_eV 1486.6’ says for which source."
    ),
    Kind.XRD_WIDTHS: gettext_lazy(
        "The standard's lines: angle and full width at half maximum in ° 2θ on each line: 30.38 0.050."
    ),
}
ACCEPT = {Kind.PHASES: ".cif", Kind.XPS_MODELS: ".json"}


class EntryForm(forms.Form):
    """``of`` is the entry that a new version is made of."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Empty: as the file says it."),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Article, database entry or measurement. Empty: as the file says it."),
    )
    instrument = forms.ModelChoiceField(label=gettext_lazy("Instrument"), queryset=Instrument.objects.none())
    file = forms.FileField(label=gettext_lazy("File"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=LONGEST_TEXT,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "code"}),
    )
    reason = forms.CharField(label=gettext_lazy("Why another version"), max_length=300, required=False)

    def __init__(self, kind: str, actor: Actor, of: LibraryEntry | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.of = Kind(kind), of
        self.fields["file"].widget.attrs["accept"] = f"{ACCEPT.get(self.kind, '.csv')},.txt,text/plain"
        self.fields["text"].help_text = HELP[self.kind]
        if self.kind == Kind.XRD_WIDTHS:
            self.fields["instrument"].queryset = access.visible_instruments(actor).order_by("name")  # type: ignore[attr-defined]  # a ModelChoiceField
        else:
            del self.fields["instrument"]
        if of is None:
            del self.fields["reason"]
        else:
            self.fields["name"].disabled = True
            self.fields["reason"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        sent = cleaned.get("file")
        if sent is not None:
            cleaned["text"] = self._text_of(sent)
        elif not cleaned.get("text", "").strip() and "text" not in self.errors:
            self.add_error("file", _("Choose a file, or write its text below."))
        return cleaned

    def _text_of(self, sent: Any) -> str:
        if sent.size > LONGEST_TEXT:
            self.add_error(
                "file",
                _("%(name)s has %(size)s bytes; %(most)s are the most.")
                % {"name": sent.name, "size": f"{sent.size:,}", "most": f"{LONGEST_TEXT:,}"},
            )
            return ""
        content: bytes = sent.read()
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        self.add_error("file", _("%(name)s is no text file.") % {"name": sent.name})
        return ""

    @property
    def given(self) -> Given:
        cleaned = self.cleaned_data
        return Given(
            kind=self.kind,
            text=cleaned["text"],
            name=self.of.name if self.of else cleaned["name"],
            source=cleaned["source"],
            reason=cleaned.get("reason", ""),
            instrument=cleaned.get("instrument"),
        )

    def tell(self, refusal: Refusal) -> None:
        """The sentence beside the field that it belongs to: the file's where one was sent."""
        field = "file" if refusal.field == "text" and self.cleaned_data.get("file") else refusal.field
        self.add_error(field if field in self.fields else None, str(refusal.message))
