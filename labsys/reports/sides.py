"""What enters the main chain from the side, and what a box of the chain says."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from synthesis import words
from synthesis.genealogy import Chain, Edge
from synthesis.models import Sample
from synthesis.models.samples import Kind

MOST_LOTS, MOST_OTHERS = 2, 3


@dataclass(frozen=True)
class Side:
    """What enters a sample of the main chain from the side: one sample, or several lots folded into one box."""

    code: str
    about: str
    amount: str


def about_of(sample: Sample) -> str:
    short = {
        Kind.NANOSPONGE: _("nanosponge"),
        Kind.IMPREGNATED: _("impregnated"),
        Kind.FREEZE_DRIED: _("freeze-dried"),
        Kind.ELECTROLYTE: _("electrolyte"),
        Kind.CATHODE: _("cathode"),
        Kind.CELL: _("cell"),
    }
    if sample.kind in (Kind.ADDITIVE, Kind.LOT):
        return sample.group or sample.name or str(sample.get_kind_display())
    return short.get(Kind(sample.kind), str(sample.get_kind_display()))


def sides_of(pk: int, main: list[int], chain: Chain, into: dict[int, list[Edge]]) -> list[Side]:
    """Side inputs of one sample: all but the one before it in the main chain. Lots first, then what was made here."""
    if pk not in main:  # a furnace run takes nothing of its own
        return []
    place = main.index(pk)
    before = main[place - 1] if place else None
    edges = [edge for edge in into.get(pk, []) if edge.source_id != before]
    lots = [edge for edge in edges if chain.samples[edge.source_id].kind == Kind.LOT]
    others = [edge for edge in edges if edge not in lots]
    room = MOST_LOTS if not others else 1
    shown = (
        [_folded(lots, reagents=True)] if len(lots) > room else [_side(edge, chain, into) for edge in lots]
    )
    if len(others) > MOST_OTHERS:
        return [*shown, _folded(others, reagents=False)]
    return [*shown, *(_side(edge, chain, into) for edge in others)]


def _folded(edges: list[Edge], *, reagents: bool) -> Side:
    """Several inputs in one box; the ledger's table names each."""
    count = len({edge.source_id for edge in edges})
    lots = ngettext("%(count)s lot", "%(count)s lots", count) % {"count": count}
    samples = ngettext("%(count)s sample", "%(count)s samples", count) % {"count": count}
    uses = ngettext("%(count)s use", "%(count)s uses", len(edges)) % {"count": len(edges)}
    return Side(lots if reagents else samples, _("reagents") if reagents else _("made here"), uses)


def _side(edge: Edge, chain: Chain, into: dict[int, list[Edge]]) -> Side:
    sample = chain.samples[edge.source_id]
    parents = len(into.get(sample.pk, []))
    about = edge.role if sample.kind == Kind.LOT and edge.role else about_of(sample)
    if parents:
        about = ngettext("of %(count)s sample", "of %(count)s samples", parents) % {"count": parents}
    return Side(sample.code, about, words.amount(edge.amount, edge.unit))
