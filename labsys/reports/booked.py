"""The ledger on paper: what was taken to make a sample, and what became of it."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labsys.reports.content import LedgerLine
from labsys.reports.wording import day, person
from synthesis import ledger, words
from synthesis.access import Actor
from synthesis.genealogy import Chain
from synthesis.models import LedgerEntry, Sample

MOST_ENTRIES = 300


def taken_for(chain: Chain, upstream: set[int]) -> list[LedgerLine]:
    """Every use of one sample for another among ``upstream`` (ids), oldest first."""
    rows = LedgerEntry.objects.filter(
        sample__in=list(chain.samples), product__in=upstream & chain.samples.keys()
    )
    return [
        _line(entry, left="")
        for entry in rows.select_related("sample", "product", "created_by").order_by("pk")
    ]


def ledger_of(sample: Sample, actor: Actor) -> tuple[list[LedgerLine], str]:
    """The sample's own entries with what was left after each, and a sentence where only the last ones are shown."""
    entries = ledger.entries_of(sample, actor)
    left = Decimal(0)
    lines = []
    for entry in entries:
        left += entry.delta
        lines.append(_line(entry, words.amount(left, sample.unit)))
    more = len(lines) - MOST_ENTRIES
    if more <= 0:
        return lines, ""
    said = ngettext(
        "%(count)s earlier entry of the ledger is left out.",
        "%(count)s earlier entries of the ledger are left out.",
        more,
    ) % {"count": more}
    return lines[-MOST_ENTRIES:], said


def _line(entry: LedgerEntry, left: str) -> LedgerLine:
    what = str(entry.get_kind_display())
    if entry.product is not None:
        what = _("%(what)s for %(product)s") % {"what": what, "product": entry.product.code}
    if entry.role:
        what = f"{what}, {entry.role}"
    size = words.amount(abs(entry.delta), entry.sample.unit)
    sign = "−" if entry.delta < 0 else "+"
    typed = (
        entry.entered
        if not entry.entered.endswith(f"\u00a0{entry.sample.unit}") and entry.entered != size
        else ""
    )
    return LedgerLine(
        when=day(entry.created_at),
        sample=entry.sample.code,
        what=what,
        amount=sign + size,
        left=left,
        by=person(entry.created_by),
        reason=", ".join(part for part in (typed, entry.reason) if part),
    )
