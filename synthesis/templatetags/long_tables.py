"""Rows of tables that may have thousands: written at once, since a template takes ten times as long for each."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from synthesis.tracing import Row

register = template.Library()

_TRACED = (
    '<tr><th scope="row"><a class="code" href="/samples/{}/">{}</a></th><td>{}</td><td>{}</td><td class="num">{}</td>'
    '<td>{}</td><td class="num">{}</td><td class="num">{}</td><td>{}</td><td'
)


@register.simple_tag
def trace_rows(rows: Iterable[Row]) -> SafeString:
    """The body of a trace's table; every cell is escaped, whatever it holds."""
    return mark_safe("".join(map(_row, rows)))  # noqa: S308  # each cell went through escape


def _row(row: Row) -> str:
    sample = row.sample
    cells = (
        sample.code,
        sample.code,
        row.kind,
        sample.name,
        row.steps,
        row.passed,
        row.amount,
        row.left,
        sample.place,
    )
    mark = ' class="warn-text"' if row.barred else ""
    return (
        f"{_TRACED.format(*[escape(str(cell)) for cell in cells])}{mark}>{escape(str(row.state))}</td></tr>\n"
    )
