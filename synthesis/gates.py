"""Quality gates: the figures of a product held against its limits; a miss puts it on hold by itself.

A pass and a rejection are a person's act (``synthesis.decisions``), and nothing here lifts what a person decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from synthesis import quantities, upstream, words
from synthesis.models import GateDecision, Sample, SpecificationLimit, Verdict
from synthesis.models.samples import State

HELD = (State.HOLD, State.REJECTED)
LONGEST_REASON = 500
_SAME = 1e-9  # what a float may be past a limit and still be called on it


@dataclass(frozen=True)
class Check:
    """A figure of one sample beside its limits. ``fits`` is None while there is no figure."""

    quantity: str
    label: str
    value: float | None
    unit: str
    lower: float | None
    upper: float | None
    fits: bool | None
    required: bool = False
    uncertainty: float | None = None

    @property
    def limits(self) -> str:
        """ "30 – 42", "≤ 1", "≥ 15"."""
        lower, upper = (None if one is None else words.digits(one) for one in (self.lower, self.upper))
        if lower is not None and upper is not None:
            return f"{lower} – {upper}"
        return f"≤ {upper}" if upper is not None else f"≥ {lower}"

    @property
    def missed(self) -> str:
        """ "I_D/I_G 1.09, limit 1.00": with as many digits as it takes to see that it is past the limit."""
        value, limit = _apart(self.value or 0.0, self._passed_limit)
        unit = f"{words.NO_BREAK}{self.unit}" if self.unit else ""
        return _("%(label)s %(value)s%(unit)s, limit %(limit)s") % {
            "label": self.label,
            "value": value,
            "unit": unit,
            "limit": limit,
        }

    @property
    def _passed_limit(self) -> float:
        above = self.upper is not None and (self.value or 0.0) > self.upper
        return float(self.upper if above else self.lower) if above or self.lower is not None else 0.0  # type: ignore[arg-type]  # one of them is there


def limits_of(sample: Sample) -> list[SpecificationLimit]:
    """The limits in force for a sample; those of its additive stand in the place of those of its kind."""
    found: dict[str, SpecificationLimit] = {}
    for limit in in_force(sample).order_by("group", "quantity"):  # "" comes first
        found[limit.quantity] = limit
    return [found[name] for name in sorted(found)]


def in_force(sample: Sample) -> QuerySet[SpecificationLimit]:
    return SpecificationLimit.objects.filter(
        Q(group="") | Q(group=sample.group),
        project=sample.project_id,
        kind=sample.kind,
        retired_at__isnull=True,
    )


def check(sample: Sample) -> list[Check]:
    """Every limited figure of a sample as it is now."""
    return [_check(sample, limit) for limit in limits_of(sample)]


@transaction.atomic
def judge(sample: Sample) -> list[Check]:
    """Holds a sample of which a figure misses its limit, unless a person passed it knowing that figure.

    Called wherever figures arrive, as often as one likes: a second time changes nothing.
    """
    checks = check(sample)
    missed = [one for one in checks if one.fits is False]
    if missed:
        _hold(sample, checks, missed)
    return checks


def newest(sample: Sample) -> GateDecision | None:
    """The decision that holds."""
    return GateDecision.objects.filter(sample=sample.pk).select_related("created_by", "signature").first()


def newest_known(sample: Sample) -> GateDecision | None:
    """The same for a page that asks more about the sample: of one that nobody decided about it costs nothing."""
    row = next(iter(upstream.of(sample, "decision")), None)
    known = GateDecision.objects.select_related("created_by", "signature")
    return known.get(pk=row.id) if row is not None else None


def stored(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """The checks as a decision keeps them."""
    return [asdict(one) for one in checks]


def enter(sample: Sample, decision: GateDecision, state: str) -> GateDecision:
    """Writes a decision and the state that follows from it. The caller holds the sample's row."""
    decision.sample_id = sample.pk
    decision.save(force_insert=True)
    if sample.state != state:
        Sample.objects.filter(pk=sample.pk).update(state=state)
    return decision


def _hold(sample: Sample, checks: Sequence[Check], missed: Sequence[Check]) -> None:
    locked = Sample.objects.select_for_update(no_key=True).get(pk=sample.pk)
    last = newest(locked)
    if locked.state in HELD or (last is not None and not last.by_itself and _knew(last, missed)):
        return
    reason = "; ".join(one.missed for one in missed)[:LONGEST_REASON]
    decision = GateDecision(verdict=Verdict.HOLD, reason=reason, checks=stored(checks), by_itself=True)
    enter(locked, decision, State.HOLD)
    sample.state = State.HOLD


def _knew(decision: GateDecision, missed: Sequence[Check]) -> bool:
    """Whether whoever decided had each of these misses before them."""
    seen = {(one["quantity"], one["value"]) for one in decision.checks if one["fits"] is False}
    return all((one.quantity, one.value) in seen for one in missed)


def _check(sample: Sample, limit: SpecificationLimit) -> Check:
    figure = quantities.by_name(limit.quantity)
    value = figure.values([sample.pk]).get(sample.pk) if figure else None
    spread = figure.spreads([sample.pk]).get(sample.pk) if figure and figure.spreads else None
    return Check(
        quantity=limit.quantity,
        label=capfirst(str(figure.label)) if figure else limit.quantity,
        value=value,
        unit=limit.unit,
        lower=limit.lower,
        upper=limit.upper,
        fits=None if value is None else _within(value, limit),
        required=limit.required,
        uncertainty=spread,
    )


def _within(value: float, limit: SpecificationLimit) -> bool:
    slack = _SAME * max(abs(value), 1e-300)
    low = limit.lower is None or value >= limit.lower - slack
    return low and (limit.upper is None or value <= limit.upper + slack)


def _apart(value: float, limit: float) -> tuple[str, str]:
    """Two numbers with equal decimals, at least two, and enough to tell them apart."""
    for decimals in range(2, 12):
        written = words.digits(value, decimals), words.digits(limit, decimals)
        if written[0] != written[1]:
            return written
    return words.digits(value), words.digits(limit)
