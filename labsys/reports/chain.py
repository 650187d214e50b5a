"""The chain as a drawing: the longest way to the sample from left to right, side inputs above and below."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labsys.reports.content import Arrow, Box, Graph
from labsys.reports.sides import about_of, sides_of
from synthesis import words
from synthesis.genealogy import Chain, Edge
from synthesis.models import Boat, Sample
from synthesis.models.samples import Kind

WIDTH_MM = 176.0
BOX_MM, LEAST_BOX_MM = 23.0, 15.0
HEIGHT_MM, UP_MM = 9.5, 16.5
GAP_MM = 13.0


def draw(chain: Chain, sample: Sample) -> Graph:
    """The drawing of everything that leads to ``sample``."""
    into = _by_target(chain.edges)
    main = _without_lot(_longest(sample.pk, into), chain, into)
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
        for number, side in enumerate(sides_of(pk, main, chain, into)):
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

    return way(start)


def _without_lot(way: list[int], chain: Chain, into: dict[int, list[Edge]]) -> list[int]:
    """The way without a lot at its beginning that is one of several raw inputs: it is drawn at the side then."""
    several = len(way) > 1 and len(into[way[1]]) > 1
    return way[1:] if several and chain.samples[way[0]].kind == Kind.LOT else way


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
        stops.append((pk, chain.samples[pk].code, about_of(chain.samples[pk])))
    return stops


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


def _highest(chain: Chain, main: list[int], into: dict[int, list[Edge]]) -> int:
    return int(any(sides_of(pk, main, chain, into) for pk in main))


def _remark(chain: Chain) -> str:
    if not chain.hidden:
        return ""
    return ngettext(
        "%(count)s sample of another project is not shown.",
        "%(count)s samples of other projects are not shown.",
        chain.hidden,
    ) % {"count": chain.hidden}
