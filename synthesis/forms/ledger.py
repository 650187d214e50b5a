"""The forms of the ledger: one booking, a stock-take of many, parts of a split, what goes into a pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, splitting
from synthesis.forms.fields import QuantityField, shown
from synthesis.forms.places import PlaceField
from synthesis.forms.rows import SampleField, SampleInput
from synthesis.ledger import Take
from synthesis.models import Sample
from synthesis.stock import Counted
from synthesis.units import Quantity

BOOKINGS = (
    ("count", gettext_lazy("Counted: this much is there")),
    ("correct", gettext_lazy("Correct (plus or minus)")),
    ("discard", gettext_lazy("Discard")),
    ("discard_all", gettext_lazy("Discard all that is left")),
    ("use", gettext_lazy("Use outside the chain")),
    ("make", gettext_lazy("Record a yield")),
)


class LedgerForm(forms.Form):
    """One booking on the sample's own page. All that is left needs no amount."""

    kind = forms.ChoiceField(label=gettext_lazy("What"), choices=BOOKINGS)
    amount = QuantityField("g", label=gettext_lazy("Amount"), required=False)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=240, required=False)

    def __init__(self, *args: Any, unit: str = "g", made: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = QuantityField(unit, label=_("Amount"), required=False)
        self.fields["reason"].help_text = _("Needed for a correction or a discard.")
        self.initial.setdefault("kind", "count" if made else "make")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (
            values.get("kind") != "discard_all"
            and values.get("amount") is None
            and "amount" not in self.errors
        ):
            self.add_error("amount", _("Say how much, with its unit: 20 g."))
        return values


class CountForm(forms.Form):
    """What should be there, a row each. A row that is left empty was not counted."""

    reason = forms.CharField(label=gettext_lazy("Why it is counted"), max_length=200, required=False)

    def __init__(self, *args: Any, samples: Sequence[Sample], **options: Any) -> None:
        super().__init__(*args, **options)
        self.samples = samples
        for sample in samples:
            counted = QuantityField(
                sample.unit, required=False, label=_("Counted of %(code)s") % {"code": sample.code}
            )
            counted.widget.attrs["aria-label"] = counted.label
            self.fields[f"counted-{sample.pk}"] = counted
            self.fields[f"expected-{sample.pk}"] = forms.DecimalField(
                required=False, widget=forms.HiddenInput, initial=sample.amount_left
            )

    @property
    def rows(self) -> list[tuple[Sample, forms.BoundField, forms.BoundField]]:
        return [(one, self[f"counted-{one.pk}"], self[f"expected-{one.pk}"]) for one in self.samples]

    def counts(self) -> list[Counted]:
        found = []
        for sample in self.samples:
            name = f"counted-{sample.pk}"
            if (amount := self.cleaned_data.get(name)) is not None:
                expected: Decimal | None = self.cleaned_data.get(f"expected-{sample.pk}")
                found.append(Counted(sample, amount, expected, field=name))
        return found

    def look_again(self) -> None:
        """Shows what is there now, where a list was overtaken: what was typed stays."""
        fresh = {f"expected-{sample.pk}": str(sample.amount_left) for sample in self.samples}
        self.data = {**{name: self.data.get(name) for name in self.data}, **fresh}


class PartForm(forms.Form):
    amount = QuantityField("g", label=gettext_lazy("Amount"), required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    place = PlaceField(label=gettext_lazy("Place"), required=False)

    def __init__(self, *args: Any, unit: str = "g", **options: Any) -> None:
        super().__init__(*args, **options)
        self.empty_permitted = False  # a row that is left as it was proposed counts as well
        self.fields["amount"] = QuantityField(unit, label=_("Amount"), required=False)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)


class PartRows(forms.BaseFormSet[PartForm]):
    def parts(self) -> list[splitting.Part]:
        """The rows that give an amount."""
        return [
            splitting.Part(values["amount"], values["name"], values["place"], form.add_prefix("amount"))
            for form in self.forms
            if (values := form.cleaned_data).get("amount") is not None
        ]


_Parts: Any = forms.formset_factory(
    PartForm, formset=PartRows, extra=0, max_num=splitting.MOST_PARTS, absolute_max=splitting.MOST_PARTS
)


def part_rows(data: Mapping[str, Any] | None, sample: Sample, amounts: Sequence[Quantity] = ()) -> PartRows:
    """Bound rows, or rows that propose these amounts; two empty ones where none is proposed."""
    initial = [{"amount": shown(amount)} for amount in amounts] or [{}, {}]
    rows: PartRows = _Parts(data, prefix="parts", initial=initial, form_kwargs={"unit": sample.unit})
    return rows


class PoolRow(forms.Form):
    """Without an amount all that is left goes in."""

    sample = SampleField(label=gettext_lazy("Sample"), required=False)
    amount = QuantityField("g", label=gettext_lazy("Amount"), required=False)

    def __init__(self, *args: Any, actor: access.Actor, like: Sample, **options: Any) -> None:
        super().__init__(*args, **options)
        self.empty_permitted = False  # a row that is left as it was proposed counts as well
        asked = self.fields["sample"]
        assert isinstance(asked, SampleField)  # noqa: S101  # as declared above
        asked.actor = actor
        asked.widget = SampleInput("", like.kind)
        self.fields["amount"] = QuantityField(like.unit, label=_("Amount"), required=False)
        self.fields["amount"].widget.attrs["placeholder"] = _("all")
        for name, field in self.fields.items():
            field.widget.attrs |= {"aria-label": str(field.label), "data-column": name}


class PoolRows(forms.BaseFormSet[PoolRow]):
    def takes(self) -> list[Take]:
        found = []
        for form in self.forms:
            sample = form.cleaned_data.get("sample")
            if sample is not None:
                amount = form.cleaned_data.get("amount") or Quantity(sample.amount_left, sample.unit)
                found.append(Take(sample, amount, splitting.POOL, form.add_prefix("amount")))
        return found


_Pool: Any = forms.formset_factory(PoolRow, formset=PoolRows, extra=0, max_num=60, absolute_max=60)


def pool_rows(data: Mapping[str, Any] | None, sample: Sample, actor: access.Actor) -> PoolRows:
    rows: PoolRows = _Pool(
        data,
        prefix="pool",
        initial=[{"sample": sample.code}, {}],
        form_kwargs={"actor": actor, "like": sample},
    )
    return rows


class PoolForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    place = PlaceField(label=gettext_lazy("Place"), required=False)
