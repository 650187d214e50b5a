"""Where each box and arrow of the chain stands: layers left to right, side inputs above and below."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from synthesis.chain_graph import Graph, Link, Node, text_width

HEIGHT = 44
NARROWEST_GAP, GAP_Y, SIDE_GAP = 34, 26, 42
SIDE_STEP = 150
LANE = 20
PAD = 4


@dataclass(frozen=True)
class Arrow:
    """A curve in px with its head at the end; the label stands at (``x``, ``y``)."""

    d: str
    head: str
    label: str
    x: float
    y: float
    anchor: str
    link: Link

    @property
    def path(self) -> bool:
        return self.link.path


@dataclass(frozen=True)
class Picture:
    nodes: list[Node]
    arrows: list[Arrow]
    width: float
    height: float


def layout(graph: Graph) -> Picture:
    """Gives every node its place and every link its curve. Answers empty for a sample without relatives."""
    side = _side_inputs(graph)
    layers = _layers(graph, set(side))
    columns: dict[int, list[str]] = defaultdict(list)
    for key, layer in layers.items():
        columns[layer].append(key)
    order = _ordered(graph, columns, layers)
    above = _sides_of(side)
    inner = [link for link in graph.links if link.source not in side]
    long = [link for link in inner if layers[link.target] - layers[link.source] > 1]
    _place(graph, order, above, top=PAD + LANE * len(long))
    height = max((node.y + HEIGHT + (18 if node.below else 0) for node in graph.nodes.values()), default=0)
    width = max((node.x + node.width for node in graph.nodes.values()), default=0) + PAD
    joined = Counter(link.target for link in inner)
    arrows = [
        _over(graph, link, long.index(link)) if link in long else _arrow(graph, link, side, joined)
        for link in graph.links
    ]
    return Picture(list(graph.nodes.values()), arrows, width, height + PAD)


def _side_inputs(graph: Graph) -> dict[str, str]:
    """Lots that feed one step beside its main input: side -> the node that they feed."""
    parents, children = graph.parents(), graph.children()
    found: dict[str, str] = {}
    for key, node in graph.nodes.items():
        fed = set(children.get(key, []))
        if not node.lot or node.here or parents.get(key) or len(fed) != 1:
            continue
        target = next(iter(fed))
        if any(not graph.nodes[other].lot for other in parents[target]):
            found[key] = target
    return found


def _layers(graph: Graph, side: set[str]) -> dict[str, int]:
    """Longest way from the start; whatever has no parents stands right before what it feeds."""
    parents, children = graph.parents(), graph.children()
    depth: dict[str, int] = {}

    def at(key: str) -> int:
        if key not in depth:
            depth[key] = 0  # a circle cannot be: the ledger refuses it
            depth[key] = max(
                (at(parent) + 1 for parent in parents.get(key, []) if parent not in side), default=0
            )
        return depth[key]

    for key in graph.nodes:
        if key not in side:
            at(key)
    for key in list(depth):
        if not parents.get(key) and children.get(key):
            depth[key] = min(depth[child] for child in children[key] if child in depth) - 1
    first = min(depth.values(), default=0)
    return {key: layer - first for key, layer in depth.items()}


def _ordered(graph: Graph, columns: dict[int, list[str]], layers: dict[str, int]) -> list[list[str]]:
    """Each column's boxes in the order of their neighbours, a few sweeps forth and back."""
    order = [columns[layer] for layer in range(max(columns, default=-1) + 1)]
    for sweep in range(4):
        neighbours = graph.parents() if sweep % 2 == 0 else graph.children()
        rank = {key: place / max(len(column), 1) for column in order for place, key in enumerate(column)}
        for column in order:
            column.sort(
                key=lambda key: _mean(
                    [rank[near] for near in neighbours.get(key, []) if near in rank], rank[key]
                )
            )
    return order


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _sides_of(side: dict[str, str]) -> dict[str, tuple[list[str], list[str]]]:
    """Which side inputs stand above and which below each node."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for key, target in side.items():
        above, below = found.setdefault(target, ([], []))
        (above if len(above) <= len(below) else below).append(key)
    return found


def _place(
    graph: Graph, order: list[list[str]], sides: dict[str, tuple[list[str], list[str]]], *, top: float
) -> None:
    blocks = {key: _block(sides.get(key)) for column in order for key in column}
    heights = [
        sum(sum(blocks[key]) for key in column) + GAP_Y * (len(column) - 1) for column in order if column
    ]
    tallest = max(heights, default=0)
    x = float(PAD)
    filled = [column for column in order if column]
    for column, after, height in zip(filled, [*filled[1:], []], heights, strict=True):
        y = top + (tallest - height) / 2
        widest = max(graph.nodes[key].width for key in column)
        for key in column:
            over, _own, under = blocks[key]
            node = graph.nodes[key]
            node.x, node.y = x + (widest - node.width) / 2, y + over
            reach = _place_sides(graph, node, sides.get(key, ([], [])))
            widest = max(widest, reach - x)
            y += over + HEIGHT + under + GAP_Y
        x += widest + _gap(graph, set(column), set(after))


def _block(sides: tuple[list[str], list[str]] | None) -> tuple[float, float, float]:
    above, below = sides or ([], [])
    step = HEIGHT + SIDE_GAP
    return (step if above else 0, HEIGHT, step if below else 0)


def _gap(graph: Graph, column: set[str], after: set[str]) -> float:
    """Room for the longest label between this column and the next."""
    links = [link for link in graph.links if link.source in column and link.target in after]
    return max(NARROWEST_GAP, max((text_width(link.label) for link in links), default=0) + 8)


def _place_sides(graph: Graph, node: Node, sides: tuple[list[str], list[str]]) -> float:
    """Side inputs stand next to each other in a row above and a row below; answers how far right the rows reach."""
    reach = node.x + node.width
    for row, y in ((sides[0], node.y - HEIGHT - SIDE_GAP), (sides[1], node.y + HEIGHT + SIDE_GAP)):
        for place, key in enumerate(row):
            beside = graph.nodes[key]
            beside.x, beside.y = node.x + (node.width - beside.width) / 2 + place * SIDE_STEP, y
            reach = max(reach, beside.x + beside.width)
    return reach


def _over(graph: Graph, link: Link, lane: int) -> Arrow:
    """A link past other columns runs above everything between, each in its own lane."""
    source, target = graph.nodes[link.source], graph.nodes[link.target]
    x1, y1 = source.x + source.width, source.y + HEIGHT / 2
    x2, y2 = target.x, target.y + HEIGHT / 2
    between = [node.y for node in graph.nodes.values() if x1 < node.x + node.width and node.x < x2]
    y = min([*between, y1, y2]) - 14 - LANE * lane
    d = (
        f"M{x1:g} {y1:g}C{x1 + 22:g} {y1:g} {x1 + 10:g} {y:g} {x1 + 34:g} {y:g}"
        f"L{x2 - 40:g} {y:g}C{x2 - 14:g} {y:g} {x2 - 30:g} {y2:g} {x2 - 5:g} {y2:g}"
    )
    return Arrow(d, f"M{x2:g} {y2:g}l-6 -3.5v7z", link.label, (x1 + x2) / 2, y - 5, "middle", link)


def _arrow(graph: Graph, link: Link, side: dict[str, str], joined: Counter[str]) -> Arrow:
    source, target = graph.nodes[link.source], graph.nodes[link.target]
    if side.get(link.source) == link.target:
        return _upright(source, target, link)
    x1, y1 = source.x + source.width, source.y + HEIGHT / 2
    x2, y2 = target.x, target.y + HEIGHT / 2
    bend = max(24.0, (x2 - x1) / 2)
    d = f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2 - 5:g} {y2:g}"
    head = f"M{x2:g} {y2:g}l-6 -3.5v7z"
    if abs(y2 - y1) < 1:
        return Arrow(d, head, link.label, (x1 + x2) / 2, y2 - 6, "middle", link)
    if joined[link.target] > 1:  # several come together: each amount stands where its arrow begins
        return Arrow(d, head, link.label, x1 + 6, y1 - 6, "start", link)
    return Arrow(d, head, link.label, x2 - 10, y2 - 6, "end", link)


def _upright(source: Node, target: Node, link: Link) -> Arrow:
    """From above or below into the middle of the box, or slanted from further along its row."""
    down = source.y < target.y
    x1, y1 = source.x + source.width / 2, source.y + (HEIGHT if down else 0)
    x2 = min(x1, target.x + target.width - 12)
    y2 = target.y + (0 if down else HEIGHT)
    sign = 1 if down else -1
    d = f"M{x1:g} {y1:g}C{x1:g} {y1 + sign * 20:g} {x2:g} {y2 - sign * 20:g} {x2:g} {y2 - sign * 5:g}"
    head = f"M{x2:g} {y2:g}l-3.5 {-6 * sign}h7z"
    return Arrow(d, head, link.label, x1 + 8, y1 + sign * 17 + 4, "start", link)
