"""Every address of the house, as the URL resolver knows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """``path`` like ``/samples/<code>/``; ``methods`` as far as the view itself tells them, else GET and POST."""

    path: str
    methods: tuple[str, ...]


def all_routes() -> list[Route]:
    return sorted(set(_walk(get_resolver().url_patterns, "")), key=lambda route: route.path)


def _walk(patterns: list[Any], before: str) -> Iterator[Route]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield Route(re.sub(r"<\w+:(\w+)>", r"<\1>", simplify_regex(path)), _methods(pattern.callback))


def _methods(view: Any) -> tuple[str, ...]:
    actions = getattr(view, "actions", None)
    if actions:
        allowed = view.cls.http_method_names
        return tuple(sorted(method.upper() for method in actions if method in allowed and method != "head"))
    own = getattr(view, "cls", None)
    if own is not None:
        return tuple(sorted(set(own(**view.initkwargs).allowed_methods) - {"OPTIONS", "HEAD"}))
    return ("GET", "POST")
