"""The rules of a material, said beside the fields that they are about: formula, molar mass, CAS number, phrases."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from synthesis import formulas, hazards
from synthesis.errors import Refusal
from synthesis.units import plain

if TYPE_CHECKING:
    from synthesis.models import Material

APART = Decimal(
    "0.001"
)  # a label rounds, and atomic weights are revised: so far a typed molar mass may lie off
_CAS = re.compile(r"^(\d{2,7})-(\d{2})-(\d)$")
_MOST_WATERS = 48  # half waters


def check(material: Material) -> dict[str, list[str]]:
    """Brings a material's own words into one spelling and answers what is wrong, by field."""
    errors: dict[str, list[str]] = {}
    for name, tidy in _TIDY.items():
        try:
            setattr(material, name, tidy(getattr(material, name)))
        except Refusal as refusal:
            errors.setdefault(name, []).append(refusal.message)
    for name, sentence in (
        ("molar_mass_g_per_mol", _("A molar mass is above zero.")),
        ("density_g_per_mL", _("A density is above zero.")),
        ("low_stock_amount", _("An amount to order at is above zero.")),
    ):
        value = getattr(material, name)
        if isinstance(value, Decimal) and value <= 0:
            errors.setdefault(name, []).append(sentence)
    if not errors.keys() & {"formula", "molar_mass_g_per_mol"}:
        errors |= _molar_mass(material)
    return errors


def calculated(material: Material) -> Decimal | None:
    """The molar mass that the formula says, where it says one."""
    try:
        return formulas.molar_mass(material.formula) if material.formula else None
    except Refusal:
        return None


def doubt(material: Material) -> str:
    """What is odd, but may be meant: an entered molar mass that fits the formula with more or less water."""
    said, entered = calculated(material), material.molar_mass_g_per_mol
    if said is None or entered is None or _agree(said, entered):
        return ""
    return _(
        "%(formula)s gives %(said)s g/mol; %(entered)s g/mol is entered, as with %(waters)s H2O %(more)s. "
        "Write the formula with its water of crystallisation."
    ) % {
        "formula": material.formula,
        "said": plain(said),
        "entered": plain(entered),
        "waters": plain(abs(_waters(said, entered) or Decimal(0))),
        "more": _("more") if entered > said else _("less"),
    }


def cas(number: str) -> str:
    """A CAS registry number with its check digit: the digits before it, weighed 1, 2, 3 … from the right, modulo 10."""
    written = number.strip().replace("–", "-").replace("−", "-")
    if not written:
        return ""
    found = _CAS.match(written)
    if found is None:
        raise Refusal(
            _("‘%(number)s’ is no CAS number. Write it as 7732-18-5.") % {"number": number},
            field="cas_number",
        )
    digits = found[1] + found[2]
    wanted = sum(weight * int(digit) for weight, digit in enumerate(reversed(digits), start=1)) % 10
    if int(found[3]) != wanted:
        raise Refusal(
            _("%(number)s: the last digit of a CAS number checks the others, and would be %(wanted)s. "
              "Compare it with the label.") % {"number": written, "wanted": wanted},
            field="cas_number",
            code="cas_check_digit",
        )  # fmt: skip
    return written


def _formula(written: str) -> str:
    if not written.strip():
        return ""
    formulas.composition(written)
    return formulas.normalised(written)


def _molar_mass(material: Material) -> dict[str, list[str]]:
    """Fills it in from the formula; what was typed may differ by the roundings of a label, or by water."""
    said, entered = calculated(material), material.molar_mass_g_per_mol
    if said is None:
        return {}
    if entered is None:
        material.molar_mass_g_per_mol = said
        return {}
    if _agree(said, entered) or _waters(said, entered) is not None:
        return {}
    sentence = _(
        "%(formula)s gives %(said)s g/mol; %(entered)s g/mol differs by %(apart)s %%. "
        "Leave it empty to take the formula's, or correct the formula."
    ) % {
        "formula": material.formula,
        "said": plain(said),
        "entered": plain(entered),
        "apart": f"{100 * (entered - said) / said:+.2f}".replace("-", "−"),
    }
    return {"molar_mass_g_per_mol": [sentence]}


def _agree(said: Decimal, entered: Decimal) -> bool:
    return abs(entered - said) <= APART * said


def _waters(said: Decimal, entered: Decimal) -> Decimal | None:
    """How many half or whole waters lie between the two, or None where no number of them does."""
    halves = round(2 * (entered - said) / formulas.WATER)
    count = Decimal(halves) / 2
    fits = abs(entered - said - count * formulas.WATER) <= APART * min(said, entered)
    return count if fits and 0 < abs(halves) <= _MOST_WATERS else None


_TIDY: dict[str, Callable[..., object]] = {
    "formula": _formula,
    "cas_number": cas,
    "pictograms": hazards.known_pictograms,
    "hazard_statements": hazards.h_phrases,
    "precautionary_statements": hazards.p_phrases,
}
