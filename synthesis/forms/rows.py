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

from synthesis import access, deviations, words
from synthesis.deviations import Deviation, Limit
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.fields import QuantityField
from synthesis.forms.reasons import LONGEST_REASON
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
    """One row. Its ``initial`` may hold unit, planned amount, limit and a hint beside what is typed into it."""

    role = forms.CharField(label=gettext_lazy("Used as"), max_length=80, required=False)
    sample = SampleField(label=gettext_lazy("Sample"), required=False)
    amount = QuantityField("g", label=gettext_lazy("Amount"), required=False)
    why = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST_REASON, required=False)
    deviation: Deviation | None = None
    why_error = ""

    def __init__(
        self, *args: Any, actor: access.Actor | None = None, unit: str = "g", **options: Any
    ) -> None:
        super().__init__(*args, **options)
        asked = self.fields["sample"]
        assert isinstance(asked, SampleField)  # noqa: S101  # narrows the type of the field declared above
        asked.actor = actor
        role = str(self.initial.get("role", ""))
        asked.widget = SampleInput(role)
        if self.initial.get("left"):
            asked.widget.attrs["data-left"] = self.initial["left"]
        self.deviation = self.initial.get("deviation") if not self.is_bound else None
        wanted = self.initial.get("unit") or unit
        self.fields["amount"] = QuantityField(wanted, label=gettext_lazy("Amount"), required=False)
        self.fields["role"].widget.attrs["placeholder"] = gettext_lazy("Used as")
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("aria-label", f"{field.label} {role}".strip())
            field.widget.attrs.setdefault("data-column", name)

    @property
    def planned(self) -> str:
        return str(self.initial.get("planned", ""))

    @property
    def share(self) -> str:
        """The part of a target that is planned ("28 wt %"), from which the page makes a mass; else the plan itself."""
        return str(self.initial.get("share", self.planned))

    @property
    def limit(self) -> Limit | None:
        limit: Limit | None = self.initial.get("limit")
        return limit

    @property
    def hint(self) -> str:
        return "" if self.is_bound else str(self.initial.get("hint", ""))

    @property
    def over(self) -> bool:
        return self.deviation is not None and self.deviation.over

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
        values = getattr(self, "cleaned_data", {})
        if not values.get("sample") or not values.get("amount"):
            return None
        return Take(
            values["sample"], values["amount"], values.get("role", ""), field=self.add_prefix("amount")
        )


class TakeRows(forms.BaseFormSet[TakeForm]):
    """All rows of one step; a row without a sample and an amount is left aside."""

    def _construct_form(self, i: int, **kwargs: Any) -> TakeForm:
        """What was filled in before and is sent unchanged counts like what was typed."""
        form: TakeForm = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # unknown to the stubs
        form.empty_permitted = False
        return form

    def takes(self) -> list[Take]:
        return [form.take for form in self.forms if form.take]

    def planned(self) -> dict[str, str]:
        """What was planned to be taken, by what it is used as."""
        return {str(form.initial["role"]): form.planned for form in self.forms if form.planned}

    def compare(self) -> None:
        """Sets the deviation of each role beside its first row: what several lots gave counts together."""
        for rows in self._by_role().values():
            taken = [(take.sample, take.amount) for row in rows if (take := row.take)]
            if rows[0].planned and taken:
                rows[0].deviation = deviations.of_amounts(rows[0].planned, taken, rows[0].limit)

    def gives_reasons(self) -> bool:
        """Whether every role past its limit has its reason; else its first row says what is asked for."""
        self.compare()
        for row in self.forms:
            if row.over and row.deviation and not row.cleaned_data.get("why", "").strip():
                row.why_error = deviations.reason_asked(str(row.cleaned_data["role"]), row.deviation)
        return not any(row.why_error for row in self.forms)

    def reasons(self) -> dict[str, str]:
        """The reasons given, by role."""
        return {
            row.cleaned_data["role"]: row.cleaned_data["why"].strip()
            for row in self.forms
            if row.over and row.cleaned_data.get("why", "").strip()
        }

    def _by_role(self) -> dict[str, list[TakeForm]]:
        found: dict[str, list[TakeForm]] = {}
        for row in self.forms:
            found.setdefault(row.cleaned_data.get("role", ""), []).append(row)
        return {role: rows for role, rows in found.items() if role}


MOST_ROWS = 60
TakeFormSet: Any = forms.formset_factory(
    TakeForm, formset=TakeRows, extra=1, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


def take_rows(
    data: Mapping[str, Any] | None,
    actor: access.Actor,
    initial: Sequence[Mapping[str, Any]],
    unit: str,
    extra: int,
) -> TakeRows:
    """The rows, bound where ``data`` is given; ``initial`` names the roles that this step usually has."""
    rows: TakeRows = TakeFormSet(
        data,
        prefix="takes",
        initial=_as_sent(data, initial) if data is not None else [dict(row) for row in initial],
        form_kwargs={"actor": actor, "unit": unit},
    )
    rows.extra = 0 if data is not None else extra
    return rows


def _as_sent(data: Mapping[str, Any], usual: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The plan of each row that was sent, found by what it is used as and not by its place."""
    total = str(data.get("takes-TOTAL_FORMS", "0"))
    count = min(int(total), MOST_ROWS) if total.isdecimal() and len(total) < 6 else 0
    by_role = {str(row.get("role", "")).lower(): row for row in usual}
    sent = [str(data.get(f"takes-{number}-role", "")).strip() for number in range(count)]
    kept = ("role", "unit", "planned", "share", "limit")
    rows = [by_role.get(role.lower(), {}) if role else {} for role in sent]
    return [{name: row[name] for name in kept if row.get(name)} for row in rows]


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
                row.add_error(refusal.field.removeprefix(f"{row.prefix}-"), refusal.sentence)
                return
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
