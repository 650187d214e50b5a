"""How equipment stood when it was used: ``{% load equipment %}``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from synthesis import equipment
from synthesis.equipment import Standing
from synthesis.models import Instrument
from synthesis.templatetags.ui import icon
from synthesis.words import StateLook

register = template.Library()

_LOOKS = {
    "ok": StateLook("circle-check", "ok", ""),
    "overdue": StateLook("calendar-clock", "warn", ""),
    "unchecked": StateLook("triangle-alert", "warn", ""),
    "failed": StateLook("circle-x", "bad", ""),
}


@register.simple_tag
def standing_of(instrument: Instrument | None, at: datetime | None = None) -> Standing | None:
    return None if instrument is None else equipment.standing(instrument, at)


@register.simple_tag
def standing_state(standing: Standing, words: Any) -> SafeString:
    """Icon and words, as states stand in tables."""
    look = _LOOKS[standing.state]
    return format_html('<span class="state {}">{}{}</span>', look.tone, icon(look.icon, 14), words)


@register.simple_tag
def equipment_notice(instrument: Instrument | None, at: datetime | None, otherwise: datetime) -> SafeString:
    """A line under a page's head where an instrument was not in order at the moment of use; else nothing."""
    how = standing_of(instrument, at or otherwise)
    if instrument is None or how is None or not how.is_flagged:
        return SafeString("")
    return format_html(
        '<p class="notice {}">{}<span>{}</span><a href="{}">{}</a></p>',
        "bad" if how.state == "failed" else "warn",
        icon("triangle-alert", 14),
        how.sentence,
        reverse("equipment-page", args=[instrument.pk]),
        instrument.name,
    )


@register.simple_tag
def equipment_mark(instrument: Instrument | None, at: datetime | None, otherwise: datetime) -> SafeString:
    """The same beside a figure: a small icon that is read out as the sentence."""
    how = standing_of(instrument, at or otherwise)
    if how is None or not how.is_flagged:
        return SafeString("")
    return format_html(
        '<span class="state {}" title="{}">{}<span class="hidden-text">{}</span></span>',
        _LOOKS[how.state].tone,
        how.sentence,
        icon(_LOOKS[how.state].icon, 14),
        how.sentence,
    )
