"""Rows of what a step takes: as what, of which sample, how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, words
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.fields import QuantityField
from synthesis.ledger import Take
from synthesis.models import Role, Sample


class SampleInput(forms.TextInput):
    """A code with a list to choose from; the list is fetched while one types, and shows what is left."""

    def __init__(self, role: str = "", kinds: str = "") -> None:
        super().__init__(
            {
                "autocomplete": "off",
                "spellcheck": "false",
                "role": "combobox",
                "aria-expanded": "false",
                "placeholder": gettext_lazy("Code or name"),
                "hx-trigger": "focus, input changed delay:200ms",
                "hx-target": "next .combo-list",
                "hx-sync": "this:replace",
            }
        )
        self.query = urlencode({"role": role, "kinds": kinds})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        own = {"hx-get": f"{reverse('sample-options')}?{self.query}", "aria-controls": f"{name}-list"}
        return format_html(
            '<span class="combo" data-combo>{}<span class="combo-list" id="{}-list" role="listbox"></span>'
            '<span class="combo-picked" aria-live="polite"></span></span>',
            super().render(name, value, {**(attrs or {}), **own}, renderer),
            name,
        )


class SampleField(forms.CharField):
    """A sample by its code, among those that the person may use."""

    def __init__(self, role: str = "", kinds: str = "", **options: Any) -> None:
        super().__init__(max_length=40, widget=SampleInput(role, kinds), **options)
        self.actor: access.Actor | None = None

    def clean(self, value: Any) -> Any:
        code = super().clean(value).strip().upper()
        if not code:
            return None
        found = self.actor and access.visible(Sample.objects.filter(code=code), self.actor).first()
        if not found:
            raise forms.ValidationError(
                _("No sample %(code)s in your projects. Check the code or choose one from the list.")
                % {"code": code},
                code="no_sample",
            )
        self.widget.attrs["data-left"] = words.amount(found.amount_left, found.unit)
        return found


class TakeForm(forms.Form):
    role = forms.CharField(label=gettext_lazy("Used as"), max_length=80, required=False)
    sample = SampleField(label=gettext_lazy("Sample"), required=False)
    amount = QuantityField("g", label=gettext_lazy("Amount"), required=False)

    def __init__(
        self, *args: Any, actor: access.Actor | None = None, unit: str = "g", **options: Any
    ) -> None:
        super().__init__(*args, **options)
        asked = self.fields["sample"]
        assert isinstance(asked, SampleField)  # noqa: S101  # narrows the type of the field declared above
        asked.actor = actor
        role = str(self.initial.get("role", ""))
        asked.widget = SampleInput(role)
        wanted = self.initial.get("unit") or unit
        self.fields["amount"] = QuantityField(wanted, label=gettext_lazy("Amount"), required=False)
        self.fields["role"].widget.attrs["placeholder"] = gettext_lazy("Used as")
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("aria-label", f"{field.label} {role}".strip())
            field.widget.attrs.setdefault("data-column", name)

    @property
    def planned(self) -> str:
        return str(self.initial.get("planned", ""))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "sample" in self.errors or "amount" in self.errors:
            return values
        if values.get("amount") and not values.get("sample"):
            self.add_error("sample", _("Name the sample that this amount was taken from."))
        if values.get("sample") and not values.get("amount"):
            self.add_error(
                "amount", _("Say how much of %(sample)s was taken.") % {"sample": values["sample"]}
            )
        return values

    @property
    def take(self) -> Take | None:
        values = self.cleaned_data
        if not values.get("sample") or not values.get("amount"):
            return None
        return Take(
            values["sample"], values["amount"], values.get("role", ""), field=self.add_prefix("amount")
        )


class TakeRows(forms.BaseFormSet[TakeForm]):
    """All rows of one step; empty rows are left aside."""

    def takes(self) -> list[Take]:
        return [form.take for form in self.forms if form.has_changed() and form.take]

    def planned(self) -> dict[str, str]:
        """What was planned to be taken, by what it is used as."""
        return {str(form.initial["role"]): form.planned for form in self.forms if form.planned}


TakeFormSet: Any = forms.formset_factory(TakeForm, formset=TakeRows, extra=1, max_num=60, absolute_max=60)


def take_rows(
    data: Mapping[str, Any] | None,
    actor: access.Actor,
    initial: Sequence[dict[str, Any]],
    unit: str,
    extra: int,
) -> TakeRows:
    """The rows, bound where ``data`` is given; ``initial`` names the roles that this step usually has."""
    rows: TakeRows = TakeFormSet(
        data, prefix="takes", initial=list(initial), form_kwargs={"actor": actor, "unit": unit}
    )
    rows.extra = 0 if data is not None else extra
    return rows


def require_use(actor: access.Actor, takes: Iterable[Take]) -> None:
    """Whoever takes from a sample must be allowed to change its project."""
    for take in takes:
        if not access.may(actor, take.sample.project, Role.EDITOR):
            raise Refusal(
                _("%(sample)s belongs to %(project)s, where you may look but not take.")
                % {"sample": take.sample, "project": take.sample.project},
                field=take.field,
                status=NotAllowed.status,
            )


def place_refusal(refusal: Refusal, form: forms.BaseForm, *row_sets: forms.BaseFormSet[Any]) -> None:
    """Puts the sentence beside the input that it belongs to."""
    for rows in row_sets:
        for row in rows.forms:
            if refusal.field.startswith(f"{row.prefix}-"):
                row.add_error(refusal.field.removeprefix(f"{row.prefix}-"), refusal.message)
                return
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
