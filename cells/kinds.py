"""What each kind of cell has not: an ion-blocking cell has no active mass, a die cell no liquid electrolyte."""

from __future__ import annotations

from collections.abc import Iterable

from cells.models import Cell

_CAPACITY = ("active_mass_mg", "nominal_capacity_mAh_per_g", "c_rate", "first_direction")
_ANODE = ("anode_mass_mg", "anode_capacity_mAh_per_g")
_LIQUID = ("electrolyte", "electrolyte_volume_uL")
_WINDOW = ("lower_voltage_V", "upper_voltage_V")
HAS_NOT: dict[str, tuple[str, ...]] = {
    Cell.Format.DIE: _LIQUID,
    Cell.Format.POUCH: (),
    Cell.Format.COIN: (),
    Cell.Format.NON_ACTIVE: (*_CAPACITY, "planned_cycles", *_LIQUID),
    Cell.Format.SYMMETRIC: (*_CAPACITY, "anode_capacity_mAh_per_g"),
    Cell.Format.ION_BLOCKING: (
        *_CAPACITY, "composite_mass_mg", "planned_cycles", "anode", *_ANODE, *_LIQUID, *_WINDOW,
    ),
}  # fmt: skip
NAMES = tuple(dict.fromkeys(name for names in HAS_NOT.values() for name in names))
"""Fields that some kind has not."""


def has(cell_format: str, name: str) -> bool:
    return name not in HAS_NOT.get(cell_format, ())


def needless(cell_format: str, named: Iterable[str]) -> list[str]:
    """Those of the named fields that a cell of this kind has not."""
    return [name for name in named if not has(cell_format, name)]
