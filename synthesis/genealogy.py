"""The chain, forward and back: which samples a sample is made of, and what came of it, with the amount on every edge.

The edges are the ledger's uses; nothing is stored twice. Answers are read-only and bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.db import connection

from synthesis import seeing
from synthesis.access import Actor, visible
from synthesis.models import Sample

Direction = Literal["ancestors", "descendants"]
MOST_NODES = 2000
NEAR = 200  # before and after a sample on its own page; all of them stand on the page of the trace
BOTH: tuple[Direction, ...] = ("ancestors", "descendants")


@dataclass(frozen=True)
class Edge:
    """``amount`` of the source, in the source's unit, that went into the target; several uses in one role add up."""

    source_id: int
    target_id: int
    amount: Decimal
    unit: str
    role: str
    entered: str


@dataclass(frozen=True)
class Chain:
    """Samples by id and the edges between them. ``hidden`` counts samples of projects that the reader may not see.

    ``cut`` says that there are more than were looked for.
    """

    samples: dict[int, Sample]
    edges: list[Edge]
    hidden: int = 0
    cut: bool = False


def relatives(start: int | Collection[int], direction: Direction, limit: int = MOST_NODES) -> list[int]:
    """Ids of ancestors or descendants of one sample or of several, nearest first, without these; at most ``limit``."""
    starts = [start] if isinstance(start, int) else list(start)
    return _relatives(starts, [direction], limit)[0]


def ancestors(start: int) -> list[int]:
    """Ids of all ancestors of a sample, from what its page asks for anyway where they are few."""
    near = _relatives([start], BOTH, NEAR + 1)[0]
    return near if len(near) <= NEAR else relatives(start, "ancestors")


def _relatives(starts: list[int], directions: Sequence[Direction], limit: int) -> list[list[int]]:
    """Of each direction, in one query; kept while a page is made, whose parts ask for the same."""
    return seeing.once(
        ("relatives", *starts, *directions, limit), lambda: _asked_relatives(starts, directions, limit)
    )


def _asked_relatives(starts: list[int], directions: Sequence[Direction], limit: int) -> list[list[int]]:
    one = "SELECT %s::integer AS part, sample, step FROM synthesis_relatives(%s, %s, %s)"
    asked = " UNION ALL ".join([one] * len(directions))
    params = [
        value
        for part, direction in enumerate(directions)
        for value in (part, starts, direction == "descendants", limit)
    ]
    found: list[list[int]] = [[] for _direction in directions]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT part, sample FROM ({asked}) found ORDER BY part, step, sample", params)  # noqa: S608 - constant parts
        for part, sample in cursor.fetchall():
            found[part].append(sample)
    return found


def is_descendant(sample: int, *, of: int) -> bool:
    """Whether it was made of the other, however many others were: followed from the product back, without a limit."""
    if sample == of:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE made_of(id) AS (
                SELECT %s::bigint
                UNION
                SELECT entry.sample_id FROM made_of JOIN synthesis_ledgerentry entry ON entry.product_id = made_of.id
            )
            SELECT EXISTS (SELECT FROM made_of WHERE id = %s)
            """,
            [sample, of],
        )
        (found,) = cursor.fetchone()
        return bool(found)


def chain(
    sample: Sample,
    actor: Actor,
    directions: Iterable[Direction] = BOTH,
    limit: int = MOST_NODES,
) -> Chain:
    """The sample with its relatives and the edges between them, as far as the actor may see."""
    return chain_of([sample.pk], actor, directions, limit)


def chain_of(
    starts: Collection[int],
    actor: Actor,
    directions: Iterable[Direction] = BOTH,
    limit: int = MOST_NODES,
) -> Chain:
    """The chain around several samples at once, as those that came out of one furnace run."""
    ids, cut = _ids(starts, directions, limit)
    seen = {found.pk: found for found in visible(Sample.objects.filter(pk__in=ids), actor)}
    edges = [edge for edge in _edges(ids) if edge.source_id in seen and edge.target_id in seen]
    return Chain(seen, edges, hidden=len(ids) - len(seen), cut=cut)


def chain_rows(
    sample: Sample, actor: Actor, direction: Direction, columns: Sequence[str]
) -> tuple[list[dict[str, Any]], list[Edge], int]:
    """A chain to be written down: these columns of its samples by number, the edges, and how many are hidden."""
    ids, _cut = _ids([sample.pk], [direction], MOST_NODES)
    rows = list(visible(Sample.objects.filter(pk__in=ids), actor).order_by("pk").values("pk", *columns))
    seen = {row["pk"] for row in rows}
    edges = [edge for edge in _edges(ids) if edge.source_id in seen and edge.target_id in seen]
    return rows, edges, len(ids) - len(seen)


def _ids(starts: Collection[int], directions: Iterable[Direction], limit: int) -> tuple[set[int], bool]:
    """The starts and their relatives, and whether there are more than was asked for."""
    ids = set(starts)
    cut = False
    for found_ids in _relatives(list(starts), list(directions), limit + 1):
        cut = cut or len(found_ids) > limit
        ids.update(found_ids[:limit])
    return ids, cut


def _edges(ids: set[int]) -> list[Edge]:
    """From each product back: it has few inputs, while a lot may have tens of thousands of uses."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT entry.sample_id, entry.product_id, -sum(entry.delta), sample.unit, entry.role,
                   string_agg(entry.entered, ' + ' ORDER BY entry.id)
              FROM unnest(%s::bigint[]) made
             CROSS JOIN LATERAL (SELECT * FROM synthesis_ledgerentry
                                  WHERE product_id = made AND sample_id = ANY(%s::bigint[]) OFFSET 0) entry
              JOIN synthesis_sample sample ON sample.id = entry.sample_id
             GROUP BY entry.sample_id, entry.product_id, sample.unit, entry.role
             ORDER BY min(entry.id)
            """,
            [list(ids), list(ids)],
        )
        return [Edge(*row) for row in cursor.fetchall()]
