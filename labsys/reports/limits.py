"""How far an actual value may be from the planned one before the report says so."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Limit:
    """An absolute limit in °C, or a relative one in %."""

    value: float
    relative: bool

    @property
    def words(self) -> str:
        return f"± {self.value:g} %" if self.relative else f"± {self.value:g} °C"


FURNACE = Limit(10, relative=False)
TEMPERATURE = Limit(3, relative=False)
SETTING = Limit(5, relative=True)
WEIGHED = Limit(2, relative=True)
SHORT_REMARK = 140


def limit_for(field: str) -> Limit:
    return TEMPERATURE if field.endswith("_degC") else SETTING


def explained() -> str:
    return _(
        "Limits: furnace %(furnace)s, other temperatures %(temperature)s, times, speeds and volumes %(setting)s, "
        "amounts taken %(weighed)s. What is past its limit is bold."
    ) % {
        "furnace": FURNACE.words,
        "temperature": TEMPERATURE.words,
        "setting": SETTING.words,
        "weighed": WEIGHED.words,
    }


def deviation(planned: float, actual: float, limit: Limit) -> tuple[str, bool]:
    """The difference in words, and whether it is past the limit; a plan of zero allows no relative limit."""
    difference = actual - planned
    if limit.relative:
        if planned == 0:
            return "", False
        percent = 100 * difference / abs(planned)
        return _signed(percent, "%"), abs(percent) > limit.value + 1e-9
    return _signed(difference, "°C"), abs(difference) > limit.value + 1e-9


def past_limit(limit: str, why: str) -> str:
    """The remark beside a value past its limit, its reason cut to what fits; the whole stands in the notes."""
    short = why if len(why) <= SHORT_REMARK else why[: SHORT_REMARK - 1].rstrip() + "…"
    if not why:
        return _("over limit %(limit)s, no reason given") % {"limit": limit}
    return _("over limit %(limit)s: %(why)s") % {"limit": limit, "why": short}


def _signed(value: float, unit: str) -> str:
    text = f"{value:+.1f}" if unit == "%" else f"{value:+g}"
    return ("0" if float(text) == 0 else text.replace("-", "−")) + f"\u00a0{unit}"
