"""The chain, forward and back: which samples a sample is made of, and what came of it, with the amount on every edge.

The edges are the ledger's uses; nothing is stored twice. Answers are read-only and bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.db import connection

from synthesis.access import Actor, visible
from synthesis.models import Sample

Direction = Literal["ancestors", "descendants"]
MOST_NODES = 2000

_STEP = {
    "ancestors": ("product_id", "sample_id"),
    "descendants": ("sample_id", "product_id"),
}


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
    """Samples by id and the edges between them. ``hidden`` counts samples of projects that the reader may not see."""

    samples: dict[int, Sample]
    edges: list[Edge]
    hidden: int = 0


def relatives(start: int | Collection[int], direction: Direction, limit: int = MOST_NODES) -> list[int]:
    """Ids of all ancestors or descendants of one sample or of several, nearest first, without these."""
    starts = [start] if isinstance(start, int) else list(start)
    here, there = _STEP[direction]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE found(id, depth) AS (
                SELECT unnest(%s::bigint[]), 0
                UNION
                SELECT entry.{there}, found.depth + 1
                  FROM found JOIN synthesis_ledgerentry entry ON entry.{here} = found.id
                 WHERE entry.product_id IS NOT NULL AND found.depth < 60
            )
            SELECT id, min(depth) FROM found WHERE id <> ALL(%s) GROUP BY id ORDER BY min(depth), id LIMIT %s
            """,  # noqa: S608  # the two column names come from the table above, not from outside
            [starts, starts, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def is_descendant(sample: int, *, of: int) -> bool:
    return sample == of or sample in relatives(of, "descendants")


def chain(
    sample: Sample, actor: Actor, directions: Iterable[Direction] = ("ancestors", "descendants")
) -> Chain:
    """The sample with its relatives and the edges between them, as far as the actor may see."""
    return chain_of([sample.pk], actor, directions)


def chain_of(
    starts: Collection[int], actor: Actor, directions: Iterable[Direction] = ("ancestors", "descendants")
) -> Chain:
    """The chain around several samples at once, as those that came out of one furnace run."""
    ids = set(starts)
    for direction in directions:
        ids.update(relatives(starts, direction))
    seen = {found.pk: found for found in visible(Sample.objects.filter(pk__in=ids), actor)}
    edges = [edge for edge in _edges(ids) if edge.source_id in seen and edge.target_id in seen]
    return Chain(seen, edges, hidden=len(ids) - len(seen))


def _edges(ids: set[int]) -> list[Edge]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT entry.sample_id, entry.product_id, -sum(entry.delta), sample.unit, entry.role,
                   string_agg(entry.entered, ' + ' ORDER BY entry.id)
              FROM synthesis_ledgerentry entry JOIN synthesis_sample sample ON sample.id = entry.sample_id
             WHERE entry.sample_id = ANY(%s) AND entry.product_id = ANY(%s)
             GROUP BY entry.sample_id, entry.product_id, sample.unit, entry.role
             ORDER BY min(entry.id)
            """,
            [list(ids), list(ids)],
        )
        return [Edge(*row) for row in cursor.fetchall()]
