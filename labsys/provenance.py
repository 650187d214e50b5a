"""Where a change comes from, written beside it into the history: person, address of the page, address of the sender."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware


class Provenance(HistoryMiddleware):
    """Adds the sender's address, and whether the tablet's large view was in use."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request)
        context["address"] = sender(request)
        if "glove" in request.GET or request.COOKIES.get("glove"):
            context["glove"] = True
        return context


def sender(request: HttpRequest) -> str:
    """The address that the request came from; behind a trusted proxy the one that the proxy saw."""
    if settings.SECURE_PROXY_SSL_HEADER:
        seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if seen:
            return seen[:45]
    return str(request.META.get("REMOTE_ADDR", ""))
