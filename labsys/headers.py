"""Headers that every answer carries, beside those Django and django-csp set; and addresses that none can have."""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext as _

FIXED = {
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class PrivateAnswers:
    """What a person or an instrument is shown after logging in is kept by no cache, unless the view says otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers and (
            request.user.is_authenticated or "Authorization" in request.headers
        ):
            response.headers["Cache-Control"] = "no-store"
        return response


class NoNulInAddresses:
    """Refuses an address with a NUL in it: PostgreSQL has no text that holds one, so nothing can be meant by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or b"\0" in unquote_to_bytes(request.META.get("QUERY_STRING", "")):
            words = _("The address holds a NUL character. Remove %00 from it.")
            return HttpResponseBadRequest(words, content_type="text/plain; charset=utf-8")
        return self.get_response(request)
