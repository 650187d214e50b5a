"""The title block: when, how much, where, of what, and what came of it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cells.models import CathodeBatch, Cell
from labsys.reports.cells import Cells
from labsys.reports.content import Fact
from labsys.reports.wording import day, person
from synthesis import words
from synthesis.genealogy import Chain
from synthesis.models import Boat, CarbonAdditive, MaterialLot, Sample
from synthesis.models.samples import Kind


def facts_of(sample: Sample, chain: Chain, found: Cells, down: set[int]) -> list[Fact]:
    """The five facts of the title block."""
    made = f"{day(sample.made_at)}, {person(sample.created_by)}"
    amount = _("%(made)s made, %(left)s left") % {
        "made": words.amount(sample.amount_made, sample.unit),
        "left": words.amount(sample.amount_left, sample.unit),
    }
    makers = sorted({person(cell.created_by) for cell in found.own})
    built = f"{len(found.own)}, {_('by')} {', '.join(makers)}" if found.own else "0"
    return [
        Fact(_("Made"), made),
        Fact(_("Amount"), _("1 cell") if sample.kind == Kind.CELL else amount),
        Fact(_("Place"), sample.place or "–"),
        _origin(sample),
        Fact(_("Cells made of it"), "–" if sample.kind == Kind.CELL else built),
    ]


def _origin(sample: Sample) -> Fact:
    """What it came from, by kind: a run, a recipe, a supplier, a step."""
    own = sample.own
    if isinstance(own, CathodeBatch):
        return Fact(_("Recipe"), str(own.recipe))
    if isinstance(own, Cell):
        return Fact(_("Cell kind"), str(own.get_format_display()))
    if isinstance(own, CarbonAdditive):
        boat = Boat.objects.filter(additive=own).select_related("run").first()
        if boat is not None:
            return Fact(
                _("Furnace run"), _("%(run)s, boat %(boat)s") % {"run": boat.run.code, "boat": boat.number}
            )
    if isinstance(own, MaterialLot | CarbonAdditive):
        return Fact(
            _("Supplier, lot"), ", ".join(part for part in (own.supplier, own.lot_number) if part) or "–"
        )
    return Fact(_("Name"), sample.name or "–")


def made_of_it(chain: Chain, down: set[int]) -> str:
    """What came of the sample, in words: the graph shows only where it comes from."""
    found: dict[str, list[str]] = {}
    for one in sorted((chain.samples[pk] for pk in down & chain.samples.keys()), key=lambda one: one.pk):
        found.setdefault(str(one.get_kind_display()), []).append(one.code)
    if not found:
        return _("Nothing has been made of it yet.")
    parts = [
        f"{kind}: {', '.join(codes[:12])}{' …' if len(codes) > 12 else ''}" for kind, codes in found.items()
    ]
    return _("Made of it: %s.") % "; ".join(parts)
