"""What is known of the gases whose isotherms give areas: cross-sections, liquids, vapour pressures."""

from __future__ import annotations

import math
from dataclasses import dataclass

AVOGADRO = 6.02214076e23


@dataclass(frozen=True)
class Gas:
    """``cross_section_nm2`` as IUPAC recommends, ``note`` belongs to it; it holds within ``WITHIN_K`` of ``near_K``.

    ``liquid_cm3_per_mmol`` is the molar volume of the liquid, None where none is agreed.
    """

    cross_section_nm2: float
    near_K: tuple[float, ...]
    note: str
    liquid_cm3_per_mmol: float | None = None


WITHIN_K = 3.0
GASES = {
    "N2": Gas(0.162, (77.35,), "N2 0.162 nm² at 77 K (IUPAC 2015)", 34.67e-3),
    "Ar": Gas(0.142, (87.3, 77.35), "Ar 0.142 nm² at 87 K (IUPAC 2015); at 77 K it is less sure", 28.63e-3),
    "Kr": Gas(0.202, (77.35,), "Kr 0.202 nm² at 77 K, from supercooled liquid"),
}
"""M. Thommes et al., Pure Appl. Chem. 87 (2015) 1051. Liquids: N2 of 0.808 g/cm³, Ar of 1.395 g/cm³ at 87.3 K."""

_VAPOUR = {
    "N2": (
        126.192,
        3395.8,
        63.151,
        ((-6.12445284, 1.0), (1.26327220, 1.5), (-0.765910082, 2.5), (-1.77570564, 5.0)),
    ),
    "Ar": (
        150.687,
        4863.0,
        83.806,
        ((-5.9409785, 1.0), (1.3553888, 1.5), (-0.46497607, 2.0), (-1.5399043, 4.5)),
    ),
}
"""Critical point (K, kPa), triple point (K) and terms of the vapour-pressure equation. N2: R. Span et al., J. Phys.
Chem. Ref. Data 29 (2000) 1361. Ar: C. Tegeler et al., J. Phys. Chem. Ref. Data 28 (1999) 779."""


def saturation_kPa(gas: str, kelvin: float) -> float | None:
    """Vapour pressure over the liquid in kPa; None for other gases and outside the range of liquids."""
    if gas not in _VAPOUR:
        return None
    critical, pressure, triple, terms = _VAPOUR[gas]
    if not triple <= kelvin < critical:
        return None
    rest = 1 - kelvin / critical
    return pressure * math.exp(critical / kelvin * sum(factor * rest**power for factor, power in terms))


def area_per_mmol(cross_section_nm2: float) -> float:
    """m² that 1 mmol covers in one layer."""
    return AVOGADRO * 1e-3 * cross_section_nm2 * 1e-18
