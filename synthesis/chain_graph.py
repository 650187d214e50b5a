"""The chain as boxes and arrows: one box per sample, the furnace run between, an amount on every arrow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from synthesis import flags, words
from synthesis.genealogy import Chain, Edge
from synthesis.models import Boat, Sample
from synthesis.models.samples import Kind

PORTIONS = ("split", "pool")  # what was taken so was not used as anything
NARROWEST, WIDEST = 86, 176
_SLIM, _BROAD = "filjrtI.,:;|'()[] ", "mwMWCDGOQ@%…—"
# What a step is, in the one or two words that fit into its box.
STEP_WORDS = {
    Kind.NANOSPONGE: _lazy("nanosponge"),
    Kind.IMPREGNATED: _lazy("impregnated"),
    Kind.FREEZE_DRIED: _lazy("freeze-dried"),
    Kind.CATHODE: _lazy("cathode"),
}


@lru_cache(maxsize=4096)
def text_width(text: str) -> float:
    """About how many px a text takes at 11.5 px; a letter of Chinese is as wide as it is high."""
    return sum(
        12.0 if ord(letter) > 0x2E80 else 3.9 if letter in _SLIM else 9.6 if letter in _BROAD else 6.7
        for letter in text
    )


def fitted(text: str) -> str:
    """The text as it is, or as much of it as the widest box holds, with a sign of what is missing."""
    room = WIDEST - 20
    if text_width(text) <= room:
        return text
    while text and text_width(text) > room - text_width("…"):
        text = text[:-1]
    return text.rstrip() + "…"


@dataclass
class Node:
    """One box. ``key`` is "s12" for a sample, "b3" for a boat of a run, "f…" for a fold of several samples."""

    key: str
    icon: str
    title: str
    second: str
    url: str = ""
    group: str = ""
    below: str = ""
    state: str = ""
    here: bool = False
    fold: bool = False
    holds: int = 1  # how many samples it stands for
    unfold: str = ""  # what ?unfold= asks for to open it
    lot: bool = False
    flagged: bool = False
    x: float = 0
    y: float = 0

    @property
    def width(self) -> float:
        """86 … 176 px, as wide as its two lines want at 12.5 and 11.5 px."""
        wanted = max(28 + 7.3 * len(self.title) + (29 if self.group else 9), 20 + text_width(self.second))
        return round(min(max(wanted, NARROWEST), WIDEST))

    @property
    def mark_x(self) -> float:
        return self.width - 18

    @property
    def state_x(self) -> float:
        return self.width - 19

    @property
    def flag_x(self) -> float:
        """Beside the sign of a hold, where there is one."""
        return self.state_x - (16 if self.state else 0)

    @property
    def middle(self) -> float:
        return self.width / 2


@dataclass
class Link:
    source: str
    target: str
    label: str
    path: bool = False


@dataclass
class Graph:
    nodes: dict[str, Node] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    undrawn: int = 0
    folded: bool = False

    def parents(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for link in self.links:
            found[link.target].append(link.source)
        return found

    def children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for link in self.links:
            found[link.source].append(link.target)
        return found


def edge_label(edge: Edge) -> str:
    """The amount as it was typed and in grams where it was typed in mol: "0.005 mol, 6.18 g"."""
    own = words.amount(edge.amount, edge.unit)
    return f"{edge.entered}, {own}" if "mol" in edge.entered else own


def build(chain: Chain, starts: Collection[int], boats: Sequence[Boat]) -> Graph:
    """The whole graph of a chain around ``starts``, unfolded. ``boats`` are those of the chain's additives."""
    graph = Graph()
    for pk, sample in chain.samples.items():
        graph.nodes[f"s{pk}"] = _sample_node(sample, here=pk in starts)
    by_additive = {boat.additive_id: boat for boat in boats}
    for edge in chain.edges:
        _add_edge(graph, edge, by_additive.get(edge.target_id))
    _mark_path(graph, {f"s{pk}" for pk in starts})
    _losses(graph, chain)
    _roles(graph, chain)
    _flags(graph, chain, boats)
    return graph


def _flags(graph: Graph, chain: Chain, boats: Sequence[Boat]) -> None:
    """A run or sample that deviated from its plan carries the sign of it."""
    samples, runs = flags.flagged(chain.samples, {boat.run_id for boat in boats})
    keys = {f"s{pk}" for pk in samples} | {f"b{boat.pk}" for boat in boats if boat.run_id in runs}
    for key in keys & graph.nodes.keys():
        graph.nodes[key].flagged = True


def _sample_node(sample: Sample, *, here: bool) -> Node:
    second = _left(sample) if here and sample.kind != Kind.CELL else _what(sample)
    return Node(
        key=f"s{sample.pk}",
        icon=words.KIND_ICONS.get(sample.kind, "package"),
        title=sample.code,
        second=fitted(second),
        url=sample.get_absolute_url(),
        group=sample.group if sample.kind in (Kind.ADDITIVE, Kind.CATHODE, Kind.CELL) else "",
        state=sample.state if sample.state in ("hold", "rejected") else "",
        here=here,
        lot=sample.kind == Kind.LOT,
    )


def _left(sample: Sample) -> str:
    return _("%(amount)s left") % {"amount": words.amount(sample.amount_left, sample.unit)}


def _what(sample: Sample) -> str:
    """The step in a word, else the name; of a name that begins with the additive, the rest: the mark says it."""
    if sample.kind in STEP_WORDS:
        return str(STEP_WORDS[Kind(sample.kind)])
    name = sample.name.removeprefix(sample.group).strip(" ,·-") if sample.group else sample.name
    return name or sample.group or words.kind(sample.kind)


def _add_edge(graph: Graph, edge: Edge, boat: Boat | None) -> None:
    source, target = f"s{edge.source_id}", f"s{edge.target_id}"
    if boat is None or boat.source_id != edge.source_id:
        graph.links.append(Link(source, target, edge_label(edge)))
        return
    key = f"b{boat.pk}"
    graph.nodes[key] = Node(
        key=key,
        icon="flame",
        title=boat.run.code,
        second=_("boat %(number)s") % {"number": boat.number},
        url=boat.run.get_absolute_url(),
        below=_("yield %(share)s %%") % {"share": words.digits(boat.yield_percent, 1)},
    )
    graph.links.append(Link(source, key, edge_label(edge)))
    graph.links.append(Link(key, target, words.amount(boat.mass_out_g, "g")))


def _roles(graph: Graph, chain: Chain) -> None:
    """A lot that was used as one thing only says as what: "Mo salt" tells more than the first words of its name."""
    uses: dict[int, set[str]] = defaultdict(set)
    for edge in chain.edges:
        if edge.role not in PORTIONS:
            uses[edge.source_id].add(edge.role)
    for pk, roles in uses.items():
        node = graph.nodes.get(f"s{pk}")
        if node and node.lot and not node.here and len(roles) == 1 and (role := next(iter(roles))):
            node.second = fitted(role)


def _losses(graph: Graph, chain: Chain) -> None:
    """Under a freeze-dried batch what was lost on the way."""
    dried = {pk: sample for pk, sample in chain.samples.items() if sample.kind == Kind.FREEZE_DRIED}
    taken: dict[int, float] = defaultdict(float)
    for edge in chain.edges:
        if edge.role in PORTIONS:
            dried.pop(edge.target_id, None)  # a part or a pool was not dried when it was made
        elif edge.target_id in dried and edge.unit == dried[edge.target_id].unit:
            taken[edge.target_id] += float(edge.amount)
    for pk, mass in taken.items():
        if mass and pk in dried and dried[pk].amount_made:
            share = 100 * (1 - float(dried[pk].amount_made) / mass)
            graph.nodes[f"s{pk}"].below = _("loss %(share)s %%") % {"share": words.digits(share, 1)}


def _mark_path(graph: Graph, here: set[str]) -> None:
    for link in graph.links:
        link.path = link.target in here and not graph.nodes[link.source].lot
