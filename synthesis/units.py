"""Quantities as people write them: "0,02 kg", "1.2e-3 mol", "20 g". Exact decimals, checked for dimension."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from synthesis.errors import Refusal

# unit -> (dimension, factor to the base of its dimension)
_UNITS: dict[str, tuple[str, Decimal]] = {
    "kg": ("mass", Decimal("1000")),
    "g": ("mass", Decimal("1")),
    "mg": ("mass", Decimal("0.001")),
    "µg": ("mass", Decimal("0.000001")),
    "L": ("volume", Decimal("1000")),
    "mL": ("volume", Decimal("1")),
    "µL": ("volume", Decimal("0.001")),
    "mol": ("amount of substance", Decimal("1")),
    "mmol": ("amount of substance", Decimal("0.001")),
    "piece": ("count", Decimal("1")),
    "cm²": ("area", Decimal("1")),
}
_SPELLINGS = {
    "ug": "µg",
    "μg": "µg",
    "ul": "µL",
    "μl": "µL",
    "µl": "µL",
    "ml": "mL",
    "l": "L",
    "pieces": "piece",
    "pcs": "piece",
    "cm2": "cm²",
}
_WRITTEN = re.compile(r"^\s*([+\-−]?[\d.,\s\u00a0\u202f]*\d[.,]?(?:[eE][+\-−]?\d+)?)\s*([^\d\s].*)?$")
PLACES = Decimal("0.000000001")
LARGEST = Decimal("99999999999")
LONGEST = 60  # letters of a quantity as typed; the ledger keeps as many


def dimension(unit: str) -> str:
    return _UNITS[unit][0]


def units_like(unit: str) -> list[str]:
    """The units of the same dimension, for hints."""
    return [name for name, (kind, _factor) in _UNITS.items() if kind == dimension(unit)]


def known_unit(written: str) -> str:
    """The unit as we spell it, or a Refusal that lists the known ones."""
    name = written.strip()
    name = name if name in _UNITS else _SPELLINGS.get(name.lower(), name)
    if name not in _UNITS:
        raise Refusal(
            _("‘%(unit)s’ is not a known unit. Known: %(known)s.")
            % {"unit": written.strip(), "known": ", ".join(_UNITS)},
            code="unknown_unit",
        )
    return name


def number(text: str) -> Decimal:
    """A number with decimal point or comma, thousands apart by space: "1 200,5"; never NaN or infinite."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text).replace("−", "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Refusal(
            _("‘%(text)s’ is not a number. Write it as 20 or 0.02.") % {"text": text.strip()},
            code="no_number",
        )
    require_possible(value)
    return value


def require_possible(value: Decimal) -> None:
    """Raises Refusal for an amount that no sample can have: beyond what a column of amounts holds."""
    if abs(value) > LARGEST:
        raise Refusal(
            _("%(value)s is too large: at most %(most)s can be kept.")
            % {"value": f"{value:.3e}", "most": f"{LARGEST:,}"},
            code="too_large",
        )


def rounded(value: Decimal) -> Decimal:
    """An amount as it is kept, with nine decimals. Raises Refusal where it is too large for that."""
    require_possible(value)
    return value.quantize(PLACES)


@dataclass(frozen=True)
class Quantity:
    value: Decimal
    unit: str

    def to(self, unit: str) -> Quantity:
        """The same quantity in another unit of its dimension."""
        if dimension(unit) != dimension(self.unit):
            raise Refusal(
                _("‘%(given)s’ is a %(kind)s; this field is a %(wanted)s (%(units)s).")
                % {
                    "given": self,
                    "kind": dimension(self.unit),
                    "wanted": dimension(unit),
                    "units": ", ".join(units_like(unit)),
                },
                code="wrong_dimension",
            )
        factor = _UNITS[self.unit][1] / _UNITS[unit][1]
        return Quantity(rounded(self.value * factor), unit)

    def __str__(self) -> str:
        return f"{plain(self.value)}\u00a0{self.unit}"


def parse(text: str, default_unit: str) -> Quantity:
    """A quantity as typed; a bare number is in ``default_unit``."""
    written = str(text).strip()
    match = _WRITTEN.match(written) if len(written) <= LONGEST else None
    if match is None:
        raise Refusal(_("‘%(text)s’ is not a quantity. Write it as 20 g.") % {"text": text}, code="no_number")
    value, unit = match.group(1), (match.group(2) or "").strip()
    return Quantity(number(value), known_unit(unit) if unit else default_unit)


def plain(value: Decimal) -> str:
    """Digits without trailing zeros or exponent, with a true minus."""
    text = format(value.normalize(), "f")
    return ("0" if text in {"-0", "0"} else text).replace("-", "−")
