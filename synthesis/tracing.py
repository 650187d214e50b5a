"""Trace: what came of a sample or a furnace run, and what it is made of, as rows with how much of it is in each.

The share is carried along the ledger's uses: of a batch of 20 g that went wholly into a boat of which 7 g came out,
2 g of carbon in a cathode hold 2/7 of the batch. A loss on the way (mass that left in the furnace, a spill) is
counted as going along with what remained.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import Http404
from django.utils.translation import gettext as _

from synthesis import access, genealogy, words
from synthesis.access import Actor
from synthesis.genealogy import Chain, Direction, Edge
from synthesis.models import Boat, CarbonizationRun, Sample
from synthesis.models.samples import Kind, State

MOST_NAMED = 5
ORDER = {kind: place for place, kind in enumerate(Kind.values)}


@dataclass(frozen=True)
class Start:
    """Where a trace begins: one sample, or all that came out of a furnace run."""

    code: str
    label: str
    url: str
    samples: list[Sample]
    run: CarbonizationRun | None = None

    @property
    def keys(self) -> set[int]:
        return {sample.pk for sample in self.samples}


@dataclass
class Row:
    """One sample of the trace. ``amount`` is how much of the start is in it (back: how much of it is in the start)."""

    sample: Sample
    steps: int
    through: list[str] = field(default_factory=list)
    amount: str = ""

    @property
    def kind(self) -> str:
        return words.kind(self.sample.kind)

    @property
    def state(self) -> str:
        return words.sample_state(self.sample.state)

    @property
    def passed(self) -> str:
        """What it came through, the first five by code."""
        more = len(self.through) - MOST_NAMED
        return ", ".join(self.through[:MOST_NAMED]) + (f" +{more}" if more > 0 else "")

    @property
    def left(self) -> str:
        return words.amount(self.sample.amount_left, self.sample.unit)

    @property
    def in_use(self) -> bool:
        """Whether it can still be found: something is left of it, or it is a cell that was built."""
        return self.sample.amount_left > 0 or self.sample.kind == Kind.CELL

    @property
    def barred(self) -> bool:
        return self.sample.state in (State.HOLD, State.REJECTED)


@dataclass(frozen=True)
class Trace:
    start: Start
    direction: Direction
    rows: list[Row]
    chain: Chain
    cut: bool

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many of each kind, in the order of the work: ("composite cathode batch", 3)."""
        found: dict[str, int] = defaultdict(int)
        for row in self.rows:
            found[row.sample.kind] += 1
        return [
            (str(Kind(kind).label), found[kind]) for kind in sorted(found, key=lambda kind: ORDER[Kind(kind)])
        ]


def start_of(code: str, actor: Actor) -> Start:
    """The sample or furnace run of this code, as far as the actor may see it; else 404."""
    runs = access.visible(CarbonizationRun.objects.all(), actor)
    run = runs.filter(code=code).first() if code.startswith(CarbonizationRun.PREFIX) else None
    if run is not None:
        out = access.visible(Sample.objects.filter(carbonadditive__boat__run=run), actor)
        return Start(run.code, _("carbonization run"), run.get_absolute_url(), list(out), run)
    sample = access.visible(Sample.objects.filter(code=code), actor).first()
    if sample is None:
        raise Http404(code)
    return Start(sample.code, sample.get_kind_display(), sample.get_absolute_url(), [sample])


def trace(start: Start, actor: Actor, direction: Direction) -> Trace:
    """All relatives in one direction, nearest first. Of a run, back means what was put into it."""
    chain = genealogy.chain_of(start.keys, actor, [direction])
    depth = _depths(start.keys, chain.edges, direction)
    parts = _forward(start, chain) if direction == "descendants" else _back(start, chain)
    through = _through(chain, direction)
    rows = [
        Row(sample, depth.get(pk, 0), through.get(pk, []), parts.get(pk, ""))
        for pk, sample in chain.samples.items()
        if pk not in start.keys or (start.run is not None and direction == "descendants")
    ]
    rows.sort(key=lambda row: (row.steps, ORDER[Kind(row.sample.kind)], row.sample.code))
    return Trace(start, direction, rows, chain, cut=len(chain.samples) + chain.hidden > genealogy.MOST_NODES)


def boats_of(chain: Chain) -> list[Boat]:
    additives = [pk for pk, sample in chain.samples.items() if sample.kind == Kind.ADDITIVE]
    return list(Boat.objects.select_related("run").filter(additive_id__in=additives))


def _depths(starts: set[int], edges: Sequence[Edge], direction: Direction) -> dict[int, int]:
    """The longest way from the start, so that a row stands after everything that leads to it."""
    near, far = ("source_id", "target_id") if direction == "descendants" else ("target_id", "source_id")
    beside: dict[int, list[int]] = defaultdict(list)
    for edge in edges:
        beside[getattr(edge, near)].append(getattr(edge, far))
    depth = dict.fromkeys(starts, 0)
    for pk in _in_order(starts, beside):
        for other in beside.get(pk, ()):
            depth[other] = max(depth.get(other, 0), depth.get(pk, 0) + 1)
    return depth


def _in_order(starts: set[int], beside: dict[int, list[int]]) -> list[int]:
    """Every sample after all those that lead to it; the ledger knows no circles."""
    done: list[int] = []
    seen: set[int] = set()
    stack = [(pk, False) for pk in starts]
    while stack:
        pk, after = stack.pop()
        if after:
            done.append(pk)
        elif pk not in seen:
            seen.add(pk)
            stack.append((pk, True))
            stack.extend((other, False) for other in beside.get(pk, ()) if other not in seen)
    return done[::-1]


def _forward(start: Start, chain: Chain) -> dict[int, str]:
    """How much of the start is in each descendant, in the start's unit."""
    into: dict[int, list[Edge]] = defaultdict(list)
    for edge in chain.edges:
        into[edge.source_id].append(edge)
    held: dict[int, Decimal] = {sample.pk: sample.amount_made for sample in start.samples}
    for pk in _in_order(start.keys, {key: [edge.target_id for edge in edges] for key, edges in into.items()}):
        made = chain.samples[pk].amount_made
        for edge in into.get(pk, ()):
            if made:
                held[edge.target_id] = (
                    held.get(edge.target_id, Decimal(0)) + held.get(pk, Decimal(0)) * edge.amount / made
                )
    return _said(held, {sample.unit for sample in start.samples}, start.keys)


def _back(start: Start, chain: Chain) -> dict[int, str]:
    """How much of each ancestor is in the start, in the ancestor's unit."""
    of: dict[int, list[Edge]] = defaultdict(list)
    for edge in chain.edges:
        of[edge.target_id].append(edge)
    held: dict[int, Decimal] = {sample.pk: sample.amount_made for sample in start.samples}
    for pk in _in_order(start.keys, {key: [edge.source_id for edge in edges] for key, edges in of.items()}):
        made = chain.samples[pk].amount_made
        share = held.get(pk, Decimal(0)) / made if made else Decimal(1)
        for edge in of.get(pk, ()):
            held[edge.source_id] = held.get(edge.source_id, Decimal(0)) + share * edge.amount
    return {
        pk: words.amount(amount, chain.samples[pk].unit)
        for pk, amount in held.items()
        if pk in chain.samples and pk not in start.keys
    }


def _said(held: dict[int, Decimal], units: set[str], starts: set[int]) -> dict[int, str]:
    if len(units) != 1:
        return {}
    (unit,) = units
    return {pk: words.amount(amount, unit) for pk, amount in held.items() if pk not in starts}


def _through(chain: Chain, direction: Direction) -> dict[int, list[str]]:
    """The codes that lead to each sample, as links of the chain."""
    found: dict[int, list[str]] = defaultdict(list)
    for edge in chain.edges:
        here, there = (
            (edge.target_id, edge.source_id)
            if direction == "descendants"
            else (edge.source_id, edge.target_id)
        )
        code = chain.samples[there].code
        if code not in found[here]:
            found[here].append(code)
    return found
