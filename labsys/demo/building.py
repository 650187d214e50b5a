"""From additives to cells on channels: electrolyte, recipes, cathodes, two cells of each additive, a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from cells import services
from cells.models import CathodeBatch, CathodeRecipe, Cell, Channel, Occupation, RecipeComponent, Study
from labsys.demo import curves, cycling
from labsys.demo.calendar import at
from labsys.demo.making import Shelf, grams, take
from labsys.demo.people import Team
from synthesis import ledger
from synthesis.ledger import Take
from synthesis.models import CarbonAdditive, ElectrolyteBatch, Instrument
from synthesis.models.samples import Sample
from synthesis.units import Quantity, plain

AREA_CM2 = 0.785
"""A die of 10 mm; with 1.00 mg/cm² of active material this is the study's 0.15 mAh/cm²."""
TARGET_MG = 200
WEIGHED_OFF = {"LCO": "0.3", "LPSC": "-0.2", "CCA": "0.02"}
"""How far each weighing is from its plan, in mg."""
TOLERANCES = {"LCO": Decimal(1), "LPSC": Decimal(1), "CCA": Decimal(5)}
"""How far it may be without a reason, in % of the plan."""
ROLES = {
    "LCO": RecipeComponent.Role.ACTIVE,
    "LPSC": RecipeComponent.Role.ELECTROLYTE,
    "CCA": RecipeComponent.Role.ADDITIVE,
}
LITHIUM_MAH_PER_G = 3861
FIRST_DAYS = (35, 98)
"""When the first and the second cell of each additive go onto the cycler. The second ones still run."""
REPLICATES = ((1.006, 0.12, 0.35), (0.994, -0.12, -0.35))
"""Cell to cell: a factor on capacity, what first efficiency and retention are off by in %; their mean is the study."""


def electrolyte(team: Team, shelf: Shelf) -> ElectrolyteBatch:
    """10 g of Li6PS5Cl, milled and annealed."""
    batch = ElectrolyteBatch(
        project=team.project, name="Li6PS5Cl", place="Glove box 1", made_at=at(20, 16), simulated=True,
        mill_speed_rpm=510, mill_time_h=15, anneal_temperature_degC=551, anneal_time_h=5,
        ionic_conductivity_mS_per_cm=3.1,
        planned={
            "mill_speed_rpm": 510, "mill_time_h": 15, "anneal_temperature_degC": 550, "anneal_time_h": 5,
            "Li2S": "4.28 g", "P2S5": "4.14 g", "LiCl": "1.58 g",
        },
    )  # fmt: skip
    takes = [take(shelf["li2s"], "4.281 g", "Li2S"), take(shelf["p2s5"], "4.139 g", "P2S5")]
    return ledger.record(batch, grams("9.62"), [*takes, take(shelf["licl"], "1.580 g", "LiCl")], by=team.wei)


def recipe(team: Team, name: str, shares: Mapping[str, str]) -> CathodeRecipe:
    """A recipe, version 1, by component and share in wt %."""
    made = CathodeRecipe.objects.create(project=team.project, name=name, simulated=True, created_by=team.ines)
    for number, (material, share) in enumerate(shares.items(), start=1):
        RecipeComponent.objects.create(
            recipe=made, number=number, role=ROLES[material], material=material, share_wt_percent=Decimal(share),
            tolerance_percent=TOLERANCES[material], created_by=team.ines,
        )  # fmt: skip
    return made


def mix(
    team: Team, made_by: CathodeRecipe, parts: Mapping[str, Sample], group: str, day: int
) -> CathodeBatch:
    """200 mg of composite; what was weighed stands in the ledger beside what the recipe asked for."""
    planned, takes = {}, []
    for component in made_by.components.all():
        wanted = TARGET_MG * component.share_wt_percent / 100
        planned[component.material] = f"{plain(wanted)} mg"
        weighed = Quantity(wanted + Decimal(WEIGHED_OFF[component.material]), "mg")
        takes.append(Take(parts[component.material], weighed, component.material))
    batch = CathodeBatch(
        project=team.project, recipe=made_by, name=f"LCO | LPSC | {group or 'no additive'}", group=group,
        place="Glove box 2", made_at=at(day, 14), simulated=True, target_mass_mg=TARGET_MG,
        mixing_method="agate mortar", mixing_time_min=30, planned=planned | {"mixing_time_min": 30},
    )  # fmt: skip
    return ledger.record(batch, Quantity(Decimal("196.4"), "mg"), takes, by=team.wei)


def build(
    team: Team, shelf: Shelf, cathode: CathodeBatch, separator: ElectrolyteBatch, number: int, replicate: int
) -> Cell:
    """The ``number``-th die cell; its masses differ a little from one to the next, the active one follows."""
    active = Decimal("0.770") + Decimal("0.004") * number
    share, _by = cathode.makeup.active_share()
    composite = (active / Decimal(str(share))).quantize(Decimal("0.001"))
    cell = Cell(
        project=team.project, name=f"{cathode.group or 'no additive'}, replicate {replicate + 1}", group=cathode.group,
        place="Cycler 1", made_at=at(FIRST_DAYS[replicate] - 1, 15), simulated=True, composite_mass_mg=float(composite),
        area_cm2=AREA_CM2, separator_mass_mg=80, separator_thickness_um=600,
        anode="Li-In", anode_mass_mg=1.0, anode_capacity_mAh_per_g=LITHIUM_MAH_PER_G,
        fabrication_pressure_MPa=360, stack_pressure_MPa=50, temperature_degC=25,
        lower_voltage_V=curves.LOWER_V, upper_voltage_V=curves.UPPER_V,
        nominal_capacity_mAh_per_g=cycling.NOMINAL_MAH_PER_G, c_rate=cycling.C_RATE,
        planned_cycles=(100, 200)[replicate], first_direction=Cell.FirstDirection.CHARGE,
    )  # fmt: skip
    takes = [
        Take(cathode, Quantity(composite, "mg"), "cathode"),
        Take(separator, Quantity(Decimal("80"), "mg"), "separator"),
        Take(shelf["indium"], Quantity(Decimal("72"), "mg"), "anode, indium"),
        Take(shelf["lithium"], Quantity(Decimal("1.0"), "mg"), "anode, lithium"),
    ]
    services.complete(cell, takes)
    return ledger.record(cell, Quantity(Decimal(1), "piece"), takes, by=team.wei)


def occupy(
    team: Team, channel: Channel, cell: Cell, started_at: datetime, hours: float, running: bool
) -> None:
    """The cell on its channel, until its hundredth cycle ended unless it still runs."""
    Occupation.objects.create(
        channel=channel,
        cell=cell,
        from_at=started_at,
        to_at=None if running else started_at + timedelta(hours=hours + 1),
        created_by=team.wei,
    )


def channels(team: Team, cycler: Instrument, count: int) -> list[Channel]:
    return [
        Channel.objects.create(instrument=cycler, name=f"{number:02d}", created_by=team.ines)
        for number in range(1, count + 1)
    ]


def study(team: Team, cells: Sequence[Cell]) -> Study:
    made = Study.objects.create(
        project=team.project,
        name="Does a metal nitride on the carbon keep the cathode's capacity?",
        reference_cycle=1,
        note=(
            "Two simulated cells of each additive at 0.1C and 25 °C. First discharge of NPCs and Mo@NPCs, and their "
            "first efficiency, are interpolated between SP and Mo-Ni@NPCs: the reference study does not give them."
        ),
        created_by=team.ines,
    )
    made.cells.set(cells)
    return made


def parts_of(shelf: Shelf, lpsc: ElectrolyteBatch, additive: CarbonAdditive | None) -> dict[str, Sample]:
    """What goes into a cathode, by the recipe's names."""
    parts: dict[str, Sample] = {"LCO": shelf["lco"], "LPSC": lpsc}
    return parts | ({"CCA": additive} if additive else {})
