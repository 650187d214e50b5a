"""The gate in page heads, and a figure on a hairline with its limits: ``{% load gates %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from synthesis import gates
from synthesis.gates import Check
from synthesis.models import GateDecision, Sample, Verdict
from synthesis.models.samples import State
from synthesis.templatetags.ui import state_tag
from synthesis.words import look

register = template.Library()
WIDTH, EDGE = 120.0, 8.0


@register.simple_tag
def gate_tag(sample: Sample) -> SafeString:
    """The state of a sample in its head, with who decided: "pass, signed I. Hartmann"."""
    decision = gates.newest_known(sample)
    if sample.state == State.IN_PROGRESS or (sample.state == State.AVAILABLE and decision is None):
        return SafeString("") if sample.state == State.AVAILABLE else state_tag(sample.state)
    name = "pass" if sample.state == State.AVAILABLE else sample.state
    return state_tag(name, _told(look(name).label, decision))


@register.simple_tag
def decided_by(decision: GateDecision) -> str:
    """ "signed I. Hartmann", "by its limits", "I. Hartmann"."""
    if decision.by_itself:
        return _("by its limits")
    who = short_name(decision.created_by)
    return _("signed %(who)s") % {"who": who} if decision.signature_id else who


def short_name(person: Any) -> str:
    """ "I. Hartmann"; a name in characters and a bare user name stay as they are."""
    if person is None:
        return "–"
    first, last = person.first_name, person.last_name
    if first and last and (first + last).isascii():
        return f"{first[0]}. {last}"
    return str(person.get_full_name() or person.get_username())


@register.filter
def verdict_state(verdict: str) -> str:
    """A verdict as the frame's states are called."""
    return {Verdict.REJECT: "rejected"}.get(Verdict(verdict), verdict)


@register.simple_tag
def limit_strip(check: Check) -> SafeString:
    """Value as a mark on a hairline, standard deviation as a bar, limits as a band. The table beside says the same."""
    low, high = _scale(check)
    band = [_place(one, low, high, EDGE if lower else WIDTH - EDGE)
            for one, lower in ((check.lower, True), (check.upper, False))]  # fmt: skip
    parts = [
        format_html('<rect class="band" x="{}" y="3" width="{}" height="10"/>', *_span(*band)),
        format_html('<line class="hairline" x1="{}" x2="{}" y1="8" y2="8"/>', EDGE, WIDTH - EDGE),
    ]
    if check.value is not None:
        at = _place(check.value, low, high, 0)
        if check.uncertainty:
            ends = [_place(check.value + sign * check.uncertainty, low, high, 0) for sign in (-1, 1)]
            parts.append(
                format_html('<rect class="spread" x="{}" y="6.5" width="{}" height="3"/>', *_span(*ends))
            )
        fits = "" if check.fits else " missed"
        parts.append(format_html('<circle class="value{}" cx="{}" cy="8" r="4"/>', fits, at))
    inner = SafeString("".join(parts))  # each part is escaped above
    return format_html(
        '<svg class="limit-strip" width="120" height="16" viewBox="0 0 120 16" aria-hidden="true">{}</svg>',
        inner,
    )


def _scale(check: Check) -> tuple[float, float]:
    known = [one for one in (check.lower, check.upper, check.value) if one is not None]
    low, high = min(known), max(known)
    room = 0.25 * (high - low) or 0.25 * abs(high) or 1.0
    return low - room, high + room


def _place(value: float | None, low: float, high: float, otherwise: float) -> float:
    """Where on the strip; kept within it, whatever an uncertainty says."""
    if value is None:
        return otherwise
    share = (value - low) / (high - low)
    return round(min(max(EDGE + share * (WIDTH - 2 * EDGE), 2.0), WIDTH - 2.0), 1)


def _span(start: float, end: float) -> tuple[float, float]:
    return start, round(max(end - start, 1.0), 1)


def _told(word: Any, decision: GateDecision | None) -> str:
    return str(word) if decision is None else f"{word}, {decided_by(decision)}"
