"""The chain as a drawing: the longest way to the sample from left to right, side inputs above and below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labsys.reports.content import Arrow, Box, Graph
from synthesis import words
from synthesis.genealogy import Chain, Edge
from synthesis.models import Boat, Sample
from synthesis.models.samples import Kind

WIDTH_MM = 176.0
BOX_MM, LEAST_BOX_MM = 23.0, 15.0
HEIGHT_MM, UP_MM = 9.5, 16.5
GAP_MM = 13.0


@dataclass(frozen=True)
class Side:
    """What enters a sample of the main chain from the side: one sample, or several lots folded into one box."""

    code: str
    about: str
    amount: str


def draw(chain: Chain, sample: Sample) -> Graph:
    """The drawing of everything that leads to ``sample``."""
    into = _by_target(chain.edges)
    main = _longest(sample.pk, into)
    stops = _stops(main, chain)
    width, gap = _sizes(len(stops))
    middle = HEIGHT_MM / 2 + UP_MM * _highest(chain, main, into)
    boxes, arrows = [], []
    for place, (pk, code, about) in enumerate(stops):
        x = place * (width + gap)
        boxes.append(Box(code, about, x, middle - HEIGHT_MM / 2, width, pk == sample.pk))
        if place:
            arrows.append(
                Arrow(x - gap, middle, x, middle, _between(stops[place - 1], stops[place], chain), main=True)
            )
        for number, side in enumerate(_sides(pk, main, chain, into)):
            up = -1 if number == 0 else number
            y = middle + up * UP_MM
            boxes.append(Box(side.code, side.about, x, y - HEIGHT_MM / 2, width))
            edge = HEIGHT_MM / 2 * (1 if up < 0 else -1)
            arrows.append(
                Arrow(x + width / 2, y + edge, x + width / 2, middle - edge, side.amount, main=False)
            )
    lowest = max((box.y + HEIGHT_MM for box in boxes), default=HEIGHT_MM)
    return Graph(boxes, arrows, WIDTH_MM, lowest, HEIGHT_MM, _remark(chain))


Stop = tuple[int, str, str]
"""Sample id (0 for a furnace run), code, what it is."""


def _by_target(edges: Sequence[Edge]) -> dict[int, list[Edge]]:
    found: dict[int, list[Edge]] = {}
    for edge in edges:
        found.setdefault(edge.target_id, []).append(edge)
    return found


def _longest(start: int, into: dict[int, list[Edge]]) -> list[int]:
    """Ids along the longest way that ends at ``start``; of equal ways the one that was booked first."""
    length: dict[int, list[int]] = {}

    def way(pk: int) -> list[int]:
        if pk not in length:
            length[pk] = []  # a circle cannot be booked; this keeps even a broken one finite
            ways = [way(edge.source_id) for edge in into.get(pk, [])]
            length[pk] = [*max(ways, key=len, default=[]), pk]
        return length[pk]

    found = way(start)
    return found[1:] if len(found) > 1 and _is_lot_way(found, into) else found


def _is_lot_way(way: list[int], into: dict[int, list[Edge]]) -> bool:
    """Whether the way begins with something that is one of several raw inputs: it is drawn at the side then."""
    return len(way) > 1 and len(into.get(way[1], [])) > 1 and not into.get(way[0])


def _stops(main: list[int], chain: Chain) -> list[Stop]:
    """The main chain with the furnace run put between what went in and what came out."""
    boats = {boat.additive_id: boat for boat in Boat.objects.filter(additive__in=main).select_related("run")}
    counts = {boat.run_id: boat.run.boats.count() for boat in boats.values()}
    stops: list[Stop] = []
    for pk in main:
        if pk in boats:
            boat = boats[pk]
            about = _("boat %(number)s of %(count)s") % {"number": boat.number, "count": counts[boat.run_id]}
            stops.append((0, boat.run.code, about))
        stops.append((pk, chain.samples[pk].code, _about(chain.samples[pk])))
    return stops


def _about(sample: Sample) -> str:
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


def _sizes(count: int) -> tuple[float, float]:
    width = min(BOX_MM, max(LEAST_BOX_MM, (WIDTH_MM - GAP_MM * (count - 1)) / count))
    gap = min(GAP_MM, (WIDTH_MM - width * count) / (count - 1)) if count > 1 else 0.0
    return width, max(gap, 3.0)


def _between(before: Stop, after: Stop, chain: Chain) -> str:
    """What went from one stop to the next; out of a furnace run it is what came out of the boat."""
    if before[0] == 0:
        made = chain.samples[after[0]]
        return words.amount(made.amount_made, made.unit)
    if after[0] == 0:
        edges = [edge for edge in chain.edges if edge.source_id == before[0] and after[1] in edge.role]
    else:
        edges = [edge for edge in chain.edges if (edge.source_id, edge.target_id) == (before[0], after[0])]
    return " + ".join(words.amount(edge.amount, edge.unit) for edge in edges)


def _sides(pk: int, main: list[int], chain: Chain, into: dict[int, list[Edge]]) -> list[Side]:
    """Side inputs of one sample: up to two lots one by one, more of them folded; then what was itself made here."""
    edges = [edge for edge in into.get(pk, []) if edge.source_id not in main]
    lots = [edge for edge in edges if chain.samples[edge.source_id].kind == Kind.LOT]
    others = [edge for edge in edges if edge not in lots]
    folded = (
        [_folded(lots)]
        if len(lots) > 2 or ((lots and others) and len(lots) > 1)
        else [_side(e, chain) for e in lots]
    )
    return [*folded, *(_side(edge, chain, into) for edge in others)]


def _folded(edges: list[Edge]) -> Side:
    lots = len({edge.source_id for edge in edges})
    return Side(
        ngettext("%(count)s lot", "%(count)s lots", lots) % {"count": lots},
        _("reagents"),
        ngettext("%(count)s use", "%(count)s uses", len(edges)) % {"count": len(edges)},
    )


def _side(edge: Edge, chain: Chain, into: dict[int, list[Edge]] | None = None) -> Side:
    sample = chain.samples[edge.source_id]
    parents = len((into or {}).get(sample.pk, []))
    about = edge.role if sample.kind == Kind.LOT and edge.role else _about(sample)
    if parents:
        about = ngettext("of %(count)s sample", "of %(count)s samples", parents) % {"count": parents}
    return Side(sample.code, about, words.amount(edge.amount, edge.unit))


def _highest(chain: Chain, main: list[int], into: dict[int, list[Edge]]) -> int:
    return int(any(_sides(pk, main, chain, into) for pk in main))


def _remark(chain: Chain) -> str:
    if not chain.hidden:
        return ""
    return ngettext(
        "%(count)s sample of another project is not shown.",
        "%(count)s samples of other projects are not shown.",
        chain.hidden,
    ) % {"count": chain.hidden}
