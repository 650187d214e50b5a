"""What pages of this floor ask in their templates: ``{% load building %}``."""

from __future__ import annotations

from urllib.parse import quote

from django import template
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cells.models import Cell
from synthesis import access
from synthesis.access import Actor
from synthesis.models import Role, Sample
from synthesis.templatetags.ui import icon

_COUNT = (
    '<form method="post" action="/cells/{}/left-out/"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
    '<input type="hidden" name="next" value="{}"><button class="button small" name="count" value="yes">{}</button>'
    "</form>"
)
_LEAVE = (
    '<a class="button small quiet only" href="/cells/{}/left-out/?next={}" title="{}" aria-label="{}">{}</a>'
)

register = template.Library()


@register.filter
def changeable_by(sample: Sample, actor: Actor) -> bool:
    """Whether this person may change what was logged of it."""
    return access.may(actor, sample.project, Role.EDITOR)


@register.simple_tag(takes_context=True)
def statistics_action(context: template.Context, cell: Cell) -> SafeString:
    """The way to leave a cell out of statistics from its row, or to count it again; back to the same list."""
    request = context["request"]
    here = request.get_full_path()
    if cell.left_out:
        return format_html(_COUNT, cell.code, get_token(request), here, _("Count again"))
    words = _("Leave %(code)s out of statistics") % {"code": cell.code}
    return format_html(_LEAVE, cell.code, quote(here), words, words, icon("circle-slash", 14))
