"""What stands in the head of a cell's page: what it was built of, where it runs, how far it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from cells.models import Cell, Occupation
from synthesis import access
from synthesis.models import LedgerEntry, Sample
from synthesis.models.samples import Kind


@dataclass(frozen=True)
class CellHead:
    """``cycle`` is the last complete one, 0 before the first. ``place`` is the newest channel; without one and
    without cycles ``state`` is empty.
    """

    cell: Cell
    place: Occupation | None
    state: str
    cycle: int
    cathode: Sample | None
    additive: Sample | None
    separator: Sample | None


def state_of(cell: Cell, cycles: int, *, on_channel: bool) -> str:
    """Finished when the planned cycles are done or the cell was taken off its channel."""
    if cell.planned_cycles and cycles >= cell.planned_cycles:
        return "finished"
    return "running" if on_channel else "finished"


def head_of(cell: Cell, cycles: int, actor: AbstractBaseUser | AnonymousUser) -> CellHead:
    """Only samples that the actor may see are named."""
    place = cell.occupations.select_related("channel__instrument").order_by("-from_at").first()
    taken = _taken(cell, actor)
    cathode = next((one for one in taken if one.kind == Kind.CATHODE), None)
    mixed = _taken(cathode, actor) if cathode is not None else []
    return CellHead(
        cell=cell,
        place=place,
        state=state_of(cell, cycles, on_channel=place is not None and place.to_at is None)
        if place is not None or cycles
        else "",
        cycle=cycles,
        cathode=cathode,
        additive=next((one for one in mixed if one.kind == Kind.ADDITIVE), None),
        separator=next((one for one in taken if one.kind == Kind.ELECTROLYTE), None),
    )


def _taken(product: Sample, actor: AbstractBaseUser | AnonymousUser) -> list[Sample]:
    used = LedgerEntry.objects.filter(product=product.pk, kind=LedgerEntry.Kind.USE)
    return list(access.visible(Sample.objects.filter(pk__in=used.values("sample_id")), actor).order_by("pk"))
