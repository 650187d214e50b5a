"""Additive groups: which series colour and mark each has, everywhere the same."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from synthesis import seeing
from synthesis.access import Actor, sees_all, visible_ids

SERIES_OF = {"SP": "s1", "NPCs": "s2", "Mo@NPCs": "s3", "Mo-Ni@NPCs": "s4"}
OTHERS = ("s5", "s6", "s7", "s8")
NO_ADDITIVE = ("", "none", "no additive")
SHAPES = {
    "s1": '<circle cx="6" cy="6" r="4" fill="currentColor"/>',
    "s2": '<rect x="2" y="2" width="8" height="8" fill="currentColor"/>',
    "s3": '<path d="M6 1.5 11 10.5H1z" fill="currentColor"/>',
    "s4": '<path d="M6 .8 11.2 6 6 11.2.8 6z" fill="currentColor"/>',
    "s5": '<path d="M6 10.5 1 1.5h10z" fill="currentColor"/>',
    "s6": '<path d="M4.2 1h3.6v3.2H11v3.6H7.8V11H4.2V7.8H1V4.2h3.2z" fill="currentColor"/>',
    "s7": '<path d="M6 1l5 3.7L9.1 10.7H2.9L1 4.7z" fill="currentColor"/>',
    "s8": '<path d="M6 .8l1.5 3.5 3.8.3-2.9 2.5.9 3.7L6 8.8l-3.3 2 .9-3.7L.7 4.6l3.8-.3z" fill="currentColor"/>',
    "s0": '<circle cx="6" cy="6" r="3.4" fill="none" stroke="currentColor" stroke-width="1.6"/>',
}


def series_of(group: str, others: Sequence[str] = ()) -> str:
    """The series of an additive; ``others`` are the lab's own groups in order of creation, which take s5 … s8."""
    if group in SERIES_OF:
        return SERIES_OF[group]
    place = others.index(group) if group in others else len(OTHERS)
    return OTHERS[place] if place < len(OTHERS) else "s0"


def is_none(group: str) -> bool:
    return group.strip().lower() in NO_ADDITIVE


def offered(actor: Actor) -> list[str]:
    """The groups that a person may choose among: the four, and those of samples that they may see."""
    everything = sees_all(actor)
    seen = None if everything else set(visible_ids(actor))
    mine = {name for name, project, _first in _kept() if seen is None or project in seen}
    return [*SERIES_OF, *(name for name in others() if name in mine)]


def others() -> list[str]:
    """The laboratory's own groups beside the four of the reference study, in order of their first sample."""
    first: dict[str, int] = {}
    for name, _project, sample in _kept():
        first[name] = min(sample, first.get(name, sample))
    named = sorted(first, key=lambda name: first[name])
    return [name for name in named if name not in SERIES_OF and not is_none(name)]


def _kept() -> list[tuple[str, int, int]]:
    """Every group in every project with its first sample; asked once per page."""
    return seeing.once("groups", _pairs)


def _pairs() -> list[tuple[str, int, int]]:
    """Jumps through an index from one pair to the next: as many steps as there are pairs, however many samples."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE pair AS (
                (SELECT "group", project_id, id FROM synthesis_sample WHERE "group" > ''
                  ORDER BY "group", project_id, id LIMIT 1)
                UNION ALL
                SELECT following.* FROM pair CROSS JOIN LATERAL (
                    SELECT "group", project_id, id FROM synthesis_sample
                     WHERE "group" > '' AND ("group", project_id) > (pair."group", pair.project_id)
                     ORDER BY "group", project_id, id LIMIT 1) following
            )
            SELECT "group", project_id, id FROM pair
            """
        )
        return [(str(name), int(project), int(sample)) for name, project, sample in cursor.fetchall()]
