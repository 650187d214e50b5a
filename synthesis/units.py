"""Quantities as people write them: "0,02 kg", "1.2e-3 mol", "30 min". Exact decimals, checked for dimension.

Everything that reads or converts a quantity, in forms, over REST and while one types, asks here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from synthesis.errors import Refusal
from synthesis.unit_table import ALIKE, SPELLINGS, TABLE, said_dimension

_WRITTEN = re.compile(r"^\s*([+\-−]?[\d.,\s\u00a0\u202f]*\d[.,]?(?:[eE][+\-−]?\d+)?)\s*([^\d\s].*)?$")
PLACES = Decimal("0.000000001")
LARGEST = Decimal("99999999999")
LONGEST = 60  # letters of a quantity as typed; the ledger keeps as many


def dimension(unit: str) -> str:
    return TABLE[unit].dimension


def is_known(unit: str) -> bool:
    return unit in TABLE


def units_like(unit: str) -> list[str]:
    """The units of the same dimension, for hints."""
    return [name for name, one in TABLE.items() if one.dimension == dimension(unit)]


def known_unit(written: str, like: str = "") -> str:
    """The unit as we spell it, or a Refusal that lists the known ones, those of ``like``'s dimension where given."""
    name = _spelt(written)
    if name in TABLE:
        return name
    known = units_like(like) if like in TABLE else list(TABLE)
    raise Refusal(
        _("‘%(unit)s’ is not a known unit. Known: %(known)s.")
        % {"unit": written.strip(), "known": ", ".join(known)},
        code="unknown_unit",
    )


def _spelt(written: str) -> str:
    """A unit as the table writes it. Case is forgiven only where it says nothing: mPa is not MPa."""
    name = "".join(ALIKE.get(letter, letter) for letter in written if not letter.isspace())
    return name if name in TABLE else SPELLINGS.get(name.lower(), name)


def number(text: str) -> Decimal:
    """A number with decimal point or comma, thousands apart by space: "1 200,5"; never NaN or infinite."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text).replace("−", "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = Decimal("NaN" if "_" in plain else plain)
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

    def to(self, unit: str, *, density_g_per_mL: Decimal | None = None) -> Quantity:
        """The same quantity in another unit of its dimension.

        Raises Refusal for another dimension; where ``density_g_per_mL`` would lead from one to the other, the
        sentence says how much that would be and the refusal carries it as its ``proposal``.
        """
        if unit == self.unit:
            return Quantity(rounded(self.value), unit)
        if unit not in TABLE or self.unit not in TABLE or dimension(unit) != dimension(self.unit):
            raise _wrong_dimension(self, unit, density_g_per_mL)
        here, there = TABLE[self.unit], TABLE[unit]
        return Quantity(rounded((self.value * here.factor + here.zero - there.zero) / there.factor), unit)

    def __str__(self) -> str:
        return f"{plain(self.value)}\u00a0{self.unit}"


def difference(value: Decimal, unit: str, to: str) -> Decimal:
    """A difference in another unit: 3 K are 3 °C, because the zero of the scale falls out."""
    if dimension(unit) != dimension(to):
        raise _wrong_dimension(Quantity(value, unit), to, None)
    return rounded(value * TABLE[unit].factor / TABLE[to].factor)


def through_density(quantity: Quantity, unit: str, density_g_per_mL: Decimal | None) -> Quantity | None:
    """A volume as a mass or a mass as a volume; None for anything else or without a density."""
    if density_g_per_mL is None or not {quantity.unit, unit} <= TABLE.keys():
        return None
    if (dimension(quantity.unit), dimension(unit)) == ("volume", "mass"):
        return Quantity(rounded(quantity.to("mL").value * density_g_per_mL), "g").to(unit)
    if (dimension(quantity.unit), dimension(unit)) == ("mass", "volume"):
        return Quantity(rounded(quantity.to("g").value / density_g_per_mL), "mL").to(unit)
    return None


def _wrong_dimension(given: Quantity, unit: str, density: Decimal | None) -> Refusal:
    if unit not in TABLE or given.unit not in TABLE:
        return Refusal(
            _("‘%(given)s’ is in another unit; this field is in %(unit)s.") % {"given": given, "unit": unit},
            code="wrong_dimension",
        )
    sentence = _("‘%(given)s’ is %(kind)s; this field is %(wanted)s (%(units)s).") % {
        "given": given,
        "kind": said_dimension(dimension(given.unit)),
        "wanted": said_dimension(dimension(unit)),
        "units": ", ".join(units_like(unit)),
    }
    proposal = through_density(given, unit, density)
    if proposal is not None and density is not None:
        sentence += " " + _("With %(density)s\u00a0g/mL it would be %(proposal)s.") % {
            "density": plain(density),
            "proposal": proposal,
        }
    return WrongDimension(sentence, code="wrong_dimension", proposal=proposal)


class WrongDimension(Refusal):
    """A volume where a mass belongs; ``proposal`` is what it would be, where a density says so."""

    def __init__(self, message: str, *, code: str, proposal: Quantity | None) -> None:
        super().__init__(message, code=code)
        self.proposal = proposal


def parse(text: str, default_unit: str) -> Quantity:
    """A quantity as typed; a bare number is in ``default_unit``."""
    written = str(text).strip()
    match = _WRITTEN.match(written) if len(written) <= LONGEST else None
    if match is None:
        raise Refusal(
            _("‘%(text)s’ is not a quantity. Write it as 20\u00a0%(unit)s.")
            % {"text": text, "unit": default_unit}
            if default_unit
            else _("‘%(text)s’ is not a number. Write it as 20 or 0.02.") % {"text": text},
            code="no_number",
        )
    value, unit = match.group(1), (match.group(2) or "").strip()
    if not unit or unit == default_unit:
        return Quantity(number(value), default_unit)
    return Quantity(number(value), known_unit(unit, like=default_unit))


def plain(value: Decimal) -> str:
    """Digits without trailing zeros or exponent, with a true minus."""
    text = format(value.normalize(), "f")
    return ("0" if text in {"-0", "0"} else text).replace("-", "−")
