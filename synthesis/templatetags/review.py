"""The review on pages of records that are no samples: ``{% load review %}{% review_notices run %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from synthesis import record_kinds, review_notices
from synthesis.signed_content import Subject
from synthesis.templatetags.ui import icon

register = template.Library()


@register.inclusion_tag("synthesis/review_notices.html", takes_context=True)
def review_notices_of(context: template.Context, subject: Subject) -> dict[str, Any]:
    """Whether it is locked, opened again, or no longer what was signed."""
    request = context["request"]
    return {"notices": review_notices.sentences(subject, request.user), "request": request}


@register.inclusion_tag("synthesis/review_panel.html", takes_context=True)
def review_panel(context: template.Context, subject: Subject) -> dict[str, Any]:
    """The signatures with what they are worth today; nothing where nobody signed."""
    found = review_notices.checked(subject, context["request"].user)
    return {"panel": {"checked": found, "address": review_notices.address_of(subject)}}


@register.simple_tag
def history_link(record: Any) -> SafeString:
    """The button that leads to a record's history."""
    address = reverse("history", args=[record_kinds.of(record).slug, record.pk])
    return format_html('<a class="button" href="{}">{}{}</a>', address, icon("history"), _("History"))
