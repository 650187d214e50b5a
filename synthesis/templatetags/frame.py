"""The frame's own tags: navigation, the Log menu and the theme."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from synthesis import glove, logbook, submissions
from synthesis.listing import Choice, Filter

register = template.Library()

# group -> (url name, icon, label, url names that also belong here)
NAVIGATION: tuple[tuple[Any, tuple[tuple[str, str, Any, tuple[str, ...]], ...]], ...] = (
    ("", (("home", "house", _("Home"), ()),)),
    (
        _("Make"),
        (
            ("batches", "flask-round", _("Batches"), ("nanosponge", "impregnated", "freeze_dried")),
            ("furnace-runs", "flame", _("Furnace runs"), ("furnace-run", "run")),
            ("additives", "hexagon", _("Additives"), ("additive",)),
            ("electrolytes", "box", _("Electrolytes"), ("electrolyte",)),
            ("materials", "package", _("Materials"), ("lot", "material")),
            ("places", "map-pin", _("Places"), ("place",)),
            ("protocols", "clipboard-list", _("Protocols"), ("protocol",)),
            ("limits", "shield-check", _("Limits"), ()),
        ),
    ),
    (
        _("Build"),
        (
            ("recipes", "file-text", _("Recipes"), ("recipe",)),
            ("cathodes", "layers", _("Cathodes"), ("cathode",)),
            ("cells", "battery", _("Cells"), ("cell",)),
            ("channels", "layout-grid", _("Channels"), ("channel",)),
        ),
    ),
    (
        _("Measure"),
        (
            ("files", "inbox", _("Files"), ("file",)),
            ("measurements", "activity", _("Measurements"), ("measurement",)),
            ("library", "library", _("Library"), ()),
            ("equipment", "wrench", _("Equipment"), ()),
        ),
    ),
    (_("Answer"), (("studies", "chart-line", _("Studies"), ("study",)),)),
)


def address(name: str) -> str:
    """The address of a page by its name, or "" where this house has none."""
    try:
        return str(reverse(name))
    except NoReverseMatch:
        return ""


@register.inclusion_tag("components/navigation.html", takes_context=True)
def navigation(context: template.Context) -> dict[str, Any]:
    """The sidebar's groups; a page says where it belongs by its url name or by ``nav`` in its context."""
    here = str(context.get("nav") or "") or _url_name(context)
    return {"groups": [(title, _items(items, here)) for title, items in NAVIGATION]}


def _items(items: tuple[tuple[str, str, Any, tuple[str, ...]], ...], here: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "url": address(name), "icon": icon, "label": label, "active": here in (name, *others)}
        for name, icon, label, others in items
        if address(name)
    ]


@register.inclusion_tag("components/log_menu.html")
def log_menu() -> dict[str, Any]:
    return {"kinds": logbook.kinds()}


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The theme that this person fixed, from a cookie; "" follows the system."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request is not None else ""
    return chosen if chosen in ("light", "dark") else ""


@register.simple_tag(takes_context=True)
def form_key(context: template.Context) -> str:
    """A key for the form: what it records is recorded once. Kept while the form is shown again with its errors."""
    request = context.get("request")
    return (request.POST.get(submissions.FIELD, "") if request else "") or submissions.new_key()


@register.simple_tag
def glove_screens(form: Any, rows: Any) -> list[Any]:
    return glove.screens(form, rows)


@register.simple_tag
def glove_others(form: Any) -> list[Any]:
    return glove.others(form)


@register.simple_tag
def page_url(name: str) -> str:
    return address(name)


@register.simple_tag
def page_url_for(name: str, key: str) -> str:
    """The address of one record's page, or "" where this house has no such page."""
    try:
        return str(reverse(name, args=[key]))
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """This address with some of its query changed; an empty value takes a part out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/filter_chip.html", takes_context=True)
def filter_chip(context: template.Context, filter: Filter, choice: Choice) -> dict[str, Any]:
    """A chip that narrows the list, or takes the narrowing off again."""
    on = context["request"].GET.get(filter.name) == choice.value
    address = with_query(context, **{filter.name: "" if on else choice.value, "after": ""})
    return {"on": on, "address": address, "choice": choice, "request": context["request"]}


def _url_name(context: template.Context) -> str:
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    return str(match.url_name or "") if match else ""
