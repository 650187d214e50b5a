"""The boxes and arrows of a chain as SVG, written at once: a template takes far longer for each of 200 boxes."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from synthesis.chain_drawing import Arrow, Picture
from synthesis.chain_graph import Node
from synthesis.templatetags.frame import with_query
from synthesis.templatetags.ui import mark

register = template.Library()


@register.simple_tag(takes_context=True)
def chain_shapes(context: template.Context, picture: Picture) -> SafeString:
    """Arrows below, boxes above them, amounts on top; each carries the keys by which chain.js finds what it joins."""
    sprite = escape(static("icons/sprite.svg"))
    marks = {node.group: mark(context, node.group, 11) for node in picture.nodes if node.group}
    parts = [_arrow(arrow) for arrow in picture.arrows]
    for node in picture.nodes:
        address = node.url or with_query(context, unfold=node.unfold)
        parts.append(_box(node, address, sprite, marks.get(node.group, "")))
    parts += [_amount(arrow) for arrow in picture.arrows if arrow.label]
    return mark_safe("".join(parts))  # noqa: S308  # escaped where it is written


def _arrow(arrow: Arrow) -> str:
    path = " path" if arrow.path else ""
    return (
        f'<g data-from="{arrow.link.source}" data-to="{arrow.link.target}"><path class="edge{path}" d="{arrow.d}"/>'
        f'<path class="arrow{path}" d="{arrow.head}"/></g>\n'
    )


def _amount(arrow: Arrow) -> str:
    return (
        f'<text class="amount-text" data-from="{arrow.link.source}" data-to="{arrow.link.target}" '
        f'x="{arrow.x:g}" y="{arrow.y:g}" text-anchor="{arrow.anchor}">{escape(arrow.label)}</text>\n'
    )


def _box(node: Node, address: str, sprite: str, shape: str) -> str:
    looks = "node" + (" here" if node.here else "") + (" fold" if node.fold else "")
    return (
        f'<a href="{escape(address)}" data-key="{node.key}" class="{looks}">'
        f'<g transform="translate({node.x:g} {node.y:g})"><rect width="{node.width:g}" height="44" rx="6"/>'
        f'<svg x="9" y="6" width="14" height="14" class="icon"><use href="{sprite}#{node.icon}"/></svg>'
        f'<text class="code-text" x="28" y="18">{escape(node.title)}</text>'
        f'<text class="second-text" x="10" y="35">{escape(node.second)}</text>'
        f"{_signs(node, sprite, shape)}{_below(node)}</g></a>\n"
    )


def _signs(node: Node, sprite: str, shape: str) -> str:
    """The additive's mark above; below it whether the sample is held, and whether it deviated from its plan."""
    signs = f'<svg x="{node.mark_x:g}" y="7" width="11" height="11">{shape}</svg>' if shape else ""
    if node.state:
        signs += _sign(node.state_x, sprite, "circle-pause")
    if node.flagged:
        signs += _sign(node.flag_x, sprite, "triangle-alert", _("deviated from its plan"))
    return signs


def _sign(x: float, sprite: str, icon: str, title: str = "") -> str:
    said = f"<title>{escape(title)}</title>" if title else ""
    use = f'{said}<use href="{sprite}#{icon}"/>'
    return f'<svg x="{x:g}" y="26" width="13" height="13" class="icon warn-text">{use}</svg>'


def _below(node: Node) -> str:
    if not node.below:
        return ""
    where = f'x="{node.middle:g}" y="60" text-anchor="middle"'
    return f'<text class="yield-text" {where}>{escape(node.below)}</text>'
