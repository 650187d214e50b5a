"""What of a chain is drawn: many alike become one box, and what is too far away stays out of the picture."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection

from django.utils.translation import ngettext

from synthesis import words
from synthesis.chain_graph import Graph, Link, Node

FOLD_ABOVE = 5
MOST_DRAWN = 120
ALL = "all"


def asked(text: str) -> set[str]:
    """The boxes to leave open, from an address: "fs12,fs40" or "all"."""
    return {key for key in text.split(",") if key}


def fold(graph: Graph, unfolded: Collection[str] = ()) -> Graph:
    """Folds a whole graph until a screen can hold it. ``unfolded`` are the boxes to leave open, or ``ALL``."""
    if ALL not in unfolded:
        _count_cells(graph)
        _fold_alike(graph, unfolded)
    _leave_out_the_far(graph)
    if ALL not in unfolded:
        _fold_beside(graph, unfolded)
    for node in graph.nodes.values():
        node.unfold = ",".join(sorted({*unfolded, node.key})) if node.fold else ""
    return graph


def _count_cells(graph: Graph) -> None:
    """Cells that are nothing but the cells of a cathode further along are counted in its box."""
    parents, children = graph.parents(), graph.children()
    for cathode in [node for node in graph.nodes.values() if node.icon == "layers" and not node.here]:
        cells = {
            key
            for key in children.get(cathode.key, [])
            if set(parents[key]) == {cathode.key} and graph.nodes[key].icon == "battery"
        }
        cells = {key for key in cells if not graph.nodes[key].here}
        if cells:
            cathode.second = _title("battery", len(cells))
            cathode.holds += len(cells)
            _drop(graph, cells)
            graph.folded = True


def _fold_alike(graph: Graph, unfolded: Collection[str]) -> None:
    """Boxes of one kind that came of the same and went into the same become one, however many they are."""
    parents, children = graph.parents(), graph.children()
    alike: dict[tuple[str, frozenset[str], frozenset[str]], set[str]] = defaultdict(set)
    for key, node in graph.nodes.items():
        if not node.here:
            around = frozenset(parents.get(key, [])), frozenset(children.get(key, []))
            alike[node.icon, *around].add(key)
    for (icon, *_around), keys in alike.items():
        if len(keys) > FOLD_ABOVE:
            _merge(graph, keys, icon, unfolded)


def _leave_out_the_far(graph: Graph) -> None:
    """Keeps the boxes nearest to the start, up to a number that a screen can hold."""
    around: dict[str, list[str]] = defaultdict(list)
    for link in graph.links:
        around[link.source].append(link.target)
        around[link.target].append(link.source)
    seen = {key for key, node in graph.nodes.items() if node.here}
    queue = deque(seen)
    while queue and len(seen) < MOST_DRAWN:
        for key in around[queue.popleft()]:
            if key not in seen and len(seen) < MOST_DRAWN:
                seen.add(key)
                queue.append(key)
    far = set(graph.nodes) - seen
    graph.undrawn = sum(graph.nodes[key].holds for key in far if graph.nodes[key].icon != "flame")
    _drop(graph, far)


def _fold_beside(graph: Graph, unfolded: Collection[str]) -> None:
    """More than five parents or children of one kind become one box, with every arrow that led to them."""
    for forward in (True, False):
        around = graph.children() if forward else graph.parents()
        for near in list(graph.nodes):
            alike: dict[str, set[str]] = defaultdict(set)
            for key in around.get(near, []):
                if not graph.nodes[key].here and not graph.nodes[key].fold:
                    alike[graph.nodes[key].icon].add(key)
            many = [(icon, keys) for icon, keys in alike.items() if len(keys) > FOLD_ABOVE]
            for icon, keys in many:
                if not _depend(graph, keys):
                    _merge(graph, keys, icon, unfolded)
            if many:
                around = graph.children() if forward else graph.parents()


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


def _merge(graph: Graph, keys: set[str], icon: str, unfolded: Collection[str]) -> None:
    key = f"f{min(keys)}"
    if key in unfolded:
        return
    touching = [link for link in graph.links if link.source in keys or link.target in keys]
    uses = ngettext("%(uses)s use", "%(uses)s uses", len(touching)) % {"uses": len(touching)}
    count = sum(graph.nodes[one].holds for one in keys)
    graph.nodes[key] = Node(
        key=key,
        icon=icon,
        title=_title(icon, len(keys)),
        second=uses,
        fold=True,
        holds=count,
        lot=icon == "package",
    )
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


def _title(icon: str, count: int) -> str:
    kind = next((kind for kind, name in words.KIND_ICONS.items() if name == icon), "")
    titles = {
        "lot": ngettext("%(count)s lot", "%(count)s lots", count),
        "cathode": ngettext("%(count)s cathode", "%(count)s cathodes", count),
        "cell": ngettext("%(count)s cell", "%(count)s cells", count),
        "run": ngettext("%(count)s boat", "%(count)s boats", count),
    }
    return titles.get(str(kind), ngettext("%(count)s batch", "%(count)s batches", count)) % {"count": count}
