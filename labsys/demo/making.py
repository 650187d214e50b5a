"""From reagents to additives: nanosponge, impregnation, freeze-drying, furnace.

Volumes, temperatures, times and moles are the study's where it gives them; the other amounts are assumptions, since
its supporting information is not to be had. ``planned`` holds what the protocol said: by field name, or by role for
what is taken of a lot.
"""

from __future__ import annotations

from decimal import Decimal

from labsys.demo.calendar import at
from labsys.demo.people import Team
from synthesis import furnace, ledger
from synthesis.furnace import BoatLoad
from synthesis.ledger import Take
from synthesis.models import (
    CarbonAdditive,
    CarbonizationRun,
    FreezeDriedBatch,
    ImpregnatedBatch,
    MaterialLot,
    NanospongeBatch,
    ProgrammeSegment,
)
from synthesis.models.samples import Sample
from synthesis.units import Quantity, parse

Shelf = dict[str, MaterialLot]

SPONGE_PLANNED = {
    "stirring_speed_rpm": 300, "stirring_time_min": 30, "stirring_temperature_degC": 30, "addition_rate_mL_per_min": 5,
    "reaction_temperature_degC": 70, "reaction_time_h": 3, "water_mL": 50,
    "kerosene": "200 mL", "span 60": "6 g", "tween 20": "3 g", "β-cyclodextrin": "20 g", "epichlorohydrin": "15 mL",
    "melamine": "8 g",
}  # fmt: skip
SOAK_PLANNED = {"solvent_volume_mL": 100, "soak_time_h": 24, "nanosponge": "20 g"}
DRYING_PLANNED = {"temperature_degC": -60, "pressure_Pa": 9, "time_h": 48}
ROLES = {
    "kerosene": "kerosene",
    "span 60": "span60",
    "tween 20": "tween20",
    "β-cyclodextrin": "cyclodextrin",
    "epichlorohydrin": "epichlorohydrin",
    "melamine": "melamine",
}
THERMOCOUPLE = (
    "Thermocouple moved while boat 2 was put in: 714 °C for 6 min. Checked and accepted, Ines Hartmann."
)


def grams(text: str) -> Quantity:
    return Quantity(Decimal(text), "g")


def take(sample: Sample, amount: str, role: str) -> Take:
    """So much as typed ("0.005 mol") of a sample."""
    return Take(sample, parse(amount, sample.unit), role)


def sponge(
    team: Team, shelf: Shelf, day: int, dry_g: str, reaction_h: float, weighed: tuple[str, ...]
) -> NanospongeBatch:
    """One nanosponge batch; ``weighed`` are the actual amounts in the order of ROLES."""
    batch = NanospongeBatch(
        project=team.project, name="CD nanosponge", place="Dry cabinet 1", made_at=at(day, 17), simulated=True,
        stirring_speed_rpm=300, stirring_time_min=30, stirring_temperature_degC=30, addition_rate_mL_per_min=5,
        reaction_temperature_degC=70, reaction_time_h=reaction_h, water_mL=50,
        washing="ethanol and water, three times each", drying="60 °C, 12 h", wet_yield_g=round(2.7 * float(dry_g), 1),
        planned=SPONGE_PLANNED,
    )  # fmt: skip
    takes = [
        take(shelf[key], amount, role) for (role, key), amount in zip(ROLES.items(), weighed, strict=True)
    ]
    return ledger.record(batch, grams(dry_g), takes, by=team.alice)


def impregnate(
    team: Team,
    source: NanospongeBatch,
    salts: dict[str, tuple[MaterialLot, str]],
    day: int,
    group: str,
    made_g: str,
) -> ImpregnatedBatch:
    """20 g of nanosponge soaked with salts; ``salts`` maps the role to lot and amount, planned and taken alike."""
    batch = ImpregnatedBatch(
        project=team.project, name=f"{group} precursor, wet", group=group, place="Freezer", made_at=at(day, 10),
        simulated=True, solvent="water", solvent_volume_mL=100, soak_time_h=23.8, soak_temperature_degC=25,
        planned=SOAK_PLANNED | {role: amount for role, (_lot, amount) in salts.items()},
    )  # fmt: skip
    takes = [
        take(source, "20.00 g", "nanosponge"),
        *(take(lot, amount, role) for role, (lot, amount) in salts.items()),
    ]
    return ledger.record(batch, grams(made_g), takes, by=team.alice)


def freeze_dry(
    team: Team, wet: ImpregnatedBatch, day: int, dry_g: str, temperature: float = -60
) -> FreezeDriedBatch:
    """The whole wet batch into the lyophilizer."""
    batch = FreezeDriedBatch(
        project=team.project, name=wet.name.replace("wet", "dry"), group=wet.group, place="Dry cabinet 1",
        made_at=at(day, 11), simulated=True, temperature_degC=temperature, pressure_Pa=9, time_h=48,
        planned=DRYING_PLANNED,
    )  # fmt: skip
    return ledger.record(
        batch, grams(dry_g), [Take(wet, grams(str(wet.amount_made)), "impregnated batch")], by=team.alice
    )


def burn(team: Team, loads: list[BoatLoad], day: int, highest: float, note: str = "") -> list[CarbonAdditive]:
    """A furnace run at 700 °C for 4 h in nitrogen; the additive lot of each boat."""
    run = CarbonizationRun(
        project=team.project, furnace="Tube furnace 1", atmosphere="N2", flow_mL_per_min=100, started_at=at(day, 8),
        highest_temperature_degC=highest, note=note, simulated=True,
    )  # fmt: skip
    programme = [
        ProgrammeSegment(from_degC=25, to_degC=700, rate_degC_per_min=5, hold_h=4),
        ProgrammeSegment(from_degC=700, to_degC=25, rate_degC_per_min=5, hold_h=0),
    ]
    furnace.record_run(run, programme, loads, by=team.alice)
    return [boat.additive for boat in run.boats.select_related("additive")]


def additives(team: Team, shelf: Shelf) -> dict[str, CarbonAdditive]:
    """NPCs, Mo@NPCs and Mo-Ni@NPCs by group, with everything that led to them."""
    plain = sponge(team, shelf, 1, "26.40", 3.0, ("200 mL", "6.02 g", "3.01 g", "20.01 g", "15 mL", "8.00 g"))
    for_mo = sponge(
        team, shelf, 2, "25.85", 3.03, ("200 mL", "5.98 g", "3.00 g", "20.00 g", "15 mL", "8.02 g")
    )
    for_mo_ni = sponge(
        team, shelf, 3, "26.12", 3.0, ("201 mL", "6.00 g", "2.99 g", "19.99 g", "15 mL", "7.99 g")
    )
    molybdate, nickel = (shelf["molybdate"], "0.005 mol"), (shelf["nickel"], "0.05 mol")
    wet_mo = impregnate(team, for_mo, {"Mo salt": molybdate}, 5, "Mo@NPCs", "124.9")
    wet_mo_ni = impregnate(
        team, for_mo_ni, {"Mo salt": molybdate, "Ni salt": nickel}, 5, "Mo-Ni@NPCs", "136.8"
    )
    dry_mo = freeze_dry(team, wet_mo, 8, "25.9")
    dry_mo_ni = freeze_dry(team, wet_mo_ni, 8, "37.7", -61)
    (npcs,) = burn(team, [_boat(plain, "20.00", "5.94", "NPCs")], 9, 702)
    mo, mo_ni = burn(
        team,
        [_boat(dry_mo, "20.00", "6.87", "Mo@NPCs"), _boat(dry_mo_ni, "20.00", "7.31", "Mo-Ni@NPCs")],
        10,
        714,
        THERMOCOUPLE,
    )
    return {"NPCs": npcs, "Mo@NPCs": mo, "Mo-Ni@NPCs": mo_ni}


def _boat(source: Sample, mass_in: str, mass_out: str, group: str) -> BoatLoad:
    return BoatLoad(source, grams(mass_in), grams(mass_out), group, place="Dry cabinet 2")
