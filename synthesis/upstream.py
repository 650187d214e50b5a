"""What the page of a sample has to say at a glance, of itself and of all that it is made of, in one query.

A sample that nothing is the matter with costs that one query, whatever the number of its ancestors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db import connection
from django.utils import timezone

from synthesis.access import Actor, sees_all, visible_ids
from synthesis.models import Sample

What = Literal["limit", "decision", "signature", "expired", "flag", "allowance", "held", "sample", "run"]

_SQL = """
WITH RECURSIVE up(id) AS (
    SELECT %(sample)s::bigint
    UNION
    SELECT entry.sample_id FROM up JOIN synthesis_ledgerentry entry ON entry.product_id = up.id
)
SELECT what, id, code, project_id, instrument_id, at FROM (
    (SELECT 'limit' AS what, id, '' AS code, project_id, NULL::bigint AS instrument_id, NULL::timestamptz AS at
       FROM synthesis_specificationlimit
      WHERE project_id = %(project)s AND kind = %(kind)s AND "group" IN ('', %(group)s) AND retired_at IS NULL
      LIMIT 1)
    UNION ALL
    (SELECT 'decision', id, '', NULL, NULL, NULL FROM synthesis_gatedecision
      WHERE sample_id = %(sample)s ORDER BY id DESC LIMIT 1)
    UNION ALL
    (SELECT 'signature', id, '', NULL, NULL, NULL FROM synthesis_signature WHERE sample_id = %(sample)s LIMIT 1)
    UNION ALL
    (SELECT 'expired', entry.id, '', NULL, NULL, NULL
       FROM synthesis_ledgerentry entry JOIN synthesis_materiallot lot ON lot.sample_ptr_id = entry.sample_id
      WHERE entry.product_id = %(sample)s AND lot.expires_on < %(day)s LIMIT 1)
    UNION ALL
    (SELECT 'flag', flag.id, '', NULL, NULL, NULL FROM up JOIN synthesis_flag flag ON flag.sample_id = up.id LIMIT 1)
    UNION ALL
    (SELECT 'flag', flag.id, '', NULL, NULL, NULL FROM up JOIN synthesis_boat boat ON boat.additive_id = up.id
       JOIN synthesis_flag flag ON flag.run_id = boat.run_id LIMIT 1)
    UNION ALL
    SELECT 'allowance', allowance.id, source.code, source.project_id, NULL, NULL
      FROM synthesis_useallowance allowance
      JOIN synthesis_ledgerentry entry ON entry.id = allowance.spent_on_id AND entry.product_id = %(sample)s
      JOIN synthesis_sample source ON source.id = allowance.sample_id
    UNION ALL
    SELECT 'held', sample.id, sample.code, sample.project_id, NULL, NULL
      FROM synthesis_sample sample JOIN up USING (id)
     WHERE sample.state IN ('hold', 'rejected') AND sample.id <> %(sample)s
    UNION ALL
    SELECT 'sample', sample.id, sample.code, sample.project_id, sample.equipment_id, sample.made_at
      FROM synthesis_sample sample JOIN up USING (id) WHERE sample.equipment_id IS NOT NULL
    UNION ALL
    SELECT DISTINCT 'run', run.id, run.code, run.project_id, run.equipment_id, run.started_at
      FROM up JOIN synthesis_boat boat ON boat.additive_id = up.id
      JOIN synthesis_carbonizationrun run ON run.id = boat.run_id WHERE run.equipment_id IS NOT NULL
) found ORDER BY what, id DESC
"""


@dataclass(frozen=True)
class Row:
    """``what`` says of which table ``id`` is; ``code`` and ``project_id`` are of the sample or run that it is about.

    Of signatures, flags and inputs that had expired there is at most one row or two: it says that there are any.
    """

    what: What
    id: int
    code: str
    project_id: int | None
    instrument_id: int | None
    at: datetime | None


def rows(sample: Sample) -> list[Row]:
    """All rows about a sample as it is when first asked; asked again of the same object, nothing is read anew."""
    own = sample.own
    kept: list[Row] | None = own.__dict__.get("_upstream")
    if kept is None:
        kept = own.__dict__["_upstream"] = _read(own)
    return kept


def of(sample: Sample, *what: What) -> list[Row]:
    return [row for row in rows(sample) if row.what in what]


def visible_among(found: Iterable[Row], actor: Actor) -> set[Row]:
    """Those rows whose project the actor may see."""
    rows_found = list(found)
    if not rows_found or sees_all(actor):
        return set(rows_found)
    seen = set(visible_ids(actor))
    return {row for row in rows_found if row.project_id in seen}


def _read(sample: Sample) -> list[Row]:
    asked: dict[str, int | str | date] = {
        "sample": sample.pk,
        "day": timezone.localdate(sample.made_at),
        "project": sample.project_id,
        "kind": sample.kind,
        "group": sample.group,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, asked)
        return [Row(*row) for row in cursor.fetchall()]
