"""Icons, marks, chips, states and quantities for every page: ``{% load ui %}``."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from synthesis import groups, words

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1024, typed=True)  # a list has some hundred of them, and most are alike
def icon(name: str, size: int = 16, css: str = "") -> SafeString:
    """A Lucide icon from the sprite. Decoration only: the word beside it is the label."""
    return format_html(
        '<svg class="icon {}" width="{}" height="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        css,
        size,
        size,
        static("icons/sprite.svg"),
        name,
    )


@register.simple_tag
def kind_icon(kind: str, size: int = 14) -> SafeString:
    return icon(words.KIND_ICONS.get(kind, "package"), size)


@register.simple_tag(takes_context=True)
def mark(context: template.Context, group: str, size: int = 10) -> SafeString:
    """The group's mark in its colour; its name stands beside it or is read out."""
    return _mark(_series(context, group), group or _("no additive"), size)


@lru_cache(maxsize=1024, typed=True)
def _mark(series: str, label: str, size: int) -> SafeString:
    return format_html(
        '<svg class="mark {}" width="{}" height="{}" viewBox="0 0 12 12" role="img" aria-label="{}">{}</svg>',
        series,
        size,
        size,
        label,
        mark_safe(groups.SHAPES[series]),  # noqa: S308  # our own constant shapes
    )


@register.simple_tag(takes_context=True)
def mark_label(context: template.Context, group: str) -> SafeString:
    """Mark and name; nothing where a sample has no group at all."""
    if not group:
        return SafeString("")
    shape = mark(context, group).replace('role="img" aria-label', 'aria-hidden="true" data-group')
    return format_html('<span class="mark-label">{}{}</span>', mark_safe(shape), group)  # noqa: S308  # escaped above


@register.simple_tag
def state(name: str, more: str = "") -> SafeString:
    """Icon and word, as in tables; ``more`` replaces the word."""
    return _state(name, more or str(words.look(name).label))


@lru_cache(maxsize=1024, typed=True)
def _state(name: str, word: str) -> SafeString:
    look = words.look(name)
    turns = "icon-turns" if name == "reading" else ""
    return format_html('<span class="state {}">{}{}</span>', look.tone, icon(look.icon, 14, turns), word)


@register.simple_tag
def state_tag(name: str, more: str = "") -> SafeString:
    """The state as a tag, as in page heads."""
    look = words.look(name)
    return format_html('<span class="tag {}">{}{}</span>', look.tone, icon(look.icon, 12), more or look.label)


@register.simple_tag
def simulated_mark() -> SafeString:
    """In rows, where the word stands in the page's head."""
    word = words.look("simulated").label
    return format_html(
        '<span class="state sim" title="{}">{}<span class="hidden-text">{}</span></span>',
        word,
        icon("test-tube", 14),
        word,
    )


@register.simple_tag(takes_context=True)
def chip(context: template.Context, sample: Any, left: bool = True, name: bool = True) -> SafeString:
    """A sample: kind icon, code, mark, name, what is left; a link to its page."""
    shown_name = sample.name if name and sample.name != sample.group else ""
    return format_html(
        '<a class="chip" href="{}">{}<span class="code">{}</span>{}{}{}</a>',
        f"/samples/{sample.code}/",
        kind_icon(sample.kind),
        sample.code,
        mark(context, sample.group) if sample.group else "",
        format_html('<span class="name">{}</span>', shown_name) if shown_name else "",
        format_html('<span class="left">{}</span>', _left(sample)) if left and sample.kind != "cell" else "",
    )


@register.filter
def qty(value: Decimal | float | None, unit: str = "") -> str:
    """``{{ sample.amount_left|qty:sample.unit }}``: digits, no-break space, unit; "–" for nothing known."""
    if value is None or value == "":
        return "–"
    if unit in ("g", "mL", "piece", "mg", "kg", "L"):
        return words.amount(value, unit)
    return words.digits(value) + (words.NO_BREAK + unit if unit else "")


@register.filter
def num(value: Decimal | float | None, decimals: int | None = None) -> str:
    """A number alone, with a true minus; ``{{ value|num:2 }}`` for fixed decimals."""
    return "–" if value is None or value == "" else words.digits(value, decimals)


@register.filter
def when(value: Any) -> str:
    """ "12 Nov 2026, 14:32"; of today only the time."""
    if not value:
        return "–"
    local = timezone.localtime(value)
    if local.date() == timezone.localdate():
        return formats.date_format(local, "H:i")
    return formats.date_format(local, "j M Y, H:i")


@register.filter
def person(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user else "–"


@register.filter
def initials(user: Any) -> str:
    parts = person(user).split()
    return "".join(part[0] for part in parts[:2]).upper()


def _left(sample: Any) -> str:
    return _("%(amount)s left") % {"amount": words.amount(sample.amount_left, sample.unit)}


def _series(context: template.Context, group: str) -> str:
    if group in groups.SERIES_OF or groups.is_none(group):
        return groups.series_of(group)
    request = context.get("request")
    if request is None:
        return groups.series_of(group, groups.others())
    if not hasattr(request, "additive_groups"):
        request.additive_groups = groups.others()
    return groups.series_of(group, request.additive_groups)
