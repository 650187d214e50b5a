"""How far what was done lies from what was planned, and whether that is further than the protocol allows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from synthesis import units, words
from synthesis.conversion import in_unit_of
from synthesis.errors import Refusal
from synthesis.models import Sample
from synthesis.units import Quantity

_ONE = re.compile(r"^(?:±|\+/-|\+-)?\s*([\d.,]+)\s*(.*)$")
_TWO = re.compile(r"^[-−]\s*([\d.,]+)\s*/?\s*\+\s*([\d.,]+)\s*(.*)$")
_NEARLY = 1e-9


@dataclass(frozen=True)
class Limit:
    """How much less and how much more than planned needs no reason; in % of the plan or in its unit."""

    minus: float
    plus: float
    relative: bool

    def stored(self) -> dict[str, Any]:
        """As it stands in ``ProtocolVersion.limits``."""
        return {"minus": self.minus, "plus": self.plus, "in": "percent" if self.relative else "unit"}

    @property
    def words(self) -> str:
        """ "± 3", "± 5 %", "−1 / +3"."""
        percent = f"{words.NO_BREAK}%" if self.relative else ""
        if self.minus == self.plus:
            return f"±{words.NO_BREAK}{words.digits(self.plus)}{percent}"
        return f"−{words.digits(self.minus)} / +{words.digits(self.plus)}{percent}"

    def typed(self) -> str:
        """As one would type it again."""
        percent = " %" if self.relative else ""
        if self.minus == self.plus:
            return f"{self.plus:g}{percent}"
        return f"-{self.minus:g} +{self.plus:g}{percent}"


def stored_limit(stored: Mapping[str, Any] | None) -> Limit | None:
    if not stored:
        return None
    return Limit(float(stored["minus"]), float(stored["plus"]), stored.get("in") == "percent")


def stored_limits(stored: Mapping[str, Any]) -> dict[str, Limit]:
    return {name: limit for name, given in stored.items() if (limit := stored_limit(given)) is not None}


def parse_limit(text: str, unit: str) -> Limit | None:
    """ "3", "± 3 °C", "5 %", "-1 +3": how far the actual value may lie from the planned one; None for nothing typed."""
    written = text.strip()
    if not written:
        return None
    if two := _TWO.match(written):
        minus, plus, given = two.groups()
    elif one := _ONE.match(written):
        plus, given = one.groups()
        minus = plus
    else:
        raise Refusal(_("‘%(text)s’ is no limit. Write it as 3, 5 %% or -1 +3.") % {"text": written})
    relative = given.strip() == "%"
    if given.strip() and not relative:
        there = units.known_unit(given, like=unit)
        minus, plus = (str(units.difference(units.number(part), there, unit)) for part in (minus, plus))
    return Limit(float(units.number(minus)), float(units.number(plus)), relative)


@dataclass(frozen=True)
class Deviation:
    """``text`` is "+4 °C" or "+0.5 %", ``limit`` "± 3" or "", ``over`` says that a reason is needed."""

    text: str
    limit: str = ""
    over: bool = False

    def __str__(self) -> str:
        """As it stands beside the input: with the limit where it was passed."""
        return (
            _("%(deviation)s, limit %(limit)s") % {"deviation": self.text, "limit": self.limit}
            if self.over
            else self.text
        )


def between(planned: float, actual: float, unit: str, limit: Limit | None = None) -> Deviation:
    """The distance of two values in one unit: temperatures as a difference, all else in % of the plan."""
    apart = actual - planned
    share = 100 * apart / abs(planned) if planned else None
    absolute = share is None or unit in ("°C", "K") or (limit is not None and not limit.relative)
    text = _signed(apart, unit) if absolute else _signed(share or 0.0, "%", 1)
    if limit is None:
        return Deviation(text)
    measure = share if limit.relative and share is not None else apart
    over = measure > limit.plus + _NEARLY or -measure > limit.minus + _NEARLY
    return Deviation(text, limit.words, over)


def of_amounts(
    planned: str, taken: Sequence[tuple[Sample, Quantity]], limit: Limit | None = None
) -> Deviation | None:
    """What was taken in one role, of one sample or of several, against the plan as typed ("0.005 mol").

    Plan and amounts meet in the unit of the first sample. None where they cannot be compared: a share of a recipe,
    a material without a molar mass.
    """
    try:
        plan = units.parse(planned, "g")
        first = taken[0][0]
        wanted = in_unit_of(first, plan).value
        total = sum((in_unit_of(sample, amount).to(first.unit).value for sample, amount in taken), Decimal(0))
    except (Refusal, IndexError):
        return None
    if not wanted:
        return None
    return between(float(plan.value), float(plan.value * total / wanted), plan.unit, limit)


def reason_asked(label: str, deviation: Deviation) -> str:
    return _("%(what)s is %(deviation)s off, past the limit of %(limit)s. Say why before it is recorded.") % {
        "what": label,
        "deviation": deviation.text,
        "limit": deviation.limit,
    }


def _signed(value: float, unit: str, decimals: int | None = None) -> str:
    """ "+4 °C", "−0.5 %", "0 %" for nothing, with a true minus."""
    rounded = round(value, decimals if decimals is not None else 9)
    if rounded == 0:
        return f"0{words.NO_BREAK}{unit}"
    shown = f"{rounded:+.{decimals}f}" if decimals is not None else f"{rounded:+.6g}"
    return shown.replace("-", "−") + (words.NO_BREAK + unit if unit else "")
