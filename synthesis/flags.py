"""Flags: what was odd about a run or a sample, so that everything made of it knows.

A measurement's flags are replaced as a whole when it is read again or by a newer method; what stays the same is left
alone, and history keeps what was taken away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from synthesis.models import CarbonizationRun, Flag, Sample

LONGEST = 400
_SAMPLES = """
WITH RECURSIVE up(id) AS (
    SELECT %s::bigint
    UNION
    SELECT entry.sample_id FROM up JOIN synthesis_ledgerentry entry ON entry.product_id = up.id
)
SELECT id FROM up
"""
_RUNS = _SAMPLES.replace(
    "SELECT id FROM up\n", "SELECT boat.run_id FROM up JOIN synthesis_boat boat ON boat.additive_id = up.id"
)
Thing = Sample | CarbonizationRun


@dataclass(frozen=True)
class Found:
    code: str
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)


def put(
    thing: Thing,
    code: str,
    sentence: str,
    values: Mapping[str, Any] | None = None,
    measurement: int | None = None,
) -> Flag:
    """Puts one flag, once: the same measurement saying the same again changes nothing."""
    flag, _new = Flag.objects.get_or_create(
        **_of(thing),
        code=code,
        sentence=sentence[:LONGEST],
        measurement=measurement,
        defaults={"values": dict(values or {})},
    )
    return flag


@transaction.atomic
def replace(measurement: int, thing: Thing | None, found: Iterable[Found]) -> None:
    """Makes a measurement's flags these, on this thing; with None as thing there are none."""
    kept = [put(thing, one.code, one.sentence, one.values, measurement).pk for one in found] if thing else []
    Flag.objects.filter(measurement=measurement).exclude(pk__in=kept).delete()


def clear(measurements: Collection[int]) -> None:
    """Takes the flags of measurements away that have none any more, in one statement."""
    if measurements:
        Flag.objects.filter(measurement__in=measurements).delete()


def of_thing(thing: Thing) -> QuerySet[Flag]:
    return Flag.objects.filter(**_of(thing))


def of_ancestors(sample: Sample) -> list[Flag]:
    """The flags of the sample itself, of every sample upstream and of every run that made one of them, in one query."""
    samples = RawSQL(_SAMPLES, [sample.pk])  # noqa: S611  # the number is a parameter
    runs = RawSQL(_RUNS, [sample.pk])  # noqa: S611
    found = Flag.objects.filter(Q(sample__in=samples) | Q(run__in=runs))
    return list(found.select_related("run", "sample").order_by("pk"))


def flagged(samples: Iterable[int], runs: Iterable[int]) -> tuple[set[int], set[int]]:
    """Which of these samples and runs have a flag, in one query."""
    found = Flag.objects.filter(Q(sample__in=list(samples)) | Q(run__in=list(runs)))
    pairs = list(found.values_list("sample_id", "run_id"))
    return {sample for sample, _ in pairs if sample}, {run for _, run in pairs if run}


def touched(things: Iterable[Flag]) -> dict[str, int]:
    """How many samples of each kind came of what these flags are on, in one query."""
    flags = list(things)
    starts = [flag.sample_id for flag in flags if flag.sample_id]
    runs = [flag.run_id for flag in flags if flag.run_id]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE found(id) AS (
                SELECT unnest(%s::bigint[])
                UNION SELECT additive_id FROM synthesis_boat WHERE run_id = ANY(%s)
                UNION SELECT entry.product_id FROM found JOIN synthesis_ledgerentry entry ON entry.sample_id = found.id
                       WHERE entry.product_id IS NOT NULL
            )
            SELECT kind, count(*) FROM synthesis_sample WHERE id IN (SELECT id FROM found) AND id <> ALL(%s)
             GROUP BY kind
            """,
            [starts, runs, starts],
        )
        return dict(cursor.fetchall())


def _of(thing: Thing) -> dict[str, Thing]:
    return {"run": thing} if isinstance(thing, CarbonizationRun) else {"sample": thing}
