"""mol, g and mL of a lot become each other by molar mass, purity and density of its material."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from synthesis.errors import Refusal
from synthesis.models import MaterialLot, Sample
from synthesis.units import Quantity, dimension, rounded

MASS, VOLUME, SUBSTANCE = "mass", "volume", "amount of substance"
BASES = {MASS: "g", VOLUME: "mL", SUBSTANCE: "mol"}


def in_unit_of(sample: Sample, amount: Quantity) -> Quantity:
    """An amount in the sample's own unit; of a lot, mol, g and mL become each other where its material says how.

    The mass of so many mol is that of the lot as it is weighed: a purity of 98 % makes it larger.
    """
    wanted = dimension(sample.unit)
    own = sample.own
    if dimension(amount.unit) == wanted or not isinstance(own, MaterialLot) or wanted not in BASES:
        return amount.to(sample.unit)  # says which dimension was wanted
    grams = _grams(own, amount)
    if grams is None:
        _refuse_for_lack_of_figures(own, amount)
        return amount.to(sample.unit)
    found = _from_grams(own, grams, wanted)
    return found.to(sample.unit) if found is not None else amount.to(sample.unit)


def in_mass(sample: Sample, amount: Decimal) -> Quantity | None:
    """So much of a sample, in its own unit, as a mass; None where its material does not say it."""
    given = Quantity(amount, sample.unit)
    if dimension(sample.unit) == MASS:
        return given
    own = sample.own
    grams = _grams(own, given) if isinstance(own, MaterialLot) else None
    return Quantity(grams, "g") if grams is not None else None


def also(sample: Sample, amount: Decimal) -> list[Quantity]:
    """What so much of a lot is in its other dimensions, as far as that can be computed: "0.0162 mol" of "20 g"."""
    own = sample.own
    if not isinstance(own, MaterialLot) or dimension(sample.unit) not in (MASS, VOLUME):
        return []
    return list(_others(own, Quantity(amount, sample.unit)))


def _others(lot: MaterialLot, amount: Quantity) -> Iterator[Quantity]:
    grams = _grams(lot, amount)
    if grams is None:
        return
    for other in (MASS, VOLUME, SUBSTANCE):
        found = _from_grams(lot, grams, other) if other != dimension(amount.unit) else None
        if found is not None:
            yield found


def _grams(lot: MaterialLot, amount: Quantity) -> Decimal | None:
    """The mass of an amount of a lot, or None where its material does not say it."""
    kind, base = dimension(amount.unit), BASES.get(dimension(amount.unit), "")
    if kind == MASS:
        return amount.to("g").value
    if kind == VOLUME and lot.material.density_g_per_mL:
        return amount.to(base).value * lot.material.density_g_per_mL
    if kind == SUBSTANCE and lot.material.molar_mass_g_per_mol:
        return amount.to(base).value * lot.material.molar_mass_g_per_mol / _share(lot)
    return None


def _from_grams(lot: MaterialLot, grams: Decimal, wanted: str) -> Quantity | None:
    if wanted == MASS:
        return Quantity(rounded(grams), "g")
    if wanted == VOLUME and lot.material.density_g_per_mL:
        return Quantity(rounded(grams / lot.material.density_g_per_mL), "mL")
    if wanted == SUBSTANCE and lot.material.molar_mass_g_per_mol:
        return Quantity(rounded(grams * _share(lot) / lot.material.molar_mass_g_per_mol), "mol")
    return None


def _share(lot: MaterialLot) -> Decimal:
    return (lot.purity_percent or Decimal(100)) / 100


def _refuse_for_lack_of_figures(lot: MaterialLot, amount: Quantity) -> None:
    """A chemist who types mol is told that the material has no molar mass, not that mol is no mass."""
    if dimension(amount.unit) == SUBSTANCE:
        raise Refusal(
            _("%(material)s has no molar mass yet, so %(amount)s cannot become %(unit)s. "
              "Enter the molar mass on its page, or give the amount in %(unit)s.")
            % {"material": lot.material, "amount": amount, "unit": lot.unit},
            code="wrong_dimension",
        )  # fmt: skip
