"""Crystal densities of solid electrolytes, by which the relative density of a separator is told.

Computed from the cubic cell that diffraction gives: density = Z · M / (N_A · a³).
"""

from __future__ import annotations

from dataclasses import dataclass

from synthesis import formulas

AVOGADRO_PER_MOL = 6.02214076e23
CM_PER_ANGSTROM = 1e-8


@dataclass(frozen=True)
class Cubic:
    """Lattice parameter in Å and formula units in the cell."""

    a_angstrom: float
    units: int


# Argyrodites, F-43m: Deiseroth et al., Angew. Chem. Int. Ed. 47 (2008) 755, to 0.01 Å.
LATTICES = {"Li6PS5Cl": Cubic(9.86, 4), "Li6PS5Br": Cubic(9.99, 4), "Li6PS5I": Cubic(10.14, 4)}
ALSO = {"LPSC": "Li6PS5Cl", "LPSCl": "Li6PS5Cl", "argyrodite": "Li6PS5Cl"}
_NAMES = {name.lower(): formula for name, formula in (*ALSO.items(), *((one, one) for one in LATTICES))}


@dataclass(frozen=True)
class Density:
    g_per_cm3: float
    source: str


def of(name: str) -> Density | None:
    """The crystal density of what a formula or a usual short name stands for; None where none is known here."""
    formula = _NAMES.get(formulas.normalised(name).lower())
    if formula is None:
        return None
    lattice, mass = LATTICES[formula], formulas.molar_mass(formula)
    if mass is None:
        return None
    volume = (lattice.a_angstrom * CM_PER_ANGSTROM) ** 3
    found = lattice.units * float(mass) / (AVOGADRO_PER_MOL * volume)
    return Density(round(found, 3), f"{formula}, cubic, a = {lattice.a_angstrom:g} Å, Z = {lattice.units}")
