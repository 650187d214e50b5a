"""The whole story in one transaction: everything is there, or nothing."""

from __future__ import annotations

from dataclasses import replace

import pghistory
from django.db import transaction

from cells.models import CathodeBatch, Cell, Channel
from labsys.demo import building, files, making, people, protocols, shelf
from labsys.demo.calendar import at
from labsys.demo.cycling import Build
from labsys.demo.files import Instruments
from labsys.demo.people import Team
from labsys.demo.seeds import NO_ADDITIVE, SEEDS, Seed
from synthesis.models import CarbonAdditive, ElectrolyteBatch, MaterialLot, Project

WITH_ADDITIVE = {"LCO": "70", "LPSC": "28", "CCA": "2"}
WITHOUT_ADDITIVE = {"LCO": "70", "LPSC": "30"}


def is_loaded() -> bool:
    return Project.objects.filter(slug=people.PROJECT_SLUG).exists()


@transaction.atomic
def load(password: str) -> Team:
    """Logs the study and hands in its files. The caller makes sure that it is not there yet."""
    with pghistory.context(url="manage.py demo"):
        team = people.gather(password)
        lots, sources = shelf.stock(team), files.instruments(team)
        protocols.release(team, lots)
        additives = {"SP": shelf.super_p(team), **making.additives(team, lots)}
        for number, (group, additive) in enumerate(additives.items()):
            files.of_additive(team, sources, additive, SEEDS[group], 100 + 10 * number, at(12 + number, 13))
        cells = _cells(team, lots, additives, sources)
        building.study(team, [cell for cell in cells if cell.group])
    return team


def _cells(
    team: Team, lots: dict[str, MaterialLot], additives: dict[str, CarbonAdditive], sources: Instruments
) -> list[Cell]:
    lpsc = building.electrolyte(team, lots)
    standard = building.recipe(team, "LCO : LPSC : CCA", WITH_ADDITIVE)
    bare = building.recipe(team, "LCO : LPSC", WITHOUT_ADDITIVE)
    channels = building.channels(team, sources.cycler, 16)
    made = []
    for number, (group, additive) in enumerate(additives.items()):
        parts = building.parts_of(lots, lpsc, additive)
        cathode = building.mix(team, standard, parts, group, 30 + number % 2)
        made += [
            _on_test(
                team, lots, cathode, lpsc, sources, channels[2 * number + replicate], SEEDS[group], replicate
            )
            for replicate in (0, 1)
        ]
    plain = building.mix(team, bare, building.parts_of(lots, lpsc, None), "", 31)
    made.append(_on_test(team, lots, plain, lpsc, sources, channels[8], NO_ADDITIVE, 0))
    return made


def _on_test(
    team: Team, lots: dict[str, MaterialLot], cathode: CathodeBatch, lpsc: ElectrolyteBatch, sources: Instruments,
    channel: Channel, seed: Seed, replicate: int,
) -> Cell:  # fmt: skip
    """A cell, its hundred cycles and its channel."""
    day, number = building.FIRST_DAYS[replicate], int(channel.name)
    cell = building.build(team, lots, cathode, lpsc, number, replicate)
    factor, efficiency, retention = building.REPLICATES[replicate] if seed.group else (1.0, 0.0, 0.0)
    build = Build(seed, cell.active_mass_mg or 0.0, noise_seed=1000 + number)
    build = replace(
        build,
        capacity_factor=factor,
        efficiency_shift_percent=efficiency,
        retention_shift_percent=retention,
    )
    hours = files.of_cell(team, sources.cycler, cell, build, at(day))
    building.occupy(team, channel, cell, at(day), hours, running=replicate == 1)
    return cell
