"""How amounts, dates and states are written on every page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from synthesis.models.samples import Kind, State

NO_BREAK = "\u00a0"
KIND_ICONS: dict[str, str] = {
    Kind.LOT: "package",
    Kind.NANOSPONGE: "flask-round",
    Kind.IMPREGNATED: "droplets",
    Kind.FREEZE_DRIED: "snowflake",
    Kind.ADDITIVE: "hexagon",
    Kind.ELECTROLYTE: "box",
    Kind.CATHODE: "layers",
    Kind.CELL: "battery",
    "run": "flame",
    "recipe": "file-text",
}


@dataclass(frozen=True)
class StateLook:
    icon: str
    tone: str  # "" neutral, ok, info, warn, bad, sim
    label: Promise | str


STATES: dict[str, StateLook] = {
    "received": StateLook("hard-drive-upload", "", _("received")),
    "queued": StateLook("hourglass", "", _("queued")),
    "reading": StateLook("loader", "info", _("reading")),
    "done": StateLook("circle-check", "ok", _("done")),
    "finished": StateLook("circle-check", "ok", _("finished")),
    "failed": StateLook("circle-x", "bad", _("failed")),
    "unmatched": StateLook("unlink", "warn", _("unmatched")),
    "needs_mapping": StateLook("table-2", "warn", _("needs mapping")),
    "pass": StateLook("circle-check", "ok", _("pass")),
    "available": StateLook("circle-check", "ok", _("available")),
    "used_up": StateLook("circle-dashed", "", _("used up")),
    "in_progress": StateLook("hourglass", "info", _("in progress")),
    "hold": StateLook("circle-pause", "warn", _("hold")),
    "rejected": StateLook("ban", "bad", _("reject")),
    "running": StateLook("activity", "info", _("running")),
    "resting": StateLook("hourglass", "", _("resting")),
    "free": StateLook("circle-dashed", "", _("free")),
    "stalled": StateLook("triangle-alert", "bad", _("stalled")),
    "alarm": StateLook("zap", "bad", _("alarm")),
    "simulated": StateLook("test-tube", "sim", _("simulated")),
    "left_out": StateLook("circle-slash", "warn", _("left out")),
}


def look(state: str) -> StateLook:
    return STATES.get(state) or StateLook("circle-dashed", "", state.replace("_", " "))


def kind(name: str) -> str:
    """A kind of sample in words. Quicker than the model's own get_kind_display, where a page has a thousand."""
    return _label(Kind(name), get_language() or "")


def sample_state(name: str) -> str:
    return _label(State(name), get_language() or "")


@lru_cache(maxsize=512)
def _label(choice: Kind | State, language: str) -> str:
    return str(choice.label)


def digits(value: float | Decimal | int, decimals: int | None = None) -> str:
    """A number as people read it: true minus, thousands with a comma; without ``decimals`` as many as it has."""
    if decimals is not None:
        text = f"{value:,.{decimals}f}"
    elif isinstance(value, Decimal):
        text = f"{value.normalize():,f}"
    else:
        text = f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return text.replace("-", "−")


_STEPS = {
    "g": (("kg", Decimal(1000)), ("g", Decimal(1)), ("mg", Decimal("0.001"))),
    "mL": (("L", Decimal(1000)),),
}


def amount(value: Decimal | float | None, unit: str) -> str:
    """An amount with its unit, four significant digits at least: "7.31 g", "24.1 mg", "1.62 L"."""
    if value is None:
        return "–"
    exact = Decimal(str(value))
    if unit == "piece":
        return digits(exact)
    for name, factor in _STEPS.get(unit, ()):
        if abs(exact) >= factor and (factor > 1 or name == unit):
            return digits(_short(exact / factor)) + NO_BREAK + name
    if unit == "g" and exact != 0:
        return digits(_short(exact * 1000)) + NO_BREAK + "mg"
    return digits(_short(exact)) + NO_BREAK + unit


def _short(value: Decimal) -> Decimal:
    """Rounded to four significant digits, but never coarser than to a whole."""
    if value == 0:
        return Decimal(0)
    places = max(0, 3 - value.adjusted())
    return round(value, places)
