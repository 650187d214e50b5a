"""The chain as boxes and arrows: what is folded, which furnace run stands between, and where each box stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from synthesis import words
from synthesis.genealogy import Chain, Edge
from synthesis.models import Boat, Sample
from synthesis.models.samples import Kind

FOLD_ABOVE = 5
MOST_DRAWN = 120
NARROWEST, WIDEST = 86, 176
_SLIM, _BROAD = "filjrtI.,:;|'()[] ", "mwMWCDGOQ@%…—"
# What a step is, in the one or two words that fit into its box.
STEP_WORDS = {
    Kind.NANOSPONGE: _lazy("nanosponge"),
    Kind.IMPREGNATED: _lazy("impregnated"),
    Kind.FREEZE_DRIED: _lazy("freeze-dried"),
    Kind.CATHODE: _lazy("cathode"),
}


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
    lot: bool = False
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


def build(chain: Chain, start: Sample, boats: Sequence[Boat], *, unfold: bool = False) -> Graph:
    """The graph of a chain around ``start``. ``boats`` are those of the chain's additives."""
    graph = Graph()
    near = _nearest(chain, start.pk)
    graph.undrawn = len(chain.samples) - len(near)
    for pk in near:
        graph.nodes[f"s{pk}"] = _sample_node(chain.samples[pk], here=pk == start.pk)
    by_additive = {boat.additive_id: boat for boat in boats}
    for edge in chain.edges:
        if edge.source_id in near and edge.target_id in near:
            _add_edge(graph, edge, by_additive.get(edge.target_id), chain)
    _mark_path(graph, f"s{start.pk}")
    _losses(graph, chain)
    _roles(graph, chain)
    if not unfold:
        _count_cells(graph, f"s{start.pk}")
        _fold(graph, f"s{start.pk}")
    return graph


def _nearest(chain: Chain, start: int) -> set[int]:
    """The samples that are drawn: the nearest ones, up to a number that a screen can hold."""
    around: dict[int, list[int]] = defaultdict(list)
    for edge in chain.edges:
        around[edge.source_id].append(edge.target_id)
        around[edge.target_id].append(edge.source_id)
    seen, queue = {start}, [start]
    while queue and len(seen) < MOST_DRAWN:
        for pk in around[queue.pop(0)]:
            if pk not in seen and len(seen) < MOST_DRAWN:
                seen.add(pk)
                queue.append(pk)
    return seen


def _sample_node(sample: Sample, *, here: bool) -> Node:
    left = _("%(amount)s left") % {"amount": words.amount(sample.amount_left, sample.unit)}
    second = left if here and sample.kind != Kind.CELL else _what(sample)
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


def _what(sample: Sample) -> str:
    """The step in a word, else the name; of a name that begins with the additive, the rest: the mark says it."""
    if sample.kind in STEP_WORDS:
        return str(STEP_WORDS[Kind(sample.kind)])
    name = sample.name.removeprefix(sample.group).strip(" ,·-") if sample.group else sample.name
    return name or sample.group or str(sample.get_kind_display())


def _add_edge(graph: Graph, edge: Edge, boat: Boat | None, chain: Chain) -> None:
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
        uses[edge.source_id].add(edge.role)
    for pk, roles in uses.items():
        node = graph.nodes.get(f"s{pk}")
        if node and node.lot and not node.here and len(roles) == 1 and (role := next(iter(roles))):
            node.second = fitted(role)


def _losses(graph: Graph, chain: Chain) -> None:
    """Under a freeze-dried batch what was lost on the way."""
    for pk, sample in chain.samples.items():
        taken = sum(edge.amount for edge in chain.edges if edge.target_id == pk and edge.unit == sample.unit)
        node = graph.nodes.get(f"s{pk}")
        if node and sample.kind == Kind.FREEZE_DRIED and taken and sample.amount_made:
            share = 100 * (1 - float(sample.amount_made) / float(taken))
            node.below = _("loss %(share)s %%") % {"share": words.digits(share, 1)}


def _mark_path(graph: Graph, here: str) -> None:
    for link in graph.links:
        link.path = link.target == here and not graph.nodes[link.source].lot


def _count_cells(graph: Graph, here: str) -> None:
    """Cells that are nothing but the cells of a cathode further along are counted in its box."""
    parents = graph.parents()
    for cathode in [node for node in graph.nodes.values() if node.icon == "layers" and not node.here]:
        cells = [
            key
            for key in graph.children().get(cathode.key, [])
            if parents[key] == [cathode.key] and key != here
        ]
        cells = [key for key in cells if graph.nodes[key].icon == "battery"]
        if cells:
            cathode.second = _folded_title("battery", len(cells))
            _drop(graph, set(cells))
            graph.folded = True


def _fold(graph: Graph, here: str) -> None:
    """More than five parents or children of one kind become one box, with every arrow that led to them."""
    for forward in (True, False):
        for near in list(graph.nodes):
            beside = (graph.children() if forward else graph.parents()).get(near, [])
            alike: dict[str, set[str]] = defaultdict(set)
            for key in beside:
                if key != here and not graph.nodes[key].fold:
                    alike[graph.nodes[key].icon].add(key)
            for icon, keys in alike.items():
                if len(keys) > FOLD_ABOVE and not _depend(graph, keys):
                    _merge(graph, keys, icon)


def _depend(graph: Graph, keys: set[str]) -> bool:
    """Whether one of them came of another: such ones cannot be one box."""
    children, seen = graph.children(), set(keys)
    queue = [child for key in keys for child in children.get(key, [])]
    while queue:
        key = queue.pop()
        if key in keys:
            return True
        if key not in seen:
            seen.add(key)
            queue.extend(children.get(key, []))
    return False


def _merge(graph: Graph, keys: set[str], icon: str) -> None:
    key = f"f{min(keys)}"
    touching = [link for link in graph.links if link.source in keys or link.target in keys]
    uses = ngettext("%(uses)s use", "%(uses)s uses", len(touching)) % {"uses": len(touching)}
    title = _folded_title(icon, len(keys))
    graph.nodes[key] = Node(key=key, icon=icon, title=title, second=uses, fold=True, lot=icon == "package")
    ends: dict[tuple[str, str], list[str]] = defaultdict(list)
    for link in touching:
        ends[key if link.source in keys else link.source, key if link.target in keys else link.target].append(
            link.label
        )
    _drop(graph, keys)
    for (source, target), labels in ends.items():
        graph.links.append(Link(source, target, labels[0] if len(labels) == 1 else f"{len(labels)} ×"))
    graph.folded = True


def _drop(graph: Graph, keys: set[str]) -> None:
    graph.links = [link for link in graph.links if link.source not in keys and link.target not in keys]
    for key in keys:
        del graph.nodes[key]


def _folded_title(icon: str, count: int) -> str:
    kind = next((kind for kind, name in words.KIND_ICONS.items() if name == icon), "")
    titles = {
        "lot": ngettext("%(count)s lot", "%(count)s lots", count),
        "cathode": ngettext("%(count)s cathode", "%(count)s cathodes", count),
        "cell": ngettext("%(count)s cell", "%(count)s cells", count),
        "run": ngettext("%(count)s boat", "%(count)s boats", count),
    }
    return titles.get(str(kind), ngettext("%(count)s batch", "%(count)s batches", count)) % {"count": count}
