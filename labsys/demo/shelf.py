"""What was bought: reagents and their lots, and Super P. Amounts and lot numbers are made up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from labsys.demo.calendar import at
from labsys.demo.people import Team
from synthesis import ledger
from synthesis.models import CarbonAdditive, Material, MaterialLot
from synthesis.units import Quantity

SOLID, LIQUID = Material.Phase.SOLID, Material.Phase.LIQUID


@dataclass(frozen=True)
class Reagent:
    """``molar_mass`` in g/mol and ``density`` in g/mL are there where amounts are entered in mol or mL."""

    key: str
    name: str
    formula: str
    amount: str
    unit: str
    supplier: str
    phase: Material.Phase = SOLID
    cas: str = ""
    molar_mass: str = ""
    density: str = ""
    purity: str = ""
    place: str = "Shelf 1"


REAGENTS = (
    Reagent("kerosene", "Kerosene", "", "2500", "mL", "Aladdin", LIQUID, "8008-20-6", density="0.79", place="Solvents"),
    Reagent("span60", "Span 60", "C24H46O6", "250", "g", "Sinopharm", cas="1338-41-6"),
    Reagent("tween20", "Tween 20", "", "250", "g", "Sinopharm", LIQUID, "9005-64-5", density="1.10"),
    Reagent("cyclodextrin", "β-Cyclodextrin", "C42H70O35", "500", "g", "Sinopharm", cas="7585-39-9", purity="98"),
    Reagent(
        "epichlorohydrin", "Epichlorohydrin", "C3H5ClO", "500", "mL", "Sinopharm", LIQUID, "106-89-8", density="1.18",
        purity="99.5", place="Toxics",
    ),
    Reagent("melamine", "Melamine", "C3H6N6", "250", "g", "Sinopharm", cas="108-78-1", purity="99"),
    Reagent(
        "molybdate", "Ammonium molybdate tetrahydrate", "(NH4)6Mo7O24·4H2O", "100", "g", "Aladdin", cas="12054-85-2",
        molar_mass="1235.86", purity="99",
    ),
    Reagent(
        "nickel", "Nickel chloride hexahydrate", "NiCl2·6H2O", "100", "g", "Aladdin", cas="7791-20-0",
        molar_mass="237.69", purity="99.9",
    ),
    Reagent("lco", "Lithium cobalt oxide", "LiCoO2", "100", "g", "XTC", cas="12190-79-3", place="Glove box 1"),
    Reagent("li2s", "Lithium sulfide", "Li2S", "50", "g", "Alfa Aesar", cas="12136-58-2", place="Glove box 1"),
    Reagent("p2s5", "Phosphorus pentasulfide", "P2S5", "50", "g", "Aladdin", cas="1314-80-3", place="Glove box 1"),
    Reagent("licl", "Lithium chloride", "LiCl", "50", "g", "Aladdin", cas="7447-41-8", place="Glove box 1"),
    Reagent("indium", "Indium foil", "In", "20", "g", "Aladdin", cas="7440-74-6", place="Glove box 1"),
    Reagent("lithium", "Lithium foil", "Li", "5", "g", "China Energy Lithium", cas="7439-93-2", place="Glove box 1"),
)  # fmt: skip


def stock(team: Team) -> dict[str, MaterialLot]:
    """A lot of every reagent, by key."""
    return {reagent.key: _lot(team, reagent, number) for number, reagent in enumerate(REAGENTS)}


def _lot(team: Team, reagent: Reagent, number: int) -> MaterialLot:
    material, _ = Material.objects.get_or_create(
        name=reagent.name,
        defaults={
            "formula": reagent.formula,
            "cas_number": reagent.cas,
            "phase": reagent.phase,
            "molar_mass_g_per_mol": Decimal(reagent.molar_mass) if reagent.molar_mass else None,
            "density_g_per_mL": Decimal(reagent.density) if reagent.density else None,
        },
    )
    lot = MaterialLot(
        project=team.project,
        material=material,
        name=reagent.name,
        unit=reagent.unit,
        supplier=reagent.supplier,
        lot_number=f"D{2600 + 17 * number}",
        purity_percent=Decimal(reagent.purity) if reagent.purity else None,
        place=reagent.place,
        made_at=at(0, 8, number),
        simulated=True,
    )
    return ledger.record(lot, Quantity(Decimal(reagent.amount), reagent.unit), [], by=team.alice)


def super_p(team: Team) -> CarbonAdditive:
    """The bought additive, which the three made ones are compared with."""
    lot = CarbonAdditive(
        project=team.project,
        group="SP",
        name="Super P",
        supplier="Timcal",
        lot_number="D2999",
        place="Dry cabinet 1",
        made_at=at(0, 8, 40),
        simulated=True,
    )
    return ledger.record(lot, Quantity(Decimal("50"), "g"), [], by=team.alice)
