"""The chain as boxes and arrows: what is folded, which furnace run stands between, and where each box stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from synthesis import words
from synthesis.genealogy import Chain, Edge
from synthesis.models import Boat, Sample
from synthesis.models.samples import Kind

FOLD_ABOVE = 5
MOST_DRAWN = 120


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
    if not unfold:
        _fold(graph, f"s{start.pk}", chain)
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
    what = sample.name or sample.group or str(sample.get_kind_display())
    second = left if here and sample.kind != Kind.CELL else what
    return Node(
        key=f"s{sample.pk}",
        icon=words.KIND_ICONS.get(sample.kind, "package"),
        title=sample.code,
        second=second if len(second) <= 17 else second[:16] + "…",
        url=sample.get_absolute_url(),
        group=sample.group if sample.kind in (Kind.ADDITIVE, Kind.CATHODE, Kind.CELL) else "",
        state=sample.state if sample.state in ("hold", "rejected") else "",
        here=here,
        lot=sample.kind == Kind.LOT,
    )


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


def _fold(graph: Graph, here: str, chain: Chain) -> None:
    """More than five parents or children of one kind become one box."""
    for word in ("parents", "children"):
        for near in list(graph.nodes):
            beside = graph.parents() if word == "parents" else graph.children()
            other_way = graph.children() if word == "parents" else graph.parents()
            alike: dict[str, list[str]] = defaultdict(list)
            for key in beside.get(near, []):
                if key != here and set(other_way.get(key, [])) == {near}:
                    alike[graph.nodes[key].icon].append(key)
            for icon, keys in alike.items():
                if len(set(keys)) > FOLD_ABOVE:
                    _replace(graph, near, sorted(set(keys)), icon, forward=word == "children")


def _replace(graph: Graph, near: str, keys: Iterable[str], icon: str, *, forward: bool) -> None:
    gone = set(keys)
    count = len(gone)
    uses = sum(1 for link in graph.links if (link.source if not forward else link.target) in gone)
    beyond = _reachable(graph, gone, near, forward=forward)
    key = f"f{near}{icon}{'d' if forward else 'u'}"
    graph.nodes[key] = Node(
        key=key, icon=icon, title=_folded_title(icon, count), second="", fold=True, lot=icon == "package"
    )
    graph.nodes[key].second = ngettext("%(uses)s use", "%(uses)s uses", uses) % {"uses": uses}
    gone |= beyond
    graph.links = [link for link in graph.links if link.source not in gone and link.target not in gone]
    graph.links.append(Link(near, key, "") if forward else Link(key, near, ""))
    for name in gone:
        del graph.nodes[name]
    graph.folded = True


def _reachable(graph: Graph, start: set[str], stop: str, *, forward: bool) -> set[str]:
    """What can only be reached through the folded ones, and so is folded with them."""
    step: Mapping[str, list[str]] = graph.children() if forward else graph.parents()
    back: Mapping[str, list[str]] = graph.parents() if forward else graph.children()
    gone, grew = set(start), True
    while grew:
        grew = False
        for name in list(gone):
            for key in step.get(name, []):
                if (
                    key not in gone
                    and key != stop
                    and set(back.get(key, [])) <= gone
                    and not graph.nodes[key].here
                ):
                    gone.add(key)
                    grew = True
    return gone - start


def _folded_title(icon: str, count: int) -> str:
    kind = next((kind for kind, name in words.KIND_ICONS.items() if name == icon), "")
    titles = {
        "lot": ngettext("%(count)s lot", "%(count)s lots", count),
        "cathode": ngettext("%(count)s cathode", "%(count)s cathodes", count),
        "cell": ngettext("%(count)s cell", "%(count)s cells", count),
        "run": ngettext("%(count)s boat", "%(count)s boats", count),
    }
    return titles.get(str(kind), ngettext("%(count)s batch", "%(count)s batches", count)) % {"count": count}
