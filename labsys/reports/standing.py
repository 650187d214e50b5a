"""What a report says of holds and of equipment that was not in order when it was used."""

from __future__ import annotations

from characterization.models import Measurement
from labsys.reports.content import Note
from synthesis import equipment, equipment_uses, gate_notices
from synthesis.access import Actor
from synthesis.models import Sample


def notes_of(sample: Sample, actor: Actor) -> list[Note]:
    """Why it is held, what a manager allowed for it, what it is made of is held, and by what it was made."""
    finds = (
        gate_notices.own_hold,
        gate_notices.made_in_spite,
        gate_notices.held_ancestors,
        equipment_uses.notices,
    )
    return [Note(sample.code, notice.sentence) for find in finds for notice in find(sample, actor)]


def measured_with(measurement: Measurement, convention: str) -> str:
    """The convention of a finding, and after it the instrument where that was not in order."""
    if measurement.instrument is None:
        return convention
    how = equipment.standing(measurement.instrument, measurement.started_at or measurement.created_at)
    return (
        convention if not how.is_flagged else "; ".join(part for part in (convention, how.sentence) if part)
    )
