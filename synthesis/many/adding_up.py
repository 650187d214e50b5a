"""Whether all rows together take no more than there is. The fault stands at the row that tips it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from synthesis import ledger
from synthesis.errors import Refusal
from synthesis.ledger import Take
from synthesis.models import Sample
from synthesis.units import plain

if TYPE_CHECKING:
    from synthesis.many.checking import Check

Asked = list[tuple[int, Take, Decimal]]  # place of the row, the take, how much in the sample's unit


def check(found: Check, current: Mapping[int, Sample] | None = None) -> bool:
    """Adds faults where rows take what is not there. ``current`` are the samples as they stand under their locks."""
    asked: dict[int, Asked] = defaultdict(list)
    for place, takes in found.takes.items():
        for take in takes:
            sample = (current or {}).get(take.sample.pk, take.sample)
            try:
                asked[sample.pk].append((place, take, ledger.asked_of(sample, take)))
            except Refusal as refusal:
                found.entries[place].fault(refusal.field or take.field, refusal.message)
    for key, uses in asked.items():
        _tipped(found, (current or {}).get(key, uses[0][1].sample), uses)
    for place in [place for place in found.ready if found.entries[place].faults]:
        del found.ready[place]
    return not found.bad


def _tipped(found: Check, sample: Sample, takes: Asked) -> None:
    left, taken = sample.amount_left, Decimal(0)
    for place, take, value in takes:
        taken += value
        if taken > left:
            found.entries[place].fault(take.field, _sentence(found, sample, takes))
            return


def _sentence(found: Check, sample: Sample, takes: Asked) -> str:
    total = sum((value for _place, _take, value in takes), Decimal(0))
    rows = list(dict.fromkeys(found.entries[place].number for place, _take, _value in takes))
    words = {
        "sample": sample,
        "left": plain(sample.amount_left),
        "total": plain(total),
        "over": plain(total - sample.amount_left),
        "unit": sample.unit,
        "rows": ranges(rows),
    }
    if len(rows) == 1:
        said = _("%(sample)s has %(left)s %(unit)s left for row %(rows)s, which takes %(total)s %(unit)s.")
    else:
        said = _("%(sample)s has %(left)s %(unit)s left for rows %(rows)s, which take %(total)s %(unit)s.")
    return f"{said} {_('Take %(over)s %(unit)s less, or draw on another.')}" % words


def ranges(numbers: Sequence[int]) -> str:
    """ "4–9, 12": rows as people name them."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    said = [str(part[0]) if len(part) == 1 else f"{part[0]}–{part[-1]}" for part in parts]
    return ", ".join(said[:6]) + (" …" if len(said) > 6 else "")
