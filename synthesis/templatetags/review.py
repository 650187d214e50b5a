"""The review on pages of records that are no samples: ``{% load review %}{% review_notices run %}``."""

from __future__ import annotations

from typing import Any

from django import template

from synthesis import review_notices
from synthesis.signed_content import Subject

register = template.Library()


@register.inclusion_tag("synthesis/review_notices.html", takes_context=True)
def review_notices_of(context: template.Context, subject: Subject) -> dict[str, Any]:
    """Whether it is locked, opened again, or no longer what was signed."""
    return {"notices": review_notices.sentences(subject, context["request"].user)}


@register.inclusion_tag("synthesis/review_panel.html", takes_context=True)
def review_panel(context: template.Context, subject: Subject) -> dict[str, Any]:
    """The signatures with what they are worth today; nothing where nobody signed."""
    found = review_notices.checked(subject, context["request"].user)
    return {"panel": {"checked": found, "address": review_notices.address_of(subject)}}
