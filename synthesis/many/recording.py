"""Recording rows that were checked: all of them in one transaction under the ledger's locks, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from synthesis import codes, ledger
from synthesis.errors import Refusal
from synthesis.many import adding_up
from synthesis.many.checking import Check, Ready
from synthesis.models import JointEntry, Sample


@dataclass(frozen=True)
class Recorded:
    """What came of it. ``entry`` keeps samples together that were recorded together; None for materials."""

    records: list[Any]
    entry: JointEntry | None = None


class RowsRefused(Refusal):
    """Rows with faults: they stand in ``check``."""

    status = 422
    code = "rows_refused"

    def __init__(self, check: Check) -> None:
        self.check = check
        bad, all_rows = len(check.bad), len(check.entries)
        if not all_rows:
            said = _("No row holds anything.")
        elif bad:
            said = ngettext(
                "%(bad)s of %(all)s rows has a fault. Nothing was recorded.",
                "%(bad)s of %(all)s rows have a fault. Nothing was recorded.",
                bad,
            ) % {"bad": bad, "all": all_rows}
        else:
            said = _("A value that is common to all rows has a fault. Nothing was recorded.")
        super().__init__(said)


def record(check: Check, by: Any, source: str = "") -> Recorded:
    """Records all rows. Raises RowsRefused with what is wrong where, then nothing was booked.

    ``source`` says where the rows came from: the name of a file, or "" for the grid.
    """
    if not check.sound:
        raise RowsRefused(check)
    try:
        with transaction.atomic():
            return _record(check, by, source)
    except IntegrityError as error:
        raise Refusal(
            _(
                "Somebody recorded one of these at the same moment. Nothing was recorded; check the rows again."
            ),
            status=409,
        ) from error


def _record(check: Check, by: Any, source: str) -> Recorded:
    ready = [check.ready[place] for place in sorted(check.ready)]
    if not issubclass(check.kind.model, Sample):
        return Recorded([_saved(one, by) for one in ready])
    sources = {take.sample.pk for one in ready for take in one.takes}
    ledger.lock(take.sample for one in ready for take in one.takes)
    if not adding_up.check(check, Sample.objects.in_bulk(sources)):
        raise RowsRefused(check)
    _draw_codes([one.product for one in ready])
    samples = [ledger.record(one.product, one.made, one.takes, by=by) for one in ready]
    entry = JointEntry.objects.create(kind=check.kind.slug, source=source[:200], created_by_id=by.pk)
    entry.samples.set(samples)
    return Recorded(samples, entry)


def _draw_codes(products: Sequence[Sample]) -> None:
    """Codes for those that have none: after all given ones, since the counter jumps past these."""
    for code in sorted((one.code for one in products if one.code), key=lambda code: (len(code), code))[-1:]:
        codes.claim(code, Sample._meta.db_table)
    new = [product for product in products if not product.code]
    for product, code in zip(new, codes.next_codes(new[0].PREFIX, len(new)) if new else (), strict=True):
        product.code = code


def _saved(one: Ready, by: Any) -> Any:
    one.product.created_by_id = by.pk
    one.product.save()
    return one.product
