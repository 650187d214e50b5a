"""Fields for quantities: "0,02 kg" or "34 °C"; what was typed stays, and an error is the sentence of the Refusal."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from synthesis import units
from synthesis.errors import Refusal
from synthesis.units import Quantity

_LABEL = re.compile(r"^(?P<label>.*?)\s*\((?P<unit>[^()]+)\)$")


def split_label(label: str) -> tuple[str, str]:
    """ "stirring (r/min)" -> ("stirring", "r/min"); without brackets the unit is ""."""
    found = _LABEL.match(label)
    return (found["label"], found["unit"]) if found else (label, "")


def said(refusal: Refusal) -> ValidationError:
    """The sentence for its field; where it proposes a value, with a button that puts it there."""
    return ValidationError(with_proposal(refusal), code=refusal.code)


def with_proposal(refusal: Refusal) -> str:
    proposal = getattr(refusal, "proposal", None)
    if proposal is None:
        return refusal.message
    return format_html(
        '{} <button type="button" class="link" data-use-value="{}">{}</button>',
        refusal.message,
        shown(proposal),
        _("Use %(proposal)s") % {"proposal": proposal},
    )


class UnitInput(forms.TextInput):
    """A text input with its unit inside on the right."""

    def __init__(self, unit: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})
        self.unit = unit

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<span class="with-unit{}">{}<span class="unit" aria-hidden="true">{}</span></span>',
            " wide-unit" if len(self.unit) > 5 else "",
            super().render(name, value, attrs, renderer),
            self.unit,
        )


class QuantityField(forms.CharField):
    """An amount with a unit; a bare number is in ``unit``. Gives a Quantity in the unit that was typed, or None."""

    def __init__(self, unit: str, **options: Any) -> None:
        super().__init__(max_length=60, widget=UnitInput(unit), **options)
        self.unit = unit

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return units.parse(text, self.unit)
        except Refusal as refusal:
            raise said(refusal) from refusal


class MeasuredField(QuantityField):
    """A measured value of a step, typed in any unit of its dimension: "30 min" in a field of hours is 0.5.

    Gives a float in the field's own unit, or None; with ``exact`` a decimal. ``density_g_per_mL`` lets the sentence
    for a mass in a field of volumes propose what it would be.
    """

    def __init__(
        self, unit: str, *, lowest: float | None = None, exact: bool = False, **options: Any
    ) -> None:
        super().__init__(unit, **options)
        self.exact = exact
        self.lowest = lowest
        self.density_g_per_mL: Decimal | None = None
        self.widget.attrs["data-measured"] = unit
        if lowest is not None:
            self.widget.attrs["data-lowest"] = f"{lowest:g}"

    def clean(self, value: Any) -> Any:
        text = forms.CharField.clean(self, value)
        if not text:
            return None
        try:
            read = measured(text, self.unit, self.lowest, self.density_g_per_mL)
        except Refusal as refusal:
            raise said(refusal) from refusal
        return read if self.exact else float(read)


def measured(
    text: str, unit: str, lowest: float | None = None, density_g_per_mL: Decimal | None = None
) -> Decimal:
    """A measured value as typed, in ``unit``. Raises Refusal with the sentence that stands beside its field."""
    read = units.parse(text, unit)
    value = read.value if read.unit == unit else read.to(unit, density_g_per_mL=density_g_per_mL).value
    if lowest is not None and value < Decimal(str(lowest)):
        raise Refusal(
            _("%(value)s\u00a0%(unit)s is below the lowest possible, %(lowest)s\u00a0%(unit)s.")
            % {"value": units.plain(value), "unit": unit, "lowest": units.plain(Decimal(str(lowest)))},
            code="too_low",
        )
    return value


def measured_field(field: models.Field[Any, Any], **options: Any) -> forms.Field | None:
    """Form field of a model field: floats with "(unit)" in their label become MeasuredFields."""
    if not isinstance(field, models.FloatField | models.DecimalField):
        if isinstance(field, models.DateTimeField):
            return field.formfield(
                widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"), **options
            )
        if isinstance(field, models.DateField):
            return field.formfield(widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), **options)
        return field.formfield(**options)
    label, unit = split_label(str(field.verbose_name))
    lowest = next((item.limit_value for item in field.validators if hasattr(item, "limit_value")), None)
    made = MeasuredField(unit, label=label, required=not field.blank, lowest=_number(lowest))
    made.exact = isinstance(field, models.DecimalField)
    return made


def _number(limit: Any) -> float | None:
    return float(limit) if isinstance(limit, int | float) else None


def shown(value: Any) -> str:
    """A stored value as it would be typed: no trailing zeros."""
    if isinstance(value, Quantity):
        return str(value).replace("\u00a0", " ").replace("−", "-")
    return f"{value:.10g}" if isinstance(value, float) else str(value)
