"""Pictograms and formulas: ``{% load materials %}``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from synthesis import formulas, hazards
from synthesis.models import Sample, StockCount
from synthesis.templatetags.ui import when

register = template.Library()


@register.simple_tag
def ghs(codes: Sequence[str], size: int = 40, words: bool = False) -> SafeString:
    """The pictograms of a material. Without ``words`` beside them the words are read out and shown on hovering."""
    found = hazards.pictograms(codes or ())
    if not found:
        return SafeString("")
    shown = format_html_join(
        "", _WITH_WORDS if words else _ALONE, (_values(code, word, size) for code, word in found)
    )
    return format_html('<span class="ghs{}">{}</span>', " with-words" if words else "", shown)


@register.simple_tag
def ghs_box(code: str, size: int = 28) -> SafeString:
    """One pictogram as decoration beside its own label."""
    return format_html(
        '<svg class="ghs-sign" width="{}" height="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        size, size, static("icons/ghs.svg"), code,
    )  # fmt: skip


@register.filter
def formula(written: str) -> str:
    """ "(NH4)6Mo7O24·4H2O" with its amounts as small figures."""
    return formulas.lowered(written or "")


_ALONE = (
    '<svg class="ghs-sign" width="{}" height="{}" role="img" aria-label="{}"><title>{}</title>'
    '<use href="{}#{}"/></svg>'
)
_WITH_WORDS = (
    '<span class="ghs-one"><svg class="ghs-sign" width="{}" height="{}" aria-hidden="true" data-word="{}">'
    '<title>{}</title><use href="{}#{}"/></svg><span>{}</span></span>'
)


def _values(code: str, word: str, size: int) -> tuple[object, ...]:
    return size, size, word, word, static("icons/ghs.svg"), code, word


@register.simple_tag
def last_count(counts: Mapping[int, StockCount], sample: Sample) -> str:
    """When a sample was counted last, or a dash."""
    found = counts.get(sample.pk)
    return when(found.created_at) if found else "–"


@register.filter
def expired(sample: Sample) -> bool:
    """Whether it is a lot past its date."""
    ends = getattr(getattr(sample, "materiallot", None), "expires_on", None)
    return ends is not None and ends < timezone.localdate()
