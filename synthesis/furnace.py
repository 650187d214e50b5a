"""A furnace run with its boats, recorded as one: programme, masses in and out, and an additive lot per boat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from synthesis import gates, ledger
from synthesis.errors import Refusal
from synthesis.models import Boat, CarbonAdditive, CarbonizationRun, ProgrammeSegment, Sample
from synthesis.units import Quantity


@dataclass(frozen=True)
class BoatLoad:
    """What went into one boat and what came out of it. ``group`` names the kind of carbon (Mo-Ni@NPCs)."""

    source: Sample
    mass_in: Quantity
    mass_out: Quantity
    group: str
    name: str = ""
    place: str = ""
    field: str = "boats"


@transaction.atomic
def record_run(
    run: CarbonizationRun,
    segments: Sequence[ProgrammeSegment],
    loads: Sequence[BoatLoad],
    by: AbstractBaseUser | None,
) -> CarbonizationRun:
    """Saves the run, its segments and boats, takes the masses in and makes an additive lot of each boat."""
    if not loads:
        raise Refusal(_("A furnace run holds at least one boat."), field="boats")
    ledger.lock(load.source for load in loads)
    run.created_by_id = by.pk if by else None
    run.save()
    for number, segment in enumerate(segments, start=1):
        segment.run, segment.number, segment.created_by_id = run, number, run.created_by_id
        segment.save()
    for number, load in enumerate(loads, start=1):
        _record_boat(run, number, load, by)
    return run


def _record_boat(run: CarbonizationRun, number: int, load: BoatLoad, by: AbstractBaseUser | None) -> Boat:
    mass_in, mass_out = load.mass_in.to("g"), load.mass_out.to("g")
    if mass_out.value > mass_in.value:
        raise Refusal(
            _("Boat %(number)s: %(out)s came out of %(in)s. Check both masses.")
            % {"number": number, "out": mass_out, "in": mass_in},
            field=load.field,
        )
    additive = CarbonAdditive(
        project=run.project,
        group=load.group,
        name=load.name or load.group,
        place=load.place,
        made_at=run.started_at,
        simulated=run.simulated,
    )
    take = ledger.Take(load.source, load.mass_in, role=f"{run.code} · {number}", field=load.field)
    ledger.record(additive, mass_out, [take], by)
    boat = Boat.objects.create(
        run=run,
        number=number,
        source=load.source,
        additive=additive,
        mass_in_g=mass_in.value,
        mass_out_g=mass_out.value,
        created_by_id=run.created_by_id,
    )
    gates.judge(additive)  # its yield is known only with the boat
    return boat
