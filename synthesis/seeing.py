"""What is asked of the database once while a page is made, however often the page asks: which projects one may see."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

T = TypeVar("T")
_KNOWN: ContextVar[dict[Any, Any] | None] = ContextVar("known while a page is made", default=None)


class OncePerPage:
    """Middleware: inside, ``once`` keeps its answers; they end with the answer to the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        outside = _KNOWN.set({})
        try:
            return self.get_response(request)
        finally:
            _KNOWN.reset(outside)


def is_kept() -> bool:
    """Whether a page is being made; outside of one nothing is kept."""
    return _KNOWN.get() is not None


def once(key: Any, ask: Callable[[], T]) -> T:
    """The answer of ``ask``, kept under ``key`` while the page is made."""
    known = _KNOWN.get()
    if known is None:
        return ask()
    if key not in known:
        known[key] = ask()
    answer: T = known[key]
    return answer
