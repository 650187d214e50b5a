"""The numbers that the demonstration is seeded with, and which of them are assumptions.

Source: Gao et al., "Construction of Multifunctional Conductive Carbon-Based Cathode Additives for Boosting
Li6PS5Cl-Based All-Solid-State Lithium Batteries", Nano-Micro Lett. 17:140 (2025), CC BY 4.0. What the study does not
give is assumed, and named so here and in README.md beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass

SIMULATED = "Simulated by labsys for demonstration. No instrument measured this."
NITRIDE_NM = 16.0
"""Crystallite size of the nitrides: an assumption."""


@dataclass(frozen=True)
class Line:
    """A diffraction line: position in °2θ (Cu Kα1), height against the strongest of its phase, crystallite size in nm.

    Positions are the study's; heights and sizes are assumptions.
    """

    two_theta_deg: float
    relative_height: float
    size_nm: float = NITRIDE_NM


@dataclass(frozen=True)
class Component:
    """A photoelectron line at ``energy_eV`` that holds ``share`` of its region's area."""

    energy_eV: float
    share: float


@dataclass(frozen=True)
class Seed:
    """One additive. Capacities in mAh per g of active material at 0.1C, efficiency and retention in %.

    ``polarisation_V`` and ``stack_nm`` (thickness of the graphene stacks) are assumptions throughout.
    """

    group: str
    first_discharge_mAh_per_g: float
    first_efficiency_percent: float
    retention_100_percent: float
    polarisation_V: float
    stack_nm: float = 1.6
    c_oh_percent: float = 0.0
    o_h_percent: float = 0.0
    lines: tuple[Line, ...] = ()
    nitrogen: bool = True
    molybdenum: bool = False


def between(low: float, high: float, part: float) -> float:
    """A linear interpolation, rounded to two decimals as the study prints its numbers."""
    return round(low + part * (high - low), 2)


SP_DISCHARGE, SP_EFFICIENCY = 111.58, 81.84
MO_NI_DISCHARGE, MO_NI_EFFICIENCY = 148.61, 94.01
# The study gives no first discharge of NPCs and Mo@NPCs: a quarter and three quarters of the way from SP to Mo-Ni@NPCs.
SEEDS = {
    seed.group: seed
    for seed in (
        Seed("SP", SP_DISCHARGE, SP_EFFICIENCY, 85.52, 0.09, 1.9, 12.79, 14.43, nitrogen=False),
        Seed(
            "NPCs", between(SP_DISCHARGE, MO_NI_DISCHARGE, 0.25), between(SP_EFFICIENCY, MO_NI_EFFICIENCY, 0.25),
            79.81, 0.08, 1.5, 16.26, 11.08,
        ),
        Seed(
            "Mo@NPCs", between(SP_DISCHARGE, MO_NI_DISCHARGE, 0.75), between(SP_EFFICIENCY, MO_NI_EFFICIENCY, 0.75),
            91.91, 0.06, 1.6, 10.98, 5.80, molybdenum=True,
            lines=(Line(31.65, 0.45), Line(36.05, 1.0), Line(48.73, 0.55)),
        ),
        Seed(
            "Mo-Ni@NPCs", MO_NI_DISCHARGE, MO_NI_EFFICIENCY, 93.26, 0.05, 1.7, 8.70, 3.72, molybdenum=True,
            lines=(Line(40.70, 0.7), Line(43.01, 1.0), Line(45.23, 0.5), Line(58.97, 0.25)),
        ),
    )
}  # fmt: skip
NO_ADDITIVE = Seed("", 71.0, 78.0, 95.0, 0.16)
"""About 71 mAh/g is the study's; efficiency and retention ("excellent stability") are assumptions."""

CARBON_002_DEG = 26.54
C_1S = {"C–C": 284.8, "C–N": 285.7, "C–OH": 286.9, "C=O": 289.0, "satellite": 292.0}
O_1S = {"C–O": 530.23, "O–H": 531.93}
N_1S = {"metal–N": 395.08, "pyridinic": 397.03, "pyrrolic": 398.63, "graphitic": 402.38}
MO_3D_NITRIDE = {"5/2": 226.58, "3/2": 229.78}
"""The study prints these two the other way round; 3d5/2 always lies at the lower binding energy."""
MO_3D_OXIDE = {"5/2": 231.25, "3/2": 234.38}
"""3d3/2 is the study's; 3d5/2 is put 3.13 eV below it."""
