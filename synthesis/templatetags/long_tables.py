"""Rows of tables that may have thousands: written at once, since a template takes ten times as long for each."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from synthesis.tracing import Row

register = template.Library()

_TRACED = (
    '<tr><th scope="row"><a class="code" href="/samples/{}/">{}</a></th><td>{}</td><td>{}</td><td class="num">{}</td>'
    '<td>{}</td><td class="num">{}</td><td class="num">{}</td><td>{}</td><td{}>{}</td></tr>\n'
)
_BARRED = SafeString(' class="warn-text"')


@register.simple_tag
def trace_rows(rows: Iterable[Row]) -> SafeString:
    """The body of a trace's table."""
    return format_html_join(
        "",
        _TRACED,
        (
            (
                row.sample.code,
                row.sample.code,
                row.kind,
                row.sample.name,
                row.steps,
                row.passed,
                row.amount,
                row.left,
                row.sample.place,
                _BARRED if row.barred else "",
                row.state,
            )
            for row in rows
        ),
    )
