"""Additive groups: which series colour and mark each has, everywhere the same."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Min

from synthesis.access import Actor, visible
from synthesis.models import Sample

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
    seen = set(visible(Sample.objects.order_by(), actor).values_list("group", flat=True).distinct())
    return [*SERIES_OF, *(name for name in others() if name in seen)]


def others() -> list[str]:
    """The laboratory's own groups beside the four of the reference study, in order of their first sample."""
    rows = (
        Sample.objects.exclude(group__in=[*SERIES_OF, ""])
        .order_by()
        .values("group")
        .annotate(first=Min("id"))
        .order_by("first")
        .values_list("group", flat=True)
    )
    return [name for name in rows if not is_none(name)]
