"""What a sample was made of, as a part of another question: one query instead of a list of numbers."""

from __future__ import annotations

from django.db.models.expressions import RawSQL

_UP = """
WITH RECURSIVE up(id) AS (
    SELECT sample_id FROM synthesis_ledgerentry WHERE product_id = %s
    UNION
    SELECT entry.sample_id FROM up JOIN synthesis_ledgerentry entry ON entry.product_id = up.id
)
SELECT id FROM up
"""


def ancestors(sample: int) -> RawSQL:
    """For ``pk__in``: the numbers of everything that went into a sample, however far back."""
    return RawSQL(_UP, [sample])  # noqa: S611  # the number is a parameter
